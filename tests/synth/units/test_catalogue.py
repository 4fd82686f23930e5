"""Transport units: tare and size of real ones, room for cargo, and which scanners see them."""

from __future__ import annotations

import math

import msgspec
import numpy as np
import pytest

from scanai.scan.profile import ScannerProfile
from scanai.synth.solids import Cylinder, Torus
from scanai.synth.units import (
    CONTAINER_PAYLOAD_KG,
    UNIT_TYPES,
    EmptyUnit,
    build_unit,
    fits_view,
    interior,
    payload_kg,
)

# kg: lightest and heaviest of the usual makes.
TARE = {
    "20": (2000, 2450),
    "40": (3400, 4000),
    "40HC": (3600, 4250),
    "45": (4200, 5000),
    "reefer": (4100, 5000),
    "tank": (3200, 4200),
    "flat_rack": (4900, 5900),
    "trailer": (11_800, 15_500),
    "container_truck": (12_500, 17_000),
    "truck": (4600, 6500),
    "van": (1900, 2400),
    "wagon": (20_500, 25_500),
    "gondola": (20_500, 24_000),
}
# Length, width, height, m: ISO 668, Directive 96/53/EC, UIC 571-2.
SIZE = {
    "tank": (6.058, 2.438, 2.591),
    "flat_rack": (12.192, 2.438, 2.591),
    "trailer": (16.5, 2.55, 4.0),
    "gondola": (14.04, 2.9, 3.2),
    "wagon": (16.52, 2.8, 4.2),
}
WHEELED = ("trailer", "container_truck", "truck", "van", "wagon", "gondola")
MAKES = 6


def makes(unit_type: str) -> list[EmptyUnit]:
    drawn = [build_unit(unit_type, np.random.default_rng(seed)) for seed in range(MAKES)]
    return [build_unit(unit_type), *drawn]


@pytest.mark.parametrize("unit_type", UNIT_TYPES)
def test_every_make_weighs_what_such_a_unit_weighs(unit_type: str) -> None:
    low, high = TARE[unit_type]
    for empty in makes(unit_type):
        assert low <= empty.unit.tare_kg <= high
        assert type(empty.unit.tare_kg) is float  # not numpy's: it goes into manifests
        weighed = sum(part.solid.volume * part.density for part in empty.parts)
        assert empty.unit.tare_kg == pytest.approx(weighed, abs=5)


@pytest.mark.parametrize("unit_type", [name for name in UNIT_TYPES if name != "tank"])
def test_leaves_the_space_for_cargo_free_but_for_its_edges(unit_type: str) -> None:
    """Roof corrugation, wheel arches of a van, stakes of a flat rack stand in it a little."""
    for empty in makes(unit_type):
        lo, hi = empty.space
        assert not empty.liquids_only
        inside = 0.0
        for part in empty.parts:
            a, b = part.solid.bounds
            sides = [min(q, v) - max(p, u) for p, q, u, v in zip(a, b, lo, hi, strict=True)]
            if min(sides) > 0:
                inside += math.prod(sides)
        assert inside < 0.012 * math.prod(v - u for u, v in zip(lo, hi, strict=True))


@pytest.mark.parametrize("unit_type", UNIT_TYPES)
def test_stays_within_its_external_size_and_stands_on_the_ground(unit_type: str) -> None:
    for empty in makes(unit_type):
        unit = empty.unit
        corners = np.array([part.solid.bounds for part in empty.parts])
        lo, hi = corners[:, 0].min(axis=0), corners[:, 1].max(axis=0)
        # The flange of a wagon's wheel reaches below the top of the rail.
        assert np.all(lo >= [-1e-9, -unit.width / 2 - 1e-9, -0.03])
        assert np.all(hi <= np.array([unit.length, unit.width / 2, unit.height]) + 1e-6)
        assert lo[2] < 0.03
        assert hi[0] - lo[0] == pytest.approx(unit.length, abs=0.06)
        assert hi[2] == pytest.approx(unit.height, abs=0.06)
        assert {part.role for part in empty.parts} == {"unit"}


@pytest.mark.parametrize("unit_type", SIZE)
def test_has_the_size_that_its_standard_gives(unit_type: str) -> None:
    unit = build_unit(unit_type).unit
    assert (unit.length, unit.width, unit.height) == pytest.approx(SIZE[unit_type], abs=0.08)


@pytest.mark.parametrize("unit_type", WHEELED)
def test_runs_on_wheels_that_touch_the_ground(unit_type: str) -> None:
    wheels = [
        part
        for part in build_unit(unit_type).parts
        if isinstance(part.solid, Cylinder | Torus)
        and part.solid.axis == "y"
        and part.material.name in ("tyre", "steel")
        and -0.04 <= part.solid.bounds[0][2] < 0.01
    ]
    places = {round(part.solid.bounds[0][0] + part.solid.bounds[1][0], 2) for part in wheels}
    axles = {"trailer": 5, "container_truck": 5, "truck": 2, "van": 2, "wagon": 4, "gondola": 4}
    assert len(places) == axles[unit_type]


@pytest.mark.parametrize("unit_type", UNIT_TYPES)
def test_makes_differ_but_for_equal_seeds(unit_type: str) -> None:
    first, again, other = (build_unit(unit_type, np.random.default_rng(s)) for s in (1, 1, 2))
    assert first == again
    others = (other, *makes(unit_type))
    assert any(first.parts != make.parts for make in others)


@pytest.mark.parametrize("unit_type", [name for name in UNIT_TYPES if name != "tank"])
def test_hollows_lie_within_the_unit(unit_type: str) -> None:
    for empty in makes(unit_type):
        assert empty.voids
        for lo, hi in empty.voids:
            assert all(a < b for a, b in zip(lo, hi, strict=True))
            assert lo[0] >= 0
            assert hi[0] <= empty.unit.length
            assert max(-lo[1], hi[1]) <= empty.unit.width / 2
            assert lo[2] >= 0
            assert hi[2] <= empty.unit.height


def test_inner_size_of_a_20_foot_box() -> None:
    lo, hi = interior("20")
    size = [b - a for a, b in zip(lo, hi, strict=True)]
    assert size == pytest.approx([5.898, 2.352, 2.389], abs=0.01)


def test_payload_is_that_of_the_class() -> None:
    assert payload_kg("40") == CONTAINER_PAYLOAD_KG
    assert payload_kg("van") + build_unit("van").unit.tare_kg == pytest.approx(3500, rel=0.08)


def test_a_scanner_sees_whole_what_lies_between_its_outermost_rays(
    coarse_scanner: ScannerProfile,
) -> None:
    """The coarse scanner's picture reaches to 3.0 m, less on the near side of the unit."""
    assert fits_view("40", coarse_scanner)
    assert not fits_view("trailer", coarse_scanner)
    taller = msgspec.structs.replace(coarse_scanner, rows=260)
    assert fits_view("trailer", taller)
    raised = msgspec.structs.replace(
        taller, geometry=msgspec.structs.replace(taller.geometry, view_bottom_m=0.5)
    )
    assert not fits_view("trailer", raised)


def test_refuses_an_unknown_unit() -> None:
    with pytest.raises(KeyError, match="48"):
        build_unit("48")
