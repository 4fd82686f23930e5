from __future__ import annotations

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanai.inspect.region_odds import RegionOdds

ODDS = RegionOdds(
    facts=("excess", "mass"),
    # One tree of two questions, and one that is a leaf alone.
    first=(0, -4),
    fact=(0, 1),
    most=(10.0, 2.5),
    lower=(-1, -2),
    upper=(1, -3),
    leaves=(-2.0, 0.5, 3.0, 0.25),
    scans=10,
    seeds=(1,),
)


@pytest.mark.parametrize(
    ("facts", "expected"),
    [((10.0, 9.0), -1.75), ((10.1, 2.5), 0.75), ((50.0, 2.6), 3.25)],
    ids=["lower", "upper then lower", "upper twice"],
)
def test_the_leaves_that_the_facts_lead_to_are_added(facts, expected) -> None:
    assert ODDS.log_odds(np.array([facts])).tolist() == [expected]


def test_each_region_goes_its_own_way() -> None:
    facts = np.array([(10.0, 9.0), (50.0, 2.6), (10.1, 2.5)])
    assert ODDS.log_odds(facts).tolist() == [-1.75, 3.25, 0.75]
    assert ODDS.log_odds(np.zeros((0, 2))).shape == (0,)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"most": (10.0,)}, "questions"),
        ({"fact": (0, 2)}, "facts of questions"),
        ({"fact": (-1, 1)}, "facts of questions"),
        ({"most": (10.0, float("nan"))}, "numbers that are none"),
        ({"first": (2, -4)}, "first questions"),
        ({"first": (0, -5)}, "first questions"),
        ({"upper": (2, -3)}, "order of questions"),
        ({"lower": (-5, -2)}, "order of questions"),
        # It would ask for ever.
        ({"upper": (1, 1)}, "order of questions"),
        ({"lower": (0, -2)}, "order of questions"),
    ],
)
def test_what_does_not_fit_together_is_told(change, told) -> None:
    assert ODDS.wrong() is None
    assert msgspec.structs.replace(ODDS, **change).wrong() == told


def test_a_row_of_questions_without_end_is_told() -> None:
    count = 65
    long = msgspec.structs.replace(
        ODDS,
        first=(0,),
        fact=(0,) * count,
        most=(1.0,) * count,
        lower=(-1,) * count,
        upper=(*range(1, count), -2),
    )
    assert long.wrong() == "questions in a row"
    shorter = {name: getattr(long, name)[:-1] for name in ("fact", "most", "lower")}
    fits = msgspec.structs.replace(long, **shorter, upper=(*range(1, count - 1), -2))
    assert fits.wrong() is None


@pytest.mark.parametrize("leaf", [1e308, -101.0, float("nan")])
def test_a_leaf_beyond_all_odds_is_no_leaf(leaf) -> None:
    told = msgspec.to_builtins(ODDS) | {"leaves": [leaf, 0.5, 3.0, 0.25]}
    with pytest.raises(msgspec.ValidationError, match="leaves"):
        msgspec.convert(told, RegionOdds)


@given(st.data())
def test_whatever_is_not_wrong_comes_to_an_end(data) -> None:
    count = data.draw(st.integers(0, 6))
    numbers = st.integers(-4, count)
    row = st.lists(numbers, min_size=count, max_size=count).map(tuple)
    odds = msgspec.structs.replace(
        ODDS,
        first=data.draw(st.lists(numbers, min_size=1, max_size=3).map(tuple)),
        fact=data.draw(st.lists(st.integers(0, 1), min_size=count, max_size=count).map(tuple)),
        most=(1.0,) * count,
        lower=data.draw(row),
        upper=data.draw(row),
    )
    if odds.wrong() is None:
        answers = odds.log_odds(np.array([(0.0, 0.0), (2.0, 0.0), (2.0, 2.0)]))
        assert np.isfinite(answers).all()
