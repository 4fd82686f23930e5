"""Forms of goods in packages: cartons, sacks, big bags, bales, drums, IBCs, rolls.

Rows of packages across the unit are drawn as one or two solids, each with its own density and
offset: a ray crosses all of them anyway, and what an analyst sees are the gaps and tiers.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.random import Generator

from scanai.synth.forms.load import Load, centred, starts, tiers_of_columns
from scanai.synth.forms.pallets import PALLET, pallet_base
from scanai.synth.solids import Box, Cylinder, Heap, Vec3

# Most solids that one load of packages is drawn with, and with what shows inside of cartons.
_MOST = 420
_MOST_WITH_CORES = 560
# Density of cartons, kg/m³, above which no single part of what is inside shows.
_CLOSE = 350.0


def _layers_across(load: Load, columns: int, tiers: int) -> list[tuple[float, float]]:
    """Spans of y that are drawn as one solid each: as many as the budget allows, at most three."""
    count = int(np.clip(_MOST // max(1, round(columns * tiers * load.fraction)), 1, 3))
    edges = np.linspace(load.lo[1], load.hi[1], count + 1)
    return [(float(a), float(b) - 0.01) for a, b in pairwise(edges)]


def cartons(load: Load) -> None:
    """Stacked by hand on the floor in columns that lean a little and step down to the doors."""
    length, _, height = load.item.package
    clearance = load.uniform(0.02, 0.12)
    begins = starts(load.lo[0], load.hi[0], length, 0.004)
    tiers = max(1, int((load.size[2] - clearance) / height))
    rows = _layers_across(load, len(begins), tiers)
    cores = _cores(load)
    if cores:  # what is inside shows best where cartons across the unit are drawn as one
        rows = [(load.lo[1], load.hi[1] - 0.01)]
        cartons_drawn = max(1, round(len(begins) * tiers * load.fraction))
        cores = cores[: max(1, _MOST_WITH_CORES // cartons_drawn)]
    # Gaps of neighbouring rows never line up: only where one solid is the whole width must they be
    # so thin that no ray slips through.
    gap = load.uniform(0.002, 0.006) if len(rows) > 1 else 0.0006
    profiles = [tiers_of_columns(load.rng, len(begins), tiers, load.fraction) for _ in rows]
    if load.chance(0.7):
        profiles = [profiles[0]] * len(rows)
    slack = max(0.0, load.hi[0] - begins[-1] - length)
    offsets = load.rng.uniform(0, min(0.12, slack + 1e-3), len(rows))
    settled = load.rng.uniform(0.985, 1.0, len(rows))
    lean = load.rng.normal(0, 0.004)
    unlike = load.uniform(0.02, 0.06)
    for column, begin in enumerate(begins):
        lean = 0.8 * lean + load.rng.normal(0, 0.003)
        wobble = load.rng.normal(0, 0.003, tiers)
        density = load.vary(0.025)
        for row, (y0, y1) in enumerate(rows):
            step = height * settled[row]
            for tier in range(profiles[row][column]):
                if load.full:
                    return
                shift = offsets[row] + lean * tier + wobble[tier]
                x = float(np.clip(begin + shift, load.lo[0], load.hi[0] - length))
                z = load.lo[2] + tier * step
                high = step - (0.003 if len(rows) > 1 else 0.0)
                box = Box((x, y0, z), (x + length - gap + 0.004, y1, z + high))
                load.goods(box, density * load.vary(unlike))
                for core in cores:
                    load.goods(core.placed(box), core.share * load.vary(0.03))


@dataclass(frozen=True)
class _Core:
    """What is densest in a carton, by shares of its size: the same in all cartons of one kind."""

    lo: Vec3
    hi: Vec3
    share: float
    """Of the carton's own density, on top of it."""

    def placed(self, carton: Box) -> Box:
        lo, hi = (
            [a + part * (b - a) for part, a, b in zip(side, carton.lo, carton.hi, strict=True)]
            for side in (self.lo, self.hi)
        )
        return Box((lo[0], lo[1], lo[2]), (hi[0], hi[1], hi[2]))


def _cores(load: Load) -> list[_Core]:
    """One to four for light goods; what is packed close shows none."""
    if load.item.density > _CLOSE:
        return []
    cores = []
    for _ in range(int(load.rng.integers(1, 5))):
        size = load.rng.uniform(0.12, 0.75, 3)
        lo = load.rng.uniform(0.02, 0.98 - size)
        hi = lo + size
        share = load.uniform(0.02, 0.12) / float(np.prod(size)) ** 0.5
        corner, end = (float(lo[0]), 0.02, float(lo[2])), (float(hi[0]), 0.98, float(hi[2]))
        cores.append(_Core(corner, end, share))
    return cores


