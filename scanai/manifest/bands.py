"""Bands: how dense goods of a heading are as they travel, and what one package of them weighs.

The figures are the project's own estimates (`data/heading_bands.csv`, written by
`scanai.synth.heading_bands`; `data/package_types.csv`), the density of headings beyond that table
is that of their goods group. What fits in a transport unit is in `room_inside`; what follows from a
value outside a band is judged in `scanai.inspect.evidence`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache

from scanai.manifest._tables import read_table
from scanai.manifest.goods_groups import GoodsGroup, goods_group_of

_GROUP_VARIETY = 2.0
"""A goods group's range is that of most of its goods; single headings lie so many times outside.
Project estimate."""


MOST_TIMES = 1e6
"""Beyond which it no longer matters how far something is outside."""


@dataclass(frozen=True)
class Band:
    low: float
    high: float
    source: str

    def times_outside(self, low: float, high: float) -> float:
        """How many times an interval lies above the band, or below it; 1 where they meet, at most
        MOST_TIMES.

        The ends are in the band's unit and above 0; `high` may be infinite.
        """
        below = self.low / high if high * MOST_TIMES > self.low else MOST_TIMES
        return min(max(low / self.high, below, 1.0), MOST_TIMES)


@dataclass(frozen=True)
class PackageType:
    """One code of UN/CEFACT Recommendation 21; limits are estimates of this project."""

    code: str
    name: str
    least_m3: float
    most_m3: float
    """Outer volume; 0 and infinite where the type says nothing of it."""
    most_kg: float
    """Gross; infinite likewise."""
    gathers: bool
    """Whether one may hold many smaller packages."""


def density_band(hs_code: str) -> Band | None:
    """kg/m³ of a load from wall to wall, air between packages included; None without a heading."""
    heading = hs_code[:4]
    own = _density_by_heading().get(heading)
    if own is not None:
        return own
    group = _group(heading)
    if group is None:
        return None
    low, high = group.density
    source = f"goods group {group.name}; project estimate"
    return Band(low / _GROUP_VARIETY, high * _GROUP_VARIETY, source)


def package_mass_band(hs_code: str, package_type: str = "") -> Band | None:
    """kg of one package of these goods, gross; None without a heading.

    Headings beyond the table have the band of their group's headings in it. Packages that gather
    smaller ones, or are of no known type, may weigh as much as the type allows.
    """
    heading = hs_code[:4]
    band = _package_by_heading().get(heading)
    if band is None:
        group = _group(heading)
        if group is None:
            return None
        band = _package_by_group()[group.name]
    kind = package_type_of(package_type)
    if kind is None or not kind.gathers:
        most = band.high if kind is not None else math.inf
    else:
        most = max(band.high, kind.most_kg)
    return Band(band.low, most, band.source)


def package_type_of(code: str) -> PackageType | None:
    """By its code, in capitals or not; None for another word."""
    return _package_types().get(code.strip().upper())


def _group(heading: str) -> GoodsGroup | None:
    try:
        return goods_group_of(heading)
    except KeyError:
        return None


@cache
def _density_by_heading() -> dict[str, Band]:
    return _bands("density_low", "density_high")


@cache
def _package_by_heading() -> dict[str, Band]:
    return _bands("package_low_kg", "package_high_kg")


def _bands(low: str, high: str) -> dict[str, Band]:
    return {
        row["heading"]: Band(float(row[low]), float(row[high]), row["source"])
        for row in read_table("heading_bands.csv")
    }


@cache
def _package_by_group() -> dict[str, Band]:
    """From the lightest to the heaviest of a group's headings in the table, which has some of
    every group."""
    groups: dict[str, Band] = {}
    for heading, band in _package_by_heading().items():
        name = goods_group_of(heading).name
        so_far = groups.get(name, band)
        low, high = min(so_far.low, band.low), max(so_far.high, band.high)
        groups[name] = Band(low, high, f"goods group {name}; project estimate")
    return groups


@cache
def _package_types() -> dict[str, PackageType]:
    return {
        row["code"]: PackageType(
            code=row["code"],
            name=row["name"],
            least_m3=float(row["least_m3"] or 0.0),
            most_m3=float(row["most_m3"] or math.inf),
            most_kg=float(row["most_kg"] or math.inf),
            gathers=row["gathers"] == "yes",
        )
        for row in read_table("package_types.csv")
    }
