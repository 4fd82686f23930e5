"""Motorcycles and bicycles, drawn of the parts that show in a scan."""

from __future__ import annotations

import math

from scanai.synth.forms.load import Load, centred, starts
from scanai.synth.solids import Box, Cylinder, Ellipsoid, TiltedBox, Torus, Vec3

# Kinds of motorcycle: wheelbase, m, radius of the wheels, size of the engine by a common one.
_KINDS = ((1.25, 0.28, 0.8), (1.36, 0.3, 1.0), (1.45, 0.31, 1.25))
# Depth of a frame tube of a bicycle, m, and thickness of what it weighs as a solid bar.
_BICYCLE_TUBE, _BICYCLE_BAR = 0.036, 0.009


def motorcycles(load: Load) -> None:
    """Motorcycles in steel frames, two across, and two high where that fits."""
    length, width, height = load.item.package
    height = min(height, 0.49 * load.size[2]) if load.size[2] > 1.9 * height else height
    kind = _KINDS[load.rng.integers(len(_KINDS))]
    for tier in range(max(1, int(load.size[2] / (height + 0.01)))):
        for x in centred(load.lo[0], load.hi[0], length, 0.06):
            for y in (-load.size[1] / 4, load.size[1] / 4):
                if load.full:
                    return
                place = (float(x), y, load.lo[2] + tier * (height + 0.01))
                _rack(load, place, (length, width, height))
                _motorcycle(load, place, (length, width, height), kind)


def _rack(load: Load, place: Vec3, size: Vec3) -> None:
    """The steel frame that a motorcycle is shipped in."""
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


def _motorcycle(load: Load, place: Vec3, size: Vec3, kind: tuple[float, float, float]) -> None:
    """Wheels, fork, frame, engine with its cylinder, tank, seat, exhaust; front at low x."""
    base, wheel, engine = kind
    length, _, height = size
    room = length - base - 2 * wheel - 0.04
    x = place[0] + wheel + 0.02 + room * load.uniform(0.3, 0.7)
    y, z = place[1], place[2] + 0.04
    up = min(1.0, (height - 0.1) / 1.0)  # the handlebar is taken off to fit in
    for at, disc in ((x, 0.14), (x + base, 0.11)):
        centre = (at, y, z + wheel)
        load.part(Torus(centre, wheel - 0.055, 0.055, "y", 0.011), "tyre", 1200)
        load.part(Cylinder(centre, wheel - 0.09, 0.06, "y", wheel - 0.105), "aluminium", 2700)
        load.part(Cylinder(centre, disc, 0.006, "y", 0.05), "steel", 7850)
        load.part(Cylinder(centre, 0.055, 0.14, "y", 0.012), "aluminium", 2700)
        for turn in (15.0, 75.0, 135.0):
            spoke = TiltedBox(centre, (2 * wheel - 0.2, 0.02, 0.03), turn, "y")
            load.part(spoke, "aluminium", 1500)
    head = (x + 0.3, z + 0.86 * up)
    fork = 0.5 * base
    for side in (-0.09, 0.09):
        _tube(load, (x, z + wheel), head, (y + side, 0.045), 0.045, "steel", 3300)
    knee, pivot = (x + fork - 0.05, z + 0.24), (x + base - 0.5, z + 0.36)
    saddle = (x + base - 0.12, z + 0.72 * up)
    tubes = ((head, knee), (head, (x + fork + 0.2, z + 0.68 * up)), (pivot, saddle))
    for start, end in (*tubes, ((x + fork + 0.2, z + 0.68 * up), saddle), (knee, pivot)):
        _tube(load, start, end, (y, 0.2), 0.04, "steel", 900)
    _tube(load, pivot, (x + base, z + wheel), (y, 0.22), 0.05, "steel", 1100)
    shock = (x + base - 0.16, z + wheel + 0.05), (x + base - 0.28, z + 0.68 * up)
    _tube(load, *shock, (y, 0.2), 0.05, "steel", 1300)
    middle = x + fork + 0.12
    half = 0.17 * engine
    case = Box((middle - half, y - 0.14, z + 0.2), (middle + half, y + 0.14, z + 0.4))
    load.part(case, "aluminium", 1500)
    for at in (-0.4, 0.4):
        gear = (middle + at * half, y, z + 0.3)
        load.part(Cylinder(gear, 0.07 * engine, 0.16, "y"), "steel", 5200)
    load.part(Cylinder((middle + 0.3 * half, y + 0.12, z + 0.3), 0.08, 0.05, "y"), "steel", 5000)
    barrel = TiltedBox((middle - 0.09, y, z + 0.5), (0.24 * engine, 0.16, 0.15), 108.0, "y")
    load.part(barrel, "aluminium", 1900)
    tank = Ellipsoid((x + fork, y, z + 0.77 * up), (0.25, 0.15, 0.13))
    load.part(tank, "steel", 420)
    seat = Box((x + fork + 0.2, y - 0.13, z + 0.72 * up), (x + base + 0.08, y + 0.13, z + 0.8 * up))
    load.part(seat, "polyurethane", 130)
    silencer = ((x + base - 0.35, z + 0.27), (x + base + 0.1, z + 0.36))
    _tube(load, *silencer, (y - 0.17, 0.1), 0.1, "steel", 900)
    _tube(load, knee, silencer[0], (y - 0.12, 0.04), 0.04, "steel", 1400)
    load.part(
        Box((middle + 0.2, y - 0.07, z + 0.5), (middle + 0.33, y + 0.08, z + 0.62)), "battery", 2100
    )
    lamp = Cylinder((x + 0.13, y, z + 0.75 * up), 0.09, 0.12, "x")
    load.part(lamp, "abs_plastic", 420)


