"""Mass: areal density added up over the transport unit, less its tare, against the declared mass.

In a view from above or below the load's height decides how large it looks (`magnification`).
Behind opaque cells nothing is measured. They hold at least what the beam would have come through,
and by the model's guess from what is around them some more: the interval reaches from the one
beyond the other, and a declared mass above it contradicts nothing.
"""

from __future__ import annotations

import math
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from scanai.inspect.evidence.context import Context
from scanai.inspect.evidence.magnification import magnification
from scanai.inspect.evidence.measured import CELL, UNIT_ATTENUATION, Measured
from scanai.inspect.evidence.reading import GoodsReading
from scanai.inspect.report import Evidence, Finding, MassEstimate
from scanai.manifest.model import Manifest
from scanai.plain_text import mass_words

SCORE = "mass_mismatch"


class _Standard(NamedTuple):
    length_m: float
    tare_kg: float
    spread: float
    """Relative, about two standard deviations between makes."""
    seen: float
    """Share of the tare that areal density adds up to, seen from the side: thin steel reads as
    lighter matter, and engines, axles, bogies and beams seen end on are opaque in parts. Of the
    simulator's empty units, two energies."""
    seen_upright: float
    """The same from above or below."""


# Length (ISO 668; UIC 571-2; Directive 96/53/EC) and usual tare (project estimate from makers' data
# sheets) of each unit type. Vehicles differ most: papers without a tare leave a wide interval.
_BOXES = {
    "20": _Standard(6.058, 2250.0, 0.10, 0.90, 0.92),
    "40": _Standard(12.192, 3700.0, 0.10, 0.90, 0.92),
    "40HC": _Standard(12.192, 3900.0, 0.10, 0.90, 0.92),
    "45": _Standard(13.716, 4800.0, 0.10, 0.90, 0.92),
    "reefer": _Standard(12.192, 4600.0, 0.10, 0.90, 0.92),
}
_UNITS = _BOXES | {
    "tank": _Standard(6.058, 3650.0, 0.12, 0.94, 0.92),
    "flat_rack": _Standard(12.192, 5400.0, 0.12, 0.90, 0.96),
    "trailer": _Standard(16.5, 13_300.0, 0.15, 0.86, 0.93),
    "container_truck": _Standard(16.0, 15_000.0, 0.18, 0.86, 0.91),
    "truck": _Standard(8.3, 5600.0, 0.30, 0.88, 0.93),
    "van": _Standard(5.95, 2050.0, 0.15, 0.96, 0.98),
    "wagon": _Standard(16.52, 22_500.0, 0.12, 0.78, 0.89),
    "gondola": _Standard(14.04, 21_500.0, 0.10, 0.73, 0.95),
}
_UNKNOWN = _BOXES["40"]
_ONE_ENERGY = 0.935
"""Of what two energies see of a tare from the side, what one does: it takes steel for organic."""
_SAME_LENGTH_M = 0.4
_HEAVIEST_BOX = 1.6
"""Times its usual tare: a lorry of that length weighs more."""
_WORTH_TELLING = 0.01
"""Share of the goods from which a part of the estimate is told apart."""
_LIGHT = 0.5
"""Of the tare: of lighter goods a deviation is a share of this, for what is unsure of tare and
picture is no less for them."""
# Share of a row of cells that wheels, axles or buffers cover at least, where they stand out of the
# box around the unit.
_LEAST_COVERED = 0.02


