"""Facts of a region: what tells a shield from honest goods, beside the model's own score.

A block of lead and a lead ingot are one picture. What tells them apart is what the papers leave
room for, and what else lies there: one piece more than was declared, a piece heavier than its line,
the only one of its sort. Numbers alone are made here; how much each counts is learned when a bundle
is exported (`scanai.inspect.region_odds`). Those of lumps are in `lump_facts`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from scanai.inspect.evidence.closeup import Look
from scanai.inspect.evidence.context import Box
from scanai.inspect.evidence.lump_facts import LUMP_FACTS, LUMP_ROOM, lump_facts
from scanai.inspect.evidence.measured import Measured
from scanai.manifest import Line, is_dense

Floats = NDArray[np.float64]

# The model's own score as a logit; excess of areal density and effective Z with their intervals;
# what the close look says; ln of the sides of its core and of the model's box, mm; ln of its mass,
# kg; its place in the unit, m; excess by the root of its area.
_OF_THE_REGION = (
    *("score", "excess", "least_excess", "most_excess", "z", "z_low", "z_high"),
    *("attenuation", "surroundings", "denser_than", "ratio", "ratio_change", "opaque"),
    *("wall_contrast", "width", "height", "region_width", "region_height", "mass"),
    *("share_of_floor", "place_across", "place_along", "place_up", "compactness"),
)
# How many other regions score higher, likely or possibly; the two best; those alike in size and
# excess; ln of the mass of others.
_AMONG_OTHERS = (
    *("higher", "likely", "possible", "best_other", "second_other", "alike"),
    *("possible_alike", "best_alike", "mass_of_possible", "mass_of_higher"),
)
# ln of its mass by that of all declared pieces, and of one; regions before it, and in all, beyond
# the number of declared pieces; ln of the mass of all up to this one by that of the pieces.
_BESIDE_THE_PAPERS = (
    *("mass_by_pieces", "mass_by_one_piece", "higher_beyond_pieces"),
    *("possible_beyond_pieces", "mass_so_far_by_pieces"),
)
# Declared goods under which dense pieces are ordinary, and those of lines that may be a few pieces.
_OF_THE_PAPERS = ("dense_declared", "dense_mass", "dense_packages", "pieces_mass", "pieces")
_OF_THE_SCAN = (
    *("energy", "energies", "energy_ratio", "pitch", "floor", "rows", "from_the_side"),
    *("unit_length", "unit_height", "regions"),
)
ROOM = {
    **dict.fromkeys(_BESIDE_THE_PAPERS, 1),
    **dict.fromkeys(_OF_THE_PAPERS, -1),
    **LUMP_ROOM,
}
"""Which way each of these facts may move the odds: what leaves less room for the region never makes
it less suspect."""
EARLIER_FACTS = (
    *_OF_THE_REGION,
    *_AMONG_OTHERS,
    *_BESIDE_THE_PAPERS,
    *_OF_THE_PAPERS,
    *_OF_THE_SCAN,
)
"""All of bundles that tell no lumps. Z, ratio and its change are 0 where they are not known."""
FACTS = (*EARLIER_FACTS, *LUMP_FACTS)

_LIKELY, _POSSIBLE, _POSSIBLE_ALIKE = -1.0, -3.0, -4.0
"""Logits of the model from which another region counts."""
_NONE = -15.0
"""Score of no other region."""
_ALIKE = 0.35
"""Largest difference of ln excess, ln width and ln height of regions that are alike."""
_PIECES_KG = 300.0
"""Dense goods of one heading below this mass may be a few pieces among others; more is a load of
them, among which a piece more is none too many."""
_SOLID = 0.7
"""Mean excess over a region's box, as a share of that of its core; a project estimate."""
_LEAST_KG, _LEAST_DECLARED_KG = 0.01, 0.1
_SURE = 1e-6


class Candidate(NamedTuple):
    """A region of the model, and what physics says of it."""

    box: Box
    score: float
    """0 to 1."""
    look: Look
    lump: float | None = None
    """Natural logarithm of the odds that it is a lump; None where the bundle does not tell."""


