"""Sections: they cover the load once, lie inside the unit, and tell what their cells show."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanai.inspect.evidence.context import Context
from scanai.inspect.evidence.goods import seen_goods
from scanai.inspect.evidence.sections import (
    DENSITIES,
    EFFECTIVE_ZS,
    FEATURES,
    LENGTHS_M,
    Sections,
    cut,
    feature_names,
    near,
)
from scanai.inspect.maps import Maps
from scanai.manifest.goods_groups import group_named

PAPER, STEEL = group_named("paper").index, group_named("iron_steel").index
SHAPE = (20, 42)
LEFT, RIGHT = 2, 40
"""Columns of cells between which the test unit is found: 6.06 m of 20 mm pixels."""
SHORT, LONG = 8, 15
"""Cells of 160 mm in 1.2 m and in 2.4 m, to the nearest."""
ROWS = slice(8, 17)


def maps_of(*parts: tuple[slice, int], nothing: float = 0.1) -> Maps:
    """Goods maps that show a group between columns, 90 % sure, and nothing elsewhere."""
    goods = np.zeros((27, *SHAPE), np.float32)
    goods[0] = 1.0
    for columns, group in parts:
        goods[0, ROWS, columns] = nothing
        goods[group, ROWS, columns] = 1 - nothing
    empty = np.zeros((0, 5), np.float32)
    return Maps(np.zeros((40, 83), np.float32), goods, np.zeros(SHAPE, np.float32), empty, {})


def cut_of(maps: Maps, context: Context) -> Sections:
    return cut(maps, context.measured, seen_goods(maps, context).grams)


def feature(sections: Sections, name: str) -> np.ndarray:
    return sections.features[:, FEATURES.index(name)]


@pytest.fixture
def context(kit, context_of: Callable[..., Context]) -> Context:
    return context_of(kit.walls, ("paper", kit.load, 45.0))


WHOLE = (slice(LEFT, RIGHT), PAPER)


def test_sections_lie_in_the_unit_and_those_apart_share_no_cell(context) -> None:
    # Every stretch that a load may take up, cell by cell.
    for start, end in combinations(range(SHAPE[1] + 1), 2):
        maps = maps_of((slice(start, end), PAPER))
        grams = seen_goods(maps, context).grams
        sections = cut(maps, context.measured, grams)
        x0, y0, x1, y1 = sections.boxes.T
        assert (x0 >= LEFT).all()
        assert (x1 <= RIGHT).all()
        assert set(y0) | set(y1) <= {ROWS.start, ROWS.stop}
        assert (x1 - x0 <= np.where(sections.long, LONG, SHORT)).all()
        assert not (sections.long & sections.apart).any()
        covered = np.zeros(SHAPE[1], int)
        for first, last in sections.boxes[sections.apart][:, [0, 2]]:
            covered[first:last] += 1
        assert covered.max() <= 1
        inside = grams[:, covered == 1].sum(dtype=np.float64) / 1000
        assert sections.kg[sections.apart].sum() == pytest.approx(inside)
        # What is in none of them is outside the unit, or the end of the load: less than a fifth of
        # a section, or fewer than twelve cells, at either end.
        lacking = np.flatnonzero((covered == 0) & (grams > 0).any(axis=0))
        assert np.sum((lacking >= LEFT) & (lacking < RIGHT)) <= 2


def test_a_whole_load_is_covered_once_to_the_last_column(context) -> None:
    maps = maps_of(WHOLE)
    grams = seen_goods(maps, context).grams
    sections = cut(maps, context.measured, grams)
    apart = sections.boxes[sections.apart]
    assert apart[:, [0, 2]].tolist() == [[2, 10], [10, 18], [18, 26], [26, 34], [34, 40]]
    loaded = grams[:, LEFT:RIGHT]
    assert sections.kg[sections.apart].sum() == pytest.approx(loaded.sum() / 1000)
    area = context.measured.cell_area_cm2
    area = np.broadcast_to(area, SHAPE)[:, LEFT:RIGHT][loaded > 0].sum() / 1e4
    assert sections.area_m2[sections.apart].sum() == pytest.approx(area)


def test_sections_are_of_two_lengths_that_overlap_by_half(context) -> None:
    assert LENGTHS_M == (1.2, 2.4)
    sections = cut_of(maps_of(WHOLE), context)
    long = sections.boxes[sections.long]
    short = sections.boxes[~sections.long]
    assert short[:4, [0, 2]].tolist() == [[2, 10], [6, 14], [10, 18], [14, 22]]
    assert long[:3, [0, 2]].tolist() == [[2, 17], [9, 24], [16, 31]]
    assert long[-1, 2] == RIGHT
    assert feature(sections, "long").tolist() == sections.long.tolist()


def test_a_stretch_that_hardly_shows_goods_is_no_section(context) -> None:
    maps = maps_of((slice(2, 10), PAPER), (slice(30, 31), PAPER))
    sections = cut_of(maps, context)
    # One column of nine cells is too few.
    assert sections.boxes[:, 2].max() <= 17
    assert len(sections.boxes) > 0


def test_where_no_goods_are_seen_there_are_no_sections(context) -> None:
    sections = cut_of(maps_of(), context)
    assert sections.boxes.shape == (0, 4)
    assert sections.features.shape == (0, len(feature_names(0)))
    assert sections.kg.sum() == 0


def test_features_are_means_over_cells_that_show_goods(context) -> None:
    sections = cut_of(maps_of(WHOLE), context)
    assert feature(sections, "paper") == pytest.approx(np.log(0.9), rel=1e-5)
    assert feature(sections, "nothing") == pytest.approx(np.log(0.1), rel=1e-5)
    assert feature(sections, "iron_steel") == pytest.approx(np.log(1e-3), rel=1e-5)
    first = sections.boxes[0]
    cells = (first[2] - first[0]) * (first[3] - first[1])
    assert feature(sections, "cells")[0] == pytest.approx(np.log(cells))
    loaded = context.measured.cell_attenuation[0][ROWS, 2:10].astype(float)
    assert feature(sections, "attenuation")[0] == pytest.approx(np.log1p(loaded).mean(), rel=1e-5)
    height = feature(sections, "height")
    assert ((height > 0) & (height < 1)).all()
    assert feature(sections, "opaque") == pytest.approx(0)


def test_a_section_of_two_goods_is_the_mixture_of_theirs(context) -> None:
    sections = cut_of(maps_of((slice(2, 12), PAPER), (slice(12, 40), STEEL)), context)
    (mixed,) = np.flatnonzero((sections.boxes[:, 0] == 10) & (sections.boxes[:, 2] == 18))
    # Two of its eight columns show paper.
    expected = 0.25 * np.log(0.9) + 0.75 * np.log(1e-3)
    assert feature(sections, "paper")[mixed] == pytest.approx(expected, rel=1e-5)


def test_an_even_load_changes_less_than_one_of_pieces(kit, context_of) -> None:
    pieces = [("steel", np.s_[60:140, x : x + 16], 60.0) for x in range(40, 300, 40)]
    even = cut_of(maps_of(WHOLE), context_of(kit.walls, ("paper", kit.load, 45.0)))
    uneven = cut_of(maps_of(WHOLE), context_of(kit.walls, ("paper", kit.load, 20.0), *pieces))
    middle = [
        feature(sections, "change_along")[(sections.boxes[:, 0] == 18) & ~sections.long][0]
        for sections in (even, uneven)
    ]
    assert middle[1] > 3 * middle[0]


def test_every_section_tells_what_the_scanner_is(kit, context_of) -> None:
    sections = cut_of(maps_of(WHOLE), context_of(kit.walls, ("paper", kit.load, 45.0)))
    assert (feature(sections, "vertical_beam") == 0).all()
    expected = {"pitch_along": 20.0, "pitch_across": 20.0, "end_point": 6.0, "low_end_point": 4.0}
    for name, value in expected.items():
        assert feature(sections, name) == pytest.approx(np.log(value))
    assert feature(sections, "quanta") == pytest.approx(np.log(4.0e5))


def test_one_energy_has_no_ratio(kit, context_of) -> None:
    slabs = (kit.walls, ("paper", kit.load, 45.0))
    one = cut_of(maps_of(WHOLE), context_of(*slabs, energies_mv=(6.0,)))
    two = cut_of(maps_of(WHOLE), context_of(*slabs))
    assert np.isnan(feature(one, "ratio")).all()
    assert (feature(one, "dual_energy") == 0).all()
    assert (feature(two, "dual_energy") == 1).all()
    # Paper at 6 over 4 MV; see test_inversion for the ratios of elements.
    assert ((feature(two, "ratio") > 0.75) & (feature(two, "ratio") < 0.95)).all()
    of_two = ("ratio", "low_end_point")
    of_ratio = np.array([name in of_two or name.startswith("near_z_") for name in feature_names(0)])
    assert np.isnan(one.features[:, of_ratio]).all()
    assert np.isfinite(one.features[:, ~of_ratio]).all()
    assert np.isfinite(two.features).all()


@given(
    values=st.lists(st.floats(-5, 5), min_size=1, max_size=8),
    knots=st.sets(st.integers(-30, 30), min_size=2, max_size=6),
)
def test_a_value_is_shared_out_between_the_two_knots_beside_it(values, knots) -> None:
    places = np.array(sorted(knots)) / 10
    shares = near(np.array(values), places)
    assert shares.shape == (len(places), len(values))
    assert shares.sum(axis=0) == pytest.approx(np.ones(len(values)), abs=1e-6)
    assert (np.count_nonzero(shares, axis=0) <= 2).all()
    # Between the knots the shares give the value back.
    assert places @ shares == pytest.approx(np.clip(values, places[0], places[-1]), abs=1e-5)


def test_what_the_cells_hold_is_told_near_each_density_and_material(kit, context_of) -> None:
    steel = ("steel", np.s_[60:140, 160:304], 90.0)
    paper = ("paper", np.s_[60:140, 16:160], 45.0)
    sections = cut_of(maps_of(WHOLE), context_of(kit.walls, paper, steel))
    of_density = np.array([name.endswith("_g_cm2") for name in feature_names(0)])
    of_z = np.array([name.startswith("near_z_") for name in feature_names(0)])
    for named in (of_density, of_z):
        assert sections.features[:, named].sum(axis=1) == pytest.approx(1.0, abs=1e-5)
    first, last = (int(np.argmin(abs(sections.boxes[:, 0] - x))) for x in (LEFT + 2, 28))
    for section, density, z in ((first, 50.0, 7.1), (last, 95.0, 26.0)):
        shares = sections.features[section]
        # In logarithms a knot apart; walls stand in front.
        assert DENSITIES @ shares[of_density] == pytest.approx(density, rel=0.15)
        assert EFFECTIVE_ZS @ shares[of_z] == pytest.approx(z, rel=0.15)


def test_the_beam_that_does_not_come_through_is_told(kit, context_of) -> None:
    block = ("lead", np.s_[60:140, 144:240], 400.0)
    sections = cut_of(maps_of(WHOLE), context_of(kit.walls, ("paper", kit.load, 20.0), block))
    opaque = feature(sections, "opaque")
    assert opaque.max() > 0.5
    assert opaque.min() == 0


def test_the_models_own_map_of_areal_density_counts_where_there_is_one(context) -> None:
    maps = maps_of(WHOLE)
    told = replace(maps, areal_density=np.full(SHAPE, 12.0, np.float32))
    assert feature(cut_of(told, context), "cargo_areal_density") == pytest.approx(np.log(13))
    assert feature(cut_of(maps, context), "cargo_areal_density").min() > np.log(13)


def test_a_box_in_pixels_ends_where_the_picture_does(context) -> None:
    sections = cut_of(maps_of(WHOLE), context)
    assert sections.pixels(0, (160, 330)) == (16, 64, 80, 136)
    assert sections.pixels(0, (100, 50)) == (16, 64, 50, 100)
