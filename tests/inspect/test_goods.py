from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from scanai.inspect.evidence.goods import (
    comparable_groups,
    declared_groups,
    goods_findings,
    line_plausibility,
    seen_goods,
)
from scanai.inspect.maps import Maps
from scanai.manifest.goods_groups import goods_groups, group_named
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


def test_a_part_of_other_goods_is_found_with_what_it_looks_like(context) -> None:
    maps = maps_of((LOAD, "paper", 0.9), (PART, "iron_steel", 0.9))
    findings, scores = goods_findings(seen_goods(maps, context), maps, context, (PAPER,))
    assert len(findings) == 1
    x0, y0, x1, y1 = findings[0].region
    assert (x0, x1) == (240, 296)
    assert (y0, y1) == (64, 136)
    assert "looks like “Iron and steel”" in findings[0].sentence
    assert "declared: Paper, board and print" in findings[0].sentence
    # In the middle of the part: log(0.9 / 0.001), the least probability that counts.
    assert 3.0 < scores["undeclared_goods"] <= np.log(900) + 1e-4
    assert findings[0].score == pytest.approx(1 - np.exp(-scores["undeclared_goods"]))


def test_declared_goods_raise_no_finding(context) -> None:
    maps = maps_of((LOAD, "paper", 0.9), (PART, "iron_steel", 0.9), declared=(PAPER, STEEL))
    findings, scores = goods_findings(seen_goods(maps, context), maps, context, (PAPER, STEEL))
    assert findings == []
    assert scores == {"undeclared_goods": 0.0}


def test_a_region_in_doubt_is_scored_but_not_reported(context) -> None:
    maps = maps_of((LOAD, "paper", 0.9), (PART, "iron_steel", 0.6))
    maps.goods[(PAPER.index, *PART)] = 0.3
    findings, scores = goods_findings(seen_goods(maps, context), maps, context, (PAPER,))
    assert findings == []
    assert 0 < scores["undeclared_goods"] <= np.log(2) + 1e-4


def test_single_cells_of_another_group_are_outvoted_by_their_neighbours(context) -> None:
    maps = maps_of((LOAD, "paper", 0.9), (np.s_[10:12, 20:22], "iron_steel", 0.9))
    findings, scores = goods_findings(seen_goods(maps, context), maps, context, (PAPER,))
    assert findings == []
    assert scores["undeclared_goods"] == 0.0


def test_nothing_is_undeclared_where_every_group_is_declared(context) -> None:
    maps = maps_of((LOAD, "paper", 0.9), declared=goods_groups())
    findings, scores = goods_findings(seen_goods(maps, context), maps, context, goods_groups())
    assert (findings, scores) == ([], {"undeclared_goods": 0.0})


def test_goods_are_not_judged_without_any_declared(context) -> None:
    maps = maps_of((LOAD, "paper", 0.9), declared=())
    assert goods_findings(seen_goods(maps, context), maps, context, ()) == ([], {})


def test_lines_share_what_is_seen_of_their_group(context) -> None:
    maps = maps_of((LOAD, "paper", 0.9), (PART, "iron_steel", 0.9))
    seen = seen_goods(maps, context)
    lines = line_plausibility(
        manifest(("480256", 3000.0), ("4819", 1000.0), ("7208", 4000.0)), seen, loaded=True
    )
    paper = float(seen.shares[PAPER.index])
    assert [line.line for line in lines] == [1, 2, 3]
    assert lines[0].seen_share == pytest.approx(0.75 * paper)
    assert lines[1].seen_share == pytest.approx(0.25 * paper)
    assert lines[0].plausibility == lines[1].plausibility == 1.0
    assert lines[2].plausibility == pytest.approx(float(seen.shares[STEEL.index]) / 0.5)
    assert lines[2].reason == "“Iron and steel” is 23 % of the seen mass; 50 % expected."


def test_lines_without_mass_expect_equal_parts(context) -> None:
    seen = seen_goods(maps_of((LOAD, "paper", 0.9)), context)
    lines = line_plausibility(manifest(("4802", None), ("7208", 10.0)), seen, loaded=True)
    assert [line.plausibility for line in lines] == [1.0, 0.0]


@pytest.mark.parametrize(
    ("blind", "reason"),
    [
        (True, "Cannot be told: the picture gives no goods."),
        (False, "Cannot be told: no goods are seen."),
    ],
)
def test_a_line_is_neither_plausible_nor_not_where_nothing_is_seen(context, blind, reason) -> None:
    seen = None if blind else seen_goods(maps_of(), context)
    (line,) = line_plausibility(manifest(("4802", 100.0)), seen, loaded=False)
    assert (line.seen_share, line.plausibility, line.reason) == (None, None, reason)


def test_groups_are_named_once(context) -> None:
    assert declared_groups(manifest(("4802", 1.0), ("7208", 1.0), ("480256", 1.0))) == (
        PAPER,
        STEEL,
    )


def test_uncertain_cells_count_by_their_probability(context) -> None:
    maps = maps_of((LOAD, "paper", 0.9))
    goods = maps.goods.copy()
    goods[(PAPER.index, *LOAD)] = 0.6
    goods[(STEEL.index, *LOAD)] = 0.3
    seen = seen_goods(replace(maps, goods=goods), context)
    assert seen.shares[PAPER.index] == pytest.approx(2 / 3)
    assert seen.shares[STEEL.index] == pytest.approx(1 / 3)


def test_line_without_code_could_explain_any_goods() -> None:
    half_coded = manifest(("4802", 1.0), ("", 1.0))
    assert declared_groups(half_coded) == (PAPER,)
    assert comparable_groups(half_coded) == ()
    assert comparable_groups(manifest(("4802", 1.0))) == (PAPER,)
    assert comparable_groups(None) == ()


def test_nothing_is_told_of_the_plausibility_of_a_line_without_code(context) -> None:
    seen = seen_goods(maps_of((LOAD, "paper", 0.9)), context)
    coded, uncoded = line_plausibility(manifest(("4802", 10.0), ("", 10.0)), seen, loaded=True)
    assert coded.plausibility == 1.0
    assert (uncoded.plausibility, uncoded.seen_share, uncoded.goods_group) == (None, None, "")
    assert uncoded.reason == "No HS code is declared."
