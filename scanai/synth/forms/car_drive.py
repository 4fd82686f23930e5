"""What drives a car and carries it: engines, batteries, fuel and exhaust, wheels, brakes."""

from __future__ import annotations

import math

from scanai.synth.forms.car_shapes import Body
from scanai.synth.forms.load import Load
from scanai.synth.solids import Box, Cylinder, TiltedBox, Vec3

# Cylinder blocks of cast iron, the others are of aluminium.
_IRON_BLOCKS = 0.45
# Wheels of alloy with spokes, the others are of sheet.
_ALLOY = 0.55


def engine_across(load: Load, body: Body) -> None:
    """Four cylinders across the car, gearbox beside them: seen from the end, a compact dark block.

    With its gearbox some 190 kg.
    """
    iron = load.chance(_IRON_BLOCKS)
    metal, density = ("cast_iron", 2500.0) if iron else ("aluminium", 1300.0)
    x, y, z = body.at(body.shape.axles[0] - 0.035, 0.0, 0.17)
    block = Box((x - 0.13, y - 0.05, z + 0.08), (x + 0.12, y + 0.4, z + 0.37))
    load.part(block, metal, density)
    pitch = 0.45 / 4
    for number in range(4):
        place = (x, y - 0.05 + (number + 0.5) * pitch, z + load.uniform(0.18, 0.3))
        load.part(Cylinder(place, 0.04, 0.06, "z"), "aluminium", 1700)
        web = (x, place[1], z + 0.11)
        load.part(Cylinder(web, 0.075, 0.035, "y"), "steel", 5600)
    lean = TiltedBox((x - 0.02, y + 0.175, z + 0.44), (0.21, 0.44, 0.14), 8.0, "y")
    load.part(lean, "aluminium", 1450)
    cover = TiltedBox((x - 0.03, y + 0.175, z + 0.54), (0.24, 0.42, 0.05), 8.0, "y")
    load.part(cover, "nylon", 420)
    load.part(Box((x - 0.12, y - 0.05, z - 0.01), (x + 0.12, y + 0.4, z + 0.08)), "steel", 620)
    load.part(Cylinder((x, y + 0.18, z + 0.11), 0.03, 0.5, "y"), "steel", 7850)
    flywheel = (x, y - 0.07, z + 0.11)
    load.part(Cylinder(flywheel, 0.135, 0.03, "y", 0.02), "cast_iron", 6800)
    load.part(Cylinder((x, y - 0.15, z + 0.12), 0.17, 0.12, "y", 0.155), "aluminium", 2700)
    load.part(Cylinder((x + 0.06, y - 0.28, z + 0.1), 0.14, 0.3, "y", 0.125), "aluminium", 2700)
    gears = ((-0.02, 0.14, 0.05), (0.06, 0.1, 0.065), (0.13, 0.06, 0.095))
    for dx, up, radius in gears:  # two shafts with their wheels and the differential
        load.part(Cylinder((x + dx, y - 0.28, z + up), radius, 0.24, "y", 0.012), "steel", 4600)
    helpers = ((-0.19, 0.3, 0.065, "motor", 4200.0), (-0.18, 0.12, 0.06, "aluminium", 2100.0))
    for dx, up, radius, name, heavy in helpers:  # alternator, air conditioning
        load.part(Cylinder((x + dx, y + 0.3, z + up), radius, 0.17, "y"), name, heavy)
    pulley = Cylinder((x, y + 0.43, z + 0.11), 0.075, 0.03, "y", 0.02)
    load.part(pulley, "cast_iron", 5500)
    catalyst = Cylinder((x + 0.19, y + 0.15, z + 0.25), 0.065, 0.24, "z", 0.0)
    load.part(catalyst, "ceramic", 1150)
    load.part(Box((x - 0.2, y - 0.05, z + 0.4), (x - 0.13, y + 0.35, z + 0.52)), "nylon", 380)
    for side in (-1, 1):
        shaft = Cylinder((x + 0.13, y + side * 0.42, z + 0.06), 0.014, 0.5, "y")
        load.part(shaft, "steel", 7850)


