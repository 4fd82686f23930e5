"""Where things are put into a picture for training, and what of it they then cover."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from scanai.scan.profile import ScannerProfile
from scanai.synth.insertion import Inserted, insert, ray_point
from scanai.synth.placing import Piece
from scanai.synth.view import View

FLAT_M = (0.015, 0.1)
"""Thickness of flat shields, of a false wall or a floor, m."""
AMONG_GOODS = 0.75
"""Share put among goods; else anywhere within the unit, its floor, walls and gaps."""
SOMETHING = 0.04
"""Attenuation of what belongs to the unit or its load."""
_HALF_WIDTH, _HEIGHTS = 1.05, (0.3, 2.4)
"""Half of the inner width of a transport unit, and the heights of its load, m."""


def put(
    rng: Generator,
    attenuation: NDArray[np.float32],
    profile: ScannerProfile,
    rays: View,
    pieces: Sequence[Piece],
    pixel: tuple[int, int],
    solid_role: str,
) -> Inserted | None:
    """Puts the pieces on a pixel (row, column), somewhere across the load; as `insert`."""
    row, column = pixel
    low, high = (-_HALF_WIDTH, _HALF_WIDTH) if rays.axes.forward[1] == 0 else _HEIGHTS
    y, z = ray_point(rays, row, float(rng.uniform(low, high)))
    centre = (float(rays.x[column]), y, z)
    return insert(rng, attenuation, profile, rays, pieces, centre, solid_role)


def pixel_in(rng: Generator, cells: NDArray[np.bool_], stride: int) -> tuple[int, int]:
    """Row and column of a pixel in one of these cells, or in the middle one where there is none."""
    places = np.flatnonzero(cells)
    place = int(places[rng.integers(places.size)]) if places.size else int(cells.size // 2)
    row, column = divmod(place, cells.shape[1])
    within = rng.integers(0, stride, 2)
    return row * stride + int(within[0]), column * stride + int(within[1])


def covered(inserted: Inserted) -> tuple[int, int, int, int]:
    """x0, y0, x1, y1 of the silhouette, pixels."""
    rows, columns = (np.flatnonzero(inserted.outline.any(axis=axis)) for axis in (1, 0))
    top, left = inserted.window[0].start, inserted.window[1].start
    return (
        left + int(columns[0]),
        top + int(rows[0]),
        left + int(columns[-1]) + 1,
        top + int(rows[-1]) + 1,
    )
