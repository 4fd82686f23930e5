"""Every type of transport unit: who builds it, how often it is drawn, and what scanner sees it."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, partial

import numpy as np
from numpy.random import Generator

from scanai.scan.fan import fan
from scanai.scan.profile import ScannerProfile
from scanai.synth.units import iso
from scanai.synth.units.empty import EmptyUnit, Space
from scanai.synth.units.flat_rack import flat_rack
from scanai.synth.units.rail import covered_wagon, gondola
from scanai.synth.units.reefer import reefer
from scanai.synth.units.tank import tank
from scanai.synth.units.trailer import container_truck, curtain_trailer
from scanai.synth.units.truck import truck
from scanai.synth.units.van import van

_BUILDERS: dict[str, Callable[[Generator | None], EmptyUnit]] = {
    "20": partial(iso.box_container, "20"),
    "40": partial(iso.box_container, "40"),
    "40HC": partial(iso.box_container, "40HC"),
    "45": partial(iso.box_container, "45"),
    "reefer": reefer,
    "tank": tank,
    "flat_rack": flat_rack,
    "trailer": curtain_trailer,
    "container_truck": container_truck,
    "truck": truck,
    "van": van,
    "wagon": covered_wagon,
    "gondola": gondola,
}
UNIT_TYPES = tuple(_BUILDERS)

CONTAINERS = {"20": 0.3, "40": 0.27, "40HC": 0.33, "45": 0.03, "reefer": 0.07}
"""Weight of each box, as trade has them."""
OTHERS = {
    "tank": 0.15,
    "flat_rack": 0.12,
    "trailer": 0.15,
    "container_truck": 0.15,
    "truck": 0.11,
    "van": 0.12,
    "wagon": 0.1,
    "gondola": 0.1,
}
"""Weight of each other unit among the others; they add up to 1."""
CONTAINER_PAYLOAD_KG = iso.PAYLOAD_KG
# What may be cut off at the lower and upper edge of the picture, m: the contact patch of a tyre.
_MAY_BE_CUT = 0.06


def build_unit(unit_type: str, rng: Generator | None = None) -> EmptyUnit:
    """One unit of some make; without `rng` of the commonest one. KeyError for an unknown type."""
    return _BUILDERS[unit_type](rng)


@cache
def _usual(unit_type: str) -> EmptyUnit:
    return build_unit(unit_type)


def interior(unit_type: str) -> Space:
    """Space for cargo in the commonest make; KeyError for an unknown type."""
    return _usual(unit_type).space


def payload_kg(unit_type: str) -> float:
    """Mass that the commonest make carries; KeyError for an unknown type."""
    return _usual(unit_type).payload_kg


def fits_view(unit_type: str, profile: ScannerProfile) -> bool:
    """Whether the scanner sees the whole of the commonest make of a unit."""
    unit = _usual(unit_type).unit
    rays = fan(profile.geometry, profile.rows, profile.pitch_mm[1] / 1000)
    first, last = rays.direction_yz[0], rays.direction_yz[-1]
    half, cut = unit.width / 2, _MAY_BE_CUT
    corners = np.array(
        [(y, z) for y in (-half, half) for z in (cut, unit.height - cut)], np.float64
    )
    away = corners - rays.source_yz
    # Every corner lies between the two outermost rays: the cross products have opposite signs.
    beside_first = first[0] * away[:, 1] - first[1] * away[:, 0]
    beside_last = last[0] * away[:, 1] - last[1] * away[:, 0]
    return bool(np.all(beside_first * beside_last <= 0))