def engine_along(load: Load, body: Body) -> None:
    """Engine along the car, gearbox in the tunnel, propeller shaft and a driven rear axle."""
    cylinders = 6 if load.chance(0.3) else 4
    long = 0.125 * cylinders
    metal, density = ("cast_iron", 2400.0) if load.chance(_IRON_BLOCKS) else ("aluminium", 1250.0)
    x, y, z = body.at(body.shape.axles[0], 0.0, 0.16)
    start = x - 0.42 * long
    block = Box((start, y - 0.14, z + 0.1), (start + long, y + 0.14, z + 0.36))
    load.part(block, metal, density)
    load.part(
        Box((start + 0.01, y - 0.1, z + 0.36), (start + long - 0.01, y + 0.1, z + 0.5)),
        "aluminium",
        1450,
    )
    load.part(Box((start, y - 0.09, z + 0.5), (start + long, y + 0.09, z + 0.56)), "nylon", 420)
    load.part(Box((start + 0.06, y - 0.12, z), (start + long, y + 0.12, z + 0.1)), "steel", 640)
    load.part(Cylinder((start + long / 2, y, z + 0.13), 0.03, long + 0.12, "x"), "steel", 7850)
    for number in range(cylinders):
        at = start + (number + 0.5) * long / cylinders
        load.part(Cylinder((at, y, z + 0.13), 0.08, 0.03, "x", 0.03), "steel", 5600)
        piston = (at, y, z + load.uniform(0.2, 0.31))
        load.part(Cylinder(piston, 0.042, 0.06, "z"), "aluminium", 1700)
    end = start + long
    load.part(Cylinder((end + 0.03, y, z + 0.13), 0.14, 0.03, "x", 0.02), "cast_iron", 6800)
    for at, outer, deep in ((0.12, 0.17, 0.14), (0.29, 0.13, 0.2), (0.48, 0.09, 0.18)):
        case = Cylinder((end + at, y, z + 0.15), outer, deep, "x", outer - 0.012)
        load.part(case, "aluminium", 2700)
    load.part(Cylinder((end + 0.36, y, z + 0.15), 0.065, 0.4, "x"), "steel", 5000)
    rear = body.at(body.shape.axles[1], 0.0, 0.0)[0]
    height = body.place[2] + body.shape.wheel
    first = end + 0.6
    shaft = Cylinder(
        ((first + rear - 0.2) / 2, y, (z + 0.15 + height) / 2),
        0.035,
        rear - 0.2 - first,
        "x",
        0.031,
    )
    load.part(shaft, "steel", 7850)
    load.part(Cylinder((rear - 0.03, y, height), 0.13, 0.24, "y", 0.118), "cast_iron", 7200)
    load.part(Cylinder((rear - 0.02, y, height), 0.1, 0.12, "y", 0.02), "steel", 6500)
    tube = Cylinder((rear, y, height), 0.036, body.size[1] - 0.5, "y", 0.02)
    load.part(tube, "steel", 7850)
    helper = Cylinder((start + 0.1, y + 0.2, z + 0.25), 0.065, 0.15, "x")
    load.part(helper, "motor", 4200)


def battery(load: Load, body: Body) -> None:
    """A pack of 350 kg and more under the floor, a motor with its reduction gear in front."""
    front, back = body.shape.axles
    inset = (body.shape.wheel + 0.1) / body.size[0]
    along = (front + inset, back - inset)
    pack = body.slab(along, (-0.6, 0.6), (0.12, 0.2))
    load.part(pack, "lithium_battery", 1750)
    tray = body.slab(along, (-0.62, 0.62), (0.115, 0.12))
    load.part(tray, "aluminium", 2700)
    x, y, z = body.at(front, 0.0, 0.0)
    height = z + body.shape.wheel
    load.part(Cylinder((x + 0.02, y + 0.1, height), 0.13, 0.2, "y", 0.02), "motor", 6200)
    load.part(Cylinder((x + 0.02, y + 0.1, height), 0.15, 0.28, "y", 0.135), "aluminium", 2700)
    load.part(Cylinder((x, y - 0.15, height), 0.1, 0.14, "y", 0.02), "steel", 5200)
    load.part(
        Box((x - 0.2, y - 0.25, height + 0.2), (x + 0.2, y + 0.25, height + 0.34)),
        "electronics",
        750,
    )


