"""Which goods travel in which transport unit, and which unit a consignment is drawn to travel in.

Containers are drawn for the goods, as trade has it. Other units come first and the goods after
them: they are rare in trade, and a model has to see some of each.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.random import Generator

from scanai.scan.profile import ScannerProfile
from scanai.synth.cargo import LOOSE_FORMS, Goods
from scanai.synth.units.catalogue import CONTAINERS, OTHERS, fits_view

# Share of the scenes that show something else than a box container, where all of them are seen:
# more than in trade.
_OTHER_SHARE = 0.22

# Packed density, kg/m³, below which goods fill a 20′ box of 28 m³ before they weigh 17 t, less than
# two thirds of what it carries; _RARELY of those that go in either travel in it all the same.
_LIGHT = 600.0
_RARELY = 0.25

_LIQUID_FORMS = frozenset({"flexitank", "ibcs", "drums"})
_HEAVY_FORMS = frozenset(
    {
        "bundles",
        "cars",
        "castings",
        "coils",
        "engines",
        "machines",
        "motors",
        "reels",
        "slabs",
        "transformers",
        "wire_coils",
    }
)
# Chapters of minerals, fuels, fertilisers and metals that travel under open sky.
_OPEN_CHAPTERS = frozenset({"25", "26", "27", "72", "73", "74", "76", "44", "68"})
_OPEN_FORMS = frozenset({"heap", "scrap", "coils", "bundles", "slabs", "castings", "packets"})
_HAND_LOADED = frozenset(
    {
        "appliances",
        "cartons",
        "cases",
        "furniture",
        "hanging",
        "mixed_cartons",
        "motorcycles",
        "pallets",
        "sacks",
        "trays",
        "tyres",
    }
)
_WAGON_FORMS = frozenset(
    {
        "bales",
        "big_bags",
        "cartons",
        "cases",
        "cathodes",
        "drums",
        "ingots",
        "pallets",
        "rolls",
        "sacks",
        "slabs",
        "tyres",
    }
)


def flows(goods: Goods) -> bool:
    """Whether it is a liquid: goods that travel in drums, IBCs or flexitanks and no other way."""
    return _LIQUID_FORMS.issuperset(goods.forms)


def fits(goods: Goods, unit_type: str) -> bool:
    """Whether such goods travel in such a unit."""
    if unit_type in goods.units:
        return True
    if unit_type in CONTAINERS:
        if unit_type == "45":
            return not goods.units or "40HC" in goods.units
        return not goods.units and unit_type != "reefer"
    if unit_type == "tank":
        return flows(goods)
    forms = frozenset(goods.forms)
    if unit_type == "flat_rack":
        return bool(forms & _HEAVY_FORMS)
    if unit_type == "gondola":
        return bool(forms & _OPEN_FORMS) and goods.heading[:2] in _OPEN_CHAPTERS
    chilled = bool(goods.units) and set(goods.units) <= {"reefer"}
    if unit_type == "container_truck":
        return fits(goods, "40HC")
    if unit_type == "van":
        return bool(forms & _HAND_LOADED) and not chilled
    if unit_type == "wagon":
        return bool(forms & _WAGON_FORMS) and not chilled
    return not chilled and not forms <= LOOSE_FORMS


def choose(rng: Generator, goods: Sequence[Goods]) -> Goods:
    """One entry, drawn as often as such goods travel."""
    weights = np.array([entry.weight for entry in goods])
    return goods[rng.choice(len(goods), p=weights / weights.sum())]


def draw_unit_and_goods(
    rng: Generator,
    pool: Sequence[Goods],
    wanted: str | None,
    profile: ScannerProfile | None = None,
) -> tuple[str, Goods]:
    """A unit type and the first goods in it.

    With `profile`, no other unit than a box is drawn that it does not see whole; boxes are what
    all scanners are built for. A wish for a unit type is granted whatever the profile.
    ValueError: a tank wanted for what is no liquid.
    """
    if wanted is not None:
        return wanted, choose(rng, _fitting(pool, wanted))
    seen = {
        unit_type: weight
        for unit_type, weight in OTHERS.items()
        if (profile is None or fits_view(unit_type, profile))
        and any(fits(entry, unit_type) for entry in pool)
    }
    if rng.random() < _OTHER_SHARE * sum(seen.values()):
        unit_type = _draw(rng, seen)
        return unit_type, choose(rng, [entry for entry in pool if fits(entry, unit_type)])
    goods = choose(rng, pool)
    return _draw(rng, _boxes(goods) or CONTAINERS), goods


def _boxes(goods: Goods) -> dict[str, float]:
    """Weight of each box that such goods travel in.

    A sender pays for the box: he takes the short one for goods that are too heavy to fill the long.
    """
    boxes = {unit: weight for unit, weight in CONTAINERS.items() if fits(goods, unit)}
    if "20" in boxes and sum(goods.density) / 2 < _LIGHT:
        boxes["20"] *= _RARELY
    return boxes


def _draw(rng: Generator, weights: dict[str, float]) -> str:
    share = np.array(list(weights.values()))
    return list(weights)[rng.choice(share.size, p=share / share.sum())]


def _fitting(pool: Sequence[Goods], unit_type: str) -> list[Goods]:
    fitting = [entry for entry in pool if fits(entry, unit_type)]
    if not fitting and unit_type == "tank":
        headings = ", ".join(sorted({entry.heading for entry in pool}))
        raise ValueError(f"expected liquid goods for a tank, found {headings}")
    return fitting or list(pool)
