"""White goods and furniture: thin walls around air, with the few dense parts that they have."""

from __future__ import annotations

from scanai.synth.forms.load import Load, starts
from scanai.synth.solids import Box, Cylinder, Vec3

# Solids of one load, at most.
_MOST_PIECES = 900
# What lies in some cartons of a household: material, and density with the air between, kg/m³.
_THINGS = (
    ("paper", 650.0),
    ("ceramic", 600.0),
    ("steel", 700.0),
    ("electronics", 450.0),
    ("glass", 500.0),
)


def appliances(load: Load) -> None:
    """Washing machines, refrigerators, air conditioners: rows of equal cabinets, tier on tier."""
    length, _, height = load.item.package
    tiers = max(1, int(load.size[2] / (height + 0.02)))
    lanes = [(load.lo[1] + 0.02, -0.02), (0.02, load.hi[1] - 0.02)]
    if len(starts(load.lo[0], load.hi[0], length)) * tiers * 2 * 11 > 560:
        lanes = [(load.lo[1] + 0.02, load.hi[1] - 0.02)]
    kind = "fridge" if height > 1.2 else "washer" if height > 0.7 else "cooler"
    for x in starts(load.lo[0], load.hi[0], length, load.uniform(0.01, 0.03)):
        for tier in range(tiers):
            for y0, y1 in lanes:
                if load.full:
                    return
                z = load.lo[2] + tier * (height + 0.02) + 0.02
                lo, hi = (float(x), y0, z), (float(x) + length - 0.02, y1, z + height)
                _appliance(load, kind, lo, hi)


def _appliance(load: Load, kind: str, lo: Vec3, hi: Vec3) -> None:
    (x0, y0, z0), (x1, y1, z1) = lo, hi
    length, width = x1 - x0, y1 - y0
    middle = ((x0 + x1) / 2, (y0 + y1) / 2, (z0 + z1) / 2)
    load.shell(lo, hi, 0.006, "steel", 1100)
    load.packing(Box((x0, y0, z0 - 0.02), (x1, y1, z0)), "polystyrene", 40)
    if kind == "washer":
        load.part(
            Cylinder(middle, 0.4 * length, 0.62 * width, "y", 0.4 * length - 0.004), "steel", 3900
        )
        load.part(
            Cylinder(middle, 0.44 * length, 0.66 * width, "y", 0.43 * length), "polypropylene", 900
        )
        for z, high in ((z1 - 0.13, 0.1), (z0 + 0.06, 0.08)):
            block = Box((x0 + 0.08, y0 + 0.15 * width, z), (x1 - 0.08, y1 - 0.35 * width, z + high))
            load.part(block, "concrete", 2300 * 0.75)
        motor_at = (middle[0] + 0.12 * length, middle[1], z0 + 0.12)
        load.part(Cylinder(motor_at, 0.07, 0.3 * width, "y"), "motor", 4200)
    elif kind == "fridge":
        foam = Box((x0 + 0.006, y0 + 0.02, z0 + 0.25), (x1 - 0.006, y1 - 0.02, z1 - 0.006))
        load.part(foam, "polyurethane", 30)
        for z in starts(z0 + 0.35, z1 - 0.1, 0.008, 0.3):
            shelf = Box((x0 + 0.06, y0 + 0.05, float(z)), (x1 - 0.06, y1 - 0.05, float(z) + 0.008))
            load.part(shelf, "glass", 1500)
        load.part(
            Cylinder((x1 - 0.15, middle[1], z0 + 0.12), 0.09, 0.35 * width, "y"), "motor", 3600
        )
        load.part(
            Box((x1 - 0.03, y0 + 0.05, z0 + 0.3), (x1 - 0.008, y1 - 0.05, z1 - 0.2)), "steel", 180
        )
    else:
        load.part(
            Cylinder((x0 + 0.7 * length, middle[1], z0 + 0.17), 0.08, 0.4 * width, "y"),
            "motor",
            3800,
        )
        load.part(
            Box((x0 + 0.02, y0 + 0.03, z0 + 0.05), (x0 + 0.06, y1 - 0.03, z1 - 0.05)),
            "aluminium",
            500,
        )
        load.part(
            Box((x0 + 0.08, y0 + 0.03, z0 + 0.3), (x0 + 0.1, y1 - 0.03, z1 - 0.05)), "copper", 350
        )
        load.part(
            Cylinder((x0 + 0.35 * length, middle[1], middle[2]), 0.05, 0.15 * width, "y"),
            "motor",
            4000,
        )


def furniture(load: Load) -> None:
    """Cabinets, tables, sofas, mattresses and boxes packed as they come, full of air."""
    for y0, y1 in ((load.lo[1], -0.02), (0.02, load.hi[1])):
        x = load.lo[0]
        share = 0.5 if y0 < -0.1 else 1.0
        while x < load.hi[0] - 0.4 and load.mass < share * load.item.mass_kg:
            length = min(load.uniform(0.5, 1.7), load.hi[0] - x)
            z = load.lo[2]
            while z < load.hi[2] - 0.3 and len(load.objects) < 600:
                height = min(load.uniform(0.35, 1.3), load.hi[2] - 0.02 - z)
                _piece(load, (x, y0 + 0.03, z), (x + length - 0.03, y1 - 0.03, z + height - 0.02))
                z += height
                if load.chance(0.1):
                    break
            x += length


def household(load: Load) -> None:
    """What a family moves with: furniture, machines, cartons, bedding and carpets."""
    for y0, y1 in ((load.lo[1], -0.02), (0.02, load.hi[1])):
        x = load.lo[0]
        share = 0.5 if y0 < -0.1 else 1.0
        while x < load.hi[0] - 0.5 and load.mass < share * load.item.mass_kg:
            length = min(load.uniform(0.55, 1.6), load.hi[0] - x)
            z, top = load.lo[2], load.lo[2] + load.size[2] * load.uniform(0.65, 0.98)
            while z < top - 0.25 and len(load.objects) < _MOST_PIECES:
                high = _belonging(
                    load, (x, y0 + 0.02, z), (x + length - 0.02, y1 - 0.02, top - 0.01)
                )
                z += high + 0.01
            x += length


