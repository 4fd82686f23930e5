"""Goods on pallets: cartons and trays, and vessels in rows, which a scan shows one by one.

Bottles, cans, tins and pails stand in straight rows across the pallet. A row that a ray passes
along is one solid, a cylinder stretched to the depth of the pallet: in the picture it has the
shading of the round things that it stands for. Rows are never quite straight: a part of the mass is
spread evenly over the pallet.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from scanai.synth.forms.load import Load, centred
from scanai.synth.solids import Box, EllipticCylinder

PALLET = 0.144
"""Height of a pallet, m."""
# Length left at the doors, m, for which a sender takes other pallets if he has any.
_WASTED, _MINDS_WASTE = 0.6, 0.75
# Rows of vessels that one load is drawn with, at most.
_MOST_ROWS = 1100
# Of a bottle: its diameter and that of its neck, m, and the share of the height up to the shoulder.
_BOTTLE, _NECK, _SHOULDER = 0.075, 0.03, 0.66
# Round vessels fill this share of the squares that they stand in.
_ROUND = math.pi / 4
# Density of a neck with what is in it, by that of the case.
_NECK_SHARE = 0.7
# Between two tins on each other lies the air under a lid with its rims, m.
_HEAD = 0.008
# Share of the mass that is spread evenly: rows stand askew, cartons have walls, pails have handles.
_ASKEW = (0.3, 0.65)
# Of that the necks of bottles have this much, by the bodies.
_NECKS_ASKEW = 0.3


def pallet_base(load: Load, x: float, y: float, size: tuple[float, float], z: float) -> float:
    """A wooden pallet; returns the height of its deck."""
    length, width = size
    load.packing(Box((x, y, z), (x + length, y + width, z + 0.02)), "wood", 300)
    for at in (0.0, 0.5, 1.0):
        left = x + at * (length - 0.1)
        block = Box((left, y, z + 0.02), (left + 0.1, y + width, z + 0.12))
        load.packing(block, "wood", 380)
    load.packing(Box((x, y, z + 0.12), (x + length, y + width, z + PALLET)), "wood", 480)
    return z + PALLET


def _pallet_sizes(load: Load) -> tuple[float, float]:
    """Length and width of the pallets, mostly one of which no row is wasted at the doors."""
    sizes = ((1.1, 1.1), (1.2, 1.0), (0.8, 1.15))
    drawn = sizes[load.rng.choice(3, p=[0.4, 0.4, 0.2])]
    wasted = [load.size[0] % (length + 0.025) for length, _ in sizes]
    if wasted[sizes.index(drawn)] > _WASTED and load.chance(_MINDS_WASTE):
        return sizes[int(np.argmin(wasted))]
    return drawn


def _pallet_stacks(
    load: Load, most_height: float = 2.05
) -> list[tuple[float, float, tuple[float, float], float]]:
    """Where pallets stand: x, y, footprint, height of the load on each; front to doors."""
    footprint = _pallet_sizes(load)
    length, width = footprint
    gap = load.uniform(0.01, 0.04)
    xs = centred(load.lo[0], load.hi[0], length, gap)
    ys = centred(load.lo[1], load.hi[1], width, 0.03)[:2]
    room = min(most_height, load.size[2] - 0.2)
    places = len(xs) * len(ys)
    each = load.item.mass_kg / (load.item.density * length * width * places)
    level = float(np.clip(each * load.uniform(1.05, 1.45), 0.3, room))
    if load.chance(0.15):
        level = room
    stacks = []
    for x in xs:
        for y in ys:
            height = level * float(np.clip(load.vary(0.02), 0.9, 1.0))
            if load.chance(0.06):
                height *= load.uniform(0.5, 0.95)
            stacks.append((float(x) + load.uniform(0, 0.012), float(y), footprint, height))
    return stacks


def pallets(load: Load) -> None:
    """Two pallets across, tiers of cartons on each, tops nearly level, thin gaps between."""
    _pallets(load, neck=0.0)


@dataclass(frozen=True)
class _Stack:
    """What one pallet carries: its lower corner above the deck, size, and mean density, kg/m³."""

    x: float
    y: float
    z: float
    length: float
    width: float
    height: float


def _stacks_of_vessels(load: Load, rows_each: int) -> list[_Stack]:
    """Loaded pallets; two abreast are drawn as one where there are too many rows to draw."""
    places = _pallet_stacks(load)
    abreast = len({y for _, y, _, _ in places})
    merged = rows_each * len(places) > _MOST_ROWS and abreast > 1
    stacks = []
    loaded = load.mass
    for number, (x, y, (length, width), top) in enumerate(places):
        if loaded >= load.item.mass_kg:
            break
        deck = pallet_base(load, x, y, (length, width), load.lo[2])
        loaded += load.item.density * length * width * top
        if not merged or number % abreast == 0:
            stacks.append(_Stack(x, y, deck, length, width, top))
        else:
            first = stacks[-1]
            stacks[-1] = _Stack(first.x, first.y, deck, length, y + width - first.y, first.height)
    return stacks


def cases(load: Load) -> None:
    """Pallets of bottles in cases: rows of bodies, and light bands at the necks of each tier."""
    length, _, high = load.item.package
    across = max(1, round(length / _BOTTLE)) * max(1, round(1.1 / length))
    tiers = max(1, round(min(2.05, load.size[2] - 0.2) / high))
    stacks = _stacks_of_vessels(load, across * (tiers + 1))
    shoulder, askew = _SHOULDER + load.uniform(-0.06, 0.06), load.uniform(*_ASKEW)
    for stack in stacks:
        tiers = int(np.clip(round(stack.height / high), 1, 9))
        step = stack.height / tiers * load.uniform(0.985, 1.0)
        count = max(2, round(stack.length / (_BOTTLE * high / 0.3)))
        radius = stack.length / count / 2
        density = load.vary(0.02) * stack.height / (tiers * step)
        # Necks go up through all tiers as one; bodies hold the rest of the mass.
        rest = (density - _NECK_SHARE * _ROUND * _NECK / (2 * radius)) / shoulder
        spread = rest * askew / (1 + _NECKS_ASKEW * (1 - shoulder) / shoulder)
        for tier in range(tiers):
            z = stack.z + tier * step
            _evenly(load, stack, (z, z + shoulder * step), spread)
            _evenly(load, stack, (z + shoulder * step, z + step), _NECKS_ASKEW * spread)
        shifts = load.rng.normal(0, 0.0015, tiers)
        for number in range(count):
            x = stack.x + (2 * number + 1) * radius
            y = stack.y + stack.width / 2
            middle = (x, y, stack.z + tiers * step / 2)
            column = EllipticCylinder(middle, (_NECK / 2, stack.width / 2), tiers * step)
            load.goods(column, _NECK_SHARE)
            for tier in range(tiers):
                z = stack.z + (tier + shoulder / 2) * step
                centre = (x + shifts[tier], y, z)
                body = EllipticCylinder(centre, (0.97 * radius, stack.width / 2), shoulder * step)
                load.goods(body, (1 - askew) * rest * load.vary(0.01) / (0.97 * _ROUND))


def tins(load: Load) -> None:
    """Pallets of cans, tins or pails: columns of cylinders, with a light line at the lids."""
    across, _, high = load.item.package
    stacks = _stacks_of_vessels(load, round(1.1 / across) + round(1.5 / high))
    askew = load.uniform(*_ASKEW)
    for stack in stacks:
        count = max(2, round(stack.length / across))
        radius = stack.length / count / 2
        tiers = max(1, round(stack.height / high))
        step = stack.height / tiers
        density = load.vary(0.02) / (0.985 * _ROUND)
        for number in range(count):
            x = stack.x + (2 * number + 1) * radius + load.rng.normal(0, 0.0012)
            middle = (x, stack.y + stack.width / 2, stack.z + stack.height / 2)
            size = (0.985 * radius, stack.width / 2)
            column = EllipticCylinder(middle, size, stack.height)
            load.goods(column, (1 - askew) * density * load.vary(0.012))
        for tier in range(tiers):
            z = stack.z + tier * step
            _evenly(load, stack, (z, z + step - _HEAD), askew * step / (step - _HEAD))


def _evenly(load: Load, stack: _Stack, heights: tuple[float, float], share: float) -> None:
    """What is spread over the pallet between the two heights."""
    low, high = heights
    lo, hi = (stack.x, stack.y, low), (stack.x + stack.length, stack.y + stack.width, high)
    load.goods(Box(lo, hi), share)


def trays(load: Load) -> None:
    """Pallets of open trays: the air over the goods of each tier draws light bands."""
    _pallets(load, neck=0.14)


def _pallets(load: Load, neck: float) -> None:
    length, _, height = load.item.package
    stacks = _pallet_stacks(load)
    for x, y, footprint, top in stacks:
        if load.full:
            return
        deck = pallet_base(load, x, y, footprint, load.lo[2])
        across = max(1, min(3, round(footprint[0] / length)))
        budget = 620 / len(stacks) / across / (2 if neck else 1)
        tiers = max(1, min(9, round(top / height), int(budget)))
        step = top / tiers
        piece = footprint[0] / across
        density = load.vary(0.02)
        # The two pallets abreast settle differently, so that their tiers do not line up.
        step *= load.uniform(0.975, 1.0)
        lean = load.rng.normal(0, 0.0015) + (load.rng.normal(0, 0.008) if load.chance(0.04) else 0)
        room = (load.lo[0] - x, load.hi[0] - x - footprint[0])
        for tier in range(tiers):
            z = deck + tier * step
            shift = float(np.clip(load.rng.normal(0, 0.002) + lean * tier, *room))
            for place in range(across):
                left = x + place * piece + shift
                lo = (left + 0.0005, y, z)
                hi = (left + piece - 0.0005, y + footprint[1], z + step * (1 - neck))
                share = density * load.vary(0.035) / (1 - neck * 0.45)
                load.goods(Box(lo, hi), share)
                if neck:
                    low = (left + 0.001, y, hi[2])
                    high = (left + piece - 0.001, y + footprint[1], z + step)
                    load.goods(Box(low, high), 0.55 * share)
