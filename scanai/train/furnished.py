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
from scanai.synth.insertion import Inserted, full_view
from scanai.synth.look_alikes import draw_kind
from scanai.synth.placing import Piece
from scanai.train.putting import AMONG_GOODS, FLAT_M, SOMETHING, covered, pixel_in, put

SHIELDS, PIECES = 3, 4
"""At most; of the pieces, all of one kind, there may be none."""
_FLAT_SHARE = 0.12
"""Of all shields put in, about as many as the simulator hides."""
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
        thick = float(rng.uniform(*FLAT_M))
        shield = draw_flat_shield(rng, thick) if flat else draw_shield(rng)
        things.append((shield.pieces, "shield"))
    found = [
        put(rng, attenuation, scan.profile, rays, pieces, _spot(rng, attenuation[0]), role)
        for pieces, role in things
    ]
    transmission = np.exp(-attenuation).astype(np.float32)
    return (
        replace(scan, transmission=transmission),
        tuple(_put_in(one) for one in found if one is not None),
    )


def _spot(rng: Generator, high: NDArray[np.float32]) -> tuple[int, int]:
    """Row and column of a pixel to lay the middle on."""
    least = LOAD_ATTENUATION if rng.random() < AMONG_GOODS else SOMETHING
    row, column = pixel_in(rng, high[CELL // 2 :: CELL, CELL // 2 :: CELL] > least, CELL)
    return min(row, high.shape[0] - 1), min(column, high.shape[1] - 1)


def _put_in(inserted: Inserted) -> PutIn:
    sure = inserted.d_prime > _SURE_D_PRIME and inserted.added_attenuation > _SURE_ATTENUATION
    return PutIn(covered(inserted), shows=sure)
