"""Articulated lorries: a tractor with a curtain-side trailer, or with a container on a chassis.

Length and height are those of Directive 96/53/EC (16.5 m, 4.0 m); frame, axles and masses after
makers' sheets of three-axle trailers (curtain-side 6.2 to 7 t, container chassis 4.6 to 5.6 t).
"""

from __future__ import annotations

import numpy as np
from numpy.random import Generator

from scanai.synth.solids import Cylinder, Prism, Vec3
from scanai.synth.units import iso, tractor
from scanai.synth.units.empty import ALUMINIUM, STEEL, Assembly, EmptyUnit, Space
from scanai.synth.units.running_gear import TRAILER, trailer_axle, wheel

WIDTH = 2.55
_HALF = WIDTH / 2
_OVERHANG = 1.65
"""Of the trailer before its king pin, m."""
_FRONT = tractor.KING_PIN_X - _OVERHANG
_AXLES = (6.4, 7.71, 9.02)
"""Behind the king pin, m."""
_FLOOR = 1.2
_TOP = 4.0
_LONG = 13.62
_CURTAIN_PAYLOAD_KG = 24_500.0
_CHASSIS_PAYLOAD_KG = 26_500.0
_DECK = 1.16
"""Height of the container's lower face; 1.1 with low tyres, 1.2 and more on older chassis."""


def curtain_trailer(rng: Generator | None = None) -> EmptyUnit:
    build = Assembly()
    tractor.tractor(build, tractor.Make() if rng is None else tractor.draw_make(rng))
    _frame(build, (_FRONT, _FRONT + _LONG), _FLOOR - 0.03)
    _running_gear(build)
    closed = rng is not None and rng.random() < 0.35
    _body(build, closed=closed)
    end = _FRONT + _LONG
    half = _HALF - 0.04
    space = ((_FRONT + 0.06, -half, _FLOOR), (end - 0.06, half, _TOP - 0.14))
    return build.finish(
        "trailer",
        (end + 0.05, WIDTH, _TOP),
        space,
        _CURTAIN_PAYLOAD_KG,
        voids=(*_cab_voids(), ((_FRONT + 3.6, -0.4, 0.78), (_FRONT + 6.5, 0.4, 1.05))),
    )


def container_truck(rng: Generator | None = None) -> EmptyUnit:
    """A 40HC box, or one of the other ISO boxes, locked on a chassis."""
    boxes = ("40HC", "40", "20")
    load = boxes[0] if rng is None else boxes[rng.choice(3, p=[0.6, 0.25, 0.15])]
    box = iso.box_container(load, rng)
    build = Assembly()
    driver = tractor.Make() if rng is None else tractor.draw_make(rng)
    tractor.tractor(build, driver)
    start = tractor.KING_PIN_X - 1.2
    end = start + 12.35
    _frame(build, (start, end), _DECK - 0.02, thick=0.01)
    _running_gear(build)
    back = end - 0.15 - box.unit.length
    # A single 20′ box stands in the middle of the chassis, so that its axles share the mass.
    left = start if load != "20" else start + (back - start) * 0.6
    _twist_locks(build, left, box.unit.length)
    build.include(box.parts, (left, 0.0, _DECK))
    space = (_lifted(box.space[0], left), _lifted(box.space[1], left))
    voids = tuple((_lifted(lo, left), _lifted(hi, left)) for lo, hi in box.voids)
    return build.finish(
        "container_truck",
        (end + 0.05, WIDTH, max(_DECK + box.unit.height, driver.height)),
        space,
        _CHASSIS_PAYLOAD_KG,
        voids=(*voids, *_cab_voids()),
    )


def _lifted(point: Vec3, x: float) -> Vec3:
    return point[0] + x, point[1], point[2] + _DECK


def _cab_voids() -> tuple[Space, ...]:
    """Behind the seats: the bunk's chest and the upper bunk."""
    return (((1.58, -1.1, 1.36), (2.18, 1.1, 1.76)), ((1.65, -1.1, 1.98), (2.18, 1.1, 2.4)))


def _frame(build: Assembly, x: tuple[float, float], top: float, thick: float = 0.006) -> None:
    """Two welded beams, shallow over the fifth wheel, and members across."""
    start, end = x
    neck = tractor.KING_PIN_X + 1.3
    low = tractor.COUPLING_Z - 0.02
    shallow = min(low, top - 0.1)
    knots = (start + 0.05, neck, neck + 0.6, end - 0.1)
    bottom = (shallow, shallow, top - 0.44, top - 0.42)
    for y in (-0.65, 0.642):
        build.add(Prism(knots, bottom, (top,) * 4, (y, y + thick)), "steel", STEEL)
        flange = (y - 0.06, y + 0.066)
        build.add(Prism(knots, tuple(z - 0.014 for z in bottom), bottom, flange), "steel", STEEL)
        build.box((start + 0.05, y - 0.06, top - 0.014), (end, y + 0.066, top), "steel", STEEL)
    for at in np.arange(start + 0.4, end - 0.2, 0.62):
        web = (float(at), -_HALF + 0.08, top - 0.1), (float(at) + 0.006, _HALF - 0.08, top)
        build.box(*web, "steel", STEEL)
    plate = (tractor.KING_PIN_X - 0.6, -0.6, low), (tractor.KING_PIN_X + 0.7, 0.6, low + 0.01)
    build.box(*plate, "steel", STEEL)
    pin = Cylinder((tractor.KING_PIN_X, 0.0, low - 0.04), 0.045, 0.09, "z")
    build.add(pin, "steel", STEEL)
    build.box((end - 0.12, -_HALF + 0.05, 0.5), (end - 0.02, _HALF - 0.05, 0.62), "steel", 1100)
    for y in (-0.6, 0.54):
        build.box((end - 0.1, y, 0.62), (end - 0.05, y + 0.06, top - 0.4), "steel", 2000)


