"""Texture: how the attenuation of a load repeats itself, by which cartons, sacks and rolls differ.

Autocorrelation at a few distances, along the travel and down the picture: of the pixels one by one,
and of the mean of each column and of each row, in which the edges of a stack add up and noise does
not. Only goods count: what lies between two of them is not their texture.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import uniform_filter1d

from scanai.inspect.evidence.measured import CELL, Measured, block_mean

LAGS_CM = (2, 3, 5, 8, 12, 16, 20, 25, 30, 40, 50, 60, 70, 80, 100)
"""Distances, as at the centre of the transport unit: in a fan, nearer goods look larger. Packages
are 20 to 120 cm on a side, and their walls and gaps a few."""
TEXTURE = tuple(
    f"{kind}_{what}"
    for kind in ("along", "down", "columns", "rows")
    for what in ("variance", *(f"at_{lag}_cm" for lag in LAGS_CM))
)
"""Natural logarithm of the variance of attenuation around its mean over AROUND_CM, and its
autocorrelation, −1 to 1, at LAGS_CM; 0 where too few pairs lie so far apart."""
AROUND_CM = 120
_STEP = 2
"""Pixels on a side that are taken together: 8 to 15 mm."""
_LEAST_VARIANCE = 1e-5
_LEAST_PAIRS = 0.02
"""Of the pixels of a section, from which their correlation is told."""

Floats = NDArray[np.float32]
Doubles = NDArray[np.float64]
Columns = NDArray[np.intp]


class GoodsPixels(NamedTuple):
    """A scan as its texture is looked at, in pixels of _STEP each way."""

    values: Floats
    """(H, W) attenuation at the high energy."""
    mask: Floats
    """(H, W) 1 where goods are shown, else 0."""
    spans: Columns
    """(2, sections) first and last column, half-open."""
    along_cm: float
    down_cm: float
    """Of a pixel."""


def texture(pixels: GoodsPixels) -> Doubles:
    """(len(TEXTURE), sections)"""
    values, mask, spans, along_cm, down_cm = pixels
    columns, known = _profile(values, mask, axis=0)
    rows = np.empty((2, values.shape[0], spans.shape[1]), np.float32)
    for number, (x0, x1) in enumerate(spans.T):
        rows[:, :, number] = _profile(values[:, x0:x1], mask[:, x0:x1], axis=1)
    apart = np.arange(spans.shape[1])
    return np.vstack(
        (
            _correlated(values, mask, along_cm, spans, axis=1),
            _correlated(values, mask, down_cm, spans, axis=0),
            _correlated(columns[None], known[None], along_cm, spans, axis=1),
            _correlated(rows[0], rows[1], down_cm, np.stack((apart, apart + 1)), axis=0),
        )
    )


def goods_pixels(
    measured: Measured, loaded: NDArray[np.bool_], x0s: Columns, x1s: Columns
) -> GoodsPixels:
    """Those of a scan and its sections, columns of cells from x0 to x1. loaded: (⌈H/8⌉, ⌈W/8⌉) the
    cells that show goods."""
    # What lies beyond the floor is noise.
    seen = np.minimum(measured.attenuation[0], np.float32(measured.floor_attenuation))
    values = block_mean(seen, _STEP)
    of_cell = CELL // _STEP
    of_pixels = np.repeat(np.repeat(loaded, of_cell, axis=0), of_cell, axis=1)
    mask = of_pixels[: values.shape[0], : values.shape[1]].astype(np.float32)
    along_cm, down_cm = (_STEP * pitch / 10 for pitch in measured.scan.pitch_mm)
    spans = np.minimum(np.stack((x0s, x1s)) * of_cell, values.shape[1])
    return GoodsPixels(values, mask, spans, along_cm, down_cm)


def _profile(values: Floats, mask: Floats, axis: int) -> tuple[Floats, Floats]:
    """Mean over the goods along an axis, and whether there are any."""
    count = mask.sum(axis=axis)
    mean = (values * mask).sum(axis=axis) / np.maximum(count, 1)
    return np.asarray(mean, np.float32), (count > 0).astype(np.float32)


def _correlated(
    values: Floats, mask: Floats, pitch_cm: float, spans: Columns, axis: int
) -> Doubles:
    """(1 + lags, sections) of pairs along one axis; along the travel, both within the section."""
    residual = _residual(values, mask, pitch_cm, axis)
    x0s, x1s = spans
    found = []
    for lag in (0, *LAGS_CM):
        step = max(round(lag / pitch_cm), 1) if lag else 0
        ends = np.maximum(x1s - step, x0s) if axis == 1 else x1s
        found.append([_between(_pairs(one, step, axis), x0s, ends) for one in (residual, mask)])
    sums, counts = np.array(found, np.float64).swapaxes(0, 1)
    means = sums / np.maximum(counts, 1)
    told = counts > _LEAST_PAIRS * counts[0]
    correlation = np.where(told, means / np.maximum(means[0], _LEAST_VARIANCE), 0.0)
    variance = np.log(np.maximum(means[:1], 0.0) + _LEAST_VARIANCE)
    return np.vstack((variance, np.clip(correlation[1:], -1, 1)))


def _residual(values: Floats, mask: Floats, pitch_cm: float, axis: int) -> Floats:
    """What is left of the goods' attenuation without its moving mean; 0 where there are none."""
    size = max(round(AROUND_CM / pitch_cm), 3)
    sums = uniform_filter1d(values * mask, size, axis=axis, mode="constant")
    counts = uniform_filter1d(mask, size, axis=axis, mode="constant")
    return np.asarray(mask * (values - sums / np.maximum(counts, 1e-3)), np.float32)


def _pairs(values: Floats, step: int, axis: int) -> Doubles:
    """(W,) sum over each column of the products of pairs so many pixels apart, by the first."""
    first, second = values, values[step:]
    if axis == 1:
        second = values[:, step:]
    height, width = second.shape
    sums = np.einsum("hw,hw->w", first[:height, :width], second)
    return np.pad(sums.astype(np.float64), (0, values.shape[1] - width))


def _between(columns: Doubles, x0s: Columns, x1s: Columns) -> Doubles:
    """(sections,) sums of the columns from x0 to x1."""
    sums = np.cumsum(np.pad(columns, (1, 0)))
    return np.asarray(sums[x1s] - sums[x0s], np.float64)
