"""Every type of transport unit: who builds it, how often it is drawn, and what scanner sees it."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, partial

from numpy.random import Generator

from scanai.scan.profile import ScannerProfile
from scanai.synth.units import iso
from scanai.synth.units.empty import EmptyUnit, Space
from scanai.synth.units.reefer import reefer

_BUILDERS: dict[str, Callable[[Generator | None], EmptyUnit]] = {
    "20": partial(iso.box_container, "20"),
    "40": partial(iso.box_container, "40"),
    "40HC": partial(iso.box_container, "40HC"),
    "45": partial(iso.box_container, "45"),
    "reefer": reefer,
}
UNIT_TYPES = tuple(_BUILDERS)

CONTAINERS = {"20": 0.3, "40": 0.27, "40HC": 0.33, "45": 0.03, "reefer": 0.07}
"""Weight of each box, as trade has them."""
OTHERS: dict[str, float] = {}
"""Weight of each other unit among the others."""
CONTAINER_PAYLOAD_KG = iso.PAYLOAD_KG


def build_unit(unit_type: str, rng: Generator | None = None) -> EmptyUnit:
    """One unit of some make; without `rng` of the commonest one. KeyError for an unknown type."""
    return _BUILDERS[unit_type](rng)


@cache
def _usual(unit_type: str) -> EmptyUnit:
    return build_unit(unit_type)


def interior(unit_type: str) -> Space:
    """Space for cargo in the commonest make; KeyError for an unknown type."""
    return _usual(unit_type).space


def fits_view(unit_type: str, profile: ScannerProfile) -> bool:
    """Whether the scanner sees the unit from its lower to its upper edge, on both sides."""
    return True