def _tube(
    load: Load,
    start: tuple[float, float],
    end: tuple[float, float],
    across: tuple[float, float],
    thick: float,
    name: str,
    density: float,
) -> None:
    """A bar between two points (x, z); `across` is its middle and depth in y, m."""
    dx, dz = end[0] - start[0], end[1] - start[1]
    centre = ((start[0] + end[0]) / 2, across[0], (start[1] + end[1]) / 2)
    angle = math.degrees(math.atan2(dz, dx))
    load.part(TiltedBox(centre, (math.hypot(dx, dz), across[1], thick), angle, "y"), name, density)


def bicycles(load: Load) -> None:
    """Bicycles in flat cartons on edge, five abreast drawn as one: wheels, frame and crank show."""
    length, width, height = load.item.package
    lanes = 2
    depth = load.size[1] / lanes - 0.02
    abreast = max(1, int(depth / width))
    tiers = max(1, int((load.size[2] - 0.03) / (height + 0.005)))
    # The front wheel travels beside the frame; all cartons of a load are packed alike.
    beside = load.uniform(0.2, 0.4)
    for x in starts(load.lo[0], load.hi[0], length, 0.01):
        for tier in range(tiers):
            for lane in range(lanes):
                if load.full:
                    return
                y = load.lo[1] + lane * (depth + 0.03)
                z = load.lo[2] + tier * (height + 0.005)
                end = (float(x) + length, y + depth, z + height)
                _bicycles(load, (float(x), y, z), end, abreast, load.vary(0.03) * beside)


def _bicycles(load: Load, lo: Vec3, hi: Vec3, abreast: int, beside: float) -> None:
    """`beside`: how far the front wheel lies from the rear one, by the carton's length."""
    (x0, y0, z0), (x1, y1, z1) = lo, hi
    length, depth, height = x1 - x0, y1 - y0, z1 - z0
    load.goods(Box(lo, hi), 0.45)
    wheel = 0.44 * height
    middle, each = (y0 + y1) / 2, abreast / depth
    rear = (x0 + wheel + 0.02, z0 + wheel + 0.01)
    front = (min(rear[0] + beside * length, x1 - wheel - 0.01), rear[1])
    for at, up in (rear, front):
        centre = (at, middle, up)
        load.part(Cylinder(centre, wheel, depth, "y", 0.94 * wheel), "tyre", 1150 * 0.02 * each)
        rim = Cylinder(centre, 0.94 * wheel, depth, "y", 0.9 * wheel)
        load.part(rim, "aluminium", 2700 * 0.009 * each)
        hub = Cylinder(centre, 0.07 * wheel, depth, "y")
        load.part(hub, "steel", 7850 * 0.012 * each)
    # The frame about the rear axle, by the height of the carton.
    crank = (rear[0] + 0.54 * height, rear[1] - 0.07 * height)
    saddle = (rear[0] + 0.34 * height, min(rear[1] + 0.42 * height, z1 - 0.03))
    top = (min(rear[0] + 1.1 * height, x1 - 0.07), min(rear[1] + 0.36 * height, z1 - 0.04))
    foot = (top[0] + 0.03, top[1] - 0.14)
    metal = 2700 * _BICYCLE_BAR * each
    frame = ((crank, saddle), (crank, foot), (saddle, top), (top, foot))
    for start, end in (*frame, (rear, crank), (rear, saddle)):
        _tube(load, start, end, (middle, depth), _BICYCLE_TUBE, "aluminium", metal)
    fork = (foot[0] - 0.02, max(foot[1] - 0.5 * height, z0 + 0.05))
    _tube(load, foot, fork, (middle, depth), 0.03, "steel", 7850 * 0.006 * each)
    for centre_x, centre_z, radius in ((*crank, 0.09), (*rear, 0.045)):
        ring = Cylinder((centre_x, middle, centre_z), radius, depth, "y", 0.7 * radius)
        load.part(ring, "steel", 7850 * 0.006 * each)
