"""Areal density maps: they hold the mass of the scene, and lie where the scanner sees it."""

from __future__ import annotations

import numpy as np
import pytest

from scanai.physics.materials import material
from scanai.synth.scene import SceneObject
from scanai.synth.solids import Box, Corrugated, Cylinder, Ellipsoid, Heap, TiltedBox, Torus
from scanai.synth.trace import chord_map, mass_kg, trace, view

WATER, LEAD, STEEL = material("water"), material("lead"), material("steel")

# All symmetric about y = 0: what is nearer to the source looks larger by as much as the rest looks
# smaller, so that the picture weighs what the scene weighs.
LOADS = {
    "box": Box((1.0, -0.9, 0.2), (2.7, 0.9, 1.9)),
    "leaning box": TiltedBox((2.0, 0.0, 1.2), (0.9, 1.6, 1.4), 8.0, "y"),
    "turned box": TiltedBox((2.0, 0.0, 1.2), (0.9, 1.2, 1.4), 30.0, "z"),
    "tipped box": TiltedBox((2.0, 0.0, 1.2), (0.9, 1.2, 1.4), 30.0, "x"),
    "drum": Cylinder((2.0, 0.0, 1.0), 0.5, 0.9, "z"),
    "roll": Cylinder((2.0, 0.0, 1.0), 0.6, 1.8, "y", 0.1),
    "pipe": Cylinder((2.5, 0.0, 1.0), 0.4, 3.0, "x", 0.3),
    "ball": Ellipsoid((2.0, 0.0, 1.3), (0.7, 0.6, 0.5)),
    "heap": Heap((0.5, 1.5, 3.0), (0.5, 1.7, 0.6), (-1.1, 1.1), 0.2),
    "tyre": Torus((2.0, 0.0, 1.3), 0.4, 0.15, "y", 0.03),
    "tyre lying flat": Torus((2.0, 0.0, 1.3), 0.4, 0.15, "z", 0.03),
    "wall": Corrugated((0.5, -0.02, 0.2), (5.5, 0.02, 2.4), 0.278, 0.036, 0.002),
}


@pytest.mark.parametrize("name", LOADS)
def test_picture_holds_the_mass_of_the_scene(name, coarse_scanner, scene_of):
    scene = scene_of(SceneObject(LOADS[name], WATER, 600.0, "cargo", "beverages", "2201"))
    rays = view(coarse_scanner, (0.0, 6.0))
    seen = mass_kg(trace(scene, rays).total(), rays)
    assert seen == pytest.approx(scene.cargo_mass_kg, rel=0.01)


def test_shield_takes_the_place_of_its_host(coarse_scanner, scene_of):
    host = SceneObject(LOADS["box"], WATER, 600.0, "cargo", "beverages", "2201")
    block = Box((1.8, -0.1, 1.0), (2.0, 0.1, 1.2))
    shield = SceneObject(block, LEAD, 11350.0, "shield", displaces=0)
    rays = view(coarse_scanner, (0.0, 6.0))
    layers = trace(scene_of(host, shield), rays)
    alone = trace(scene_of(host), rays).total()
    window, chord = chord_map(block, rays)
    expected = alone[window] + chord * (11350.0 - 600.0) / 10
    np.testing.assert_allclose(layers.total()[window], expected, rtol=1e-4)
    scene = scene_of(host, shield)
    assert mass_kg(layers.total(), rays) == pytest.approx(scene.cargo_mass_kg, rel=0.01)


def test_areal_density_of_a_level_ray_is_density_times_width(coarse_scanner, scene_of):
    box = Box((1.0, -0.5, 0.0), (3.0, 0.5, 2.5))
    rays = view(coarse_scanner, (0.0, 6.0))
    picture = trace(scene_of(SceneObject(box, STEEL, 7850.0, "cargo")), rays).total()
    level = int(np.argmin(abs(rays.direction_yz[:, 1])))
    assert picture[level, 100] == pytest.approx(785.0, rel=1e-4)


def test_high_things_are_at_the_top_and_low_x_at_the_left(coarse_scanner, scene_of):
    box = Box((0.1, -0.1, 2.2), (0.5, 0.1, 2.4))
    rays = view(coarse_scanner, (0.0, 6.0))
    picture = trace(scene_of(SceneObject(box, STEEL, 7850.0, "cargo")), rays).total()
    rows, columns = np.nonzero(picture)
    assert rows.max() < 60
    assert (columns.min(), columns.max()) == (5, 24)


def test_layers_are_kept_apart_by_role_and_goods(coarse_scanner, scene_of):
    left, right = Box((1, -1, 0), (2, 1, 1)), Box((2, -1, 0), (3, 1, 1))
    scene = scene_of(
        SceneObject(left, WATER, 500.0, "cargo", "beverages", "2201"),
        SceneObject(right, WATER, 500.0, "cargo", "fresh_produce", "0803"),
        SceneObject(left, STEEL, 100.0, "unit"),
    )
    rays = view(coarse_scanner, (0.0, 6.0))
    layers = trace(scene, rays)
    assert {(part.role, part.group) for part in layers.layers} == {
        ("cargo", "beverages"),
        ("cargo", "fresh_produce"),
        ("unit", ""),
    }
    np.testing.assert_allclose(
        layers.total("cargo") + layers.total("unit"), layers.total(), rtol=1e-6
    )


def test_what_lies_outside_the_view_costs_nothing_and_shows_nothing(coarse_scanner, scene_of):
    box = Box((8.0, -1, 0), (9.0, 1, 1))
    layers = trace(scene_of(SceneObject(box, STEEL, 100.0, "cargo")), view(coarse_scanner, (0, 6)))
    assert layers.layers == ()
    assert not layers.total().any()


@pytest.mark.parametrize("first", [0, 61, 133])
@pytest.mark.parametrize("name", LOADS)
def test_window_shows_the_same_as_the_whole_scan(name, first, coarse_scanner, scene_of):
    scene = scene_of(SceneObject(LOADS[name], WATER, 600.0, "cargo"))
    whole = trace(scene, view(coarse_scanner, (0.0, 6.0))).total()
    part = trace(scene, view(coarse_scanner, (first * 0.02, (first + 45) * 0.02))).total()
    np.testing.assert_allclose(part, whole[:, first : first + 45], atol=2e-3)
