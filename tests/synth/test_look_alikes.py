"""Look-alikes: honest goods of the size and areal density of shields, declared as such."""

from __future__ import annotations

import numpy as np
import pytest

from scanai.manifest.goods_groups import goods_group_of
from scanai.manifest.nomenclature import is_known
from scanai.physics.materials import material
from scanai.synth.concealment import draw_shield
from scanai.synth.look_alikes import KINDS, Kind, add_look_alikes
from scanai.synth.placing import Stage
from scanai.synth.scene import SceneObject
from scanai.synth.solids import Box

SPACE = ((0.0, -1.0, 0.0), (4.0, 1.0, 2.0))
BED = SceneObject(
    Box((0.0, -1.0, 0.0), (4.0, 1.0, 1.5)), material("wood"), 500.0, "cargo", "timber", "4407"
)
IDS = [kind.text for kind in KINDS]


@pytest.mark.parametrize("kind", KINDS, ids=IDS)
def test_pieces_are_goods_of_their_heading_and_no_shield(kind: Kind) -> None:
    stage = Stage([BED])
    added = add_look_alikes(np.random.default_rng(2), stage, SPACE, kind)
    assert is_known(kind.code)
    assert 1 <= len(added.numbers) <= kind.most
    for alike in added.look_alikes(stage):
        items = [stage.objects[index] for index in alike.piece.objects]
        goods = [item for item in items if item.role == "cargo"]
        assert {item.heading for item in goods} == {alike.heading} == {kind.heading}
        assert {item.group for item in goods} == {goods_group_of(kind.heading).name}
        assert all(item.role in ("cargo", "packing") for item in items)


@pytest.mark.parametrize("kind", KINDS, ids=IDS)
def test_the_first_piece_encloses_all_others(kind: Kind) -> None:
    for seed in range(20):
        first, *others = kind.build(np.random.default_rng(seed), kind)
        lo, hi = first.solid.bounds
        for piece in others:
            a, b = piece.solid.bounds
            assert all(p <= q + 1e-9 for p, q in zip(lo, a, strict=True)), piece
            assert all(q <= p + 1e-9 for p, q in zip(hi, b, strict=True)), piece


def test_mass_is_what_the_scene_gains() -> None:
    for seed, kind in enumerate(KINDS):
        stage = Stage([])
        added = add_look_alikes(np.random.default_rng(seed), stage, SPACE, kind)
        total = 0.0
        for item in stage.objects:
            total += item.solid.volume * item.density
            if item.displaces is not None:
                total -= item.solid.volume * stage.objects[item.displaces].density
        assert added.mass_kg(stage) == pytest.approx(total)
        assert total > 0


def test_volumes_and_areal_densities_overlap_those_of_shields() -> None:
    """Else size or darkness alone would tell a shield from honest goods."""
    rng = np.random.default_rng(1)
    shields = [draw_shield(rng) for _ in range(200)]
    deep = [s.volume_cm3 for s in shields]
    alike: list[float] = []
    dense: list[float] = []
    for kind in KINDS:
        for _ in range(10):
            stage = Stage([])
            for other in add_look_alikes(rng, stage, SPACE, kind).look_alikes(stage):
                alike.append(other.piece.volume_cm3)
                dense.append(
                    kind.density * other.piece.wall_mm / 5000
                )  # g/cm² across the least side
    low, high = np.percentile(deep, [10, 90])
    inside = np.mean([(low < volume < high) for volume in alike])
    assert inside > 0.5
    assert np.percentile(dense, 25) < 60 < np.percentile(dense, 90)
