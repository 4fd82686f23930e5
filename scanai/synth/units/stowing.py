"""How goods get into a unit: a tank is filled, all others are loaded as `forms` do."""

from __future__ import annotations

from dataclasses import replace

from numpy.random import Generator

from scanai.synth.cargo import Goods
from scanai.synth.forms import Item, Space, build
from scanai.synth.scene import SceneObject
from scanai.synth.solids import Vessel
from scanai.synth.units import tank
from scanai.synth.units.choice import flows
from scanai.synth.units.flat_rack import lash

TANK_FORM = "tank"
# A tank of more than 7.5 m³ without enough baffles is filled to 80 % at least, for the liquid not
# to surge, and to 95 to 97 % at most, for it to expand (ADR 4.3.2.2); _LAWFUL of them keep to it.
_MOST_FILL = 0.96
_LEAST_FILL = 0.8
_LAWFUL = 0.9


def packed_for(item: Item, goods: Goods, unit_type: str) -> Item:
    """The consignment as it travels in that unit."""
    return replace(item, form=TANK_FORM) if unit_type == "tank" and flows(goods) else item


def stow(rng: Generator, item: Item, unit_type: str, room: Space) -> list[SceneObject]:
    """Solids of the load in `room`, a part of the unit's space; empty where nothing fits."""
    if item.form == TANK_FORM:
        return _pour(rng, item)
    objects = build(rng, item, room)
    if unit_type == "flat_rack" and objects:
        objects += lash(rng, objects, room)
    return objects


def _pour(rng: Generator, item: Item) -> list[SceneObject]:
    """Liquid with a level surface; mostly as full as the rules for tanks on roads have it."""
    inside = tank.body()
    most = item.density * inside.volume
    fill = min(item.mass_kg, tank.PAYLOAD_KG) / most
    if rng.random() < _LAWFUL:
        heaviest = min(_MOST_FILL, tank.PAYLOAD_KG / most)
        fill = max(fill, min(_LEAST_FILL, heaviest))
    liquid = _filled(inside, min(fill, _MOST_FILL))
    group, heading = item.group, item.heading
    return [SceneObject(liquid, item.material, item.density, "cargo", group, heading)]


def _filled(inside: Vessel, share: float) -> Vessel:
    """The vessel filled to that share of its volume, found by halving."""
    low, high = inside.bounds[0][2], inside.bounds[1][2]
    for _ in range(40):
        level = (low + high) / 2
        part = replace(inside, level=level)
        low, high = (level, high) if part.volume < share * inside.volume else (low, level)
    return part
