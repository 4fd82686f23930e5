"""Panel van of 3.5 t with a high roof: thin steel shell, engine across in front, two axles.

Sizes and mass after makers' sheets of long high-roof vans (6 m, 2.1 t); thicknesses of the shell
are a project estimate.
"""

from __future__ import annotations

from numpy.random import Generator

from scanai.synth.solids import Cylinder, Prism, TiltedBox
from scanai.synth.units.cab import engine
from scanai.synth.units.empty import STEEL, Assembly, EmptyUnit
from scanai.synth.units.running_gear import VAN, wheels

WIDTH = 2.02
_HALF = WIDTH / 2
_LENGTH = 5.95
_FLOOR = 0.62
_PARTITION = 2.35
"""Where the wall behind the seats stands, m."""
_FRONT_AXLE, _REAR_AXLE = 0.98, 4.65
_PAYLOAD_KG = 1_350.0


def van(rng: Generator | None = None) -> EmptyUnit:
    top = 2.62 if rng is None else float(rng.uniform(2.45, 2.78))
    lined = rng is not None and rng.random() < 0.5
    build = Assembly()
    _shell(build, top)
    _front(build)
    _inside(build, top, lined=lined)
    _below(build)
    half = 0.86
    return build.finish(
        "van",
        (_LENGTH, WIDTH, top),
        ((_PARTITION + 0.05, -half, _FLOOR), (_LENGTH - 0.12, half, top - 0.12)),
        _PAYLOAD_KG,
        voids=(
            ((_PARTITION + 0.2, -0.5, 0.45), (4.1, 0.5, _FLOOR - 0.02)),
            ((1.45, -0.85, _FLOOR), (1.95, 0.85, 0.92)),
        ),
    )


def _shell(build: Assembly, top: float) -> None:
    """Sides with sill, ribs and pillars, slanting nose and screen, roof, rear doors."""
    roof = top - 0.03
    for y0 in (-_HALF + 0.01, _HALF - 0.05):
        span = (y0, y0 + 0.04)
        lower = Prism(
            (0.05, 0.5, 1.5, _LENGTH), (0.42, 0.4, 0.36, 0.4), (0.85, 1.02, 1.2, 1.2), span
        )
        build.add(lower, "steel", 560)
        upper = Prism((2.25, 2.3, _LENGTH - 0.02), (1.2,) * 3, (roof,) * 3, span)
        build.add(upper, "steel", 380)
        sill = (1.4, y0, 0.34), (4.2, y0 + 0.04, 0.44)
        build.box(*sill, "steel", 1300)
        for x in (2.28, 3.2, 4.1, 5.0, _LENGTH - 0.1):  # pillars of the body
            build.box((x, y0, 0.5), (x + 0.07, y0 + 0.04, roof), "steel", 1100)
        for z in (1.3, 1.75, top - 0.12):
            build.box((2.3, y0, z), (_LENGTH - 0.05, y0 + 0.04, z + 0.05), "steel", 700)
        screen_post = Prism(
            (1.02, 1.1, 1.75, 1.83),
            (1.02, 1.02, roof - 0.1, roof - 0.06),
            (1.04, 1.12, roof, roof),
            span,
        )
        build.add(screen_post, "steel", 900)
        build.box((1.78, y0, roof - 0.08), (2.3, y0 + 0.04, roof), "steel", 800)
        window = Prism(
            (1.12, 1.75, 2.25),
            (1.15, 1.18, 1.2),
            (1.2, roof - 0.16, roof - 0.1),
            (y0 + 0.015, y0 + 0.019),
        )
        build.add(window, "glass", 2500)
    build.box((1.8, -_HALF + 0.06, roof), (_LENGTH, _HALF - 0.06, top), "steel", 260)
    for x in (2.3, 3.1, 3.9, 4.7, _LENGTH - 0.1):
        build.box((x, -_HALF + 0.06, roof - 0.04), (x + 0.05, _HALF - 0.06, roof), "steel", 500)
    pane = Prism(
        (1.05, 1.1, 1.74, 1.8),
        (1.02, 1.02, roof - 0.12, roof - 0.06),
        (1.05, 1.1, roof - 0.03, roof - 0.02),
        (-_HALF + 0.1, _HALF - 0.1),
    )
    build.add(pane, "glass", 260)
    bonnet = Prism((0.12, 0.6, 1.05), (0.86, 0.98, 1.03), (0.9, 1.01, 1.06), (-0.85, 0.85))
    build.add(bonnet, "steel", 260)
    door = (_LENGTH - 0.06, -_HALF + 0.06, 0.5), (_LENGTH - 0.02, _HALF - 0.06, top - 0.1)
    build.box(*door, "steel", 400)
    build.box((_LENGTH - 0.06, -0.95, 0.36), (_LENGTH, 0.95, 0.5), "steel", 420)
    build.box((_PARTITION, -0.9, _FLOOR), (_PARTITION + 0.03, 0.9, top - 0.12), "steel", 300)
    floor = (1.3, -_HALF + 0.06, _FLOOR - 0.03), (_LENGTH - 0.05, _HALF - 0.06, _FLOOR - 0.01)
    build.box(*floor, "steel", 700)


