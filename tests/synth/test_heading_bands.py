"""The manifest's bands and rooms agree with the cargo library and the units of the simulator."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest

import scanai.manifest
from scanai.inspect.bundle import OperatingPoint, initial_thresholds
from scanai.inspect.evidence.room import room_findings
from scanai.manifest.bands import density_band, package_type_of
from scanai.manifest.room_inside import room_inside
from scanai.synth.cargo import library
from scanai.synth.forms import FORMS
from scanai.synth.heading_bands import FILLED, table
from scanai.synth.scene import Scene
from scanai.synth.scenes import ScanSpec, make_scene
from scanai.synth.units import UNIT_TYPES, build_unit

CELL_M = 0.05


def test_the_table_is_what_the_library_gives() -> None:
    stored = Path(scanai.manifest.__file__).parent / "data" / "heading_bands.csv"
    assert stored.read_text("utf-8") == table(), (
        "run python -m scanai.synth.heading_bands > scanai/manifest/data/heading_bands.csv"
    )


def test_every_load_form_says_how_it_fills_its_room() -> None:
    assert set(FILLED) == set(FORMS)


def test_every_package_type_of_the_library_is_known() -> None:
    assert [g.heading for g in library() if package_type_of(g.package_type) is None] == []


def seen_density(scene: Scene, heading: str) -> float | None:
    """kg/m³ of the goods of a heading, by the side view of the boxes around their pieces."""
    pieces = [item for item in scene.objects if item.heading == heading and item.role == "cargo"]
    if not pieces:
        return None
    side = np.zeros((500, 120), bool)
    for item in pieces:
        (x0, _, z0), (x1, _, z1) = item.solid.bounds
        columns = slice(int(x0 / CELL_M), math.ceil(x1 / CELL_M))
        side[columns, int(z0 / CELL_M) : math.ceil(z1 / CELL_M)] = True
    area = float(side.sum()) * CELL_M**2
    mass = sum(item.solid.volume * item.density for item in pieces)
    return mass / (area * room_inside(scene.unit.unit_type).width_m)


def test_simulated_loads_are_as_dense_as_their_headings_band_says() -> None:
    outside = []
    for number, heading in enumerate(sorted({goods.heading for goods in library()})):
        scene = make_scene(np.random.default_rng([11, number]), ScanSpec(heading=heading))
        density = seen_density(scene, heading)
        if density is not None:
            times = density_band(heading).times_outside(density, density)
            outside.append((times, heading, round(density)))
    assert len(outside) > 150
    assert max(outside)[0] < 1.5, max(outside)
    assert sum(times > 1 for times, _, _ in outside) <= 0.02 * len(outside)


@pytest.mark.parametrize("unit_type", UNIT_TYPES)
def test_no_simulated_unit_is_larger_than_the_table_has_it(unit_type: str) -> None:
    room = room_inside(unit_type)
    for rng in (None, np.random.default_rng(1), np.random.default_rng(2)):
        empty = build_unit(unit_type, rng)
        sides = np.subtract(empty.space[1], empty.space[0])
        assert (sides <= np.add((room.length_m, room.width_m, room.height_m), 0.105)).all()
        # A tank's space is the box around its vessel.
        assert math.prod(sides) <= (1.2 if unit_type == "tank" else 1.02) * room.volume_m3
        assert empty.payload_kg <= room.most_load_kg


def test_honest_papers_fit_the_unit_and_the_packages() -> None:
    thresholds = {name: entry.value for name, entry in initial_thresholds().items()}
    point = OperatingPoint(thresholds, None)
    scores, told = [], []
    for seed in range(100):
        manifest = make_scene(np.random.default_rng([12, seed]), ScanSpec()).manifest
        findings, score = room_findings(manifest, point)
        scores.append(score["room"])
        told += findings
    assert sum(score > 0 for score in scores) <= 3
    assert max(scores) < 0.2
    assert [finding.sentence for finding in told if finding.confirmed] == []
    assert len(told) <= 2
