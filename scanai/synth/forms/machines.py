"""Machines, motors, transformers and engines, drawn of the parts that show in a scan.

Frames, castings, shafts and windings; what has wheels is in `vehicles`, what stands in a home in
`household`.
"""

from __future__ import annotations

import numpy as np

from scanai.synth.forms.load import Load, centred, starts
from scanai.synth.solids import Axis, Box, Cylinder, Vec3


def machines(load: Load) -> None:
    """A few large machines on skids, some in crates."""
    x = load.lo[0] + load.uniform(0.05, 0.3)
    while x < load.hi[0] - 0.6 and not load.full:
        length = min(load.item.package[0] * load.uniform(0.6, 1.3), load.hi[0] - x - 0.05)
        width = min(load.item.package[1] * load.uniform(0.7, 1.1), load.size[1] - 0.15)
        height = min(load.item.package[2] * load.uniform(0.6, 1.15), load.size[2] - 0.15)
        y = -width / 2 + load.uniform(-0.05, 0.05)
        crated = load.chance(0.45)
        lo, hi = (x, y, load.lo[2] + 0.1), (x + length, y + width, load.lo[2] + 0.1 + height)
        for side in (lo[1], hi[1] - 0.12):
            skid = Box((x, side, load.lo[2]), (x + length, side + 0.12, load.lo[2] + 0.1))
            load.packing(skid, "wood", 650)
        if length < 0.5 or height < 0.4:
            return
        if crated:
            load.crate(lo, hi)
            lo = (lo[0] + 0.08, lo[1] + 0.08, lo[2] + 0.03)
            hi = (hi[0] - 0.08, hi[1] - 0.08, hi[2] - 0.08)
        _machine(load, lo, hi)
        x += length + load.uniform(0.05, 0.5)


def _machine(load: Load, lo: Vec3, hi: Vec3) -> None:
    """A bed with bodies standing on it, shafts between them, motors, pipes, often a cabinet."""
    (x0, y0, z0), (x1, y1, z1) = lo, hi
    length, width, height = x1 - x0, y1 - y0, z1 - z0
    target = length * width * height * load.item.density * load.vary(0.15)
    before = load.mass
    floor = z0 + _bed(load, lo, hi)
    if load.chance(0.6) and length > 0.9:
        deep = min(0.45, 0.3 * length)
        at = x0 if load.chance(0.5) else x1 - deep
        _cabinet(load, (at, y0, floor), (at + deep, y0 + 0.6 * width, z1))
        x0, x1 = (x0 + deep, x1) if at == x0 else (x0, at)
    count = max(2, int(np.clip((x1 - x0) / load.uniform(0.35, 0.8), 2, 7)))
    edges = np.linspace(x0, x1, count + 1)
    tops = [floor + (z1 - floor) * load.uniform(0.2, 1.0) for _ in range(count)]
    for left, right, top in zip(edges[:-1], edges[1:], tops, strict=True):
        share = (load.mass - before) / target
        wall = load.uniform(0.01, 0.03) if share < 0.5 else load.uniform(0.006, 0.012)
        inset = load.uniform(0.0, 0.22) * (right - left)
        _body(load, (float(left) + inset, y0, floor), (float(right) - inset, y1, top), wall)
    for _ in range(int(load.rng.integers(1, 4))):
        radius = load.uniform(0.09, max(0.1, min(0.24, 0.22 * height)))
        long = load.uniform(2.2, 3.2) * radius
        place = int(load.rng.integers(count))
        x = float(np.clip((edges[place] + edges[place + 1]) / 2, x0 + long / 2, x1 - long / 2))
        z = min(tops[place] + radius, z1 - radius) if load.chance(0.5) else floor + radius
        axis: Axis = "x" if load.chance(0.7) else "y"
        motor(load, (x, load.uniform(y0 + 0.3, y1 - 0.3), z), radius, long, axis)
    for place in range(count - 1):  # a shaft or a roller from body to body
        radius = load.uniform(0.015, 0.07)
        z = floor + (min(tops[place], tops[place + 1]) - floor) * load.uniform(0.3, 0.8)
        first, last = float(edges[place]) + 0.05, float(edges[place + 2]) - 0.05
        centre = ((first + last) / 2, load.uniform(y0 + 0.1, y1 - 0.1), z)
        inner = 0.8 * radius if load.chance(0.4) else 0.0
        load.part(Cylinder(centre, radius, last - first, "x", inner), "steel", 7850)
    while load.mass - before < target:  # counterweights, tables, gear: in or on the bodies
        place = int(load.rng.integers(count))
        left, right = float(edges[place]), float(edges[place + 1])
        size = (
            min(load.uniform(0.1, 0.5), right - left),
            min(load.uniform(0.12, 0.4), width),
            load.uniform(0.05, 0.25),
        )
        x = load.uniform(left, right - size[0])
        y = load.uniform(y0, y1 - size[1])
        room = max(0.0, min(tops[place], z1 - size[2]) - floor)
        z = floor + room * (1.0 if load.chance(0.15) else load.uniform(0, 0.8) ** 2)
        block = Box((x, y, z), (x + size[0], y + size[1], z + size[2]))
        load.part(block, "cast_iron", 6500)


