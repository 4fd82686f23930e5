"""Truth maps and boxes: they lie on what was hidden, and weigh it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from scanai.manifest.goods_groups import group_named
from scanai.manifest.model import Manifest
from scanai.physics.materials import material
from scanai.synth.scene import LookAlike, SceneObject, Threat
from scanai.synth.solids import Box
from scanai.synth.trace import trace, view
from scanai.synth.truth import CLASSES, class_of, truth

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


def test_matter_is_told_by_its_class(coarse_scanner, scene_of):
    found = truth_of(scene_of(LOAD, SHIELD, FLOOR, threats=(threat(1),)), coarse_scanner)
    organic, mineral, steel, heavy = found.class_areal_density.astype(np.float32)
    row, inside, beside = (found.boxes[0].y0 + found.boxes[0].y1) // 2, 97, 70
    assert heavy[row, inside] == pytest.approx(227.0, rel=0.01)
    assert organic[row, inside] == pytest.approx(70.0, rel=0.02)
    assert heavy[row, beside] == 0
    assert not mineral.any()
    assert not steel.any(), "the transport unit is no cargo"
    total = organic + mineral + steel + heavy
    np.testing.assert_allclose(total, found.cargo_areal_density, rtol=2e-3, atol=0.02)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("meat", "organic"),
        ("polyethylene", "organic"),
        ("concrete", "mineral"),
        ("aluminium", "mineral"),
        ("salt", "mineral"),
        ("steel", "steel"),
        ("copper", "steel"),
        ("lead", "heavy"),
        ("uranium", "heavy"),
    ],
)
def test_class_of_a_material(name, expected):
    assert CLASSES[class_of(material(name))] == expected


def test_heading_map_holds_the_heading_as_a_number(coarse_scanner, scene_of):
    light = SceneObject(
        Box((2.0, -0.3, 0.2), (4.0, 0.3, 1.8)), WATER, 300.0, "cargo", "fresh_produce", "0803"
    )
    found = truth_of(scene_of(LOAD, light, FLOOR), coarse_scanner)
    assert np.all(found.heading[110, 52:148] == 2201)
    assert np.all(found.heading[110, 152:198] == 803)
    np.testing.assert_array_equal(found.heading > 0, found.group_index > 0)


def test_look_alike_has_a_box_and_a_mask_of_its_own(coarse_scanner, scene_of):
    ingot = SceneObject(BLOCK, LEAD, 11350.0, "cargo", "high_z_metals", "7801", displaces=0)
    secret = LookAlike(Threat((1,), "Lead ingots", "lead", 12000.0, 100.0), "7801")
    found = truth_of(replace(scene_of(LOAD, ingot), look_alikes=(secret,)), coarse_scanner)
    assert found.boxes == ()
    assert not found.shield_mask.any()
    (box,) = found.look_alikes
    assert (box.kind, box.heading, box.x0, box.x1) == ("look_alike", "7801", 90, 105)
    assert box.areal_density == pytest.approx(227.0, rel=0.01)
    assert found.look_alike_mask.sum() == pytest.approx((box.x1 - box.x0) * (box.y1 - box.y0))


def test_goods_that_no_line_names_are_marked(coarse_scanner, scene_of):
    other = SceneObject(
        Box((3.2, -0.8, 0.2), (4.0, 0.8, 1.0)), WATER, 400.0, "cargo", "packaged_food", "2402"
    )
    scene = replace(scene_of(LOAD, other), hidden_headings=("2402",))
    found = truth_of(scene, coarse_scanner)
    (box,) = found.hidden_goods
    assert (box.kind, box.heading, box.x0, box.x1) == ("undeclared_goods", "2402", 160, 200)
    assert box.areal_density == pytest.approx(64.0, rel=0.05)
    columns = np.flatnonzero(found.hidden_mask.any(axis=0))
    assert (columns.min(), columns.max()) == (160, 199)


def test_visible_share_falls_where_the_load_hides_the_shield(coarse_scanner, scene_of):
    """Half of the shield lies behind so much steel that no beam comes through."""
    screen = SceneObject(
        Box((1.0, 0.3, 0.2), (1.95, 0.8, 1.8)), STEEL, 7850.0, "cargo", "iron_steel", "7208"
    )
    thin = SceneObject(Box((1.8, -0.1, 1.0), (2.1, 0.0, 1.2)), LEAD, 1135.0, "shield", displaces=0)
    clear = truth_of(scene_of(LOAD, thin, threats=(threat(1),)), coarse_scanner)
    half = truth_of(scene_of(LOAD, thin, screen, threats=(threat(1),)), coarse_scanner)
    assert clear.boxes[0].visible_share == 1.0
    assert half.boxes[0].visible_share == pytest.approx(0.5, abs=0.05)


def test_site_and_papers_are_kept(coarse_scanner, scene_of):
    true = Manifest(unit="SYNTH-0001", gross_mass_kg=7.0)
    scene = replace(
        scene_of(LOAD, SHIELD, threats=(threat(1),)), sites=("void",), true_manifest=true
    )
    found = truth_of(scene, coarse_scanner)
    assert found.boxes[0].site == "void"
    assert (found.true_manifest, found.declared) == (true, scene.manifest)
