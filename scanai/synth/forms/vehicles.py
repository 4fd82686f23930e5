"""Cars, motorcycles and tyres, drawn of the parts that show in a scan."""

from __future__ import annotations

from dataclasses import dataclass, replace
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
        body = _Body((x, load.rng.normal(0, 0.06), load.lo[2]), (long, width, height))
        _car(load, body, load.chance(0.5))
        x += long + load.uniform(0.08, 0.35)


@dataclass(frozen=True)
class _Body:
    """Where a car stands and how large it is; its parts are placed by shares of that."""

    place: Vec3
    """Lower front edge on the centre line, m."""
    size: Vec3

    def slab(
        self, along: tuple[float, float], across: tuple[float, float], up: tuple[float, float]
    ) -> Box:
        """Along and up in shares of length and height, across in metres from the centre line."""
        x, y, z = self.place
        length, _, height = self.size
        return Box(
            (x + along[0] * length, y + across[0], z + up[0] * height),
            (x + along[1] * length, y + across[1], z + up[1] * height),
        )


def _car(load: Load, body: _Body, reversed_: bool) -> None:
    before = len(load.objects)
    _car_shell(load, body)
    _car_inside(load, body)
    _car_below(load, body)
    if reversed_:
        _mirror(load, before, body.place[0] + body.size[0] / 2)


def _car_shell(load: Load, body: _Body) -> None:
    (x, y, z), (length, width, height) = body.place, body.size
    half = width / 2
    floor = Box((x + 0.2, y - half, z + 0.2), (x + length - 0.2, y + half, z + 0.235))
    load.part(floor, "steel", 700)
    for side in (-1, 1):
        _car_side(load, _Body((x, y + side * (half - 0.03), z), body.size))
    load.part(body.slab((0.33, 0.82), (-half, half), (0.96, 0.975)), "steel", 620)
    glass = TiltedBox(
        (x + 0.29 * length, y, z + 0.8 * height), (0.4 * height, 1.3, 0.006), 40.0, "y"
    )
    load.part(glass, "glass", 2500)
    front, back = x, x + length
    for start, end, top, density in (
        (front, front + 0.06, 0.45, 260),
        (back - 0.06, back, 0.5, 230),
    ):
        bumper = Box((start, y - half, z + 0.28 * height), (end, y + half, z + top * height))
        load.part(bumper, "steel", density)
    load.part(body.slab((0.02, 0.25), (-half, half), (0.62, 0.635)), "steel", 700)


def _car_side(load: Load, side: _Body) -> None:
    """Doors and wings, sill, waist rail and three pillars about the centre line of one side."""
    for along, up, density in (
        ((0.04, 0.96), (0.3, 0.62), 620.0),
        ((0.27, 0.86), (0.18, 0.34), 900.0),
        ((0.25, 0.88), (0.62, 0.66), 800.0),
    ):
        load.part(side.slab(along, (-0.03, 0.03), up), "steel", density)
    (x, y, z), (length, _, height) = side.place, side.size
    for foot, angle in ((0.3, 52.0), (0.52, 88.0), (0.84, 118.0)):
        centre = (x + foot * length, y, z + 0.81 * height)
        load.part(TiltedBox(centre, (0.34 * height, 0.07, 0.06), angle, "y"), "steel", 1200)


def _car_inside(load: Load, body: _Body) -> None:
    (x, y, z), (length, _, height) = body.place, body.size
    engine(load, (x + 0.08 * length, y - 0.1, z + 0.17 * height), 0.56, gearbox=load.chance(0.5))
    radiator = Box((x + 0.05, y - 0.5, z + 0.2 * height), (x + 0.09, y + 0.5, z + 0.5 * height))
    load.part(radiator, "aluminium", 700)
    corner = (x + 0.09 * length, y + 0.45, z + 0.42 * height)
    accumulator = Box(corner, (corner[0] + 0.24, y + 0.62, corner[2] + 0.18))
    load.part(accumulator, "battery", 2300)
    load.part(body.slab((0.24, 0.33), (-0.65, 0.65), (0.5, 0.64)), "abs_plastic", 230)
    for seat in (0.42, 0.66):
        cushion = body.slab((seat, seat + 0.11), (-0.62, 0.62), (0.27, 0.4))
        load.part(cushion, "polyurethane", 90)
        back = (x + (seat + 0.12) * length, y, z + 0.56 * height)
        load.part(TiltedBox(back, (0.45 * height, 1.2, 0.14), 105.0, "y"), "polyurethane", 110)


