"""Flat rack: a 40′ floor on heavy beams between two end walls, open at the sides and above.

Outer size ISO 668, build ISO 1496-5, thickness of floor and walls as in makers' data sheets of
fixed-end racks (tare of 5 to 5.8 t). The chains and straps that hold the load belong to it and are
drawn by `lash`.
"""

from __future__ import annotations

import numpy as np
from numpy.random import Generator

from scanai.physics.materials import material
from scanai.synth.scene import SceneObject
from scanai.synth.solids import Prism, TiltedBox
from scanai.synth.units import iso
from scanai.synth.units.empty import STEEL, Assembly, EmptyUnit, Space

_LENGTH, _HEIGHT = 12.192, 2.591
_FLOOR = 0.648
"""Height of the floor, m."""
_WALL = 0.3
"""Depth of an end wall with its stiffeners, m."""
_PAYLOAD_KG = 34_000.0
_CHAIN = 0.013
"""A chain of 10 mm steel seen as a bar of its own mass, m."""


def flat_rack(rng: Generator | None = None) -> EmptyUnit:
    stakes = () if rng is None or rng.random() < 0.6 else tuple(rng.uniform(1.5, 10.5, 4))
    build = Assembly()
    iso.castings(build, _LENGTH, _HEIGHT)
    _base(build)
    for x, inward in ((0.0, 1.0), (_LENGTH, -1.0)):
        _end_wall(build, x, inward)
    for x in stakes:
        lo, hi = (x, iso.HALF - 0.1, _FLOOR), (x + 0.08, iso.HALF - 0.02, _HEIGHT - 0.5)
        build.pair(lo, hi, "steel", 2200)
    half = iso.HALF - 0.12
    space = ((_WALL, -half, _FLOOR), (_LENGTH - _WALL, half, _HEIGHT - 0.02))
    size = (_LENGTH, iso.WIDTH, _HEIGHT)
    under = ((3.6, -0.9, 0.15), (_LENGTH - 3.6, 0.9, _FLOOR - 0.08))
    return build.finish("flat_rack", size, space, _PAYLOAD_KG, voids=(under,))


def _base(build: Assembly) -> None:
    """Two fish-bellied beams, shallow at the ends, outer rails, cross members, boards."""
    end = _LENGTH
    x = (0.18, 2.9, 3.5, end - 3.5, end - 2.9, end - 0.18)
    for y in (-0.52, 0.5):
        bottom = (0.3, 0.3, 0.1, 0.1, 0.3, 0.3)
        web = Prism(x, bottom, (_FLOOR - 0.07,) * 6, (y, y + 0.012))
        build.add(web, "steel", STEEL)
        low = tuple(z - 0.022 for z in bottom)
        flange = Prism(x, low, bottom, (y - 0.09, y + 0.1))
        build.add(flange, "steel", STEEL)
        lo, hi = (0.18, y - 0.06, _FLOOR - 0.07), (end - 0.18, y + 0.07, _FLOOR - 0.054)
        build.box(lo, hi, "steel", STEEL)
    rail = (0.178, iso.HALF - 0.1, 0.4), (end - 0.178, iso.HALF, _FLOOR)
    build.pair(*rail, "steel", 1450)
    for at in np.arange(0.45, end - 0.3, 0.42):
        member = (float(at), -iso.HALF + 0.1, _FLOOR - 0.15)
        build.box(member, (float(at) + 0.005, iso.HALF - 0.1, _FLOOR - 0.05), "steel", STEEL)
        lo = (float(at), -iso.HALF + 0.1, _FLOOR - 0.054)
        build.box(lo, (float(at) + 0.06, iso.HALF - 0.1, _FLOOR - 0.05), "steel", STEEL)
    lo, hi = (_WALL, -iso.HALF + 0.1, _FLOOR - 0.05), (end - _WALL, iso.HALF - 0.1, _FLOOR)
    build.box(lo, hi, "wood", 600)
    for at in np.linspace(1.0, end - 1.1, 9):  # lashing rings under the rail
        lo, hi = (float(at), iso.HALF - 0.03, 0.42), (float(at) + 0.1, iso.HALF, 0.56)
        build.pair(lo, hi, "steel", 2500)


def _end_wall(build: Assembly, x: float, inward: float) -> None:
    """Posts, corrugated plate and top beam; `inward` is +1 at the front end."""

    def span(near: float, far: float) -> tuple[float, float]:
        low, high = sorted((x + inward * near, x + inward * far))
        return low, high

    low, high = span(0.0, _WALL - 0.02)
    lo, hi = (low, iso.HALF - 0.12, 0.118), (high, iso.HALF, _HEIGHT - 0.118)
    build.pair(lo, hi, "steel", 1700)
    low, high = span(0.05, 0.2)
    for z0, z1 in ((0.1, _FLOOR - 0.05), (_HEIGHT - 0.16, _HEIGHT - 0.01)):
        lo, hi = (low, -iso.HALF + 0.162, z0), (high, iso.HALF - 0.162, z1)
        build.box(lo, hi, "steel", 1300)
    # The plate's corrugation seen from its edge: crest, slope, trough.
    for near, far, share in ((0.1, 0.106, 0.28), (0.106, 0.154, 0.035), (0.154, 0.16, 0.28)):
        low, high = span(near, far)
        lo, hi = (low, -iso.HALF + 0.12, _FLOOR), (high, iso.HALF - 0.12, _HEIGHT - 0.16)
        build.box(lo, hi, "steel", STEEL * share)


def lash(rng: Generator, objects: list[SceneObject], room: Space) -> list[SceneObject]:
    """Chains or belts over the load, from the rail on one side to that on the other."""
    (x0, _, z0), (x1, _, _) = room
    count = max(2, round((x1 - x0) / 1.6))
    chained = rng.random() < 0.6
    name, density = ("steel", 4200.0) if chained else ("polyester", 1300.0)
    wide, thick = (_CHAIN, _CHAIN) if chained else (0.05, 0.003)
    ties = []
    for x in np.linspace(x0 + 0.3, x1 - 0.3, count) + rng.normal(0, 0.1, count):
        below = [
            item.solid.bounds
            for item in objects
            if item.solid.bounds[0][0] <= x <= item.solid.bounds[1][0]
        ]
        if not below:
            continue
        top = max(hi[2] for _, hi in below)
        half = max(max(-lo[1], hi[1]) for lo, hi in below)
        ties += _tie(float(x), top, min(half, iso.HALF - 0.05), z0, wide, thick)
    return [SceneObject(solid, material(name), density, "packing") for solid in ties]


def _tie(
    x: float, top: float, half: float, floor: float, wide: float, thick: float
) -> list[TiltedBox]:
    """Over the top and down both sides."""
    over = TiltedBox((x, 0.0, top + thick / 2), (wide, 2 * half, thick), 0.0, "x")
    run, drop = iso.HALF - half, top - floor
    long = float(np.hypot(run, drop))
    lean = float(np.degrees(np.arctan2(drop, run)))
    sides = [
        TiltedBox(
            (x, side * (half + run / 2), floor + drop / 2), (wide, long, thick), -side * lean, "x"
        )
        for side in (-1.0, 1.0)
    ]
    return [over, *sides] if long > 0.05 else [over]
