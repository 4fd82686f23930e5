"""Goods wagons on two bogies: covered, and an open gondola. z = 0 is the top of the rail.

Sizes after UIC 571-2 (covered Gas, 16.52 m over buffers; open Ea(o)s, 14.04 m), bogies after the
Y25 family (wheelbase 1.8 m, wheels of 0.92 m, 4.6 t); tares of 21 to 25 t. Thicknesses of plates
and sections are a project estimate that makes the parts weigh this.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.random import Generator

from scanai.synth.solids import Corrugated, Cylinder, Prism, TiltedBox
from scanai.synth.units.empty import STEEL, Assembly, EmptyUnit

_CAST_STEEL = 7800.0
_WHEEL_RADIUS = 0.46
_WHEELBASE = 1.8
_GAUGE_MIDDLE = 0.75
"""From the centre line to the middle of a wheel's rim on standard gauge, m."""
_BUFFER = 0.62
"""Length of a buffer, m."""

# Of the vaulted roof: strips that it is drawn with, thickness of its sheet, m.
_STRIPS, _SHEET = 14, 0.002


@dataclass(frozen=True)
class _Wagon:
    length: float
    """Over buffers, m."""
    width: float
    pivots: float
    """Between the middles of the bogies, m."""
    floor: float
    top: float


_COVERED = _Wagon(16.52, 2.8, 11.48, 1.24, 4.2)
_GONDOLA = _Wagon(14.04, 2.9, 9.0, 1.24, 3.2)
_COVERED_PAYLOAD_KG = 42_000.0
_GONDOLA_PAYLOAD_KG = 58_000.0


def covered_wagon(rng: Generator | None = None) -> EmptyUnit:
    wood = rng is not None and rng.random() < 0.5
    build = Assembly()
    _below(build, _COVERED)
    _covered_body(build, _COVERED, wood=wood)
    half = _COVERED.width / 2 - 0.09
    start, end = _BUFFER + 0.1, _COVERED.length - _BUFFER - 0.1
    space = ((start, -half, _COVERED.floor), (end, half, _COVERED.top - 0.75))
    size = (_COVERED.length, _COVERED.width, _COVERED.top)
    under = ((6.0, -1.0, 1.0), (_COVERED.length - 6.0, 1.0, _COVERED.floor - 0.06))
    return build.finish("wagon", size, space, _COVERED_PAYLOAD_KG, voids=(under,))


def gondola(rng: Generator | None = None) -> EmptyUnit:
    top = _GONDOLA.top if rng is None else float(rng.uniform(3.1, 3.35))
    wagon = _Wagon(14.04, 2.9, 9.0, 1.24, top)
    build = Assembly()
    _below(build, wagon)
    _open_body(build, wagon)
    half = wagon.width / 2 - 0.1
    start, end = _BUFFER + 0.08, wagon.length - _BUFFER - 0.08
    space = ((start, -half, wagon.floor), (end, half, top + 0.15))
    # Heaps stand a little above the walls.
    size = (wagon.length, wagon.width, top)
    under = ((5.0, -1.0, 1.0), (wagon.length - 5.0, 1.0, wagon.floor - 0.06))
    return build.finish("gondola", size, space, _GONDOLA_PAYLOAD_KG, voids=(under,))


# --- below the floor -----------------------------------------------------------------------------


