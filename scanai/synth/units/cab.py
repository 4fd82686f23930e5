"""Driver's cabs of lorries, with what lies under and behind them: engine, gearbox, tanks.

A cab-over-engine cab as nearly all lorries in Europe and Asia have it. Outline and masses are a
project estimate after makers' body builder drawings: engine of 12 to 13 litres 1.1 t, gearbox
0.27 t, cab 1.1 t; smaller lorries in proportion.
"""

from __future__ import annotations

from dataclasses import dataclass

from scanai.synth.solids import Box, Cylinder, Prism, TiltedBox, Vec3
from scanai.synth.units.empty import STEEL, Assembly


@dataclass(frozen=True)
class Cab:
    length: float
    floor: float
    """Height of the floor above ground, m."""
    top: float
    half: float
    """Half of the width, m."""
    engine: float
    """Length of the engine block, m; its mass goes with the cube."""
    fairing: float = 0.0
    """Height of the plastic air deflector on the roof, m."""


def cab(build: Assembly, size: Cab) -> None:
    """Front at x = 0."""
    _shell(build, size)
    _inside(build, size)
    _front(build, size)


def _shell(build: Assembly, size: Cab) -> None:
    half, low, top, end = size.half, size.floor, size.top, size.length
    waist = low + 0.42 * (top - low)
    roof = top - 0.1
    sill = low - 0.25
    for y0 in (-half + 0.02, half - 0.07):
        span = (y0, y0 + 0.05)
        # Doors and side wall below the waist, double sheet; the wheel arch is left open in front.
        side = Prism(
            (0.06, 0.1, 0.3 * end, 0.62 * end, end),
            (low + 0.1, low, low, sill + 0.1, sill + 0.1),
            (waist,) * 5,
            span,
        )
        build.add(side, "steel", 520)
        rear = Prism((0.56 * end, end), (waist, waist), (roof, roof), span)
        build.add(rear, "steel", 430)
        post = Prism(
            (0.08, 0.15, 0.28, 0.34),
            (waist, waist, roof - 0.12, roof - 0.02),
            (waist + 0.02, waist + 0.28, roof, roof),
            span,
        )
        build.add(post, "steel", 1100)
        rim = (0.28, y0, roof - 0.07), (0.56 * end, y0 + 0.05, roof)
        build.box(*rim, "steel", 1000)
        glass = Prism(
            (0.15, 0.3, 0.56 * end),
            (waist, waist, waist),
            (waist + 0.1, roof - 0.1, roof - 0.07),
            (y0 + 0.02, y0 + 0.026),
        )
        build.add(glass, "glass", 2500)
    build.box((0.25, -half, roof), (end, half, roof + 0.03), "steel", 520)
    build.box((end - 0.04, -half, sill + 0.1), (end, half, roof), "steel", 430)
    build.box((0.1, -half, low - 0.03), (end, half, low), "steel", 950)
    for y in (-0.5, 0.44):  # bearers under the floor
        build.box((0.1, y, low - 0.12), (end, y + 0.06, low - 0.03), "steel", 3000)
    if size.fairing > 0:
        lid = Prism(
            (0.35, 0.6, end - 0.1),
            (roof + 0.03,) * 3,
            (roof + 0.05, roof + 0.5 * size.fairing, roof + size.fairing),
            (-half + 0.1, half - 0.1),
        )
        build.add(lid, "polypropylene", 26)


