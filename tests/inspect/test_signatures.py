"""Signatures: probabilities of headings, and p-values of lines under their own code."""

from __future__ import annotations

import msgspec
import numpy as np
import pytest

from scanai.inspect.signatures import ALL, LEAST_LINES, Signatures, by_group, line_scores
from scanai.manifest.goods_groups import goods_group_of


def signatures(lines: dict[str, list[float]]) -> Signatures:
    return Signatures(
        headings=("4802", "7208"),
        features=("one", "two"),
        mean=(1.0, 0.0),
        spread=(2.0, 1.0),
        weights=((0.0, 0.0), (3.0, 0.0), (-3.0, 0.0)),
        bias=(-5.0, 0.0, 0.0),
        lines=line_scores(lines),
        scans=10,
        seed=1,
    )


MANY = {"4802": np.linspace(0, 1, 2 * LEAST_LINES).tolist(), "7208": [5.0] * 5}


def test_a_reading_is_a_distribution_and_goes_by_the_features() -> None:
    read = signatures(MANY).read(np.array([[3.0, 0.0], [-1.0, 0.0]]))
    assert read.sum(axis=1) == pytest.approx([1.0, 1.0])
    assert read[0, 1] > 0.99
    assert read[1, 2] > 0.99


def test_what_was_not_measured_counts_as_usual() -> None:
    one = signatures(MANY)
    assert one.read(np.array([[np.nan, 0.0]])) == pytest.approx(one.read(np.array([[1.0, 0.0]])))


def test_groups_sum_their_headings() -> None:
    sums = by_group(("4802", "4819", "7208"), np.array([[0.1, 0.2, 0.3, 0.4]]))
    assert sums[0, 0] == pytest.approx(0.1)
    assert sums[0, goods_group_of("4802").index] == pytest.approx(0.5)


@pytest.mark.parametrize(
    ("score", "expected"), [(-1.0, 0.999), (2.0, 0.999 / (1 + 2 * LEAST_LINES)), (0.5, 0.499)]
)
def test_a_p_value_counts_honest_lines_that_look_as_unlike(score, expected) -> None:
    p_value, of = signatures(MANY).line_p("480256", score)
    assert of == "4802"
    assert expected <= p_value <= expected + 0.05  # between quantiles it never flatters


def test_a_heading_with_few_lines_is_compared_with_all() -> None:
    p_value, of = signatures(MANY).line_p("720851", 9.0)
    assert of == ALL
    assert p_value == pytest.approx(1 / (1 + 2 * LEAST_LINES + 5))


def test_a_heading_without_lines_goes_by_its_chapter() -> None:
    assert signatures(MANY).line_p("4819", 0.5)[1] == "48"


@pytest.mark.parametrize(
    "change",
    [
        {"mean": (1.0,)},
        {"spread": (0.0, 1.0)},
        {"weights": ((0.0, 0.0),)},
        {"bias": (0.0,)},
        {"lines": {}},
    ],
    ids=str,
)
def test_what_does_not_fit_together_is_named(change) -> None:
    assert signatures(MANY).wrong() is None
    assert msgspec.structs.replace(signatures(MANY), **change).wrong() is not None
