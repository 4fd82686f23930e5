"""Furnished scans: simulated ones with shields and honest pieces put in, for lumps to be learned.

One scan serves many more lumps than it was loaded with; each is put in by the simulator's physics
(`scanai.synth.insertion`) where anything could lie, seen or not.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from scanai.inspect.evidence.measured import CELL, LOAD_ATTENUATION
from scanai.scan.model import Scan
from scanai.synth.concealment import draw_flat_shield, draw_shield
from scanai.synth.insertion import Inserted, full_view, insert, ray_point
from scanai.synth.look_alikes import draw_kind
from scanai.synth.placing import Piece

SHIELDS, PIECES = 3, 4
"""At most; of the pieces, all of one kind, there may be none."""
_FLAT_SHARE, _FLAT_M = 0.12, (0.015, 0.1)
_AMONG_GOODS = 0.75
"""Of those put in; the others lie anywhere within the unit, its floor, walls and gaps."""
_SOMETHING = 0.04
"""Attenuation of what belongs to the unit or its load."""
_HALF_WIDTH, _HEIGHTS = 1.05, (0.3, 2.4)
"""Half of the inner width of a transport unit, and the heights of its load, m."""
_SURE_D_PRIME, _SURE_ATTENUATION = 8.0, 0.12
"""What is below either may be lost in noise or clutter: it teaches nothing."""


@dataclass(frozen=True)
class PutIn:
    """One thing that was put into a scan."""

    box: tuple[int, int, int, int]
    """Pixels of its silhouette, half-open."""
    shows: bool


def furnished(rng: Generator, scan: Scan) -> tuple[Scan, tuple[PutIn, ...]]:
    """The scan with some shields and honest pieces more. It must have its profile."""
    assert scan.profile is not None
    attenuation = scan.attenuation.copy()
    rays = full_view(scan.profile, attenuation.shape[2])
    kind = draw_kind(rng)
    things: list[tuple[list[Piece] | tuple[Piece, ...], str]] = [
        (kind.build(rng, kind), "cargo") for _ in range(int(rng.integers(PIECES + 1)))
    ]
    for _ in range(int(rng.integers(1, SHIELDS + 1))):
        flat = rng.random() < _FLAT_SHARE
        thick = float(rng.uniform(*_FLAT_M))
        shield = draw_flat_shield(rng, thick) if flat else draw_shield(rng)
        things.append((shield.pieces, "shield"))
    put = []
    for pieces, role in things:
        row, column = _spot(rng, attenuation[0])
        level = (-_HALF_WIDTH, _HALF_WIDTH) if rays.axes.forward[1] == 0 else _HEIGHTS
        y, z = ray_point(rays, row, float(rng.uniform(*level)))
        centre = (float(rays.x[column]), y, z)
        inserted = insert(rng, attenuation, scan.profile, rays, pieces, centre, role)
        if inserted is not None:
            put.append(_put_in(inserted))
    transmission = np.exp(-attenuation).astype(np.float32)
    return replace(scan, transmission=transmission), tuple(put)


def _spot(rng: Generator, high: NDArray[np.float32]) -> tuple[int, int]:
    """Row and column of a pixel to lay the middle on."""
    least = LOAD_ATTENUATION if rng.random() < _AMONG_GOODS else _SOMETHING
    cells = high[CELL // 2 :: CELL, CELL // 2 :: CELL] > least
    places = np.flatnonzero(cells)
    place = int(places[rng.integers(places.size)]) if places.size else int(cells.size // 2)
    row, column = divmod(place, cells.shape[1])
    within = rng.integers(0, CELL, 2)
    last = high.shape[0] - 1, high.shape[1] - 1
    return (
        min(row * CELL + int(within[0]), last[0]),
        min(column * CELL + int(within[1]), last[1]),
    )


def _put_in(inserted: Inserted) -> PutIn:
    outline, (rows, columns) = inserted.outline, inserted.window
    down, along = np.flatnonzero(outline.any(axis=1)), np.flatnonzero(outline.any(axis=0))
    return PutIn(
        box=(
            columns.start + int(along[0]),
            rows.start + int(down[0]),
            columns.start + int(along[-1]) + 1,
            rows.start + int(down[-1]) + 1,
        ),
        shows=inserted.d_prime > _SURE_D_PRIME and inserted.added_attenuation > _SURE_ATTENUATION,
    )
