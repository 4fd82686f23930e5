"""Rays of a scan: mass is kept in every view, along uneven travel and behind a tilted fan."""

from __future__ import annotations

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanai.physics.materials import material
from scanai.scan.profile import Geometry, Imperfections
from scanai.synth.scene import SceneObject
from scanai.synth.solids import (
    Box,
    Corrugated,
    Cylinder,
    Ellipsoid,
    Heap,
    Prism,
    TiltedBox,
    Torus,
    Vessel,
)
from scanai.synth.trace import chord_map, mass_kg, trace
from scanai.synth.travel import Travel, draw_travel
from scanai.synth.view import view

WATER = material("water")
# All lie about y = 0 and, in height, about MIDDLE: what is nearer to the source looks larger by as
# much as the rest looks smaller, from the side, from above and from below.
MIDDLE = 1.2
LOADS = {
    "box": Box((1.0, -0.7, 0.7), (2.7, 0.7, 1.7)),
    "leaning box": TiltedBox((2.0, 0.0, MIDDLE), (0.9, 1.2, 1.0), 8.0, "y"),
    "turned box": TiltedBox((2.0, 0.0, MIDDLE), (0.9, 1.2, 1.0), 30.0, "z"),
    "tipped box": TiltedBox((2.0, 0.0, MIDDLE), (0.9, 1.2, 1.0), 30.0, "x"),
    "drum": Cylinder((2.0, 0.0, MIDDLE), 0.5, 0.9, "z"),
    "roll": Cylinder((2.0, 0.0, MIDDLE), 0.5, 1.2, "y", 0.1),
    "pipe": Cylinder((2.5, 0.0, MIDDLE), 0.4, 3.0, "x", 0.3),
    "ball": Ellipsoid((2.0, 0.0, MIDDLE), (0.7, 0.6, 0.5)),
    "slab of grain": Heap((0.5, 1.5, 3.0), (1.3, 1.5, 1.3), (-0.7, 0.7), 1.0),
    "wedge": Prism((0.5, 1.5, 3.0), (1.0, 1.0, 1.0), (1.4, 1.5, 1.3), (-0.7, 0.7)),
    "tyre": Torus((2.0, 0.0, MIDDLE), 0.4, 0.15, "y", 0.03),
    "tyre lying flat": Torus((2.0, 0.0, MIDDLE), 0.4, 0.15, "z", 0.03),
    "tyre on end": Torus((2.0, 0.0, MIDDLE), 0.4, 0.15, "x", 0.03),
    "vessel": Vessel((2.5, 0.0, MIDDLE), 0.5, 2.0, 0.2),
}
SIDE = Geometry(
    source_to_centre_m=7.5, source_to_detector_m=10.8, source_height_m=0.8, view_bottom_m=-0.3
)
GEOMETRIES = {
    "flat array": SIDE,
    "L-shaped array": Geometry(
        source_to_centre_m=5.5,
        source_to_detector_m=7.4,
        source_height_m=0.3,
        view_bottom_m=-0.3,
        arm_height_m=2.2,
    ),
    "source above": Geometry(
        source_to_centre_m=6.0,
        source_to_detector_m=7.6,
        source_height_m=MIDDLE + 6.0,
        view_bottom_m=-1.6,
        view="above",
    ),
    "source below": Geometry(
        source_to_centre_m=5.0,
        source_to_detector_m=7.0,
        source_height_m=MIDDLE - 5.0,
        view_bottom_m=-1.6,
        view="below",
    ),
}


def scanner(profile, geometry: Geometry):
    return msgspec.structs.replace(profile, geometry=geometry, pitch_mm=(5.0, 10.0), rows=340)


@pytest.mark.parametrize("geometry", GEOMETRIES)
@pytest.mark.parametrize("name", LOADS)
def test_picture_holds_the_mass_of_the_scene_in_every_view(
    name, geometry, coarse_scanner, scene_of
):
    scene = scene_of(SceneObject(LOADS[name], WATER, 600.0, "cargo"))
    rays = view(scanner(coarse_scanner, GEOMETRIES[geometry]), (0.0, 6.0))
    seen = mass_kg(trace(scene, rays).total(), rays)
    assert seen == pytest.approx(scene.cargo_mass_kg, rel=0.01)


def test_part_of_the_load_is_seen_by_the_upper_arm(coarse_scanner, scene_of):
    """Or the test above would tell nothing of an L."""
    profile = scanner(coarse_scanner, GEOMETRIES["L-shaped array"])
    scene = scene_of(SceneObject(LOADS["box"], WATER, 600.0, "cargo"))
    rays = view(profile, (0.0, 6.0))
    steep = rays.slope > (2.2 - 0.3) / 7.4
    picture = trace(scene, rays).total()
    assert 0.05 < picture[steep].sum() / picture.sum() < 0.95


@pytest.mark.parametrize("side", [-1.2, 1.2])
def test_wall_seen_from_above_weighs_what_it_weighs(side, coarse_scanner, scene_of):
    """Edge on, some rays meet a sheet of 2 mm along centimetres, and most not at all."""
    wall = Corrugated((0.5, side - 0.02, 0.2), (5.5, side + 0.02, 2.2), 0.278, 0.036, 0.002)
    scene = scene_of(SceneObject(wall, WATER, 1000.0, "cargo"))
    rays = view(scanner(coarse_scanner, GEOMETRIES["source above"]), (0.0, 6.0))
    seen = mass_kg(trace(scene, rays).total(), rays)
    assert seen == pytest.approx(scene.cargo_mass_kg, rel=0.03)