def estimate_mass(
    context: Context,
    manifest: Manifest | None,
    guess: NDArray[np.float32] | None = None,
    reading: GoodsReading | None = None,
) -> MassEstimate:
    """Mass of goods and packing in kg, with a 95 % interval.

    `guess`: the model's areal density of the cargo, g/cm², for where it cannot be measured.
    `reading`: of the goods, which tells what they weigh more, or less, than their areal density
    adds up to, and, where the view does not show it, how high they reach.
    """
    measured = context.measured
    inside = _with_what_stands_out(measured)
    opaque = measured.opaque_cells[inside]
    least = measured.areal_density[inside]
    density = least
    if guess is not None:
        density = np.where(opaque, np.maximum(least, guess[inside]), least)
    area = measured.cell_area_cm2[inside]
    more_kg = 0.0 if reading is None else reading.more_kg
    tare, spread, tare_from = _tare(measured, manifest)
    visible = tare * _seen_share(measured, manifest)
    magnified = magnification(
        measured,
        inside,
        density,
        unit_type=_unit_type(measured, manifest),
        unit_kg=visible,
        reading=reading,
    )
    shown = _kilograms(density, area) - visible * magnified.unit
    cargo = shown / magnified.load + more_kg
    behind = _kilograms(np.where(opaque, density, 0.0), area) / magnified.load
    # What of the tare stays unseen differs from unit to unit: half of it counts as unsure.
    unsure = spread * tare + (tare - visible) / 2
    # A load that is taken to reach up to the roof can only be lower: the wider side counts.
    others = (magnified.if_dense, magnified.if_loose)
    height = abs(shown) * max(abs(1 / one - 1 / magnified.load) for one in others)
    error = context.threshold("mass_error") * max(cargo + visible, 0.0)
    seen = math.hypot(error, unsure, height)
    # Added, not squared: the threshold is what errors exceed the visible part's interval by.
    half = seen + context.threshold("opaque_mass_error") * behind
    bound = (_kilograms(least, area) - visible * magnified.unit) / magnified.load + more_kg - seen
    # Where nothing is known of the tare, all that is seen may be the unit.
    low = 0.0 if tare_from == "none" else max(cargo - half, bound, 0.0)
    return MassEstimate(
        cargo_kg=max(cargo, 0.0),
        low_kg=low,
        high_kg=max(cargo + half, 0.0),
        lower_bound_only=float(opaque.mean()) >= context.threshold("opaque_share"),
        opaque_kg=behind,
        corrected_kg=more_kg,
        magnified=magnified.load,
        height_kg=height,
        declared_kg=None if manifest is None else manifest.declared_mass_kg,
        tare_kg=tare,
        tare_from=tare_from,
    )


def _kilograms(density: NDArray[np.floating], area: NDArray[np.float32]) -> float:
    return float((density * area).sum(dtype=np.float64)) / 1000


def mass_findings(
    mass: MassEstimate, context: Context, manifest: Manifest
) -> tuple[list[Finding], dict[str, float]]:
    """A finding when the declared mass lies outside the interval by more than the threshold.

    A unit declared empty is judged by `emptiness`; a unit cut by the picture is not judged.
    """
    declared = mass.declared_kg
    if declared is None or manifest.declared_empty or context.measured.unit_cut:
        return [], {}
    above = 0.0 if mass.lower_bound_only else declared - mass.high_kg
    outside = max(mass.low_kg - declared, above, 0.0)
    deviation = outside / deviation_base_kg(mass, declared)
    scores = {SCORE: deviation}
    if deviation < context.threshold("mass_deviation"):
        return [], scores
    if mass.lower_bound_only:
        seen = f"at least {mass_words(mass.low_kg)} of goods"
    else:
        interval = f"{mass_words(mass.low_kg)} to {mass_words(mass.high_kg)}"
        seen = f"{mass_words(mass.cargo_kg)} of goods ({interval})"
    more = "more" if mass.low_kg > declared else "less"
    finding = Finding(
        kind="mass_mismatch",
        score=min(deviation, 1.0),
        p_value=context.p_value(SCORE, deviation),
        sentence=(f"The picture shows {seen}, {more} than the {mass_words(declared)} declared."),
        evidence=(
            Evidence(
                name="mass of goods",
                value=round(mass.cargo_kg),
                low=round(mass.low_kg),
                high=None if mass.lower_bound_only else round(mass.high_kg),
                unit="kg",
            ),
            Evidence(name="declared mass", value=round(declared), unit="kg"),
            *_correction(mass),
            *_height(mass),
        ),
    )
    return [finding], scores


