"""What vehicles roll on: wheels with tyre, rim, hub and brake, axles with springs, dual tyres.

Sizes of 315/80 R 22.5 and 385/65 R 22.5 tyres on steel rims (ETRTO); masses of tyre, rim, hub,
drum and axle within those of makers' sheets, set by the project.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from scanai.synth.solids import Cylinder, Ellipsoid, TiltedBox, Torus, Vec3
from scanai.synth.units.empty import STEEL, Assembly

_CAST_IRON = 7200.0
_HOLES = 8


@dataclass(frozen=True)
class Wheel:
    radius: float
    """Of the tyre under load, m."""
    width: float
    rim: float
    """Radius of the rim, m."""
    drum: float
    """Radius of the brake drum, m."""


LORRY = Wheel(0.515, 0.29, 0.286, 0.205)
TRAILER = Wheel(0.515, 0.36, 0.286, 0.205)
LIGHT_LORRY = Wheel(0.4, 0.21, 0.222, 0.16)
VAN = Wheel(0.335, 0.22, 0.203, 0.14)


def wheel(build: Assembly, centre: Vec3, size: Wheel) -> None:
    """One wheel standing across the travel."""
    x, y, z = centre
    r, width = size.radius, size.width
    tread = 0.035 if r > 0.45 else 0.024
    build.add(Cylinder(centre, r, 0.86 * width, "y", r - tread), "tyre", 1200)
    build.add(Cylinder(centre, r - tread, 0.8 * width, "y", r - tread - 0.004), "steel", 2600)
    tube = (r - tread - size.rim + 0.02) / 2
    carcass = Torus(centre, size.rim - 0.02 + tube, tube, "y", 0.16 * tube)
    build.add(carcass, "tyre", 1250)
    rim = size.rim
    build.add(Cylinder(centre, rim, 0.82 * width, "y", rim - 0.007), "steel", STEEL)
    for side in (-1, 1):  # rim flanges and the wires of the bead
        bead = (x, y + side * 0.4 * width, z)
        build.add(Cylinder(bead, rim + 0.016, 0.018, "y", rim), "steel", 5500)
    _disc(build, centre, size)
    build.add(Cylinder(centre, 0.3 * rim, 0.8 * width, "y", 0.14 * rim), "cast_iron", 6400)
    drum = Cylinder(centre, size.drum, 0.68 * width, "y", size.drum - 0.018)
    build.add(drum, "cast_iron", _CAST_IRON)


def _disc(build: Assembly, centre: Vec3, size: Wheel) -> None:
    """The dished plate between rim and hub, with its ring of hand holes."""
    x, y, z = centre
    inner, outer = 0.62 * size.rim, 0.88 * size.rim
    build.add(Cylinder(centre, inner, 0.013, "y", 0.3 * size.rim), "steel", STEEL)
    build.add(Cylinder(centre, size.rim - 0.007, 0.011, "y", outer), "steel", STEEL)
    middle = (inner + outer) / 2
    wide = 2 * math.pi * middle / _HOLES * 0.55
    for number in range(_HOLES):
        turn = 2 * math.pi * (number + 0.3) / _HOLES
        at = (x + middle * math.cos(turn), y, z + middle * math.sin(turn))
        spoke = TiltedBox(at, (outer - inner, 0.012, wide), math.degrees(turn), "y")
        build.add(spoke, "steel", STEEL)


def wheels(build: Assembly, x: float, half: float, size: Wheel, *, twin: bool) -> None:
    """Those of one axle; `half` is half of the vehicle's width, m."""
    outer = half - size.width / 2 - 0.01
    places = [outer, outer - size.width - 0.04] if twin else [outer]
    for y in places:
        for side in (-1, 1):
            wheel(build, (x, side * y, size.radius), size)


