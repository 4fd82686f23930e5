"""Shielding: each region that the model names, looked at again with physics and beside the papers.

A region is compared with the pixels right around it. What it holds beyond its surroundings gives an
excess of areal density and, where both energies still get through, an interval for its effective Z.
The kind of finding follows from these. Regions that the physics does not confirm count for nothing
in the verdict; by the model's own score they are kept and marked so, by their odds they are left
out.

What the declared dense goods explain is told for the record: whoever reads the report must see that
the papers, not the picture, keep it from being a finding.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import floor
from typing import Literal

import msgspec
import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from scanai.inspect.evidence.closeup import Look
from scanai.inspect.evidence.context import Context
from scanai.inspect.evidence.layers import Layer
from scanai.inspect.evidence.region_facts import Candidate, Pieces, mass_kg
from scanai.inspect.evidence.scored_regions import (
    NO_REGION,
    ODDS,
    ScoredRegion,
    ScoredRegions,
    score_name,
    scored_regions,
)
from scanai.inspect.region_odds import RegionOdds
from scanai.inspect.report import DECLARED_GOODS, Evidence, Finding
from scanai.manifest import Manifest

_MOST_PUT_DOWN = 3
_EFFECTIVE_Z = "effective Z"

Kind = Literal["high_z_shielding", "dense_block", "hidden_cavity", "opaque_region"]


def shielding_findings(
    regions: NDArray[np.float32],
    context: Context,
    manifest: Manifest | None,
    odds: RegionOdds | None = None,
) -> tuple[list[Finding], dict[str, float]]:
    """Findings for the model's regions (`Maps.regions`), and the best confirmed score; of
    odds beside the model's own, which thresholds for a graph alone are set on."""
    found = scored_regions(regions, context, manifest, odds)
    own = max((one.candidate.score for one in found.confirmed), default=0.0)
    scores = {score_name(found.dense): own}
    if found.is_odds:
        scores[ODDS] = max((one.score for one in found.confirmed), default=NO_REGION)
    # Odds are learned of confirmed regions: of others they say nothing.
    told = found.confirmed if found.is_odds else found.regions
    reported = [one for one in told if one.score >= found.threshold]
    reported.sort(key=lambda one: -one.score)
    findings = [_finding(one, found, context) for one in reported]
    return findings + [_put_down(one, found, context) for one in _explained(found, context)], scores


def _explained(found: ScoredRegions, context: Context) -> list[ScoredRegion]:
    """The best of what is no finding, and would be one if no dense goods were declared."""
    least = context.threshold("shielding_odds")
    explained = [
        one
        for one in found.confirmed
        if found.dense and one.score < found.threshold and one.without_dense >= least
    ]
    return sorted(explained, key=lambda one: -one.without_dense)[:_MOST_PUT_DOWN]


def _kind(look: Look, context: Context) -> Kind:
    if look.opaque:
        return "opaque_region"
    if look.wall_contrast >= context.threshold("cavity_contrast"):
        return "hidden_cavity"
    z_low = look.layer.z_low
    if z_low is not None and z_low >= context.threshold("shielding_z"):
        return "high_z_shielding"
    return "dense_block"


def _finding(one: ScoredRegion, found: ScoredRegions, context: Context) -> Finding:
    look = one.candidate.look
    kind = _kind(look, context)
    beside = _beside(found.dense) if one.confirmed else ""
    return Finding(
        kind=kind,
        score=float(expit(one.score)) if found.is_odds else one.score,
        p_value=context.p_value(found.name, one.score),
        region=look.box,
        sentence=_sentence(kind, look, one.confirmed, context) + beside,
        evidence=_evidence(look) + _beside_papers(one.candidate, found.pieces, context),
        confirmed=one.confirmed,
    )


def _put_down(one: ScoredRegion, found: ScoredRegions, context: Context) -> Finding:
    """What would be reported, were no dense goods declared."""
    look = one.candidate.look
    seen = _sentence(_kind(look, context), look, True, context)
    named = _named(found.dense or ())
    told = f" Put down to goods declared under {named}: without these it would be reported."
    return msgspec.structs.replace(
        _finding(one, found, context), sentence=seen + told, confirmed=False, rule=DECLARED_GOODS
    )


def _sentence(kind: Kind, look: Look, confirmed: bool, context: Context) -> str:
    pitch = context.measured.scan.pitch_mm
    size = (
        f"{(look.box[2] - look.box[0]) * pitch[0] / 10:.0f} × "
        f"{(look.box[3] - look.box[1]) * pitch[1] / 10:.0f} cm"
    )
    layer, place = look.layer, context.place(look.box)
    if not confirmed:
        return (
            f"The model marks {size} at {place}, but nothing there is clearly denser than its "
            "surroundings; not counted."
        )
    if kind == "opaque_region":
        least = layer.areal_density_low
        extra = f", at least {least:.0f} g/cm² more than beside it" if least >= 1 else ""
        return f"Opaque block, {size}, at {place}: the beam does not get through{extra}."
    what = {"hidden_cavity": "Dense wall around a hollow", "high_z_shielding": "Heavy metal"}
    return (
        f"{what.get(kind, 'Dense block')}, {size}, at {place}: {_how_much(kind, layer)} more than "
        f"beside it, {_of_what(layer)}."
    )


