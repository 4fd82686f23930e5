"""Load forms: how goods are packed, each a function that fills a space with solids.

`build` is the whole interface. Forms of packages are in `packed`, loose goods in `bulk`, heavy
unpacked pieces in `metal`, machines and vehicles in `machines`; which goods take which form is data
(`cargo`).
"""

from __future__ import annotations

from collections.abc import Callable

from numpy.random import Generator

from scanai.synth.forms import bulk, machines, metal, packed
from scanai.synth.forms.load import Item, Load, Space
from scanai.synth.scene import SceneObject

FORMS: dict[str, Callable[[Load], None]] = {
    "appliances": machines.appliances,
    "bales": packed.bales,
    "big_bags": packed.big_bags,
    "bundles": metal.bundles,
    "cars": machines.cars,
    "cartons": packed.cartons,
    "cases": packed.cases,
    "castings": metal.castings,
    "cathodes": metal.cathodes,
    "coils": metal.coils,
    "drums": packed.drums,
    "engines": machines.engines,
    "flexitank": bulk.flexitank,
    "furniture": machines.furniture,
    "hanging": packed.hanging,
    "heap": bulk.heap,
    "ibcs": packed.ibcs,
    "ingots": metal.ingots,
    "machines": machines.machines,
    "mixed_cartons": packed.mixed_cartons,
    "motorcycles": machines.motorcycles,
    "motors": machines.motors,
    "packets": metal.packets,
    "pallets": packed.pallets,
    "reels": metal.reels,
    "rolls": packed.rolls,
    "sacks": packed.sacks,
    "scrap": bulk.scrap,
    "slabs": metal.slabs,
    "transformers": machines.transformers,
    "tyres": machines.tyres,
    "wire_coils": metal.wire_coils,
}


def build(rng: Generator, item: Item, space: Space) -> list[SceneObject]:
    """Solids of the load, none beyond `space` by more than its own wobble; KeyError: unknown form.

    Never heavier than `item.mass_kg` plus one piece, and never empty.
    """
    load = Load(rng, item, space)
    FORMS[item.form](load)
    return load.objects


__all__ = ["FORMS", "Item", "Space", "build"]
