from __future__ import annotations

import math
from dataclasses import replace

import msgspec
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from reading_making import NOTHING, PAPER, STEEL, goods_reading

from scanai.inspect.evidence import magnification as module
from scanai.inspect.evidence.magnification import magnification
from scanai.scan.profile import Geometry
from scanai.synth.units import UNIT_TYPES, build_unit

BELOW = Geometry(
    source_to_centre_m=4.0,
    source_to_detector_m=7.5,
    source_height_m=-2.5,
    view_bottom_m=-1.6,
    view="below",
)
ABOVE = msgspec.structs.replace(BELOW, source_height_m=5.5, view="above")
WHOLE = (slice(0, 20), slice(0, 41))
FLOOR, ROOF = 0.17, 2.56


@pytest.fixture
def seen(kit, context_of):
    """A container with 45 g/cm² of goods, or less, seen by a scanner of some geometry."""
    measured = context_of(kit.walls, ("paper", kit.load, 45.0)).measured

    def build(geometry: Geometry, times: float = 1.0):
        profile = msgspec.structs.replace(measured.profile, geometry=geometry)
        density = measured.areal_density * np.float32(times)
        return replace(measured, profile=profile, areal_density=density)

    return build


def of(measured, reading=None, unit_kg: float = 0.0, unit_type: str = "20", inside=WHOLE):
    density = measured.areal_density[inside]
    return magnification(
        measured, inside, density, unit_type=unit_type, unit_kg=unit_kg, reading=reading
    )


def test_from_the_side_a_load_gains_what_its_nearer_half_does(seen) -> None:
    geometry = seen(ABOVE).profile.geometry
    side = msgspec.structs.replace(geometry, view="side", source_to_centre_m=4.5)
    found = of(seen(side))
    half = 2.352 / 2
    mean = math.log((4.5 + half) / (4.5 - half)) / (2 * half)
    assert found.load == pytest.approx(4.5 * mean)
    assert found.load == found.if_dense == found.if_loose
    assert found.unit == pytest.approx(1 + (0.93 / 4.5) ** 2)


def test_a_thin_load_lies_on_the_floor(seen) -> None:
    thin = 1e-3
    assert of(seen(BELOW, thin)).load == pytest.approx(4.0 / (FLOOR + 2.5), rel=0.02)
    assert of(seen(ABOVE, thin)).load == pytest.approx(4.0 / (5.5 - FLOOR), rel=0.02)


def test_a_load_that_fills_the_unit_reaches_from_floor_to_roof(seen) -> None:
    heavy = 100.0
    mean = math.log((ROOF + 2.5) / (FLOOR + 2.5)) / (ROOF - FLOOR)
    assert of(seen(BELOW, heavy)).load == pytest.approx(4.0 * mean, rel=0.01)


def test_goods_that_are_packed_densely_lie_lower(seen) -> None:
    paper, steel = (goods_reading((1000.0, {code: 1.0})) for code in (PAPER, STEEL))
    columns = range(paper.sections.boxes[0, 0], paper.sections.boxes[0, 2])
    measured = seen(BELOW)
    own = (WHOLE[0], slice(columns.start, columns.stop))
    told = [of(measured, reading, inside=own).load for reading in (steel, paper)]
    assert told[0] > told[1] + 0.02


def test_what_looks_like_nothing_counts_as_general_cargo(seen) -> None:
    nothing = goods_reading((1000.0, {NOTHING: 1.0}))
    assert of(seen(BELOW), nothing) == pytest.approx(of(seen(BELOW)))


def test_a_unit_of_no_known_type_may_stand_on_the_ground_or_on_wheels(seen) -> None:
    box, lorry, unknown = (of(seen(BELOW), unit_type=name) for name in ("40", "trailer", "?"))
    assert lorry.load < unknown.load < box.load
    assert unknown.if_dense == pytest.approx(box.if_dense)
    assert unknown.if_loose < box.if_loose


@pytest.mark.parametrize(("geometry", "sign"), [(BELOW, 1), (ABOVE, -1)])
def test_how_densely_it_is_packed_decides_how_large_it_looks(seen, geometry, sign) -> None:
    found = of(seen(geometry))
    assert sign * found.if_loose < sign * found.load < sign * found.if_dense


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    times=st.floats(0.01, 50.0),
    unit_type=st.sampled_from(["", *UNIT_TYPES]),
    source=st.one_of(st.floats(-50.0, -1.5), st.floats(5.0, 50.0)),
)
def test_whatever_is_seen_lies_between_the_nearest_and_the_farthest_of_the_unit(
    seen, times, unit_type, source
) -> None:
    view = "below" if source < 0 else "above"
    geometry = msgspec.structs.replace(BELOW, source_height_m=source, view=view)
    found = of(seen(geometry, times), unit_type=unit_type)
    ends = sorted(4.0 / abs(height - source) for height in (0.0, 4.5))
    assert ends[0] <= min(found[1:]) <= max(found[1:]) <= ends[1]
    assert ends[0] <= found.unit <= 1.2 * ends[1]


def test_a_unit_that_weighs_more_than_all_that_is_seen_leaves_no_load_to_magnify(seen) -> None:
    assert of(seen(BELOW), unit_kg=1e6)[1:] == (1.0, 1.0, 1.0)


@pytest.mark.parametrize("unit_type", UNIT_TYPES)
def test_units_lie_where_the_simulator_builds_them(unit_type: str) -> None:
    unit, total = build_unit(unit_type), 0.0
    sums = np.zeros(3)
    for part in unit.parts:
        low, high = part.solid.bounds
        kg = part.solid.volume * part.density
        middle = (low[2] + high[2]) / 2
        up = (low[2] ** 2 + low[2] * high[2] + high[2] ** 2) / 3
        across = (low[1] ** 2 + low[1] * high[1] + high[1] ** 2) / 3
        sums += kg * np.array((middle, up, across))
        total += kg
    middle, up, across = sums / total
    known = module._UNITS[unit_type]
    assert known.floor == pytest.approx(unit.space[0][2], abs=0.02)
    assert known.middle == pytest.approx(middle, abs=0.15)
    assert known.up == pytest.approx(math.sqrt(up - middle**2), abs=0.15)
    assert known.across == pytest.approx(math.sqrt(across), abs=0.1)