def sacks(load: Load) -> None:
    """Sacks in bond, every other tier begun with a sack turned crosswise, to uneven heights."""
    length, across, height = load.item.package
    columns = max(1, int(load.size[0] / length))
    tiers = max(1, int((load.size[2] - 0.12) / height))
    rows = _layers_across(load, columns, tiers)
    for number, (y0, y1) in enumerate(rows):
        # Rows settle differently, so that their tiers do not line up.
        step = height * load.uniform(0.95, 1.0)
        profile = tiers_of_columns(load.rng, columns, tiers, load.fraction, ragged=0.4)
        used = int((profile > 0).sum())
        end = load.lo[0] + used * length
        enough = load.item.mass_kg * (number + 1) / len(rows)
        for tier in range(int(profile.max())):
            x = load.lo[0] + (load.uniform(0.9, 1.1) * across if tier % 2 else 0.0)
            if tier % 2 and profile[0] > tier and load.mass < enough:
                _sack(load, (load.lo[0], y0, load.lo[2] + tier * step), (x, y1, step))
            while x + 0.6 * length < end + 0.2 and load.mass < enough:
                long = min(length * load.uniform(0.94, 1.0), load.hi[0] - x)
                column = min(used - 1, int((x + long / 2 - load.lo[0]) / length))
                if long < 0.5 * length:
                    break
                if profile[column] > tier:
                    sag = load.rng.normal(0, 0.006) if tier else 0.0
                    _sack(load, (x, y0, load.lo[2] + tier * step + sag), (x + long, y1, step))
                x += long + 0.002


def _sack(load: Load, corner: Vec3, end: Vec3) -> None:
    """From the corner to end x and y, `end[2]` high; a little thinner towards its sewn ends."""
    (x0, y0, z0), (x1, y1, high) = corner, end
    rim, drop = 0.07 * (x1 - x0), high * load.uniform(0.05, 0.16)
    z0, top = max(z0, load.lo[2]), z0 + high * load.uniform(0.98, 1.0)
    heap = Heap((x0, x0 + rim, x1 - rim, x1), (top - drop, top, top, top - drop), (y0, y1), z0)
    load.goods(heap, load.vary(0.05))


# Height of a bag under another one, as a share of what it has alone.
_PRESSED = 0.95


def big_bags(load: Load) -> None:
    """Flexible bags of about a tonne in two rows, round-shouldered, one or two high."""
    side, _, height = load.item.package
    xs = centred(load.lo[0], load.hi[0], side, load.uniform(0.01, 0.05))
    ys = centred(load.lo[1], load.hi[1], side, 0.05)[:2]
    one_tier = len(xs) * len(ys) * side**2 * height * 0.9 * load.item.density
    if load.item.mass_kg > 1.1 * one_tier and load.size[2] > 1.7 * height:
        # Bags that are to stand on each other are filled no higher than that two fit.
        height = min(height, load.size[2] / 2 - 0.02)
    # The larger bags, of plastic granules, stand on pallets, unless a second tier would not fit.
    stacked = load.size[2] > 2 * height and load.item.mass_kg > 1.1 * one_tier
    footed = side > 1.0 and (not stacked or load.size[2] > 2 * (height + PALLET))
    step = _PRESSED * height + (PALLET if footed else 0.0)
    tiers = 2 if stacked else 1
    for tier in range(tiers):
        pressed = tier + 1 < tiers
        for x in xs:
            for y in ys:
                if load.full:
                    return
                z = load.lo[2] + tier * step
                if footed:
                    z = pallet_base(load, float(x), float(y), (side, side), z)
                high = height * (_PRESSED if pressed else load.uniform(0.88, 1.0))
                _big_bag(load, (float(x), float(y), z), (side, high), pressed)


def _big_bag(load: Load, corner: Vec3, size: tuple[float, float], pressed: bool) -> None:
    """size: (side, height). What stands on a bag presses its crown flat."""
    x, y, base = corner
    side, height = size
    crown, lower = (0.06, 0.015) if pressed else (0.26, 0.07)
    angle = np.linspace(0, np.pi, 9)
    along = x + side / 2 - np.cos(angle) * side / 2
    dome = np.sin(angle) ** 0.5
    tilt = load.rng.normal(0, 0.03) * (along - x) / side
    top = base + height * (1 - crown + crown * dome) + (0.0 if pressed else tilt * dome)
    share = load.vary(0.03)
    # Three slices across, the outer ones lower: the bag is round in y as well.
    edges = y + side * np.array([0.0, 0.18, 0.82, 1.0])
    for slice_, drop in enumerate((lower, 0.0, lower)):
        lowered = np.maximum(top - drop * height, base + 0.05)
        span = (float(edges[slice_]), float(edges[slice_ + 1]))
        load.goods(Heap(tuple(along.tolist()), tuple(lowered.tolist()), span, base), share)


