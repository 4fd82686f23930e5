from __future__ import annotations

import pytest

from scanai.manifest.nomenclature import headings
from scanai.radiation.natural import is_natural, natural_goods, table


def test_every_heading_exists_and_is_explained() -> None:
    known = set(headings())
    for heading, goods in table().items():
        assert heading in known
        assert goods.strength in ("usual", "seldom")
        assert goods.source in ("goods", "composition", "project estimate")
        assert goods.nuclides
        assert goods.reason.endswith(".")


@pytest.mark.parametrize("code", ["690721", "310420", "251611", "250810", "68022390"])
def test_ceramics_fertiliser_granite_and_cat_litter_alarm_as_a_rule(code: str) -> None:
    assert natural_goods([code])[0].strength == "usual"


def test_usual_goods_come_first_and_each_heading_once() -> None:
    found = natural_goods(["080390", "6109", "690721", "690722"])
    assert [goods.heading for goods in found] == ["6907", "0803"]
    assert natural_goods(["610910"]) == ()


@pytest.mark.parametrize(
    ("name", "natural"),
    [
        *((name, True) for name in ("K-40", "40K", "K40", "Th-232", "Ra 226", "U-238", "NORM")),
        *((name, False) for name in ("Cs-137", "Co-60", "U-235", "Pu-239", "I-131", "", "40")),
    ],
)
def test_natural_nuclides_are_told_however_they_are_written(name: str, natural: bool) -> None:
    assert is_natural(name) == natural
