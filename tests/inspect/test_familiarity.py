"""Familiarity: far from what is known is told, and never by itself a reason to open anything."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from scanai.inspect.bundle import BenignScores, FeatureReference, OperatingPoint, initial_thresholds
from scanai.inspect.evidence.context import Context
from scanai.inspect.evidence.familiarity import SCORE, distance, familiarity_findings
from scanai.inspect.maps import Maps
from scanai.inspect.verdict import decide

REFERENCE = FeatureReference(mean=(1.0, 2.0, 0.0), directions=((0.5, 0.0, 0.0), (0.0, 2.0, 0.0)))
QUANTILES = tuple(np.linspace(0, 2, 101))


@pytest.fixture
def context() -> Context:
    thresholds = {name: entry.value for name, entry in initial_thresholds().items()}
    benign = BenignScores(
        scans=199, thresholds={}, quantiles={SCORE: QUANTILES}, counts={SCORE: 199}
    )
    point = OperatingPoint(thresholds | {"unfamiliar_distance": 1.9}, benign)
    return Context(SimpleNamespace(), point)  # type: ignore[arg-type]


def _maps(*features: float) -> Maps:
    empty = np.zeros((0, 0), np.float32)
    maps = Maps(empty, empty, empty, empty, {})
    return replace(maps, features=np.array(features, np.float32)) if features else maps


def test_distance_is_in_spreads_of_benign_scans() -> None:
    assert distance(np.array([1.0, 2.0, 9.0]), REFERENCE) == 0.0
    assert distance(np.array([3.0, 2.5, 9.0]), REFERENCE) == pytest.approx(1.0)


def test_a_familiar_scan_has_a_score_and_no_finding(context: Context) -> None:
    assert familiarity_findings(_maps(3.0, 2.5, 0.0), REFERENCE, context) == (
        [],
        {SCORE: pytest.approx(1.0)},
    )


def test_a_strange_scan_is_for_review_and_never_clear(context: Context) -> None:
    findings, scores = familiarity_findings(_maps(9.0, 9.0, 0.0), REFERENCE, context)
    assert scores[SCORE] > 5
    assert findings[0].kind == "unknown_anomaly"
    assert findings[0].p_value == pytest.approx(1 / 200)
    verdict = decide(
        findings,
        context.point,
        scores=scores,
        suspicion=0.0,
        clear_reasons=["clear"],
        caveats=[],
    )
    assert verdict.decision == "review"


@pytest.mark.parametrize(("features", "reference"), [((), REFERENCE), ((1.0, 2.0, 0.0), None)])
def test_a_bundle_without_features_says_nothing(
    features: tuple[float, ...], reference: FeatureReference | None, context: Context
) -> None:
    assert familiarity_findings(_maps(*features), reference, context) == ([], {})
