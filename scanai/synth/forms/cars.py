"""Cars of several body shapes, drawn of the parts that show in a scan.

Shapes are in `car_shapes`, engines and wheels in `car_drive`. Sheet is 0.7 to 0.9 mm, doors and
floors are two of them with what is between. A car is turned end for end when it was driven in
backwards.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from scanai.synth.forms.car_drive import (
    battery,
    engine_across,
    engine_along,
    fuel_and_exhaust,
    wheels,
)
from scanai.synth.forms.car_shapes import (
    ESTATE,
    HATCHBACK,
    PICK_UP,
    SALOON,
    SUV,
    VAN,
    Body,
    Shape,
)
from scanai.synth.forms.load import Load
from scanai.synth.solids import Box, Cylinder, Prism, Solid, TiltedBox

# Air between cars, and to the walls of the unit, m.
_BETWEEN = (0.08, 0.35)
_AGAINST = 0.02
# Loads of one model, as against cars bought here and there; cars driven by a battery.
_ALIKE = 0.3
_ELECTRIC = 0.1


# How often each is exported used, a project estimate.
_SHAPES = (SALOON, HATCHBACK, ESTATE, SUV, PICK_UP, VAN)
_SHARES = (0.3, 0.24, 0.08, 0.22, 0.09, 0.07)


def cars(load: Load) -> None:
    """Cars one behind the other, either way round, each a shape of its own unless bought alike."""
    alike = load.chance(_ALIKE)
    shape = _draw_shape(load)
    x = load.lo[0] + load.uniform(0.03, 0.2)
    for _ in range(12):
        if load.full:
            return
        room = load.hi[0] - x
        shape = shape if alike else _draw_shape(load)
        length = shape.size[0] * load.vary(0.015)
        if length > room:
            shape = HATCHBACK
            length = min(room, shape.size[0] * load.vary(0.015))
        if length < 0.92 * shape.size[0]:
            return
        width = min(shape.size[1], load.size[1] - 2 * _AGAINST)
        height = min(shape.size[2] * load.vary(0.015), load.size[2] - _AGAINST)
        spare = (load.size[1] - width) / 2 - _AGAINST
        y = (load.lo[1] + load.hi[1]) / 2 + float(np.clip(load.rng.normal(0, 0.06), -spare, spare))
        first = len(load.objects)
        _car(load, Body(shape, (x, y, load.lo[2]), (length, width, height)))
        if load.chance(0.5):
            _mirror(load, first, x + length / 2)
        x += length + load.uniform(*_BETWEEN)


def _draw_shape(load: Load) -> Shape:
    return _SHAPES[load.rng.choice(len(_SHAPES), p=_SHARES)]


def _car(load: Load, body: Body) -> None:
    electric = load.chance(_ELECTRIC) and body.shape is not PICK_UP
    _skin(load, body)
    for side in (-1, 1):
        _side(load, body, side)
    _frame(load, body)
    _front(load, body)
    if electric:
        battery(load, body)
    elif load.chance(body.shape.lengthwise):
        engine_along(load, body)
    else:
        engine_across(load, body)
    if not electric:
        fuel_and_exhaust(load, body)
    _inside(load, body)
    wheels(load, body)


# --- the body ------------------------------------------------------------------------------------


def _skin(load: Load, body: Body) -> None:
    """Bonnet, windscreen, roof, rear window and lid, each across the whole width."""
    screen, roof, roof_end, end = body.shape.cabin
    parts = (
        (0.03, screen, 0.016, "steel", 780.0, 0.06),
        (screen, roof, 0.014, "glass", 1500.0, 0.12),
        (roof, roof_end, 0.014, "steel", 560.0, 0.12),
        (roof_end, end, 0.014, "glass", 1100.0, 0.14),
        (end, 0.985, 0.016, "steel", 760.0, 0.06),
    )
    for start, stop, thick, name, density, inset in parts:
        if stop - start < 0.02 or (body.shape is PICK_UP and start >= end):
            continue
        along = body.knots(start, stop)
        top = body.top(along)
        width = (-body.half + inset, body.half - inset)
        load.part(body.prism(along, [z - thick for z in top], top, width), name, density)
    if body.shape is PICK_UP:  # floor and gate of the bed
        bed = body.slab((end, 0.985), (-body.half + 0.1, body.half - 0.1), (0.4, 0.415))
        load.part(bed, "steel", 900)
        gate = body.slab((0.985, 1.0), (-body.half + 0.05, body.half - 0.05), (0.4, 0.64))
        load.part(gate, "steel", 420)


def _side(load: Load, body: Body, side: int) -> None:
    """One flank: doors and wings down to the sill, wheel arches cut out, frame of the windows."""
    shape, length = body.shape, body.size[0]
    waist = shape.waist * body.size[2]
    outer = side * (body.half - 0.03)
    across = (outer - 0.03, outer + 0.03)
    sill = 0.145 * body.size[2]
    arch = shape.wheel + 0.06
    along = np.unique(
        np.concatenate(
            [
                body.knots(0.012, 0.99),
                *(axle + np.linspace(-1, 1, 9) * arch / length for axle in shape.axles),
            ]
        )
    )
    bottom = np.full(along.size, sill)
    bottom[(along < 0.04) | (along > 0.95)] = sill + 0.1
    for axle in shape.axles:
        away = (along - axle) * length
        bottom = np.maximum(bottom, shape.wheel + np.sqrt(np.maximum(arch**2 - away**2, 0)) - 0.02)
    top = np.minimum(body.top(along.tolist()), waist)
    places = along.tolist()
    flank = body.prism(places, np.minimum(bottom, top - 0.01).tolist(), top.tolist(), across)
    load.part(flank, "steel", 500)
    front, back = shape.axles
    ends = (front + arch / length, back - arch / length)
    load.part(body.slab(ends, across, (0.13, 0.2)), "steel", 900)  # sill, a hollow section
    beam = body.slab((shape.cabin[0] + 0.05, ends[1]), across, (0.42, 0.45))
    load.part(beam, "steel", 1100)  # against a blow on the doors
    _window_frame(load, body, side, waist)


def _window_frame(load: Load, body: Body, side: int, waist: float) -> None:
    """Pillars and roof rail, leaning inwards, and the panes between them."""
    shape = body.shape
    screen, _, roof_end, end = shape.cabin
    outer = side * (body.half - 0.12)
    across = (outer - 0.035, outer + 0.035)
    along = body.knots(screen + 0.01, end)
    top = body.top(along)
    rail = [max(waist - 0.02, high - 0.075) for high in top]
    load.part(body.prism(along, rail, top, across), "steel", 900)
    height = body.size[2]
    behind = shape.seats[0] + 0.16
    rise = body.top([behind])[0] - waist
    pillar = body.at(behind, outer, (waist + rise / 2) / height)
    load.part(TiltedBox(pillar, (rise, 0.07, 0.085), 94.0, "y"), "steel", 900)
    closed = (behind, end) if shape is VAN else (max(roof_end - 0.03, behind), end)
    panel = body.knots(*closed)
    density = 330.0 if shape is VAN else 620.0
    edge = body.top(panel)
    low = [min(waist, high) for high in edge]
    load.part(body.prism(panel, low, edge, across), "steel", density)
    pane = body.knots(screen + 0.03, closed[0])
    glass = (outer - 0.003, outer + 0.002)
    upper = body.top(pane)
    load.part(body.prism(pane, [min(waist, z) for z in upper], upper, glass), "glass", 1900)


def _frame(load: Load, body: Body) -> None:
    """Floor, bulkhead, rails in front and behind, cross members, bumpers with their beams."""
    half, shape = body.half, body.shape
    screen = shape.cabin[0]
    floor = body.slab((screen - 0.02, 0.9), (-half + 0.12, half - 0.12), (0.15, 0.17))
    load.part(floor, "steel", 700)
    mats = body.slab((screen, 0.88), (-half + 0.15, half - 0.15), (0.172, 0.182))
    load.part(mats, "rubber", 420)
    wall = body.slab((screen - 0.015, screen), (-half + 0.1, half - 0.1), (0.18, 0.6))
    load.part(wall, "steel", 130)
    rails: tuple[tuple[float, float], ...] = ((0.04, screen + 0.04), (shape.axles[1] - 0.12, 0.97))
    if shape is PICK_UP:  # a ladder frame
        rails = ((0.03, 0.985),)
    for start, stop in rails:
        for y in (-0.5, 0.42):
            rail = body.slab((start, stop), (y, y + 0.08), (0.235, 0.3))
            load.part(rail, "steel", 1300)
    for at in (screen + 0.13, shape.seats[0] + 0.04, shape.axles[1] - 0.1):
        member = body.slab((at, at + 0.018), (-half + 0.15, half - 0.15), (0.17, 0.21))
        load.part(member, "steel", 1000)
    for start, stop, low, high in ((0.0, 0.022, 0.17, 0.42), (0.978, 1.0, 0.2, 0.42)):
        cover = body.slab((start, stop), (-half + 0.05, half - 0.05), (low, high))
        load.part(cover, "polypropylene", 110)
    for start, stop in ((0.024, 0.036), (0.962, 0.974)):
        beam = body.slab((start, stop), (-half + 0.2, half - 0.2), (0.29, 0.36))
        load.part(beam, "steel", 1100)


def _front(load: Load, body: Body) -> None:
    """Lamps, radiator with fan, starter battery, wiper motor, brake servo."""
    half = body.half
    for side in (-1, 1):
        y = side * (half - 0.22)
        lamp = body.slab((0.02, 0.07), (y - 0.16, y + 0.16), (0.42, 0.5))
        load.part(lamp, "abs_plastic", 320)
        rear = body.slab(
            (0.955, 0.985), (side * (half - 0.1) - 0.07, side * (half - 0.1) + 0.07), (0.46, 0.56)
        )
        load.part(rear, "abs_plastic", 260)
    load.part(body.slab((0.045, 0.056), (-0.36, 0.36), (0.2, 0.48)), "aluminium", 900)
    load.part(body.slab((0.057, 0.075), (-0.3, 0.3), (0.22, 0.46)), "nylon", 160)
    x, y, z = body.at(0.14, 0.46, 0.4)
    load.part(Box((x, y, z), (x + 0.24, y + 0.17, z + 0.18)), "battery", 2250)
    servo = body.at(body.shape.cabin[0] - 0.035, -0.4, 0.52)
    load.part(Cylinder(servo, 0.11, 0.12, "x", 0.1), "steel", 4000)


# --- what is in it -------------------------------------------------------------------------------


def _inside(load: Load, body: Body) -> None:
    """Dashboard, steering, seats on their frames, trim, spare wheel."""
    half, shape = body.half, body.shape
    screen = shape.cabin[0]
    dash = body.slab((screen + 0.01, screen + 0.1), (-half + 0.12, half - 0.12), (0.46, 0.62))
    load.part(dash, "abs_plastic", 190)
    heater = body.slab((screen + 0.01, screen + 0.07), (-0.22, 0.2), (0.3, 0.5))
    load.part(heater, "abs_plastic", 330)
    cross = Cylinder(body.at(screen + 0.06, 0.0, 0.55), 0.028, 2 * half - 0.3, "y", 0.025)
    load.part(cross, "steel", 7850)
    wheel = body.at(screen + 0.13, 0.37, 0.6)
    column = body.at(screen + 0.085, 0.37, 0.53)
    load.part(TiltedBox(column, (0.42, 0.05, 0.05), 30.0, "y"), "steel", 2600)
    load.part(TiltedBox(wheel, (0.03, 0.37, 0.37), 30.0, "y"), "polyurethane", 330)
    for number, at in enumerate(shape.seats):
        sides = (-0.37, 0.37) if number == 0 else (0.0,)
        for y in sides:
            _seat(load, body, at, y, 0.5 if number == 0 else 2 * half - 0.5)
    for side in (-1, 1):
        y = side * (half - 0.09)
        trim = body.slab((screen + 0.08, shape.cabin[2]), (y - 0.02, y + 0.02), (0.22, 0.6))
        load.part(trim, "polypropylene", 200)
    if shape is VAN:
        floor = body.slab((shape.seats[0] + 0.2, 0.97), (-half + 0.15, half - 0.15), (0.175, 0.181))
        load.part(floor, "plywood", 650)
    elif load.chance(0.6):
        lying = body.at(min(shape.axles[1] + 0.11, 0.87), 0.0, 0.27)
        radius = shape.wheel - 0.015
        spare = Cylinder(lying, radius, 0.12, "z", 0.93 * radius)
        load.part(spare, "tyre", 1150)
        load.part(Cylinder(lying, 0.63 * radius, 0.11, "z", 0.6 * radius), "steel", 7000)
        load.part(Cylinder(lying, 0.6 * radius, 0.004, "z"), "steel", 7000)


def _seat(load: Load, body: Body, along: float, across: float, width: float) -> None:
    """Cushion and back of foam on a steel frame, rails below, a headrest above."""
    x, y, z = body.at(along, across, 0.19)
    lo, hi = y - width / 2, y + width / 2
    load.part(Box((x, lo, z + 0.16), (x + 0.46, hi, z + 0.28)), "polyurethane", 75)
    load.part(Box((x + 0.03, lo, z + 0.13), (x + 0.44, hi, z + 0.155)), "steel", 420)
    for at in (lo + 0.04, hi - 0.07):
        load.part(Box((x, at, z), (x + 0.42, at + 0.03, z + 0.03)), "steel", 3200)
    high = min(0.62, 0.8 * body.size[2] - (z - body.place[2]) - 0.1)
    back = (x + 0.46 + 0.15 * high, y, z + 0.24 + high / 2)
    load.part(TiltedBox(back, (high, width, 0.11), 107.0, "y"), "polyurethane", 75)
    for at in (lo + 0.03, hi - 0.03):
        post = TiltedBox((back[0], at, back[2]), (high, 0.025, 0.05), 107.0, "y")
        load.part(post, "steel", 2300)
    rest = (x + 0.46 + 0.32 * high, y, z + 0.24 + 1.1 * high)
    load.part(TiltedBox(rest, (0.17, 0.26, 0.08), 107.0, "y"), "polyurethane", 120)


def _mirror(load: Load, first: int, middle: float) -> None:
    """Turns what was added since `first` end for end about x = middle."""
    for position in range(first, len(load.objects)):
        item = load.objects[position]
        load.objects[position] = replace(item, solid=_mirrored(item.solid, 2 * middle))


def _mirrored(solid: Solid, twice: float) -> Solid:
    """The image in the plane x = twice / 2."""
    if isinstance(solid, Box):
        lo = (twice - solid.hi[0], *solid.lo[1:])
        return Box(lo, (twice - solid.lo[0], *solid.hi[1:]))
    if isinstance(solid, TiltedBox):
        centre = (twice - solid.centre[0], *solid.centre[1:])
        return replace(solid, centre=centre, angle_deg=-solid.angle_deg)
    if isinstance(solid, Cylinder):
        return replace(solid, centre=(twice - solid.centre[0], *solid.centre[1:]))
    if isinstance(solid, Prism):
        along = tuple(twice - x for x in reversed(solid.x))
        return replace(solid, x=along, bottom=solid.bottom[::-1], top=solid.top[::-1])
    raise TypeError(f"no mirror image of {type(solid).__name__}")