def fuel_and_exhaust(load: Load, body: Body) -> None:
    """Tank before the rear axle, with what is left in it; pipe and silencers along the floor."""
    back = body.shape.axles[1]
    inset = (body.shape.wheel + 0.04) / body.size[0]
    reach = (back - inset - 0.13, back - inset)
    lo, hi = body.at(reach[0], -0.5, 0.145), body.at(reach[1], 0.35, 0.27)
    load.shell(lo, hi, 0.005, "polyethylene", 950)
    level = lo[2] + 0.006 + load.uniform(0.04, 0.5) * (hi[2] - lo[2] - 0.012)
    fuel = Box((lo[0] + 0.006, lo[1] + 0.006, lo[2] + 0.006), (hi[0] - 0.006, hi[1] - 0.006, level))
    load.part(fuel, "diesel", 790)
    front = body.shape.cabin[0]
    x0, y, z = body.at(front, 0.18, 0.12)
    x1 = body.at(0.86, 0.0, 0.0)[0]
    load.part(Cylinder(((x0 + x1) / 2, y, z), 0.027, x1 - x0, "x", 0.0255), "steel", 7850)
    middle = Cylinder((x0 + 0.55 * (x1 - x0), y, z + 0.01), 0.07, 0.4, "x", 0.068)
    load.part(middle, "steel", 7850)
    silencer = Cylinder((x1 + 0.1, y - 0.35, z + 0.09), 0.1, 0.5, "y", 0.096)
    load.part(silencer, "steel", 7850)
    load.part(Cylinder((x1 + 0.1, y - 0.35, z + 0.09), 0.05, 0.46, "y", 0.047), "steel", 7850)


def wheels(load: Load, body: Body) -> None:
    """Four wheels with brakes, springs and dampers."""
    shape = body.shape
    alloy, turn = load.chance(_ALLOY), load.uniform(0, 72)
    spokes = int(load.rng.integers(5, 8))
    for number, along in enumerate(shape.axles):
        x, y, z = body.at(along, 0.0, 0.0)
        z += shape.wheel
        beam = Box(
            (x - 0.05, y - body.half + 0.3, z - 0.12), (x + 0.05, y + body.half - 0.3, z - 0.05)
        )
        load.part(beam, "steel", 1100)
        for side in (-1, 1):
            place = (x, y + side * (body.half - 0.13), z)
            _wheel(load, place, shape.wheel, side)
            if alloy:
                _spokes(load, place, shape.wheel, spokes, turn + load.uniform(0, 40), side)
            disc = 0.46 * shape.wheel if number == 0 else 0.42 * shape.wheel
            inner = (place[0], place[1] - side * 0.03, z)
            load.part(Cylinder(inner, disc, 0.02, "y", 0.07), "cast_iron", 6400)
            load.part(Cylinder(inner, 0.075, 0.09, "y"), "steel", 6200)
            caliper = (place[0] + 0.62 * disc, inner[1], z + 0.55 * disc)
            load.part(TiltedBox(caliper, (0.06, 0.07, 0.14), -30.0, "y"), "cast_iron", 5200)
            knee = (x + 0.01, y + side * (body.half - 0.32), z + 0.25)
            load.part(Cylinder(knee, 0.025, 0.5, "z"), "steel", 4800)
            coil = (knee[0], knee[1], z + 0.3)
            load.part(Cylinder(coil, 0.07, 0.28, "z", 0.057), "steel", 1900)


def _wheel(load: Load, centre: Vec3, radius: float, side: int) -> None:
    """Tyre of 205 mm with its belt and beads, and a steel rim with its disc near the outside."""
    x, y, z = centre
    rim = 0.655 * radius
    load.part(Cylinder(centre, radius, 0.165, "y", radius - 0.014), "tyre", 1350)
    for shift in (-1, 1):
        shoulder = Cylinder((x, y + shift * 0.09, z), radius - 0.008, 0.016, "y", radius - 0.035)
        load.part(shoulder, "tyre", 1200)
        wall = Cylinder((x, y + shift * 0.098, z), radius - 0.035, 0.008, "y", rim + 0.012)
        load.part(wall, "tyre", 1200)
        bead = Cylinder((x, y + shift * 0.088, z), rim + 0.014, 0.016, "y", rim)
        load.part(bead, "tyre", 2300)
    load.part(Cylinder(centre, rim, 0.18, "y", rim - 0.006), "steel", 5200)
    for shift in (-1, 1):
        flange = Cylinder((x, y + shift * 0.088, z), rim + 0.012, 0.006, "y", rim - 0.01)
        load.part(flange, "steel", 6500)
    disc = Cylinder((x, y + side * 0.04, z), 0.62 * rim, 0.008, "y", 0.03)
    load.part(disc, "steel", 6500)


def _spokes(load: Load, centre: Vec3, radius: float, count: int, turn: float, side: int) -> None:
    """Of an alloy wheel, near its outside."""
    x, y, z = centre
    long = 0.6 * radius
    for number in range(count):
        angle = turn + 360 * number / count
        c, s = math.cos(math.radians(angle)), math.sin(math.radians(angle))
        middle = (x + 0.55 * long * c, y + side * 0.05, z + 0.55 * long * s)
        spoke = TiltedBox(middle, (0.9 * long, 0.03, 0.055), angle, "y")
        load.part(spoke, "aluminium", 2000)