def deviation_base_kg(mass: MassEstimate, declared_kg: float) -> float:
    """What a deviation of mass is a share of: the larger mass, or half the tare of light goods."""
    return max(declared_kg, mass.cargo_kg, _LIGHT * mass.tare_kg, 1.0)


def _correction(mass: MassEstimate) -> tuple[Evidence, ...]:
    kg = mass.corrected_kg
    name = (
        "added for goods that look like these"
        if kg > 0
        else "taken off for goods that look like these"
    )
    if abs(kg) < _WORTH_TELLING * mass.cargo_kg or not kg:
        return ()
    return (Evidence(name=name, value=round(abs(kg)), unit="kg"),)


def _height(mass: MassEstimate) -> tuple[Evidence, ...]:
    kg = mass.height_kg
    if kg < _WORTH_TELLING * mass.cargo_kg or not kg:
        return ()
    name = "half of the interval that comes of the unseen height of the load"
    return (Evidence(name=name, value=round(kg), unit="kg"),)


def _with_what_stands_out(measured: Measured) -> tuple[slice, slice]:
    """Rows and columns of cells of the unit, with its wheels, cab and buffers."""
    x0, y0, x1, y1 = measured.unit_box
    matter = measured.cell_attenuation[0] > UNIT_ATTENUATION
    columns = slice(x0 // CELL, -(-x1 // CELL))
    rows = _grown(matter[:, columns].mean(axis=1), slice(y0 // CELL, -(-y1 // CELL)))
    return rows, _grown(matter[rows].mean(axis=0), columns)


def _grown(covered: NDArray[np.floating], span: slice) -> slice:
    """The span and what touches it, as far as at least _LEAST_COVERED is covered."""
    first, last = span.start, span.stop
    while first > 0 and covered[first - 1] >= _LEAST_COVERED:
        first -= 1
    while last < covered.size and covered[last] >= _LEAST_COVERED:
        last += 1
    return slice(first, last)


def _seen_share(measured: Measured, manifest: Manifest | None) -> float:
    standard = _UNKNOWN if manifest is None else _UNITS.get(manifest.unit_type, _UNKNOWN)
    if measured.profile.geometry.view != "side":
        return standard.seen_upright
    one = len(measured.scan.energies_mv) == 1 or not measured.ratio_fits
    return standard.seen * (_ONE_ENERGY if one else 1.0)


def _tare(
    measured: Measured, manifest: Manifest | None
) -> tuple[float, float, Literal["manifest", "standard", "length", "none"]]:
    """Tare in kg, its relative uncertainty, and where it comes from."""
    if manifest is not None and manifest.tare_kg is not None:
        return manifest.tare_kg, 0.03, "manifest"
    declared = None if manifest is None else _UNITS.get(manifest.unit_type)
    if declared is not None:
        return declared.tare_kg, declared.spread, "standard"
    box = _box_of_length(measured)
    if box is not None:
        return _BOXES[box].tare_kg, 2 * _BOXES[box].spread, "length"
    return 0.0, 0.0, "none"


def _unit_type(measured: Measured, manifest: Manifest | None) -> str:
    """As declared; of a unit without a known type that of the box that its length and tare fit."""
    if manifest is not None and manifest.unit_type in _UNITS:
        return manifest.unit_type
    box = _box_of_length(measured)
    tare = None if manifest is None else manifest.tare_kg
    if box is None or (tare is not None and tare > _HEAVIEST_BOX * _BOXES[box].tare_kg):
        return ""
    return box


def _box_of_length(measured: Measured) -> str | None:
    """By its length alone a unit is taken for a plain box: a van is as long as a 20′ one."""
    x0, _, x1, _ = measured.unit_box
    seen = (x1 - x0) * measured.scan.pitch_mm[0] / 1000
    fits = (name for name, box in _BOXES.items() if abs(box.length_m - seen) < _SAME_LENGTH_M)
    return next(fits, None)
