"""Where the beam meets nothing but air: open beam of each detector row, output of each pulse.

Many scanners' arrays come without an air line. The open beam is then read in the picture itself,
beside the transport unit (columns of air, which show every detector row) or else above it (rows of
air). The output of the beam from pulse to pulse is read above the unit in either case. Only levels
that the scanner profile believes are taken; nothing is scaled by the picture's own extremes.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import median_filter

Array = NDArray[np.float32]
Mask = NDArray[np.bool_]

# Beside a full load the air may be thinner than what is sampled: so many columns at either end of
# the picture are looked at one by one.
_MARGIN = 32
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
# A pulse that shows in less than a quarter of so many rows of air was missed: of the pixels of a
# real scanner up to 14 % are dropouts.
_ENOUGH_TO_COUNT = 16
# Fewer rows or columns than this may be anything bright.
_FEW = 8
# Air of which row gains and pulses are taken out differs by counting noise, 0.1 to 0.3 %; more than
# this is texture.
_AIR_NOISE = 0.02
# Air ends at an edge. Where so much of what is even and bright lies just below the level, as a
# share of what was taken for air, brightness falls off slowly and there is none.
_BELOW, _BELOW_SHARE = 0.1, 0.5
# Where this share of the picture is taken for air, nothing stands out from it: an empty lane, or a
# load as even as one.
_NOTHING_ELSE = 0.98
# Real open beam drifts by some 6 % around its nominal level. The two walls of an empty container
# take away 10 %.
_OFF_NOMINAL = 0.1


@dataclass(frozen=True)
class OpenBeam:
    level: Array
    """(H,) counts above dark of each detector row with nothing in the beam."""
    rows_seen: float
    """Share of the live rows whose own air was seen; the others have the level of their like."""
    doubt: str = ""
    """Why this may be no open air; empty when nothing speaks against it."""


@dataclass(frozen=True)
class _Air:
    """What was taken for air: whole columns or whole rows of the picture."""

    level: Array
    """Of each row."""
    seen: Mask
    """Rows whose own air was seen."""
    places: str
    """columns or rows"""
    count: int
    share: float
    """Of all columns or rows."""
    below: float
    """Columns or rows that are as even and a little darker, as a share of those taken."""
    noise: float
    """Relative spread that is left when rows and columns are levelled."""


def open_beam(
    counts: Array, live: Mask, measured: Mask, believed: tuple[float, float], nominal: float
) -> OpenBeam | None:
    """The open beam of `counts` (H, W) above dark; None when no air is seen within `believed`.

    live: (H,) rows that carry signal; measured: (W,) columns that do. Zeros are taken for missing,
    not for matter. nominal: the level that is usual, only to tell what is doubtful.
    """
    picture = counts[live]
    if not measured.all():
        picture = picture[:, measured]
    sample = picture[:, ::_COLUMN_STEP]
    if sample.size == 0:
        return None
    air = _beside(sample, believed, _COLUMN_STEP) or _beside_at_ends(picture, believed)
    if air is None or _doubt(air, nominal):
        above = _above(sample, believed)
        if above is not None and (air is None or not _doubt(above, nominal)):
            air = above
    if air is None:
        return None
    rows = np.arange(counts.shape[0])
    level = np.interp(rows, rows[live], air.level).astype(np.float32)
    return OpenBeam(level, float(air.seen.mean()), _doubt(air, nominal))


def _doubt(air: _Air, nominal: float) -> str:
    usual = float(np.median(air.level))
    if air.share >= _NOTHING_ELSE:
        return "the whole picture is as bright"
    if air.count < _FEW:
        return f"seen in {air.count} {air.places} only"
    if air.noise > _AIR_NOISE:
        return f"it is uneven by {100 * air.noise:.0f} %"
    if air.below > _BELOW_SHARE:
        return "it has no edge"
    if abs(usual / nominal - 1) > _OFF_NOMINAL:
        return f"{usual:.0f} counts where {nominal:.0f} are usual"
    return ""


def pulse_output(
    t: Array, live: Mask, measured: Mask, tolerance: float = AIR_LINE_TOLERANCE
) -> Array | None:
    """(W,) beam output of each column, 1 = nominal, read in rows of air; None without such rows.

    t: (H, W) transmission before this correction. live and measured: as in `open_beam`; columns
    that were not measured have no output. `tolerance`: how far the air of t may lie from 1.
    """
    if not measured.all():
        output = pulse_output(t[:, measured], live, measured[measured], tolerance)
        if output is None:
            return None
        everywhere = np.zeros(measured.size, np.float32)
        everywhere[measured] = output
        return everywhere
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
    air_rows = t[rows] * (level / median[rows])[:, None]
    output = _median_of_signal(air_rows)
    if rows.size >= _ENOUGH_TO_COUNT:
        output[np.count_nonzero(air_rows > 0, axis=0) < rows.size / 4] = 0
    return output


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


def _beside(sample: Array, believed: tuple[float, float], step: int) -> _Air | None:
    """Air in the columns that are even from top to bottom; `sample` has every `step`-th one."""
    median, uniform = _uniform(sample[::_ROW_STEP], _ROW_GAIN, axis=0)
    even = (uniform >= _COLUMN_UNIFORM) & (median > believed[0]) & (median < believed[1])
    if not even.any():
        return None
    brightest = np.percentile(median[even], 90)
    air = even & (median > (1 - _SMOOTH_SPREAD) * brightest)
    if air.sum() < _FEWEST_COLUMNS:
        return None
    columns = _thinned(air)
    strip = sample[:, columns] / (median[columns] / np.median(median[columns]))
    level = _median_of_signal(strip.T)
    seen = np.flatnonzero(level > 0)
    level = np.interp(np.arange(level.size), seen, level[seen]).astype(np.float32)
    count = int(np.count_nonzero(air))
    return _Air(
        level=level,
        seen=np.ones(level.size, bool),
        places="columns",
        count=count * step,
        share=count / air.size,
        below=_just_below(median[even & ~air], brightest) / count,
        noise=_noise(strip / level[:, None]),
    )


def _beside_at_ends(picture: Array, believed: tuple[float, float]) -> _Air | None:
    """As `_beside`, of every column at both ends of the picture."""
    width = picture.shape[1]
    if width < 2 * _MARGIN:
        return _beside(picture, believed, 1)
    ends = np.hstack([picture[:, :_MARGIN], picture[:, -_MARGIN:]])
    air = _beside(ends, believed, 1)
    return air and replace(air, share=air.count / width)


def _above(sample: Array, believed: tuple[float, float]) -> _Air | None:
    """Air in the rows that are even from end to end; the other rows get the level of these."""
    median, uniform = _uniform(sample, _PULSE_GAIN, axis=1)
    even = (uniform >= _ROW_UNIFORM) & (median > believed[0]) & (median < believed[1])
    smooth = _smooth_runs(median, even)
    brightest = float(smooth.max())
    usual = _smooth_runs(median, even & (smooth > (1 - _SMOOTH_SPREAD) * brightest))
    air = usual > 0
    if not air.any():
        return None
    spread = float(np.std(median[air] / usual[air]))
    level = np.full(median.size, np.median(median[air]), np.float32)
    if spread > _GAIN_SPREAD:
        level *= np.exp(np.clip(_row_ripple(sample), -3 * spread, 3 * spread))
    level[air] = median[air]
    count = int(np.count_nonzero(air))
    strip = sample[_thinned(air)]
    strip = strip / np.median(strip, axis=1, keepdims=True)
    return _Air(
        level=level,
        seen=air,
        places="rows",
        count=count,
        share=count / air.size,
        below=_just_below(smooth[even & ~air], brightest) / count,
        noise=_noise(strip / np.maximum(_median_of_signal(strip), np.float32(1e-6))),
    )


def _smooth_runs(values: Array, mask: Mask) -> Array:
    """(rows,) `values` smoothed along each run of rows in `mask`; 0 outside, and in too short runs.

    Each run by itself: three rows of air above the walls of a unit are smoothed away otherwise.
    """
    smooth = np.zeros_like(values)
    edges = np.flatnonzero(np.diff(np.concatenate([[False], mask, [False]])))
    for start, end in edges.reshape(-1, 2):
        if end - start >= _FEWEST_ROWS:
            smooth[start:end] = median_filter(values[start:end], _SMOOTH_ROWS, mode="reflect")
    return smooth


def _just_below(levels: Array, brightest: np.floating | float) -> int:
    return int(np.count_nonzero(levels > (1 - _BELOW) * brightest))


def _noise(levelled: NDArray[np.floating]) -> float:
    """Relative standard deviation of the pixels with signal, from their median deviation."""
    signal = levelled[levelled > 0]
    if signal.size == 0:
        return 0.0
    return float(np.median(np.abs(signal - np.median(signal)))) * 1.4826


def _row_ripple(sample: Array) -> Array:
    """(rows,) how much brighter, in ln, a row is than its neighbours in most of its columns.

    Cargo differs from row to row in some columns, the gain of a detector in all. Whatever is level
    over the whole unit and thin is taken for gain as well, hence the bound on its use.
    """
    logs = np.log(np.maximum(sample, np.float32(_LEAST_RIPPLE_SHARE * sample.max())))
    height = np.concatenate([[0], np.cumsum(np.median(np.diff(logs, axis=0), axis=1))])
    smooth = median_filter(height, _SMOOTH_ROWS, mode="reflect")
    return np.asarray(height - smooth, np.float32)
