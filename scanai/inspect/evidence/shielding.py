"""Shielding: each region that the model names, looked at again with physics and beside the papers.

A region is compared with the pixels right around it. What it holds beyond its surroundings gives an
excess of areal density and, where both energies still get through, an interval for its effective Z.
The kind of finding follows from these. Regions that the physics does not bear out are kept, marked
as not confirmed, and count for nothing in the verdict.

A block of lead and a lead ingot are one picture. So the score of a region is the odds that it is a
shield, by what it is, what else lies there and what the papers leave room for. Where these odds are
not learned, or the papers do not tell enough, the score is the model's own, and is judged against
benign scans of its own sort: of goods that hold pieces as dense as a shield, or of all others,
where they are rare.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from math import floor
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from scanai.inspect.bundle import OperatingPoint
from scanai.inspect.evidence.closeup import Look, look_at
from scanai.inspect.evidence.context import Box, Context, share_inside
from scanai.inspect.evidence.layers import Layer
from scanai.inspect.evidence.region_facts import (
    Candidate,
    Pieces,
    mass_kg,
    pieces_of,
    region_facts,
    tell_enough,
)
from scanai.inspect.region_odds import RegionOdds
from scanai.inspect.report import Evidence, Finding
from scanai.manifest import Manifest, dense_headings

SCORE, SCORE_IN_DENSE = "shielding", "shielding_in_dense_goods"
"""Evidence scores: the model's own, of the best region that is confirmed."""
ODDS = "shielding_odds"
"""Natural logarithm of the odds of the best region that is confirmed, as they are learned."""
_THRESHOLDS = {
    SCORE: "shielding_score",
    SCORE_IN_DENSE: "shielding_score_in_dense_goods",
    ODDS: "shielding_odds",
}
_OVERLAP = 0.3
_LOOKS = 16
"""Regions looked at, the best by the model's own score: each costs some 1.5 ms."""
NO_REGION = -15.0
"""Natural logarithm of the odds where no region is confirmed."""

Kind = Literal["high_z_shielding", "dense_block", "hidden_cavity", "opaque_region"]


class ScoredRegion(NamedTuple):
    """A region with the score that counts."""

    candidate: Candidate
    confirmed: bool
    score: float
    """The model's own, or the natural logarithm of its odds."""


class ScoredRegions(NamedTuple):
    """All regions looked at on one scan."""

    name: str
    """Of the score."""
    threshold: float
    regions: list[ScoredRegion]
    pieces: Pieces | None
    """Dense ones that the papers declare; None where the scores are the model's own."""
    dense: tuple[str, ...] | None
    """Declared HS headings under which pieces as dense as a shield are ordinary; None where goods
    of any could be declared."""

    @property
    def is_odds(self) -> bool:
        return self.pieces is not None


def scored_regions(
    regions: NDArray[np.float32],
    context: Context,
    manifest: Manifest | None,
    odds: RegionOdds | None,
) -> ScoredRegions:
    """The model's regions ((K, 5) boxes and scores) beside physics and papers."""
    dense = None if manifest is None else dense_headings(manifest)
    looked_at = candidates(regions, context)
    name, scores, pieces = score_name(dense), [one.score for one in looked_at], None
    if (
        odds is not None
        and manifest is not None
        and tell_enough(manifest.lines)
        and _known_odds(context.point, name)
    ):
        facts = region_facts(looked_at, manifest.lines, context.measured)
        name, scores, pieces = ODDS, odds.log_odds(facts).tolist(), pieces_of(manifest.lines)
    scored = [
        ScoredRegion(one, confirmed(one.look, context), score)
        for one, score in zip(looked_at, scores, strict=True)
    ]
    return ScoredRegions(name, context.threshold(_THRESHOLDS[name]), scored, pieces, dense)


def shielding_findings(
    regions: NDArray[np.float32],
    context: Context,
    manifest: Manifest | None,
    odds: RegionOdds | None = None,
) -> tuple[list[Finding], dict[str, float]]:
    """Findings for the model's regions ((K, 5) boxes and scores), and the best confirmed score; of
    odds beside the model's own, which thresholds for a graph alone are set on."""
    found = scored_regions(regions, context, manifest, odds)
    confirmed_ones = [one for one in found.regions if one.confirmed]
    own = max((one.candidate.score for one in confirmed_ones), default=0.0)
    scores = {score_name(found.dense): own}
    if found.is_odds:
        scores[ODDS] = max((one.score for one in confirmed_ones), default=NO_REGION)
    # Odds are learned of confirmed regions: of others they say nothing.
    told = confirmed_ones if found.is_odds else found.regions
    reported = [one for one in told if one.score >= found.threshold]
    reported.sort(key=lambda one: -one.score)
    return [_finding(one, found, context) for one in reported], scores


