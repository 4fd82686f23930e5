"""Box containers: corten steel and wood of the ISO sizes, and the space that they leave.

Shapes follow ISO 668 and ISO 1496-1; plate and section thicknesses are those of the usual corten
boxes, set by the project so that each unit's solids weigh what its plate says. Parts with hollow
sections (rails, posts) are solid here at a lower density. What differs from maker to maker
(corrugation, cross members, bars) is drawn. Reefers share frame and floor and are in `reefer`.
World axes as in `scene`: front wall at x = 0, doors at x = length.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator

from scanai.synth.solids import Corrugated, Cylinder
from scanai.synth.units.empty import STEEL, Assembly, EmptyUnit, Space

WIDTH = 2.438
HALF = WIDTH / 2
CASTING = (0.178, 0.162, 0.118)
"""Corner casting, m (ISO 1161)."""
# Gross mass of an ISO box is 30.48 t and more; what is loaded by weight stays below this.
PAYLOAD_KG = 28_300.0

_FLOOR_TOP = 0.172
_ROOF = 0.002
_WALL_DEPTH = 0.036
_INNER_WIDTH = 2.352
_FRONT_WALL = 0.075
_DOOR = 0.085


@dataclass(frozen=True)
class Size:
    length: float
    height: float
    tunnel: float
    """Length of the gooseneck tunnel at the front, where the floor is shallow; 0: none."""


SIZES = {
    "20": Size(6.058, 2.591, 0.0),
    "40": Size(12.192, 2.591, 3.3),
    "40HC": Size(12.192, 2.896, 3.3),
    "45": Size(13.716, 2.896, 3.3),
}


@dataclass(frozen=True)
class Make:
    """What differs between makers of one size; the defaults are the commonest."""

    period: float = 0.278
    """Of the side wall's corrugation, m."""
    wall: float = 0.0018
    """Plate of the side walls, m."""
    member_pitch: float = 0.305
    """Between floor cross members, m."""
    floor: float = 0.028
    """Plywood or bamboo, m."""
    steel_floor: bool = False
    """Steel plate instead of wood."""
    bars: tuple[float, ...] = (-0.95, -0.3, 0.3, 0.95)
    """Where the locking bars stand across, m."""
    handle: float = 1.1
    """Height of the door handles, m."""


def draw_make(rng: Generator) -> Make:
    inner, outer = rng.uniform(0.24, 0.42), rng.uniform(0.88, 1.0)
    return Make(
        period=float(rng.uniform(0.262, 0.296)),
        wall=float(rng.choice([0.0016, 0.0018, 0.002])),
        member_pitch=float(rng.choice([0.28, 0.295, 0.305, 0.318])),
        floor=float(rng.choice([0.025, 0.028])),
        steel_floor=bool(rng.random() < 0.06),
        bars=(-outer, -inner, inner, outer),
        handle=float(rng.uniform(0.95, 1.25)),
    )


def box_container(unit_type: str, rng: Generator | None = None) -> EmptyUnit:
    """One of SIZES; without `rng` of the commonest make."""
    size = SIZES[unit_type]
    make = Make() if rng is None else draw_make(rng)
    build = Assembly()
    frame(build, size)
    cross_members(build, size, make)
    _floor(build, size, make)
    _walls(build, size, make)
    _doors(build, size)
    locking_gear(build, size, make)
    space = interior(size)
    outer = (size.length, WIDTH, size.height)
    return build.finish(unit_type, outer, space, PAYLOAD_KG, voids=_voids(size))


def interior(size: Size) -> Space:
    half = _INNER_WIDTH / 2
    return (_FRONT_WALL, -half, _FLOOR_TOP), (size.length - _DOOR, half, size.height - 0.03)


def _voids(size: Size) -> tuple[Space, ...]:
    """Between the cross members under the floor, and between roof and header."""
    under = ((size.tunnel + 0.3, -1.1, 0.03), (size.length - 0.3, 1.1, 0.14))
    return (under,)


def frame(build: Assembly, size: Size) -> None:
    """Posts, castings, rails, sills and headers."""
    top, end = size.height, size.length
    for x0, width in ((0.0, _FRONT_WALL), (end - _DOOR, _DOOR)):
        build.pair((x0, HALF - 0.11, 0.118), (x0 + width, HALF, top - 0.118), "steel", 3500)
    castings(build, end, top)
    if end > 13:  # a 45′ box is also lifted where a 40′ one would be
        for x0 in (0.762, end - 0.762 - 0.178):
            build.pair((x0, HALF - 0.043, 0.0), (x0 + 0.178, HALF, top), "steel", 2400)
    low, high = 0.178, end - 0.178
    build.pair((low, HALF - 0.048, 0.01), (high, HALF, 0.16), "steel", 1850)
    build.pair((low, HALF - 0.06, top - 0.06), (high, HALF, top), "steel", 1700)
    for x0, x1 in ((0.0, 0.1), (end - 0.12, end)):
        for z0, z1 in ((0.02, 0.15), (top - 0.11, top)):
            build.box((x0, -HALF + 0.162, z0), (x1, HALF - 0.162, z1), "steel", 1500)


