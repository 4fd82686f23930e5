"""Region crops: each region of a picture cut out, close up and with what lies around it.

What `lumps.onnx` of a bundle looks at. Equal boxes of any size fill equal cells: each cell is the
mean attenuation of its part of the picture, however many pixels that is, or however small a part of
one. Beyond the picture there is open beam.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

CLOSE, WIDE = 32, 40
"""Cells on a side."""
TOLD = ("dual", "width", "height", "pitch_along", "pitch_across", "place_across")
"""Whether there is a second energy, 0 or 1; natural logarithms of the sides of the region by 100 mm
and of the pixel by 5 mm; share of the picture's height above the middle of the region."""
_WIDER, _WIDER_PX = 1.5, 6.0
"""The close crop reaches from the middle so many times as far as the region, and so much beyond."""
_AROUND_MM = 400.0
"""So far beyond the region reaches the wide crop: over the piece of goods that it lies in."""

FORM = "; ".join(
    (
        f"close: {CLOSE} cells over {_WIDER:g} times the region and {_WIDER_PX:g} px beyond",
        f"wide: {WIDE} cells over the region and {_AROUND_MM:g} mm beyond",
        "near: itself, others",
        f"told: {', '.join(TOLD)}",
    )
)
"""What a graph of lumps expects, for a bundle to name: other crops would be read as these."""

Floats = NDArray[np.float32]
Doubles = NDArray[np.float64]


class RegionCrops(NamedTuple):
    """n regions of one picture. A single energy stands for both."""

    close: Floats
    """(n, 2, CLOSE, CLOSE) attenuation, higher energy first."""
    wide: Floats
    """(n, 2, WIDE, WIDE) the same."""
    near: Floats
    """(n, 2, WIDE, WIDE) share of each cell of the wide crop that lies in the region itself, and in
    any one of the others."""
    told: Floats
    """(n, TOLD)"""


def region_crops(attenuation: Floats, boxes: Doubles, pitch_mm: tuple[float, float]) -> RegionCrops:
    """attenuation: (1 or 2, H, W). boxes: (n, 4) x0, y0, x1, y1 in whole pixels,
    half-open."""
    middle = (boxes[:, :2] + boxes[:, 2:]) / 2
    half = (boxes[:, 2:] - boxes[:, :2]) / 2
    pitch = np.array(pitch_mm, np.float64)
    close = _edges(middle, half * _WIDER + _WIDER_PX, CLOSE)
    wide = _edges(middle, half + _AROUND_MM / pitch, WIDE)
    return RegionCrops(
        close=_means(attenuation, *close),
        wide=_means(attenuation, *wide),
        near=_near(*wide, boxes),
        told=_told(middle, half, pitch, attenuation.shape),
    )


def _edges(middle: Doubles, half: Doubles, cells: int) -> tuple[Doubles, Doubles]:
    """(n, cells + 1) edges of the cells along x and along y, pixels."""
    steps = np.linspace(-1.0, 1.0, cells + 1)
    x, y = (middle[:, axis, None] + half[:, axis, None] * steps for axis in (0, 1))
    return x, y


def _means(attenuation: Floats, x: Doubles, y: Doubles) -> Floats:
    """(n, 2, cells, cells) mean of what lies between the edges, 0 beyond the picture."""
    count, cells = len(x), x.shape[1] - 1
    means = np.zeros((count, 2, cells, cells), np.float32)
    for number in range(count):
        rows, down = _pixels(y[number], attenuation.shape[1])
        columns, along = _pixels(x[number], attenuation.shape[2])
        means[number] = down @ attenuation[:, rows, columns] @ along.T
    return means


def _pixels(edges: Doubles, size: int) -> tuple[slice, Floats]:
    """Those that the cells reach, along one axis, and (cells, pixels) their share of each cell."""
    first = int(np.clip(np.floor(edges[0]), 0, size))
    last = int(np.clip(np.ceil(edges[-1]), first, size))
    starts = np.arange(first, last, dtype=np.float64)
    return slice(first, last), _shares(edges[None], starts, starts + 1)[0].T


def _near(x: Doubles, y: Doubles, boxes: Doubles) -> Floats:
    along, across = _shares(x, boxes[:, 0], boxes[:, 2]), _shares(y, boxes[:, 1], boxes[:, 3])
    covered = across[:, :, :, None] * along[:, :, None, :]
    own = np.arange(len(boxes))
    itself = covered[own, own]
    covered[own, own] = 0.0
    return np.stack((itself, covered.max(axis=1, initial=0.0)), axis=1)


def _shares(edges: Doubles, low: Doubles, high: Doubles) -> Floats:
    """(n, m, cells) of each cell between n times edges, how much lies between low and high."""
    starts, ends = edges[:, None, :-1], edges[:, None, 1:]
    inside = np.minimum(ends, high[None, :, None]) - np.maximum(starts, low[None, :, None])
    return np.asarray(np.maximum(inside, 0.0) / (ends - starts), np.float32)


def _told(middle: Doubles, half: Doubles, pitch: Doubles, shape: tuple[int, ...]) -> Floats:
    sides = np.log(2 * half * pitch / 100.0)
    count = len(middle)
    return np.column_stack(
        (
            np.full(count, float(shape[0] == 2)),
            sides,
            np.tile(np.log(pitch / 5.0), (count, 1)),
            middle[:, 1] / shape[1],
        )
    ).astype(np.float32)
