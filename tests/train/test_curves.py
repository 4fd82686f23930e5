"""Curves: thresholds that keep their rate, objects that count where they lie."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from trial_making import scored, threat, trial

from scanai.train.curves import (
    Detector,
    calibration_error,
    difference,
    ratio_of_shares,
    ratio_of_sums,
    share,
    threshold_at,
)


@given(
    scores=st.lists(st.integers(0, 20), min_size=1, max_size=300),
    rate=st.sampled_from([0.0, 0.005, 0.01, 0.03, 0.5]),
)
def test_no_more_than_the_rate_exceeds_a_threshold_and_the_next_lower_one_would(
    scores: list[int], rate: float
) -> None:
    values = np.array(scores, np.float64)
    threshold = threshold_at(values, rate)
    assert (values > threshold).mean() <= rate + 1e-9
    lower = np.unique(values[values < threshold])
    if lower.size:
        assert (values > lower[-1]).mean() > rate


def _detector() -> Detector:
    benign = [trial(index=i, regions=scored((i / 100, -1))) for i in range(100)]
    concealed = [
        trial(kind="concealed", objects=(threat(),), regions=scored((2.0, 0))),
        trial(kind="concealed", objects=(threat(),), regions=scored((3.0, -1), (0.5, 0))),
        trial(kind="concealed", objects=(threat(),), regions={}),
        trial(kind="concealed", objects=(threat(material="steel"),), regions=scored((2.0, 0))),
    ]
    return Detector(benign, concealed)


def test_a_threat_is_found_by_a_region_on_it_and_not_by_an_alarm_elsewhere() -> None:
    found = _detector().found(0.01)
    assert found is not None
    assert (found.value, found.count) == (0.5, 4)
    assert 0.0 <= found.low < 0.5 < found.high <= 1.0
    steel = _detector().found(0.01, lambda one: one.material == "steel")
    assert steel is not None
    # All of one: the interval is not a point.
    assert (steel.value, steel.high) == (1.0, 1.0)
    assert steel.low < 0.5
    assert _detector().found(0.01, lambda one: one.material == "gold") is None


def _seen_by(scores: list[float], moved: float = 0.0) -> Detector:
    """A threat each with these scores, over 100 benign scans that score from 0 to 1."""
    benign = [trial(index=i, regions=scored((i / 100 + moved, -1))) for i in range(100)]
    concealed = [
        trial(kind="concealed", objects=(threat(),), regions=scored((score, 0))) for score in scores
    ]
    return Detector(benign, concealed)


def test_two_detectors_differ_by_what_one_alone_finds() -> None:
    one = _seen_by([2.0] * 60 + [0.0] * 40)
    other = _seen_by([2.0] * 50 + [0.0] * 50)
    found = difference(one, other, 0.01, lambda _: True)
    assert found is not None
    assert (found.value, found.count) == (pytest.approx(-0.1), 100)
    # The other one misses ten that the first finds, and none the other way round: no draw of scans
    # finds more.
    assert -0.2 < found.low < found.value < found.high < 0
    back = difference(other, one, 0.01, lambda _: True)
    assert back is not None
    assert back.value == pytest.approx(0.1)
    assert difference(one, other, 0.01, lambda _: False) is None


def test_each_detector_is_held_to_its_own_false_alarms() -> None:
    one, other = _seen_by([2.0] * 50), _seen_by([12.0] * 50, moved=10.0)
    found = difference(one, other, 0.01, lambda _: True)
    assert found is not None
    assert (found.low, found.value, found.high) == (0, 0, 0)


def test_alarmed_scans_are_localised_by_their_best_region() -> None:
    localised = _detector().localised(0.01)
    assert localised is not None
    assert (localised.value, localised.count) == (pytest.approx(2 / 3), 3)


def test_roc_rises_and_its_area_is_the_chance_of_the_higher_score() -> None:
    detector = _detector()
    false, true = detector.roc()
    assert (np.diff(false) >= 0).all()
    assert (np.diff(true) >= 0).all()
    assert true[0] == 0.75
    # Three score above all benign scans, one has no region at all.
    assert detector.roc_area() == pytest.approx(0.75)


def test_free_response_counts_false_regions_on_benign_scans() -> None:
    false, found = _detector().free_response(lambda _: True)
    assert false[0] == 0
    assert found[0] == 0.5
    assert false[-1] == pytest.approx(0.99)
    assert found[-1] == 0.75


@pytest.mark.parametrize(
    ("hits", "n", "low", "high"),
    # Wilson (1927) score intervals, as tabulated by Newcombe, Stat. Med. 17 (1998), table I.
    [
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_share_has_wilsons_interval(hits: int, n: int, low: float, high: float) -> None:
    found = share([True] * hits + [False] * (n - hits))
    assert found is not None
    assert (found.value, found.count) == (hits / n, n)
    assert (found.low, found.high) == (pytest.approx(low, abs=1e-4), pytest.approx(high, abs=1e-4))


def test_nothing_has_no_share() -> None:
    assert share([]) is None
    assert ratio_of_sums([]) is None
    assert ratio_of_shares([], [True]) is None
    assert calibration_error([]) is None


def test_ratio_weighs_scans_by_size_and_its_interval_holds_it() -> None:
    found = ratio_of_sums([(1.0, 10.0), (9.0, 10.0), (50.0, 100.0)])
    assert found is not None
    assert found.value == 0.5
    assert found.low < 0.5 < found.high


def test_ratio_of_shares_is_about_that_of_the_hits_and_never_divides_by_none() -> None:
    twice = ratio_of_shares([True] * 40 + [False] * 360, [True] * 20 + [False] * 380)
    assert twice is not None
    assert twice.value == pytest.approx(2.0, abs=0.1)
    assert twice.low < 2 < twice.high
    assert ratio_of_shares([True], [False] * 9) is not None


def test_calibration_error_is_the_gap_between_sure_and_right() -> None:
    rows = [[(10.0, 9.0, 7.0), (10.0, 2.0, 4.0)]] * 5
    found = calibration_error(rows)
    assert found is not None
    assert found.value == pytest.approx((2 + 2) / 20)
