"""Forms that are things rather than packages: machines, engines, motors, vehicles, tyres, furniture.

Each is drawn of the parts that show in a scan: frames, castings, shafts, windings, panels, wheels.
"""

from __future__ import annotations

import numpy as np

from scanai.synth.forms.load import Load, centred, starts
from scanai.synth.solids import Axis, Box, Cylinder, TiltedBox, Torus, Vec3


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
    while load.mass - before < target:  # counterweights, tables, gear: solid metal low down
        side = load.uniform(0.12, 0.4)
        size = (side * load.uniform(0.6, 2.0), side, load.uniform(0.05, 0.25))
        x = load.uniform(x0, max(x0 + 0.01, x1 - size[0]))
        y = load.uniform(y0, max(y0 + 0.01, y1 - size[1]))
        z = floor + max(0.0, z1 - floor - size[2]) * load.uniform(0, 1) ** 2.5
        load.part(Box((x, y, z), (x + size[0], y + size[1], z + size[2])), "cast_iron", 6500)


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
    (x0, y0, z0), (x1, y1, z1) = lo, hi
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
            Cylinder((winding[0], winding[1], winding[2]), 0.85 * radius, 0.14 * length, axis, 0.5 * radius),
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
            foot = Box((float(x) + 0.2 * size, y - radius, z), (float(x) + 0.9 * size, y + radius, z + 0.03))
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
        _transformer(load, float(x), (length * scale, min(width * scale, 2.1), min(height * scale, 2.1)))


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
            plate = Box((left, -0.28 * width, z + 0.1), (left + 0.004, 0.28 * width, z + 0.9 * tank))
            load.part(plate, "steel", 3000)
    inside = hi[0] - lo[0] - 0.1
    limb = inside * 0.16
    core_low, core_high = z + 0.08, z + 0.62 * tank
    deep = 0.28 * width
    for end in (core_low, core_high):
        yoke = Box((lo[0] + 0.05, -deep / 2, end), (hi[0] - 0.05, deep / 2, end + limb))
        load.part(yoke, "steel", 7400)
    for place in (0.14, 0.5, 0.86):
        middle = lo[0] + 0.05 + place * inside
        leg = Box(
            (middle - limb / 2, -deep / 2, core_low + limb), (middle + limb / 2, deep / 2, core_high)
        )
        load.part(leg, "steel", 7400)
        outer = min(inside * 0.155, 0.28 * width)
        coil = Cylinder(
            (middle, 0.0, (core_low + limb + core_high) / 2),
            outer,
            core_high - core_low - limb - 0.06,
            "z",
            max(deep / 2, limb / 2) * 1.02 if max(deep / 2, limb / 2) * 1.02 < outer else 0.8 * outer,
        )
        load.part(coil, "copper", 4200)
        bushing = Cylinder((middle, 0.0, hi[2] + 0.1 * height), 0.05, 0.2 * height, "z", 0.02)
        load.part(bushing, "ceramic", 2400)
    oil = Box((lo[0] + 0.01, -0.29 * width, core_high + limb), (hi[0] - 0.01, 0.29 * width, hi[2] - 0.08))
    load.part(oil, "oil", 870)


def engines(load: Load) -> None:
    """Engines with their gearboxes on pallets or stacked in frames, two across."""
    size = load.item.package[0]
    tiers = 2 if load.size[2] > 2.2 and load.chance(0.6) else 1
    for tier in range(tiers):
        for x in starts(load.lo[0], load.hi[0], 1.5 * size, 0.05):
            for y in (-load.size[1] / 4, load.size[1] / 4):
                if load.full or len(load.objects) > 800:
                    return
                z = load.lo[2] + 0.12 + tier * load.size[2] / 2
                deck = Box((float(x), y - 0.4, z - 0.12), (float(x) + 1.5 * size, y + 0.4, z))
                load.packing(deck, "wood", 230)
                scale = size * load.uniform(0.85, 1.05)
                engine(load, (float(x) + 0.05, y, z), scale, detailed=len(load.objects) < 260)


