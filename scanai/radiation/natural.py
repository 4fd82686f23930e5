"""Goods that are radioactive by nature: the harmless explanation of most gamma alarms.

The table (`data/natural_headings.csv`) gives HS headings, each with its nuclides, its reason and
its source. It explains gamma counts only: no such goods give neutrons.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Literal

# Of the series of U-238 and Th-232 as instruments name them, and potassium.
_NATURAL = frozenset(
    {
        *("K40", "TH232", "TH228", "RA228", "AC228", "PB212", "BI212", "TL208"),
        *("U238", "TH234", "PA234M", "RA226", "RN222", "PB214", "BI214"),
        *("NORM", "LU176", "LA138"),
    }
)


@dataclass(frozen=True)
class NaturalGoods:
    heading: str
    goods: str
    nuclides: str
    strength: Literal["usual", "seldom"]
    """Whether a load of them alarms a portal as a rule."""
    reason: str
    source: str


def natural_goods(hs_codes: Iterable[str]) -> tuple[NaturalGoods, ...]:
    """What of the declared codes is radioactive by nature, each heading once; usual ones first."""
    headings = dict.fromkeys(code[:4] for code in hs_codes)
    found = [table()[heading] for heading in headings if heading in table()]
    return tuple(sorted(found, key=lambda goods: goods.strength != "usual"))


def is_natural(nuclide: str) -> bool:
    """Whether a nuclide, as an instrument names it (K-40, 40K, Th232), is one of such goods."""
    name = "".join(c for c in nuclide.upper() if c.isalnum())
    digits = len(name) - len(name.lstrip("0123456789"))
    return name[digits:] + name[:digits] in _NATURAL


@cache
def table() -> dict[str, NaturalGoods]:
    text = files("scanai.radiation").joinpath("data/natural_headings.csv").read_text("utf-8")
    rows = csv.DictReader(line for line in text.splitlines() if not line.startswith("#"))
    return {row["heading"]: NaturalGoods(**row) for row in rows}  # type: ignore[arg-type]
