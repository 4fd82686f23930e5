"""Tank container: a lying vessel in a 20′ frame, clad, with ladder, walkway, manhole and valves.

Outer frame ISO 668 1CC, build ISO 1496-3; capacity of 24 to 26 m³, shell of 4.4 to 6 mm stainless
steel with dished ends, up to 60 mm of foam under thin cladding, as makers' data sheets have it.
"""

from __future__ import annotations

from numpy.random import Generator

from scanai.synth.solids import Cylinder, TiltedBox, Vessel
from scanai.synth.units import iso
from scanai.synth.units.empty import STEEL, Assembly, EmptyUnit

_STAINLESS = 7900.0
_LENGTH, _HEIGHT = 6.058, 2.591
_AXIS_Z = 1.32
"""Height of the vessel's axis, m."""
_RADIUS = 1.13
"""Inside of the shell, m."""
_DISH = 0.36
PAYLOAD_KG = 26_000.0
_INSULATION = (0.03, 0.05)


def tank(rng: Generator | None = None) -> EmptyUnit:
    """24 m³; shell, insulation, baffles and fittings differ when drawn."""
    wall, foam, baffles, side = 0.0055, 0.04, 2, 1.0
    if rng is not None:
        wall, foam = float(rng.uniform(0.005, 0.006)), float(rng.uniform(*_INSULATION))
        baffles, side = int(rng.integers(0, 4)), float(rng.choice([-1.0, 1.0]))
    build = Assembly()
    _frame(build)
    _shell(build, wall, foam)
    _baffles(build, baffles)
    _fittings(build, side)
    half = _half_length()
    middle = _LENGTH / 2
    space = (
        (middle - half, -_RADIUS, _AXIS_Z - _RADIUS),
        (middle + half, _RADIUS, _AXIS_Z + _RADIUS),
    )
    size = (_LENGTH, iso.WIDTH, _HEIGHT)
    return build.finish("tank", size, space, PAYLOAD_KG, liquids_only=True)


def body(wall: float = 0.0) -> Vessel:
    """The inside of the shell; with `wall` the shell around it."""
    return Vessel(
        (_LENGTH / 2, 0.0, _AXIS_Z),
        _RADIUS + wall,
        2 * (_half_length() - _DISH),
        _DISH + wall,
        wall,
    )


def _half_length() -> float:
    return _LENGTH / 2 - 0.16


def _frame(build: Assembly) -> None:
    """End frames of square tube with diagonals, and rails along the bottom and the top."""
    half, top, end = iso.HALF, _HEIGHT, _LENGTH
    iso.castings(build, end, top)
    for x in (0.02, end - 0.14):
        build.pair((x, half - 0.12, 0.118), (x + 0.12, half, top - 0.118), "steel", 2300)
        for z in (0.0, top - 0.12):
            build.box((x, -half + 0.162, z), (x + 0.12, half - 0.162, z + 0.12), "steel", 2100)
        for y, z, lean in ((-0.62, 0.4, 135.0), (0.62, 0.4, 45.0), (-0.62, 2.1, 45.0)):
            brace = TiltedBox((x + 0.06, y, z), (0.08, 0.9, 0.08), lean, "x")
            build.add(brace, "steel", 1500)
    build.pair((0.178, half - 0.12, 0.0), (end - 0.178, half, 0.12), "steel", 1500)
    build.pair((0.178, half - 0.06, top - 0.06), (end - 0.178, half, top), "steel", 1500)
    for x, lean in ((0.62, 52.0), (end - 0.62, -52.0)):  # struts from the corner to the saddle
        for y in (-half + 0.06, half - 0.06):
            build.add(TiltedBox((x, y, 0.52), (1.15, 0.08, 0.08), lean, "y"), "steel", 1500)
    for x in (0.36, end - 0.42):  # saddles, which the vessel rests in
        build.box((x, -0.85, 0.12), (x + 0.06, 0.85, 0.42), "steel", 1100)


def _shell(build: Assembly, wall: float, foam: float) -> None:
    inside = body()
    build.add(body(wall), "stainless_steel", _STAINLESS)
    outer = inside.radius + wall
    long = inside.length + _DISH
    middle = inside.centre
    build.add(Cylinder(middle, outer + foam, long, "x", outer), "polyurethane", 50)
    skin = outer + foam + 0.001
    build.add(Cylinder(middle, skin, long, "x", skin - 0.001), "aluminium", 2700)
    for share in (-0.33, 0.0, 0.33):  # stiffening rings under the cladding
        x = middle[0] + share * inside.length
        ring = Cylinder((x, 0.0, _AXIS_Z), outer + 0.025, 0.05, "x", outer)
        build.add(ring, "stainless_steel", 2600)


def _baffles(build: Assembly, count: int) -> None:
    """Plates across that keep the liquid from surging, open above, below and in the middle."""
    inside = body()
    for number in range(count):
        x = inside.centre[0] + inside.length * ((number + 1) / (count + 1) - 0.5)
        plate = Cylinder((x, 0.0, _AXIS_Z), 0.8 * _RADIUS, 0.004, "x", 0.25)
        build.add(plate, "stainless_steel", _STAINLESS)


def _fittings(build: Assembly, side: float) -> None:
    """Manhole, valves, walkway and ladder above; the outlet with its valves at the rear end."""
    crown = _AXIS_Z + _RADIUS
    middle, end = _LENGTH / 2, _LENGTH
    neck = Cylinder((middle, 0.0, crown + 0.02), 0.25, 0.12, "z", 0.244)
    build.add(neck, "stainless_steel", _STAINLESS)
    build.add(
        Cylinder((middle, 0.0, crown + 0.088), 0.27, 0.016, "z"), "stainless_steel", _STAINLESS
    )
    for x, radius in ((-0.7, 0.06), (0.62, 0.05), (0.85, 0.035)):  # relief, air and filling valves
        valve = Cylinder((middle + x, 0.0, crown + 0.04), radius, 0.14, "z")
        build.add(valve, "stainless_steel", 3800)
    for y in (-0.75, 0.5):
        low = (0.4, y, _HEIGHT - 0.05)
        build.box(low, (end - 0.4, y + 0.25, _HEIGHT - 0.02), "aluminium", 520)
    out = end - 0.2
    valve = Cylinder((out, 0.0, _AXIS_Z - _RADIUS + 0.03), 0.09, 0.2, "x", 0.03)
    build.add(valve, "stainless_steel", _STAINLESS)
    build.add(Cylinder((out + 0.02, 0.0, _AXIS_Z - _RADIUS + 0.16), 0.03, 0.2, "z"), "steel", STEEL)
    build.add(
        Cylinder((end - 0.14, 0.0, _AXIS_Z - _RADIUS + 0.03), 0.11, 0.02, "x"), "steel", STEEL
    )
    y = side * (iso.HALF - 0.5)
    for rail in (-0.2, 0.2):
        upright = (end - 0.06, y + rail - 0.015, 0.15), (end - 0.03, y + rail + 0.015, 2.5)
        build.box(*upright, "steel", 2500)
    for step in range(8):
        z = 0.3 + 0.28 * step
        build.box((end - 0.06, y - 0.2, z), (end - 0.03, y + 0.2, z + 0.025), "steel", 2500)
    heating = Cylinder((middle, 0.0, _AXIS_Z - _RADIUS - 0.035), 0.03, 3.6, "x", 0.025)
    build.add(heating, "stainless_steel", _STAINLESS)