def engine(
    load: Load, place: Vec3, size: float, *, gearbox: bool = True, detailed: bool = True
) -> None:
    """Block with its bores, head, sump, crankshaft, flywheel and gearbox; x is along the crank."""
    x, y, z = place
    cylinders = 4 if size < 0.7 else 6
    length, width, height = size, 0.55 * size, 0.62 * size
    bore = length / cylinders
    low, top = z + 0.18 * height, z + 0.72 * height
    metal = "cast_iron" if load.chance(0.6) else "aluminium"
    density = 7200.0 if metal == "cast_iron" else 2700.0
    for number in range(cylinders + 1):
        web = Box(
            (x + number * bore - 0.012, y - width / 2, low), (x + number * bore + 0.012, y + width / 2, top)
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
        Cylinder((x + 0.3 * length, y + 0.62 * width, low + 0.1 * size), 0.09 * size, 0.22 * size, "x"),
        "motor",
        5200,
    )
    if gearbox:
        left = x + length + 0.06
        for at, radius in ((0.0, 0.26), (0.16, 0.2), (0.3, 0.14)):
            ring = Cylinder((left + (at + 0.08) * size, y, low + 0.03), radius * size, 0.16 * size, "x",
                            radius * size - 0.012)
            load.part(ring, "aluminium", 2700)
        gears = Cylinder((left + 0.2 * size, y, low + 0.03), 0.1 * size, 0.38 * size, "x")
        load.part(gears, "steel", 5000)


def cars(load: Load) -> None:
    """Cars one behind the other, either way round."""
    length, width, height = load.item.package
    x = load.lo[0] + load.uniform(0.03, 0.2)
    while x + length * 0.9 < load.hi[0] and not load.full:
        long = min(length * load.uniform(0.92, 1.08), load.hi[0] - x)
        _car(load, (x, load.rng.normal(0, 0.06), load.lo[2]), (long, width, height), load.chance(0.5))
        x += long + load.uniform(0.08, 0.35)


