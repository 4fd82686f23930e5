"""Forms of heavy goods in piles, packets and crates: ingots, metal sheets, timber, slabs, castings.

They are low for their mass: a few pieces on the floor carry the whole payload. What is round is in
`rolled`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from scanai.synth.forms.load import Load, centred, starts
from scanai.synth.solids import Axis, Box, Cylinder, Solid, TiltedBox, Vec3

# Castings are hollow: density of one, drawn as a plain body, by that of its metal.
_CAST = 0.7
# Goods that are one sort of part: valve bodies with their flanges, gears.
_CAST_AS = {"8481": "flange", "8483": "disc"}
# Castings of a crate that are drawn one by one, at most; smaller ones are its bed.
_MOST_CAST = 14


def ingots(load: Load) -> None:
    """Bundles of ingots, every other layer crosswise, spread over the floor."""
    length, _, height = load.item.package
    each = load.item.density * length**2 * height * 0.93
    count = max(1, round(load.item.mass_kg / each))
    lanes = 2 if count > 1 else 1
    columns = -(-count // lanes)
    high = 1
    most = max(1, int(load.size[2] / (height + 0.14)))
    while columns * (length + 0.04) > load.size[0] and high < most:
        high += 1
        columns = -(-count // (lanes * high))
    columns = min(columns, max(1, int(load.size[0] / (length + 0.04))))
    ys = (-0.05 - length, 0.05) if lanes == 2 else (-length / 2,)
    for x in load.spread(columns, length):
        for y in ys:
            for tier in range(high):
                if load.full:
                    return
                _ingot_bundle(load, (x, y, load.lo[2] + 0.08 + tier * (height + 0.06)))


def _ingot_bundle(load: Load, corner: Vec3) -> None:
    x, y, z = corner
    length, bar, height = load.item.package
    for at in (0.1, 0.8):
        foot = Box((x + at * length, y, z - 0.08), (x + at * length + 0.08, y + length, z))
        load.packing(foot, "wood", 600)
    layers = max(2, round(height / bar))
    step = height / layers
    for layer in range(layers):
        low = z + layer * step
        inset = load.uniform(0, 0.012)
        if layer % 2:
            for left in centred(x, x + length, bar * 1.7, 0.012):
                box = Box(
                    (float(left), y + inset, low),
                    (float(left) + bar * 1.7, y + length - inset, low + step - 0.004),
                )
                load.goods(box, load.vary(0.01))
        else:
            box = Box((x + inset, y, low), (x + length - inset, y + length, low + step - 0.004))
            load.goods(box, 0.95)


def cathodes(load: Load) -> None:
    """Sheets of refined metal, a metre square, in strapped piles."""
    side, sheet, height = load.item.package
    side = min(side, load.size[1] / 2 - 0.05)
    each = load.item.density * side**2 * height
    count = max(1, round(load.item.mass_kg / each))
    columns = min(-(-count // 2), max(1, int(load.size[0] / (side + 0.03))))
    for x in load.spread(columns, side):
        for y in (-0.04 - side, 0.04):
            if load.full:
                return
            for at in (0.12, 0.72):
                foot = Box((x + at, y, load.lo[2]), (x + at + 0.1, y + side, load.lo[2] + 0.07))
                load.packing(foot, "wood", 600)
            pile = height * load.vary(0.08)
            for low in starts(0, pile, sheet, 0.003):
                shift = load.rng.normal(0, 0.004)
                z = load.lo[2] + 0.07 + float(low)
                box = Box((x + shift, y, z), (x + shift + side - 0.01, y + side, z + sheet))
                load.goods(box, load.vary(0.01))


def packets(load: Load) -> None:
    """Timber, board or sheet in packets on bearers; the layers of boards draw fine lines."""
    length, width, height = load.item.package
    length = min(length, load.size[0] - 0.02)
    begins = starts(load.lo[0], load.hi[0], length, 0.05)
    lanes = centred(load.lo[1], load.hi[1], min(width, load.size[1] - 0.02), 0.03)
    tiers = max(1, round(load.size[2] / (height + 0.08)))
    # Packets are made up to the height that fills a unit.
    height = min(1.25 * height, 0.97 * load.size[2] / tiers - 0.08)
    layers = int(np.clip(360 // max(1, len(begins) * len(lanes) * tiers), 3, 14))
    for tier in range(tiers):
        z = load.lo[2] + tier * (height + 0.08)
        for begin in begins:
            for y in lanes:
                if load.full:
                    return
                _packet(load, (float(begin), float(y), z), (length, width, height), layers)


def _packet(load: Load, corner: Vec3, size: Vec3, layers: int) -> None:
    x, y, z = corner
    length, width, height = size
    width = min(width, load.size[1] - 0.02)
    for at in np.linspace(0.05, 0.95, max(2, round(length / 1.1))):
        left = x + float(at) * (length - 0.09)
        load.packing(Box((left, y, z), (left + 0.09, y + width, z + 0.075)), "wood", 560)
    share = load.vary(0.05)
    step = height / layers
    for layer in range(layers):
        low = z + 0.075 + layer * step
        short, shift = load.uniform(0, 0.04), load.uniform(0, 0.02)
        box = Box((x + shift, y, low), (x + length - short, y + width, low + step - 0.004))
        load.goods(box, share * load.vary(0.04))


def slabs(load: Load) -> None:
    """Slabs of stone or glass on edge, leaning from both sides against timber frames."""
    length, thick, height = load.item.package
    one = load.item.density * length * height * 2
    count = int(np.clip(round(load.item.mass_kg / (0.4 * one)), 1, load.size[0] // (length + 0.1)))
    if not count:
        return
    # As deep as the mass asks for and the room beside the frame allows.
    pack = float(np.clip(load.item.mass_kg / (one * count), 0.1, load.size[1] / 2 - 0.5))
    for x in load.spread(count, length):
        middle = x + length / 2
        z = load.lo[2] + 0.12
        for at in (0.15, 0.45, 0.75):
            left = x + at * length
            load.packing(Box((left, -1.0, z - 0.12), (left + 0.1, 1.0, z)), "wood", 650)
            post = Box((left, -0.12, z), (left + 0.08, 0.12, z + 0.9 * height))
            load.packing(post, "wood", 300)
        for side in (-1, 1):
            leaves = max(2, min(14, round(pack / thick)))
            for leaf in range(leaves):
                if load.full:
                    return
                y = side * (0.24 + (leaf + 0.5) * pack / leaves)
                size = (
                    length * load.uniform(0.92, 1.0),
                    pack / leaves - 0.004,
                    height * load.uniform(0.9, 1.0),
                )
                centre = (middle + load.rng.normal(0, 0.02), y, z + size[2] / 2 + 0.02)
                load.goods(TiltedBox(centre, size, side * 6.0, "x"))


def castings(load: Load) -> None:
    """Crates and mesh boxes of castings or machined parts, one or two high."""
    length, width, height = load.item.package
    xs = centred(load.lo[0], load.hi[0], length, 0.04)
    ys = centred(load.lo[1], load.hi[1], width, 0.06)[:2]
    places = len(xs) * len(ys)
    inside = (length - 0.08) * (width - 0.08) * (height - 0.2)
    wanted = load.item.mass_kg / (load.item.density * inside)
    tiers = 2 if wanted > 0.8 * places else 1
    skip = max(0.0, 1 - wanted / (places * tiers))
    part = _draw_casting(load)
    for tier in range(tiers):
        for x in xs:
            for y in ys:
                if load.full:
                    return
                if load.chance(skip * 0.8):
                    continue
                z = load.lo[2] + tier * (height + 0.02)
                _crate_of_castings(load, (float(x), float(y), z), part)


def _crate_of_castings(load: Load, corner: Vec3, part: _Casting) -> None:
    x, y, z = corner
    length, width, height = load.item.package
    load.packing(Box((x, y, z), (x + length, y + width, z + 0.1)), "wood", 220)
    load.crate((x, y, z + 0.1), (x + length, y + width, z + height))
    floor, top = z + 0.13, z + height - 0.04
    inner = Box((x + 0.03, y + 0.03, floor), (x + length - 0.03, y + width - 0.03, top))
    filled = (top - floor) * load.uniform(0.7, 1.0)
    size = float(np.clip(part.size, (inner.volume / _MOST_CAST) ** (1 / 3), 0.45 * width))
    size = min(size, filled)
    before, wanted = load.mass, load.item.density * inner.volume * filled / (top - floor)
    for level in starts(floor, floor + filled, size, 0.01):
        for left in centred(inner.lo[0], inner.hi[0], size, 0.08 * size):
            for near in centred(inner.lo[1], inner.hi[1], size, 0.02):
                if load.mass - before > 0.7 * wanted:
                    break
                at = (float(left) + size / 2, float(near) + size / 2, float(level) + size / 2)
                _casting(load, at, size, part)
    # Small parts fill the gaps between the large ones.
    bed = Box(inner.lo, (inner.hi[0], inner.hi[1], floor + filled))
    left_over = (wanted - (load.mass - before)) / (load.item.density * bed.volume)
    load.goods(bed, max(0.05, left_over))


@dataclass(frozen=True)
class _Casting:
    """One kind of part, the same throughout a load."""

    kind: str
    """disc, flange, block or bracket"""
    size: float
    """Greatest side, m."""
    hole: float
    """Inner by outer diameter."""
    turned: bool
    """Laid about as it comes, not all one way."""


def _draw_casting(load: Load) -> _Casting:
    kind = ("disc", "flange", "block", "bracket")[load.rng.integers(4)]
    kind = _CAST_AS.get(load.item.heading, kind)
    size = float(np.exp(load.uniform(np.log(0.1), np.log(0.32))))
    return _Casting(kind, size, load.uniform(0.2, 0.7), load.chance(0.4))


def _casting(load: Load, centre: Vec3, size: float, part: _Casting) -> None:
    x, y, z = centre
    axis: Axis = "y" if not part.turned or load.chance(0.5) else ("x", "z")[load.rng.integers(2)]
    if part.kind == "disc":
        ring = Cylinder(centre, size / 2, 0.55 * size, axis, part.hole * size / 2)
        _cast(load, ring)
    elif part.kind == "flange":
        _cast(load, Cylinder(centre, 0.32 * size, 0.9 * size, axis, part.hole * 0.32 * size))
        where = "xyz".index(axis)
        for side in (-1, 1):
            at = [x, y, z]
            at[where] += side * 0.4 * size
            flange = Cylinder((at[0], at[1], at[2]), size / 2, 0.1 * size, axis, 0.33 * size)
            _cast(load, flange)
    elif part.kind == "block":
        angle = load.uniform(0, 45) if part.turned else load.uniform(-3, 3)
        edge = 0.7 * size
        _cast(load, TiltedBox(centre, (edge, edge, 0.7 * edge), angle, "y"))
    else:  # a foot, a wall on it and a boss
        half = size / 2
        foot = Box((x - half, y - half, z - half), (x + half, y + half, z - 0.7 * half))
        wall = Box((x - half, y - half, z - 0.7 * half), (x - 0.7 * half, y + half, z + half))
        _cast(load, foot)
        _cast(load, wall)
        boss = Cylinder((x + 0.2 * half, y, z - 0.3 * half), 0.35 * half, size, "y", 0.2 * half)
        _cast(load, boss)


def _cast(load: Load, solid: Solid) -> None:
    metal = load.item.material
    load.part_of(solid, metal, _CAST * metal.density_g_cm3 * 1000)
