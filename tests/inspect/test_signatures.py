"""Signatures: probabilities of headings, and p-values of lines under their own code."""

from __future__ import annotations

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanai.inspect.signatures import (
    ALL,
    LEAST_LINES,
    MOST_EXCESS,
    MOST_USUAL,
    LineScores,
    Misfit,
    Signatures,
    by_group,
    line_scores,
)
from scanai.manifest.goods_groups import goods_group_of


def signatures(lines: dict[str, list[float]]) -> Signatures:
    return Signatures(
        headings=("4802", "7208"),
        features=("one", "two"),
        mean=(1.0, 0.0),
        spread=(2.0, 1.0),
        hidden_weights=((1.0, 0.0), (-1.0, 0.0)),
        hidden_bias=(0.0, 0.0),
        weights=((0.0, 0.0), (3.0, -3.0), (-3.0, 3.0)),
        bias=(-5.0, 0.0, 0.0),
        mass_weights=(0.05, 0.0),
        mass_bias=0.01,
        lines=line_scores(lines),
        scans=10,
        seeds=(1,),
    )


MANY = {"4802": np.linspace(0, 1, 2 * LEAST_LINES).tolist(), "7208": [5.0] * 5}


def test_a_reading_is_a_distribution_and_goes_by_the_features() -> None:
    read = signatures(MANY).read(np.array([[3.0, 0.0], [-1.0, 0.0]]))
    assert read.sum(axis=1) == pytest.approx([1.0, 1.0])
    assert read[0, 1] > 0.99
    assert read[1, 2] > 0.99


def test_a_second_hidden_layer_reads_what_the_first_tells() -> None:
    one = signatures(MANY)
    crossed = msgspec.structs.replace(
        one, second_weights=((0.0, 1.0), (1.0, 0.0)), second_bias=(0.0, 0.0)
    )
    features = np.array([[3.0, 0.0], [-1.0, 0.0]])
    np.testing.assert_allclose(crossed.read(features)[:, [0, 2, 1]], one.read(features))
    # What the first layer tells is nothing to units that a bias holds below zero.
    shut = msgspec.structs.replace(crossed, second_bias=(-9.0, -9.0))
    np.testing.assert_allclose(shut.read(features)[0], shut.read(features)[1])


def test_what_was_not_measured_counts_as_usual() -> None:
    one = signatures(MANY)
    assert one.read(np.array([[np.nan, 0.0]])) == pytest.approx(one.read(np.array([[1.0, 0.0]])))


def test_what_lies_far_out_is_read_as_the_farthest_that_is_usual() -> None:
    one = signatures(MANY)
    far = one.mean[0] + MOST_USUAL * one.spread[0]
    assert one.read(np.array([[1e9, 0.0]])) == pytest.approx(one.read(np.array([[far, 0.0]])))


def test_the_excess_of_mass_goes_by_the_features_and_is_bounded() -> None:
    one = signatures(MANY)
    assert one.mass_excess(np.array([[3.0, 7.0], [1.0, 0.0], [np.nan, np.nan]])) == pytest.approx(
        [0.06, 0.01, 0.01]
    )
    steep = msgspec.structs.replace(one, mass_weights=(1.0, 0.0))
    most = steep.mass_excess(np.array([[5.0, 0.0], [-9.0, 0.0]]))
    assert most == pytest.approx([MOST_EXCESS, -MOST_EXCESS])


def test_groups_sum_their_headings() -> None:
    sums = by_group(("4802", "4819", "7208"), np.array([[0.1, 0.2, 0.3, 0.4]]))
    assert sums[0, 0] == pytest.approx(0.1)
    assert sums[0, goods_group_of("4802").index] == pytest.approx(0.5)


@pytest.mark.parametrize(
    ("score", "expected"), [(-1.0, 0.999), (2.0, 0.999 / (1 + 2 * LEAST_LINES)), (0.5, 0.499)]
)
def test_a_p_value_counts_honest_lines_that_look_as_unlike(score, expected) -> None:
    known, of = signatures(MANY).lines_like("480256")
    assert of == "4802"
    # Between quantiles it never flatters.
    assert expected <= known.p_value(score) <= expected + 0.05


def test_beyond_all_honest_lines_the_tail_falls_on() -> None:
    known, _ = signatures(MANY).lines_like("480256")
    assert known.p_value(2.0) == known.p_value(4.0)
    assert known.p_value(2.0) > known.tail_p(2.0) > known.tail_p(4.0) > 0


def test_a_heading_with_few_lines_is_compared_with_all() -> None:
    known, of = signatures(MANY).lines_like("720851")
    assert of == ALL
    assert known.p_value(9.0) == pytest.approx(1 / (1 + 2 * LEAST_LINES + 5))


