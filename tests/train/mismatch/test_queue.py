"""Queues: a perfect order finds all, a random one its share, and equals are drawn by lot."""

from __future__ import annotations

from collections.abc import Callable

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from mismatch_making import case

from scanai.train.mismatch.queue import FIRST, ORDERS, _places, found_first
from scanai.train.mismatch.recipe import Queue
from scanai.train.mismatch.trials import CaseTrial

QUEUE = Queue(length=1000, bad_share=0.02, draws=300, kinds={"group_swap": 1.0})
GOOD = [case(urgency=number / 1000) for number in range(500)]


def urgency(one: CaseTrial) -> float:
    return one.urgency


def test_a_perfect_order_finds_all_as_soon_as_they_have_room() -> None:
    found = found_first(GOOD, {"group_swap": [case(urgency=0.9)]}, QUEUE, urgency)
    assert found.keys() == set(FIRST)
    # Twenty bad ones: half of them in the first ten places.
    assert found[0.01].value == pytest.approx(0.5)
    for first in (0.02, 0.05, 0.10):
        assert (found[first].value, found[first].low, found[first].high) == (1.0, 1.0, 1.0)
    assert found[0.05].count == QUEUE.draws


def test_the_worst_order_finds_none() -> None:
    found = found_first(GOOD, {"group_swap": [case(urgency=-1.0)]}, QUEUE, urgency)
    assert [one.value for one in found.values()] == [0.0] * len(FIRST)


def test_a_random_order_finds_as_much_as_is_looked_at() -> None:
    found = found_first(GOOD, {"group_swap": GOOD}, QUEUE, ORDERS["random"])
    assert len(found) == len(FIRST)
    for first, one in found.items():
        # 6,000 bad ones are drawn, which know 1 % to 0.13 %: four times that.
        assert one.value == pytest.approx(first, abs=4 * (first * (1 - first) / 6000) ** 0.5)
        assert one.low <= one.value <= one.high


def test_among_equals_chance_decides() -> None:
    # Half of the good ones are as urgent as all bad ones, which lie anywhere among them.
    good = [case(urgency=0.5), case(urgency=0.1)]
    found = found_first(good, {"group_swap": [case(urgency=0.5)]}, QUEUE, urgency)
    for first, one in found.items():
        assert one.value == pytest.approx(first / (0.5 * 0.98 + 0.02), abs=0.02)


def test_scores_that_separate_the_kinds_find_them_by_their_weights() -> None:
    bad = {"group_swap": [case(urgency=0.9)], "false_mass": [case(urgency=-1.0)]}
    kinds = {"group_swap": 3.0, "false_mass": 1.0}
    found = found_first(GOOD, bad, msgspec.structs.replace(QUEUE, kinds=kinds), urgency)
    assert found[0.10].value == pytest.approx(0.75, abs=0.03)


def test_a_share_lies_within_its_interval_though_one_queue_in_fifty_is_another() -> None:
    # Ten of the twenty bad ones are the first hundredth, but where the one honest load of 60,000
    # comes before them.
    good = [*GOOD * 120, case(urgency=0.95)]
    found = found_first(good, {"group_swap": [case(urgency=0.9)]}, QUEUE, urgency)[0.01]
    assert 0.49 < found.value < 0.5
    assert found.low <= found.value <= found.high == 0.5


def test_kinds_without_a_trial_are_left_out() -> None:
    kinds = {"group_swap": 1.0, "concealed": 9.0}
    queue = msgspec.structs.replace(QUEUE, kinds=kinds)
    found = found_first(GOOD, {"group_swap": [case(urgency=0.9)], "concealed": []}, queue, urgency)
    assert found[0.05].value == 1.0


@pytest.mark.parametrize(
    "bad",
    [{}, {"group_swap": []}, {"concealed": [case(urgency=0.9)]}],
    ids=["no trial", "none of the kind", "of weight 0 alone"],
)
def test_without_bad_trials_no_queue_is_drawn(bad: dict[str, list[CaseTrial]]) -> None:
    queue = msgspec.structs.replace(QUEUE, kinds={"group_swap": 1.0, "concealed": 0.0})
    assert found_first(GOOD, bad, queue, urgency) == {}
    assert found_first([], {"group_swap": [case()]}, queue, urgency) == {}


def test_equal_trials_give_equal_figures() -> None:
    bad = {"group_swap": GOOD[100:]}
    assert found_first(GOOD, bad, QUEUE, urgency) == found_first(GOOD, bad, QUEUE, urgency)


@given(
    bad=st.lists(st.integers(0, 5), min_size=1, max_size=8),
    good=st.lists(st.integers(0, 5), max_size=30),
    seed=st.integers(0, 2**32 - 1),
)
def test_places_are_those_of_a_sorted_queue(bad: list[int], good: list[int], seed: int) -> None:
    rng = np.random.default_rng(seed)
    places = _places(np.array(bad, float), np.array(good, float), rng).tolist()
    assert len(set(places)) == len(bad)
    for score, place in zip(bad, places, strict=True):
        above = sum(one > score for one in (*bad, *good))
        equal = sum(one == score for one in (*bad, *good))
        assert above <= place < above + equal


@pytest.mark.parametrize(
    ("rule", "field", "value"),
    [
        ("verdict", "urgency", 0.7),
        ("mass_rule", "mass_deviation", 0.7),
        ("document_rules", "scores", {"documents": 0.7}),
    ],
)
def test_each_rule_goes_by_its_own_number(rule: str, field: str, value: object) -> None:
    order: Callable[[CaseTrial], float] = ORDERS[rule]
    assert order(case(**{field: value})) == 0.7
    assert order(case()) == 0.0
    assert ORDERS["random"](case(**{field: value})) == 0.0
