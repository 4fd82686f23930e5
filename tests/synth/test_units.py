"""Transport units: tare and inner space of real boxes, nothing in the way of the cargo."""

from __future__ import annotations

import math

import pytest

from scanai.synth.units import UNIT_TYPES, build_unit, interior

# kg: lightest and heaviest of the usual makes.
TARE = {
    "20": (2000, 2450),
    "40": (3400, 4000),
    "40HC": (3600, 4250),
    "45": (4200, 5000),
    "reefer": (4100, 5000),
}


@pytest.mark.parametrize("unit_type", UNIT_TYPES)
def test_weighs_what_such_a_unit_weighs(unit_type: str) -> None:
    empty = build_unit(unit_type)
    unit, parts = empty.unit, empty.parts
    low, high = TARE[unit_type]
    assert low <= unit.tare_kg <= high
    weighed = sum(part.solid.volume * part.density for part in parts)
    assert unit.tare_kg == pytest.approx(weighed, abs=5)


@pytest.mark.parametrize("unit_type", UNIT_TYPES)
def test_leaves_the_interior_free_but_for_its_upper_edges(unit_type: str) -> None:
    empty = build_unit(unit_type)
    parts, (lo, hi) = empty.parts, empty.space
    inside = 0.0
    for part in parts:
        a, b = part.solid.bounds
        sides = [min(q, v) - max(p, u) for p, q, u, v in zip(a, b, lo, hi, strict=True)]
        if min(sides) > 0:
            inside += math.prod(sides)
    assert inside < 0.03


@pytest.mark.parametrize("unit_type", UNIT_TYPES)
def test_stays_within_its_external_size(unit_type: str) -> None:
    empty = build_unit(unit_type)
    unit, parts = empty.unit, empty.parts
    for part in parts:
        (x0, y0, z0), (x1, y1, z1) = part.solid.bounds
        assert x0 >= 0
        assert x1 <= unit.length + 1e-9
        assert max(-y0, y1) <= unit.width / 2 + 1e-9
        assert z0 >= 0
        assert z1 <= unit.height + 1e-9
        assert part.role == "unit"


def test_inner_size_of_a_20_foot_box() -> None:
    lo, hi = interior("20")
    size = [b - a for a, b in zip(lo, hi, strict=True)]
    assert size == pytest.approx([5.898, 2.352, 2.389], abs=0.01)


def test_refuses_an_unknown_unit() -> None:
    with pytest.raises(KeyError, match="48"):
        build_unit("48")
