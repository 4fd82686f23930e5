"""Tails: smooth beyond all benign scans, and no surer than so many scans can tell."""

from __future__ import annotations

import math

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanai.inspect.combination import MOST
from scanai.inspect.tails import CommonTail, common_tail, tail_p

LEVELS = np.linspace(0, 1, 101)
NORMAL = tuple(np.quantile(np.random.default_rng(1).normal(size=200), LEVELS))
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


Scanner = tuple[tuple[float, ...], int]


def benign(rng: np.random.Generator, mean: float, count: int = 320) -> Scanner:
    """Quantiles of so many exponential scores."""
    return tuple(np.quantile(rng.exponential(mean, count), LEVELS).tolist()), count


def scanners(means: list[float], seed: int = 5) -> list[Scanner]:
    rng = np.random.default_rng(seed)
    return [benign(rng, mean) for mean in means]


def test_scanners_that_agree_share_one_tail() -> None:
    common = common_tail(scanners([2.0] * 40))
    assert common is not None
    assert common.mean == pytest.approx(2.0, rel=0.25)
    assert common.even == pytest.approx(1.0, abs=0.3)
    assert common.spread < 0.02


def test_how_far_scanners_differ_is_found_beside_chance() -> None:
    rng = np.random.default_rng(3)
    means = np.exp(rng.normal(0.0, 0.8, 60))
    common = common_tail(scanners(means.tolist()))
    assert common is not None
    assert common.spread == pytest.approx(0.64, rel=0.4)


def test_few_scanners_that_happen_to_agree_are_no_proof_that_all_do() -> None:
    alike = [benign(np.random.default_rng(1), 1.0)] * 7
    common = common_tail(alike)
    more = common_tail(alike * 10)
    assert common is not None
    assert more is not None
    assert common.spread > 0.01
    assert common.spread > more.spread


def exact(shape: float, scale: float = 1.0) -> tuple[float, ...]:
    """Quantiles of excesses of a generalised Pareto law over a start at 0."""
    tail = [scale * ((1 - level) ** -shape - 1) / shape for level in np.arange(0.5, 10) / 10]
    return (0.0,) * 91 + tuple(tail)


@pytest.mark.parametrize("shape", [-0.5, 0.25])
def test_the_law_of_the_excesses_weighs_what_chance_does(shape: float) -> None:
    scanners = [(exact(shape, scale), 320) for scale in (0.6, 0.8, 1.0, 1.25, 1.7)]
    common = common_tail(scanners)
    assert common is not None
    excesses = np.array(exact(shape)[91:])
    variance = 10 / 9 * excesses.var() / excesses.mean() ** 2
    assert common.even == pytest.approx(1 / variance, rel=1e-4)
    # By hand: DerSimonian and Laird with n / variance for weights, here all alike.
    logs = np.log([0.6, 0.8, 1.0, 1.25, 1.7])
    n = 320 * 10 / 101
    expected = logs.var(ddof=1) - variance / n
    least = np.sqrt(2 * 4) / (4 * n / variance)
    assert common.spread == pytest.approx(max(expected, least), rel=1e-3)
    assert common.mean == pytest.approx(excesses.mean() * np.exp(logs.mean()), rel=1e-3)


def test_a_scanner_of_many_scans_weighs_more_but_not_all() -> None:
    scanners = [(exact(0.1, 1.0), 200), (exact(0.1, 1.0), 200), (exact(0.1, 2.0), 20_000)]
    common = common_tail(scanners)
    assert common is not None
    mean = np.mean(exact(0.1)[91:])
    # Fixed weights would give 2 × mean; where scanners differ so, each is one of them.
    assert 1.2 * mean < common.mean < 1.6 * mean
    n = np.array([200, 200, 20_000]) * 10 / 101
    weights = n * common.even
    logs = np.log([1.0, 1.0, 2.0])
    apart = weights @ (logs - weights @ logs / weights.sum()) ** 2
    unit = weights.sum() - weights @ weights / weights.sum()
    assert common.spread == pytest.approx((apart - 2) / unit, rel=1e-3)


def test_of_a_few_excesses_the_law_is_not_told() -> None:
    rng = np.random.default_rng(6)
    seldom = []
    for _ in range(7):  # of 320 scans three have the score
        scores = np.append(np.zeros(317), rng.exponential(size=3))
        seldom.append((tuple(np.quantile(scores, LEVELS).tolist()), 320))
    common = common_tail(seldom)
    assert common is not None
    assert common.even == 1.0
    assert common.spread < 0.5


def test_two_scanners_tell_no_common_tail() -> None:
    assert common_tail(scanners([1.0, 1.0])) is None
    assert common_tail([(ALL_ONE, 320)] * 9) is None


def test_numbers_of_a_common_tail_stay_within_what_a_bundle_may_hold() -> None:
    tiny = (0.0,) * 100 + (1e-300,)
    common = common_tail([(tiny, 320)] * 3)
    assert common is not None
    assert common.mean == 1e-9
    assert msgspec.convert(msgspec.to_builtins(common), CommonTail) == common


@pytest.mark.parametrize("scans", [1.0, 30.0, 3000.0])
def test_a_scanner_is_trusted_by_how_many_of_its_scans_are_known(scans: float) -> None:
    common = CommonTail(mean=1.0, even=1.0, spread=0.02)
    mean, unsure = common.on(2.0, scans)
    trusted = 0.02 / (0.02 + 1 / scans)
    assert mean == pytest.approx(2.0**trusted)
    assert unsure == pytest.approx(1 / (1 / 0.02 + scans))
    assert common.on(None, 1.0) == (1.0, 0.02)


def test_one_odd_scan_no_longer_makes_the_tail_of_its_scanner() -> None:
    rng = np.random.default_rng(8)
    others = [benign(rng, 1.0) for _ in range(6)]
    odd = np.append(rng.exponential(1.0, 319), 12.0)
    quantiles = tuple(np.quantile(odd, LEVELS).tolist())
    common = common_tail([*others, (quantiles, 320)])
    alone, shared = tail_p(8.0, quantiles, 320), tail_p(8.0, quantiles, 320, common)
    assert shared < alone / 2
    # Of exponential scores one in 3,000: the scan at 12 is not forgotten.
    assert math.exp(-8) < shared


commons = st.builds(
    CommonTail, mean=st.floats(0.01, 10), even=st.floats(0.2, 20), spread=st.floats(0.001, 2)
)


@pytest.mark.parametrize("quantiles", ROWS, ids=["normal", "exponential", "nil", "one", "two"])
@given(st.floats(-5, 50), st.floats(0, 20), commons)
def test_common_tail_never_rises_with_the_score(
    quantiles, score: float, more: float, common: CommonTail
) -> None:
    low = tail_p(score, quantiles, 200, common)
    high = tail_p(score + more, quantiles, 200, common)
    assert 0 < high <= low <= MOST


@given(st.floats(-5, 50), commons)
def test_up_to_the_start_of_the_tail_a_scanner_speaks_for_itself(
    score: float, common: CommonTail
) -> None:
    if score <= NORMAL[90]:
        assert tail_p(score, NORMAL, 200, common) == tail_p(score, NORMAL, 200)