def castings(build: Assembly, length: float, height: float) -> None:
    """The eight corner castings, each 10 to 12 kg."""
    long, wide, high = CASTING
    for x0 in (0.0, length - long):
        for z0 in (0.0, height - high):
            build.pair((x0, HALF - wide, z0), (x0 + long, HALF, z0 + high), "steel", 2800)


def cross_members(build: Assembly, size: Size, make: Make) -> None:
    """Channels across, whose webs are dark ticks seen end to end; fork pockets of a 20′ box."""
    half = HALF - 0.05
    pockets = () if size.tunnel else (size.length / 2 - 1.025, size.length / 2 + 1.025)
    x = 0.28
    while x < size.length - 0.25:
        low = 0.1 if x < size.tunnel else 0.022
        if not any(abs(x - pocket) < 0.2 for pocket in pockets):
            build.box((x, -half, low), (x + 0.004, half, 0.144), "steel", STEEL)
            build.box((x, -half, low), (x + 0.045, half, low + 0.004), "steel", STEEL)
        x += 0.24 if x < size.tunnel else make.member_pitch
    for pocket in pockets:
        for side in (-0.18, 0.176):
            web = (pocket + side, -half, 0.022), (pocket + side + 0.004, half, 0.144)
            build.box(*web, "steel", STEEL)
        plate = (pocket - 0.18, -half, 0.138), (pocket + 0.18, half, 0.144)
        build.box(*plate, "steel", STEEL)
    if size.tunnel:
        build.pair((0.1, 0.3, 0.022), (size.tunnel, 0.38, 0.1), "steel", 2500)


def _floor(build: Assembly, size: Size, make: Make) -> None:
    half = _INNER_WIDTH / 2
    thick, name, density = make.floor, "plywood", 720.0
    if make.steel_floor:
        thick, name, density = 0.0028, "steel", STEEL
    low = _FLOOR_TOP - thick
    build.box((0.1, -half, low), (size.length - 0.1, half, _FLOOR_TOP), name, density)


def _walls(build: Assembly, size: Size, make: Make) -> None:
    top = size.height
    for y0 in (-HALF, HALF - _WALL_DEPTH):
        lo, hi = (0.12, y0, 0.15), (size.length - 0.15, y0 + _WALL_DEPTH, top - 0.06)
        build.add(Corrugated(lo, hi, make.period, _WALL_DEPTH, make.wall), "steel", STEEL)
    # The roof's corrugation, seen from its edge, is a band 14 mm deep.
    lo, hi = (0.1, -HALF + 0.06, top - _ROOF - 0.012), (size.length - 0.12, HALF - 0.06, top)
    build.box(lo, hi, "steel", STEEL * _ROOF * 1.1 / (_ROOF + 0.012))
    _pressed_sheet(build, 0.02, top, (0.22, 0.035, 0.22))


def _doors(build: Assembly, size: Size) -> None:
    _pressed_sheet(build, size.length - 0.075, size.height, (0.24, 0.04, 0.24))


def _pressed_sheet(build: Assembly, x: float, top: float, shares: tuple[float, ...]) -> None:
    """A corrugated end wall seen from its edge: crest, slope and trough, with their share of it."""
    for width, share in zip((0.004, 0.034, 0.004), shares, strict=True):
        lo, hi = (x, -HALF + 0.11, 0.15), (x + width, HALF - 0.11, top - 0.11)
        build.box(lo, hi, "steel", STEEL * share)
        x += width


def locking_gear(build: Assembly, size: Size, make: Make) -> None:
    """Bars with cams, keepers, handles and hinges on the outside of the doors."""
    top, end = size.height, size.length
    for y in make.bars:
        bar = Cylinder((end - 0.018, y, top / 2), 0.017, top - 0.3, "z", 0.0138)
        build.add(bar, "steel", STEEL)
        for z in (0.16, top - 0.15):  # cam keepers
            lo, hi = (end - 0.04, y - 0.06, z - 0.04), (end, y + 0.06, z + 0.04)
            build.box(lo, hi, "steel", 2500)
        for z in np.linspace(0.55, top - 0.5, 3):  # guides
            lo = (end - 0.036, y - 0.03, float(z))
            build.box(lo, (end, y + 0.03, float(z) + 0.05), "steel", 1500)
    for z in (make.handle, make.handle + 0.25):
        build.box((end - 0.02, -0.6, z), (end, 0.6, z + 0.03), "steel", 1800)
    for z in np.linspace(0.35, top - 0.45, 4):  # hinges
        lo, hi = (end - 0.06, HALF - 0.09, float(z)), (end - 0.005, HALF - 0.02, float(z) + 0.09)
        build.pair(lo, hi, "steel", 3000)