def _running_gear(build: Assembly) -> None:
    """Axles, landing legs, air vessels, side guards, a spare wheel."""
    pin = tractor.KING_PIN_X
    for at in _AXLES:
        trailer_axle(build, pin + at, _HALF)
    legs = pin + 2.45
    for y in (-0.78, 0.66):
        build.box((legs, y, 0.36), (legs + 0.12, y + 0.12, 1.1), "steel", 3300)
        build.box((legs - 0.08, y - 0.05, 0.33), (legs + 0.2, y + 0.17, 0.36), "steel", 4000)
    shaft = Cylinder((legs + 0.06, 0.0, 0.85), 0.02, 1.4, "y")
    build.add(shaft, "steel", STEEL)
    for x in (legs + 1.5, legs + 2.2):
        build.add(Cylinder((x, 0.3, 0.82), 0.13, 0.55, "x", 0.127), "steel", STEEL)
    for z in (0.55, 0.85):
        guard = (legs + 0.5, _HALF - 0.06, z), (pin + _AXLES[0] - 0.7, _HALF - 0.03, z + 0.1)
        build.pair(*guard, "aluminium", 700)
    before = len(build.parts)
    # The spare wheel lies flat in its cage: a standing one, drawn as a box of the same mass.
    wheel(build, (0.0, 0.0, 0.0), TRAILER)
    mass = sum(part.solid.volume * part.density for part in build.parts[before:])
    del build.parts[before:]
    spare = Cylinder((legs + 3.1, 0.0, 0.62), 0.5, 0.34, "z", 0.13)
    build.add(spare, "tyre", 0.6 * mass / spare.volume)
    rim = Cylinder((legs + 3.1, 0.0, 0.62), 0.27, 0.3, "z", 0.15)
    build.add(rim, "steel", 0.4 * mass / rim.volume)


def _body(build: Assembly, *, closed: bool) -> None:
    """Floor, headboard, rear doors, roof with its bows, and curtains on posts or sandwich walls."""
    start, end = _FRONT, _FRONT + _LONG
    half, top = _HALF, _TOP
    build.box((start, -half + 0.02, _FLOOR - 0.03), (end, half - 0.02, _FLOOR), "plywood", 720)
    build.pair((start, half - 0.03, _FLOOR - 0.13), (end, half, _FLOOR + 0.02), "steel", 2900)
    for z in np.linspace(_FLOOR, top - 0.35, 8):  # headboard of aluminium planks
        low = float(z)
        build.box(
            (start, -half + 0.1, low), (start + 0.03, half - 0.1, low + 0.3), "aluminium", 560
        )
    build.pair((start, half - 0.1, _FLOOR), (start + 0.06, half, top - 0.1), "steel", 2300)
    build.pair((end - 0.1, half - 0.1, _FLOOR), (end, half, top - 0.1), "steel", 2300)
    build.box(
        (end - 0.04, -half + 0.1, _FLOOR), (end - 0.01, half - 0.1, top - 0.14), "plywood", 560
    )
    for y in (-0.9, -0.15, 0.15, 0.9):
        bar = Cylinder((end + 0.015, y, (_FLOOR + top) / 2), 0.014, top - _FLOOR - 0.2, "z", 0.01)
        build.add(bar, "steel", STEEL)
    build.box((end - 0.1, -half, top - 0.14), (end, half, top - 0.02), "steel", 750)
    build.pair((start, half - 0.06, top - 0.16), (end, half, top - 0.04), "aluminium", 900)
    for x in np.linspace(start + 0.5, end - 0.6, 19):  # bows of the roof
        bow = (float(x), -half + 0.06, top - 0.05), (float(x) + 0.03, half - 0.06, top - 0.01)
        build.box(*bow, "aluminium", 800)
    build.box((start, -half, top - 0.004), (end, half, top), "pvc", 300)
    if closed:
        wall = (start + 0.06, half - 0.032, _FLOOR + 0.02), (end - 0.1, half - 0.002, top - 0.16)
        build.pair(*wall, "polyurethane", 48)
        for y in (half - 0.034, half - 0.002):
            skin = (start + 0.06, y, _FLOOR + 0.02), (end - 0.1, y + 0.0012, top - 0.16)
            build.pair(*skin, "aluminium", ALUMINIUM)
        return
    for x in np.linspace(start, end, 5)[1:-1]:
        post = (float(x), half - 0.035, _FLOOR), (float(x) + 0.1, half - 0.004, top - 0.16)
        build.pair(*post, "steel", 2300)
    for z in np.linspace(_FLOOR + 0.45, top - 0.6, 4):  # laths between the posts
        lath = (start + 0.06, half - 0.03, float(z)), (end - 0.1, half - 0.008, float(z) + 0.1)
        build.pair(*lath, "aluminium", 500)
    curtain = (start, half - 0.0035, _FLOOR - 0.1), (end - 0.1, half - 0.0005, top - 0.1)
    build.pair(*curtain, "pvc", 300)


def _twist_locks(build: Assembly, x: float, length: float) -> None:
    """Bolsters across the chassis under the corner castings."""
    for at in (x + 0.02, x + length - 0.2):
        beam = (at, -iso.HALF, _DECK - 0.14), (at + 0.16, iso.HALF, _DECK - 0.005)
        build.box(*beam, "steel", 2100)
