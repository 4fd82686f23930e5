"""Carrying: which evidence carried a verdict, and each reason in a sentence of some 25 words.

What a reason says is taken from its finding and shortened, never worded anew, so that the short
sentence cannot say more than the long one.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import accumulate
from typing import NamedTuple

from scanai.inspect.bundle import OperatingPoint
from scanai.inspect.combination import evidence, shares
from scanai.inspect.families import ONE_MATTER, Family, combined, p_of_place
from scanai.inspect.policy import RANK, asks_for
from scanai.inspect.queue_order import loose_evidence
from scanai.inspect.report import DECLARATION_UNUSED, Decision, Finding, FindingKind, Reason

MAX_CARRYING = 3
_MAX_WORDS = 27
_PART = 0.2
"""Of all that speaks against a scan, from which evidence without a finding is named."""
_NOUNS: dict[FindingKind, str] = {
    "high_z_shielding": "heavy metal",
    "dense_block": "dense block",
    "hidden_cavity": "walled hollow",
    "opaque_region": "opaque part",
    "undeclared_goods": "undeclared goods",
    "mass_mismatch": "mass mismatch",
    "empty_mismatch": "empty or loaded mismatch",
    "controlled_goods": "control lead",
    "document_risk": "document risk",
    "radiation_alarm": "radiation alarm",
    "unknown_anomaly": "strangeness of the picture",
    "image_quality": "faults of the picture",
}
_SCORE_NOUNS = {
    "shielding_odds": "dense part",
    "shielding": "dense part",
    "shielding_in_dense_goods": "dense part",
    "opaque_area": "opaque area",
    "unexplained_goods": "undeclared goods",
    "goods_misfit": "load as a whole",
    "heading_fit": "look of the goods under their code",
    "room": "room and packages that the papers ask for",
    "density": "density of the goods of a line",
    "documents": "wording and route of the papers",
    "unfamiliar": "strangeness of the picture",
    "controls": "controlled goods",
}


class Carrier(NamedTuple):
    """Evidence that carried a verdict, its finding if it has one first."""

    family: Family
    asks: Decision
    finding: Finding | None

    @property
    def noun(self) -> str:
        return noun_of(self.family, self.finding)


def noun_of(family: Family, finding: Finding | None) -> str:
    """As it stands in a sentence, without article."""
    if finding is not None and finding.rule == DECLARATION_UNUSED:
        return "declaration that cannot be used"
    if finding is not None:
        return _NOUNS[finding.kind]
    return _SCORE_NOUNS.get(family.name, family.name.replace("_", " "))


def carriers(families: Sequence[Family], point: OperatingPoint) -> list[Carrier]:
    """All evidence that counts towards a verdict, the weightiest first.

    That is all with a confirmed finding; without one, where the combined p-value asks for a review
    by itself, what makes up a good part of it.
    """
    together = combined(families)
    found = []
    for family in families:
        ordered = by_weight(family, together, point)
        if ordered:
            asks = [asks_for(finding, family, together, point) for finding in ordered]
            found.append(Carrier(family, max(asks, key=RANK.__getitem__), ordered[0]))
    if together is not None and together <= point.thresholds["review_p"]:
        weights = shares_of(families)
        told = {family.name for family in families if family.findings}
        for family in sorted(families, key=weight, reverse=True):
            again = family.name in ONE_MATTER and told & ONE_MATTER
            if family.findings or again or weights.get(family.name, 0.0) < _PART:
                continue
            found.append(Carrier(family, "clear", None))
            told.add(family.name)
    return sorted(found, key=lambda one: (RANK[one.asks], weight(one.family)), reverse=True)


def by_weight(family: Family, together: float | None, point: OperatingPoint) -> list[Finding]:
    """The confirmed findings of a family, the weightiest first.

    Those of one place weigh as their weightiest; the one that says more of it, by its higher score,
    stands before the other.
    """
    weights: dict[object, tuple[int, float]] = {}
    for one in family.findings:
        rare = one.score if one.p_value is None else 1.0 - one.p_value
        own = RANK[asks_for(one, family, together, point)], rare
        weights[one.place] = max(weights.get(one.place, own), own)
    return sorted(family.findings, key=lambda one: (*weights[one.place], one.score), reverse=True)


def weight(family: Family) -> float:
    """On the scale of `combination.evidence`: comparable between kinds as far as calibrated."""
    if family.order_p is not None:
        return evidence(family.order_p)
    return loose_evidence(max((finding.score for finding in family.findings), default=0.0))


def shares_of(families: Sequence[Family]) -> dict[str, float]:
    """What part each family has in the combination; those that do not enter are not there."""
    entered = {one.name: one.entered_p for one in families if one.entered_p is not None}
    return dict(zip(entered, shares(entered.values()), strict=True))


def reason(carrier: Carrier, findings: Sequence[Finding]) -> Reason:
    """`findings`: all of the scan, in the order of the report."""
    family, finding, _ = carrier.family, carrier.finding, carrier.asks
    if finding is None:
        return Reason(name=family.name, p_value=family.p_value, sentence=faint(carrier))
    # A second finding on the place that is told is not one more.
    more = len({other.place for other in family.findings}) - 1
    return Reason(
        name=family.name,
        kind=finding.kind,
        finding=1 + next(n for n, other in enumerate(findings) if other is finding),
        p_value=p_of_place(finding, findings),
        sentence=short(finding.sentence) + (f" And {more} more." if more else ""),
    )


def faint(carrier: Carrier) -> str:
    """Of evidence that no finding stands for."""
    above_all = carrier.family.above_all
    but = "but this is no finding" if above_all else "too many for a finding of its own"
    return f"{_capital(carrier.noun)}: {how_many(carrier.family)} as high, {but}."


def how_many(family: Family) -> str:
    """12 of 100 harmless scans score, 4 of 1,000, or none scores."""
    if family.above_all:
        return "no harmless scan scores"
    reached = 100 * (family.p_value or 0.0)
    told = f"{reached:.0f} of 100" if reached >= 1 else f"{10 * reached:.0f} of 1,000"
    return f"{told} harmless scans score"


def _capital(noun: str) -> str:
    return noun[0].upper() + noun[1:]


def short(sentence: str) -> str:
    """The sentence, or what of its beginning some 25 words hold, cut where a clause ends."""
    if len(sentence.split()) <= _MAX_WORDS:
        return sentence
    bare = re.sub(r" \([^()“”]*\)", "", sentence)
    if len(bare.split()) <= _MAX_WORDS:
        return bare
    # Titles of goods are lists: the first two of each will do, or one.
    two = re.sub(r"“([^”,]*,[^”,]*),[^”]*”", r"“\1…”", bare)
    if len(two.split()) <= _MAX_WORDS:
        return two
    bare = re.sub(r"“([^”,]*),[^”]*”", r"“\1…”", bare)
    if len(bare.split()) <= _MAX_WORDS:
        return bare
    # Clauses end at a mark followed by a space, but not inside quotes.
    clauses = re.findall(r"(?:“[^”]*”|[^“])+?(?:[.,;:](?= |$)|$)", bare)
    kept = ""
    for text in accumulate(clauses):
        if len(text.split()) > _MAX_WORDS:
            break
        kept = text
    if not kept:
        return " ".join(bare.split()[:_MAX_WORDS]) + " …"
    return kept.rstrip(" .,;:") + "."