def _below(build: Assembly, wagon: _Wagon) -> None:
    middle = wagon.length / 2
    for sign in (-1, 1):
        _bogie(build, middle + sign * wagon.pivots / 2)
        _buffers(build, middle + sign * (wagon.length / 2), -sign)
    start, end = _BUFFER, wagon.length - _BUFFER
    low, high = wagon.floor - 0.33, wagon.floor - 0.03
    build.channel((start, end), 0.45, (low, high), 0.12, 0.012)
    # Outer sills with fish bellies between the bogies.
    x0, x1 = middle - wagon.pivots / 2 + 1.4, middle + wagon.pivots / 2 - 1.4
    knots = (start, x0, x0 + 0.8, x1 - 0.8, x1, end)
    bottom = (high - 0.2, high - 0.2, high - 0.5, high - 0.5, high - 0.2, high - 0.2)
    for y in (-wagon.width / 2 + 0.04, wagon.width / 2 - 0.05):
        build.add(Prism(knots, bottom, (high,) * 6, (y, y + 0.012)), "steel", STEEL)
        under = tuple(z - 0.012 for z in bottom)
        build.add(Prism(knots, under, bottom, (y - 0.03, y + 0.04)), "steel", STEEL)
    half = wagon.width / 2 - 0.05
    for x in np.linspace(start, end - 0.1, 13):
        lo, hi = (float(x), -half, high - 0.18), (float(x) + 0.1, half, high)
        build.box(lo, hi, "steel", 1200)
    for sign in (-1, 1):  # bolsters over the pivots
        x = middle + sign * wagon.pivots / 2
        build.box((x - 0.25, -half, low), (x + 0.25, half, high), "steel", 1100)
    reservoir = Cylinder((middle - 1.2, -0.75, 0.72), 0.19, 1.1, "x", 0.185)
    build.add(reservoir, "steel", STEEL)
    brake = Cylinder((middle + 0.9, 0.4, 0.75), 0.18, 0.5, "x", 0.168)
    build.add(brake, "cast_iron", 7200)
    build.add(Cylinder((middle, 0.2, 0.8), 0.016, wagon.pivots - 1.0, "x"), "steel", STEEL)
    pipe = Cylinder((middle, -0.6, 0.92), 0.017, wagon.length - 1.4, "x", 0.013)
    build.add(pipe, "steel", STEEL)


def _bogie(build: Assembly, x: float) -> None:
    for sign in (-1, 1):
        _wheelset(build, x + sign * _WHEELBASE / 2)
    r, half = _WHEEL_RADIUS, _WHEELBASE / 2
    for y in (-1.06, 0.94):
        # Side frame: over the boxes high and shallow, in the middle deep.
        knots = (
            x - half - 0.42,
            x - half - 0.3,
            x - half + 0.3,
            x - 0.45,
            x + 0.45,
            x + half - 0.3,
            x + half + 0.3,
            x + half + 0.42,
        )
        bottom = (r + 0.16, r + 0.13, r + 0.13, r - 0.12, r - 0.12, r + 0.13, r + 0.13, r + 0.16)
        top = (r + 0.3, r + 0.36, r + 0.38, r + 0.36, r + 0.36, r + 0.38, r + 0.36, r + 0.3)
        build.add(Prism(knots, bottom, top, (y, y + 0.12)), "steel", 4400)
        for sign in (-1, 1):
            at = x + sign * half
            box = (at - 0.15, y - 0.02, r - 0.15), (at + 0.15, y + 0.14, r + 0.13)
            build.box(*box, "cast_iron", 5500)
            for spring in (-0.27, 0.27):
                coil = Cylinder((at + spring, y + 0.06, r + 0.03), 0.085, 0.24, "z", 0.05)
                build.add(coil, "steel", 4300)
                cup = (
                    (at + spring - 0.1, y - 0.02, r - 0.13),
                    (at + spring + 0.1, y + 0.14, r - 0.09),
                )
                build.box(*cup, "cast_iron", 7000)
    build.box((x - 0.28, -0.94, r + 0.1), (x + 0.28, 0.94, r + 0.36), "steel", 2500)
    for end in (-half - 0.42, half + 0.36):
        build.box((x + end, -0.94, r + 0.18), (x + end + 0.06, 0.94, r + 0.3), "steel", 2600)
    pivot = Cylinder((x, 0.0, r + 0.39), 0.19, 0.08, "z", 0.04)
    build.add(pivot, "cast_iron", 7000)
    for sign in (-1, 1):  # brake blocks and their beams beside each wheel
        for side in (-1, 1):
            at = x + sign * half + side * (r + 0.045)
            for y in (-_GAUGE_MIDDLE, _GAUGE_MIDDLE):
                block = (at - 0.035, y - 0.05, r - 0.13), (at + 0.035, y + 0.05, r + 0.13)
                build.box(*block, "cast_iron", 6000)
            beam = Cylinder((at, 0.0, r - 0.08), 0.035, 1.5, "y", 0.02)
            build.add(beam, "steel", STEEL)


