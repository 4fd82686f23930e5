"""Where the beam meets nothing but air: open beam of each detector row, output of each pulse.

Many scanners' arrays come without an air line. The open beam is then read in the picture itself,
beside the transport unit (columns of air, which show every detector row) or else above it (rows of
air). The output of the beam from pulse to pulse is read above the unit in either case. Only levels
that the scanner profile believes are taken; nothing is scaled by the picture's own extremes.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import median_filter

Array = NDArray[np.float32]
Mask = NDArray[np.bool_]

# Statistics are taken on every so many columns and rows: the levels do not need more.
_COLUMN_STEP, _ROW_STEP = 4, 2
# A column beside the unit is air in all its rows; one through the unit always crosses the floor and
# the rails, some 5 % of the rows. Gain differs by less than this from row to row.
_COLUMN_UNIFORM, _ROW_GAIN = 0.985, 0.2
_FEWEST_COLUMNS = 4
# A row above the unit is air in all its columns, but for a few missed pulses.
_ROW_UNIFORM, _PULSE_GAIN = 0.97, 0.12
_FEWEST_ROWS = 3
# Smoothed over so many rows, air differs from row to row by less than this, and the two walls of an
# empty container (some 4 mm of steel, transmission 0.9) by more.
_SMOOTH_ROWS, _SMOOTH_SPREAD = 15, 0.05
# Detector gains that differ by less than this were evened out by the scanner.
_GAIN_SPREAD = 0.004
# Darker pixels are too noisy to compare rows in.
_LEAST_RIPPLE_SHARE = 0.02
# How far the air in the picture may lie from the air line.
AIR_LINE_TOLERANCE = 0.03
# More rows or columns of air than this make the level no better known.
_ENOUGH = 40


@dataclass(frozen=True)
class OpenBeam:
    level: Array
    """(H,) counts above dark of each detector row with nothing in the beam."""
    rows_seen: float
    """Share of the live rows whose own air was seen; the others have the level of their like."""


def open_beam(counts: Array, live: Mask, believed: tuple[float, float]) -> OpenBeam | None:
    """The open beam of `counts` (H, W) above dark; None when no air is seen within `believed`.

    live: (H,) rows that carry signal. Zeros are taken for missing, not for matter.
    """
    sample = counts[live][:, ::_COLUMN_STEP]
    if sample.size == 0:
        return None
    beside = _beside(sample, believed)
    if beside is not None:
        level, seen = beside, np.ones(beside.size, bool)
    else:
        above = _above(sample, believed)
        if above is None:
            return None
        level, seen = above
    rows = np.arange(counts.shape[0])
    everywhere = np.interp(rows, rows[live], level).astype(np.float32)
    return OpenBeam(everywhere, float(seen.mean()))


def pulse_output(t: Array, live: Mask, tolerance: float = AIR_LINE_TOLERANCE) -> Array | None:
    """(W,) beam output of each column, 1 = nominal, read in rows of air; None without such rows.

    t: (H, W) transmission before this correction. `tolerance`: how far its air may lie from 1.
    """
    median, uniform = _uniform(t[:, :: 2 * _COLUMN_STEP], _PULSE_GAIN, axis=1)
    air = live & (uniform >= _ROW_UNIFORM) & (np.abs(median - 1) < 2 * tolerance)
    if air.sum() < _FEWEST_ROWS:
        return None
    level = np.median(median[air & (median > 0.985 * np.percentile(median[air], 90))])
    air &= np.abs(median / level - 1) < 0.02
    if air.sum() < _FEWEST_ROWS or abs(level - 1) > tolerance:
        return None
    rows = _thinned(air)
    # Row by row the gain is not quite that of the air line: only its pulses are wanted here.
    return _median_of_signal(t[rows] * (level / median[rows])[:, None])


def _uniform(sample: Array, spread: float, axis: int) -> tuple[Array, Array]:
    """Median along `axis`, and the share of pixels with signal that lie within `spread` of it."""
    median = np.asarray(np.median(sample, axis=axis), np.float32)
    centre = np.expand_dims(median, axis)
    signal = np.count_nonzero(sample > 0, axis=axis)
    near = np.count_nonzero(np.abs(sample - centre) < spread * centre, axis=axis)
    # Where most of the pixels have no signal nothing is uniform.
    share = np.where(signal > sample.shape[axis] / 2, near / np.maximum(signal, 1), 0)
    return median, share.astype(np.float32)


def _median_of_signal(values: Array) -> Array:
    """Median along axis 0 of what is above zero: among three rows of air two may be dropouts."""
    ordered = np.sort(values, axis=0)
    nothing = np.count_nonzero(ordered <= 0, axis=0)
    middle = (nothing + len(values)) // 2
    median = np.take_along_axis(ordered, np.minimum(middle, len(values) - 1)[None], axis=0)[0]
    return np.where(nothing < len(values), median, 0).astype(np.float32)


def _thinned(mask: Mask) -> NDArray[np.intp]:
    """Places in `mask`, evenly thinned to as many as are worth their time."""
    places = np.flatnonzero(mask)
    return places[:: -(-places.size // _ENOUGH)]


def _beside(sample: Array, believed: tuple[float, float]) -> Array | None:
    """Level of each row in the columns that are air from top to bottom."""
    median, uniform = _uniform(sample[::_ROW_STEP], _ROW_GAIN, axis=0)
    air = (uniform >= _COLUMN_UNIFORM) & (median > believed[0]) & (median < believed[1])
    if not air.any():
        return None
    air &= median > (1 - _SMOOTH_SPREAD) * np.percentile(median[air], 90)
    if air.sum() < _FEWEST_COLUMNS:
        return None
    columns = _thinned(air)
    strip = sample[:, columns] / (median[columns] / np.median(median[columns]))
    level = _median_of_signal(strip.T)
    seen = np.flatnonzero(level > 0)
    return np.interp(np.arange(level.size), seen, level[seen]).astype(np.float32)


def _above(sample: Array, believed: tuple[float, float]) -> tuple[Array, Mask] | None:
    """Level of each row, and which rows are air from end to end."""
    median, uniform = _uniform(sample, _PULSE_GAIN, axis=1)
    air = (uniform >= _ROW_UNIFORM) & (median > believed[0]) & (median < believed[1])
    if air.sum() < _FEWEST_ROWS:
        return None
    smooth = median_filter(median[air], _SMOOTH_ROWS, mode="reflect")
    air[air] = smooth > (1 - _SMOOTH_SPREAD) * smooth.max()
    if air.sum() < _FEWEST_ROWS:
        return None
    usual = median_filter(median[air], _SMOOTH_ROWS, mode="reflect")
    spread = float(np.std(median[air] / usual))
    level = np.full(median.size, np.median(median[air]), np.float32)
    if spread > _GAIN_SPREAD:
        level *= np.exp(np.clip(_row_ripple(sample), -3 * spread, 3 * spread))
    level[air] = median[air]
    return level, air


def _row_ripple(sample: Array) -> Array:
    """(rows,) how much brighter, in ln, a row is than its neighbours in most of its columns.

    Cargo differs from row to row in some columns, the gain of a detector in all. Whatever is level
    over the whole unit and thin is taken for gain as well, hence the bound on its use.
    """
    logs = np.log(np.maximum(sample, np.float32(_LEAST_RIPPLE_SHARE * sample.max())))
    height = np.concatenate([[0], np.cumsum(np.median(np.diff(logs, axis=0), axis=1))])
    smooth = median_filter(height, _SMOOTH_ROWS, mode="reflect")
    return np.asarray(height - smooth, np.float32)