def trailer_axle(build: Assembly, x: float, half: float) -> None:
    """Tube, trailing arms, air springs and dampers under a trailer, super single tyres."""
    size = TRAILER
    z = size.radius
    wheels(build, x, half, size, twin=False)
    build.add(Cylinder((x, 0.0, z), 0.075, 2 * half - 0.75, "y", 0.055), "steel", STEEL)
    for side in (-1, 1):
        arm = TiltedBox((x - 0.2, side * 0.65, z + 0.12), (0.9, 0.1, 0.075), -8.0, "y")
        build.add(arm, "steel", STEEL)
        bracket = TiltedBox((x - 0.52, side * 0.65, z + 0.35), (0.14, 0.1, 0.36), 0.0, "y")
        build.add(bracket, "steel", 2200)
        air = Cylinder((x + 0.36, side * 0.62, z + 0.3), 0.14, 0.28, "z", 0.125)
        build.add(air, "rubber", 1200)
        piston = Cylinder((x + 0.36, side * 0.62, z + 0.12), 0.1, 0.14, "z", 0.09)
        build.add(piston, "aluminium", 2700)
        damper = TiltedBox((x - 0.12, side * 0.5, z + 0.2), (0.05, 0.06, 0.42), 30.0, "y")
        build.add(damper, "steel", 3800)
        chamber = Cylinder((x - 0.22, side * 0.4, z + 0.05), 0.085, 0.16, "x", 0.08)
        build.add(chamber, "steel", 6000)


def front_axle(build: Assembly, x: float, half: float, size: Wheel) -> None:
    """A forged beam on leaf springs."""
    z = size.radius
    wheels(build, x, half, size, twin=False)
    share = size.radius / LORRY.radius
    beam = Cylinder((x, 0.0, z - 0.06), 0.068 * share, 2 * half - 0.75, "y")
    build.add(beam, "steel", STEEL)
    for side in (-1, 1):  # stub axles with their steering arms
        knuckle = Cylinder((x, side * (half - 0.42), z), 0.1 * share, 0.14, "y")
        build.add(knuckle, "steel", 5500)
    _leaves(build, x, 0.42, z + 0.08, share)
    link = Cylinder((x + 0.22, 0.0, z), 0.025, 1.5 * share, "y", 0.015)
    build.add(link, "steel", STEEL)


def drive_axle(build: Assembly, x: float, half: float, size: Wheel) -> None:
    """Banjo casing with its differential, twin tyres, air springs."""
    z = size.radius
    share = size.radius / LORRY.radius
    wheels(build, x, half, size, twin=True)
    casing = Cylinder((x, 0.0, z), 0.1 * share, 1.5 * share, "y", 0.07 * share)
    build.add(casing, "cast_iron", _CAST_IRON)
    shaft = Cylinder((x, 0.0, z), 0.025 * share, 1.9 * share, "y")
    build.add(shaft, "steel", STEEL)
    build.add(Ellipsoid((x, 0.1, z), (0.25 * share, 0.17, 0.25 * share)), "cast_iron", 4800)
    crown = Cylinder((x, 0.05, z), 0.19 * share, 0.05, "y", 0.1 * share)
    build.add(crown, "steel", STEEL)
    nose = Cylinder((x - 0.28 * share, 0.05, z + 0.02), 0.1 * share, 0.24 * share, "x")
    build.add(nose, "cast_iron", 5500)
    for side in (-1, 1):
        for along in (-0.4, 0.4):
            air = Cylinder(
                (x + along * share, side * 0.42, z + 0.16), 0.12 * share, 0.26, "z", 0.108 * share
            )
            build.add(air, "rubber", 1200)
        beam = TiltedBox((x, side * 0.42, z - 0.03), (0.95 * share, 0.08, 0.07), 0.0, "y")
        build.add(beam, "steel", 5000)


def _leaves(build: Assembly, x: float, y: float, z: float, share: float) -> None:
    """Two leaf springs of three leaves, each shorter than the one above."""
    for number, long in enumerate((1.6, 1.2, 0.7)):
        for side in (-1, 1):
            centre = (x, side * y, z + 0.05 - 0.03 * number)
            leaf = TiltedBox(centre, (long * share, 0.08 * share, 0.022), 0.0, "y")
            build.add(leaf, "steel", STEEL)