def _belonging(load: Load, lo: Vec3, hi: Vec3) -> float:
    """One thing, or a layer of things, on `lo`; returns its height. Heavy things stand low."""
    (x0, y0, z0), (x1, y1, z1) = lo, hi
    room, on_floor = z1 - z0, z0 < load.lo[2] + 0.05
    if on_floor and room > 0.9 and load.chance(0.25):
        machine, high = ("fridge", 1.65) if room > 1.7 and load.chance(0.5) else ("washer", 0.85)
        _appliance(load, machine, (x0, y0, z0 + 0.02), (x0 + 0.6, min(y1, y0 + 0.62), z0 + high))
        if x1 - x0 > 0.85:
            _cartons(load, (x0 + 0.63, y0, z0), (x1, y1, z0 + high))
        return high
    kind = int(load.rng.choice(4, p=[0.45, 0.33, 0.12, 0.1]))
    high = min(room, load.uniform(0.35, 1.1))
    if kind == 0:
        _piece(load, lo, (x1, y1, z0 + high))
    elif kind == 1:
        _cartons(load, lo, (x1, y1, z0 + high))
    elif kind == 2:  # mattresses with their springs, lying
        high = min(high, 0.45)
        load.part(Box(lo, (x1, y1, z0 + high)), "polyurethane", 45)
        spring = Box((x0 + 0.02, y0, z0 + 0.3 * high), (x1 - 0.02, y1, z0 + 0.7 * high))
        load.part(spring, "steel", 38)
    else:  # carpets, rolled
        high = min(high, 0.34)
        middle = ((x0 + x1) / 2, y0 + high / 2 + 0.02, z0 + high / 2)
        load.goods(Cylinder(middle, high / 2, x1 - x0, "x", 0.05), 1.6)
        _cartons(load, (x0, y0 + high + 0.06, z0), (x1, y1, z0 + high))
    return high


def _cartons(load: Load, lo: Vec3, hi: Vec3) -> None:
    """Cartons of a removal, each with something else: clothes, dishes, books, tools."""
    (x0, y0, z0), (x1, y1, z1) = lo, hi
    if min(x1 - x0, y1 - y0, z1 - z0) < 0.15:
        return
    columns, tiers = max(1, round((x1 - x0) / 0.5)), max(1, round((z1 - z0) / 0.38))
    long, high = (x1 - x0) / columns, (z1 - z0) / tiers
    for column in range(columns):
        for tier in range(tiers):
            left, low = x0 + column * long, z0 + tier * high
            end = (left + long - load.uniform(0.004, 0.05), y1, low + high - 0.004)
            load.goods(Box((left, y0, low), end), float(load.rng.lognormal(0.1, 0.6)))
            if load.chance(0.35):
                size = load.rng.uniform(0.08, 0.25, 3)
                at = [low_ + load.uniform(0.01, 0.5) * 0.2 for low_ in (left, y0, low)]
                thing = Box(
                    (at[0], at[1], at[2]),
                    (at[0] + size[0], at[1] + size[1], at[2] + min(size[2], 0.6 * high)),
                )
                name, heavy = _THINGS[load.rng.integers(len(_THINGS))]
                load.part(thing, name, heavy)


def _piece(load: Load, lo: Vec3, hi: Vec3) -> None:
    (x0, y0, z0), (x1, y1, z1) = lo, hi
    kind = load.rng.integers(0, 6)
    if kind <= 1:  # cabinet with shelves
        load.shell(lo, hi, 0.018, "wood", 650)
        for z in starts(z0 + 0.25, z1 - 0.1, 0.018, 0.3):
            shelf = Box(
                (x0 + 0.018, y0 + 0.02, float(z)), (x1 - 0.018, y1 - 0.02, float(z) + 0.018)
            )
            load.part(shelf, "wood", 650)
        if load.chance(0.4):
            stuff = Box((x0 + 0.03, y0 + 0.1, z0 + 0.02), (x1 - 0.03, y1 - 0.1, z0 + 0.24))
            load.goods(stuff, load.uniform(0.5, 1.6))
    elif kind == 2:  # sofa
        mid = z0 + 0.5 * (z1 - z0)
        load.part(Box((x0, y0, z0 + 0.06), (x1, y1, mid)), "polyurethane", 75)
        load.part(Box((x0, y0, mid), (x0 + 0.2, y1, z1)), "polyurethane", 60)
        load.part(Box((x0, y0, z0), (x1, y1, z0 + 0.06)), "wood", 250)
    elif kind == 3:  # flat packs: dense board, finely layered
        for z in starts(z0, z1 - 0.06, 0.055, 0.006):
            inset = load.uniform(0, 0.05)
            board = Box((x0 + inset, y0 + 0.1, float(z)), (x1 - inset, y1 - 0.1, float(z) + 0.055))
            load.part(board, "wood", load.uniform(380, 560))
            if float(z) > z0 + 0.4:
                break
    elif kind == 4:  # chairs or a table: legs and a top
        load.part(Box((x0, y0, z1 - 0.05), (x1, y1, z1)), "wood", 450)
        for x in (x0 + 0.02, x1 - 0.07):
            for y in (y0 + 0.02, y1 - 0.07):
                load.part(Box((x, y, z0), (x + 0.05, y + 0.05, z1 - 0.05)), "wood", 680)
    else:
        load.goods(Box(lo, hi), load.vary(0.25))
