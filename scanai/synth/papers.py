"""Papers of a load: the lines that are true, and each way in which a declaration is made false.

Knows manifests, not solids: what lies in the unit comes in as lines.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import msgspec
import numpy as np
from numpy.random import Generator

from scanai.manifest.model import Line, Manifest, Regime
from scanai.synth.cargo import Goods, library
from scanai.synth.scene import TransportUnit

_REGIMES: tuple[Regime, ...] = ("import", "export", "transit", "transhipment")
# Declared mass strays from the weighed one by so much, 1 sigma.
_WEIGHING = 0.012
# What a line declares by what its goods weigh with their packing.
_NET = (0.97, 1.0)
# Factors on the declared mass that count as false: below and above honest rounding.
_FALSE_MASS = ((0.35, 0.7), (1.4, 2.5))
# Declared by true quantity of one line where less, and where more, was loaded.
_SHORT = (1.3, 2.2)
_LEAST_SHORT = 1.15
"""Of loads that leave little room to declare more, such as a tank, never less than 80 % full."""
_OVER = (0.3, 0.75)
LEAST_PACKAGE_KG = 5.0
"""Least mass of a package, for the number of packages to be one that people handle."""
LEAST_SIDE_M = 0.05
"""Of a package that the library gives a lesser side: of a bar it is the thickness."""
# A heading is swapped for one of packed density within this factor, or a scale would tell at once.
_SWAP_DENSITY = 1.7
# Heading that a shield would be declared under, by its material.
_SHIELD_PAPERS = {
    "lead": ("780600", "Shielded container of lead"),
    "tungsten": ("810199", "Shielded container of tungsten"),
    "uranium": ("284430", "Shielded container of depleted uranium"),
    "steel": ("732690", "Shielded container of steel"),
    "copper": ("741980", "Shielded container of copper"),
    "polyethylene+lead": ("780600", "Shielded container of lead and polyethylene"),
    "boron+lead": ("780600", "Shielded container of lead and boron"),
}


@dataclass(frozen=True)
class Shipped:
    """One consignment as its papers see it."""

    goods: Goods
    mass_kg: float


def goods_line(rng: Generator, shipped: Shipped) -> Line:
    """One of the codes of these goods, with its own text."""
    goods = shipped.goods
    choice = int(rng.integers(len(goods.codes)))
    each = math.prod(max(side, LEAST_SIDE_M) for side in goods.package) * sum(goods.density) / 2
    return Line(
        hs_code=goods.codes[choice],
        description=goods.texts[min(choice, len(goods.texts) - 1)],
        mass_kg=float(max(1, round(shipped.mass_kg))),
        packages=max(1, round(shipped.mass_kg / max(LEAST_PACKAGE_KG, each))),
        package_type=goods.package_type,
    )


def piece_line(code: str, text: str, mass_kg: float, packages: int = 1) -> Line:
    return Line(
        hs_code=code,
        description=text,
        mass_kg=float(max(1, round(mass_kg))),
        packages=packages,
        package_type="PX",
    )


def shield_line(material: str, mass_kg: float) -> Line:
    """What a shield would be declared as; KeyError for a material that no shield has."""
    return piece_line(*_SHIELD_PAPERS[material], mass_kg)


def honest(rng: Generator, unit: TransportUnit, lines: Sequence[Line]) -> Manifest:
    """A declaration of just these lines, none for an empty unit, as an honest sender writes it.

    What a line weighs is the sender's figure, some of it without the packing; the gross mass is
    weighed, and no less than its lines.
    """
    number = int(rng.integers(0, 1_000_000))
    told = [
        msgspec.structs.replace(line, mass_kg=_reckoned(rng, line.mass_kg or 0.0)) for line in lines
    ]
    return Manifest(
        unit=f"SYNTH-{number:06d}",
        unit_type=unit.unit_type,
        scan_id=f"SYNTH-{number:06d}-{int(rng.integers(0, 10_000)):04d}",
        regime=_REGIMES[rng.integers(len(_REGIMES))],
        gross_mass_kg=max(_weighed(rng, lines), _sum(told)),
        tare_kg=unit.tare_kg,
        lines=tuple(told),
    )


def _reckoned(rng: Generator, mass_kg: float) -> float:
    return float(max(1, round(mass_kg * rng.uniform(*_NET) * rng.normal(1, _WEIGHING / 2))))


def true_papers(declared: Manifest, lines: Sequence[Line], mass_kg: float) -> Manifest:
    """The same shipment with its true lines and its mass to the kilogram."""
    return msgspec.structs.replace(
        declared, lines=tuple(lines), gross_mass_kg=float(round(mass_kg))
    )


def emptied(manifest: Manifest) -> Manifest:
    return msgspec.structs.replace(manifest, lines=(), gross_mass_kg=0.0)


def without(manifest: Manifest, hidden: frozenset[str], *, mass_follows: bool) -> Manifest:
    """Lines of the hidden headings left out; the others carry their mass, unless it `follows`."""
    kept = tuple(line for line in manifest.lines if line.hs_code[:4] not in hidden)
    total, left = _sum(manifest.lines), _sum(kept)
    if mass_follows:
        gross = round((manifest.gross_mass_kg or 0.0) * left / total) if total else 0
        return msgspec.structs.replace(manifest, lines=kept, gross_mass_kg=float(gross))
    scale = total / left if left else 1.0
    return msgspec.structs.replace(manifest, lines=_scaled(kept, scale))


def false_mass(rng: Generator, manifest: Manifest, payload_kg: float) -> Manifest:
    """All masses too low, or too high, by one factor: never more than the unit may carry, which
    would give itself away."""
    low, high = _FALSE_MASS
    most = payload_kg / max(_sum(manifest.lines), 1.0)
    scale = float(rng.uniform(*(high if rng.integers(2) and most >= high[0] else low)))
    scale = min(scale, most)
    gross = float(round((manifest.gross_mass_kg or 0.0) * scale))
    return msgspec.structs.replace(
        manifest, lines=_scaled(manifest.lines, scale), gross_mass_kg=gross
    )


def false_quantity(
    rng: Generator, manifest: Manifest, payload_kg: float, *, short: bool
) -> Manifest:
    """The largest line declares more (the load is short) or less than was loaded.

    More only as far as the unit may carry, which a load of `short_of` leaves room for. Where less
    is declared, half give the gross mass of a weighbridge all the same; a gross mass below that of
    the lines would tell on itself.
    """
    scale = float(rng.uniform(*(_SHORT if short else _OVER)))
    largest = _largest(manifest.lines)
    if short:
        own = max(manifest.lines[largest].mass_kg or 0.0, 1.0)
        room = (payload_kg - _sum(manifest.lines) + own) / own
        scale = max(min(scale, room), _LEAST_SHORT)
    told = _scaled(manifest.lines[largest : largest + 1], scale)
    lines = (*manifest.lines[:largest], *told, *manifest.lines[largest + 1 :])
    weighed = not short and rng.random() < 0.5
    gross = manifest.gross_mass_kg if weighed else _sum(lines)
    return msgspec.structs.replace(manifest, lines=lines, gross_mass_kg=gross)


def short_of(mass_kg: float) -> float:
    """Mass to load where `mass_kg` could be and will be declared at most."""
    return mass_kg / _SHORT[1]


def swapped_codes(rng: Generator, manifest: Manifest, believable: Sequence[Goods]) -> Manifest:
    """The largest line under code and text of goods of another group, all else kept.

    They are among the `believable`, those that such a unit carries, and of about the same density:
    a scale would not tell. Where none are of another group, they are of another heading.
    """
    largest = _largest(manifest.lines)
    line = manifest.lines[largest]
    taken = {entry.hs_code[:4] for entry in manifest.lines}
    other = _passes_for(rng, line.hs_code[:4], taken, believable)
    choice = int(rng.integers(len(other.codes)))
    told = msgspec.structs.replace(
        line,
        hs_code=other.codes[choice],
        description=other.texts[min(choice, len(other.texts) - 1)],
    )
    lines = (*manifest.lines[:largest], told, *manifest.lines[largest + 1 :])
    return msgspec.structs.replace(manifest, lines=lines)


def _passes_for(
    rng: Generator, heading: str, taken: set[str], believable: Sequence[Goods]
) -> Goods:
    """Goods of another group that a load of that heading may be declared as."""
    true = next((goods for goods in library() if goods.heading == heading), None)
    free = [goods for goods in believable if goods.heading not in taken]
    others = [goods for goods in free if true is None or goods.group != true.group] or free
    if true is not None:
        middle = sum(true.density)
        near = [
            goods
            for goods in others
            if 1 / _SWAP_DENSITY < sum(goods.density) / middle < _SWAP_DENSITY
        ]
        others = near or others
    return others[rng.integers(len(others))]


def _largest(lines: Sequence[Line]) -> int:
    """Index of the line that weighs most."""
    return max(range(len(lines)), key=lambda index: lines[index].mass_kg or 0.0)


def _weighed(rng: Generator, lines: Sequence[Line]) -> float:
    stray = _WEIGHING * float(np.clip(rng.standard_normal(), -2.5, 2.5))
    return float(round(_sum(lines) * (1 + stray)))


def _sum(lines: Sequence[Line]) -> float:
    return sum(line.mass_kg or 0.0 for line in lines)


def _scaled(lines: Sequence[Line], scale: float) -> tuple[Line, ...]:
    return tuple(
        msgspec.structs.replace(
            line,
            mass_kg=float(max(1, round((line.mass_kg or 0.0) * scale))),
            packages=max(1, round((line.packages or 1) * scale)),
        )
        for line in lines
    )