def _bed(load: Load, lo: Vec3, hi: Vec3) -> float:
    """The base frame; returns its height."""
    (x0, y0, z0), (x1, y1, z1) = lo, hi
    base = min(0.22, 0.15 * (z1 - z0))
    for side in (y0, y1 - 0.1):
        load.part(Box((x0, side, z0), (x1, side + 0.1, z0 + base)), "steel", 1700)
    for x in np.linspace(x0, x1 - 0.08, max(2, int((x1 - x0) / 0.6))):
        beam = Box((float(x), y0 + 0.1, z0), (float(x) + 0.08, y1 - 0.1, z0 + base))
        load.part(beam, "steel", 1100)
    load.part(Box((x0, y0, z0 + base), (x1, y1, z0 + base + 0.012)), "steel", 7850)
    return base + 0.012


def _cabinet(load: Load, lo: Vec3, hi: Vec3) -> None:
    """Thin steel with rows of switchgear, cable and a transformer at its foot."""
    (x0, y0, z0), (x1, _, z1) = lo, hi
    load.shell(lo, hi, 0.004, "steel", 5500)
    for z in starts(z0 + 0.25, z1 - 0.1, 0.12, 0.08):
        right = load.uniform(x0 + 0.1, x1 - 0.05)
        gear = Box((x0 + 0.05, y0 + 0.1, float(z)), (right, y0 + 0.3, float(z) + 0.12))
        load.part(gear, "electronics", load.uniform(200, 1100))
    foot = Box((x0 + 0.06, y0 + 0.08, z0 + 0.02), (x0 + 0.24, y0 + 0.26, z0 + 0.18))
    load.part(foot, "motor", 4500)


def _body(load: Load, lo: Vec3, hi: Vec3, wall: float) -> None:
    """One housing: cast walls with ribs around a void that may hold a gear, or a tank on end."""
    (x0, y0, z0), (x1, y1, z1) = lo, hi
    length, width, height = x1 - x0, y1 - y0, z1 - z0
    centre = ((x0 + x1) / 2, (y0 + y1) / 2, (z0 + z1) / 2)
    kind = load.rng.random()
    if kind < 0.2:  # vessel
        radius = min(length, width) / 2
        vessel = Cylinder(centre, radius, height, "z", radius - min(wall, 0.6 * radius))
        load.part(vessel, "steel", 7850)
        for z in (z0 + 0.01, z1 - 0.01):
            load.part(Cylinder((centre[0], centre[1], z), radius, 0.02, "z"), "steel", 7850)
        return
    near, far = y0 + width * load.uniform(0.0, 0.3), y1 - width * load.uniform(0.0, 0.3)
    load.shell((x0, near, z0), (x1, far, z1), min(wall, 0.2 * length), "cast_iron", 7200)
    if kind < 0.75:
        radius = load.uniform(0.25, 0.42) * min(length, height)
        thick = load.uniform(0.1, 0.5) * (far - near)
        hole = radius * load.uniform(0.15, 0.8)
        middle = (centre[0], centre[1], z0 + radius * 1.15)
        load.part(Cylinder(middle, radius, thick, "y", hole), "steel", 7850)
        load.part(Cylinder(middle, 0.15 * radius, 0.9 * (far - near), "y"), "steel", 7850)
    else:
        for x in starts(x0 + 0.06, x1 - 0.03, 0.015, 0.12):
            rib = Box((float(x), near + 0.03, z0 + 0.03), (float(x) + 0.015, far - 0.03, z1 - 0.03))
            load.part(rib, "cast_iron", 2500)


