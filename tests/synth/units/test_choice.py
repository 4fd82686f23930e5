"""Which goods travel in which unit, and how often each unit is drawn."""

from __future__ import annotations

from collections import Counter

import msgspec
import numpy as np
import pytest

from scanai.scan.profile import ScannerProfile
from scanai.synth.cargo import library
from scanai.synth.units import UNIT_TYPES, draw_unit_and_goods, fits, fits_view
from scanai.synth.units.catalogue import CONTAINERS, OTHERS
from scanai.synth.units.choice import flows


def goods_of(heading: str):
    return next(entry for entry in library() if entry.heading == heading)


@pytest.mark.parametrize(
    ("heading", "unit_type", "travels"),
    [
        ("2710", "tank", True),
        ("1511", "tank", True),
        ("7801", "tank", False),
        ("6109", "tank", False),
        ("8703", "flat_rack", True),
        ("7208", "flat_rack", True),
        ("6109", "flat_rack", False),
        ("7204", "gondola", True),
        ("2701", "gondola", True),
        ("6109", "gondola", False),
        ("0202", "reefer", True),
        ("0202", "trailer", False),
        ("0202", "40", False),
        ("6109", "trailer", True),
        ("6109", "van", True),
        ("7208", "van", False),
        ("5201", "wagon", True),
    ],
)
def test_goods_travel_in_what_carries_such_goods(heading, unit_type, travels) -> None:
    assert fits(goods_of(heading), unit_type) is travels


@pytest.mark.parametrize("unit_type", UNIT_TYPES)
def test_every_unit_has_goods_of_several_headings(unit_type: str) -> None:
    assert len({entry.heading for entry in library() if fits(entry, unit_type)}) >= 5


def test_what_flows_has_no_solid_form() -> None:
    assert flows(goods_of("2710"))
    # Pellets of nickel come in drums as well, cathodes of it do not.
    assert not flows(goods_of("7502"))


def test_what_is_in_bottles_or_tins_never_travels_in_a_tank_or_a_flexitank() -> None:
    for entry in library():
        if {"cases", "tins", "cartons", "pallets"} & set(entry.forms):
            assert not fits(entry, "tank")
            assert "flexitank" not in entry.forms


def test_goods_too_light_for_a_short_box_mostly_take_a_long_one() -> None:
    rng = np.random.default_rng(8)
    light = msgspec.structs.replace(goods_of("1902"), units=("20", "40"))
    heavy = goods_of("3105")
    short = [
        np.mean([draw_unit_and_goods(rng, [entry], None)[0] == "20" for _ in range(400)])
        for entry in (light, heavy)
    ]
    assert short[0] < 0.5 * short[1]


def test_every_unit_is_drawn_and_containers_lead() -> None:
    rng = np.random.default_rng(5)
    drawn = Counter(draw_unit_and_goods(rng, library(), None)[0] for _ in range(2500))
    assert sum(drawn[unit] for unit in CONTAINERS) > 0.7 * 2500
    assert min(drawn[unit] for unit in OTHERS) >= 0.01 * 2500


def test_with_a_scanner_only_what_it_sees_whole_is_drawn(coarse_scanner: ScannerProfile) -> None:
    rng = np.random.default_rng(5)
    drawn = {draw_unit_and_goods(rng, library(), None, coarse_scanner)[0] for _ in range(600)}
    assert {"tank", "flat_rack", "40"} <= drawn
    assert all(fits_view(unit, coarse_scanner) for unit in drawn & set(OTHERS))


def test_a_wish_is_granted_with_goods_that_fit_if_there_are_any() -> None:
    rng = np.random.default_rng(5)
    for unit_type in UNIT_TYPES:
        granted, goods = draw_unit_and_goods(rng, library(), unit_type)
        assert granted == unit_type
        assert fits(goods, unit_type)
    shirts = [goods_of("6109")]
    assert draw_unit_and_goods(rng, shirts, "gondola") == ("gondola", shirts[0])


def test_refuses_to_fill_a_tank_with_what_does_not_flow() -> None:
    with pytest.raises(ValueError, match="expected liquid goods for a tank, found 7801"):
        draw_unit_and_goods(np.random.default_rng(0), [goods_of("7801")], "tank")