@pytest.mark.parametrize("view_from", ["source above", "source below"])
def test_picture_from_above_or_below_has_positive_y_on_top(view_from, coarse_scanner, scene_of):
    box = Box((1.0, 0.9, 0.2), (2.0, 1.1, 2.2))
    scene = scene_of(SceneObject(box, WATER, 600.0, "cargo"))
    rays = view(scanner(coarse_scanner, GEOMETRIES[view_from]), (0.0, 6.0))
    rows = np.flatnonzero(trace(scene, rays).total().any(axis=1))
    assert rows.max() < 110
    # what is near to the source is thrown outwards
    assert (rows.max() - rows.min()) * 0.01 > 0.3


def test_plumb_ray_from_above_meets_the_height_of_a_box(coarse_scanner, scene_of):
    box = Box((1.0, -0.5, 0.5), (3.0, 0.5, 2.0))
    scene = scene_of(SceneObject(box, WATER, 1000.0, "cargo"))
    odd = msgspec.structs.replace(scanner(coarse_scanner, GEOMETRIES["source above"]), rows=321)
    odd = msgspec.structs.replace(
        odd, geometry=msgspec.structs.replace(odd.geometry, view_bottom_m=-1.605)
    )
    rays = view(odd, (0.0, 6.0))
    assert rays.slope[160] == pytest.approx(0, abs=1e-6)
    assert trace(scene, rays).total()[160, 400] == pytest.approx(150.0, rel=1e-3)


@pytest.mark.parametrize("name", LOADS)
def test_uneven_travel_and_a_tilted_fan_keep_the_mass(name, coarse_scanner, scene_of):
    travel = Travel(1.04, ((0.02, 3.0, 1.0), (0.01, 1.5, 2.0)), 0.02)
    scene = scene_of(SceneObject(LOADS[name], WATER, 600.0, "cargo"))
    rays = view(scanner(coarse_scanner, SIDE), (0.0, 6.0), travel)
    layers = trace(scene, rays)
    assert mass_kg(layers.total(), rays) == pytest.approx(scene.cargo_mass_kg, rel=0.01)
    window, chord = chord_map(LOADS[name], rays)
    np.testing.assert_allclose(layers.total()[window], chord * 60.0, atol=2e-3)


def test_tilt_moves_the_top_of_a_post_along_the_travel(coarse_scanner, scene_of):
    post = Box((2.0, -0.02, 0.0), (2.2, 0.02, 2.5))
    scene = scene_of(SceneObject(post, WATER, 600.0, "cargo"))
    rays = view(scanner(coarse_scanner, SIDE), (0.0, 6.0), Travel(tilt=0.05))
    picture = trace(scene, rays).total()
    places = picture @ np.arange(picture.shape[1]) / np.maximum(picture.sum(axis=1), 1e-6)
    high, low = 100, 280  # 1.8 m apart
    assert (places[high] - places[low]) * 0.005 == pytest.approx(0.05 * 1.8, rel=0.02)


def test_tilted_window_shows_what_lies_just_beyond_it(coarse_scanner, scene_of):
    """A window cut from a load shows no gap at its ends."""
    load = Box((0.0, -1.0, 0.0), (6.0, 1.0, 2.4))
    scene = scene_of(SceneObject(load, WATER, 600.0, "cargo"))
    rays = view(scanner(coarse_scanner, SIDE), (2.0, 3.0), Travel(tilt=0.05))
    picture = trace(scene, rays).total()
    np.testing.assert_allclose(picture, picture[:, :1] * np.ones(200), rtol=1e-5)


def test_slow_travel_makes_the_picture_longer(coarse_scanner, scene_of):
    scene = scene_of(SceneObject(LOADS["box"], WATER, 600.0, "cargo"))
    columns = []
    for speed in (0.9, 1.0):
        rays = view(scanner(coarse_scanner, SIDE), (0.0, 6.0), Travel(speed))
        columns.append(int(trace(scene, rays).total().any(axis=0).sum()))
    assert columns[0] / columns[1] == pytest.approx(1 / 0.9, abs=0.02)


@given(
    speed=st.floats(0.8, 1.25),
    amplitude=st.floats(0, 0.1),
    length=st.floats(0.5, 20),
    columns=st.integers(2, 600),
)
def test_columns_rise_and_their_steps_fill_the_travel(speed, amplitude, length, columns):
    travel = Travel(speed, ((amplitude, length, 0.3),))
    from scanai.scan import load_profile

    rays = view(load_profile("portal-6-4"), (1.0, 1.0 + columns * 0.005 * speed), travel)
    assert rays.x.size == columns
    assert np.all(np.diff(rays.x) > 0)
    end = rays.x[-1] + rays.step[-1] / 2
    assert rays.step.sum() == pytest.approx(end - 1.0, abs=1e-4)


def test_perfect_travel_is_even_and_drawn_travel_is_as_uneven_as_the_profile_says():
    assert draw_travel(np.random.default_rng(1), Imperfections.perfect()).speeds(
        np.arange(0, 9, 0.1)
    ) == pytest.approx(1)
    flaws = msgspec.structs.replace(
        Imperfections.perfect(), speed_error=0.02, speed_wander=0.01, skew_mrad=3.0
    )
    drawn = [draw_travel(np.random.default_rng(seed), flaws) for seed in range(300)]
    assert np.std([travel.speed for travel in drawn]) == pytest.approx(0.02, rel=0.15)
    assert np.std([travel.tilt for travel in drawn]) == pytest.approx(0.003, rel=0.15)
    places = np.arange(0, 12, 0.1)
    wander = [travel.speeds(places) / travel.speed - 1 for travel in drawn]
    assert np.std(wander) == pytest.approx(0.01, rel=0.15)