def motor(load: Load, centre: Vec3, radius: float, length: float, axis: Axis) -> None:
    """Stator and windings, a rotor in an air gap, the shaft, a lighter fan end."""
    where = "xyz".index(axis)
    core = 0.62 * length
    load.part(Cylinder(centre, 0.92 * radius, core, axis, 0.55 * radius), "motor", 6600)
    load.part(Cylinder(centre, 0.52 * radius, core, axis, 0.16 * radius), "steel", 7300)
    shaft = list(centre)
    shaft[where] += 0.12 * length
    load.part(
        Cylinder((shaft[0], shaft[1], shaft[2]), 0.15 * radius, 1.2 * length, axis), "steel", 7850
    )
    load.part(Cylinder(centre, radius, length, axis, 0.93 * radius), "cast_iron", 4500)
    for side in (-1, 1):
        winding = list(centre)
        winding[where] += side * (core / 2 + 0.08 * length)
        load.part(
            Cylinder(
                (winding[0], winding[1], winding[2]),
                0.85 * radius,
                0.14 * length,
                axis,
                0.5 * radius,
            ),
            "copper",
            3800,
        )


def motors(load: Load) -> None:
    """Electric motors on pallets or skids, two across."""
    size = load.item.package[0] * load.uniform(0.8, 1.7)
    radius = min(0.36 * size, 0.26 * load.size[1] - 0.02)
    pitch = 1.35 * size + 0.05
    for x in starts(load.lo[0] + 0.05, load.hi[0], pitch, load.uniform(0.02, 0.2)):
        for y in (-load.size[1] / 4, load.size[1] / 4):
            if load.full or float(x) + pitch > load.hi[0]:
                return
            z = load.lo[2] + 0.12
            deck = Box((float(x), y - radius, load.lo[2]), (float(x) + pitch, y + radius, z))
            load.packing(deck, "wood", 260)
            foot = Box(
                (float(x) + 0.2 * size, y - radius, z),
                (float(x) + 0.9 * size, y + radius, z + 0.03),
            )
            load.part(foot, "cast_iron", 7200)
            centre = (float(x) + 0.1 + size / 2, y, z + 0.03 + radius)
            motor(load, centre, radius, size, "x")


def transformers(load: Load) -> None:
    """Oil transformers: three limbs with windings in a tank, fins outside, bushings on top."""
    length, width, height = load.item.package
    for x in centred(load.lo[0], load.hi[0], length, load.uniform(0.1, 0.5)):
        if load.full:
            return
        scale = load.uniform(0.8, 1.0)
        _transformer(
            load, float(x), (length * scale, min(width * scale, 2.1), min(height * scale, 2.1))
        )


