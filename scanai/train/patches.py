"""The third detector to compare with: what is unlike every patch of benign scans.

Nothing is trained on threats. A bank of benign patches is kept, and a patch of a scan is as strange
as it is far from its nearest ones there; the strangest places of the map are the regions. Features
are in `patch_features`, the run over a benchmark is in `bench_patches`.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import torch
from numpy.typing import NDArray

from scanai.inspect.evidence.context import Box
from scanai.scan.model import Scan
from scanai.train.baselines import best_squares
from scanai.train.patch_features import CHANNELS, Floats, PatchFeatures, features_of

NAME = "patches"
BANK_PATCHES = 4000
PATCHES_PER_SCAN = 1000
_NEIGHBOURS = 3
_CHUNK = 4096
"""Patches that are compared with the bank at once."""
_PROJECTED = 32
"""Dimensions in which patches are told apart when the bank is chosen: distances hold within a few
percent (Johnson and Lindenstrauss), at a twelfth of the cost."""
_PEAK_CELLS = (3, 3)


def patch_bank(
    scans: Iterable[Scan],
    network: PatchFeatures,
    seed: int,
    *,
    patches: int = BANK_PATCHES,
    per_scan: int = PATCHES_PER_SCAN,
) -> Floats:
    """(≤ patches, CHANNELS): of so many from each scan, drawn at random, those that cover all."""
    rng = np.random.default_rng(seed)
    drawn = []
    for scan in scans:
        found = features_of(scan, network).reshape(-1, CHANNELS)
        drawn.append(rng.choice(found, min(per_scan, len(found)), replace=False))
    every = np.concatenate(drawn)
    return every[covering(every, patches, rng)]


def covering(points: Floats, count: int, rng: np.random.Generator) -> NDArray[np.int64]:
    """Numbers of `count` points, each the farthest from those before it (greedy k-centre).

    Plain drawing would fill the bank with air and walls.
    """
    scale = np.sqrt(_PROJECTED)
    directions = rng.standard_normal((points.shape[1], _PROJECTED)).astype(np.float32) / scale
    near = points @ directions
    chosen = [int(rng.integers(len(points)))]
    distance = np.square(near - near[chosen[0]]).sum(axis=1)
    while len(chosen) < min(count, len(points)):
        chosen.append(int(distance.argmax()))
        np.minimum(distance, np.square(near - near[chosen[-1]]).sum(axis=1), out=distance)
    return np.array(chosen)


def strangeness(features: Floats, bank: Floats) -> Floats:
    """(h, w) mean distance of each patch of (h, w, CHANNELS) to the nearest of the bank."""
    height, width, channels = features.shape
    known = torch.from_numpy(bank)
    nearest = min(_NEIGHBOURS, len(bank))
    parts = [
        torch.cdist(part, known).topk(nearest, largest=False).values.mean(1)
        for part in torch.split(torch.from_numpy(features).reshape(-1, channels), _CHUNK)
    ]
    return torch.cat(parts).reshape(height, width).numpy()


def patch_regions(scan: Scan, network: PatchFeatures, bank: Floats) -> list[tuple[Box, float]]:
    """The strangest places of a scan, best first, in its pixels."""
    strange = strangeness(features_of(scan, network), bank)
    rows, columns = (
        whole / cells
        for whole, cells in zip(scan.transmission.shape[1:], strange.shape, strict=True)
    )
    return [
        ((round(x0 * columns), round(y0 * rows), round(x1 * columns), round(y1 * rows)), score)
        for (x0, y0, x1, y1), score in best_squares(strange, _PEAK_CELLS)
    ]
