"""Goods groups: a partition of the HS headings, with a reason for each."""

import csv
from collections import Counter
from importlib.resources import files

import pytest

from scanai.manifest import goods_group_of, group_named
from scanai.manifest.goods_groups import goods_groups
from scanai.manifest.nomenclature import headings

NAMES = [
    "frozen_food",
    "fresh_produce",
    "bulk_agricultural",
    "packaged_food",
    "beverages",
    "minerals",
    "drummed_liquids",
    "packaged_chemicals",
    "plastic_granules",
    "light_manufactures",
    "tyres",
    "timber",
    "paper",
    "fibre_bales",
    "garments_textiles",
    "stone_ceramics_glass",
    "iron_steel",
    "metal_scrap",
    "metal_articles",
    "light_metals",
    "heavy_nonferrous",
    "high_z_metals",
    "machinery",
    "electrical_equipment",
    "electronics_appliances",
    "vehicles",
]


def _rows() -> list[dict[str, str]]:
    table = files("scanai.manifest") / "data" / "heading_groups.csv"
    lines = table.read_text(encoding="utf-8").splitlines()
    return list(csv.DictReader(line for line in lines if not line.startswith("#")))


def test_every_heading_belongs_to_exactly_one_group() -> None:
    count = Counter(row["heading"] for row in _rows())
    assert set(count) == set(headings())
    assert set(count.values()) == {1}


def test_every_group_has_headings() -> None:
    assert {row["group"] for row in _rows()} == set(NAMES)


def test_order_is_fixed_for_models_number_their_outputs_by_it() -> None:
    assert [group.name for group in goods_groups()] == NAMES
    assert [group.index for group in goods_groups()] == list(range(1, 27))
    assert all(group_named(group.name) is group for group in goods_groups())


def test_every_group_gives_its_reason_and_sensible_ranges() -> None:
    for group in goods_groups():
        assert group.title
        assert len(group.reason) > 40
        assert 5 < group.effective_z[0] < group.effective_z[1] <= 92
        assert 20 < group.density[0] < group.density[1] < 20_000


def test_a_heading_that_leaves_its_chapter_says_why() -> None:
    rows = _rows()
    chapters: dict[str, Counter[str]] = {}
    for row in rows:
        if not row["why"]:
            chapters.setdefault(row["heading"][:2], Counter())[row["group"]] += 1
    assert all(len(groups) == 1 for groups in chapters.values())


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("020230", "frozen_food"),
        ("200410", "frozen_food"),
        ("0803", "fresh_produce"),
        ("090111", "bulk_agricultural"),
        ("2203", "beverages"),
        ("260700", "high_z_metals"),
        ("2710", "drummed_liquids"),
        ("310420", "minerals"),
        ("390110", "plastic_granules"),
        ("3926", "light_manufactures"),
        ("401110", "tyres"),
        ("440710", "timber"),
        ("470790", "fibre_bales"),
        ("480100", "paper"),
        ("5201", "fibre_bales"),
        ("5208", "garments_textiles"),
        ("630900", "fibre_bales"),
        ("690721", "stone_ceramics_glass"),
        ("7204", "metal_scrap"),
        ("7208", "iron_steel"),
        ("7318", "metal_articles"),
        ("740311", "heavy_nonferrous"),
        ("7606", "light_metals"),
        ("780110", "high_z_metals"),
        ("810194", "high_z_metals"),
        ("820900", "high_z_metals"),
        ("8408", "machinery"),
        ("841810", "electronics_appliances"),
        ("8507100000", "electrical_equipment"),
        ("854449", "electrical_equipment"),
        ("8703", "vehicles"),
        ("8708", "machinery"),
        ("9403", "light_manufactures"),
    ],
)
def test_goods_fall_into_the_group_that_they_look_like(code: str, name: str) -> None:
    assert goods_group_of(code).name == name


def test_unknown_heading_and_group_are_key_errors() -> None:
    with pytest.raises(KeyError, match="9999"):
        goods_group_of("999900")
    with pytest.raises(KeyError, match="spices"):
        group_named("spices")