def _transformer(load: Load, x: float, size: Vec3) -> None:
    length, width, height = size
    z = load.lo[2] + 0.1
    for y in (-0.35 * width, 0.35 * width):
        rail = Box((x, y - 0.05, load.lo[2]), (x + length, y + 0.05, z))
        load.part(rail, "steel", 2500)
    fin, tank = 0.12 * length, 0.78 * height
    lo, hi = (x + fin, -0.3 * width, z), (x + length - fin, 0.3 * width, z + tank)
    load.shell(lo, hi, 0.006, "steel", 7850)
    for at in starts(x, x + fin - 0.01, 0.004, 0.03):
        for left in (float(at), 2 * x + length - float(at) - 0.004):
            plate = Box(
                (left, -0.28 * width, z + 0.1), (left + 0.004, 0.28 * width, z + 0.9 * tank)
            )
            load.part(plate, "steel", 3000)
    _core_and_windings(load, lo, hi)
    for place in (0.2, 0.5, 0.8):
        at = (lo[0] + place * (hi[0] - lo[0]), 0.0, hi[2] + 0.1 * height)
        load.part(Cylinder(at, 0.05, 0.2 * height, "z", 0.02), "ceramic", 2400)
        rod = Cylinder((at[0], 0.0, hi[2] + 0.02 * height), 0.012, 0.44 * height, "z")
        load.part(rod, "copper", 8900)
    vessel = (lo[0] + 0.45 * (hi[0] - lo[0]), 0.24 * width, hi[2] + 0.14 * height)
    long, radius = 0.6 * (hi[0] - lo[0]), 0.07 * height
    load.part(Cylinder(vessel, radius, long, "x", radius - 0.003), "steel", 7850)  # conservator
    oil = Box(
        (lo[0] + 0.01, -0.29 * width, lo[2] + 0.01), (hi[0] - 0.01, 0.29 * width, hi[2] - 0.04)
    )
    load.part(oil, "oil", 560)  # what the core and the windings leave room for


def _core_and_windings(load: Load, lo: Vec3, hi: Vec3) -> None:
    """Three limbs between two yokes of sheet, a low and a high voltage winding on each limb."""
    inside = hi[0] - lo[0] - 0.08
    limb, pitch = 0.14 * inside, inside / 3
    low, high = lo[2] + 0.08, lo[2] + 0.08 + 0.72 * (hi[2] - lo[2])
    start = lo[0] + 0.04
    first, last = start + pitch / 2 - limb / 2, start + inside - pitch / 2 + limb / 2
    for z in (low, high - limb):
        yoke = Box((first, -limb / 2, z), (last, limb / 2, z + limb))
        load.part(yoke, "steel", 7400)
    foot, top = low + limb, high - limb
    outer = min(0.47 * pitch, 0.97 * hi[1])
    inner = min(0.72 * limb, 0.6 * outer)
    gap = inner + 0.45 * (outer - inner)
    for number in range(3):
        x = start + (number + 0.5) * pitch
        leg = Box((x - limb / 2, -limb / 2, foot), (x + limb / 2, limb / 2, top))
        load.part(leg, "steel", 7400)
        middle = (x, 0.0, (foot + top) / 2)
        for radius, hole, clear, share in (
            (gap - 0.01, inner, 0.03, 5200.0),
            (outer, gap + 0.01, 0.06, 4300.0),
        ):
            winding = Cylinder(middle, radius, top - foot - 2 * clear, "z", hole)
            load.part(winding, "copper", share)


def engines(load: Load) -> None:
    """Engines with their gearboxes on pallets or stacked in frames, two across."""
    size = load.item.package[0]
    tiers = 2 if load.size[2] > 2.2 and load.chance(0.6) else 1
    for tier in range(tiers):
        for x in starts(load.lo[0], load.hi[0], 1.5 * size, 0.05):
            for y in (-load.size[1] / 4, load.size[1] / 4):
                if load.full or len(load.objects) > 1250:
                    return
                z = load.lo[2] + 0.12 + tier * load.size[2] / 2
                deck = Box((float(x), y - 0.4, z - 0.12), (float(x) + 1.5 * size, y + 0.4, z))
                load.packing(deck, "wood", 230)
                if tiers == 2 and tier == 0:
                    _rack(load, float(x), y, 1.5 * size, z, load.lo[2] + load.size[2] / 2)
                scale = size * load.uniform(0.85, 1.05)
                engine(load, (float(x) + 0.05, y, z), scale, detailed=len(load.objects) < 260)