def test_a_heading_without_lines_goes_by_its_chapter() -> None:
    assert signatures(MANY).lines_like("4819")[1] == "48"


NUMBER = st.floats(-1e6, 1e6) | st.just(float("nan"))


@given(features=st.lists(st.tuples(NUMBER, NUMBER), min_size=1, max_size=5))
def test_whatever_the_features_a_reading_is_a_distribution(features) -> None:
    read = signatures(MANY).read(np.array(features))
    assert read.shape == (len(features), 3)
    assert (read >= 0).all()
    assert read.sum(axis=1) == pytest.approx(1.0)


HONEST = st.lists(st.integers(0, 2000).map(lambda n: n / 1000), min_size=1, max_size=200)


def of_all(scores: list[float]) -> LineScores:
    return line_scores({"4802": scores})[ALL]


@given(honest=HONEST, score=st.integers(-10, 2010).map(lambda n: n / 1000))
def test_a_p_value_never_flatters(honest: list[float], score: float) -> None:
    p_value = of_all(honest).p_value(score)
    count = sum(one >= score for one in honest)
    assert p_value >= (1 + count) / (1 + len(honest)) - 1e-9
    assert 1 / (1 + len(honest)) - 1e-9 <= p_value <= 1.0


@given(honest=HONEST, scores=st.tuples(st.floats(-1, 3), st.floats(-1, 3)))
def test_a_line_that_looks_less_like_its_code_is_no_likelier(honest, scores) -> None:
    known = of_all(honest)
    assert known.p_value(max(scores)) <= known.p_value(min(scores))


@pytest.mark.parametrize("count", [LEAST_LINES, 150, 1000])
def test_p_values_of_honest_lines_are_uniform(count: int) -> None:
    rng = np.random.default_rng(3)
    drawn = rng.exponential(size=(400, count + 5))
    found = [
        known.p_value(score)
        for row in drawn
        for known in [of_all(row[5:].tolist())]
        for score in row[:5]
    ]
    for rate in (0.05, 0.1, 0.25, 0.5, 0.75):
        share = np.mean(np.array(found) <= rate)
        # 2,000 draws know a share to 2 %; a step between two quantiles and a line are lost.
        assert share <= rate + 0.025
        assert share >= rate - 0.025 - 0.01 - 2 / (1 + count)


def test_the_least_p_value_is_that_of_one_line_more() -> None:
    assert of_all([1.0] * 99).p_value(1.001) == pytest.approx(0.01)
    assert of_all([1.0] * 99).p_value(1.0) == 1.0


def test_only_names_with_enough_lines_are_kept() -> None:
    kept = line_scores({"4802": [0.1] * 20, "4819": [0.2] * 20, "7208": [0.3] * 5})
    assert set(kept) == {"48", "paper", ALL}
    assert {name: one.lines for name, one in kept.items()} == {"48": 40, "paper": 40, ALL: 45}


@pytest.mark.parametrize(
    ("change", "wrong"),
    [
        ({"mean": (1.0,)}, "mean or spread"),
        ({"misfit": Misfit(facts=("price", "doubt"), weights=(1.0,), bias=0.0)}, "misfit"),
        ({"spread": (1.0,)}, "mean or spread"),
        ({"spread": (0.0, 1.0)}, "mean or spread"),
        ({"features": (), "mean": (), "spread": ()}, "mean or spread"),
        ({"hidden_weights": ((0.0, 0.0),)}, "hidden_weights"),
        ({"hidden_weights": ((0.0,), (0.0,))}, "hidden_weights"),
        ({"mass_weights": (0.0,)}, "mass_weights"),
        ({"second_weights": ((0.0, 0.0),)}, "second_weights"),
        ({"second_bias": (0.0,)}, "second_weights"),
        ({"second_weights": ((0.0,),), "second_bias": (0.0,)}, "second_weights"),
        ({"second_weights": ((0.0, 0.0),), "second_bias": (0.0,)}, "weights"),
        ({"weights": ((0.0, 0.0),)}, "weights"),
        ({"weights": ((0.0,),) * 3}, "weights"),
        ({"bias": (0.0,)}, "bias or lines"),
        ({"lines": {}}, "bias or lines"),
        ({"lines": {ALL: LineScores(lines=9, quantiles=())}}, "quantiles of lines (all)"),
        ({"lines": {ALL: LineScores(lines=9, quantiles=(1.0,))}}, "quantiles of lines (all)"),
        ({"lines": {ALL: LineScores(lines=9, quantiles=(1.0, 0.0))}}, "quantiles of lines (all)"),
    ],
    ids=str,
)
def test_what_does_not_fit_together_is_named(change: dict[str, object], wrong: str) -> None:
    assert signatures(MANY).wrong() is None
    assert msgspec.structs.replace(signatures(MANY), **change).wrong() == wrong