def _front(build: Assembly) -> None:
    """Engine and gearbox, radiator, battery, lamps, bumper."""
    engine(build, 0.42, 0.36, 0.64)
    build.box((0.22, -0.4, 0.4), (0.29, 0.4, 0.82), "aluminium", 800)
    build.box((0.0, -0.9, 0.36), (0.1, 0.9, 0.62), "polypropylene", 140)
    build.box((0.1, -0.8, 0.44), (0.15, 0.8, 0.54), "steel", 1300)
    build.pair((0.1, 0.55, 0.68), (0.3, 0.9, 0.86), "abs_plastic", 300)
    build.box((0.5, 0.5, 0.62), (0.78, 0.7, 0.82), "battery", 2100)
    for y in (-0.52, 0.44):  # longitudinal bearers of the nose
        build.box((0.15, y, 0.45), (1.5, y + 0.08, 0.57), "steel", 1300)


def _inside(build: Assembly, top: float, *, lined: bool) -> None:
    dash = Prism((1.02, 1.15, 1.4), (0.85, 0.82, 0.95), (1.08, 1.15, 1.1), (-0.85, 0.85))
    build.add(dash, "abs_plastic", 190)
    column = TiltedBox((1.38, 0.42, 0.98), (0.5, 0.05, 0.05), 40.0, "y")
    build.add(column, "steel", 3500)
    for y, wide in ((-0.85, 0.9), (0.2, 0.55)):
        build.box((1.5, y, _FLOOR), (1.9, y + wide, 0.88), "steel", 260)
        build.box((1.42, y, 0.9), (1.95, y + wide, 1.02), "polyurethane", 130)
        back = TiltedBox((2.06, y + wide / 2, 1.35), (0.75, wide, 0.11), 101.0, "y")
        build.add(back, "polyurethane", 180)
    cargo_floor = (_PARTITION, -0.86, _FLOOR - 0.01), (_LENGTH - 0.1, 0.86, _FLOOR)
    build.box(*cargo_floor, "plywood", 720)
    if lined:
        panel = (_PARTITION + 0.05, 0.865, _FLOOR), (_LENGTH - 0.15, 0.872, top - 0.5)
        build.pair(*panel, "plywood", 650)
    arch = (_REAR_AXLE - 0.4, 0.68, _FLOOR), (_REAR_AXLE + 0.4, 0.86, _FLOOR + 0.26)
    build.pair(*arch, "steel", 60)


def _below(build: Assembly) -> None:
    """Axles, frame under the floor, tank, exhaust, propeller shaft, spare wheel."""
    for x in (_FRONT_AXLE, _REAR_AXLE):
        wheels(build, x, _HALF - 0.02, VAN, twin=False)
    z = VAN.radius
    casing = Cylinder((_REAR_AXLE, 0.0, z), 0.05, 1.4, "y", 0.04)
    build.add(casing, "steel", STEEL)
    build.add(Cylinder((_REAR_AXLE, 0.0, z), 0.13, 0.22, "y"), "cast_iron", 4500)
    build.add(Cylinder((_FRONT_AXLE, 0.0, z + 0.02), 0.035, 1.3, "y"), "steel", 5500)
    shaft = Cylinder(((1.5 + _REAR_AXLE) / 2, 0.0, 0.42), 0.035, _REAR_AXLE - 1.7, "x", 0.031)
    build.add(shaft, "steel", STEEL)
    for y in (-0.55, 0.47):
        build.box((1.4, y, 0.47), (_LENGTH - 0.1, y + 0.08, _FLOOR - 0.03), "steel", 1200)
        for step, long in enumerate((1.3, 0.9)):
            leaf = TiltedBox((_REAR_AXLE, y, z + 0.1 - 0.02 * step), (long, 0.07, 0.014), 0.0, "y")
            build.add(leaf, "steel", STEEL)
    build.pair((_FRONT_AXLE - 0.06, 0.62, 0.4), (_FRONT_AXLE + 0.06, 0.72, 1.0), "steel", 2200)
    for x in (2.0, 2.9, 3.8):
        build.box((x, -0.85, 0.53), (x + 0.06, 0.85, _FLOOR - 0.03), "steel", 700)
    build.box((2.1, 0.5, 0.3), (2.95, 0.85, 0.47), "diesel", 500)
    exhaust = Cylinder((3.0, -0.35, 0.36), 0.03, 2.6, "x", 0.028)
    build.add(exhaust, "steel", STEEL)
    silencer = Cylinder((3.5, -0.35, 0.36), 0.1, 0.6, "x", 0.096)
    build.add(silencer, "steel", STEEL)
    spare = Cylinder((5.35, 0.0, 0.42), 0.33, 0.16, "z", 0.1)
    build.add(spare, "tyre", 420)
