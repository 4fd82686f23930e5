"""Loose goods: heaps that fill the unit from wall to wall, flexitanks, scrap."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from scanai.synth.forms.load import Load
from scanai.synth.solids import Axis, Box, Cylinder, Ellipsoid, Heap, TiltedBox

_STRIPS = 9
_KNOTS = 40


def _heap(load: Load, along: np.ndarray, top: np.ndarray, crown: float) -> None:
    """Strips across, the middle ones higher by `crown`, so that the top edge is soft."""
    edges = np.linspace(load.lo[1], load.hi[1], _STRIPS + 1)
    bottom = load.lo[2]
    for left, right in pairwise(edges):
        middle = (left + right) / load.size[1]
        rough = load.rng.normal(0, 0.004, top.size)
        height = np.clip(top - crown * middle**2 + rough, bottom, load.hi[2])
        load.goods(
            Heap(tuple(along.tolist()), tuple(height.tolist()), (float(left), float(right)), bottom)
        )


def heap(load: Load) -> None:
    """Blown or tipped in: level with a rounded top, or cones with a free slope at the doors."""
    along = np.linspace(load.lo[0], load.hi[0], _KNOTS)
    length, _, height = load.size
    u = (along - load.lo[0]) / length
    fraction = min(0.97, load.fraction)
    if load.chance(0.5):
        top = 1.0 - 0.35 * np.clip((u - 0.75) / 0.25, 0, 1) ** 2 - 0.1 * (1 - u) ** 4
    else:
        cones = int(load.rng.integers(1, max(2, round(length / 3)) + 1))
        places = (np.arange(cones) + load.rng.uniform(0.3, 0.7, cones)) / cones
        slope = load.uniform(0.45, 0.7) * length / max(height * fraction, 0.2)
        nearest = np.abs(u[:, None] - places[None, :]).min(axis=1)
        peak = np.sqrt(nearest**2 + 0.02**2)
        top = np.clip(1.0 - slope * peak * 0.35, 0.0, None)
    wave = np.cumsum(load.rng.normal(0, 0.008, _KNOTS))
    top = np.clip(top + wave - wave.mean(), 0.02, None)
    top *= fraction / float(np.mean(top))
    limited = np.minimum(top, 0.985)
    _heap(load, along, load.lo[2] + height * limited, crown=load.uniform(0.03, 0.25) * fraction)
    # The bulkhead of boards and the liner that keep bulk goods from the doors.
    if limited[-1] > 0.15:
        x = load.hi[0] - 0.035
        board = Box((x, load.lo[1], load.lo[2]), (load.hi[0], load.hi[1], load.lo[2] + 1.2))
        load.packing(board, "wood", 250)


def flexitank(load: Load) -> None:
    """A bag of some twenty thousand litres: flat, with round ends."""
    length, width, height = load.size
    level = min(height * 0.75, load.item.mass_kg / (load.item.density * length * width * 0.95))
    along = np.linspace(load.lo[0] + 0.05, load.hi[0] - 0.1, _KNOTS)
    u = np.linspace(-1, 1, _KNOTS)
    top = load.lo[2] + level * 1.03 * np.clip(1 - np.abs(u) ** 14, 0.02, None) ** 0.5
    _heap(load, along, top, crown=0.1)
    board = Box(
        (load.hi[0] - 0.05, load.lo[1], load.lo[2]),
        (load.hi[0] - 0.02, load.hi[1], load.lo[2] + 1.3),
    )
    load.packing(board, "steel", 350)


def scrap(load: Load) -> None:
    """Pieces of every size thrown in over a bed of small ones."""
    along = np.linspace(load.lo[0], load.hi[0], _KNOTS)
    height = load.size[2]
    fraction = min(0.9, load.fraction)
    wave = np.cumsum(load.rng.normal(0, 0.05, _KNOTS))
    level = np.clip(fraction * (1 + wave - wave.mean()), 0.03, 0.95)
    target = load.item.mass_kg
    edges = np.linspace(load.lo[1], load.hi[1], 4)
    for left, right in pairwise(edges):
        rough = load.lo[2] + height * np.clip(level + load.rng.normal(0, 0.04, _KNOTS), 0.02, 0.97)
        bed = Heap(
            tuple(along.tolist()), tuple(rough.tolist()), (float(left), float(right)), load.lo[2]
        )
        load.goods(bed, 0.72 * load.vary(0.1))
    pieces = int(np.clip(26 * load.size[0], 40, 240))
    each = max(0.0, target - load.mass) / pieces
    for _ in range(pieces):
        x = load.uniform(load.lo[0] + 0.3, load.hi[0] - 0.3)
        room = height * float(np.interp(x, along, level))
        z = load.lo[2] + room * load.uniform(0.08, 1.0)
        y = load.uniform(load.lo[1] + 0.35, load.hi[1] - 0.35)
        _piece(load, (x, y, z), each * float(load.rng.lognormal(-0.3, 0.8)))


def _piece(load: Load, centre: tuple[float, float, float], mass: float) -> None:
    """One plate, bar, tube or lump of about that mass, solid metal."""
    solid_density = load.item.material.density_g_cm3 * 1000
    volume = min(max(mass, 0.3) / solid_density, 0.03)
    kind = load.rng.choice(5, p=[0.3, 0.27, 0.18, 0.17, 0.08])
    x, y, z = centre
    low = load.lo[2]
    if kind == 0:  # plate
        thick = load.uniform(0.004, 0.02)
        side = min(0.55, float(np.sqrt(volume / thick)))
        angle = load.uniform(-80, 80)
        z = max(z, low + side / 2)
        load.goods_solid(TiltedBox((x, y, z), (side, side, thick), angle, "y"))
    elif kind == 1:  # bar
        side = load.uniform(0.015, 0.05)
        long = min(0.55, volume / side**2)
        z = max(z, low + long / 2)
        load.goods_solid(TiltedBox((x, y, z), (long, side, side), load.uniform(-70, 70), "y"))
    elif kind == 2:  # tube
        radius = load.uniform(0.02, 0.09)
        inner = radius - 0.005
        long = min(0.6, volume / (np.pi * (radius**2 - inner**2)))
        axis: Axis = "x" if load.chance(0.5) else "y"
        load.goods_solid(Cylinder((x, y, max(z, low + radius)), radius, long, axis, inner))
    elif kind == 3:  # lump
        side = volume ** (1 / 3)
        z = max(z, low + side)
        load.goods_solid(TiltedBox((x, y, z), (side, side, side), load.uniform(0, 45), "y"))
    else:
        half = (volume * 3 / (4 * np.pi)) ** (1 / 3)
        semi = (half * 1.3, half, half / 1.3)
        load.goods_solid(Ellipsoid((x, y, max(z, low + half)), semi))
