"""Spacing: how far apart packages end, by which a carton of one size differs from one of another.

Packages of one kind end at even distances, and along the travel, where nothing is magnified, these
are their length. Their edges are faint, gaps of millimetres and steps of a percent, and drown in
how thick the load is: so the changes from pixel to pixel alone are looked at, and how they repeat
themselves at finely spaced distances. `texture` tells the rest of how a load repeats itself.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d, uniform_filter1d

from scanai.inspect.evidence.texture import GoodsPixels

SPACINGS_CM = tuple(np.round(np.exp(np.arange(np.log(6.0), np.log(135.0), 0.06)), 1).tolist())
"""Distances, 6 % apart, as at the centre of the transport unit: a side of a package varies by some
10 % from one consignment of the same goods to the next."""
SPACING = tuple(
    f"ends_{way}_{what}"
    for way in ("along", "down")
    for what in ("variance", *(f"at_{spacing:g}_cm" for spacing in SPACINGS_CM))
)
"""Natural logarithm of the variance of the mean edge of each column around its surroundings, and
its autocorrelation, −1 to 1, at SPACINGS_CM; 0 where too little lies so far apart. The same of each
row, down the picture."""
_AROUND_CM = 60.0
"""Surroundings whose mean is left out."""
_LEAST_PIXELS = 3
"""That show goods in a column or row, beside which something is told of it."""
_LEAST_PLACES = 10
"""Columns or rows, from which something is told of all."""
_LEAST_PAIRS = 0.05
"""Of all places, that lie so far apart."""
_LEAST_VARIANCE, _LEAST_LOG = 1e-9, 1e-7
_SMOOTHED_PX = 1.0
"""Standard deviation: edges wobble."""

Floats = NDArray[np.float32]
Doubles = NDArray[np.float64]
Columns = NDArray[np.intp]


def spacing(pixels: GoodsPixels) -> Doubles:
    """(len(SPACING), sections)"""
    changes, both = _edges(pixels, axis=1)
    columns, in_columns = (_slices(one.sum(axis=0), pixels.spans) for one in (changes, both))
    changes, both = _edges(pixels, axis=0)
    rows, in_rows = (_between(one, pixels.spans) for one in (changes, both))
    return np.vstack(
        (
            _repeats(columns, in_columns, pixels.along_cm),
            _repeats(rows, in_rows, pixels.down_cm),
        )
    )


def _edges(pixels: GoodsPixels, axis: int) -> tuple[Floats, Floats]:
    """(H, W) root of the change to the next pixel along the axis, and whether both show goods."""
    size = pixels.values.shape[axis]
    first, second = (np.take(pixels.mask, range(start, size + start - 1), axis) for start in (0, 1))
    both = first * second
    return np.sqrt(np.abs(np.diff(pixels.values, axis=axis))) * both, both


def _slices(profile: Floats, spans: Columns) -> Doubles:
    """(sections, longest) the profile of each section from its beginning; 0 beyond its end."""
    longest = int((spans[1] - spans[0]).max(initial=1))
    places = spans[0][:, None] + np.arange(longest)
    within = (np.arange(longest) < (spans[1] - spans[0])[:, None]) & (places < profile.size)
    return np.where(within, profile[np.minimum(places, profile.size - 1)], 0.0).astype(np.float64)


def _between(values: Floats, spans: Columns) -> Doubles:
    """(sections, rows) sums of the columns of each section."""
    sums = np.cumsum(np.pad(values, ((0, 0), (1, 0))), axis=1, dtype=np.float64)
    return np.asarray((sums[:, spans[1]] - sums[:, spans[0]]).T, np.float64)


def _repeats(sums: Doubles, counts: Doubles, pitch_cm: float) -> Doubles:
    """(1 + spacings, sections) of profiles (sections, places): sums and how many are in each."""
    known = (counts > _LEAST_PIXELS).astype(np.float64)
    profile = _bare(sums / np.maximum(counts, 1), known, pitch_cm)
    places = profile.shape[1]
    pairs, products = (_correlated(one) for one in (known, profile))
    repeats = np.where(pairs > _LEAST_PAIRS * pairs[:, :1], products / np.maximum(pairs, 1), 0.0)
    variance = np.maximum(repeats[:, :1], _LEAST_VARIANCE)
    lags = np.array(SPACINGS_CM) / pitch_cm
    low = np.minimum(lags.astype(np.intp), places - 1)
    high, part = np.minimum(low + 1, places - 1), lags - np.floor(lags)
    found = repeats[:, low] * (1 - part) + repeats[:, high] * part
    found = np.where(lags < places - 1, found / variance, 0.0)
    told = np.hstack((np.log(variance + _LEAST_LOG), np.clip(found, -1, 1)))
    return np.where(known.sum(axis=1, keepdims=True) >= _LEAST_PLACES, told, 0.0).T


def _bare(profile: Doubles, known: Doubles, pitch_cm: float) -> Doubles:
    """Without its moving mean, smoothed; 0 where nothing is known."""
    size = max(round(_AROUND_CM / pitch_cm), 3)
    means, parts = (
        uniform_filter1d(one, size, axis=1, mode="constant") for one in (profile * known, known)
    )
    bare = known * (profile - means / np.maximum(parts, 1e-3))
    return np.asarray(known * gaussian_filter1d(bare, _SMOOTHED_PX, axis=1), np.float64)


def _correlated(values: Doubles) -> Doubles:
    """(n, places) sums of products at each distance; 0 for those that round to nothing."""
    places = values.shape[1]
    spectrum = np.fft.rfft(values, 2 * places, axis=1)
    return np.asarray(np.fft.irfft(np.abs(spectrum) ** 2, axis=1)[:, :places], np.float64)
