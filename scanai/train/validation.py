"""Quick figures on whole validation windows, for the log of a run.

They say whether a run goes well. What a model is worth is measured on whole scans through the
Inspector, in `evaluate`.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from scanai.train.batches import whole_window
from scanai.train.losses import region_targets
from scanai.train.network import Logits, ShieldingNetwork
from scanai.train.windows import load_window

# A window shows a threat when one of its boxes is at least this visible.
_VISIBLE = 0.5


def validate(
    network: ShieldingNetwork, paths: Sequence[Path], device: torch.device | None = None
) -> dict[str, float]:
    """Figures by name, 0 to 1; those of threats only where there are windows with and without.

    goods_accuracy: share of loaded cells named right. threat_auc: area under the ROC curve of the
    greatest region score, windows with a visible threat against those without any. threat_found:
    share of the visible threats with a region on them whose score 97 % of threat-free windows stay
    below.
    """
    right = loaded = 0
    free: list[float] = []
    greatest: list[float] = []
    inside: list[float] = []
    for path in paths:
        batch = whole_window(load_window(path))
        pictures = batch.transmission.to(memory_format=torch.channels_last)
        with torch.no_grad():
            asked = (pictures, batch.presence, batch.pitch_mm, batch.declared)
            logits = network(*(one.to(device) for one in asked))
            logits = Logits(*(one.cpu() for one in logits))
        goods = batch.goods[0]
        cells = goods > 0
        right += int((logits.goods[0].argmax(dim=0) == goods)[cells].sum())
        loaded += int(cells.sum())
        score = torch.sigmoid(logits.second_look[0]) * (logits.regions[0, :, 4] > 0)
        best = float(score.max())
        if not batch.threats[0, :, 2].any():
            free.append(best)
            continue
        clear = batch.threats[0, batch.threats[0, :, 4] >= _VISIBLE]
        for threat in clear:
            on, _ = region_targets(logits.regions, threat[None, None])
            inside.append(float((score * on[0]).max()))
        if len(clear):
            greatest.append(best)
    figures = {"goods_accuracy": right / max(loaded, 1)}
    if free and inside:
        figures["threat_auc"] = roc_area(np.array(free), np.array(greatest))
        figures["threat_found"] = float(np.mean(np.array(inside) > np.quantile(free, 0.97)))
    return {name: round(value, 4) for name, value in figures.items()}


def roc_area(negative: NDArray[np.float64], positive: NDArray[np.float64]) -> float:
    """Chance that a positive scores above a negative, ties counting half."""
    above = positive[:, None] > negative[None]
    equal = positive[:, None] == negative[None]
    return float((above + 0.5 * equal).mean())