def _beside(dense: Sequence[str] | None) -> str:
    """What the declaration has to say about it."""
    if dense is None:
        return ""
    if not dense:
        return " No declared goods are as dense."
    return f" Goods declared under {_named(dense)} may be as dense."


def _named(dense: Sequence[str]) -> str:
    return " and ".join(dense[:2]) + (" and others" if len(dense) > 2 else "")


def _how_much(kind: Kind, layer: Layer) -> str:
    """Areal density, and the same as a thickness that one can picture."""
    metal, density = ("lead", 11.35) if kind == "high_z_shielding" else ("steel", 7.86)
    thickness = 10 * layer.areal_density / density
    if layer.areal_density_low < 1:
        return (
            f"0 to {layer.areal_density_high:.0f} g/cm² (likeliest {layer.areal_density:.0f} g/cm²,"
            f" {thickness:.0f} mm of {metal})"
        )
    if layer.areal_density_low < layer.areal_density / 2:
        ends = layer.areal_density_low, layer.areal_density_high
        grams = f"{ends[0]:.0f} to {ends[1]:.0f} g/cm²"
        return (
            f"{grams} ({10 * ends[0] / density:.0f} to {10 * ends[1] / density:.0f} mm of {metal})"
        )
    return f"{layer.areal_density:.0f} g/cm² ({thickness:.0f} mm of {metal})"


def _of_what(layer: Layer) -> str:
    if layer.z_low is None or layer.z_high is None:
        return "material cannot be told"
    return f"effective Z {layer.z_low:.0f} to {layer.z_high:.0f}"


def _evidence(look: Look) -> tuple[Evidence, ...]:
    layer = look.layer
    rows = [
        Evidence(
            name="areal density above surroundings",
            value=round(layer.areal_density_low if look.opaque else layer.areal_density, 1),
            low=round(layer.areal_density_low, 1),
            high=None if look.opaque else round(layer.areal_density_high, 1),
            unit="g/cm²",
        ),
        Evidence(
            name="attenuation, high energy",
            value=round(look.attenuation, 3),
            surroundings=round(look.surroundings, 3),
        ),
    ]
    rows.append(
        Evidence(name="denser than its surroundings", value=floor(100 * look.denser_than), unit="%")
    )
    if look.ratio is not None:
        beside = look.ratio_surroundings
        rows.append(
            Evidence(
                name="ratio",
                value=round(look.ratio, 3),
                surroundings=None if beside is None else round(beside, 3),
            )
        )
    if layer.z is not None:
        rows.append(
            Evidence(name=_EFFECTIVE_Z, value=round(layer.z), low=layer.z_low, high=layer.z_high)
        )
    if look.wall_contrast > 0:
        rows.append(
            Evidence(name="middle below wall", value=round(100 * look.wall_contrast), unit="%")
        )
    return tuple(rows)


def least_z(finding: Finding) -> float:
    """Lower end of the effective Z that a finding here tells; 0 where it tells none."""
    told = (one.low for one in finding.evidence if one.name == _EFFECTIVE_Z)
    return next(told, None) or 0.0


def _beside_papers(
    candidate: Candidate, pieces: Pieces | None, context: Context
) -> tuple[Evidence, ...]:
    """What the odds are of beside the look: mass, declared pieces, whether it is a lump, and the
    model's own score."""
    if pieces is None:
        return ()
    layer = candidate.look.layer
    rows = []
    if not candidate.look.opaque and layer.areal_density > 0:
        kg = mass_kg(candidate.look, context.measured.scan.pitch_mm)
        low, high = (
            round(kg * end / layer.areal_density, 1)
            for end in (layer.areal_density_low, layer.areal_density_high)
        )
        name = "mass beyond its surroundings"
        rows = [Evidence(name=name, value=round(kg, 1), low=low, high=high, unit="kg")]
    if pieces.packages:
        rows += [
            Evidence(name="declared packages that may be such pieces", value=pieces.packages),
            Evidence(name="declared mass of these packages", value=round(pieces.kg, 1), unit="kg"),
        ]
    if candidate.lump is not None:
        likely = round(100 * float(expit(candidate.lump)), 1)
        rows.append(Evidence(name="a thing of its own, no part of goods", value=likely, unit="%"))
    score = round(100 * candidate.score, 1)
    return (*rows, Evidence(name="model's own score, without masses", value=score, unit="%"))
