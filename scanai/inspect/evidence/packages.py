"""Packages: what one package of a line weighs, against what such packages weigh.

The same question is asked of the papers (`room`) and of what the picture shows of a line
(`line_density`). How a sentence names a line stands here as well. Bands are the manifest's.
"""

from __future__ import annotations

import math

from scanai.manifest.bands import Band, package_mass_band
from scanai.manifest.model import Line
from scanai.plain_text import mass_words

_FEW = 10
"""Packages; fewer may be samples or spare parts, however light."""
_LONGEST = 40


def line_words(number: int, line: Line) -> str:
    """“2 (7210, steel sheet)”: the line as a sentence names it, in one line of printable text."""
    words = " ".join(line.description.split())
    words = "".join(character for character in words if character.isprintable())
    if len(words) > _LONGEST:
        words = words[: _LONGEST - 1].rstrip() + "…"
    inside = ", ".join(part for part in (line.hs_code, words) if part)
    return f"{number} ({inside})" if inside else str(number)


def package_band(line: Line) -> Band | None:
    """kg of one package of this line; None where nothing is known of such goods.

    Without a lower end for a line of few packages.
    """
    band = package_mass_band(line.hs_code, line.package_type)
    if band is None or not line.packages or line.packages >= _FEW:
        return band
    return Band(0.0, band.high, band.source)


def kilograms(band: Band) -> str:
    """The band as an officer reads it."""
    if math.isinf(band.high):
        return f"at least {package_kg(band.low)}"
    if band.low <= 0:
        return f"at most {package_kg(band.high)}"
    return f"{package_kg(band.low)} to {package_kg(band.high)}"


def package_kg(kg: float) -> str:
    """Mass of one package: 1.2 t, 340 kg, 2.5 kg, 12 g."""
    if kg >= 10:
        return mass_words(kg)
    return f"{kg:.2g} kg" if kg >= 0.1 else f"{1000 * kg:.2g} g"