def _known_odds(point: OperatingPoint, own: str) -> bool:
    """Whether as many harmless scans have odds as have the model's own score. A scanner may have
    been calibrated on scans whose papers do not tell enough: odds without p-values would lose what
    the own score has."""
    counts = {} if point.benign is None else point.benign.counts
    return counts.get(ODDS, 0) >= counts.get(own, 0)


def score_name(dense: Sequence[str] | None) -> str:
    """Which of the model's own scores a declaration puts shielding under; `dense` as judged."""
    return SCORE if dense is not None and not dense else SCORE_IN_DENSE


def regions_beyond(
    regions: NDArray[np.float32],
    context: Context,
    manifest: Manifest | None,
    odds: RegionOdds | None,
) -> list[tuple[Box, float]]:
    """All regions that physics confirms, and how far, in ln odds, each is beyond the threshold of
    its scan: for curves, not reports."""
    found = scored_regions(regions, context, manifest, odds)
    threshold = found.threshold if found.is_odds else _logit(found.threshold)
    return [
        (one.candidate.box, (one.score if found.is_odds else _logit(one.score)) - threshold)
        for one in found.regions
        if one.confirmed
    ]


def candidates(regions: NDArray[np.float32], context: Context) -> list[Candidate]:
    """The best of the model's regions, each looked at, best first."""
    shape = context.measured.attenuation.shape[1:]
    ratio_error = context.threshold("ratio_error")
    return [
        Candidate(box, score, look_at(box, context.measured, ratio_error))
        for box, score in distinct_regions(regions, shape)[:_LOOKS]
    ]


def distinct_regions(
    regions: NDArray[np.float32], shape: tuple[int, ...]
) -> list[tuple[Box, float]]:
    """Boxes inside the picture, best first, without those that overlap a better one."""
    height, width = shape
    kept: list[tuple[Box, float]] = []
    usable = regions[np.isfinite(regions).all(axis=1) & (regions[:, 4] > 0)]
    usable = usable[np.argsort(-usable[:, 4], kind="stable")]
    last = np.array((width - 1, height - 1))
    starts = np.clip(np.floor(usable[:, :2]), 0, last).astype(int).tolist()
    ends = np.clip(np.ceil(usable[:, 2:4]), 1, last + 1).astype(int).tolist()
    for (x0, y0), (x1, y1), score in zip(starts, ends, usable[:, 4].tolist(), strict=True):
        box = (x0, y0, x1, y1)
        if box[2] <= box[0] or box[3] <= box[1]:
            continue
        # Both ways: a box within a box is the same thing seen twice.
        if all(
            max(share_inside(box, other), share_inside(other, box)) <= _OVERLAP for other, _ in kept
        ):
            kept.append((box, min(float(score), 1.0)))
    return kept


def confirmed(look: Look, context: Context) -> bool:
    """Whether physics confirms the region: nothing speaks for a shield where it does not."""
    if look.opaque:  # nothing can be measured behind, so physics cannot speak against the model
        return look.attenuation > look.surroundings
    layer = look.layer
    return layer.areal_density >= context.threshold(
        "shielding_excess"
    ) and look.denser_than >= context.threshold("shielding_denser")


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
    named = " and ".join(dense[:2]) + (" and others" if len(dense) > 2 else "")
    return f" Goods declared under {named} may be as dense."


def _how_much(kind: Kind, layer: Layer) -> str:
    """Areal density, and the same as a thickness that one can picture."""
    metal, density = ("lead", 11.35) if kind == "high_z_shielding" else ("steel", 7.86)
    thickness = 10 * layer.areal_density / density
    if layer.areal_density_low < 1:
        most = layer.areal_density_high
        return (
            f"some {layer.areal_density:.0f} g/cm² ({thickness:.0f} mm of {metal}; anything up to "
            f"{most:.0f} g/cm²)"
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
            Evidence(name="effective Z", value=round(layer.z), low=layer.z_low, high=layer.z_high)
        )
    if look.wall_contrast > 0:
        rows.append(
            Evidence(name="middle below wall", value=round(100 * look.wall_contrast), unit="%")
        )
    return tuple(rows)


def _beside_papers(
    candidate: Candidate, pieces: Pieces | None, context: Context
) -> tuple[Evidence, ...]:
    """What the odds are of beside the look: mass, declared pieces, and the model's own score."""
    if pieces is None:
        return ()
    rows = []
    if not candidate.look.opaque:
        kg = round(mass_kg(candidate.look, context.measured.scan.pitch_mm), 1)
        rows = [Evidence(name="mass beyond its surroundings, roughly", value=kg, unit="kg")]
    if pieces.packages:
        rows += [
            Evidence(name="packages of dense pieces declared", value=pieces.packages),
            Evidence(name="mass of these", value=round(pieces.kg, 1), unit="kg"),
        ]
    score = round(100 * candidate.score, 1)
    return (*rows, Evidence(name="model's own score, by the picture", value=score, unit="%"))


def _logit(probability: float) -> float:
    inside = min(max(probability, 1e-6), 1 - 1e-6)
    return math.log(inside / (1 - inside))
