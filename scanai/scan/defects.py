"""Pixels and rows that do not measure: found, told from what is truly opaque, filled in.

A dropout and a block of lead both read zero. What is filled in is therefore only what matter cannot
do: a row without signal between rows that have it, a reading below dark, a speck or a thin line of
exactly nothing, without noise, with beam around it. A larger dark region stays as it is. Masks are
combined with shifts of whole pictures of bytes, a fraction of a millisecond each.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float32]
Mask = NDArray[np.bool_]

# A live row has at least this share of pixels with signal; a hot pixel does not make it live.
_LIVE_SHARE = 0.002
# A row that reads dark is dead when one of the two rows above and one of the two below have this
# share. More than two together are left alone: they may cross a load that is opaque all along.
_NEAR_SHARE = 0.2
# A column with this share of pixels that read nothing is missing. Where the picture shows air above
# the transport unit, its rows alone are more than is left; behind opaque matter noise reads above
# zero in a good part of the pixels.
_MISSING_SHARE = 0.98
# Beam beside a dropout, in noise floors: where so much comes through, nothing reads zero by chance.
_BEAM_FLOORS = 3
# Pixels of exactly nothing are dropouts when most of the 5 × 5 around them have beam (the straight
# edge of an opaque block leaves 10) and none reads the little that noise adds behind opaque matter.
# A speck that reads dark and its noise stays: the tip of a steel bar looks just so.
_ZERO_BEAM = 13


def dead_rows(signal: Mask, nothing: Mask) -> Mask:
    """(H,) rows that carry no signal though the beam reached their neighbours.

    signal: (H, W) pixels clearly above dark. nothing: (H, W) pixels that read no more than a
    detector that is switched off; a row of only these is dead wherever it lies.
    """
    share = np.count_nonzero(signal, axis=1) / signal.shape[1]
    padded = np.pad(share, 2)
    above, below = np.maximum(padded[:-4], padded[1:-3]), np.maximum(padded[4:], padded[3:-1])
    off = np.count_nonzero(nothing, axis=1) > (1 - _LIVE_SHARE) * nothing.shape[1]
    dead: Mask = off | ((share < _LIVE_SHARE) & (np.minimum(above, below) > _NEAR_SHARE))
    return dead


def missing_columns(nothing: Mask, live: Mask) -> Mask:
    """(W,) columns that were not measured: next to nothing but zeros in the live rows.

    nothing: (H, W) pixels that read no more than a detector that is switched off. live: (H,) rows
    that are not dead.
    """
    count = np.count_nonzero(nothing, axis=0)
    if not live.all():
        count = count - np.count_nonzero(nothing[~live], axis=0)
    missing: Mask = count >= _MISSING_SHARE * np.count_nonzero(live)
    return missing


def dropouts(t: Array, zero: Mask, impossible: Mask, live: Mask, floor: float) -> Mask:
    """(H, W) pixels that read nothing where the beam must have got through.

    t: transmission. zero: pixels that read exactly nothing. impossible: pixels that cannot have
    measured, below the dark level or in a missed pulse. live: (H,) rows that are not dead.
    """
    found = impossible & live[:, None]
    nothing = zero & ~found
    nothing &= live[:, None]
    if not nothing.any():
        return found
    # A dead row or a pixel known to be bad says nothing of matter, so it counts as beam here.
    bright = t > _BEAM_FLOORS * floor
    bright |= found
    bright |= ~live[:, None]
    nothing &= _around(bright) >= _ZERO_BEAM
    if nothing.any():
        noise = t <= floor
        noise &= ~zero
        noise &= ~bright
        nothing &= _around(noise) == 0
        found |= nothing
    return found


def hot_pixels(counts: NDArray[np.uint16], margin: int, saturation: int) -> Mask:
    """(H, W) lone pixels, saturated or a quarter and `margin` counts above any neighbour."""
    brightest = np.zeros_like(counts)
    np.maximum(brightest[1:], counts[:-1], out=brightest[1:])
    np.maximum(brightest[:-1], counts[1:], out=brightest[:-1])
    np.maximum(brightest[:, 1:], counts[:, :-1], out=brightest[:, 1:])
    np.maximum(brightest[:, :-1], counts[:, 1:], out=brightest[:, :-1])
    excess = np.maximum(counts, brightest)
    excess -= brightest
    limit = (brightest >> 2) + np.uint16(margin)
    # Half of the margin below saturation: more than that, the neighbours may be saturated as well.
    np.minimum(limit, np.maximum(np.uint16(saturation - 1), brightest) - brightest, out=limit)
    hot: Mask = excess > limit
    rows, columns = _places(hot)
    # Among dropouts a sound pixel may be the brightest by far: it takes sound ones to judge it.
    beside, sound = np.zeros(rows.size, counts.dtype), np.zeros(rows.size, np.uint8)
    for down in (-1, 0, 1):
        for right in (-1, 0, 1):
            there = counts[
                np.clip(rows + down, 0, counts.shape[0] - 1),
                np.clip(columns + right, 0, counts.shape[1] - 1),
            ]
            if down or right:
                np.maximum(beside, there, out=beside)
                sound += there > 0
    hot[rows, columns] = (sound > 2) & (beside < 0.9 * counts[rows, columns])
    return hot


def fill_pixels(t: Array, bad: Mask, live: Mask, measured: Mask) -> None:
    """Replace the `bad` pixels of t (H, W), from the outside in, by what is beside them.

    live: (H,) rows and measured: (W,) columns to fill in; the others are left out of everything.
    Of the two pairs of opposite neighbours the one that agrees better is taken, so that edges stay
    sharp; where neither is whole, the mean of the neighbours there are.
    """
    stride = t.shape[1] + 2
    edged = np.full((t.shape[0] + 2, stride), np.nan, np.float32)
    edged[1:-1, 1:-1] = t
    edged[1:-1, 1:-1][~live] = np.nan
    edged[1:-1, 1:-1][:, ~measured] = np.nan
    rows, columns = _places(bad & live[:, None] & measured)
    places = (rows + 1) * stride + columns + 1
    known = edged.ravel()
    known[places] = np.nan
    missing = places
    while missing.size:
        up, down = known[missing - stride], known[missing + stride]
        left, right = known[missing - 1], known[missing + 1]
        value = (up + down) / 2
        along = np.abs(left - right)
        better = ~(np.abs(up - down) <= along) & ~np.isnan(along)
        value[better] = (left[better] + right[better]) / 2
        lone = np.flatnonzero(np.isnan(value))
        beside = np.stack([up[lone], down[lone], left[lone], right[lone]])
        number = np.count_nonzero(~np.isnan(beside), axis=0)
        value[lone] = np.nansum(beside, axis=0) / np.where(number, number, np.nan)
        known[missing] = value
        left_over = missing[np.isnan(value)]
        if left_over.size == missing.size:
            break
        missing = left_over
    filled = known[places]
    reached = ~np.isnan(filled)
    t[rows[reached], columns[reached]] = filled[reached]


def fill_columns(t: Array, missing: Mask, floor: float) -> None:
    """Replace missing columns of t (H, W) by those on both sides, linear in attenuation."""
    fill_rows(t.T, missing, floor)


def fill_rows(t: Array, dead: Mask, floor: float) -> None:
    """Replace dead rows of t (H, W) by the live rows on both sides, linear in attenuation."""
    live = np.flatnonzero(~dead)
    for row in np.flatnonzero(dead):
        after = int(np.searchsorted(live, row))
        above, below = live[max(after - 1, 0)], live[min(after, live.size - 1)]
        if above == below:
            t[row] = t[above]
            continue
        weight = np.float32((row - above) / (below - above))
        upper, lower = np.maximum(t[above], floor), np.maximum(t[below], floor)
        t[row] = upper * (lower / upper) ** weight


def _places(mask: Mask) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Rows and columns of the pixels in `mask`; on two axes numpy.nonzero takes four times it."""
    rows, columns = np.divmod(np.flatnonzero(mask), mask.shape[1])
    return rows, columns


def _around(mask: Mask) -> NDArray[np.uint8]:
    """How many of the 5 × 5 pixels around each one are in `mask`; the edge goes on outside."""
    height, width = mask.shape
    wide = np.pad(mask.view(np.uint8), 2, mode="edge")
    rows = wide[:height].copy()
    for down in range(1, 5):
        rows += wide[down : down + height]
    total = rows[:, :width].copy()
    for right in range(1, 5):
        total += rows[:, right : right + width]
    return total
