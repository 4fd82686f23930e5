"""Truth maps and boxes: they lie on what was hidden, and weigh it."""

from __future__ import annotations

import numpy as np
import pytest

from scanai.manifest.goods_groups import group_named
from scanai.physics.materials import material
from scanai.synth.scene import SceneObject, Threat
from scanai.synth.solids import Box
from scanai.synth.trace import trace, view
from scanai.synth.truth import truth

WATER, LEAD, STEEL = material("water"), material("lead"), material("steel")
LOAD = SceneObject(
    Box((1.0, -0.8, 0.2), (3.0, 0.8, 1.8)), WATER, 500.0, "cargo", "beverages", "2201"
)
BLOCK = Box((1.8, -0.1, 1.0), (2.1, 0.1, 1.2))
SHIELD = SceneObject(BLOCK, LEAD, 11350.0, "shield", displaces=0)
FLOOR = SceneObject(Box((0.0, -1.2, 0.1), (6.0, 1.2, 0.15)), STEEL, 7850.0, "unit")


def truth_of(scene, profile):
    rays = view(profile, (0.0, 6.0))
    return truth(scene, trace(scene, rays), rays)


def threat(*objects: int) -> Threat:
    return Threat(objects, "solid", "lead", 12000.0, 100.0)


def test_box_encloses_the_mask_and_measures_the_shield(coarse_scanner, scene_of):
    found = truth_of(scene_of(LOAD, SHIELD, threats=(threat(1),)), coarse_scanner)
    (box,) = found.boxes
    rows, columns = np.nonzero(found.shield_mask)
    assert (box.x0, box.x1) == (columns.min(), columns.max() + 1) == (90, 105)
    assert (box.y0, box.y1) == (rows.min(), rows.max() + 1)
    # 0.2 m of lead in 1.4 m of goods at 500 kg/m³; the ray is nearly level.
    assert box.areal_density == pytest.approx(227.0, rel=0.01)
    assert box.contrast == pytest.approx(227.0 / 70.0, rel=0.1)


def test_cavity_of_a_shield_counts_as_hidden_but_not_as_shield(coarse_scanner, scene_of):
    air = SceneObject(
        Box((1.85, -0.05, 1.05), (2.05, 0.05, 1.15)),
        material("polyethylene"),
        900.0,
        "contents",
        displaces=1,
    )
    found = truth_of(scene_of(LOAD, SHIELD, air, threats=(threat(1, 2),)), coarse_scanner)
    solid = truth_of(scene_of(LOAD, SHIELD, threats=(threat(1),)), coarse_scanner)
    np.testing.assert_array_equal(found.shield_mask, solid.shield_mask)
    middle = (found.boxes[0].y0 + found.boxes[0].y1) // 2, 97
    missing = solid.total_areal_density[middle] - found.total_areal_density[middle]
    assert missing == pytest.approx(0.1 * (11350 - 900) / 10, rel=0.01)


def test_goods_map_names_the_heavier_group_and_nothing_where_no_cargo_is(coarse_scanner, scene_of):
    light = SceneObject(
        Box((2.0, -0.3, 0.2), (4.0, 0.3, 1.8)), WATER, 300.0, "cargo", "fresh_produce", "0803"
    )
    found = truth_of(scene_of(LOAD, light, FLOOR), coarse_scanner)
    beverages, produce = group_named("beverages").index, group_named("fresh_produce").index
    row = 110
    assert np.all(found.group_index[row, 52:148] == beverages)
    assert np.all(found.group_index[row, 152:198] == produce)
    assert np.all(found.group_index[:, 205:] == 0)
    assert found.total_areal_density[:, 250].max() > 50
    assert not found.cargo_areal_density[:, 250].any()


def test_threat_out_of_view_leaves_no_box(coarse_scanner, scene_of):
    scene = scene_of(LOAD, SHIELD, threats=(threat(1),))
    rays = view(coarse_scanner, (3.0, 6.0))
    found = truth(scene, trace(scene, rays), rays)
    assert found.boxes == ()
    assert not found.shield_mask.any()
