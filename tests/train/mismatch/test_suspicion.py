"""Suspicion: how rare it is that papers and picture contradict each other as they do."""

from __future__ import annotations

from math import log10
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanai.inspect.bundle import BenignScores, OperatingPoint
from scanai.train.mismatch.suspicion import FAMILIES, suspicion

STEPS = tuple(np.linspace(0, 1, 101).tolist())
NAMES = (*FAMILIES, "shielding", "documents", "density")
POINT = OperatingPoint(
    {},
    BenignScores(
        scans=200,
        thresholds={},
        quantiles=dict.fromkeys(NAMES, STEPS),
        counts=dict.fromkeys(NAMES, 200),
    ),
)


def of(point: OperatingPoint = POINT, **scores: float) -> float:
    return suspicion(SimpleNamespace(evidence_scores=scores), point)  # type: ignore[arg-type]


def test_it_is_how_rare_the_score_is_among_benign_scans() -> None:
    assert of(mass_mismatch=0.5) == pytest.approx(-log10(0.5), abs=0.01)
    assert of(mass_mismatch=0.9) == pytest.approx(1.0, abs=0.05)
    assert of(mass_mismatch=3.0) > of(mass_mismatch=1.5) > 2


def test_what_is_not_worth_telling_does_not_count() -> None:
    # Within what papers are rounded by; of 101 even steps it would be rarer than nothing.
    assert of(mass_mismatch=0.009, heading_fit=0.6) == of(mass_mismatch=0.0, heading_fit=0.6)
    assert of(mass_mismatch=0.9, heading_fit=0.6) > of(mass_mismatch=0.0, heading_fit=0.6)


def test_neither_shielding_nor_papers_nor_density_count() -> None:
    assert of(shielding=5.0, documents=9.0, room=3.0, density=9.0) == 0.0
    assert of(shielding=5.0, mass_mismatch=0.5) == of(mass_mismatch=0.5)


def test_what_fits_beside_it_takes_little_from_what_does_not() -> None:
    alone = of(unexplained_goods=3.0)
    assert alone - 0.5 < of(unexplained_goods=3.0, mass_mismatch=0.0, heading_fit=0.2) < alone


@pytest.mark.parametrize(
    "point",
    [
        OperatingPoint({}, None),
        OperatingPoint({}, BenignScores(scans=9, thresholds={}, quantiles={}, counts={})),
    ],
    ids=["unknown scanner", "unknown score"],
)
def test_without_benign_scans_nothing_is_suspicious(point: OperatingPoint) -> None:
    assert of(point, mass_mismatch=9.0) == 0.0


@given(
    name=st.sampled_from(FAMILIES),
    scores=st.dictionaries(st.sampled_from(FAMILIES), st.floats(0, 2)),
    more=st.floats(0, 2),
)
def test_a_higher_score_is_never_less_suspicious(
    name: str, scores: dict[str, float], more: float
) -> None:
    score = scores.get(name, 0.0)
    before = of(**scores | {name: score})
    assert of(**scores | {name: score + more}) >= before >= 0
