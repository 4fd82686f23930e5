"""Regions that a graph proposes, as whole pixels of the picture and each thing once."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from scanai.inspect.evidence.context import Box, share_inside

LOOKS = 16
"""Regions looked at, the best by the graph's own score: each costs a few milliseconds, for
the close look and for its crops."""
_OVERLAP = 0.3


class Region(NamedTuple):
    box: Box
    score: float
    """0 to 1."""
    lump: float | None
    """Natural logarithm of the odds that it is a lump; None where the bundle does not tell."""


def distinct_regions(regions: NDArray[np.float32], shape: tuple[int, ...]) -> list[Region]:
    """Boxes inside the picture, best first, without those that overlap a better one.

    regions: (K, 5) or (K, 6), as `Maps.regions`.
    """
    kept: list[Region] = []
    usable = regions[np.isfinite(regions[:, :5]).all(axis=1) & (regions[:, 4] > 0)]
    usable = usable[np.argsort(-usable[:, 4], kind="stable")]
    lumps = usable[:, 5].tolist() if usable.shape[1] > 5 else [None] * len(usable)
    told = zip(_whole_pixels(usable, shape), usable[:, 4].tolist(), lumps, strict=True)
    for box, score, lump in told:
        if box[2] <= box[0] or box[3] <= box[1]:
            continue
        # Both ways: a box within a box is the same thing seen twice.
        if all(
            max(share_inside(box, other.box), share_inside(other.box, box)) <= _OVERLAP
            for other in kept
        ):
            kept.append(Region(box, min(float(score), 1.0), lump))
    return kept


def _whole_pixels(regions: NDArray[np.float32], shape: tuple[int, ...]) -> list[Box]:
    height, width = shape
    last = np.array((width - 1, height - 1))
    starts = np.clip(np.floor(regions[:, :2]), 0, last).astype(int).tolist()
    ends = np.clip(np.ceil(regions[:, 2:4]), 1, last + 1).astype(int).tolist()
    return [(x0, y0, x1, y1) for (x0, y0), (x1, y1) in zip(starts, ends, strict=True)]
