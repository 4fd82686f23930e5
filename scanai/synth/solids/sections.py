"""Plane geometry of one section: chords of rectangle and disc, and what columns a solid covers.

Here live numbers and arrays only; which solid has which section is in the sibling modules.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from scanai.synth.solids.solid import Array

Limit = float | NDArray[np.float32] | NDArray[np.float64]

# Slope of a ray that counts as level: the crossing with a horizontal plane then lies 1e6 m away.
_LEVEL = 1e-6


def coverage(x: Array, pitch: float, low: float, high: float) -> Array:
    """Share of each column that lies in [low, high], 0 to 1."""
    half = pitch / 2
    overlap = np.minimum(x + half, high) - np.maximum(x - half, low)
    share: Array = np.clip(overlap / pitch, 0.0, 1.0).astype(np.float32)
    return share


def within(x: Array, low: float, high: float) -> Array:
    return ((x >= low) & (x <= high)).astype(np.float32)


def rectangle(
    source_yz: Array,
    direction_yz: Array,
    y: tuple[Limit, Limit],
    z: tuple[Limit, Limit],
) -> Array:
    """Chord of the rectangle y × z; limits are numbers or (W,). An empty section has y[0] = y[1].

    The ray is written as y + const · z: one division a row instead of one a pixel.
    """
    dy = direction_yz[:, :1]
    dz = direction_yz[:, 1:]
    slope = dz / dy
    slope = np.where(np.abs(slope) < _LEVEL, np.float32(_LEVEL), slope)
    first = (np.asarray(z[0], np.float32) - source_yz[1]) / slope + source_yz[0]
    second = (np.asarray(z[1], np.float32) - source_yz[1]) / slope + source_yz[0]
    enter = np.maximum(np.minimum(first, second), np.asarray(y[0], np.float32))
    leave: Array = np.minimum(np.maximum(first, second), np.asarray(y[1], np.float32))
    leave -= enter
    np.maximum(leave, 0.0, out=leave)
    leave /= dy
    return leave


def circle(
    source_yz: Array,
    direction_yz: Array,
    centre: tuple[float, float],
    radius_squared: Limit,
) -> Array:
    """Chord of a disc; radius² is a number → (H, 1), or (W,) → (H, W)."""
    offset = np.asarray(centre, np.float32) - source_yz
    miss = (direction_yz[:, 0] * offset[1] - direction_yz[:, 1] * offset[0])[:, None]
    inside = np.asarray(radius_squared, np.float32) - miss * miss
    chord: Array = 2.0 * np.sqrt(np.maximum(inside, 0.0))
    return chord


def half_width(x: Array, centre: float, radius: float) -> Array:
    """Half the width of a disc at distance x − centre from its middle, m."""
    half: Array = np.sqrt(np.maximum(radius**2 - (x - centre) ** 2, 0.0)).astype(np.float32)
    return half


def rotated_slice(
    x: Array, centre: tuple[float, float], size: tuple[float, float], angle_deg: float
) -> tuple[Array, Array]:
    """Lower and upper end of a rotated rectangle at each x; equal where x misses it.

    `centre` and `size` are (x, other axis); a positive angle turns x towards the other axis.
    """
    c, s = math.cos(math.radians(angle_deg)), math.sin(math.radians(angle_deg))
    u = x.astype(np.float64) - centre[0]
    # With v along the other axis: |c·u + s·v| ≤ a/2 and |−s·u + c·v| ≤ b/2.
    low = np.full(u.shape, -np.inf)
    high = np.full(u.shape, np.inf)
    for along, across, half in ((c, s, size[0] / 2), (-s, c, size[1] / 2)):
        if abs(across) < 1e-9:
            outside = np.abs(along * u) > half
            low[outside], high[outside] = 0.0, 0.0
            continue
        ends = (np.stack([-half - along * u, half - along * u])) / across
        low = np.maximum(low, ends.min(axis=0))
        high = np.minimum(high, ends.max(axis=0))
    high = np.maximum(high, low)
    return (low + centre[1]).astype(np.float32), (high + centre[1]).astype(np.float32)