class Pieces(NamedTuple):
    """What the papers have of dense goods in lines that may be a few pieces."""

    kg: float
    packages: int


def tell_enough(lines: Sequence[Line]) -> bool:
    """Whether there are lines, all with a code, those of dense goods with mass and packages: what
    is not told would be taken for none."""
    return bool(lines) and all(line.coded for line in lines) and not untold(lines)


def untold(lines: Sequence[Line]) -> list[int]:
    """Numbers of the lines, from 1, of dense goods without mass or packages."""
    return [
        number
        for number, line in enumerate(lines, start=1)
        if is_dense(line.hs_code[:4]) and not (line.mass_kg and line.packages)
    ]


def region_facts(
    candidates: Sequence[Candidate], lines: Sequence[Line], measured: Measured
) -> Floats:
    """(n, EARLIER_FACTS) of the regions of one picture beside lines that tell enough."""
    if not candidates:
        return np.zeros((0, len(EARLIER_FACTS)))
    own = np.array([_of_region(one, measured) for one in candidates])
    among, beside = _of_others(own, pieces_of(lines))
    papers = _of_papers(lines)
    scan = _of_scan(measured, len(candidates))
    everywhere = np.tile(np.array([*papers, *scan]), (len(candidates), 1))
    return np.hstack((own, among, beside, everywhere))


def with_lumps(facts: Floats, lump: Floats) -> Floats:
    """(n, FACTS) of the (n, EARLIER_FACTS) of one picture and the (n,) ln odds of its lumps."""
    if not len(facts):
        return np.zeros((0, len(FACTS)))
    kg, pieces, pieces_kg = (
        facts[:, EARLIER_FACTS.index(name)] for name in ("mass", "pieces", "pieces_mass")
    )
    declared_kg = np.exp(pieces_kg[0]) - _LEAST_DECLARED_KG
    more = lump_facts(lump, np.exp(kg) - _LEAST_KG, float(pieces[0]), float(declared_kg))
    return np.hstack((facts, more))


def pieces_of(lines: Sequence[Line]) -> Pieces:
    """Lines of one heading are the same goods, however many."""
    weighs: dict[str, float] = {}
    for line in _dense(lines):
        heading = line.hs_code[:4]
        weighs[heading] = weighs.get(heading, 0.0) + (line.mass_kg or 0.0)
    few = [line for line in _dense(lines) if weighs[line.hs_code[:4]] < _PIECES_KG]
    return Pieces(_kg(few), _packages(few))


def logit(probability: float) -> float:
    """Within ±14: nothing is surer than one in a million."""
    inside = min(max(probability, _SURE), 1 - _SURE)
    return math.log(inside / (1 - inside))


def mass_kg(look: Look, pitch_mm: tuple[float, float]) -> float:
    """Of what the region holds beyond its surroundings, roughly."""
    width, height = _sides_mm(look.box, pitch_mm)
    return max(look.layer.areal_density, 0.0) * width * height / 100 * _SOLID / 1000


def _of_region(one: Candidate, measured: Measured) -> list[float]:
    look, layer = one.look, one.look.layer
    pitch = measured.scan.pitch_mm
    width, height = _sides_mm(look.box, pitch)
    region_width, region_height = _sides_mm(one.box, pitch)
    area_cm2 = width * height / 100
    x0, y0, x1, y1 = measured.unit_box
    middle_x, middle_y = (one.box[0] + one.box[2]) / 2, (one.box[1] + one.box[3]) / 2
    return [
        logit(one.score),
        layer.areal_density,
        layer.areal_density_low,
        layer.areal_density_high,
        layer.z or 0.0,
        layer.z_low or 0.0,
        layer.z_high or 0.0,
        look.attenuation,
        look.surroundings,
        look.denser_than,
        look.ratio or 0.0,
        look.ratio - look.ratio_surroundings if look.ratio and look.ratio_surroundings else 0.0,
        float(look.opaque),
        look.wall_contrast,
        math.log(width),
        math.log(height),
        math.log(region_width),
        math.log(region_height),
        math.log(mass_kg(look, pitch) + _LEAST_KG),
        look.attenuation / measured.floor_attenuation,
        (middle_y - y0) / (y1 - y0),
        min(middle_x - x0, x1 - middle_x) * pitch[0] / 1000,
        measured.position_m(middle_y),
        layer.areal_density / max(math.sqrt(area_cm2), 1.0),
    ]


