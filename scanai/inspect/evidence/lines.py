"""Lines: how well each declared line of goods fits the picture, and whether its code does.

By the assignment of the load to the lines. Of a line that something was assigned to, the picture
under its code is compared with honest loads under that code (`signatures`): a p-value for it, by
the heading, or by its chapter or group where the heading has too few.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from scanai.inspect.evidence.assignment import Assignment
from scanai.inspect.evidence.context import Context
from scanai.inspect.evidence.goods import short_title
from scanai.inspect.evidence.line_density import LinePart
from scanai.inspect.evidence.reading import GoodsReading
from scanai.inspect.evidence.sections import FEATURES
from scanai.inspect.report import LinePlausibility, MassEstimate
from scanai.inspect.signatures import ALL, Signatures
from scanai.manifest.goods_groups import goods_group_of, group_named
from scanai.manifest.model import Line, Manifest
from scanai.manifest.nomenclature import chapter_title
from scanai.manifest.room_inside import room_or_box

SCORE = "heading_fit"
_LEAST_SHARE = 0.05
"""Of the seen mass that is assigned to a line, from which its code is judged."""
_HARDLY = 0.2
"""Probability of a line's goods in what is assigned to it, below which that was left for it rather
than seen as them; in words only."""
_LEAST_PROBABILITY = 1e-6
_ALL_AS_UNLIKE = 0.995
"""A p-value that is told as 100 %."""
_LEAST_P = 1e-4
"""As it is told: more than 20,000 honest lines would else round to 0, which has no logarithm."""
_OWN_SECTION = 0.5
"""Share of a section that is assigned to a line, from which the section is drawn as the line's."""


def line_plausibility(
    manifest: Manifest,
    reading: GoodsReading | None,
    assignment: Assignment | None,
    mass: MassEstimate | None,
    signatures: Signatures | None,
) -> tuple[tuple[LinePlausibility, ...], dict[str, float]]:
    """How well each line fits the picture; −ln of the least p-value of a line, corrected for their
    number, and continued beyond all honest lines: with few of them no p-value is small.
    `reading` and `assignment`: None where no goods are seen, or none can be."""
    if reading is None or assignment is None:
        what = "the picture gives no goods" if reading is None else "no goods are seen"
        return tuple(_untold(n, line, what) for n, line in enumerate(manifest.lines, start=1)), {}
    expected = _expected_shares(manifest.lines)
    weighed = len(manifest.lines) == 1 or all(line.mass_kg for line in manifest.lines)
    told = [
        _told(number, line, expected[number], weighed, reading, assignment, mass, signatures)
        for number, line in enumerate(manifest.lines)
    ]
    rare = [tail_p for _, tail_p in told if tail_p is not None]
    scores = {SCORE: 0.0 - math.log(min(min(rare) * len(rare), 1.0))} if rare else {}
    return tuple(line for line, _ in told), scores


def line_score(reading: GoodsReading, hs_code: str, assigned: NDArray[np.float64]) -> float:
    """−ln of the probability of the code's goods, mean over what is assigned to its line.

    `assigned`: (sections apart,) kg. Sections that show none of the known goods count half.
    """
    apart = reading.sections.apart
    probability = reading.of_heading(hs_code)[apart] + 0.5 * reading.by_group[apart, 0]
    prices = -np.log(np.clip(probability, _LEAST_PROBABILITY, 1.0))
    return float(prices @ assigned / assigned.sum())


def _mean_probability(reading: GoodsReading, hs_code: str, assigned: NDArray[np.float64]) -> float:
    """Of goods of the code's group, over what is assigned to its line; 1 where nothing is."""
    if assigned.sum() <= 0:
        return 1.0
    return float(reading.of_group(hs_code)[reading.sections.apart] @ assigned / assigned.sum())


def line_parts(
    manifest: Manifest,
    reading: GoodsReading,
    assignment: Assignment,
    mass: MassEstimate,
    context: Context,
) -> list[LinePart]:
    """What of the picture belongs to each line that enough of the load is assigned to."""
    sections = reading.sections
    apart = np.flatnonzero(sections.apart)
    shape = context.measured.attenuation.shape[1:]
    depth = _depth_m(manifest.unit_type, context)
    opaque = sections.features[apart, FEATURES.index("opaque")] > 0
    parts = []
    for number, line in enumerate(manifest.lines):
        if not line.coded or not judged(assignment, number):
            continue
        kg = assignment.kg[:, number]
        share = float(kg.sum()) / assignment.total_kg
        of_section = kg / np.maximum(sections.kg[apart], 1e-9)
        own = np.flatnonzero(of_section > _OWN_SECTION)
        boxes = [sections.pixels(int(apart[one]), shape) for one in own]
        if not boxes:
            continue
        x0s, y0s, x1s, y1s = zip(*boxes, strict=True)
        parts.append(
            LinePart(
                number=number + 1,
                line=line,
                kg=share * mass.cargo_kg,
                low_kg=share * mass.low_kg,
                high_kg=share * mass.high_kg,
                volume_m3=float(of_section @ sections.area_m2[apart]) / mass.magnified * depth,
                box=(min(x0s), min(y0s), max(x1s), max(y1s)),
                opaque=bool(opaque[own].any()),
                filled=context.measured.profile.geometry.view == "side",
            )
        )
    return parts


