"""The ideal observer: what it mixes up is alike in all that X-rays see, and nothing else is."""

from __future__ import annotations

from itertools import pairwise

import pytest

from scanai.synth.cargo import Goods, library
from scanai.train.mismatch.ideal import MIXED_UP, ideal_group_swap, mixed_up


def goods_of(heading: str) -> list[Goods]:
    return [one for one in library() if one.heading == heading]


def test_the_worst_pairs_come_first_and_none_is_worse_than_guessing() -> None:
    shares = [pair.share for pair in mixed_up()]
    assert all(before >= after for before, after in pairwise(shares))
    assert all(MIXED_UP <= share <= 0.5 for share in shares)
    assert len(shares) > 5


def test_what_is_mixed_up_travels_alike_and_is_as_dense() -> None:
    for pair in mixed_up():
        assert any(
            set(one.forms) & set(other.forms)
            and one.density[0] < 1.2 * other.density[1]
            and other.density[0] < 1.2 * one.density[1]
            for one in goods_of(pair.one)
            for other in goods_of(pair.other)
        )


@pytest.mark.parametrize(
    ("one", "other", "mixed"),
    [
        ("2710", "3811", True),  # drums of oil
        ("4011", "4012", True),  # new and used tyres
        ("7208", "6109", False),  # steel coils and garments
        ("8703", "0901", False),  # cars and coffee
    ],
)
def test_goods_that_anyone_would_mix_up(one: str, other: str, mixed: bool) -> None:
    pairs = {frozenset((pair.one, pair.other)) for pair in mixed_up()}
    assert (frozenset((one, other)) in pairs) is mixed


def test_a_swap_of_groups_is_nearly_always_seen_and_more_often_at_more_false_alarms() -> None:
    strict, usual = ideal_group_swap(0.002), ideal_group_swap(0.01)
    assert 0.9 < strict <= usual < 1.0
