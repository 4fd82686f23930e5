"""Familiarity: whether a scan is one of those that the model knows, whatever is in it.

The model's coarsest features, averaged over the picture, are compared with those of benign scans.
Far from all of them, neither its findings nor their absence mean much: such a scan is never clear.
"""

from __future__ import annotations

import numpy as np

from scanai.inspect.bundle import FeatureReference
from scanai.inspect.evidence.context import Context
from scanai.inspect.maps import Maps
from scanai.inspect.report import Evidence, Finding

SCORE = "unfamiliar"


def distance(features: np.ndarray, reference: FeatureReference) -> float:
    """Mahalanobis distance from the benign mean by the root of the dimension: some 1 if benign."""
    directions = np.array(reference.directions, np.float64)
    along = directions @ (features.astype(np.float64) - np.array(reference.mean))
    return float(np.sqrt(np.mean(along**2)))


def familiarity_findings(
    maps: Maps, reference: FeatureReference | None, context: Context
) -> tuple[list[Finding], dict[str, float]]:
    """A finding where the scan is unlike those that the model knows; its distance from them."""
    if maps.features is None or reference is None:
        return [], {}
    score = distance(maps.features, reference)
    usual = context.threshold("unfamiliar_distance")
    if score < usual:
        return [], {SCORE: score}
    finding = Finding(
        kind="unknown_anomaly",
        score=1.0 - usual / (usual + score),
        p_value=context.p_value(SCORE, score),
        sentence=(
            "The picture as a whole is unlike the harmless ones that the model knows: what it "
            "finds here, and what it does not, means less."
        ),
        evidence=(
            Evidence(name="distance from known scans", value=round(score, 2), high=round(usual, 2)),
        ),
    )
    return [finding], {SCORE: score}
