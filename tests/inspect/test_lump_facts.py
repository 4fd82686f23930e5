from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import logit

from scanai.inspect.evidence.lump_facts import LUMP_FACTS, LUMP_ROOM, lump_facts

SURE = np.array([9.0, 9.0, -9.0])
KG = np.array([10.0, 30.0, 500.0])


def named(row: np.ndarray) -> dict[str, float]:
    return dict(zip(LUMP_FACTS, row.tolist(), strict=True))


def test_two_lumps_beside_one_declared_piece_of_their_mass() -> None:
    first = named(lump_facts(SURE, KG, 1, 40.0)[0])
    assert first == pytest.approx(
        {
            "lump": 9.0,
            "best_other_lump": 9.0,
            "second_other_lump": -8.0,
            "other_lumps": 1.0,
            "rank_as_lump": 0.0,
            "lumps_beyond_pieces": 1.0,
            "rank_beyond_pieces": -1.0,
            "mass_of_other_lumps_by_pieces": np.log(30.1 / 40.1),
            "mass_of_lumps_by_pieces": 0.0,
        },
        abs=2e-3,
    )


def test_a_lone_region_has_no_others() -> None:
    alone = named(lump_facts(np.array([1.0]), np.array([5.0]), 0, 0.0)[0])
    assert (alone["best_other_lump"], alone["second_other_lump"]) == (-8.0, -8.0)
    assert alone["other_lumps"] == 0.0


def test_each_lump_counts_by_how_likely_it_is_one() -> None:
    lump = logit(np.array([0.5, 0.25]))
    facts = [named(row) for row in lump_facts(lump, np.array([8.0, 4.0]), 0, 0.0)]
    assert [one["lumps_beyond_pieces"] for one in facts] == pytest.approx([0.75, 0.75])
    assert facts[1]["mass_of_other_lumps_by_pieces"] == pytest.approx(np.log(4.1 / 0.1))


@given(
    few=st.integers(0, 50),
    more=st.integers(0, 50),
    kg=st.floats(0, 300),
    more_kg=st.floats(0, 300),
)
def test_more_declared_pieces_only_leave_more_room(
    few: int, more: int, kg: float, more_kg: float
) -> None:
    before = lump_facts(SURE, KG, few, kg)
    after = lump_facts(SURE, KG, few + more, kg + more_kg)
    for name, way in LUMP_ROOM.items():
        column = LUMP_FACTS.index(name)
        assert (way * (after[:, column] - before[:, column]) <= 1e-12).all()


def test_no_regions_have_no_facts() -> None:
    assert lump_facts(np.zeros(0), np.zeros(0), 2, 5.0).shape == (0, len(LUMP_FACTS))
