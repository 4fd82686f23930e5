"""How consignments share the space of a transport unit: in a row, or one hidden by another.

Which goods travel, how heavy, and what the papers say is decided in `scenes`; how one consignment
gets into its room is in `units.stowing` and `forms`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from scanai.synth.cargo import Goods, draw_item
from scanai.synth.forms import Item, Space
from scanai.synth.scene import SceneObject
from scanai.synth.units import packed_for, stow

# Least length that a consignment gets, m, and the air between two.
_LEAST_LENGTH = 1.25
_BETWEEN = 0.02
# Goods that are tried where those wished for do not fit.
_STAND_INS = 20
# Share of its room that a load fills at most: men leave air at the roof and at the doors.
_FILL = (0.86, 0.98)
# Forms that men stack piece by piece: such a load can be built over or beside another.
HAND_STACKED = ("cartons", "sacks", "mixed_cartons")
# Ways to hide goods by a cover load, and how often each is taken.
_WAYS = ("behind", "before", "amid", "below", "beside")
_WAY_SHARES = (0.3, 0.1, 0.2, 0.2, 0.2)
# Share of the unit's length that hidden goods take at most: at the doors, and elsewhere.
_SMALL, _LARGE = 0.2, 0.6
# Air between hidden goods and the cover on them, m.
_OVER = 0.006
_DRAWS = 12


@dataclass(frozen=True)
class Consignment:
    goods: Goods
    form: str
    package: tuple[float, float, float]
    """Length along x, width across, height of one, m."""
    objects: tuple[SceneObject, ...]
    volume_m3: float
    """Of the packages: mass by packed density."""

    @property
    def mass_kg(self) -> float:
        return sum(item.solid.volume * item.density for item in self.objects)


def capacity_kg(goods: Goods, space: Space) -> float:
    """About what the space holds of these goods, no payload limit thought of."""
    return sum(goods.density) / 2 * sum(_FILL) / 2 * volume_of(space)


@dataclass(frozen=True)
class Hold:
    """The empty space of one unit."""

    unit_type: str
    space: Space

    @property
    def length(self) -> float:
        return self.space[1][0] - self.space[0][0]

    def between(self, x0: float, x1: float) -> Space:
        (_, ya, za), (_, yb, zb) = self.space
        return (x0, ya, za), (x1, yb, zb)

    def item(self, rng: Generator, goods: Goods) -> Item:
        """These goods as they travel in this unit, of no mass yet."""
        return packed_for(draw_item(rng, goods, 0.0), goods, self.unit_type)

    def load(self, rng: Generator, item: Item, target_kg: float, room: Space) -> list[SceneObject]:
        """Up to the target, and to what men fill; empty where not one piece fits."""
        most = item.density * volume_of(room) * float(rng.uniform(*_FILL))
        return stow(rng, replace(item, mass_kg=min(target_kg, most)), self.unit_type, room)


def in_a_row(
    rng: Generator, goods: Sequence[Goods], target_kg: float, hold: Hold, others: Sequence[Goods]
) -> list[Consignment]:
    """One behind the other, the first goods in the longest part.

    `others` stand in for what is too long for its part, and where nothing fits at all.

    The first goods' consignment comes first in the list, unless not one piece of them fits.
    """
    long, count = hold.length, len(goods)
    least = _LEAST_LENGTH / long
    shares = np.sort(least + rng.dirichlet(np.full(count, 3.0)) * (1 - least * count))[::-1]
    masses = _shared_out(goods, shares, target_kg, hold)
    loads: list[Consignment] = []
    x = planned = hold.space[0][0]
    for place in rng.permutation(count).tolist():
        planned += float(shares[place]) * long
        # What the one before left free, this one may use.
        kg, room = masses[place], hold.between(x, planned - _BETWEEN)
        load = _fill(rng, goods[place], kg, hold, room)
        if load is None and place and others:
            load = _fill(rng, others[int(rng.integers(len(others)))], kg, hold, room)
        if load is not None:
            loads.insert(0 if place == 0 else len(loads), load)
            x = max(item.solid.bounds[1][0] for item in load.objects) + _BETWEEN
    for _ in range(_STAND_INS if others else 0):
        if loads:
            break
        load = _fill(rng, others[int(rng.integers(len(others)))], target_kg, hold, hold.space)
        loads += [] if load is None else [load]
    return loads


def _shared_out(
    goods: Sequence[Goods], shares: NDArray[np.float64], target_kg: float, hold: Hold
) -> list[float]:
    """Mass of each goods, kg, by their shares of the length: what the light ones cannot weigh in
    their room, the heavy ones do."""
    masses = [0.0] * len(goods)
    left, rest = target_kg, 1.0
    for place in sorted(range(len(goods)), key=lambda place: sum(goods[place].density)):
        share = float(shares[place])
        most = share * capacity_kg(goods[place], hold.space)
        masses[place] = left if share >= rest - 1e-9 else min(left * share / rest, most)
        left, rest = left - masses[place], rest - share
    return masses


def under_cover(
    rng: Generator, cover: Goods, hidden: Goods, target_kg: float, hold: Hold
) -> list[Consignment]:
    """Hidden goods behind, before, amid, below or beside a cover load: [cover, hidden].

    Empty where the two do not go together.
    """
    way = _WAYS[rng.choice(len(_WAYS), p=_WAY_SHARES)]
    if way in ("below", "beside"):
        above, beneath = _hand_stacked(rng, cover, hold), _hand_stacked(rng, hidden, hold)
        if above is not None and beneath is not None:
            return _stacked(rng, (cover, above), (hidden, beneath), target_kg, hold, way)
    return _lengthwise(rng, cover, hidden, target_kg, hold, way)


def _lengthwise(
    rng: Generator, cover: Goods, hidden: Goods, target_kg: float, hold: Hold, way: str
) -> list[Consignment]:
    x0, x1 = hold.space[0][0], hold.space[1][0]
    most = _SMALL if way == "before" else _LARGE
    length = max(_LEAST_LENGTH, float(rng.uniform(0.08, most)) * hold.length)
    left = {"behind": x0, "before": x1 - length}.get(way, float(rng.uniform(x0, x1 - length)))
    room = hold.between(left + _BETWEEN / 2, left + length - _BETWEEN / 2)
    secret = _fill(rng, hidden, target_kg * length / hold.length, hold, room)
    rooms = _rest(hold, left, left + length)
    return _pair(rng, (cover, hold.item(rng, cover)), secret, target_kg, hold, rooms)


def _stacked(
    rng: Generator,
    cover: tuple[Goods, Item],
    hidden: tuple[Goods, Item],
    target_kg: float,
    hold: Hold,
    way: str,
) -> list[Consignment]:
    """Hidden goods on the floor with the cover over them, or at one side behind the cover."""
    (x0, y0, z0), (x1, y1, z1) = hold.space
    length = max(_LEAST_LENGTH, float(rng.uniform(0.2, 0.8)) * hold.length)
    left = float(rng.uniform(x0, x1 - length))
    share = float(rng.uniform(0.2, 0.6))
    low, split = z0 + share * (z1 - z0), y1 - share * (y1 - y0)
    if way == "below":
        room = (left, y0, z0), (left + length, y1, low)
    elif rng.random() < 0.5:
        room = (left, split, z0), (left + length, y1, z1)
    else:
        room = (left, y0, z0), (left + length, -split, z1)
    goods, item = hidden
    solids = hold.load(rng, item, np.inf, room)
    if not solids:
        return []
    end = max(part.solid.bounds[1][0] for part in solids)
    if way == "below":
        top = max(part.solid.bounds[1][2] for part in solids)
        over = (left, y0, top + _OVER), (end, y1, z1)
    elif room[0][1] > y0:
        over = (left, y0, z0), (end, split - _OVER, z1)
    else:
        over = (left, -split + _OVER, z0), (end, y1, z1)
    rooms = [over, *_rest(hold, left, end)]
    return _pair(rng, cover, _consignment(goods, item, solids), target_kg, hold, rooms)


def _rest(hold: Hold, left: float, right: float) -> list[Space]:
    """The unit before `left` and behind `right`, where there is room for more than a carton."""
    ends = ((hold.space[0][0], left - _BETWEEN / 2), (right + _BETWEEN / 2, hold.space[1][0]))
    return [hold.between(begin, end) for begin, end in ends if end - begin > 0.5]


def _pair(
    rng: Generator,
    cover: tuple[Goods, Item],
    secret: Consignment | None,
    target_kg: float,
    hold: Hold,
    rooms: Sequence[Space],
) -> list[Consignment]:
    """The cover load in these rooms, and the secret."""
    if secret is None or not rooms:
        return []
    goods, item = cover
    left = max(target_kg - secret.mass_kg, 0.3 * target_kg)
    whole = sum(volume_of(room) for room in rooms)
    solids = [
        solid
        for room in rooms
        for solid in hold.load(rng, item, left * volume_of(room) / whole, room)
    ]
    return [_consignment(goods, item, solids), secret] if solids else []


def _hand_stacked(rng: Generator, goods: Goods, hold: Hold) -> Item | None:
    """An item of these goods that men stack piece by piece; None: they do not travel so."""
    for _ in range(_DRAWS):
        item = hold.item(rng, goods)
        if item.form in HAND_STACKED:
            return item
    return None


def _fill(
    rng: Generator, goods: Goods, target_kg: float, hold: Hold, room: Space
) -> Consignment | None:
    """These goods in the room; None where not one piece fits in a few draws."""
    for _ in range(_DRAWS):
        item = hold.item(rng, goods)
        solids = hold.load(rng, item, target_kg, room)
        if solids:
            return _consignment(goods, item, solids)
    return None


def _consignment(goods: Goods, item: Item, solids: Sequence[SceneObject]) -> Consignment:
    mass = sum(solid.solid.volume * solid.density for solid in solids)
    length, width, height = map(float, item.package)
    package = (length, width, height)
    return Consignment(goods, item.form, package, tuple(solids), mass / item.density)


def volume_of(room: Space) -> float:
    """m³"""
    (x0, y0, z0), (x1, y1, z1) = room
    return (x1 - x0) * (y1 - y0) * (z1 - z0)
