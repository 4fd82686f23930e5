"""Tractor of an articulated lorry: 4 × 2, sleeper cab, fifth wheel over the drive axle.

Wheelbase, overhangs and axle masses as in makers' sheets of European 4 × 2 tractors (7 to 8.2 t
with some fuel); where parts sit is a project estimate.
"""

from __future__ import annotations

from dataclasses import dataclass

from numpy.random import Generator

from scanai.synth.solids import Cylinder
from scanai.synth.units.cab import Cab, cab, engine, fuel_tank, propeller_shaft
from scanai.synth.units.empty import STEEL, Assembly
from scanai.synth.units.running_gear import LORRY, drive_axle, front_axle

KING_PIN_X = 4.55
"""Where the trailer turns, m behind the bumper."""
COUPLING_Z = 1.15
"""Height of the fifth wheel's plate, m."""
_END = 5.95
_FRONT_AXLE, _REAR_AXLE = 1.4, 5.1
_HALF = 1.24


@dataclass(frozen=True)
class Make:
    top: float = 3.55
    fairing: float = 0.3
    engine: float = 1.2
    fuel: float = 0.45
    """Share that the tank is filled to."""

    @property
    def height(self) -> float:
        """Of the cab with its deflector above ground, m."""
        return self.top + max(0.0, self.fairing - 0.07)


def draw_make(rng: Generator) -> Make:
    top = float(rng.uniform(3.0, 3.65))
    return Make(
        top=top,
        fairing=float(rng.uniform(0.0, 3.95 - top)),
        engine=float(rng.uniform(1.08, 1.26)),
        fuel=float(rng.uniform(0.1, 0.95)),
    )


def tractor(build: Assembly, make: Make) -> None:
    """Front bumper at x = 0, ground at z = 0."""
    cab(build, Cab(2.26, 1.32, make.top, _HALF, make.engine, make.fairing))
    build.channel((0.25, _END), 0.4, (0.74, 1.01), 0.09, 0.012)
    for x in (0.3, 1.75, 2.9, 4.1, 4.9, 5.3, 5.85):
        build.box((x, -0.39, 0.78), (x + 0.08, 0.39, 0.98), "steel", 2600)
    end = engine(build, 0.42, 0.44, make.engine)
    propeller_shaft(build, (end, 0.0, 0.75), (_REAR_AXLE - 0.4, 0.0, LORRY.radius + 0.05))
    front_axle(build, _FRONT_AXLE, _HALF, LORRY)
    drive_axle(build, _REAR_AXLE, _HALF, LORRY)
    fuel_tank(build, (2.45, 3.85), _HALF, 0.42, make.fuel)
    _beside_the_frame(build)
    _coupling(build)
    for x, z in ((_FRONT_AXLE, 1.16), (_REAR_AXLE, 1.14)):  # mudguards
        guard = (x - 0.6, _HALF - 0.62, z - 0.02), (x + 0.6, _HALF - 0.02, z)
        build.pair(*guard, "polypropylene", 420)


def _beside_the_frame(build: Assembly) -> None:
    """On the side of the source: silencer with catalyst, batteries, air vessels."""
    silencer = (2.15, -_HALF + 0.04, 0.4), (2.85, -0.52, 1.02)
    build.box(*silencer, "ceramic", 600)
    build.box((2.15, -_HALF + 0.04, 0.4), (2.85, -_HALF + 0.043, 1.02), "stainless_steel", 7900)
    for x in (3.0, 3.28):
        build.box((x, -1.1, 0.72), (x + 0.24, -0.58, 0.95), "battery", 2050)
    build.box((2.98, -1.14, 0.68), (3.55, -0.52, 0.72), "steel", 1500)
    urea = (3.65, -_HALF + 0.05, 0.45), (4.1, -0.62, 0.95)  # what the catalyst is fed with
    build.box(*urea, "water", 480)
    for x in (3.05, 3.4):
        vessel = Cylinder((x, -0.8, 0.5), 0.14, 0.5, "y", 0.137)
        build.add(vessel, "steel", STEEL)
    build.pair((0.35, 0.42, 0.72), (0.75, 0.6, 1.05), "cast_iron", 3800)  # cab bearings, steering
    build.box((2.25, -0.7, 0.98), (2.4, 0.7, 1.18), "steel", 2800)
    for z in (1.3, 2.3):  # air and light leads behind the cab
        build.box((2.32, -0.5, z), (2.36, 0.5, z + 0.05), "steel", 2500)


def _coupling(build: Assembly) -> None:
    plate = Cylinder((KING_PIN_X + 0.05, 0.0, COUPLING_Z - 0.03), 0.44, 0.05, "z", 0.06)
    build.add(plate, "cast_iron", 5200)
    for y in (-0.42, 0.3):
        stand = (KING_PIN_X - 0.2, y, 1.01), (KING_PIN_X + 0.22, y + 0.12, COUPLING_Z - 0.05)
        build.box(*stand, "cast_iron", 4600)
