"""Load forms: how goods are packed, each a function that fills a space with solids.

`build` is the whole interface. Forms of packages are in `packed`, loose goods in `bulk`, heavy
pieces in `rolled` and `stacked`, things of many parts in `machines`, `vehicles` and `household`;
which goods take which form is data (`cargo`).
"""

from __future__ import annotations

from collections.abc import Callable

from numpy.random import Generator

from scanai.synth.forms import (
    bulk,
    cars,
    household,
    machines,
    medical,
    packed,
    pallets,
    rolled,
    stacked,
    tyres,
    vehicles,
)
from scanai.synth.forms.load import Item, Load, Space
from scanai.synth.scene import SceneObject
from scanai.synth.solids import Vec3

FORMS: dict[str, Callable[[Load], None]] = {
    "appliances": household.appliances,
    "bales": packed.bales,
    "bicycles": vehicles.bicycles,
    "big_bags": packed.big_bags,
    "bundles": rolled.bundles,
    "cars": cars.cars,
    "cartons": packed.cartons,
    "cases": pallets.cases,
    "castings": stacked.castings,
    "cathodes": stacked.cathodes,
    "coils": rolled.coils,
    "drums": packed.drums,
    "engines": machines.engines,
    "flexitank": bulk.flexitank,
    "furniture": household.furniture,
    "hanging": packed.hanging,
    "heap": bulk.heap,
    "household": household.household,
    "ibcs": packed.ibcs,
    "ingots": stacked.ingots,
    "machines": machines.machines,
    "medical": medical.medical,
    "mixed_cartons": packed.mixed_cartons,
    "motorcycles": vehicles.motorcycles,
    "motors": machines.motors,
    "packets": stacked.packets,
    "pallets": pallets.pallets,
    "reels": rolled.reels,
    "rolls": packed.rolls,
    "sacks": packed.sacks,
    "scrap": bulk.scrap,
    "slabs": stacked.slabs,
    "transformers": machines.transformers,
    "tins": pallets.tins,
    "trays": pallets.trays,
    "tyres": tyres.tyres,
    "wire_coils": rolled.wire_coils,
}

# Package of each form for goods whose library entry describes another form of theirs.
USUAL_PACKAGE: dict[str, Vec3] = {
    "bales": (1.1, 0.75, 0.75),
    "big_bags": (1.03, 1.03, 1.1),
    "bundles": (5.6, 0.08, 0.9),
    "cases": (0.4, 0.3, 0.3),
    "castings": (1.1, 0.9, 0.8),
    "cathodes": (0.95, 0.02, 0.5),
    "engines": (0.75, 0.6, 0.7),
    "machines": (1.5, 1.1, 1.4),
    "packets": (2.4, 1.15, 0.6),
    "pallets": (0.42, 0.32, 0.26),
    "rolls": (1.0, 1.0, 1.2),
    "sacks": (0.85, 0.5, 0.16),
    "tins": (0.085, 0.085, 0.115),
}


def build(rng: Generator, item: Item, space: Space) -> list[SceneObject]:
    """Solids of the load, none beyond `space` by more than its own wobble; KeyError: unknown form.

    Empty where not even one piece fits. Loading stops with the piece that reaches `item.mass_kg`.
    """
    load = Load(rng, item, space)
    FORMS[item.form](load)
    return load.objects


__all__ = ["FORMS", "USUAL_PACKAGE", "Item", "Space", "build"]