def _wheelset(build: Assembly, x: float) -> None:
    """Two solid wheels on an axle: rim with flange, thin web, hub."""
    r = _WHEEL_RADIUS
    for side in (-1, 1):
        y = side * _GAUGE_MIDDLE
        rim = Cylinder((x, y, r), r, 0.135, "y", r - 0.06)
        build.add(rim, "steel", _CAST_STEEL)
        flange = Cylinder((x, y - side * 0.052, r), r + 0.028, 0.03, "y", r)
        build.add(flange, "steel", _CAST_STEEL)
        build.add(Cylinder((x, y, r), r - 0.06, 0.024, "y", 0.13), "steel", _CAST_STEEL)
        build.add(Cylinder((x, y, r), 0.13, 0.18, "y", 0.085), "steel", _CAST_STEEL)
    build.add(Cylinder((x, 0.0, r), 0.085, 2.05, "y"), "steel", _CAST_STEEL)


def _buffers(build: Assembly, end: float, inward: int) -> None:
    """Buffers with their plates, draw hook, headstock; `inward` is +1 at the front end."""
    for y in (-0.875, 0.875):
        plate = Cylinder((end + inward * 0.02, y, 1.05), 0.225, 0.04, "x")
        build.add(plate, "steel", STEEL)
        rod = Cylinder((end + inward * 0.2, y, 1.05), 0.08, 0.32, "x", 0.05)
        build.add(rod, "steel", STEEL)
        case = Cylinder((end + inward * 0.46, y, 1.05), 0.12, 0.32, "x", 0.075)
        build.add(case, "steel", STEEL)
    hook = Cylinder((end + inward * 0.45, 0.0, 1.02), 0.05, 0.5, "x")
    build.add(hook, "steel", STEEL)
    x0, x1 = sorted((end + inward * _BUFFER, end + inward * (_BUFFER + 0.02)))
    build.box((x0, -1.3, 0.88), (x1, 1.3, 1.22), "steel", STEEL)
    x0, x1 = sorted((end + inward * _BUFFER, end + inward * (_BUFFER + 0.16)))
    build.box((x0, -1.25, 0.9), (x1, 1.25, 1.2), "steel", 2000)


# --- bodies --------------------------------------------------------------------------------------


def _covered_body(build: Assembly, wagon: _Wagon, *, wood: bool) -> None:
    """Sheet or planks between posts, two sliding doors, curved roof."""
    start, end = _BUFFER, wagon.length - _BUFFER
    half, low, top = wagon.width / 2, wagon.floor, wagon.top
    eaves = top - 0.55
    build.box((start, -half + 0.04, low - 0.03), (end, half - 0.04, low), "wood", 650)
    build.pair((start, half - 0.14, low - 0.03), (end, half - 0.02, low + 0.06), "steel", 1900)
    for y0 in (-half + 0.02, half - 0.06):
        build.box((start, y0, eaves - 0.09), (end, y0 + 0.04, eaves), "steel", 3300)
        if wood:
            planks = (start, y0 + 0.005, low), (end, y0 + 0.03, eaves - 0.09)
            build.box(*planks, "wood", 600)
        else:
            lo, hi = (start, y0, low), (end, y0 + 0.04, eaves - 0.09)
            build.add(Corrugated(lo, hi, 0.2, 0.03, 0.0025), "steel", STEEL)
    for x in np.linspace(start, end - 0.08, 15):
        post = (float(x), half - 0.08, low - 0.1), (float(x) + 0.08, half - 0.02, eaves)
        build.pair(*post, "steel", 2600)
    middle = (start + end) / 2
    door = (middle - 1.3, half - 0.02, low), (middle + 1.3, half - 0.0, eaves)
    build.pair(*door, "steel", 1500)
    for x in (middle - 1.3, middle - 0.04, middle + 1.22):
        stile = (x, half - 0.03, low), (x + 0.08, half, eaves)
        build.pair(*stile, "steel", 2600)
    for x0 in (start, end - 0.06):  # end walls, stiffened
        build.box((x0, -half + 0.06, low), (x0 + 0.06, half - 0.06, eaves), "steel", 1000)
    _roof(build, (start, end), half - 0.02, (eaves, top))


