"""Forms of heavy goods that are round: coils of sheet, coils of wire, bars and logs, cable reels.

They are low for their mass: a few pieces on the floor carry the whole payload. What lies in piles
or crates is in `stacked`.
"""

from __future__ import annotations

import numpy as np

from scanai.synth.forms.load import Load, centred, starts
from scanai.synth.solids import Axis, Box, Cylinder, Vec3


def coils(load: Load) -> None:
    """Coils of sheet on timber cradles, eye along or across the unit or to the sky."""
    radius = load.item.package[0] / 2 * load.uniform(0.85, 1.1)
    hole = min(load.uniform(0.25, 0.3), 0.45 * radius)
    width = load.item.package[1] * load.uniform(0.85, 1.1)
    axis: Axis = ("x", "y", "z")[int(load.rng.choice(3, p=[0.4, 0.35, 0.25]))]
    if axis == "z":
        radius = min(radius, load.size[1] / 2 - 0.02)
    width = min(width, load.size[1] - 0.1, load.size[2] - 0.1)
    radius = min(radius, load.size[2] / 2 - 0.1)
    each = np.pi * (radius**2 - hole**2) * width * load.item.density
    footprint = width if axis == "x" else 2 * radius
    count = int(np.clip(round(load.item.mass_kg / each), 1, load.size[0] // (footprint + 0.05)))
    for x in load.spread(count, footprint):
        r = radius * load.uniform(0.94, 1.0)
        length = width * load.uniform(0.95, 1.0)
        base = load.lo[2] + 0.1
        middle = base + (length / 2 if axis == "z" else r)
        y = load.rng.normal(0, 0.02)
        centre = (x + footprint / 2, y, middle)
        # Outer laps are wound looser: two rings instead of one block of metal.
        load.goods(Cylinder(centre, r - 0.02, length, axis, hole))
        load.goods(Cylinder(centre, r, length * 0.998, axis, r - 0.02), load.uniform(0.75, 0.97))
        _cradle(load, x, footprint, r, axis)


def _cradle(load: Load, x: float, footprint: float, radius: float, axis: Axis) -> None:
    z = load.lo[2]
    if axis == "y":
        for side in (-1, 1):
            at = x + footprint / 2 + side * 0.55 * radius
            beam = Box((at - 0.07, -0.9, z), (at + 0.07, 0.9, z + 0.14))
            load.packing(beam, "wood", 650)
        return
    for at in (x + 0.1, x + footprint - 0.2):
        load.packing(Box((at, -1.0, z), (at + 0.1, 1.0, z + 0.1)), "wood", 650)


def wire_coils(load: Load) -> None:
    """Rod and wire in loose coils, side by side on their edge or stacked flat."""
    radius = load.item.package[0] / 2
    quarter = load.size[1] / 4
    if quarter < radius < 1.2 * quarter:  # coils for containers are wound so that two fit abreast
        radius = quarter - 0.005
    hole = radius / 1.55
    width = load.item.package[1]
    flat = load.chance(0.4)
    across = 2 if 4 * radius <= load.size[1] else 1
    step = (2 * radius if flat else width) + 0.03
    tiers = 1
    each = np.pi * (radius**2 - hole**2) * width * load.item.density
    if flat:
        tiers = max(1, min(3, int(load.size[2] / (width + 0.02))))
    for x in starts(load.lo[0], load.hi[0], step - 0.03, 0.03):
        for tier in range(tiers):
            for row in range(across):
                if load.mass + each / 2 > load.item.mass_kg:
                    return
                y = (row - (across - 1) / 2) * load.size[1] / 2
                _wire_coil(load, (float(x), y, tier * (width + 0.02)), radius, flat)


def _wire_coil(load: Load, place: Vec3, radius: float, flat: bool) -> None:
    x, y, above = place
    hole = radius / 1.55
    width = load.item.package[1] * load.uniform(0.9, 1.0)
    axis: Axis = "z" if flat else "x"
    centre = (
        x + (radius if flat else width / 2),
        y,
        load.lo[2] + 0.08 + (above + width / 2 if flat else radius),
    )
    share = load.vary(0.05)
    slack = radius * load.uniform(0.9, 0.97)
    load.goods(Cylinder(centre, slack, width, axis, hole), share)
    load.goods(Cylinder(centre, radius, width * 0.96, axis, slack), 0.6 * share)


def bundles(load: Load) -> None:
    """Bars, tubes and sections along the unit: strapped bundles on bearers."""
    length = min(load.size[0] - 0.1, load.item.package[0])
    radius = load.item.package[1] / 2
    inner = radius * min(load.item.package[2], 0.95)
    across, high = (int(n) for n in load.rng.integers(3, 8, 2))
    if radius < 0.02:
        # Thin bars: one solid is a strand of them, voids included.
        across, high, radius, inner = 3, 3, 0.07, 0.0
    if load.item.group == "timber":  # logs lie from wall to wall
        across = 99
    across = max(1, min(across, int(load.size[1] / (2 * radius))))
    high = max(1, min(high, int((load.size[2] - 0.1) / (2 * radius))))
    piece = np.pi * (radius**2 - inner**2) * length * load.item.density
    while across * high > 1 and across * high * piece > 0.6 * load.item.mass_kg:
        across, high = (across - 1, high) if across >= high else (across, high - 1)
    width, height = 2 * radius * across, 2 * radius * (0.87 * (high - 1) + 1)
    lanes = centred(load.lo[1], load.hi[1], width, 0.05)
    sets = starts(load.lo[0], load.hi[0], length, 0.1)
    z = load.lo[2]
    while z + height + 0.1 < load.hi[2] and len(load.objects) < 480:
        for begin in sets:
            for at in np.linspace(0.1, 0.9, max(3, int(length / 1.5))):
                x = float(begin) + float(at) * length
                bearer = Box((x, load.lo[1], z), (x + 0.08, load.hi[1], z + 0.08))
                load.packing(bearer, "wood", 600)
        for y in lanes:
            for begin in sets:
                if load.full:
                    return
                offset = load.uniform(0, max(0.02, load.hi[0] - float(begin) - length - 0.02))
                _bundle(
                    load,
                    (float(begin) + min(offset, 0.3), float(y), z + 0.08),
                    length,
                    radius,
                    inner,
                    across,
                    high,
                )
        z += height + 0.1


def _bundle(
    load: Load,
    corner: Vec3,
    length: float,
    radius: float,
    inner: float,
    across: int,
    high: int,
) -> None:
    x, y, z = corner
    grown = load.item.group == "timber"
    for row in range(high):
        for place in range(across - row % 2):
            foot = (y + radius * (1 + 2 * place + row % 2), z + radius * (1 + 1.74 * row))
            if grown:
                _log(load, x, foot, length, radius)
                continue
            end = load.uniform(0, 0.03)
            centre = (x + length / 2 + end, *foot)
            load.goods(Cylinder(centre, radius, length - 0.04, "x", inner))
    for at in (0.12, 0.5, 0.88):
        left = x + at * length
        strap = Box((left, y, z), (left + 0.02, y + 2 * radius * across, z + 0.003))
        load.packing(strap, "steel", 7850)


def _log(load: Load, x: float, middle: tuple[float, float], length: float, most: float) -> None:
    """A trunk in three lengths, thinner towards one end; no two are alike."""
    radius = most * load.uniform(0.68, 0.96)
    taper = load.uniform(0.0, 0.06) * (1 if load.chance(0.5) else -1)
    short = load.uniform(0.0, 0.25)
    each = (length - 0.04 - short) / 3
    start = x + load.uniform(0.0, short)
    density = load.vary(0.05)
    y, z = middle
    for number in range(3):
        thick = min(most, radius * (1 + taper * (number - 1)))
        at = (start + (number + 0.5) * each, y, z - most + thick)
        load.goods(Cylinder(at, thick, each, "x"), density)


def reels(load: Load) -> None:
    """Cable reels, rolling along or across: two flanges and a barrel of cable between them."""
    diameter, width, _ = load.item.package
    axis: Axis = "y" if load.chance(0.6) else "x"
    x = load.lo[0]
    while x < load.hi[0] - 0.4:
        radius = min(diameter / 2 * load.uniform(0.75, 1.15), load.size[2] / 2 - 0.02)
        long = width * load.uniform(0.85, 1.15)
        footprint = 2 * radius if axis == "y" else long
        if x + footprint > load.hi[0]:
            return
        across = long if axis == "y" else 2 * radius
        for y in centred(load.lo[1], load.hi[1], across, 0.04):
            if load.full:
                return
            if float(y) + across > load.hi[1] + 1e-6:
                break
            centre = (x + footprint / 2, float(y) + across / 2, load.lo[2] + radius)
            _reel(load, centre, radius, long, axis)
        x += footprint + load.uniform(0.01, 0.08)


def _reel(load: Load, centre: Vec3, radius: float, width: float, axis: Axis) -> None:
    flange, barrel = 0.05, 0.42 * radius
    where = "xyz".index(axis)
    for side in (-1, 1):
        at = list(centre)
        at[where] += side * (width / 2 - flange / 2)
        disc = Cylinder((at[0], at[1], at[2]), radius, flange, axis, 0.04)
        load.packing(disc, "wood", 620)
    wound = radius * load.uniform(0.75, 0.95)
    load.goods(Cylinder(centre, wound, width - 2 * flange - 0.01, axis, barrel), load.vary(0.03))
    core = Cylinder(centre, barrel, width - 2 * flange - 0.01, axis, barrel - 0.025)
    load.packing(core, "wood", 500)