def _car(load: Load, place: Vec3, size: Vec3, reversed_: bool) -> None:
    x, y, z = place
    length, width, height = size
    half = width / 2
    before = len(load.objects)
    load.part(Box((x + 0.2, y - half, z + 0.2), (x + length - 0.2, y + half, z + 0.235)), "steel", 700)
    for side in (-1, 1):
        face = y + side * (half - 0.03)
        for x0, x1, low, top, density in (
            (0.04, 0.96, 0.3, 0.62, 620.0), (0.27, 0.86, 0.18, 0.34, 900.0),
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
    load.part(Box((x + 0.33 * length, y - half, z + 0.96 * height),
                  (x + 0.82 * length, y + half, z + 0.975 * height)), "steel", 620)
    glass = TiltedBox((x + 0.29 * length, y, z + 0.8 * height), (0.4 * height, 1.3, 0.006), 40.0, "y")
    load.part(glass, "glass", 2500)
    load.part(Box((x, y - half, z + 0.28 * height), (x + 0.06, y + half, z + 0.45 * height)), "steel", 260)
    load.part(Box((x + length - 0.06, y - half, z + 0.28 * height),
                  (x + length, y + half, z + 0.5 * height)), "steel", 230)
    load.part(Box((x + 0.02 * length, y - half, z + 0.62 * height),
                  (x + 0.25 * length, y + half, z + 0.635 * height)), "steel", 700)
    engine(load, (x + 0.08 * length, y - 0.1, z + 0.17 * height), 0.56, gearbox=load.chance(0.5))
    load.part(Box((x + 0.05, y - 0.5, z + 0.2 * height), (x + 0.09, y + 0.5, z + 0.5 * height)),
              "aluminium", 700)
    load.part(Box((x + 0.09 * length, y + 0.45, z + 0.42 * height),
                  (x + 0.09 * length + 0.24, y + 0.62, z + 0.42 * height + 0.18)), "battery", 2300)
    load.part(Box((x + 0.24 * length, y - 0.65, z + 0.5 * height),
                  (x + 0.33 * length, y + 0.65, z + 0.64 * height)), "abs_plastic", 230)
    for seat in (0.42, 0.66):
        load.part(Box((x + seat * length, y - 0.62, z + 0.27 * height),
                      (x + (seat + 0.11) * length, y + 0.62, z + 0.4 * height)), "polyurethane", 90)
        back = (x + (seat + 0.12) * length, y, z + 0.56 * height)
        load.part(TiltedBox(back, (0.45 * height, 1.2, 0.14), 105.0, "y"), "polyurethane", 110)
    load.part(Box((x + 0.68 * length, y - 0.5, z + 0.14 * height),
                  (x + 0.8 * length, y + 0.4, z + 0.24 * height)), "polyethylene", 350)
    load.part(Cylinder((x + 0.55 * length, y + 0.2, z + 0.14), 0.03, 0.7 * length, "x", 0.027), "steel", 7850)
    load.part(Cylinder((x + 0.88 * length, y - 0.2, z + 0.16), 0.09, 0.5, "y", 0.085), "steel", 6000)
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
    from dataclasses import replace

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
            post = Box((x + at, y + side * width / 2, z), (x + at + 0.03, y + side * width / 2 + 0.03, z + height))
            load.packing(post, "steel", 1900)
        for low in (0.0, height - 0.03):
            rail = Box((x, y + side * width / 2, z + low), (x + length, y + side * width / 2 + 0.03, z + low + 0.03))
            load.packing(rail, "steel", 1900)
    wheel = 0.29
    for at in (0.17, 0.83):
        centre = (x + at * length, y, z + 0.05 + wheel)
        load.part(Torus(centre, wheel - 0.05, 0.055, "y", 0.012), "tyre", 1150)
        load.part(Cylinder(centre, wheel - 0.1, 0.05, "y", wheel - 0.115), "aluminium", 2700)
        load.part(Cylinder(centre, 0.12, 0.008, "y", 0.05), "steel", 7850)
    mid = x + 0.5 * length
    load.part(Box((mid - 0.2, y - 0.16, z + 0.22), (mid + 0.22, y + 0.16, z + 0.48)), "aluminium", 1500)
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
                centre = (float(x) + outer + slip, y, load.lo[2] + (tier + 0.5) * width)
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
    for row, (near, far) in enumerate(zip(edges[:-1], edges[1:], strict=True)):
        depth = float(far - near)
        # Laced rings overlap: some two fifths of the depth is rubber of one of them.
        thick = 0.4 * depth
        for x in starts(load.lo[0], load.hi[0], 2 * outer, pitch - 2 * outer):
            for tier in range(high):
                if load.mass >= load.item.mass_kg * (row + 1) / rows:
                    break
                shift = (pitch / 2 if (tier + row) % 2 else 0.0) + load.rng.normal(0, 0.015)
                centre_x = min(float(x) + outer + shift, load.hi[0] - outer)
                z = min(load.lo[2] + outer + tier * rise + load.rng.normal(0, 0.01), load.hi[2] - outer)
                centre = (max(centre_x, load.lo[0] + outer), float(near) + depth / 2, max(z, load.lo[2] + outer))
                load.goods(Cylinder(centre, outer, thick, "y", 0.935 * outer))
                load.goods(Cylinder(centre, 0.935 * outer, thick, "y", 0.6 * outer), 0.13)


def appliances(load: Load) -> None:
    """Washing machines, refrigerators, air conditioners: rows of equal cabinets, tier on tier."""
    length, _, height = load.item.package
    tiers = max(1, int(load.size[2] / (height + 0.02)))
    lanes = [(load.lo[1] + 0.02, -0.02), (0.02, load.hi[1] - 0.02)]
    if len(starts(load.lo[0], load.hi[0], length)) * tiers * 2 * 11 > 560:
        lanes = [(load.lo[1] + 0.02, load.hi[1] - 0.02)]
    kind = "fridge" if height > 1.2 else "washer" if height > 0.7 else "cooler"
    for x in starts(load.lo[0], load.hi[0], length, load.uniform(0.01, 0.03)):
        for tier in range(tiers):
            for y0, y1 in lanes:
                if load.full:
                    return
                z = load.lo[2] + tier * (height + 0.02) + 0.02
                lo, hi = (float(x), y0, z), (float(x) + length - 0.02, y1, z + height)
                _appliance(load, kind, lo, hi)


def _appliance(load: Load, kind: str, lo: Vec3, hi: Vec3) -> None:
    (x0, y0, z0), (x1, y1, z1) = lo, hi
    length, width, height = x1 - x0, y1 - y0, z1 - z0
    middle = ((x0 + x1) / 2, (y0 + y1) / 2, (z0 + z1) / 2)
    load.shell(lo, hi, 0.006, "steel", 1100)
    load.packing(Box((x0, y0, z0 - 0.02), (x1, y1, z0)), "polystyrene", 40)
    if kind == "washer":
        load.part(Cylinder(middle, 0.4 * length, 0.62 * width, "y", 0.4 * length - 0.004), "steel", 3900)
        load.part(Cylinder(middle, 0.44 * length, 0.66 * width, "y", 0.43 * length), "polypropylene", 900)
        for z, high in ((z1 - 0.13, 0.1), (z0 + 0.06, 0.08)):
            block = Box((x0 + 0.08, y0 + 0.15 * width, z), (x1 - 0.08, y1 - 0.35 * width, z + high))
            load.part(block, "concrete", 2300 * 0.75)
        motor_at = (middle[0] + 0.12 * length, middle[1], z0 + 0.12)
        load.part(Cylinder(motor_at, 0.07, 0.3 * width, "y"), "motor", 4200)
    elif kind == "fridge":
        foam = Box((x0 + 0.006, y0 + 0.02, z0 + 0.25), (x1 - 0.006, y1 - 0.02, z1 - 0.006))
        load.part(foam, "polyurethane", 30)
        for z in starts(z0 + 0.35, z1 - 0.1, 0.008, 0.3):
            shelf = Box((x0 + 0.06, y0 + 0.05, float(z)), (x1 - 0.06, y1 - 0.05, float(z) + 0.008))
            load.part(shelf, "glass", 1500)
        load.part(Cylinder((x1 - 0.15, middle[1], z0 + 0.12), 0.09, 0.35 * width, "y"), "motor", 3600)
        load.part(Box((x1 - 0.03, y0 + 0.05, z0 + 0.3), (x1 - 0.008, y1 - 0.05, z1 - 0.2)), "steel", 180)
    else:
        load.part(Cylinder((x0 + 0.7 * length, middle[1], z0 + 0.17), 0.08, 0.4 * width, "y"), "motor", 3800)
        load.part(Box((x0 + 0.02, y0 + 0.03, z0 + 0.05), (x0 + 0.06, y1 - 0.03, z1 - 0.05)), "aluminium", 500)
        load.part(Box((x0 + 0.08, y0 + 0.03, z0 + 0.3), (x0 + 0.1, y1 - 0.03, z1 - 0.05)), "copper", 350)
        load.part(Cylinder((x0 + 0.35 * length, middle[1], middle[2]), 0.05, 0.15 * width, "y"), "motor", 4000)


def furniture(load: Load) -> None:
    """Cabinets, tables, sofas, mattresses and boxes packed as they come, full of air."""
    for y0, y1 in ((load.lo[1], -0.02), (0.02, load.hi[1])):
        x = load.lo[0]
        share = 0.5 if y0 < -0.1 else 1.0
        while x < load.hi[0] - 0.4 and load.mass < share * load.item.mass_kg:
            length = min(load.uniform(0.5, 1.7), load.hi[0] - x)
            z = load.lo[2]
            while z < load.hi[2] - 0.3 and len(load.objects) < 600:
                height = min(load.uniform(0.35, 1.3), load.hi[2] - 0.02 - z)
                _piece(load, (x, y0 + 0.03, z), (x + length - 0.03, y1 - 0.03, z + height - 0.02))
                z += height
                if load.chance(0.1):
                    break
            x += length


def _piece(load: Load, lo: Vec3, hi: Vec3) -> None:
    (x0, y0, z0), (x1, y1, z1) = lo, hi
    kind = load.rng.integers(0, 6)
    if kind <= 1:  # cabinet with shelves
        load.shell(lo, hi, 0.018, "wood", 650)
        for z in starts(z0 + 0.25, z1 - 0.1, 0.018, 0.3):
            shelf = Box((x0 + 0.018, y0 + 0.02, float(z)), (x1 - 0.018, y1 - 0.02, float(z) + 0.018))
            load.part(shelf, "wood", 650)
        if load.chance(0.4):
            stuff = Box((x0 + 0.03, y0 + 0.1, z0 + 0.02), (x1 - 0.03, y1 - 0.1, z0 + 0.24))
            load.goods(stuff, load.uniform(0.5, 1.6))
    elif kind == 2:  # sofa
        mid = z0 + 0.5 * (z1 - z0)
        load.part(Box((x0, y0, z0 + 0.06), (x1, y1, mid)), "polyurethane", 75)
        load.part(Box((x0, y0, mid), (x0 + 0.2, y1, z1)), "polyurethane", 60)
        load.part(Box((x0, y0, z0), (x1, y1, z0 + 0.06)), "wood", 250)
    elif kind == 3:  # flat packs: dense board, finely layered
        for z in starts(z0, z1 - 0.06, 0.055, 0.006):
            inset = load.uniform(0, 0.05)
            board = Box((x0 + inset, y0 + 0.1, float(z)), (x1 - inset, y1 - 0.1, float(z) + 0.055))
            load.part(board, "wood", load.uniform(380, 560))
            if float(z) > z0 + 0.4:
                break
    elif kind == 4:  # chairs or a table: legs and a top
        load.part(Box((x0, y0, z1 - 0.05), (x1, y1, z1)), "wood", 450)
        for x in (x0 + 0.02, x1 - 0.07):
            for y in (y0 + 0.02, y1 - 0.07):
                load.part(Box((x, y, z0), (x + 0.05, y + 0.05, z1 - 0.05)), "wood", 680)
    else:
        load.goods(Box(lo, hi), load.vary(0.25))
