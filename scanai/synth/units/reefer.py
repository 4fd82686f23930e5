"""Refrigerated container: foam between thin sheets all round, T-floor, cooling unit in front.

Layout after the makers' drawings of 40′ high-cube reefers; machinery is a handful of dense lumps
where compressor, motors, coils and controls sit.
"""

from __future__ import annotations

from numpy.random import Generator

from scanai.synth.solids import Box, Cylinder
from scanai.synth.units import iso
from scanai.synth.units.empty import STEEL, Assembly, EmptyUnit

_SIZE = iso.Size(12.192, 2.896, 3.3)
_PAYLOAD_KG = 28_300.0
_INSIDE = 1.144
_FRONT = 0.48
"""Where the air guide of the cooling unit ends, m."""
_DOOR = 0.12


def reefer(rng: Generator | None = None) -> EmptyUnit:
    make = iso.Make() if rng is None else iso.draw_make(rng)
    build = Assembly()
    iso.frame(build, _SIZE)
    iso.cross_members(build, _SIZE, make)
    _t_floor(build)
    _insulation(build)
    _cooling_unit(build, 1.0 if rng is None or rng.random() < 0.5 else -1.0)
    iso.locking_gear(build, _SIZE, make)
    end, top = _SIZE.length, _SIZE.height
    # Behind the cooling unit, on the T-floor and below the load line.
    space = ((_FRONT, -_INSIDE, 0.2), (end - _DOOR, _INSIDE, top - 0.21))
    voids = (
        ((0.6, _INSIDE + 0.003, 0.3), (end - 0.3, iso.HALF - 0.003, top - 0.2)),
        ((0.6, -1.0, top - 0.108), (end - 0.3, 1.0, top - 0.014)),
        ((0.06, -0.9, 0.4), (0.14, 0.9, 0.8)),
    )
    return build.finish("reefer", (end, iso.WIDTH, top), space, _PAYLOAD_KG, voids=voids)


def _t_floor(build: Assembly) -> None:
    """Aluminium T-bars along the travel on foam: an even grey band 50 mm high."""
    end = _SIZE.length - _DOOR
    build.box((_DOOR, -_INSIDE, 0.186), (end, _INSIDE, 0.2), "aluminium", 1000)
    build.box((_DOOR, -_INSIDE, 0.15), (end, _INSIDE, 0.186), "aluminium", 280)
    build.box((_DOOR, -_INSIDE, 0.1), (end, _INSIDE, 0.15), "polyurethane", 60)


def _insulation(build: Assembly) -> None:
    half, top, end = iso.HALF, _SIZE.height, _SIZE.length
    for name, density, y0, y1 in (
        ("steel", STEEL, half - 0.001, half),
        ("polyurethane", 50.0, _INSIDE + 0.001, half - 0.001),
        ("stainless_steel", 7900.0, _INSIDE + 0.0003, _INSIDE + 0.001),
    ):
        build.pair((_DOOR, y0, 0.16), (end - _DOOR, y1, top - 0.06), name, density)
    for z0, z1, name, density in (
        (top - 0.012, top, "aluminium", 500.0),
        (top - 0.11, top - 0.012, "polyurethane", 50.0),
        (top - 0.122, top - 0.11, "stainless_steel", 560.0),
    ):
        build.box((_DOOR, -1.15, z0), (end - _DOOR, 1.15, z1), name, density)
    for x0, x1, name, density in (
        (end - 0.12, end - 0.112, "stainless_steel", 1100.0),
        (end - 0.112, end - 0.04, "polyurethane", 50.0),
        (end - 0.04, end - 0.034, "steel", 1900.0),
    ):
        build.box((x0, -1.1, 0.16), (x1, 1.1, top - 0.11), name, density)


def _cooling_unit(build: Assembly, side: float) -> None:
    """Compressor on one side (+1: far from the source) below, fans and coils above."""
    top = _SIZE.height

    def box(x: tuple[float, float], y: tuple[float, float], z: tuple[float, float]) -> Box:
        low, high = sorted((side * y[0], side * y[1]))
        return Box((x[0], low, z[0]), (x[1], high, z[1]))

    add = build.add
    add(box((0.02, 0.06), (-1.0, 1.0), (0.2, top - 0.15)), "aluminium", 700)
    add(box((0.4, 0.46), (-1.05, 1.05), (0.3, top - 0.2)), "stainless_steel", 350)
    add(box((0.14, 0.3), (-0.8, 0.8), (top - 0.75, top - 0.4)), "aluminium", 520)
    add(box((0.07, 0.16), (-0.75, 0.75), (0.85, 1.35)), "copper", 420)
    add(Cylinder((0.22, -0.5 * side, 0.5), 0.14, 0.45, "z"), "cast_iron", 3200)
    add(Cylinder((0.22, -0.5 * side, 0.85), 0.1, 0.22, "z"), "steel", 3800)
    add(box((0.1, 0.34), (0.3, 0.9), (0.35, 0.8)), "electronics", 600)
    for y in (-0.45, 0.45):
        add(Cylinder((0.25, y, top - 0.25), 0.08, 0.2, "z"), "steel", 3500)
    add(Cylinder((0.22, 0.0, 1.1), 0.07, 0.25, "x"), "steel", 3600)
