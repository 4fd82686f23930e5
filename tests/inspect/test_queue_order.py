"""Urgency: within its tier, never falling as evidence grows, and fine beyond all benign scans."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanai.inspect.combination import MOST
from scanai.inspect.queue_order import loose_evidence, tail_p, urgency

NORMAL = tuple(np.quantile(np.random.default_rng(1).normal(size=200), np.linspace(0, 1, 101)))
EXPONENTIAL = tuple(-math.log1p(-level) for level in np.linspace(0, 0.995, 101))
MOSTLY_NIL = (0.0,) * 96 + (0.002, 0.01, 0.02, 0.04, 0.06)
"""As the mass of harmless scans: it nearly always fits."""
ALL_ONE = (0.3,) * 101
ROWS = (NORMAL, EXPONENTIAL, MOSTLY_NIL, ALL_ONE, (0.0, 1.0))


@pytest.mark.parametrize("quantiles", ROWS, ids=["normal", "exponential", "nil", "one", "two"])
@given(st.floats(-5, 50), st.floats(0, 20))
def test_tail_never_rises_with_the_score(quantiles, score: float, more: float) -> None:
    low, high = tail_p(score, quantiles, 200), tail_p(score + more, quantiles, 200)
    assert 0 < high <= low <= MOST


def test_tail_of_exponential_scores_goes_on_as_it_began() -> None:
    for score in (3.0, 5.0, 8.0):
        assert math.log(tail_p(score, EXPONENTIAL, 200)) == pytest.approx(-score, rel=0.15)


def test_tail_is_the_share_of_benign_scans_below_its_start() -> None:
    assert tail_p(EXPONENTIAL[50], EXPONENTIAL, 200) == pytest.approx(0.5)
    assert tail_p(0.0, MOSTLY_NIL, 200) == pytest.approx(0.525)


def test_scores_above_all_benign_scans_are_told_apart() -> None:
    found = [tail_p(score, MOSTLY_NIL, 200) for score in (0.1, 0.2, 0.4, 0.8)]
    assert found == sorted(found, reverse=True)
    assert len({round(value, 12) for value in found}) == 4
    assert found[0] < 1 / 201


def test_of_few_scans_above_nothing_little_is_known_of_the_next() -> None:
    one_above = (0.0,) * 100 + (0.02,)
    # Ten times as far out as the one scan of a hundred: rare, but no more than one in 10,000.
    assert 1e-4 < tail_p(0.2, one_above, 100) < 1 / 101
    of_many = [tail_p(0.2, one_above, count) for count in (100, 1000, 10_000)]
    assert of_many == sorted(of_many, reverse=True)
    assert of_many[-1] < 1e-6


tails = st.lists(st.floats(1e-300, MOST), max_size=9)
strengths = st.lists(st.floats(0, 1), max_size=4)


@given(st.integers(0, 2), tails, strengths)
def test_urgency_stays_in_its_tier(rank: int, p_values, loose) -> None:
    assert rank / 3 - 1e-6 <= urgency(rank, p_values, loose) <= (rank + 1) / 3 + 1e-6


@given(tails.filter(bool), strengths, st.data())
def test_urgency_never_falls_as_evidence_grows(p_values, loose, data: st.DataObject) -> None:
    before = urgency(1, p_values, loose)
    place = data.draw(st.integers(0, len(p_values) - 1))
    rarer = data.draw(st.floats(1e-300, p_values[place]))
    assert urgency(1, [*p_values[:place], rarer, *p_values[place + 1 :]], loose) >= before - 1e-6
    assert urgency(1, p_values, [*loose, data.draw(st.floats(0, 1))]) >= before - 1e-6


def test_urgency_is_fine_enough_for_a_thousand_scans() -> None:
    found = [urgency(2, [10.0 ** -(3 + n / 100), 0.5, 0.5], []) for n in range(1000)]
    assert len(set(found)) > 950
    assert found == sorted(found)


def test_a_strength_without_p_value_is_worth_no_more_than_one_in_forty() -> None:
    assert urgency(1, [], [1.0]) < urgency(1, [1 / 41], [])
    assert loose_evidence(0.0) == 0.0
