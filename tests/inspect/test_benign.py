"""Benign scores: the stated share of benign scans passes a threshold, no more."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanai.inspect.benign import (
    benign_scores,
    common_tails,
    conformal_threshold,
    least_scans,
    not_set,
    score_quantiles,
    thresholds_from,
)
from scanai.inspect.bundle import initial_thresholds


@given(seed=st.integers(0, 2**32), n=st.integers(60, 400), rate=st.sampled_from([0.02, 0.05, 0.2]))
def test_at_most_the_stated_share_of_the_calibration_scans_passes(
    seed: int, n: int, rate: float
) -> None:
    scores = np.random.default_rng(seed).random(n).round(2)  # with ties
    assert (scores >= conformal_threshold(scores, rate)).mean() <= rate


def test_a_new_scan_passes_with_the_stated_probability_at_most() -> None:
    rng = np.random.default_rng(1)
    passed = [rng.normal() >= conformal_threshold(rng.normal(size=99), 0.05) for _ in range(4000)]
    assert np.mean(passed) == pytest.approx(0.05, abs=0.012)


def test_only_thresholds_that_are_set_on_a_score_move() -> None:
    trials = [{"shielding": number / 100, "empty_mismatch": 0.1} for number in range(100)]
    known = initial_thresholds()
    changed = thresholds_from(trials, known, 0.05)
    assert changed.keys() == {"shielding_score"}
    assert changed["shielding_score"].value == pytest.approx(0.95, abs=0.011)
    assert changed["shielding_score"].false_alarm_rate == 0.05
    assert changed["shielding_score"].unit == known["shielding_score"].unit


def test_log_odds_below_even_give_a_threshold_below_even() -> None:
    trials = [{"goods_misfit": -5.0 + number / 100} for number in range(300)]
    assert thresholds_from(trials, initial_thresholds(), 0.02)["goods_misfit"].value < -2.0


def test_a_deviation_of_less_than_what_scales_err_by_never_alarms() -> None:
    changed = thresholds_from([{"mass_mismatch": 0.0}] * 100, initial_thresholds(), 0.05)
    assert changed["mass_deviation"].value == 0.01


@pytest.mark.parametrize(
    ("threshold", "score", "part"),
    [
        ("unexplained_goods", "unexplained_goods", 0.2),
        ("goods_misfit", "goods_misfit", 0.2),
        ("mass_deviation", "mass_mismatch", 0.3),
        ("room_ratio", "room", 0.3),
        ("density_ratio", "density", 0.3),
    ],
)
def test_what_contradicts_the_papers_gets_a_part_of_the_false_alarms(
    threshold: str, score: str, part: float
) -> None:
    trials = [{score: 1 + number / 1000} for number in range(1000)]
    changed = thresholds_from(trials, initial_thresholds(), 0.02)[threshold]
    assert changed.false_alarm_rate == pytest.approx(part * 0.02)
    passed = sum(trial[score] >= changed.value for trial in trials)
    assert part * 20 - 1 <= passed <= part * 20


def test_a_part_of_the_rate_takes_as_many_more_scans_to_show() -> None:
    least = least_scans(0.2 * 0.02)
    assert least == 249
    for count, known in ((least, True), (least - 1, False)):
        trials = [{"unexplained_goods": 0.1, "shielding": 0.1}] * count
        changed = thresholds_from(trials, initial_thresholds(), 0.02)
        assert "shielding_score" in changed
        assert ("unexplained_goods" in changed) is known
        told = not_set(benign_scores(trials, 0.02, {}))
        assert ("unexplained_goods" in told) is not known


def test_quantiles_are_of_the_trials_that_have_the_score() -> None:
    quantiles = score_quantiles([{"shielding": 0.2}, {"shielding": 0.4}, {}])
    assert quantiles.keys() == {"shielding"}
    assert len(quantiles["shielding"]) == 101
    assert quantiles["shielding"][50] == pytest.approx(0.3)


def test_scores_of_one_scanner_give_its_own_thresholds_and_p_values() -> None:
    trials = [{"shielding": number / 100} for number in range(100)]
    own = benign_scores(trials, 0.05, {"mass_error": 0.07})
    assert own.scans == 100
    assert own.thresholds == {
        "mass_error": 0.07,
        "shielding_score": pytest.approx(0.95, abs=0.011),
    }
    assert own.counts == {"shielding": 100}
    assert own.p_value("shielding", 2.0) == pytest.approx(1 / 101)


def test_says_which_thresholds_the_scans_could_not_set() -> None:
    scores = benign_scores([{"shielding": 0.1}] * 60, 0.02, {"mass_error": 0.1})
    left = not_set(scores)
    assert "shielding_score_in_dense_goods" in left
    assert "shielding_score" not in left


def test_a_tail_is_common_to_the_scanners_whose_scans_have_the_score() -> None:
    rng = np.random.default_rng(4)
    shown = [{"shielding": score} for score in rng.exponential(size=100)]
    seldom = [{"shielding": 0.1, "room": score} for score in rng.exponential(size=100)]
    scanners = [benign_scores(scans, 0.05, {}) for scans in (shown, shown, shown, seldom, seldom)]
    tails = common_tails(scanners)
    assert tails.keys() == {"shielding"}
    assert tails["shielding"].mean == pytest.approx(1.0, rel=0.5)
    assert common_tails([]) == {}
