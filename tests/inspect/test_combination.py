"""Combined p-values are calibrated, monotone, and blind to the order of the evidence."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanai.inspect.combination import MOST, combined_p, entering_p, shares

ps = st.lists(st.floats(1e-12, MOST), min_size=1, max_size=9)


def test_two_p_values_by_hand() -> None:
    # cot(0.01 π) = 31.8205, cot(0.3 π) = 0.7265; atan(1 / 16.2735) / π = 0.019536
    assert combined_p([0.01, 0.3]) == pytest.approx(0.019536, abs=1e-6)


def test_nothing_combines_to_nothing() -> None:
    assert combined_p([]) is None


@given(st.floats(1e-250, 1 - 1e-9))
def test_one_alone_stays_what_it_is(p_value: float) -> None:
    assert combined_p([p_value]) == pytest.approx(p_value, rel=1e-6)


@pytest.mark.parametrize("count", [1, 2, 4, 9])
@pytest.mark.parametrize("level", [0.001, 0.01, 0.05, 0.1])
def test_independent_uniform_p_values_give_about_uniform_ones(count: int, level: float) -> None:
    drawn = np.random.default_rng(count).random((100_000, count))
    entering = np.minimum(drawn, MOST)
    found = np.array([combined_p(row) for row in entering.tolist()])
    share = float((found <= level).mean())
    # 15 % more at most, for the cap, beside four standard deviations of the simulation.
    assert share <= 1.15 * level + 4 * np.sqrt(level / 1e5)
    assert share >= 0.95 * level - 4 * np.sqrt(level / 1e5)


def test_small_p_values_hold_when_all_families_say_the_same() -> None:
    drawn = np.random.default_rng(3).random(100_000)
    found = np.array([combined_p([p, p, p, p]) for p in np.minimum(drawn, MOST).tolist()])
    assert (found <= 0.01).mean() == pytest.approx(0.01, abs=0.0015)


@given(ps, st.data())
def test_falls_when_any_p_value_falls(p_values: list[float], data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(p_values) - 1))
    lower = data.draw(st.floats(1e-12, p_values[place]))
    fallen = [*p_values[:place], lower, *p_values[place + 1 :]]
    before, after = combined_p(p_values), combined_p(fallen)
    assert before is not None
    assert after is not None
    assert after <= before * (1 + 1e-12)


@given(ps, st.randoms())
def test_order_does_not_matter(p_values: list[float], random) -> None:
    shuffled = random.sample(p_values, len(p_values))
    assert combined_p(shuffled) == pytest.approx(combined_p(p_values), rel=1e-9)


@given(ps)
def test_is_never_rarer_than_the_rarest(p_values: list[float]) -> None:
    assert combined_p(p_values) >= min(p_values) * (1 - 1e-9)  # type: ignore[operator]


def test_what_fits_cannot_outvote_what_does_not() -> None:
    alone = combined_p([0.005, 0.5, 0.5, 0.5])
    among_fitting = combined_p([0.005, *map(entering_p, (1.0, 1.0, 1.0))])
    assert alone == pytest.approx(0.02, abs=0.0005)
    assert among_fitting == pytest.approx(alone, abs=0.005)


@pytest.mark.parametrize(
    ("p_value", "span", "entering"),
    [
        (0.005, (0.0, 0.005), 0.005),  # as it is, never the middle: that would flatter
        (0.5, (0.2, 0.5), 0.5),
        (1.0, (0.06, 1.0), 0.53),  # a mass that fits, as that of most scans does
        (0.6, (0.1, 0.6), 0.5),
        (0.97, (0.96, 0.97), MOST),
        (1.0, None, MOST),
    ],
)
def test_p_value_as_it_enters(p_value: float, span, entering: float) -> None:
    assert entering_p(p_value, span) == pytest.approx(entering)


@given(st.lists(st.floats(1e-6, 0.49) | st.floats(0.5, MOST), max_size=6))
def test_shares_of_the_evidence_add_up(p_values: list[float]) -> None:
    parts = shares(p_values)
    assert all(0 <= part <= 1 for part in parts)
    assert sum(parts) == pytest.approx(1 if any(p < 0.5 for p in p_values) else 0, abs=1e-6)
