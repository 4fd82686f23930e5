"""Headings alike: those that honest loads of either are read as, by what was read."""

from __future__ import annotations

import pytest
from mismatch_making import case, load

from scanai.train.mismatch.alike import alike_headings
from scanai.train.mismatch.trials import LoadTrial


def loads(heading: str, count: int = 3, **reading: float) -> list[LoadTrial]:
    told = {name.removeprefix("h"): share for name, share in reading.items()}
    return [load(case(true_heading=heading), reading=told) for _ in range(count)]


PAPER = loads("4802", h4802=0.5, h4819=0.4)
BOARD = loads("4819", h4802=0.3, h4819=0.5)
STEEL = loads("7208", h7208=0.9, h4802=0.05)


def test_headings_that_are_taken_for_each_other_are_alike() -> None:
    (pair,) = alike_headings([*PAPER, *BOARD, *STEEL])
    assert (pair.one, pair.other) == ("4802", "4819")
    # Of the two ways round the lesser: 0.3 / 0.5 and 0.4 / 0.5.
    assert pair.ratio == pytest.approx(0.6)


def test_one_way_alone_is_not_alike() -> None:
    board = loads("4819", h4819=0.9, h4802=0.1)
    assert alike_headings([*PAPER, *board]) == []


def test_two_loads_tell_too_little() -> None:
    assert alike_headings([*PAPER, *BOARD[:2]]) == []


def test_loads_of_several_lines_have_no_reading_and_do_not_count() -> None:
    mixed = [load(case(true_heading="4802"))] * 9
    empty = [load(case("empty"), reading={"4802": 1.0})] * 3
    alone = alike_headings([*PAPER, *BOARD])
    assert alone
    assert alike_headings([*PAPER, *BOARD, *mixed, *empty]) == alone


def test_the_more_alike_come_first() -> None:
    third = loads("4810", h4810=0.4, h4802=0.4, h4819=0.2)
    paper = loads("4802", h4802=0.4, h4819=0.3, h4810=0.4)
    pairs = alike_headings([*paper, *BOARD, *third])
    assert [(one.one, one.other) for one in pairs] == [("4802", "4810"), ("4802", "4819")]
