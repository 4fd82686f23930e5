"""The rules that a model has to beat, each a few lines of physics: dense, or dense and of high Z.

Each takes a measured scan and proposes regions with a score, best first; higher is surer, and the
scale is its own. Nothing is trained.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from scanai.inspect.evidence.context import Box
from scanai.inspect.evidence.measured import Measured

_BLOCK_MM = 50.0
"""Side of the square that is averaged over: about that of a 100 cm³ cube."""
_AROUND_MM = 250.0
"""Side of the square that the segmentation calls its surroundings."""
_DENSER = 0.25
"""Attenuation above the surroundings from which a pixel belongs to a segment: 8 mm of steel."""
_LEAST_MM2 = 400.0
_MOST_REGIONS = 12
_Floats = NDArray[np.float32]


def attenuation_rule(measured: Measured) -> list[tuple[Box, float]]:
    """The most attenuating squares of the picture: what a plain density alarm does."""
    size = _pixels(_BLOCK_MM, measured)
    mean = ndimage.uniform_filter(measured.attenuation[0], size, mode="nearest")
    return best_squares(mean, size)


def best_squares(scores: _Floats, size: tuple[int, int]) -> list[tuple[Box, float]]:
    """Squares of that size about the highest peaks of a map, cut to it, best first."""
    peaks = (scores == ndimage.maximum_filter(scores, size)) & (scores > 0)
    rows, columns = np.nonzero(peaks)
    order = np.argsort(-scores[rows, columns])[:_MOST_REGIONS]
    half = size[0] // 2, size[1] // 2
    height, width = scores.shape
    return [
        (
            (
                max(int(x) - half[1], 0),
                max(int(y) - half[0], 0),
                min(int(x) + half[1] + 1, width),
                min(int(y) + half[0] + 1, height),
            ),
            float(scores[y, x]),
        )
        for y, x in zip(rows[order], columns[order], strict=True)
    ]


def segment_rule(measured: Measured) -> list[tuple[Box, float]]:
    """Segments denser than what is around them, pooled over their pixels, by how sure it is that
    they hold more than their surroundings: of heavier metal than iron where both energies tell.

    In the manner of the semiempirical literature (Lalor and Danagoulian, arXiv 2301.05783): what a
    segment adds to both energies is averaged over all its pixels before its ratio is taken.
    """
    high = measured.attenuation[0]
    around = ndimage.percentile_filter(
        high[::_COARSE, ::_COARSE], 50, _pixels(_AROUND_MM / _COARSE, measured)
    )
    surroundings = _enlarged(around, high.shape)
    dense = high > surroundings + _DENSER
    labels, count = ndimage.label(dense)
    if count == 0:
        return []
    # Sums over the few pixels that are dense: ndimage's own go over the whole picture each time.
    rows, columns = np.nonzero(dense)
    segment = labels[rows, columns] - 1
    sizes = np.bincount(segment, minlength=count)
    areas = sizes * float(np.prod(measured.scan.pitch_mm))
    added = np.bincount(segment, (high - surroundings)[rows, columns], count) / sizes
    score = added.copy()
    if len(measured.attenuation) == 2:
        low = measured.attenuation[1]
        low_around = ndimage.percentile_filter(
            low[::_COARSE, ::_COARSE], 50, _pixels(_AROUND_MM / _COARSE, measured)
        )
        excess = (low - _enlarged(low_around, low.shape))[rows, columns]
        added_low = np.bincount(segment, excess, count) / sizes
        ratio = added / np.maximum(added_low, 1e-3)
        score = added * np.clip(1 + _RATIO_WEIGHT * (ratio - _IRON_RATIO), 0.0, 2.0)
    score = np.where(areas >= _LEAST_MM2, score, 0.0)
    best = [int(number) for number in np.argsort(-score)[:_MOST_REGIONS] if score[number] > 0]
    pixels = {number: segment == number for number in best}
    return [(_box(rows[own], columns[own]), float(score[number])) for number, own in pixels.items()]


# The median is taken on every eighth pixel: it is of the surroundings, not of the object.
_COARSE = 8
# Ratio of what iron adds behind cargo at 6/4 MV, and how fast the score rises above it.
_IRON_RATIO, _RATIO_WEIGHT = 0.93, 8.0


def _box(rows: NDArray[np.int64], columns: NDArray[np.int64]) -> Box:
    return int(columns.min()), int(rows.min()), int(columns.max()) + 1, int(rows.max()) + 1


def _pixels(side_mm: float, measured: Measured) -> tuple[int, int]:
    """(rows, columns), odd."""
    along, across = measured.scan.pitch_mm
    return int(side_mm / across) // 2 * 2 + 1, int(side_mm / along) // 2 * 2 + 1


def _enlarged(coarse: _Floats, shape: tuple[int, ...]) -> _Floats:
    return coarse.repeat(_COARSE, axis=0).repeat(_COARSE, axis=1)[: shape[0], : shape[1]]


BASELINES: dict[str, Callable[[Measured], list[tuple[Box, float]]]] = {
    "attenuation": attenuation_rule,
    "segments": segment_rule,
}
"""By the name that figures and plots give them."""