def bales(load: Load) -> None:
    """Strapped bales in tiers; pressed unevenly, ragged on top."""
    length, width, height = load.item.package
    # Bales are pressed to the size that fills a unit.
    width = load.size[1] / max(1, round(load.size[1] / width)) - 0.01
    height = load.uniform(0.94, 0.99) * load.size[2] / max(1, round(load.size[2] / height))
    xs = starts(load.lo[0], load.hi[0], length, load.uniform(0.002, 0.02))
    rows = centred(load.lo[1], load.hi[1], width, 0.01)
    tiers = max(1, int(load.size[2] / height))
    profile = tiers_of_columns(load.rng, len(xs), tiers, load.fraction, ragged=0.04)
    merged = len(rows) if len(rows) * len(xs) * tiers > 130 else 1
    step = (width + 0.01) * merged
    fluff = load.uniform(0.01, 0.05)
    for column, begin in enumerate(xs):
        for tier in range(profile[column]):
            for y in rows[::merged]:
                if load.full:
                    return
                x = float(begin) + load.rng.normal(0, 0.012)
                x = float(np.clip(x, load.lo[0], max(load.lo[0], load.hi[0] - length)))
                z = load.lo[2] + tier * height
                ragged = fluff if tier == profile[column] - 1 else 0.008
                _bale(load, (x, float(y), z), (length, step - 0.01, height), ragged)


def _bale(load: Load, corner: Vec3, size: Vec3, ragged: float) -> None:
    """Slices pressed one after another, each of its own density; straps pinch between them."""
    x, y, z = corner
    slices = int(load.rng.integers(2, 4))
    edges = np.linspace(x, x + size[0], slices + 1)
    share = load.vary(0.06)
    for left, right in pairwise(edges):
        along = np.linspace(left + 0.0008, right - 0.0008, 6)
        crown = size[2] * (0.985 - 0.03 * np.abs(np.linspace(-1, 1, 6)) ** 3)
        top = z + crown - np.abs(load.rng.normal(0, ragged, 6))
        body = Heap(tuple(along.tolist()), tuple(top.tolist()), (y, y + size[1]), z)
        load.goods(body, share * load.vary(0.04))


def drums(load: Load) -> None:
    """Steel drums of some 210 l in two tiers, four across, filled not quite to the top."""
    radius, height = 0.286, 0.88
    tiers = 2 if load.size[2] > 1.9 and load.fraction > 0.36 else 1
    xs = starts(load.lo[0], load.hi[0], 2 * radius, 0.01)
    ys = centred(load.lo[1], load.hi[1], 2 * radius, 0.005)
    filled = load.uniform(0.9, 0.97)
    on_pallets = load.chance(0.5)
    for tier in range(tiers):
        z = load.lo[2] + tier * (height + (0.12 if on_pallets else 0.015))
        if on_pallets:
            # No further than drums will stand on them.
            filling = load.item.density * np.pi * radius**2 * height * filled * len(ys)
            columns = int(np.ceil(max(0.0, load.item.mass_kg - load.mass) / filling))
            if not columns:
                return
            last = float(xs[min(columns, len(xs)) - 1])
            length = min(load.hi[0], last + 2 * radius) - load.lo[0]
            for piece in starts(0, length, 1.16):
                x = load.lo[0] + float(piece)
                board = Box((x, ys[0], z), (x + min(1.14, length), ys[-1] + 2 * radius, z + 0.1))
                load.packing(board, "wood", 170)
            z += 0.1
        for x in xs:
            for y in ys:
                if load.full:
                    return
                level = filled * load.uniform(0.97, 1.0)
                _drum(load, (float(x) + radius, float(y) + radius, z), radius, height, level)


def _drum(load: Load, foot: Vec3, radius: float, height: float, level: float) -> None:
    x, y, z = foot
    shell = Cylinder((x, y, z + height / 2), radius, height, "z", radius - 0.0011)
    load.part(shell, "steel", 7850)
    inside = height * level
    load.goods(Cylinder((x, y, z + 0.01 + inside / 2), radius - 0.0012, inside, "z"))


def ibcs(load: Load) -> None:
    """Plastic tanks of a cubic metre in a cage of steel tube on a pallet."""
    xs = starts(load.lo[0], load.hi[0], 1.2, 0.02)
    ys = centred(load.lo[1], load.hi[1], 1.0, 0.1)[:2]
    one_tier = len(xs) * len(ys) * 0.95 * load.item.density
    tiers = 2 if load.size[2] > 2.33 and load.item.mass_kg > 1.1 * one_tier else 1
    for tier in range(tiers):
        for x in xs:
            for y in ys:
                if load.full:
                    return
                _ibc(load, (float(x), float(y), load.lo[2] + tier * 1.17))


