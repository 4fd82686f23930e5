"""Writes the manifest's table of heading bands from the cargo library, so that the two agree.

    python -m scanai.synth.heading_bands > scanai/manifest/data/heading_bands.csv

The library gives what one package weighs by its volume, or the bare piece where goods travel
unpacked; a load leaves air between and beside them. How much is here, by load form. What the bands
are for is in `scanai.manifest.bands`.
"""

from __future__ import annotations

import csv
import io
import math
import sys
from collections.abc import Iterator

from scanai.synth.cargo import Goods, library, material_of
from scanai.synth.forms import USUAL_PACKAGE
from scanai.synth.papers import LEAST_PACKAGE_KG, LEAST_SIDE_M

FIELDS = (
    "heading",
    "density_low",
    "density_high",
    "package_low_kg",
    "package_high_kg",
    "source",
)

FILLED: dict[str, tuple[float, float]] = {
    "appliances": (0.75, 1.2),
    "bales": (0.75, 0.95),
    "bicycles": (0.75, 0.7),
    "big_bags": (0.55, 0.9),
    "bundles": (0.15, 1.2),
    "cars": (0.8, 0.75),
    "cartons": (0.7, 1.15),
    "cases": (0.65, 0.95),
    "castings": (0.2, 0.55),
    "cathodes": (0.2, 0.9),
    "coils": (0.09, 0.36),
    "drums": (0.55, 0.75),
    "engines": (0.6, 0.6),
    "flexitank": (0.4, 1.0),
    "furniture": (0.95, 1.2),
    "hanging": (0.8, 0.8),
    "heap": (0.25, 0.95),
    "household": (1.0, 0.8),
    "ibcs": (0.55, 0.7),
    "ingots": (0.25, 0.8),
    "machines": (0.4, 1.05),
    "medical": (0.5, 0.55),
    "mixed_cartons": (0.85, 0.85),
    "motorcycles": (1.2, 0.95),
    "motors": (1.05, 1.65),
    "packets": (0.4, 0.8),
    "pallets": (0.5, 0.95),
    "reels": (0.3, 0.35),
    "rolls": (0.35, 0.7),
    "sacks": (0.5, 0.95),
    "scrap": (0.3, 0.75),
    "slabs": (0.07, 0.47),
    "tins": (0.7, 0.9),
    "transformers": (0.38, 0.37),
    "trays": (0.45, 0.9),
    "tyres": (0.04, 0.2),
    "wire_coils": (0.22, 0.4),
}
"""Mass of a load by the room from wall to wall behind its side view, over what its packages weigh
by their volume: the first by the least dense package of a heading, the second by the densest. The
1st and the 99th percentile of 6,400 simulated loads, 40 of each heading, rounded outwards."""

_VARIETY = 1.5
"""The library has one or two goods of a heading, trade has many: the band reaches so many times
further on either side. Project estimate."""
_SMALLER, _LARGER = 10.0, 3.0
"""The same of what a package weighs: small parts of nearly all goods travel in cartons."""
_PRESSED = 850.0
"""kg/m³ of matter below which it holds air of its own."""
_SOURCE = "cargo library and load forms of the simulator; project estimate"

_HEAD = (
    "# Bands of the HS headings that the simulator's cargo library knows; written by",
    "# `python -m scanai.synth.heading_bands`, not by hand. Estimates of this project after",
    "# published stowage factors, no measurements. density: kg/m³ of a load from wall to wall as",
    "# the side view shows it, air between packages included. package: gross mass of one",
    "# package, kg.",
)


def table() -> str:
    """The whole file."""
    text = io.StringIO()
    text.write("\n".join((*_HEAD, ",".join(FIELDS))) + "\n")
    csv.writer(text, lineterminator="\n").writerows(_rows())
    return text.getvalue()


def _rows() -> Iterator[tuple[str, ...]]:
    by_heading: dict[str, list[Goods]] = {}
    for goods in library():
        by_heading.setdefault(goods.heading, []).append(goods)
    for heading, entries in sorted(by_heading.items()):
        dense = [density for goods in entries for density in _load_densities(goods)]
        packed = [mass for goods in entries for mass in _package_masses(goods)]
        ends = (
            min(dense) / _VARIETY,
            min(max(dense) * _VARIETY, max(_densest(goods) for goods in entries)),
            min(packed) / _SMALLER,
            max(packed) * _LARGER,
        )
        yield (heading, *(f"{end:.3g}" if end < 100 else f"{end:.0f}" for end in ends), _SOURCE)


def _load_densities(goods: Goods) -> Iterator[float]:
    """kg/m³ of loads of these goods, least and most for each load form."""
    for form in goods.forms:
        low, high = FILLED[form]
        solid = _wall_share(goods, form)
        yield goods.density[0] * low * solid
        yield goods.density[1] * high * solid


def _wall_share(goods: Goods, form: str) -> float:
    """Of a pipe, the share that is no bore; 1 of all else."""
    first = form == goods.forms[0]
    _, _, bore = goods.package if first else USUAL_PACKAGE.get(form, goods.package)
    return 1 - bore**2 if form == "bundles" else 1.0


def _densest(goods: Goods) -> float:
    """kg/m³ that no such goods exceed, for they are of solid matter; infinite where they are of
    foam or of air in a thin shell, which can be pressed."""
    solid = 1000 * material_of(goods).density_g_cm3
    return max(solid, goods.density[1]) if solid > _PRESSED else math.inf


def _package_masses(goods: Goods) -> Iterator[float]:
    """kg of one package, least and most for each load form; as `papers` declares them, or less."""
    for form in goods.forms:
        first = form == goods.forms[0]
        sides = goods.package if first else USUAL_PACKAGE.get(form, goods.package)
        volume = math.prod(max(side, LEAST_SIDE_M) for side in sides)
        yield volume * goods.density[0]
        yield max(volume * goods.density[1], LEAST_PACKAGE_KG)


if __name__ == "__main__":
    sys.stdout.write(table())
