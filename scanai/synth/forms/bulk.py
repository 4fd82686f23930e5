"""Loose goods: heaps that fill the unit from wall to wall, flexitanks, scrap."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from scanai.synth.forms.load import Load
from scanai.synth.solids import Axis, Box, Cylinder, Ellipsoid, Heap, TiltedBox

# Strips across that a heap is drawn in: fewer would draw terraces on its crown.
_STRIPS = 21
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


# Slope, height by length, at which dry grain, beans and meal come to rest: 22 to 33 degrees.
_REPOSE = (0.4, 0.65)


def heap(load: Load) -> None:
    """Blown in: a rounded top where it fills the box, else cones with a free slope."""
    along = np.linspace(load.lo[0], load.hi[0], _KNOTS)
    length, _, height = load.size
    fraction = min(0.97, load.fraction)
    full = fraction > 0.6 or (length < 7 and load.chance(0.7))
    mean = fraction * height
    shape = mean * _rounded(load, along) if full else _cones(load, along)
    wave = np.cumsum(load.rng.normal(0, 0.004, _KNOTS))
    shape = np.clip(shape + wave - wave.mean(), 0.0, None)
    top = _lifted(shape, mean, 0.985 * height)
    _heap(load, along, load.lo[2] + top, crown=load.uniform(0.03, 0.25) * fraction)
    # The bulkhead of boards and the liner that keep bulk goods from the doors.
    if top[-1] > 0.15 * height:
        x = load.hi[0] - 0.035
        board = Box((x, load.lo[1], load.lo[2]), (load.hi[0], load.hi[1], load.lo[2] + 1.2))
        load.packing(board, "wood", 250)


def _rounded(load: Load, along: np.ndarray) -> np.ndarray:
    """Shares of the mean height: highest where the chute stood, lower towards both ends."""
    u = (along - along[0]) / (along[-1] - along[0])
    middle = load.uniform(0.35, 0.65)
    fall = load.uniform(0.15, 0.5)
    shape: np.ndarray = 1.0 - fall * np.abs((u - middle) / 0.6) ** load.uniform(1.6, 3.0)
    return shape


def _cones(load: Load, along: np.ndarray) -> np.ndarray:
    """Metres: ridges that run into each other, each falling at the angle of repose."""
    length, height = load.size[0], load.size[2]
    slope = load.uniform(*_REPOSE)
    cones = int(load.rng.integers(1, max(1, round(length / 3.5)) + 1))
    places = load.lo[0] + (np.arange(cones) + load.rng.uniform(0.25, 0.75, cones)) / cones * length
    peaks = load.rng.uniform(0.75, 1.0, cones) * (0.5 * slope * length / cones + 0.25 * height)
    # The peaks are blunt: what drops on them rolls down.
    away = np.sqrt((along[:, None] - places) ** 2 + load.uniform(0.3, 0.8) ** 2)
    shape: np.ndarray = (peaks - slope * away).max(axis=1)
    lowest = load.uniform(0.0, 0.25) * height
    raised: np.ndarray = np.clip(shape - shape.min() + lowest, 0.0, None)
    return raised


def _lifted(shape: np.ndarray, mean: float, most: float) -> np.ndarray:
    """The shape raised or lowered as a whole, and cut at both limits, until its mean is reached."""
    low, high = -float(shape.max()), most
    for _ in range(40):
        middle = (low + high) / 2
        below = float(np.clip(shape + middle, 0.02, most).mean()) < mean
        low, high = (middle, high) if below else (low, middle)
    lifted: np.ndarray = np.clip(shape + high, 0.02, most)
    return lifted


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
    """Pieces of every size thrown in over a bed of small ones that lies looser here than there."""
    along = np.linspace(load.lo[0], load.hi[0], _KNOTS)
    height = load.size[2]
    fraction = min(0.9, load.fraction)
    wave = np.cumsum(load.rng.normal(0, 0.04, _KNOTS))
    level = np.clip(fraction * (1 + wave - wave.mean()), 0.03, 0.95)
    before, target = load.mass, load.item.mass_kg
    _scrap_bed(load, along, level, height)
    left = max(0.0, target - (load.mass - before))
    pieces = int(np.clip(30 * load.size[0], 40, 300))
    each = left / pieces
    for _ in range(pieces):
        x = load.uniform(load.lo[0] + 0.3, load.hi[0] - 0.3)
        room = height * float(np.interp(x, along, level))
        z = load.lo[2] + room * load.uniform(0.05, 0.97)
        y = load.uniform(load.lo[1] + 0.35, load.hi[1] - 0.35)
        _piece(load, (x, y, z), each * float(load.rng.lognormal(-0.4, 0.9)))


def _scrap_bed(load: Load, along: np.ndarray, level: np.ndarray, height: float) -> None:
    """Small stuff: short stretches of the length in layers, each of its own looseness."""
    edges = np.linspace(load.lo[1], load.hi[1], 3)
    for left, right in pairwise(edges):
        x = load.lo[0]
        loose = 0.0
        while x < load.hi[0] - 0.02:
            end = min(load.hi[0], x + load.uniform(0.12, 0.5))
            if load.hi[0] - end < 0.1:
                end = load.hi[0]
            knots = np.array([x, (x + end) / 2, end])
            rough = np.interp(knots, along, level) + load.rng.normal(0, 0.025, 3)
            top = load.lo[2] + height * np.clip(rough, 0.02, 0.97)
            bottom = load.lo[2]
            loose = 0.6 * loose + load.rng.normal(0, 0.07)
            for share in (load.uniform(0.3, 0.5), load.uniform(0.6, 0.8), 1.0):
                upper = load.lo[2] + share * (top - load.lo[2])
                if share < 1:
                    upper[:] = upper.min()
                density = 0.66 * float(np.exp(loose + load.rng.normal(0, 0.1)))
                _scrap_cell(load, knots, upper, (float(left), float(right)), bottom, density)
                bottom = float(upper.min())
            x = end


def _scrap_cell(
    load: Load,
    knots: np.ndarray,
    upper: np.ndarray,
    across: tuple[float, float],
    bottom: float,
    density: float,
) -> None:
    if float(upper.min()) <= bottom + 0.01:
        return
    body = Heap(tuple(knots.tolist()), tuple(upper.tolist()), across, bottom)
    load.goods(body, float(np.clip(density, 0.3, 1.3)))


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
