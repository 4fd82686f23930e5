"""Rigid lorry of 12 t with a box body, two axles; masses and sizes after makers' sheets."""

from __future__ import annotations

import numpy as np
from numpy.random import Generator

from scanai.synth.solids import Cylinder
from scanai.synth.units.cab import Cab, cab, engine, fuel_tank, propeller_shaft
from scanai.synth.units.empty import STEEL, Assembly, EmptyUnit
from scanai.synth.units.running_gear import LIGHT_LORRY, drive_axle, front_axle

WIDTH = 2.48
_HALF = WIDTH / 2
_FLOOR = 1.08
_CAB = 1.95
_FRONT_AXLE = 1.28
_PAYLOAD_KG = 5_800.0


def truck(rng: Generator | None = None) -> EmptyUnit:
    body, height, fuel, walls = 6.1, 3.35, 0.4, "plywood"
    if rng is not None:
        body, height = float(rng.uniform(5.4, 6.6)), float(rng.uniform(3.2, 3.6))
        fuel = float(rng.uniform(0.1, 0.95))
        walls = "plywood" if rng.random() < 0.6 else "polyurethane"
    start = _CAB + 0.15
    end = start + body
    axle = _FRONT_AXLE + 0.62 * body + 0.75
    build = Assembly()
    cab(build, Cab(_CAB, 1.05, 2.6, 1.1, 0.94, 0.35))
    build.channel((0.25, end - 0.1), 0.42, (0.66, 0.89), 0.075, 0.009)
    shaft = engine(build, 0.4, 0.42, 0.94)
    propeller_shaft(build, (shaft, 0.0, 0.62), (axle - 0.32, 0.0, LIGHT_LORRY.radius + 0.04))
    for x in (0.3, 1.6, 3.0, 4.4, end - 0.3):
        build.box((x, -0.41, 0.68), (x + 0.08, 0.41, 0.87), "steel", 2600)
    front_axle(build, _FRONT_AXLE, 1.1, LIGHT_LORRY)
    drive_axle(build, axle, 1.15, LIGHT_LORRY)
    fuel_tank(build, (2.6, 3.35), 1.2, 0.3, fuel)
    for x in (2.7, 2.95):
        build.box((x, -1.0, 0.45), (x + 0.22, -0.55, 0.66), "battery", 2050)
    silencer = Cylinder((3.7, -0.75, 0.5), 0.16, 0.7, "x", 0.15)
    build.add(silencer, "steel", STEEL)
    build.add(Cylinder((3.4, 0.7, 0.52), 0.12, 0.6, "x", 0.117), "steel", STEEL)
    _body(build, start, end, height, walls)
    half = _HALF - 0.05
    return build.finish(
        "truck",
        (end + 0.07, WIDTH, height),
        ((start + 0.06, -half, _FLOOR), (end - 0.06, half, height - 0.12)),
        _PAYLOAD_KG,
        voids=(
            ((1.3, -0.9, 1.08), (1.88, 0.9, 1.4)),
            ((start + 0.3, -0.35, 0.68), (start + 1.6, 0.35, 0.88)),
        ),
    )


def _body(build: Assembly, start: float, end: float, top: float, walls: str) -> None:
    """Subframe, members, floor; walls of plywood or of foam between sheets; doors, tail lift."""
    half = _HALF
    build.pair((start, 0.36, 0.89), (end, 0.43, 0.99), "steel", 2600)
    for x in np.arange(start + 0.1, end, 0.4):
        web = (float(x), -half + 0.04, 0.97), (float(x) + 0.006, half - 0.04, _FLOOR - 0.02)
        build.box(*web, "steel", STEEL)
    build.box((start, -half, _FLOOR - 0.027), (end, half, _FLOOR), "plywood", 720)
    thick, density = (0.02, 640.0) if walls == "plywood" else (0.04, 55.0)
    low, high = _FLOOR, top - 0.06
    build.pair((start, half - thick, low), (end, half, high), walls, density)
    build.box((start, -half + thick, low), (start + thick, half - thick, high), walls, density)
    door = (end - thick - 0.01, -half + 0.05, low), (end - 0.01, half - 0.05, high)
    build.box(*door, walls, density)
    build.box((start, -half, top - 0.03), (end, half, top - 0.005), walls, density)
    if walls != "plywood":
        for y in (half - thick - 0.0012, half - 0.0012):
            build.pair((start, y, low), (end, y + 0.0012, high), "aluminium", 2700)
    for x0 in (start, end - 0.06):
        build.pair((x0, half - 0.06, low), (x0 + 0.06, half, top), "aluminium", 900)
    for z0 in (low, top - 0.06):
        build.pair((start, half - 0.05, z0), (end, half, z0 + 0.06), "aluminium", 800)
    for y in (-0.75, -0.15, 0.15, 0.75):
        bar = Cylinder((end + 0.012, y, (low + top) / 2), 0.013, top - low - 0.2, "z", 0.01)
        build.add(bar, "steel", STEEL)
    # Tail lift, folded up behind the doors, and its arms under the floor.
    build.box((end + 0.03, -half + 0.1, 0.75), (end + 0.07, half - 0.1, 2.45), "aluminium", 1900)
    for y in (-0.62, 0.54):
        build.box((end - 0.75, y, 0.5), (end - 0.05, y + 0.08, 0.62), "steel", 4200)
    build.box((end - 0.1, -half + 0.1, 0.42), (end - 0.03, half - 0.1, 0.54), "steel", 1300)
