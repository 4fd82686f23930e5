"""Undeclared goods: sections of the load that look like nothing of what is declared.

The score of a section is how far it stands out: its unlikeness to what is declared, −ln of the
probability that it shows such goods or none and not those of another group, less a share of that of
the best quarter of its load. Goods that are hard to read throughout would else set the threshold
for those that hide among others. Where all of a load looks unlike its papers no part stands out
much, and `misfit` judges the whole. An empty unit or an empty declaration is judged by `emptiness`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from scanai.inspect.evidence.context import Box, Context
from scanai.inspect.evidence.goods import groups_of, short_title
from scanai.inspect.evidence.measured import CELL
from scanai.inspect.evidence.reading import GoodsReading
from scanai.inspect.evidence.sections import Sections
from scanai.inspect.report import Evidence, Finding
from scanai.manifest.goods_groups import GoodsGroup, goods_group_of, goods_groups
from scanai.manifest.model import Line

SCORE = "unexplained_goods"
"""Evidence score, and the threshold on it: how far the section that does most stands out."""
_BEST_PART = 0.25
"""Of the mass of all sections, those least unlike the papers first: the last of them tells how
unlike the load is at best."""
TAKEN_OFF = "load_taken_off"
"""Threshold: the share of that which is taken off. The threshold on the score holds for the one
that it was set with."""
SAME_GROUP = "same_group_share"
"""Threshold: what other headings of a declared group count for, as a share. They are not declared,
and no goods of another group either."""
_HARD_TO_READ = 5.0
"""Unlikeness up to which a share is taken off, 0.7 %: a load that is more unlike its papers all
over is one of other goods, and is found by its sections too."""
_NEARLY_ALL = 0.9  # in words only
_LEAST_PROBABILITY = 1e-6
_SAME_GOODS = 0.5
"""Share of a region's threshold, from which its neighbours belong to it, if it is likelier than not
that they show goods of another group."""
_SURE_OF_HEADING = 0.5
"""Probability from which the heading that a region looks like is named."""


class Undeclared(NamedTuple):
    findings: list[Finding]
    """One for each stretch of goods that are not declared, the highest score first."""
    scores: dict[str, float]
    """The largest section's."""
    seen: list[tuple[GoodsGroup, Box, float]]
    """For each finding what it looks like, its box and its score."""


def undeclared_findings(
    reading: GoodsReading, context: Context, lines: Sequence[Line]
) -> Undeclared:
    """What of the load looks like goods of another group than the lines declare. Nothing where
    there are none; all are to have a code, for one without could be any goods."""
    sections = reading.sections
    declared = groups_of(lines)
    if not declared or not sections.kg.size:
        return Undeclared([], {}, [])
    unlike = unlikeness(reading, lines, context.threshold(SAME_GROUP))
    best = at_best(unlike, sections.kg)
    scores = unlike - context.threshold(TAKEN_OFF) * min(best, _HARD_TO_READ)
    least = context.threshold(SCORE)
    near = (scores >= _SAME_GOODS * least) & (unlikeness(reading, lines, 1.0) > math.log(2))
    found = [
        _finding(members, scores, unlike, best, reading, context, lines)
        for members in _stretches(scores, near, sections.boxes, least)
    ]
    return Undeclared(
        [finding for _, finding in found],
        {SCORE: float(scores.max())},
        [(group, finding.region, finding.score) for group, finding in found if finding.region],
    )


def unlikeness(
    reading: GoodsReading, lines: Sequence[Line], same_group: float
) -> NDArray[np.float64]:
    """(sections,) −ln of the probability of declared goods, or of none at all, against those of
    another group."""
    nothing = reading.by_group[:, 0]
    of_groups = reading.by_group[:, [group.index for group in groups_of(lines)]].sum(axis=1)
    of_headings = reading.of_any(line.hs_code for line in lines)
    declared = nothing + of_headings + same_group * np.maximum(of_groups - of_headings, 0.0)
    other = np.maximum(1.0 - nothing - of_groups, 0.0)
    probability = declared / np.maximum(declared + other, _LEAST_PROBABILITY)
    return np.asarray(-np.log(np.clip(probability, _LEAST_PROBABILITY, 1.0)), np.float64)


def at_best(unlike: NDArray[np.float64], kg: NDArray[np.float64]) -> float:
    """How unlike its papers the load is at best, of `unlikeness` and mass of each section."""
    order = np.argsort(unlike)
    below = np.cumsum(kg[order])
    last = int(np.searchsorted(below, _BEST_PART * below[-1]))
    return float(unlike[order[last]])


def _stretches(
    scores: NDArray[np.float64], near: NDArray[np.bool_], boxes: NDArray[np.intp], least: float
) -> list[NDArray[np.intp]]:
    """Numbers of the sections of each stretch: one above the threshold, and what is `near` that and
    overlaps it; the highest score first."""
    left = set(np.flatnonzero(near | (scores >= least)).tolist())
    stretches = []
    for first in np.argsort(-scores):
        if scores[first] < least or first not in left:
            continue
        x0, x1 = int(boxes[first, 0]), int(boxes[first, 2])
        members = [int(first)]
        left.discard(int(first))
        while beside := [one for one in left if boxes[one, 0] < x1 and boxes[one, 2] > x0]:
            members += beside
            left.difference_update(beside)
            x0 = min(x0, int(boxes[beside, 0].min()))
            x1 = max(x1, int(boxes[beside, 2].max()))
        stretches.append(np.array(sorted(members), np.intp))
    return stretches