def _depth_m(unit_type: str, context: Context) -> float:
    """Inside, along the beam."""
    inside = room_or_box(unit_type)
    side = context.measured.profile.geometry.view == "side"
    return inside.width_m if side else inside.height_m


def judged(assignment: Assignment, number: int) -> bool:
    """Whether enough of the load is assigned to a line for its code to be judged."""
    return float(assignment.kg[:, number].sum()) >= _LEAST_SHARE * assignment.total_kg


def _told(
    number: int,
    line: Line,
    expected: float,
    weighed: bool,
    reading: GoodsReading,
    assignment: Assignment,
    mass: MassEstimate | None,
    signatures: Signatures | None,
) -> tuple[LinePlausibility, float | None]:
    """The line, and its p-value as it is continued beyond all honest lines."""
    assigned = assignment.kg[:, number]
    share = float(assigned.sum()) / assignment.total_kg
    kg = None if mass is None else [share * of for of in (mass.cargo_kg, mass.low_kg, mass.high_kg)]
    packages = line.packages
    each = [round(one / packages, 1) for one in kg] if packages and kg and kg[0] else None
    p_value, tail_p, compared = None, None, ""
    if line.coded and signatures is not None and judged(assignment, number):
        score = line_score(reading, line.hs_code, assigned)
        known, compared = signatures.lines_like(line.hs_code)
        p_value, tail_p = known.p_value(score), known.tail_p(score)
    hardly = line.coded and _mean_probability(reading, line.hs_code, assigned) < _HARDLY
    plausibility = LinePlausibility(
        line=number + 1,
        hs_code=line.hs_code,
        goods_group=goods_group_of(line.hs_code).name if line.coded else "",
        seen_share=share,
        plausibility=min(share / expected, 1.0) if line.coded and expected > 0 else None,
        seen_kg=None if kg is None else round(kg[0]),
        seen_kg_low=None if kg is None else round(kg[1]),
        seen_kg_high=None if kg is None else round(kg[2]),
        seen_kg_per_package=None if each is None else each[0],
        seen_kg_per_package_low=None if each is None else each[1],
        seen_kg_per_package_high=None if each is None else each[2],
        p_value=None if p_value is None else max(round(p_value, 4), _LEAST_P),
        p_value_of=compared,
        reason=_reason(line, share, expected if weighed else None, p_value, compared, hardly),
    )
    return plausibility, tail_p


def _reason(
    line: Line, share: float, declared: float | None, p_value: float | None, of: str, hardly: bool
) -> str:
    if not line.coded:
        return f"No HS code is declared; {100 * share:.0f} % of the seen mass is left for it."
    group = short_title(goods_group_of(line.hs_code))
    of_all = (
        "not every line has a mass" if declared is None else f"{100 * declared:.0f} % is declared"
    )
    goes = f"goes to this line as “{group}”"
    if hardly:
        goes = f"is left for this line, though hardly any of it looks like “{group}”"
    found = f"{100 * share:.0f} % of the seen mass {goes}; {of_all}."
    if p_value is None:
        return found
    if p_value >= _ALL_AS_UNLIKE:
        return f"{found} That is nothing unusual for honest loads of {_compared(of)}."
    return f"{found} Of honest loads of {_compared(of)}, {_percent(p_value)} look as unlike it."


def _compared(of: str) -> str:
    if of == ALL:
        return "all goods"
    if of.isdigit() and len(of) == 4:
        return f"heading {of}"
    if of.isdigit():
        return f"chapter {of}, {chapter_title(of)}"
    return f"“{short_title(group_named(of))}”"


def _percent(p_value: float) -> str:
    return f"{100 * p_value:.0f} %" if p_value >= 0.1 else f"{100 * p_value:.1f} %"


def _untold(number: int, line: Line, what: str) -> LinePlausibility:
    reason = f"Cannot be told: {what}." if line.coded else "No HS code is declared."
    return LinePlausibility(
        line=number,
        hs_code=line.hs_code,
        goods_group=goods_group_of(line.hs_code).name if line.coded else "",
        seen_share=None,
        plausibility=None,
        reason=reason,
    )


def _expected_shares(lines: Sequence[Line]) -> list[float]:
    """Share of each line in the declared mass; equal parts where a line has no mass."""
    masses = [line.mass_kg for line in lines]
    known = [mass for mass in masses if mass]
    if len(known) < len(masses):
        return [1 / len(masses)] * len(masses)
    total = sum(known)
    return [mass / total for mass in known]