def _front(build: Assembly, size: Cab) -> None:
    """Grille, screen, lamps, bumper and radiator."""
    half, low, top = size.half, size.floor, size.top
    waist, roof = low + 0.42 * (top - low), top - 0.1
    build.box((0.04, -half, low - 0.35), (0.08, half, waist), "steel", 420)
    rise = roof - waist
    pane = Prism(
        (0.06, 0.08, 0.26, 0.28),
        (waist, waist, roof - 0.16, roof - 0.02),
        (waist + 0.02, waist + 0.16, roof, roof),
        (-half + 0.08, half - 0.08),
    )
    build.add(pane, "glass", 2500 * 0.007 / (0.11 * 0.75) * max(0.6, rise))
    build.box((0.0, -half, 0.35), (0.09, half, 0.62), "polypropylene", 160)
    build.box((0.09, -half + 0.1, 0.4), (0.16, half - 0.1, 0.55), "steel", 2600)
    build.pair((0.03, half - 0.42, 0.62), (0.2, half - 0.06, 0.8), "abs_plastic", 350)
    cooler = (0.2, -0.5, 0.6), (0.29, 0.5, low + 0.15)
    build.box(*cooler, "aluminium", 1150)
    fan = Cylinder((0.36, 0.0, 0.95), 0.33, 0.05, "x", 0.1)
    build.add(fan, "nylon", 300)


def _inside(build: Assembly, size: Cab) -> None:
    half, low, end = size.half, size.floor, size.length
    tall = size.top - low
    # Dashboard with heater and instruments, steering column and wheel, two seats, a bunk.
    dash = Prism(
        (0.12, 0.3, 0.5),
        (low + 0.25, low + 0.3, low + 0.55),
        (low + 0.78, low + 0.85, low + 0.7),
        (-half + 0.08, half - 0.08),
    )
    build.add(dash, "abs_plastic", 240)
    build.box((0.2, -0.3, low + 0.4), (0.42, 0.25, low + 0.65), "aluminium", 520)
    column = TiltedBox((0.48, half - 0.65, low + 0.55), (0.55, 0.06, 0.06), 62.0, "y")
    build.add(column, "steel", 3500)
    rim = TiltedBox((0.62, half - 0.65, low + 0.82), (0.42, 0.42, 0.03), -28.0, "y")
    build.add(rim, "polyurethane", 500)
    for y in (-half + 0.35, half - 0.9):
        build.box((0.78, y, low + 0.05), (1.15, y + 0.48, low + 0.3), "steel", 600)
        cushion = (0.72, y, low + 0.3), (1.2, y + 0.52, low + 0.44)
        build.box(*cushion, "polyurethane", 130)
        back = TiltedBox((1.28, y + 0.26, low + 0.8), (0.75, 0.5, 0.11), 100.0, "y")
        build.add(back, "polyurethane", 200)
    if end > 1.9:
        bunk = (end - 0.75, -half + 0.08, low + 0.5), (end - 0.06, half - 0.08, low + 0.64)
        build.box(*bunk, "polyurethane", 110)
        upper = (end - 0.65, -half + 0.08, low + 0.72 * tall)
        build.box(upper, (end - 0.06, half - 0.08, low + 0.72 * tall + 0.09), "polyurethane", 120)
        chest = (end - 0.7, -half + 0.1, low + 0.02), (end - 0.06, half - 0.1, low + 0.46)
        build.box(*chest, "abs_plastic", 75)


