"""Line density: what the picture shows of one line, by its volume and by its packages.

A line's part of the picture gives a mass and the room behind it from wall to wall. How deep the
goods reach is not seen, so that room is the most they can take and the density the least they can
have; the bands are those of loads seen from the side, which fill a unit across. Seen from above or
below the room reaches from floor to roof, as hardly any load does, and none is too light. Which
part belongs to which line is decided elsewhere; what the papers alone allow is in `room`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from scanai.inspect.evidence.context import Box, Context
from scanai.inspect.evidence.packages import kilograms, line_words, package_band, package_kg
from scanai.inspect.report import Evidence, Finding
from scanai.manifest.bands import Band, density_band
from scanai.manifest.model import Line
from scanai.plain_text import mass_words

SCORE = "density"
_LEAST_M3 = 1e-3
"""Less is no part of a load."""


@dataclass(frozen=True)
class LinePart:
    """What of the picture belongs to one line of the declaration."""

    number: int
    """Of the line, from 1."""
    line: Line
    kg: float
    """Gross mass seen, transport unit taken off."""
    low_kg: float
    high_kg: float
    """95 % interval."""
    volume_m3: float
    """Area that the part covers times what the unit measures inside along the beam: the most that
    the goods take."""
    box: Box
    """(x0, y0, x1, y1) pixels of the scan around the part."""
    opaque: bool
    """Whether the beam did not get through all of it, so that it may weigh more than `high_kg`."""
    filled: bool = True
    """Whether goods usually reach through the unit along the beam: from side to side they do."""

    @property
    def most_kg(self) -> float:
        return math.inf if self.opaque else self.high_kg

    @property
    def at_least(self) -> bool:
        """Whether the density is a lower bound, whatever the band."""
        return self.opaque or not self.filled


def density_findings(
    parts: Sequence[LinePart], context: Context
) -> tuple[list[Finding], dict[str, float]]:
    """A finding for each part far too light or too heavy for its volume; the largest distance.

    The score is the natural logarithm of how many times outside its heading's band the whole
    interval of kg/m³ lies; 0 inside. A part that is opaque, or seen from above or below, can only
    be too heavy. No such finding asks for more than a review. Packages whose seen mass is far from
    what such packages weigh are told beside it, as leads. A part without a heading, a mass or a
    volume is not judged.
    """
    findings, scores = [], []
    for part in parts:
        band = density_band(part.line.hs_code)
        if band is not None and part.volume_m3 >= _LEAST_M3 and part.high_kg > 0:
            score = _distance(part, band)
            scores.append(score)
            if score > 0 and score >= context.threshold("density_ratio"):
                findings.append(_density_finding(part, band, score, context))
        lead = _package_lead(part, context)
        if lead is not None:
            findings.append(lead)
    return findings, {SCORE: max(scores)} if scores else {}


def _distance(part: LinePart, band: Band) -> float:
    low = part.low_kg / part.volume_m3
    high = math.inf if part.at_least else part.high_kg / part.volume_m3
    return math.log(band.times_outside(low, high))


def _density_finding(part: LinePart, band: Band, score: float, context: Context) -> Finding:
    density = part.kg / part.volume_m3
    weighs = "at least " if part.opaque else ""
    seen = "at least " if part.at_least else ""
    side = "well below" if density < band.low else "well above"
    evidence = [
        Evidence(
            name="density of the line's part",
            value=round(density),
            low=round(part.low_kg / part.volume_m3),
            high=None if part.at_least else round(part.high_kg / part.volume_m3),
            unit="kg/m³",
        ),
        Evidence(name="least density of such goods", value=round(band.low), unit="kg/m³"),
        Evidence(name="greatest density of such goods", value=round(band.high), unit="kg/m³"),
    ]
    each = package_evidence(part)
    if each is not None:
        evidence.append(each)
    return Finding(
        kind="mass_mismatch",
        score=-math.expm1(-score),
        p_value=context.p_value(SCORE, score),
        region=part.box,
        sentence=(
            f"Line {line_words(part.number, part.line)} lies in {_cubic(part.volume_m3)} and "
            f"weighs {weighs}{mass_words(part.kg)}: {seen}{density:,.0f} kg/m³, {side} what such "
            f"goods have ({band.low:,.0f} to {band.high:,.0f})."
        ),
        evidence=tuple(evidence),
        asks_at_most="review",
    )


def package_evidence(part: LinePart) -> Evidence | None:
    """The mass seen for each declared package; None where no number of them is declared."""
    count = part.line.packages
    if not count or part.high_kg <= 0:
        return None
    return Evidence(
        name=f"seen mass per package, line {part.number}",
        value=_three(part.kg / count),
        low=_three(part.low_kg / count),
        high=None if part.opaque else _three(part.high_kg / count),
        unit="kg",
    )


def _package_lead(part: LinePart, context: Context) -> Finding | None:
    """Unconfirmed: a package of any goods may be small or large."""
    each, band = package_evidence(part), package_band(part.line)
    if each is None or band is None or not part.line.packages:
        return None
    low, high = (kg / part.line.packages for kg in (part.low_kg, part.most_kg))
    outside = band.times_outside(low, high)
    if outside < context.threshold("package_mass_factor"):
        return None
    seen = "at least " if part.opaque else ""
    return Finding(
        kind="mass_mismatch",
        score=1 - 1 / outside,
        region=part.box,
        sentence=(
            f"Line {line_words(part.number, part.line)} is seen with {seen}"
            f"{package_kg(part.kg / part.line.packages)} in each of {part.line.packages:,} "
            f"packages; usual are {kilograms(band)}: a lead to check."
        ),
        evidence=(each,),
        confirmed=False,
    )


def _three(value: float) -> float:
    """Three significant digits."""
    return float(f"{value:.3g}")


def _cubic(volume_m3: float) -> str:
    return f"{volume_m3:.0f} m³" if volume_m3 >= 10 else f"{volume_m3:.2g} m³"