def _roof(build: Assembly, x: tuple[float, float], half: float, z: tuple[float, float]) -> None:
    """A vault of steel sheet, drawn as flat strips, on bows of angle iron."""
    (start, end), (eaves, top) = x, z
    rise = top - eaves - 0.01
    across = half * np.sin(np.linspace(-np.pi / 2, np.pi / 2, _STRIPS + 1))
    heights = eaves + rise * np.sqrt(np.maximum(1 - (across / half) ** 2, 0))
    for (y0, y1), (z0, z1) in zip(pairwise(across), pairwise(heights), strict=True):
        wide = float(np.hypot(y1 - y0, z1 - z0))
        lean = float(np.degrees(np.arctan2(z1 - z0, y1 - y0)))
        y, high = float(y0 + y1) / 2, float(z0 + z1) / 2
        sheet = TiltedBox(((start + end) / 2, y, high), (end - start, wide, _SHEET), lean, "x")
        build.add(sheet, "steel", STEEL)
        for at in np.linspace(start + 0.6, end - 0.6, 12):
            bow = TiltedBox((float(at), y, high - 0.02), (0.05, wide, 0.03), lean, "x")
            build.add(bow, "steel", 2300)


def _open_body(build: Assembly, wagon: _Wagon) -> None:
    """Floor and walls of steel plate, heavy posts, top rail, ends stiffened across."""
    start, end = _BUFFER, wagon.length - _BUFFER
    half, low, top = wagon.width / 2, wagon.floor, wagon.top
    build.box((start, -half + 0.06, low - 0.03), (end, half - 0.06, low - 0.022), "steel", STEEL)
    build.box((start, -half + 0.06, low - 0.022), (end, half - 0.06, low), "wood", 350)
    for y0 in (-half + 0.06, half - 0.065):
        build.box((start, y0, low), (end, y0 + 0.005, top), "steel", STEEL)
    build.pair((start, half - 0.1, top - 0.1), (end, half, top), "steel", 2100)
    count = 10
    for x in np.linspace(start, end - 0.14, count):
        post = (float(x), half - 0.06, low - 0.2), (float(x) + 0.14, half - 0.004, top - 0.1)
        build.pair(*post, "steel", 1900)
    for x in np.linspace(start + 1.5, end - 1.6, 4):  # doors in the lower half, with their hinges
        hinge = (float(x), half - 0.03, low), (float(x) + 0.06, half, low + 0.9)
        build.pair(*hinge, "steel", 3000)
    for x0, inward in ((start, 1), (end, -1)):
        a, b = sorted((x0, x0 + inward * 0.006))
        build.box((a, -half + 0.06, low), (b, half - 0.06, top), "steel", STEEL)
        a, b = sorted((x0, x0 + inward * 0.07))
        for z in np.linspace(low, top - 0.12, 4):
            rib = (a, -half + 0.08, float(z)), (b, half - 0.08, float(z) + 0.12)
            build.box(*rib, "steel", 1500)
