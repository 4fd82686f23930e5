"""Misfit is learned from true and false codes: on loads left out, false ones score higher."""

from __future__ import annotations

import numpy as np
import pytest
from reading_making import PAPER, SIGNED, STEEL, TYRES, Row, goods_reading

from scanai.inspect.evidence.assignment import assign
from scanai.inspect.evidence.misfit import FACTS, facts
from scanai.inspect.evidence.reading import GoodsReading
from scanai.manifest.goods_groups import goods_group_of
from scanai.manifest.model import Line
from scanai.train.misfit import _under_false_codes, learned_misfit

CODES = (PAPER, STEEL, TYRES)


def load(seed: int) -> tuple[GoodsReading, tuple[Line, ...]]:
    """Goods that are mostly read as what they are, and sometimes as nothing sure."""
    rng = np.random.default_rng(seed)
    code = CODES[seed % 3]

    def section() -> Row:
        sure = float(rng.beta(4, 1))
        return 100.0, {code: sure, CODES[(seed + 1) % 3]: 1 - sure}

    return goods_reading(*(section() for _ in range(4)), headings=SIGNED), (
        Line(f"{code}10", mass_kg=400.0),
    )


def log_odds(seed: int, code: str) -> float:
    misfit = learned_misfit(load(number) for number in range(60))
    assert misfit is not None
    reading, _ = load(seed)
    lines = (Line(code, mass_kg=400.0),)
    assignment = assign(reading, lines)
    assert assignment is not None
    return misfit.log_odds(facts(reading, assignment, lines))


@pytest.mark.parametrize("seed", [900, 901, 902])
def test_false_codes_score_above_even_odds_and_true_ones_below(seed: int) -> None:
    true = CODES[seed % 3]
    false = CODES[(seed + 2) % 3]
    assert log_odds(seed, true) < 0 < log_odds(seed, false)


def test_equal_loads_give_equal_weights() -> None:
    one, two = (learned_misfit(load(number) for number in range(30)) for _ in range(2))
    assert one == two
    assert one is not None
    assert one.facts == FACTS
    assert len(one.weights) == len(FACTS)


def test_loads_that_tell_nothing_are_left_out() -> None:
    reading, lines = load(0)
    uncoded = (Line("", mass_kg=400.0),)
    empty = goods_reading((0.0, {PAPER: 1.0}), headings=SIGNED)
    assert learned_misfit([(reading, uncoded), (reading, ()), (empty, lines)]) is None


def test_a_false_code_is_of_a_group_that_no_line_names_and_of_the_largest_line() -> None:
    lines = (Line(f"{STEEL}10", mass_kg=100.0), Line(f"{PAPER}10", mass_kg=300.0))
    told = list(_under_false_codes(lines, 5))
    assert len(told) == 4
    for first, largest in told:
        assert first == lines[0]
        assert largest.mass_kg == 300.0
        assert goods_group_of(largest.hs_code) not in {goods_group_of(PAPER), goods_group_of(STEEL)}
    assert told == list(_under_false_codes(lines, 5))
    assert told != list(_under_false_codes(lines, 6))
