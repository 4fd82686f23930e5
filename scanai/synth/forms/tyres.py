"""Tyres: stacked flat, or laced on edge in overlapping rings.

A tyre for cars weighs 8 to 10 kg: a tread of some 14 mm of rubber over a belt of steel cord, thin
side walls, and two beads of wire. Of a laced load one ring in the picture stands for as many tyres
as lie behind it: they are laced in rows that a ray crosses all of.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from scanai.synth.forms.load import Load, starts
from scanai.synth.solids import Cylinder, Vec3

# Tread with its belt, m; those of lorries are this much thicker.
_TREAD, _LORRY_TREAD = 0.014, 0.026
# Outer radius, m, from which a tyre is one of a lorry.
_LORRY = 0.42
# Side wall and bead, m; the radius of the bead by that of the tread, cars and lorries.
_WALL, _BEAD = 0.007, 0.014
_RIM = 0.63
# Density by that of rubber alone: belt of the tread, wire of the bead.
_BELTED, _WIRED = 1.15, 2.2
# Solids of one load, at most.
_MOST = 1400
# Share of the depth that rubber takes where tyres overlap like tiles.
_LACED = 0.62
_FLAT = 0.4


def tyres(load: Load) -> None:
    """Lorry tyres are stacked flat, those of cars either way."""
    outer, width = load.item.package[0] / 2, load.item.package[1]
    if outer > _LORRY or load.chance(_FLAT):
        _flat_tyres(load, outer, width)
    else:
        _laced_tyres(load, outer, width)


def _flat_tyres(load: Load, outer: float, width: float) -> None:
    """Stacks that lean a little, of unlike height, in rows that fill each other's hollows."""
    width *= 0.9
    tread = _LORRY_TREAD if outer > _LORRY else _TREAD
    columns = starts(load.lo[0], load.hi[0], 2 * outer, -0.02 * outer)
    rows = np.linspace(
        load.lo[1] + outer, load.hi[1] - outer, max(1, int(load.size[1] / (2 * outer)))
    )
    tiers = max(1, int(load.size[2] / width))
    if len(columns) * len(rows) * tiers * 2 > _MOST and len(rows) > 2:
        rows = rows[[0, -1]]
    for column, x in enumerate(columns):
        for y in rows if column % 2 else rows[::-1]:
            height = max(1, tiers - int(load.rng.integers(0, 3)))
            lean = load.rng.normal(0, 0.005)
            middle = float(x) + outer
            foot = load.lo[2]
            for tier in range(height):
                if load.full:
                    return
                at = middle + load.rng.normal(0, 0.009) + lean * tier
                at = float(np.clip(at, load.lo[0] + outer, load.hi[0] - outer))
                centre = (at, float(y), foot + (tier + 0.5) * width)
                _lying(load, centre, outer, width, tread)


def _lying(load: Load, centre: Vec3, outer: float, width: float, tread: float) -> None:
    """Tread, and its upper side wall with the lower one of the next as one plate between them."""
    x, y, z = centre
    size = outer * load.uniform(0.985, 1.0)
    high = 0.8 * width
    load.goods(Cylinder((x, y, z), size, high, "z", size - tread), _BELTED)
    walls = Cylinder((x, y, z + width / 2 - _WALL), size - 0.02, 2 * _WALL, "z", _RIM * size)
    load.goods(walls, 1.1)


def _laced_tyres(load: Load, outer: float, width: float) -> None:
    """Rows of rings seen full face; every row across sits in the hollows of the row before."""
    pitch = outer * load.uniform(1.1, 1.35)
    rise = outer * load.uniform(0.95, 1.15)
    xs = starts(load.lo[0], load.hi[0], 2 * outer, pitch - 2 * outer)
    high = max(1, int((load.size[2] - 2 * outer) / rise) + 1)
    rows = int(np.clip(_MOST // (3 * len(xs) * high), 1, 4))
    edges = np.linspace(load.lo[1], load.hi[1], rows + 1)
    for row, (near, far) in enumerate(pairwise(edges)):
        # As many tyres as overlap in this depth, drawn as one that is as thick as all of them.
        behind = _LACED * float(far - near) / width
        for x in xs:
            for tier in range(high):
                if load.mass >= load.item.mass_kg * (row + 1) / rows:
                    break
                shift = (pitch / 2 if (tier + row) % 2 else 0.0) + load.rng.normal(0, 0.02)
                x_middle = float(np.clip(x + outer + shift, load.lo[0] + outer, load.hi[0] - outer))
                z = load.lo[2] + outer + tier * rise + load.rng.normal(0, 0.012)
                z = float(np.clip(z, load.lo[2] + outer, load.hi[2] - outer))
                centre = (x_middle, float(near + far) / 2, z)
                _standing(load, centre, outer * load.uniform(0.97, 1.0), width, behind)


def _standing(load: Load, centre: Vec3, outer: float, width: float, behind: float) -> None:
    """A ring face on: a dark rim of tread, thin walls, and the wire of the beads."""
    rim = _RIM * outer
    tread = Cylinder(centre, outer, 0.8 * width * behind, "y", outer - _TREAD)
    load.goods(tread, _BELTED)
    walls = Cylinder(centre, outer - _TREAD, 2 * _WALL * behind, "y", rim)
    load.goods(walls, 1.1)
    load.goods(Cylinder(centre, rim + _BEAD, 2 * _BEAD * behind, "y", rim), _WIRED)