def _of_others(own: Floats, pieces: Pieces) -> tuple[Floats, Floats]:
    """(n, _AMONG_OTHERS) and (n, _BESIDE_THE_PAPERS)"""
    column = {name: number for number, name in enumerate(_OF_THE_REGION)}
    score = own[:, column["score"]]
    kg = np.exp(own[:, column["mass"]]) - _LEAST_KG
    size = np.column_stack(
        (
            np.log1p(np.maximum(own[:, column["excess"]], 0.0)),
            own[:, column["width"]],
            own[:, column["height"]],
        )
    )
    other = ~np.eye(len(own), dtype=bool)
    alike = other & (np.abs(size[:, None] - size[None]) < _ALIKE).all(axis=2)
    higher = other & (score[None] > score[:, None])
    possible = other & (score > _POSSIBLE)[None]
    others = np.sort(np.where(other, score[None], _NONE), axis=1)[:, ::-1]
    beyond = (higher & possible).sum(axis=1) - pieces.packages
    declared = pieces.kg + _LEAST_DECLARED_KG
    one_piece = declared / max(pieces.packages, 1)
    so_far = (kg * (score[None] >= score[:, None])).sum(axis=1)
    among = (
        higher.sum(axis=1),
        (other & (score > _LIKELY)[None]).sum(axis=1),
        possible.sum(axis=1),
        others[:, 0],
        others[:, 1] if len(own) > 1 else np.full(len(own), _NONE),
        alike.sum(axis=1),
        (alike & (score > _POSSIBLE_ALIKE)[None]).sum(axis=1),
        np.where(alike, score[None], _NONE).max(axis=1),
        np.log((kg * possible).sum(axis=1) + _LEAST_KG),
        np.log((kg * higher).sum(axis=1) + _LEAST_KG),
    )
    beside = (
        np.log((kg + _LEAST_KG) / declared),
        np.log((kg + _LEAST_KG) / one_piece),
        beyond,
        np.full(len(own), int((score > _POSSIBLE).sum()) - pieces.packages),
        np.log((so_far + _LEAST_KG) / declared),
    )
    return np.column_stack(among).astype(float), np.column_stack(beside).astype(float)


def _of_papers(lines: Sequence[Line]) -> list[float]:
    dense, pieces = _dense(lines), pieces_of(lines)
    return [
        float(bool(dense)),
        math.log(_kg(dense) + _LEAST_DECLARED_KG),
        _packages(dense),
        math.log(pieces.kg + _LEAST_DECLARED_KG),
        pieces.packages,
    ]


def _of_scan(measured: Measured, regions: int) -> list[float]:
    energies, pitch = measured.scan.energies_mv, measured.scan.pitch_mm
    unit_length, unit_height = _sides_mm(measured.unit_box, pitch)
    return [
        max(energies),
        len(energies),
        min(energies) / max(energies),
        pitch[0],
        measured.floor_attenuation,
        measured.attenuation.shape[1],
        float(measured.profile.geometry.view == "side"),
        unit_length / 1000,
        unit_height / 1000,
        regions,
    ]


def _sides_mm(box: Box, pitch_mm: tuple[float, float]) -> tuple[float, float]:
    return (box[2] - box[0]) * pitch_mm[0], (box[3] - box[1]) * pitch_mm[1]


def _dense(lines: Sequence[Line]) -> list[Line]:
    return [line for line in lines if is_dense(line.hs_code[:4])]


def _kg(lines: Sequence[Line]) -> float:
    return sum(line.mass_kg or 0.0 for line in lines)


def _packages(lines: Sequence[Line]) -> int:
    return sum(line.packages or 0 for line in lines)
