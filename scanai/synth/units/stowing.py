"""How goods get into a unit: a tank is filled, all others are loaded as `forms` do."""

from __future__ import annotations

from numpy.random import Generator

from scanai.synth.cargo import Goods
from scanai.synth.forms import Item, Space, build
from scanai.synth.scene import SceneObject


def packed_for(item: Item, goods: Goods, unit_type: str) -> Item:
    """The consignment as it travels in that unit."""
    return item


def stow(rng: Generator, item: Item, unit_type: str, room: Space) -> list[SceneObject]:
    """Solids of the load in `room`, a part of the unit's space; empty where nothing fits."""
    return build(rng, item, room)
