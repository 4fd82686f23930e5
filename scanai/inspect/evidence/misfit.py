"""Misfit: how surely the declaration names other goods than those of the whole load.

A false code shows in several ways at once: sections look like other goods, no line explains them,
and what the largest line names is seen nowhere. Where goods are alike none of these stands out
alone. How much each counts is learned from honest loads under true and under false codes when a
bundle is exported; without that the mean price of the assignment is the score.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from scanai.inspect.evidence.assignment import Assignment
from scanai.inspect.evidence.context import Box, Context
from scanai.inspect.evidence.goods import groups_of, short_title
from scanai.inspect.evidence.lines import judged, line_score
from scanai.inspect.evidence.measured import CELL
from scanai.inspect.evidence.reading import GoodsReading
from scanai.inspect.evidence.sections import Sections
from scanai.inspect.evidence.undeclared import Undeclared
from scanai.inspect.report import Evidence, Finding
from scanai.inspect.signatures import Signatures
from scanai.manifest.goods_groups import GoodsGroup, goods_group_of, goods_groups
from scanai.manifest.model import Line

SCORE = "goods_misfit"
"""Evidence score, and the threshold on it: natural logarithm of the odds that a code is false, or
the mean price of a kilogram. Where a section is a finding, none stands for it."""
FACTS = (
    "price",
    "unexplained",
    "highest_section",
    "third_section",
    "largest_line_on_average",
    "largest_line_anywhere",
    "least_fitting_line",
    "doubt",
)
"""What the odds are told from: mean price of the assignment; share that no line explains; the
highest and the third highest −ln of the probability of declared groups, or of no goods, in a
section; −ln of the probability of what the largest line names, on average over the load by mass and
where it is greatest; the highest score of a line under its code; entropy of what the sections show,
by mass."""
_THIRD = 2
_HARDLY, _LITTLE = 0.2, 0.5
"""Probability of the largest line's goods in the section where they are likeliest, up to which they
are hardly seen anywhere, and little; in words only."""
_PERHAPS, _LIKELY = 0.2, 0.5
"""Probability on average, from which it is said what goods may be, and what they look like."""
_LEAST_PROBABILITY = 1e-6
_MOST = 7.0
"""No fact counts beyond −ln of a thousandth: one section that is misread for sure must not outweigh
the rest."""


def misfit_score(
    reading: GoodsReading,
    assignment: Assignment,
    lines: Sequence[Line],
    signatures: Signatures | None,
) -> float | None:
    """The higher, the surer that other goods are loaded than declared. None where the odds are
    learned and the lines do not tell enough for them: a price is on another scale."""
    learned = None if signatures is None else signatures.misfit
    if learned is None:
        return assignment.misfit
    return learned.log_odds(facts(reading, assignment, lines)) if tell_enough(lines) else None


def tell_enough(lines: Sequence[Line]) -> bool:
    """Whether all lines have a code, for goods without one could be any, and of several also a
    mass, for which is the largest is asked."""
    coded = bool(lines) and all(line.coded for line in lines)
    return coded and (len(lines) == 1 or all(line.mass_kg for line in lines))


def largest_line(lines: Sequence[Line]) -> int:
    """The place among lines that tell enough of the heaviest one of the heading that weighs most:
    goods are the same goods in one line or in five."""
    masses = [line.mass_kg or 0.0 for line in lines]
    weighs: dict[str, float] = {}
    for line, mass in zip(lines, masses, strict=True):
        weighs[line.hs_code[:4]] = weighs.get(line.hs_code[:4], 0.0) + mass
    return max(range(len(lines)), key=lambda n: (weighs[lines[n].hs_code[:4]], masses[n]))


def facts(
    reading: GoodsReading, assignment: Assignment, lines: Sequence[Line]
) -> NDArray[np.float64]:
    """(FACTS,) of one load under a declaration whose lines tell enough."""
    apart = reading.sections.apart
    weight = reading.sections.kg[apart] / reading.sections.kg[apart].sum()
    columns = [0, *(group.index for group in groups_of(lines))]
    known = reading.by_group[:, columns].sum(axis=1)
    unlike = np.sort(-np.log(np.maximum(known, _LEAST_PROBABILITY)))[::-1]
    largest = reading.of_group(lines[largest_line(lines)].hs_code)
    of_lines = [
        line_score(reading, line.hs_code, assignment.kg[:, number])
        for number, line in enumerate(lines)
        if judged(assignment, number)
    ]
    shown = reading.by_group[apart]
    doubt = -(shown * np.log(np.maximum(shown, _LEAST_PROBABILITY))).sum(axis=1)
    told = (
        assignment.misfit,
        1.0 - assignment.explained_share,
        unlike[0],
        unlike[min(_THIRD, unlike.size - 1)],
        -math.log(max(float(weight @ largest[apart]), _LEAST_PROBABILITY)),
        -math.log(max(float(largest.max()), _LEAST_PROBABILITY)),
        max(of_lines, default=0.0),
        float(weight @ doubt),
    )
    return np.minimum(told, _MOST)


def with_misfit(
    undeclared: Undeclared,
    reading: GoodsReading,
    assignment: Assignment,
    lines: Sequence[Line],
    context: Context,
    signatures: Signatures | None,
) -> Undeclared:
    """What is undeclared with the score of the load as a whole; with a finding on all of it where
    that reaches its threshold and no section is one."""
    score = misfit_score(reading, assignment, lines, signatures)
    if score is None:
        return undeclared
    scores = undeclared.scores | {SCORE: score}
    if undeclared.findings or not tell_enough(lines) or score < context.threshold(SCORE):
        return undeclared._replace(scores=scores)
    number = largest_line(lines)
    likeliest = float(reading.of_group(lines[number].hs_code).max())
    left = _left(reading.sections, assignment)
    members = left if left.size else np.flatnonzero(reading.sections.apart)
    group, sure = _looks_like(reading, members, lines[number])
    learned = signatures is not None and signatures.misfit is not None
    box = _box(reading.sections, left, context.measured.attenuation.shape[1:])
    finding = Finding(
        kind="undeclared_goods",
        score=float(expit(score)) if learned else -math.expm1(-score),
        p_value=context.p_value(SCORE, score),
        region=box,
        sentence=(
            f"{_fits(likeliest, lines, number)}; {_rest(group, sure, lines, left.size > 0)}."
        ),
        evidence=(
            Evidence(
                name=f"probability of the goods of line {number + 1} where they are likeliest",
                value=round(100 * likeliest, 2),
                unit="%",
            ),
            Evidence(
                name=f"probability of “{short_title(group)}” instead",
                value=round(100 * sure, 1),
                unit="%",
            ),
            Evidence(
                name="share of the seen mass that no line explains",
                value=round(100 * (1 - assignment.explained_share), 1),
                unit="%",
            ),
        ),
    )
    other = sure >= _LIKELY and group not in groups_of(lines)
    seen = [(group, box, finding.score)] if other else []
    return Undeclared([finding], scores, seen)


def _left(sections: Sections, assignment: Assignment) -> NDArray[np.intp]:
    """Numbers of the sections apart of which most is explained by no line."""
    apart = np.flatnonzero(sections.apart)
    return apart[2 * assignment.unexplained_kg > sections.kg[apart]]


def _looks_like(
    reading: GoodsReading, members: NDArray[np.intp], largest: Line
) -> tuple[GoodsGroup, float]:
    """What these sections look like, other than the largest line, and its mean probability."""
    kg = reading.sections.kg[members]
    likely = kg @ reading.by_group[members] / kg.sum()
    likely[[0, goods_group_of(largest.hs_code).index]] = -1.0
    likeliest = int(likely.argmax())
    return goods_groups()[likeliest - 1], float(likely[likeliest])


def _fits(likeliest: float, lines: Sequence[Line], number: int) -> str:
    """How the goods of the largest line are seen."""
    named = f"“{short_title(goods_group_of(lines[number].hs_code))}” (line {number + 1})"
    if likeliest <= _HARDLY:
        return f"Hardly anywhere does the load look like {named}"
    if likeliest <= _LITTLE:
        return f"The load looks little like {named}"
    return "The load as a whole does not fit its lines"


def _rest(group: GoodsGroup, sure: float, lines: Sequence[Line], is_left: bool) -> str:
    """What it looks like instead."""
    if sure < _PERHAPS:
        return f"what {'no line explains' if is_left else 'it is instead'} cannot be told"
    what = "what no line explains" if is_left else "as a whole it"
    looks = "looks more like" if sure >= _LIKELY else "is perhaps"
    own = [n for n, line in enumerate(lines, start=1) if goods_group_of(line.hs_code) == group]
    where = f" (line {own[0]})" if own else ""
    return f"{what} {looks} “{short_title(group)}”{where}"


def _box(sections: Sections, left: NDArray[np.intp], shape: tuple[int, ...]) -> Box:
    """Around the sections that are left, or around all goods, in pixels of a picture (H, W)."""
    shown = np.flatnonzero(sections.shown)
    columns = (
        sections.boxes[left][:, [0, 2]] if left.size else np.array([[shown[0], shown[-1] + 1]])
    )
    y0, y1 = (int(value) * CELL for value in sections.boxes[0, [1, 3]])
    x0, x1 = int(columns[:, 0].min()) * CELL, int(columns[:, 1].max()) * CELL
    return x0, y0, min(x1, shape[1]), min(y1, shape[0])
