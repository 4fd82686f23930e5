"""Shields keep to their promised sizes, displace what they lie in, and cut what is in the way."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanai.manifest.goods_groups import goods_group_of
from scanai.physics.materials import material
from scanai.synth.concealment import (
    LOOK_ALIKES,
    SHIELD_FORMS,
    SHIELD_MATERIALS,
    VOLUME_CM3,
    WALL_MM,
    add_look_alike,
    draw_shield,
    hide,
)
from scanai.synth.placing import carve
from scanai.synth.scene import SceneObject
from scanai.synth.solids import Box, Cylinder, Heap, Solid

SPACE = ((0.0, -1.0, 0.0), (4.0, 1.0, 2.0))


def goods(solid: Solid, density: float = 500.0) -> SceneObject:
    return SceneObject(solid, material("wood"), density, "cargo", "timber", "4407")


def volume(objects: list[SceneObject]) -> float:
    return sum(item.solid.volume for item in objects)


@given(seed=st.integers(0, 2**32 - 1))
def test_shields_keep_to_volume_and_wall(seed: int) -> None:
    shield = draw_shield(np.random.default_rng(seed))
    assert 0.99 * VOLUME_CM3[0] <= shield.volume_cm3 <= 1.01 * VOLUME_CM3[1]
    assert WALL_MM[0] <= shield.wall_mm <= WALL_MM[1]
    outer = shield.pieces[0].solid.bounds
    for piece in shield.pieces[1:]:
        lo, hi = piece.solid.bounds
        assert all(a <= p for a, p in zip(outer[0], lo, strict=True))
        assert all(q <= b for b, q in zip(outer[1], hi, strict=True))
        assert piece.inside is not None


def test_draws_every_form_and_material() -> None:
    rng = np.random.default_rng(1)
    shields = [draw_shield(rng) for _ in range(400)]
    assert {shield.form for shield in shields} == set(SHIELD_FORMS)
    assert {shield.material for shield in shields} == set(SHIELD_MATERIALS)


@pytest.mark.parametrize(
    "host",
    [
        Box((0.5, -0.9, 0.0), (3.5, 0.9, 1.8)),
        Cylinder((2.0, 0.0, 0.9), 0.9, 1.8, "y"),
        Heap((0.5, 2.0, 3.5), (1.5, 1.9, 1.5), (-0.9, 0.9), 0.0),
    ],
    ids=["box", "cylinder", "heap"],
)
def test_shield_inside_a_solid_takes_its_place(host: Solid) -> None:
    rng = np.random.default_rng(7)
    inside = 0
    for _ in range(20):
        shield = draw_shield(rng)
        objects, threat = hide(rng, [goods(host)], SPACE, shield)
        first = objects[threat.objects[0]]
        lo, hi = first.solid.bounds
        assert all(a <= p and q <= b for a, b, p, q in zip(*SPACE, lo, hi, strict=True))
        assert len(threat.objects) == len(shield.pieces)
        if first.displaces is not None:
            inside += 1
            assert objects[first.displaces].solid == host
    assert inside >= 10


def test_carving_takes_away_just_the_cut() -> None:
    stack = [goods(Box((x, -1.0, 0.0), (x + 1.0, 1.0, 1.0))) for x in (0.0, 1.0, 2.0)]
    roll = goods(Cylinder((3.5, 0.0, 0.5), 0.4, 0.8, "y"))
    cut = Box((0.7, -0.2, 0.3), (1.4, 0.2, 0.6))
    carved = carve([*stack, roll], cut.lo, cut.hi)
    assert volume(carved) == pytest.approx(volume([*stack, roll]) - cut.volume)
    assert carved[-1] == roll


def test_unit_is_never_cut() -> None:
    wall = SceneObject(Box((0.0, -1.0, 0.0), (4.0, 1.0, 2.0)), material("steel"), 7850.0, "unit")
    assert carve([wall], (1.0, -0.5, 0.5), (2.0, 0.5, 1.0)) == [wall]


@pytest.mark.parametrize("heading", LOOK_ALIKES)
def test_look_alikes_are_goods_of_their_heading(heading: str) -> None:
    bed = [goods(Box((0.0, -1.0, 0.0), (4.0, 1.0, 1.5)))]
    objects = add_look_alike(np.random.default_rng(2), bed, SPACE, heading)
    added = [item for item in objects if item.heading == heading]
    assert added
    assert {item.group for item in added} == {goods_group_of(heading).name}
    assert all(item.role != "shield" for item in objects)


@pytest.fixture
def shield_of() -> Callable[[str], object]:
    def find(form: str) -> object:
        rng = np.random.default_rng(0)
        while (shield := draw_shield(rng)).form != form:
            pass
        return shield

    return find


def test_cavity_is_not_counted_as_shielding(shield_of: Callable[[str], object]) -> None:
    shield = shield_of("pig")
    outer = shield.pieces[0].solid.volume * 1e6  # type: ignore[attr-defined]
    assert shield.volume_cm3 < outer  # type: ignore[attr-defined]