def _car_below(load: Load, body: _Body) -> None:
    (x, y, z), (length, width, height) = body.place, body.size
    load.part(body.slab((0.68, 0.8), (-0.5, 0.4), (0.14, 0.24)), "polyethylene", 350)
    exhaust = Cylinder((x + 0.55 * length, y + 0.2, z + 0.14), 0.03, 0.7 * length, "x", 0.027)
    load.part(exhaust, "steel", 7850)
    silencer = Cylinder((x + 0.88 * length, y - 0.2, z + 0.16), 0.09, 0.5, "y", 0.085)
    load.part(silencer, "steel", 6000)
    wheel = min(0.31, 0.22 * height)
    for along in (0.19, 0.8):
        axle = Cylinder((x + along * length, y, z + wheel), 0.03, width - 0.3, "y", 0.018)
        load.part(axle, "steel", 7850)
        for side in (-1, 1):
            place = (x + along * length, y + side * (width / 2 - 0.12), z + wheel)
            _wheel(load, place, wheel)


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
    """Motorcycles in steel frames, two across, and two high where that fits."""
    length, width, height = load.item.package
    height = min(height, 0.49 * load.size[2]) if load.size[2] > 1.9 * height else height
    for tier in range(max(1, int(load.size[2] / (height + 0.01)))):
        for x in centred(load.lo[0], load.hi[0], length, 0.06):
            for y in (-load.size[1] / 4, load.size[1] / 4):
                if load.full:
                    return
                place = (float(x), y, load.lo[2] + tier * (height + 0.01))
                _motorcycle(load, place, (length, width, height))


def _motorcycle(load: Load, place: Vec3, size: Vec3) -> None:
    x, y, z = place
    length, width, height = size
    for side in (-1, 1):
        for at in (0.0, length - 0.03):
            post = Box(
                (x + at, y + side * width / 2, z),
                (x + at + 0.03, y + side * width / 2 + 0.03, z + height),
            )
            load.part(post, "steel", 1900)
        for low in (0.0, height - 0.03):
            rail = Box(
                (x, y + side * width / 2, z + low),
                (x + length, y + side * width / 2 + 0.03, z + low + 0.03),
            )
            load.part(rail, "steel", 1900)
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


def bicycles(load: Load) -> None:
    """Bicycles in flat cartons on edge, five abreast drawn as one: wheels, frame and crank show."""
    length, width, height = load.item.package
    lanes = 2
    depth = load.size[1] / lanes - 0.02
    abreast = max(1, int(depth / width))
    tiers = max(1, int((load.size[2] - 0.03) / (height + 0.005)))
    # The front wheel travels beside the frame; all cartons of a load are packed alike.
    fork = load.uniform(0.3, 0.5)
    for x in starts(load.lo[0], load.hi[0], length, 0.01):
        for tier in range(tiers):
            for lane in range(lanes):
                if load.full:
                    return
                y = load.lo[1] + lane * (depth + 0.03)
                z = load.lo[2] + tier * (height + 0.005)
                end = (float(x) + length, y + depth, z + height)
                _bicycles(load, (float(x), y, z), end, abreast, load.vary(0.03) * fork)


def _bicycles(load: Load, lo: Vec3, hi: Vec3, abreast: int, fork: float) -> None:
    (x0, y0, z0), (x1, y1, z1) = lo, hi
    length, depth, height = x1 - x0, y1 - y0, z1 - z0
    load.goods(Box(lo, hi), 0.45)
    wheel = 0.42 * height
    middle = (y0 + y1) / 2
    rubber, metal = 1150 * 0.035 * abreast / depth, 2700 * 0.012 * abreast / depth
    for at in (wheel + 0.02, fork * length + wheel):
        centre = (x0 + min(at, length - wheel - 0.01), middle, z0 + wheel + 0.01)
        load.part(Cylinder(centre, wheel, depth, "y", 0.94 * wheel), "tyre", rubber)
        load.part(Cylinder(centre, 0.94 * wheel, depth, "y", 0.9 * wheel), "aluminium", metal)
        load.part(
            Cylinder(centre, 0.07 * wheel, depth, "y"), "steel", 7850 * 0.03 * abreast / depth
        )
    tube = 2700 * 0.03 * abreast / depth
    for at, up, long, angle in ((0.42, 0.7, 0.5, 8), (0.4, 0.45, 0.5, -40), (0.6, 0.5, 0.42, 70)):
        place = (x0 + at * length, middle, z0 + up * height)
        load.part(TiltedBox(place, (long * height, depth, 0.035), -angle, "y"), "aluminium", tube)
    crank = (x0 + 0.52 * length, middle, z0 + 0.3 * height)
    load.part(Cylinder(crank, 0.1, depth, "y", 0.07), "steel", 7850 * 0.01 * abreast / depth)


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