def engine(build: Assembly, x: float, z: float, long: float) -> float:
    """A lengthwise engine with clutch and gearbox on the centre line; returns where it ends, x.

    `long`: of the block, m; a 13-litre engine has 1.2. `z`: lower edge of the sump.
    """
    s = long / 1.2

    def at(dx: float, dy: float, dz: float) -> Vec3:
        return x + s * dx, s * dy, z + s * dz

    build.add(Box(at(0.05, -0.16, 0.0), at(1.0, 0.16, 0.2)), "aluminium", 1300)
    build.add(Box(at(0.0, -0.25, 0.2), at(1.2, 0.25, 0.62)), "cast_iron", 1850)
    build.add(Box(at(0.02, -0.2, 0.62), at(1.18, 0.2, 0.86)), "cast_iron", 1900)
    build.add(Box(at(0.04, -0.18, 0.86), at(1.16, 0.18, 0.98)), "aluminium", 420)
    crank = Cylinder(at(0.6, 0.0, 0.34), 0.055 * s, 1.25 * s, "x")
    build.add(crank, "steel", STEEL)
    for number in range(6):
        web = at(0.1 + 0.2 * number, 0.0, 0.34)
        build.add(Cylinder(web, 0.11 * s, 0.06 * s, "x", 0.055 * s), "steel", STEEL)
        piston = at(0.1 + 0.2 * number, 0.0, 0.52 + 0.12 * (number % 3))
        build.add(Cylinder(piston, 0.06 * s, 0.11 * s, "z"), "steel", 4200)
    build.add(Cylinder(at(-0.04, 0.0, 0.34), 0.13 * s, 0.05 * s, "x", 0.06 * s), "steel", STEEL)
    flywheel = Cylinder(at(1.26, 0.0, 0.36), 0.22 * s, 0.05 * s, "x")
    build.add(flywheel, "cast_iron", 7000)
    bell = Cylinder(at(1.34, 0.0, 0.36), 0.25 * s, 0.26 * s, "x", 0.235 * s)
    build.add(bell, "aluminium", 2700)
    turbo = Cylinder(at(0.55, -0.38, 0.62), 0.12 * s, 0.18 * s, "y")
    build.add(turbo, "cast_iron", 3600)
    build.add(Box(at(0.1, -0.36, 0.66), at(1.1, -0.27, 0.76)), "cast_iron", 3000)
    build.add(Cylinder(at(0.2, 0.36, 0.5), 0.08 * s, 0.24 * s, "x"), "copper", 3500)
    build.add(Cylinder(at(1.0, 0.36, 0.3), 0.06 * s, 0.34 * s, "x"), "steel", 4500)
    gearbox = Prism(
        (x + 1.47 * s, x + 1.75 * s, x + 2.3 * s),
        (z + 0.08 * s, z + 0.12 * s, z + 0.2 * s),
        (z + 0.62 * s, z + 0.6 * s, z + 0.5 * s),
        (-0.2 * s, 0.2 * s),
    )
    build.add(gearbox, "aluminium", 1250)
    for y, height, radius in ((0.0, 0.36, 0.1), (0.0, 0.22, 0.075)):
        shaft = Cylinder(at(1.88, y, height), radius * s, 0.6 * s, "x")
        build.add(shaft, "steel", 5200)
    return x + 2.3 * s


def propeller_shaft(build: Assembly, start: Vec3, end: Vec3) -> None:
    """A tube from gearbox to axle, with its joints."""
    (x0, y0, z0), (x1, _, z1) = start, end
    build.add(Cylinder((x0 + 0.05, y0, z0), 0.07, 0.1, "x"), "steel", 5500)
    build.add(Cylinder((x1 - 0.05, y0, z1), 0.07, 0.1, "x"), "steel", 5500)
    middle = ((x0 + x1) / 2, y0, (z0 + z1) / 2)
    build.add(Cylinder(middle, 0.055, x1 - x0 - 0.2, "x", 0.05), "steel", STEEL)


def fuel_tank(
    build: Assembly, x: tuple[float, float], half: float, z: float, filled: float
) -> None:
    """An aluminium tank of square section at the far side, partly filled with diesel."""
    lo, hi = (x[0], half - 0.68, z), (x[1], half - 0.04, z + 0.62)
    wall = 0.003
    for edge, other in ((lo[2], lo[2] + wall), (hi[2] - wall, hi[2])):
        build.box((lo[0], lo[1], edge), (hi[0], hi[1], other), "aluminium", 2700)
    for edge, other in ((lo[1], lo[1] + wall), (hi[1] - wall, hi[1])):
        wall_lo, wall_hi = (lo[0], edge, lo[2] + wall), (hi[0], other, hi[2] - wall)
        build.box(wall_lo, wall_hi, "aluminium", 2700)
    for edge in (lo[0], (lo[0] + hi[0]) / 2, hi[0] - wall):
        end = (edge, lo[1] + wall, lo[2] + wall), (edge + wall, hi[1] - wall, hi[2] - wall)
        build.box(*end, "aluminium", 2700)
    level = lo[2] + wall + filled * (0.62 - 2 * wall)
    fuel_lo = (lo[0] + wall, lo[1] + wall, lo[2] + wall)
    build.box(fuel_lo, (hi[0] - wall, hi[1] - wall, level), "diesel", 840)
