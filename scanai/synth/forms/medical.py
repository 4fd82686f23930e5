"""Medical and laboratory equipment: gantries, patient tables and cabinets in padded crates."""

from __future__ import annotations

from scanai.synth.forms.load import Load, starts
from scanai.synth.forms.machines import motor
from scanai.synth.solids import Axis, Box, Cylinder, Vec3


def medical(load: Load) -> None:
    """One crate after another; most loads hold all three sorts."""
    x = load.lo[0] + load.uniform(0.05, 0.3)
    while x < load.hi[0] - 0.8 and not load.full:
        build = (_gantry, _table, _cabinet)[load.rng.integers(3)]
        length, width, height = _SIZES[build.__name__]
        scale = load.uniform(0.85, 1.1)
        length = min(length * scale, load.hi[0] - x - 0.05)
        width = min(width * scale, load.size[1] - 0.1)
        height = min(height * scale, load.size[2] - 0.2)
        y = load.uniform(-0.04, 0.04) - width / 2
        floor = load.lo[2] + 0.12
        for at in (0.05, 0.45, 0.85):
            foot = Box((x + at * length, y, load.lo[2]), (x + at * length + 0.1, y + width, floor))
            load.packing(foot, "wood", 560)
        lo, hi = (x, y, floor), (x + length, y + width, floor + height)
        load.crate(lo, hi)
        load.part(
            Box((x + 0.03, y + 0.03, floor + 0.03), (hi[0] - 0.03, hi[1] - 0.03, hi[2])),
            "polystyrene",
            12,
        )
        inset = 0.09
        build(
            load,
            (lo[0] + inset, lo[1] + inset, lo[2] + 0.04),
            (hi[0] - inset, hi[1] - inset, hi[2] - inset),
        )
        x += length + load.uniform(0.05, 0.4)


# Length, width and height of the crate, m.
_SIZES: dict[str, Vec3] = {
    "_gantry": (1.5, 2.1, 2.1),
    "_table": (2.6, 0.9, 1.2),
    "_cabinet": (0.9, 1.0, 1.9),
}


def _gantry(load: Load, lo: Vec3, hi: Vec3) -> None:
    """A ring with its tube, generator and detectors on a cast foot, from the side or in face."""
    (x0, y0, z0), (x1, y1, z1) = lo, hi
    middle = ((x0 + x1) / 2, (y0 + y1) / 2, (z0 + z1) / 2 + 0.1)
    axis: Axis = "y" if load.chance(0.5) else "x"
    across = min(x1 - x0, z1 - z0 - 0.2) if axis == "y" else min(y1 - y0, z1 - z0 - 0.2)
    thick = 0.45 * ((y1 - y0) if axis == "y" else (x1 - x0))
    outer, bore = across / 2, 0.36 * across
    load.part(Cylinder(middle, outer, thick, axis, 0.985 * outer), "abs_plastic", 1050)
    load.part(Cylinder(middle, bore, thick, axis, 0.97 * bore), "abs_plastic", 1050)
    frame = 0.82 * outer
    load.part(Cylinder(middle, frame, 0.12 * thick, axis, 1.05 * bore), "aluminium", 2300)
    ring = Cylinder(middle, 0.95 * outer, 0.1 * thick, axis, 0.88 * outer)
    load.part(ring, "steel", 6500)
    radius = (bore + outer) / 2
    for up, side, name, density, size in (
        (1.0, 0.0, "lead", 3600.0, 0.15),
        (-0.2, 0.95, "motor", 2400.0, 0.2),
        (-0.95, -0.2, "electronics", 1500.0, 0.22),
    ):
        at = (
            middle[0] + (side * radius if axis == "y" else 0.0),
            middle[1] + (side * radius if axis == "x" else 0.0),
            middle[2] + up * radius,
        )
        half = size / 2
        block = Box(
            (at[0] - half, at[1] - half, at[2] - half), (at[0] + half, at[1] + half, at[2] + half)
        )
        load.part(block, name, density)
    foot = Box((x0, y0 + 0.1, z0), (x1, y1 - 0.1, z0 + 0.07))
    load.part(foot, "cast_iron", 3500)


def _table(load: Load, lo: Vec3, hi: Vec3) -> None:
    """A long thin top over a lift with its motor."""
    (x0, y0, z0), (x1, y1, z1) = lo, hi
    top = Box((x0, y0 + 0.1, z1 - 0.06), (x1, y1 - 0.1, z1 - 0.04))
    load.part(top, "graphite", 1500)
    load.part(Box((x0, y0 + 0.1, z1 - 0.04), (x1, y1 - 0.1, z1)), "polyurethane", 60)
    for x in (x0 + 0.1, x1 - 0.2):
        load.part(Box((x, y0 + 0.12, z1 - 0.14), (x + 0.1, y1 - 0.12, z1 - 0.06)), "steel", 2600)
    left, right = x0 + 0.3 * (x1 - x0), x0 + 0.75 * (x1 - x0)
    load.part(Box((left, y0, z0), (right, y1, z0 + 0.05)), "cast_iron", 6500)
    load.shell(
        (left + 0.1, y0 + 0.1, z0 + 0.05), (right - 0.1, y1 - 0.1, z1 - 0.14), 0.004, "steel", 7000
    )
    at = ((left + right) / 2, (y0 + y1) / 2, z0 + 0.2)
    motor(load, at, 0.09, 0.26, "x")
    screw = Cylinder((at[0] - 0.18, at[1], (z0 + z1) / 2), 0.025, 0.6 * (z1 - z0), "z")
    load.part(screw, "steel", 7850)


def _cabinet(load: Load, lo: Vec3, hi: Vec3) -> None:
    """Electronics in a sheet cabinet, tier on tier, with a transformer or a pump at the foot."""
    (x0, y0, z0), (x1, y1, z1) = lo, hi
    load.shell(lo, hi, 0.003, "steel", 7000)
    for z in starts(z0 + 0.4, z1 - 0.15, 0.13, load.uniform(0.02, 0.1)):
        end = load.uniform(x0 + 0.5 * (x1 - x0), x1 - 0.03)
        tray = Box((x0 + 0.03, y0 + 0.06, float(z)), (end, y1 - 0.1, float(z) + 0.13))
        load.part(tray, "electronics", load.uniform(120, 600))
    if load.chance(0.5):
        foot = Box((x0 + 0.1, y0 + 0.15, z0 + 0.04), (x1 - 0.15, y1 - 0.3, z0 + 0.3))
        load.part(foot, "motor", 4300)
    else:
        motor(load, ((x0 + x1) / 2, (y0 + y1) / 2, z0 + 0.2), 0.12, 0.34, "x")