def _rack(load: Load, x: float, y: float, length: float, low: float, high: float) -> None:
    """Four posts of steel tube and two rails that carry a second tier."""
    for at in (x, x + length - 0.06):
        for side in (y - 0.4, y + 0.34):
            load.packing(Box((at, side, low), (at + 0.06, side + 0.06, high)), "steel", 1900)
    for side in (y - 0.4, y + 0.34):
        rail = Box((x, side, high - 0.06), (x + length, side + 0.06, high))
        load.packing(rail, "steel", 1900)


def engine(
    load: Load, place: Vec3, size: float, *, gearbox: bool = True, detailed: bool = True
) -> None:
    """Block with its bores, head, sump, crankshaft, flywheel and gearbox; x is along the crank."""
    x, y, z = place
    cylinders = 4 if size < 0.7 else 6
    length, width = size, 0.55 * size
    height = (0.95 if cylinders == 4 else 0.82) * size
    bore = length / cylinders
    low, top = z + 0.18 * height, z + 0.72 * height
    metal = "cast_iron" if load.chance(0.6) else "aluminium"
    density = 7200.0 if metal == "cast_iron" else 2700.0
    for number in range(cylinders + 1):
        web = Box(
            (x + number * bore - 0.012, y - width / 2, low),
            (x + number * bore + 0.012, y + width / 2, top),
        )
        load.part(web, metal, density)
    for number in range(cylinders):
        centre = (x + (number + 0.5) * bore, y, (low + top) / 2)
        load.part(Cylinder(centre, 0.46 * bore, top - low, "z", 0.38 * bore), metal, density)
        if not detailed:
            continue
        stroke = load.uniform(0.3, 0.8)
        piston = (centre[0], y, low + stroke * (top - low))
        load.part(Cylinder(piston, 0.37 * bore, 0.3 * bore, "z"), "aluminium", 2000)
    for side in (-1, 1):
        skin = Box(
            (x, y + side * width / 2 - 0.01, low), (x + length, y + side * width / 2 + 0.01, top)
        )
        load.part(skin, metal, density)
    head = Box((x, y - 0.32 * width, top), (x + length, y + 0.32 * width, top + 0.2 * height))
    load.part(head, "aluminium", 1700)
    crank = (x + length / 2, y, low)
    load.part(Cylinder(crank, 0.045 * size, 1.05 * length, "x"), "steel", 7850)
    for number in range(cylinders if detailed else 0):
        web = Box(
            (x + (number + 0.3) * bore, y - 0.1 * size, low - 0.08 * size),
            (x + (number + 0.5) * bore, y + 0.1 * size, low + 0.08 * size),
        )
        load.part(web, "steel", 5200)
    load.shell((x, y - 0.4 * width, z), (x + length, y + 0.4 * width, low), 0.006, "steel", 6000)
    wheel = (x + length + 0.03, y, low + 0.04)
    load.part(Cylinder(wheel, 0.22 * size, 0.04, "x"), "steel", 7850)
    load.part(
        Cylinder(
            (x + 0.3 * length, y + 0.62 * width, low + 0.1 * size), 0.09 * size, 0.22 * size, "x"
        ),
        "motor",
        5200,
    )
    if gearbox:
        left = x + length + 0.06
        for at, radius in ((0.0, 0.26), (0.16, 0.2), (0.3, 0.14)):
            ring = Cylinder(
                (left + (at + 0.08) * size, y, low + 0.03),
                radius * size,
                0.16 * size,
                "x",
                radius * size - 0.012,
            )
            load.part(ring, "aluminium", 2700)
        gears = Cylinder((left + 0.2 * size, y, low + 0.03), 0.1 * size, 0.38 * size, "x")
        load.part(gears, "steel", 5000)