def _finding(
    members: NDArray[np.intp],
    scores: NDArray[np.float64],
    unlike: NDArray[np.float64],
    best: float,
    reading: GoodsReading,
    context: Context,
    lines: Sequence[Line],
) -> tuple[GoodsGroup, Finding]:
    """What a stretch looks like, and what is said of it."""
    sections = reading.sections
    declared = groups_of(lines)
    inside = _columns(members, scores, sections)
    box = _box(members, inside, sections.boxes, context.measured.attenuation.shape[1:])
    score = float(scores[members].max())
    share = _share(inside, sections)
    names = "; ".join(short_title(group) for group in declared[:3])
    more = f" and {len(declared) - 3} more" if len(declared) > 3 else ""
    part = (
        "Nearly the whole load"
        if share >= _NEARLY_ALL
        else f"{100 * share:.0f} % of the load, {context.place(box)},"
    )
    group = _likeliest(members, reading, lines)
    looks = _in_words(group, members, reading)
    if group in declared:
        what = f"other goods of {looks} than are declared"
    else:
        what = f"{looks}, which is not declared"
    finding = Finding(
        kind="undeclared_goods",
        score=-math.expm1(-score),  # 0 when all that is seen is declared
        p_value=context.p_value(SCORE, score),
        region=box,
        sentence=f"{part} looks like {what} (declared: {names}{more}).",
        evidence=(
            Evidence(name="share of the seen mass", value=round(100 * share, 1), unit="%"),
            Evidence(
                name="probability of declared goods against those of other groups",
                value=_percent(float(unlike[members].max())),
                unit="%",
            ),
            *_elsewhere(best, context),
        ),
    )
    return group, finding


def _elsewhere(best: float, context: Context) -> tuple[Evidence, ...]:
    """What the stretch stands out of, where that is taken off its score."""
    if context.threshold(TAKEN_OFF) <= 0:
        return ()
    name = "the same where the load looks most as declared"
    return (Evidence(name=name, value=_percent(best), unit="%"),)


def _percent(unlike: float) -> float:
    """Of the probability, in two digits: next to nothing is not nothing."""
    return float(f"{100 * math.exp(-unlike):.2g}")


def _columns(
    members: NDArray[np.intp], scores: NDArray[np.float64], sections: Sections
) -> NDArray[np.bool_]:
    """(columns of cells,) those of the stretch that show goods: of the sections over them, which
    overlap, at least half are its own; and the middle half of the one that scores highest, whatever
    lies over it."""
    boxes = sections.boxes
    own, over = (np.zeros(sections.shown.size, np.intp) for _ in range(2))
    for number, (x0, _, x1, _) in enumerate(boxes):
        over[x0:x1] += 1
        own[x0:x1] += number in members
    inside = 2 * own >= np.maximum(over, 1)
    x0, x1 = boxes[members[scores[members].argmax()], [0, 2]]
    quarter = (x1 - x0) // 4
    inside[x0 + quarter : x1 - quarter] = True
    shown = inside & sections.shown
    return np.asarray(shown if shown.any() else inside, np.bool_)


def _box(
    members: NDArray[np.intp],
    inside: NDArray[np.bool_],
    boxes: NDArray[np.intp],
    shape: tuple[int, ...],
) -> Box:
    """Around these columns, in pixels of a picture (H, W)."""
    columns = np.flatnonzero(inside)
    x0, x1 = int(columns[0]) * CELL, min(int(columns[-1] + 1) * CELL, shape[1])
    y0, y1 = (int(value) * CELL for value in boxes[members[0], [1, 3]])
    return x0, y0, x1, min(y1, shape[0])


def _share(inside: NDArray[np.bool_], sections: Sections) -> float:
    """Share of the load's mass in these columns."""
    apart = sections.apart
    within, shown = (
        np.cumsum(np.pad(columns, (1, 0))) for columns in (inside & sections.shown, sections.shown)
    )
    x0, x1 = sections.boxes[apart, 0], sections.boxes[apart, 2]
    part = (within[x1] - within[x0]) / np.maximum(shown[x1] - shown[x0], 1)
    kg = sections.kg[apart]
    return float(kg @ part) / max(float(kg.sum()), 1e-9)


def _likeliest(
    members: NDArray[np.intp], reading: GoodsReading, lines: Sequence[Line]
) -> GoodsGroup:
    """Of goods that no line declares: other headings of a declared group are such too."""
    kg = reading.sections.kg[members]
    likely = kg @ reading.by_group[members]
    likely[0] = 0.0
    for group in groups_of(lines):
        own = (line.hs_code for line in lines if goods_group_of(line.hs_code) == group)
        likely[group.index] -= kg @ reading.of_any(own)[members]
    return goods_groups()[int(likely.argmax()) - 1]


def _in_words(group: GoodsGroup, members: NDArray[np.intp], reading: GoodsReading) -> str:
    """The group, and its likeliest heading where one stands out."""
    weight = np.zeros(len(reading.by_group))
    weight[members] = reading.sections.kg[members]
    heading = reading.likeliest_heading(weight, group.index)
    named = f"“{short_title(group)}”"
    if heading is None:
        return named
    sure = float(weight @ reading.of_heading(heading)) / max(float(weight.sum()), 1e-9)
    return f"{named} (such as HS {heading})" if sure >= _SURE_OF_HEADING else named
