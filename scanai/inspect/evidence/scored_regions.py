"""Scored regions: what the model names, each with the score that counts beside physics and papers.

A block of lead and a lead ingot are one picture. So the score of a region is the odds that it is a
shield, by what it is, what else lies there and what the papers leave room for. Where these odds are
not learned, or the papers do not tell enough, the score is the model's own, and is judged against
benign scans of its own sort: of goods that hold pieces as dense as a shield, or of all others,
where they are rare.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from scanai.inspect.bundle import OperatingPoint
from scanai.inspect.evidence.closeup import Look, look_at
from scanai.inspect.evidence.context import Box, Context
from scanai.inspect.evidence.region_facts import (
    FACTS,
    Candidate,
    Pieces,
    logit,
    pieces_of,
    region_facts,
    tell_enough,
    with_lumps,
)
from scanai.inspect.region_odds import RegionOdds
from scanai.inspect.regions import LOOKS, distinct_regions
from scanai.manifest import Line, Manifest, dense_headings, is_dense

SCORE, SCORE_IN_DENSE = "shielding", "shielding_in_dense_goods"
"""Evidence scores: the model's own, of the best region that is confirmed."""
ODDS = "shielding_odds"
"""Natural logarithm of the odds of the best region that is confirmed, as they are learned."""
_THRESHOLDS = {
    SCORE: "shielding_score",
    SCORE_IN_DENSE: "shielding_score_in_dense_goods",
    ODDS: "shielding_odds",
}
NO_REGION = -15.0
"""Natural logarithm of the odds where no region is confirmed."""


class ScoredRegion(NamedTuple):
    """A region with the score that counts."""

    candidate: Candidate
    confirmed: bool
    score: float
    """The model's own, or the natural logarithm of its odds."""
    without_dense: float
    """Natural logarithm of the odds if the papers declared no dense goods; NO_REGION where no odds
    are learned, or a line without code could be of any goods."""


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
    def confirmed(self) -> list[ScoredRegion]:
        return [one for one in self.regions if one.confirmed]

    @property
    def is_odds(self) -> bool:
        return self.pieces is not None


def scored_regions(
    regions: NDArray[np.float32],
    context: Context,
    manifest: Manifest | None,
    odds: RegionOdds | None,
) -> ScoredRegions:
    """The model's regions (`Maps.regions`) beside physics and papers."""
    dense = None if manifest is None else dense_headings(manifest)
    looked_at = candidates(regions, context)
    name, pieces = score_name(dense), None
    scores, without = [one.score for one in looked_at], [NO_REGION] * len(looked_at)
    if odds is not None and manifest is not None and manifest.fully_coded:
        lines = manifest.lines
        others = [line for line in lines if not is_dense(line.hs_code[:4])]
        without = _log_odds(odds, looked_at, others, context)
        if tell_enough(lines) and _known_odds(context.point):
            name, pieces = ODDS, pieces_of(lines)
            scores = _log_odds(odds, looked_at, lines, context)
    scored = [
        ScoredRegion(one, confirmed(one.look, context), score, otherwise)
        for one, score, otherwise in zip(looked_at, scores, without, strict=True)
    ]
    return ScoredRegions(name, context.threshold(_THRESHOLDS[name]), scored, pieces, dense)


def _log_odds(
    odds: RegionOdds, found: Sequence[Candidate], lines: Sequence[Line], context: Context
) -> list[float]:
    facts = region_facts(found, lines, context.measured)
    if odds.facts == FACTS:
        facts = with_lumps(facts, np.array([_told(one.lump) for one in found]))
    answers: list[float] = odds.log_odds(facts).tolist()
    return answers


def _told(lump: float | None) -> float:
    if lump is None:
        raise ValueError("expected regions with the odds that they are lumps, found some without")
    return lump


def _known_odds(point: OperatingPoint) -> bool:
    """Whether as many harmless scans have odds as have either of the model's own scores. A scanner
    may have been calibrated on scans whose papers do not tell enough: nothing is known of its
    odds."""
    counts = {} if point.benign is None else point.benign.counts
    return counts.get(ODDS, 0) >= max(counts.get(own, 0) for own in (SCORE, SCORE_IN_DENSE))


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
    threshold = found.threshold if found.is_odds else logit(found.threshold)
    return [
        (one.candidate.box, (one.score if found.is_odds else logit(one.score)) - threshold)
        for one in found.confirmed
    ]


def candidates(regions: NDArray[np.float32], context: Context) -> list[Candidate]:
    """The best of the model's regions, each looked at, best first."""
    shape = context.measured.attenuation.shape[1:]
    ratio_error = context.threshold("ratio_error")
    return [
        Candidate(box, score, look_at(box, context.measured, ratio_error), lump)
        for box, score, lump in distinct_regions(regions, shape)[:LOOKS]
    ]


def confirmed(look: Look, context: Context) -> bool:
    """Whether physics confirms the region: nothing speaks for a shield where it does not."""
    if look.opaque:  # nothing can be measured behind, so physics cannot speak against the model
        return look.attenuation > look.surroundings
    layer = look.layer
    return layer.areal_density >= context.threshold(
        "shielding_excess"
    ) and look.denser_than >= context.threshold("shielding_denser")
