from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from scanai.radiation import Panel, RadiationReading
from scanai.radiation.counting import MAX_POINTS, passage_of, upper_tail


def reading(counts, background=(6000, 60.0), particle="gamma", panels=1, live=0.1):
    panel = Panel(
        name="left",
        particle=particle,
        counts=tuple(int(n) for n in counts),
        live_s=(live,) * len(counts),
        background_counts=background[0],
        background_live_s=background[1],
    )
    return RadiationReading(source="a", real_s=(live,) * len(counts), panels=(panel,) * panels)


@given(st.integers(0, 400), st.integers(0, 400), st.floats(0.01, 20))
def test_tail_is_the_exact_binomial(counts: int, background: int, ratio: float) -> None:
    share = ratio / (1 + ratio)
    expected = stats.binom.sf(counts - 1, counts + background, share)
    found = upper_tail(np.array([counts]), np.array([background]), np.array([ratio]))
    assert found[0] == pytest.approx(expected, rel=1e-6, abs=1e-250)


def test_a_background_known_well_gives_the_poisson_tail() -> None:
    # 10⁸ counts of background: 3.0 are expected, 12 seen.
    found = upper_tail(np.array([12]), np.array([1e8]), np.array([3e-8]))[0]
    assert found == pytest.approx(stats.poisson.sf(11, 3.0), rel=1e-3)


def test_an_excess_is_told_in_standard_deviations() -> None:
    passage = passage_of(reading([15] * 100), "gamma")
    # 1500 counts where 1000 are expected, whose variance is 1000 × (1 + 10/60).
    assert passage.expected == pytest.approx(1000)
    assert passage.sigma == pytest.approx(500 / np.sqrt(1000 * 7 / 6))
    assert passage.p_value < 1e-30


def test_noise_alone_alarms_no_more_often_than_it_says() -> None:
    rng = np.random.default_rng(3)
    p_values = np.array(
        [
            passage_of(
                reading(rng.poisson(10, 60), (int(rng.poisson(6000)), 60.0), panels=1), "gamma"
            ).p_value
            for _ in range(400)
        ]
    )
    for level in (0.2, 0.1, 0.05):
        assert (p_values <= level).mean() <= level


def test_a_short_peak_is_found_where_it_is() -> None:
    counts = np.full(80, 10)
    counts[40:44] += 25
    passage = passage_of(reading(counts), "gamma")
    assert passage.peak == (40, 44)
    assert passage.p_value < 1e-10


def test_drift_of_the_background_is_no_excess() -> None:
    # 3 % more counts, 20,000 of them: four standard deviations, were the background constant.
    drifted = reading([1030] * 20, (600_000, 60.0))
    assert passage_of(drifted, "gamma").p_value < 0.01
    assert passage_of(drifted, "gamma", drift=0.05).p_value == 1.0


def test_few_neutrons_are_judged_exactly() -> None:
    passage = passage_of(reading([0] * 30 + [1] * 6, (6, 60.0), "neutron"), "neutron")
    assert passage.counts.sum() == 6
    assert 0 < passage.p_value < 1e-3
    nothing = passage_of(reading([0] * 36, (0, 60.0), "neutron"), "neutron")
    assert nothing.p_value == 1.0
    assert nothing.lowest is None


def test_panels_are_added_and_looked_at_alone() -> None:
    one = passage_of(reading([15] * 10), "gamma")
    four = passage_of(reading([15] * 10, panels=4), "gamma")
    assert four.counts.sum() == 4 * one.counts.sum()
    assert four.sigma == pytest.approx(2 * one.sigma)


def test_missing_counts_come_with_an_interval() -> None:
    passage = passage_of(reading([1000] * 10 + [600] * 10, (600_000, 60.0)), "gamma")
    lowest = passage.lowest
    assert lowest.value == pytest.approx(0.6, abs=1e-3)
    assert lowest.low < 0.6 < lowest.high
    assert lowest.high - lowest.low == pytest.approx(2 * 1.96 * 0.6 / np.sqrt(1200), rel=0.1)
    assert lowest.window.first >= 10


def test_long_passages_are_added_up() -> None:
    passage = passage_of(reading([10] * 1003), "gamma")
    assert passage.counts.size <= MAX_POINTS
    assert passage.counts.sum() == 10030
    assert passage.seconds[-1] == pytest.approx(100.3)


def test_without_a_background_nothing_is_judged() -> None:
    assert passage_of(reading([10], (0, 0.0)), "gamma") is None
    assert passage_of(reading([10]), "neutron") is None


@given(
    counts=st.lists(st.integers(0, 10**6), min_size=1, max_size=40),
    background=st.integers(0, 10**7),
    live=st.floats(1e-3, 1e3),
    panels=st.integers(1, 4),
)
def test_any_reading_is_judged(counts, background, live, panels) -> None:
    passage = passage_of(reading(counts, (background, live), panels=panels), "gamma", 0.02)
    assert 0 < passage.p_value <= 1
    assert np.isfinite([passage.sigma, passage.peak_sigma, passage.expected]).all()
    if passage.lowest is not None:
        assert 0 <= passage.lowest.low <= passage.lowest.value <= passage.lowest.high