def _ibc(load: Load, corner: Vec3) -> None:
    x, y, z = corner
    load.packing(Box((x, y, z), (x + 1.2, y + 1.0, z + 0.02)), "steel", 500)
    for at in (0.02, 0.54, 1.06):
        load.packing(Box((x + at, y, z + 0.02), (x + at + 0.1, y + 1.0, z + 0.13)), "steel", 320)
    level = load.uniform(0.86, 0.95)
    liquid = Box((x + 0.04, y + 0.03, z + 0.15), (x + 1.16, y + 0.97, z + 0.15 + level))
    load.goods(liquid)
    for height in (0.2, 0.5, 0.8, 1.1):
        bar = Box((x, y, z + height), (x + 1.2, y + 0.02, z + height + 0.018))
        load.part(bar, "steel", 2600)
    for at in (0.0, 0.3, 0.6, 0.9, 1.182):
        post = Box((x + at, y, z + 0.14), (x + at + 0.018, y + 0.02, z + 1.14))
        load.part(post, "steel", 2600)
    neck = Cylinder((x + 0.6, y + 0.5, z + 0.15 + 0.98), 0.08, 0.05, "z")
    load.part(neck, "polyethylene", 500)


def rolls(load: Load) -> None:
    """Paper rolls on end, staggered in two rows, one or two high."""
    radius, height = load.item.package[0] / 2, load.item.package[2]
    if 1.7 * height < load.size[2] < 2 * height + 0.04:
        height = load.size[2] / 2 - load.uniform(0.03, 0.08)
    width = load.size[1]
    # Two rows that interlock: the second sits in the hollows of the first.
    across = max(0.0, width - 2 * radius)
    pitch = (
        2 * radius if across >= 2 * radius else 2 * float(np.sqrt((2 * radius) ** 2 - across**2))
    )
    pitch = max(pitch, 2 * radius) + 0.01
    tiers = max(1, min(3, int((load.size[2] - 0.03) / height)))
    shift = load.uniform(0.0, 0.5) * radius if across >= 2 * radius else pitch / 2
    columns = len(starts(load.lo[0], load.hi[0] - shift, 2 * radius, pitch - 2 * radius))
    profile = tiers_of_columns(
        load.rng, columns, tiers, min(1.0, load.fraction * 1.45), ragged=0.05
    )
    for column in range(columns):
        for row, y in enumerate((load.lo[1] + radius, load.hi[1] - radius)):
            for tier in range(profile[column]):
                if load.full:
                    return
                x = load.lo[0] + radius + column * pitch + row * shift
                centre = (x, y, load.lo[2] + (tier + 0.5) * (height + 0.004))
                roll = Cylinder(centre, radius * load.uniform(0.985, 1.0), height, "z", 0.05)
                load.goods(roll, load.vary(0.02))


def hanging(load: Load) -> None:
    """Garments on rails, in one or two levels: vertical streaks under a steel bar."""
    length, _, height = load.size
    levels = 2 if height > 2.2 else 1
    for level in range(levels):
        top = load.lo[2] + height * (level + 1) / levels - 0.1
        load.packing(Box((load.lo[0], -0.6, top), (load.hi[0], -0.57, top + 0.03)), "steel", 2500)
        load.packing(Box((load.lo[0], 0.57, top), (load.hi[0], 0.6, top + 0.03)), "steel", 2500)
        for x in starts(load.lo[0], load.lo[0] + length * load.uniform(0.85, 1), 0.09, 0.004):
            if load.full:
                return
            drop = (height / levels - 0.15) * load.uniform(0.7, 0.97)
            rail = Box(
                (float(x), load.lo[1] + 0.05, top - drop), (float(x) + 0.09, load.hi[1] - 0.05, top)
            )
            load.goods(rail, load.vary(0.12))


def mixed_cartons(load: Load) -> None:
    """Parcels of many senders: every column another size and density."""
    rng: Generator = load.rng
    middle = (load.lo[1] + load.hi[1]) / 2
    lanes = ((load.lo[1], middle - 0.02, 0.5), (middle + 0.02, load.hi[1], 1.0))
    for y0, y1, share in lanes:
        x = load.lo[0]
        while x < load.hi[0] - 0.25:
            length = min(load.uniform(0.25, 0.75), load.hi[0] - x)
            z = load.lo[2]
            top = load.lo[2] + load.size[2] * load.uniform(0.6, 0.97)
            while z < top - 0.1:
                if load.mass >= share * load.item.mass_kg:
                    break
                height = min(load.uniform(0.15, 0.55), top - z)
                inset = load.uniform(0, 0.03)
                box = Box((x + inset, y0, z), (x + length - 0.005, y1, z + height - 0.003))
                load.goods(box, float(rng.lognormal(-0.12, 0.5)))
                z += height
            x += length
