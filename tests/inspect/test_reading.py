"""GoodsReading: by signatures what each section shows of every heading, else of every group."""

from __future__ import annotations

from dataclasses import replace

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from reading_making import (
    BOARD,
    NOTHING,
    PAPER,
    STEEL,
    STEEL_BARS,
    TYRES,
    goods_reading,
    sections_of,
    signatures_of,
)

from scanai.inspect.evidence.goods import seen_goods
from scanai.inspect.evidence.reading import (
    GoodsReading,
    goods_by_sections,
    read_goods,
    reading_of,
)
from scanai.inspect.evidence.sections import FEATURES, feature_names
from scanai.inspect.maps import Maps
from scanai.manifest.goods_groups import goods_group_of, goods_groups

GROUPS = len(goods_groups()) + 1
PROBABILITIES = st.lists(
    st.lists(st.floats(1e-3, 1), min_size=GROUPS, max_size=GROUPS), min_size=1, max_size=5
)


def by_map(*probabilities: dict[int, float]) -> np.ndarray:
    """Features of sections whose goods map says this."""
    features = np.zeros((len(probabilities), len(feature_names(0))))
    features[:, :GROUPS] = np.log(1e-3)
    for row, one in enumerate(probabilities):
        for group, share in one.items():
            features[row, group] = np.log(share)
    return features


def reading_by(features: np.ndarray, *headings: str) -> GoodsReading:
    sections = sections_of(*[100.0] * len(features), features=features)
    return reading_of(sections, signatures_of(*headings) if headings else None)


def test_without_signatures_it_is_what_the_goods_map_says() -> None:
    paper, steel = goods_group_of(PAPER).index, goods_group_of(STEEL).index
    read = reading_by(by_map({paper: 0.7, steel: 0.2, 0: 0.077}))
    assert read.headings == ()
    assert read.by_group[0, paper] == pytest.approx(0.7, rel=1e-3)
    assert read.of_group(STEEL) == pytest.approx([0.2], rel=1e-3)
    assert read.by_heading == pytest.approx(read.by_group[:, :1])
    # All headings of a group are one then.
    assert read.of_heading(PAPER) == pytest.approx(read.of_heading(BOARD))
    assert read.likeliest_heading(np.ones(1), paper) is None


@given(probabilities=PROBABILITIES, signed=st.booleans())
def test_it_is_a_distribution(probabilities: list[list[float]], signed: bool) -> None:
    features = np.zeros((len(probabilities), len(feature_names(0))))
    features[:, :GROUPS] = np.log(probabilities)
    read = reading_by(features, *((PAPER, STEEL, TYRES) if signed else ()))
    assert (read.by_group >= 0).all()
    assert read.by_group.sum(axis=1) == pytest.approx(1)
    if signed:
        assert read.by_heading.sum(axis=1) == pytest.approx(1)
        # A group has what its headings have, and no other group has anything.
        assert read.of_group(PAPER) == pytest.approx(read.of_heading(PAPER))
        assert read.of_group("8703") == pytest.approx(0)


def test_signatures_decide_where_there_are_any() -> None:
    steel = goods_group_of(STEEL).index
    read = reading_by(by_map({steel: 0.9}), PAPER, STEEL)
    assert read.headings == (PAPER, STEEL)
    assert read.of_heading(STEEL)[0] > 0.99


SIGNED = goods_reading(
    (100.0, {PAPER: 0.2, BOARD: 0.1, "4901": 0.25, STEEL: 0.35, NOTHING: 0.1}),
    (200.0, {BOARD: 0.8, "4901": 0.1}),
    headings=(PAPER, BOARD, "4901", STEEL, TYRES),
)


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("480256", [0.2, 0.0]),  # its own heading
        ("4811", [0.2, 0.8]),  # the likeliest of its chapter
        ("4911", [0.25, 0.1]),
        ("7214", [0.35, 0.0]),
        ("7301", [0.35, 0.0]),  # no other of chapter 73: the likeliest that look alike
        ("8703", [0.0, 0.0]),  # nothing that looks like it has a signature: its group
    ],
)
def test_a_heading_without_signature_goes_by_the_nearest_that_has_one(code, expected) -> None:
    assert SIGNED.of_heading(code) == pytest.approx(expected)


