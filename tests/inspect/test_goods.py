from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from scanai.inspect.evidence.goods import (
    comparable_groups,
    declared_groups,
    seen_by_sections,
    seen_goods,
)
from scanai.inspect.maps import Maps
from scanai.manifest.goods_groups import group_named
from scanai.manifest.model import Line, Manifest

PAPER, STEEL = group_named("paper"), group_named("iron_steel")
SHAPE = (20, 42)
LOAD = np.s_[8:17, 6:37]
"""Cells wholly inside the load of the test scans."""
PART = np.s_[8:17, 30:37]


def maps_of(*parts: tuple[tuple[slice, slice], str, float], declared=(PAPER,)) -> Maps:
    """A goods map that is sure of nothing but in the parts: (cells, group, probability)."""
    goods = np.zeros((27, *SHAPE), dtype=np.float32)
    goods[0] = 1.0
    for where, name, probability in parts:
        goods[(slice(None), *where)] = 0.0
        goods[(0, *where)] = 1.0 - probability
        goods[(group_named(name).index, *where)] = probability
    accepted = [0, *(group.index for group in declared)]
    undeclared = goods.sum(axis=0) - goods[accepted].sum(axis=0)
    empty = np.zeros((0, 5), dtype=np.float32)
    return Maps(np.zeros((40, 83), np.float32), goods, undeclared, empty, {})


@pytest.fixture
def context(kit, context_of):
    return context_of(kit.walls, ("paper", kit.load, 45.0))


def manifest(*lines: tuple[str, float | None]) -> Manifest:
    return Manifest(lines=tuple(Line(hs_code=code, mass_kg=mass) for code, mass in lines))


def test_shares_are_weighted_by_mass(kit, context_of) -> None:
    # The right quarter of the load is three times as heavy.
    heavy = ("steel", np.s_[60:140, 240:300], 90.0)
    context = context_of(("paper", kit.load, 45.0), heavy)
    seen = seen_goods(maps_of((LOAD, "paper", 0.98), (PART, "iron_steel", 0.98)), context)
    grams = context.measured.areal_density * context.measured.cell_area_cm2
    steel = grams[PART].sum() / grams[LOAD].sum()
    assert seen.shares[STEEL.index] == pytest.approx(steel, rel=1e-3)
    assert seen.shares.sum() == pytest.approx(1.0)
    assert seen.main_group == PAPER


def test_loaded_share_is_that_of_the_unit_not_of_the_picture(context) -> None:
    seen = seen_goods(maps_of((LOAD, "paper", 0.9)), context)
    # The unit is 38 × 16 cells, the load 31 × 9.
    assert seen.loaded_share == pytest.approx(31 * 9 / (38 * 16))


def test_nothing_seen_has_no_main_group(context) -> None:
    seen = seen_goods(maps_of(), context)
    assert seen.main_group is None
    assert seen.loaded_share == 0


def test_uncertain_cells_count_by_their_probability(context) -> None:
    maps = maps_of((LOAD, "paper", 0.9))
    goods = maps.goods.copy()
    goods[(PAPER.index, *LOAD)] = 0.6
    goods[(STEEL.index, *LOAD)] = 0.3
    seen = seen_goods(replace(maps, goods=goods), context)
    assert seen.shares[PAPER.index] == pytest.approx(2 / 3)
    assert seen.shares[STEEL.index] == pytest.approx(1 / 3)


def test_another_map_of_the_same_load_changes_its_shares_alone(context) -> None:
    seen = seen_goods(maps_of((LOAD, "paper", 0.9)), context)
    again = seen_by_sections(seen, maps_of((LOAD, "iron_steel", 0.8)).goods)
    assert (seen.main_group, again.main_group) == (PAPER, STEEL)
    assert again.shares.sum() == pytest.approx(1.0)
    assert again.grams is seen.grams
    assert again.loaded_share == seen.loaded_share


def test_groups_are_named_once(context) -> None:
    assert declared_groups(manifest(("4802", 1.0), ("7208", 1.0), ("480256", 1.0))) == (
        PAPER,
        STEEL,
    )


def test_line_without_code_could_explain_any_goods() -> None:
    half_coded = manifest(("4802", 1.0), ("", 1.0))
    assert declared_groups(half_coded) == (PAPER,)
    assert comparable_groups(half_coded) == ()
    assert comparable_groups(manifest(("4802", 1.0))) == (PAPER,)
    assert comparable_groups(None) == ()
