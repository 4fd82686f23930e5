"""Shields keep to their promised sizes, displace what they lie in, and cut what is in the way."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanai.physics.materials import material
from scanai.synth.concealment import (
    SHIELD_FORMS,
    SHIELD_MATERIALS,
    SITES,
    VOLUME_CM3,
    WALL_MM,
    conceal,
    draw_flat_shield,
    draw_shield,
)
from scanai.synth.look_alikes import add_look_alikes, draw_kind
from scanai.synth.placing import Stage
from scanai.synth.scene import SceneObject
from scanai.synth.solids import Box, Cylinder, EllipticCylinder, Heap, Solid, Vec3

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


HOSTS = {
    "box": Box((0.5, -0.9, 0.0), (3.5, 0.9, 1.8)),
    "cylinder": Cylinder((2.0, 0.0, 0.9), 0.9, 1.8, "y"),
    "heap": Heap((0.5, 2.0, 3.5), (1.5, 1.9, 1.5), (-0.9, 0.9), 0.0),
}


@pytest.mark.parametrize("host", HOSTS.values(), ids=HOSTS)
def test_shield_inside_a_solid_takes_its_place(host: Solid) -> None:
    rng = np.random.default_rng(7)
    inside = 0
    for _ in range(20):
        stage = Stage([goods(host)])
        hidden = conceal(rng, stage, SPACE, "load")
        threat = hidden.threat(stage)
        first = stage.objects[threat.objects[0]]
        lo, hi = first.solid.bounds
        assert all(a <= p and q <= b for a, b, p, q in zip(*SPACE, lo, hi, strict=True))
        assert len(threat.objects) == len(hidden.shield.pieces)
        if first.displaces is not None:
            inside += 1
            assert stage.objects[first.displaces].solid == host
    assert inside >= 15


def solids_that_meet(stage: Stage, index: int, role: str) -> list[Solid]:
    lo, hi = stage.objects[index].solid.bounds
    met = []
    for item in stage.objects:
        a, b = item.solid.bounds
        if item.role == role and all(
            p < v and u < q for p, q, u, v in zip(a, b, lo, hi, strict=True)
        ):
            met.append(item.solid)
    return met


def test_shield_in_a_void_cuts_nothing_and_rests_on_something() -> None:
    """Two stacks with a gap between: the gap, or the room above, takes it."""
    stacks = [
        goods(Box((0.5, -0.9, 0.0), (1.6, 0.9, 1.0))),
        goods(Box((2.4, -0.9, 0.0), (3.5, 0.9, 1.9))),
    ]
    rng = np.random.default_rng(4)
    found = 0
    for _ in range(30):
        stage = Stage(stacks)
        hidden = conceal(rng, stage, SPACE, "void")
        if hidden.site != "void":
            continue
        found += 1
        assert stage.objects[:2] == stacks
        (first, *_) = stage.placed[hidden.number]
        assert not solids_that_meet(stage, first, "cargo")
        assert stage.objects[first].solid.bounds[0][2] in (
            pytest.approx(0.0, abs=0.01),
            pytest.approx(1.0, abs=0.01),
        )
    assert found >= 20


def test_shield_behind_a_dense_block_lies_in_its_shadow() -> None:
    block = SceneObject(
        Box((1.5, -0.3, 0.2), (2.5, 0.3, 1.2)), material("steel"), 7850.0, "cargo", "x", "8408"
    )
    rng = np.random.default_rng(5)
    found = 0
    for _ in range(20):
        stage = Stage([block])
        hidden = conceal(rng, stage, SPACE, "behind")
        if hidden.site != "behind":
            continue
        found += 1
        first = stage.objects[stage.placed[hidden.number][0]]
        lo, hi = first.solid.bounds
        assert lo[0] < 2.5
        assert hi[0] > 1.5
        assert lo[1] >= 0.3 or hi[1] <= -0.3
    assert found >= 15


def test_shield_in_the_unit_lies_in_one_of_its_hollows() -> None:
    hollow = ((0.2, -1.0, -0.14), (3.8, 1.0, -0.02))
    rng = np.random.default_rng(6)
    sites = []
    for _ in range(20):
        stage = Stage([goods(HOSTS["box"])], voids=[hollow])
        hidden = conceal(rng, stage, SPACE, "unit")
        sites.append(hidden.site)
        if hidden.site == "unit":
            lo, hi = stage.objects[stage.placed[hidden.number][0]].solid.bounds
            assert all(a <= p and q <= b for a, b, p, q in zip(*hollow, lo, hi, strict=True))
    assert sites.count("unit") >= 15


def test_insulation_gives_way_to_what_is_hidden_in_it() -> None:
    foam = SceneObject(
        Box((0.0, 1.1, 0.0), (4.0, 1.17, 2.0)), material("polystyrene"), 50.0, "unit"
    )
    stage = Stage([goods(HOSTS["box"]), foam])
    hidden = conceal(np.random.default_rng(0), stage, SPACE, "insulation")
    assert hidden.site == "insulation"
    first = stage.objects[stage.placed[hidden.number][0]]
    assert first.displaces is not None
    assert stage.objects[first.displaces] == foam


def test_shield_in_a_tank_is_sunk_in_the_liquid() -> None:
    liquid = SceneObject(
        Cylinder((2.0, 0.0, 1.0), 0.95, 3.8, "x"), material("oil"), 900.0, "cargo", "x", "1511"
    )
    rng = np.random.default_rng(2)
    for _ in range(10):
        stage = Stage([liquid])
        hidden = conceal(rng, stage, SPACE, "liquid")
        first = stage.objects[stage.placed[hidden.number][0]]
        assert (hidden.site, first.displaces) == ("liquid", 0)


@pytest.mark.parametrize("site", SITES)
def test_where_a_site_has_no_room_the_load_or_the_floor_takes_the_shield(site: str) -> None:
    rng = np.random.default_rng(8)
    for _ in range(10):
        stage = Stage([goods(HOSTS["box"])])
        hidden = conceal(rng, stage, SPACE, site)
        assert hidden.site in {site, "load", "floor"}
        assert stage.placed[hidden.number]


@given(seed=st.integers(0, 2**32 - 1), thick=st.floats(0.015, 0.11))
def test_flat_shields_fit_their_gap_and_keep_to_volume_and_wall(seed: int, thick: float) -> None:
    shield = draw_flat_shield(np.random.default_rng(seed), thick)
    assert 2 * min(shield.half) <= thick + 1e-9
    assert VOLUME_CM3[0] * 0.8 <= shield.volume_cm3 <= VOLUME_CM3[1] * 1.3
    assert WALL_MM[0] <= shield.wall_mm <= WALL_MM[1]


def test_what_was_put_is_not_cut_and_keeps_its_indices() -> None:
    bed = [goods(Box((x, -1.0, 0.0), (x + 0.5, 1.0, 1.5))) for x in np.arange(0.0, 4.0, 0.5)]
    rng = np.random.default_rng(3)
    for _ in range(10):
        stage = Stage(bed)
        added = add_look_alikes(rng, stage, SPACE, draw_kind(rng))
        before = [[stage.objects[i].solid for i in stage.placed[n]] for n in added.numbers]
        conceal(rng, stage, SPACE, "load")
        after = [[stage.objects[i].solid for i in stage.placed[n]] for n in added.numbers]
        assert after == before


def carve(objects: list[SceneObject], lo: Vec3, hi: Vec3) -> list[SceneObject]:
    stage = Stage(objects)
    stage.cut(lo, hi)
    return stage.objects


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


def test_cut_takes_bottles_out_of_a_row_and_leaves_the_others() -> None:
    row = EllipticCylinder((1.0, 0.0, 1.0), (0.04, 0.5), 1.0)
    goods = SceneObject(row, material("water"), 1000.0, "cargo", "beverages", "2203")
    parts = carve([goods], (0.9, -0.5, 0.8), (1.1, -0.25, 1.1))
    assert [part.density for part in parts] == pytest.approx([1000.0, 750.0, 1000.0])
    assert sum(part.solid.volume for part in parts) == pytest.approx(row.volume)
    assert parts[1].solid.bounds[0][2] == pytest.approx(0.8)
    beside = carve([goods], (1.1, -0.5, 0.8), (1.2, 0.5, 1.1))
    assert beside == [goods]


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
