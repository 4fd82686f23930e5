"""Urgency: within its tier, never falling as evidence grows, and fine beyond all benign scans."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from scanai.inspect.combination import MOST
from scanai.inspect.queue_order import loose_evidence, urgency

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
