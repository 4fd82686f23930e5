"""Cars, motorcycles and tyres, drawn of the parts that show in a scan."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np

from scanai.synth.forms.load import Load, centred, starts
from scanai.synth.forms.machines import engine
from scanai.synth.solids import Box, Cylinder, TiltedBox, Torus, Vec3


def cars(load: Load) -> None:
    """Cars one behind the other, either way round."""
    length, width, height = load.item.package
    x = load.lo[0] + load.uniform(0.03, 0.2)
    while x + length * 0.9 < load.hi[0] and not load.full:
        long = min(length * load.uniform(0.92, 1.08), load.hi[0] - x)
        _car(
            load, (x, load.rng.normal(0, 0.06), load.lo[2]), (long, width, height), load.chance(0.5)
        )
        x += long + load.uniform(0.08, 0.35)


def _car(load: Load, place: Vec3, size: Vec3, reversed_: bool) -> None:
    x, y, z = place
    length, width, height = size
    half = width / 2
    before = len(load.objects)
    load.part(
        Box((x + 0.2, y - half, z + 0.2), (x + length - 0.2, y + half, z + 0.235)), "steel", 700
    )
    for side in (-1, 1):
        face = y + side * (half - 0.03)
        for x0, x1, low, top, density in (
            (0.04, 0.96, 0.3, 0.62, 620.0),
            (0.27, 0.86, 0.18, 0.34, 900.0),
            (0.25, 0.88, 0.62, 0.66, 800.0),
        ):
            panel = Box(
                (x + x0 * length, face - 0.03, z + low * height),
                (x + x1 * length, face + 0.03, z + top * height),
            )
            load.part(panel, "steel", density)
        for foot, angle in ((0.3, 52.0), (0.52, 88.0), (0.84, 118.0)):
            centre = (x + foot * length, face, z + 0.81 * height)
            load.part(TiltedBox(centre, (0.34 * height, 0.07, 0.06), angle, "y"), "steel", 1200)
    load.part(
        Box(
            (x + 0.33 * length, y - half, z + 0.96 * height),
            (x + 0.82 * length, y + half, z + 0.975 * height),
        ),
        "steel",
        620,
    )
    glass = TiltedBox(
        (x + 0.29 * length, y, z + 0.8 * height), (0.4 * height, 1.3, 0.006), 40.0, "y"
    )
    load.part(glass, "glass", 2500)
    load.part(
        Box((x, y - half, z + 0.28 * height), (x + 0.06, y + half, z + 0.45 * height)), "steel", 260
    )
    load.part(
        Box(
            (x + length - 0.06, y - half, z + 0.28 * height),
            (x + length, y + half, z + 0.5 * height),
        ),
        "steel",
        230,
    )
    load.part(
        Box(
            (x + 0.02 * length, y - half, z + 0.62 * height),
            (x + 0.25 * length, y + half, z + 0.635 * height),
        ),
        "steel",
        700,
    )
    engine(load, (x + 0.08 * length, y - 0.1, z + 0.17 * height), 0.56, gearbox=load.chance(0.5))
    load.part(
        Box((x + 0.05, y - 0.5, z + 0.2 * height), (x + 0.09, y + 0.5, z + 0.5 * height)),
        "aluminium",
        700,
    )
    load.part(
        Box(
            (x + 0.09 * length, y + 0.45, z + 0.42 * height),
            (x + 0.09 * length + 0.24, y + 0.62, z + 0.42 * height + 0.18),
        ),
        "battery",
        2300,
    )
    load.part(
        Box(
            (x + 0.24 * length, y - 0.65, z + 0.5 * height),
            (x + 0.33 * length, y + 0.65, z + 0.64 * height),
        ),
        "abs_plastic",
        230,
    )
    for seat in (0.42, 0.66):
        load.part(
            Box(
                (x + seat * length, y - 0.62, z + 0.27 * height),
                (x + (seat + 0.11) * length, y + 0.62, z + 0.4 * height),
            ),
            "polyurethane",
            90,
        )
        back = (x + (seat + 0.12) * length, y, z + 0.56 * height)
        load.part(TiltedBox(back, (0.45 * height, 1.2, 0.14), 105.0, "y"), "polyurethane", 110)
    load.part(
        Box(
            (x + 0.68 * length, y - 0.5, z + 0.14 * height),
            (x + 0.8 * length, y + 0.4, z + 0.24 * height),
        ),
        "polyethylene",
        350,
    )
    load.part(
        Cylinder((x + 0.55 * length, y + 0.2, z + 0.14), 0.03, 0.7 * length, "x", 0.027),
        "steel",
        7850,
    )
    load.part(
        Cylinder((x + 0.88 * length, y - 0.2, z + 0.16), 0.09, 0.5, "y", 0.085), "steel", 6000
    )
    wheel = min(0.31, 0.22 * height)
    for along in (0.19, 0.8):
        axle = Cylinder((x + along * length, y, z + wheel), 0.03, width - 0.3, "y", 0.018)
        load.part(axle, "steel", 7850)
        for side in (-1, 1):
            _wheel(load, (x + along * length, y + side * (half - 0.12), z + wheel), wheel)
    if reversed_:
        _mirror(load, before, x + length / 2)


def _mirror(load: Load, first: int, middle: float) -> None:
    """Turns what was added since `first` end for end about x = middle."""
    for position in range(first, len(load.objects)):
        solid = load.objects[position].solid
        if isinstance(solid, Box):
            lo = (2 * middle - solid.hi[0], *solid.lo[1:])
            hi = (2 * middle - solid.lo[0], *solid.hi[1:])
            turned: Box | TiltedBox | Cylinder = Box(lo, hi)
        elif isinstance(solid, TiltedBox):
            centre = (2 * middle - solid.centre[0], *solid.centre[1:])
            turned = replace(solid, centre=centre, angle_deg=-solid.angle_deg)
        elif isinstance(solid, Cylinder):
            turned = replace(solid, centre=(2 * middle - solid.centre[0], *solid.centre[1:]))
        else:
            raise TypeError(f"no mirror image of {type(solid).__name__}")
        load.objects[position] = replace(load.objects[position], solid=turned)


def _wheel(load: Load, centre: Vec3, radius: float) -> None:
    x, y, z = centre
    load.part(Cylinder((x, y, z), radius, 0.19, "y", 0.93 * radius), "tyre", 1150)
    for side in (-1, 1):
        wall = Cylinder((x, y + side * 0.09, z), 0.93 * radius, 0.012, "y", 0.64 * radius)
        load.part(wall, "tyre", 1150)
    load.part(Cylinder((x, y, z), 0.64 * radius, 0.17, "y", 0.6 * radius), "steel", 6000)
    load.part(Cylinder((x, y, z), 0.6 * radius, 0.008, "y", 0.1), "steel", 6500)
    load.part(Cylinder((x, y + 0.02, z), 0.42 * radius, 0.022, "y"), "cast_iron", 7200)


def motorcycles(load: Load) -> None:
    """Motorcycles in steel frames, two across."""
    length, width, height = load.item.package
    for x in centred(load.lo[0], load.hi[0], length, 0.06):
        for y in (-load.size[1] / 4, load.size[1] / 4):
            if load.full:
                return
            _motorcycle(load, (float(x), y, load.lo[2]), (length, width, height))


def _motorcycle(load: Load, place: Vec3, size: Vec3) -> None:
    x, y, z = place
    length, width, height = size
    for side in (-1, 1):
        for at in (0.0, length - 0.03):
            post = Box(
                (x + at, y + side * width / 2, z),
                (x + at + 0.03, y + side * width / 2 + 0.03, z + height),
            )
            load.packing(post, "steel", 1900)
        for low in (0.0, height - 0.03):
            rail = Box(
                (x, y + side * width / 2, z + low),
                (x + length, y + side * width / 2 + 0.03, z + low + 0.03),
            )
            load.packing(rail, "steel", 1900)
    wheel = 0.29
    for at in (0.17, 0.83):
        centre = (x + at * length, y, z + 0.05 + wheel)
        load.part(Torus(centre, wheel - 0.05, 0.055, "y", 0.012), "tyre", 1150)
        load.part(Cylinder(centre, wheel - 0.1, 0.05, "y", wheel - 0.115), "aluminium", 2700)
        load.part(Cylinder(centre, 0.12, 0.008, "y", 0.05), "steel", 7850)
    mid = x + 0.5 * length
    load.part(
        Box((mid - 0.2, y - 0.16, z + 0.22), (mid + 0.22, y + 0.16, z + 0.48)), "aluminium", 1500
    )
    load.part(Cylinder((mid - 0.05, y, z + 0.33), 0.1, 0.3, "y"), "steel", 4500)
    load.part(Box((mid - 0.28, y - 0.14, z + 0.62), (mid + 0.1, y + 0.14, z + 0.8)), "steel", 600)
    for angle, at, long in ((62.0, 0.24, 0.7), (25.0, 0.38, 0.6), (-30.0, 0.66, 0.6)):
        tube = TiltedBox((x + at * length, y, z + 0.55), (long, 0.06, 0.04), -angle, "y")
        load.part(tube, "steel", 2600)
    seat = Box((mid + 0.1, y - 0.13, z + 0.68), (mid + 0.6, y + 0.13, z + 0.78))
    load.part(seat, "polyurethane", 150)


def tyres(load: Load) -> None:
    """Tyres: stacked flat, or laced on edge in overlapping rings."""
    outer, width = load.item.package[0] / 2, load.item.package[1]
    if outer > 0.42 or load.chance(0.35):
        _flat_tyres(load, outer, width)
    else:
        _laced_tyres(load, outer)


def _flat_tyres(load: Load, outer: float, width: float) -> None:
    width *= 0.92
    across = max(1, int(load.size[1] / (2 * outer)))
    tiers = int(load.size[2] / width)
    spread = max(0.0, load.size[1] - 2 * outer * across) / max(1, across - 1) if across > 1 else 0.0
    for column, x in enumerate(starts(load.lo[0], load.hi[0], 2 * outer, 0.0)):
        for row in range(across):
            height = tiers - int(load.rng.integers(0, 2))
            lean = load.rng.normal(0, 0.004)
            y = load.lo[1] + outer + row * (2 * outer + spread)
            y = -y if column % 2 else y
            for tier in range(height):
                if load.full:
                    return
                slip = load.rng.normal(0, 0.008) + lean * tier
                middle_x = (
                    float(np.clip(float(x) + slip, load.lo[0], load.hi[0] - 2 * outer)) + outer
                )
                centre = (middle_x, y, load.lo[2] + (tier + 0.5) * width)
                tread = Cylinder(centre, outer, width * 0.96, "z", 0.935 * outer)
                load.goods(tread)
            # The side walls of a whole stack in one: inside a stack they cannot be told apart.
            middle = (float(x) + outer, y, load.lo[2] + height * width / 2)
            wall = Cylinder(middle, 0.93 * outer, height * width, "z", 0.6 * outer)
            load.goods(wall, 0.15)


def _laced_tyres(load: Load, outer: float) -> None:
    """Rows of rings seen full face; every row across sits in the hollows of the row before."""
    rows = 3 if load.size[0] < 7 else 2
    edges = np.linspace(load.lo[1], load.hi[1], rows + 1)
    pitch = outer * load.uniform(1.15, 1.45)
    rise = outer * load.uniform(0.95, 1.2)
    high = max(1, int((load.size[2] - 2 * outer) / rise) + 1)
    for row, (near, far) in enumerate(pairwise(edges)):
        depth = float(far - near)
        # Laced rings overlap: some two fifths of the depth is rubber of one of them.
        thick = 0.4 * depth
        for x in starts(load.lo[0], load.hi[0], 2 * outer, pitch - 2 * outer):
            for tier in range(high):
                if load.mass >= load.item.mass_kg * (row + 1) / rows:
                    break
                shift = (pitch / 2 if (tier + row) % 2 else 0.0) + load.rng.normal(0, 0.015)
                centre_x = min(float(x) + outer + shift, load.hi[0] - outer)
                z = min(
                    load.lo[2] + outer + tier * rise + load.rng.normal(0, 0.01), load.hi[2] - outer
                )
                centre = (
                    max(centre_x, load.lo[0] + outer),
                    float(near) + depth / 2,
                    max(z, load.lo[2] + outer),
                )
                load.goods(Cylinder(centre, outer, thick, "y", 0.935 * outer))
                load.goods(Cylinder(centre, 0.935 * outer, thick, "y", 0.6 * outer), 0.13)