def test_only_headings_that_look_alike_stand_in() -> None:
    # 4707 is waste paper in bales: of the chapter of pulp, and of another group than paper.
    assert goods_group_of("4707") != goods_group_of(PAPER)
    read = goods_reading((100.0, {PAPER: 1.0}), headings=(PAPER, "4707"))
    assert read.of_heading("4703") == pytest.approx([0.0])


def test_the_likeliest_heading_is_weighed_over_sections() -> None:
    paper = goods_group_of(PAPER).index
    assert SIGNED.likeliest_heading(np.array([1.0, 0.0]), paper) == "4901"
    assert SIGNED.likeliest_heading(np.array([1.0, 1.0]), paper) == BOARD
    assert SIGNED.likeliest_heading(np.ones(2), goods_group_of("8703").index) is None
    assert SIGNED.likeliest_heading(np.ones(2), goods_group_of(STEEL_BARS).index) == STEEL


def test_the_load_weighs_more_as_its_signatures_say_but_where_it_is_opaque() -> None:
    features = np.zeros((4, len(feature_names(0))))
    features[2, FEATURES.index("opaque")] = 0.01
    sections = sections_of(
        1000.0, 500.0, 250.0, 1500.0, long=[False, False, False, True], features=features
    )
    heavier = msgspec.structs.replace(signatures_of(PAPER, STEEL), mass_bias=0.05)
    assert reading_of(sections, heavier).more_kg == pytest.approx(0.05 * 1500.0)
    assert reading_of(sections, signatures_of(PAPER, STEEL)).more_kg == 0.0
    assert reading_of(sections, None).more_kg == 0.0


# Goods map --------------------------------------------------------------------------------------


def goods_map(*groups: int, width: int = 40) -> np.ndarray:
    """(27, groups, width) a row of cells for each group, 60 % sure of it and 10 % of nothing."""
    goods = np.full((GROUPS, len(groups), width), 0.3 / (GROUPS - 2), np.float32)
    goods[0] = 0.1
    for row, group in enumerate(groups):
        goods[group, row] = 0.6
    return goods


def test_cells_are_read_again_by_the_sections_that_they_lie_in() -> None:
    paper, steel = goods_group_of(PAPER).index, goods_group_of(STEEL).index
    read = goods_reading((100.0, {PAPER: 0.97}), (100.0, {STEEL: 0.97}), headings=(PAPER, STEEL))
    again = goods_by_sections(goods_map(steel), read)
    assert (again[1:, 0, 1:9].argmax(axis=0) + 1 == paper).all()
    assert (again[1:, 0, 9:17].argmax(axis=0) + 1 == steel).all()
    assert again[0] == pytest.approx(goods_map(steel)[0])
    assert again.sum(axis=0) == pytest.approx(1.0, abs=1e-5)
    # Beyond the sections the map is what it was.
    assert (again[:, 0, 17:] == goods_map(steel)[:, 0, 17:]).all()


def test_in_a_section_of_two_goods_the_cells_decide() -> None:
    paper, steel = goods_group_of(PAPER).index, goods_group_of(STEEL).index
    read = goods_reading((100.0, {PAPER: 0.5, STEEL: 0.47}), headings=(PAPER, STEEL))
    read = replace(read, exponents=(0.35, 1.0))
    again = goods_by_sections(goods_map(paper, steel), read)[:, :, 4]
    assert (again[1:].argmax(axis=0) + 1).tolist() == [paper, steel]


def test_without_signatures_the_goods_map_stays() -> None:
    goods = goods_map(3)
    assert goods_by_sections(goods, goods_reading((100.0, {PAPER: 1.0}))) is goods


def test_energies_that_do_not_fit_each_other_correct_no_mass(kit, context_of) -> None:
    heavier = msgspec.structs.replace(signatures_of(PAPER, STEEL), mass_bias=0.05)
    for goods, corrected in (("paper", True), ("lead", False)):
        context = context_of(kit.walls, (goods, kit.load, 45.0))
        assert context.measured.ratio_fits == corrected
        shown = np.zeros((GROUPS, *context.measured.opaque.shape), np.float32)
        shown[goods_group_of(PAPER).index] = 1.0
        nothing = np.zeros((0, 5), np.float32)
        maps = Maps(np.zeros((40, 83), np.float32), shown, shown[0], nothing, {})
        grams = seen_goods(maps, context).grams
        more = read_goods(maps, context, grams, heavier).more_kg
        assert (more > 0) == corrected
