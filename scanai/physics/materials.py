"""What things are made of: elements by mass fraction, and a density.

Composition only; how a material attenuates is in `transmission`. The library of named materials is
data/materials.toml, the elements data/elements.csv.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, NamedTuple

from scanai.physics import tables

_GROUP = re.compile(r"([A-Z][a-z]?)(\d*)")


@dataclass(frozen=True)
class Material:
    """A homogeneous material; hashable, so that tables can be kept per material."""

    name: str
    mass_fractions: tuple[tuple[int, float], ...]
    """(atomic number, share of the mass), shares add up to 1, by rising atomic number."""
    density_g_cm3: float
    """Of the solid itself, not of packed goods."""

    def __post_init__(self) -> None:
        total = sum(share for _, share in self.mass_fractions)
        if abs(total - 1) > 1e-6 or min((s for _, s in self.mass_fractions), default=0) < 0:
            raise ValueError(
                f"{self.name}: expected mass fractions that add up to 1, found {total:g}"
            )
        if not self.density_g_cm3 > 0:
            raise ValueError(
                f"{self.name}: expected a density above 0, found {self.density_g_cm3:g}"
            )


class _Element(NamedTuple):
    z: int
    symbol: str
    atomic_weight: float
    density_g_cm3: float


@cache
def _elements() -> dict[str, _Element]:
    rows = (
        _Element(int(z), symbol, float(weight), float(density))
        for z, symbol, weight, density in tables.rows("elements.csv")
    )
    return {row.symbol: row for row in rows}


def from_formula(formula: str, name: str, density_g_cm3: float) -> Material:
    """A compound by its formula without brackets, such as C6H10O5; ValueError if it is none."""
    groups = _GROUP.findall(formula)
    if not groups or "".join(symbol + count for symbol, count in groups) != formula:
        raise ValueError(f"expected a formula such as C6H10O5, found {formula!r}")
    mass: dict[int, float] = {}
    for symbol, count in groups:
        element = _elements().get(symbol)
        if element is None:
            raise ValueError(f"expected symbols of elements up to Pu in {formula}, found {symbol}")
        mass[element.z] = mass.get(element.z, 0.0) + element.atomic_weight * int(count or 1)
    return _normalised(name, mass, density_g_cm3)


def mixture(
    parts: Sequence[tuple[Material, float]], name: str, density_g_cm3: float | None = None
) -> Material:
    """Materials mixed by mass; the shares are scaled to add up to 1.

    Without `density_g_cm3` the volumes add: the density of parts lying side by side.
    """
    mass: dict[int, float] = {}
    volume = 0.0
    for part, share in parts:
        volume += share / part.density_g_cm3
        for z, fraction in part.mass_fractions:
            mass[z] = mass.get(z, 0.0) + share * fraction
    return _normalised(name, mass, density_g_cm3 or sum(share for _, share in parts) / volume)


def _normalised(name: str, mass: dict[int, float], density_g_cm3: float) -> Material:
    total = sum(mass.values())
    shares = tuple((z, mass[z] / total) for z in sorted(mass) if mass[z] > 0)
    return Material(name, shares, density_g_cm3)


@cache
def _library() -> dict[str, dict[str, Any]]:
    return tomllib.loads(tables.text("materials.toml"))


def material_names() -> tuple[str, ...]:
    """Names of the library, without the elements, which go by their symbols."""
    return tuple(_library())


@cache
def material(name: str) -> Material:
    """A material of the library, or an element by its symbol; KeyError names what is unknown."""
    entry = _library().get(name)
    if entry is None:
        element = _elements().get(name)
        if element is None:
            raise KeyError(
                f"no material named {name!r}; scanai.physics.material_names() lists them"
            )
        return Material(name, ((element.z, 1.0),), element.density_g_cm3)
    if "formula" in entry:
        return from_formula(entry["formula"], name, entry["density"])
    parts = [(_part(part), share) for part, share in entry["parts"].items()]
    return mixture(parts, name, entry["density"])


def element(z: int) -> Material:
    """An element by its atomic number, 1 to 94; ValueError outside."""
    for entry in _elements().values():
        if entry.z == z:
            return material(entry.symbol)
    raise ValueError(f"expected an atomic number from 1 to {len(_elements())}, found {z}")


def _part(name: str) -> Material:
    if name in _library() or name in _elements():
        return material(name)
    return from_formula(name, name, 1.0)  # only its composition is used
