"""Rules to beat: they find a dense block where it stands out, and the densest place anywhere."""

from __future__ import annotations

import numpy as np
import pytest
from scan_making import raw_counts

from scanai.inspect.evidence.context import Box
from scanai.inspect.evidence.measured import Measured, measure
from scanai.scan import calibrate, load_profile
from scanai.scan.model import Scan
from scanai.train.baselines import BASELINES

PROFILE = load_profile("portal-6-4")
BLOCK = (200, 300, 216, 320)


@pytest.fixture
def measured() -> Measured:
    """Goods of attenuation 1 with a block of 1 more in it, both energies."""
    rng = np.random.default_rng(0)
    attenuation = rng.normal(0, 0.01, (2, 640, 512)).astype(np.float32)
    attenuation[:, 150:500, 50:450] += np.array([1.0, 1.18], np.float32)[:, None, None]
    x0, y0, x1, y1 = BLOCK
    attenuation[:, y0:y1, x0:x1] += np.array([1.0, 1.05], np.float32)[:, None, None]
    return measure(_scan(np.exp(-attenuation)), PROFILE, 40.0)


def _scan(transmission: np.ndarray) -> Scan:
    counts = np.clip(transmission * 50_000, 0, 65_535).astype(np.uint16)
    levels = np.full((2, PROFILE.rows), 50_000.0)
    return calibrate(raw_counts(counts, PROFILE, air=levels, dark=np.zeros_like(levels)))


def _middle_in_block(box: Box) -> bool:
    x, y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
    return BLOCK[0] <= x < BLOCK[2] and BLOCK[1] <= y < BLOCK[3]


@pytest.mark.parametrize("name", BASELINES)
def test_the_best_region_is_the_block(name: str, measured: Measured) -> None:
    regions = BASELINES[name](measured)
    assert _middle_in_block(regions[0][0])
    assert [score for _, score in regions] == sorted((s for _, s in regions), reverse=True)


def test_metal_heavier_than_iron_scores_above_lighter_matter_as_dense() -> None:
    scores = []
    for low in (1.02, 1.20):
        attenuation = np.zeros((2, 640, 512), np.float32)
        attenuation[:, 150:500, 50:450] += 1.0
        x0, y0, x1, y1 = BLOCK
        attenuation[:, y0:y1, x0:x1] += np.array([1.0, low], np.float32)[:, None, None]
        found = BASELINES["segments"](measure(_scan(np.exp(-attenuation)), PROFILE, 40.0))
        scores.append(max(score for box, score in found if _middle_in_block(box)))
    assert scores[0] > 1.3 * scores[1]
