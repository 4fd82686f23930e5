"""Motorcycles and bicycles, drawn of the parts that show in a scan."""

from __future__ import annotations

from scanai.synth.forms.load import Load, centred, starts
from scanai.synth.solids import Box, Cylinder, TiltedBox, Torus, Vec3


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
