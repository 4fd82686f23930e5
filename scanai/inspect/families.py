"""Families: the kinds of evidence on one scan, each with its score, its p-value and its findings.

Which finding belongs to which score, and what enters the combined p-value, is policy and stands
here; how p-values combine is in `combination`, what follows from them in `policy`.

All that counts has the same weight: nothing is known of the next concealment that would justify
another, and unequal weights would be points by another name.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from scanai.inspect.bundle import OperatingPoint, threshold_table
from scanai.inspect.combination import combined_p, entering_p
from scanai.inspect.evidence.controls import SCORE as CONTROLS
from scanai.inspect.evidence.documents import SCORE as DOCUMENTS
from scanai.inspect.evidence.emptiness import SCORE as EMPTY
from scanai.inspect.evidence.familiarity import SCORE as UNFAMILIAR
from scanai.inspect.evidence.line_density import SCORE as DENSITY
from scanai.inspect.evidence.mass import SCORE as MASS
from scanai.inspect.evidence.misfit import SCORE as MISFIT
from scanai.inspect.evidence.opaque import SCORE as OPAQUE
from scanai.inspect.evidence.radiation import SUPPRESSION
from scanai.inspect.evidence.room import SCORE as ROOM
from scanai.inspect.evidence.scored_regions import ODDS, SCORE_IN_DENSE
from scanai.inspect.evidence.scored_regions import SCORE as SHIELDING
from scanai.inspect.evidence.undeclared import SCORE as GOODS
from scanai.inspect.report import Entry, Finding, FindingKind

_DENSE: frozenset[FindingKind] = frozenset(
    {"high_z_shielding", "dense_block", "hidden_cavity", "opaque_region"}
)
KINDS: dict[str, frozenset[FindingKind]] = {
    ODDS: _DENSE,
    SHIELDING: _DENSE,
    SCORE_IN_DENSE: _DENSE,
    OPAQUE: frozenset({"opaque_region"}),
    GOODS: frozenset({"undeclared_goods"}),
    MISFIT: frozenset({"undeclared_goods"}),
    MASS: frozenset({"mass_mismatch"}),
    EMPTY: frozenset({"empty_mismatch"}),
    DOCUMENTS: frozenset({"document_risk"}),
    CONTROLS: frozenset({"controlled_goods"}),
    ROOM: frozenset({"document_risk"}),
    DENSITY: frozenset({"mass_mismatch"}),
    UNFAMILIAR: frozenset({"unknown_anomaly"}),
    SUPPRESSION: frozenset({"dense_block"}),
}
"""Kinds of finding that come of an evidence score. Findings of other kinds stand by themselves."""
ONE_MATTER = frozenset({GOODS, MISFIT})
"""Scores of one matter: what a finding of the one says is no further reason of the other, and falls
with it."""
_NOT_COMBINED = frozenset({UNFAMILIAR, DENSITY})
"""Scores that tell how far the picture can be trusted, not what is in the load; and the density of
a line's part, which at a threshold that 1 % of 890 simulated true declarations pass finds 0.3 % of
false codes of another group: it took its part of the false alarms and found nothing."""
_IN_ODDS = frozenset({SHIELDING, SCORE_IN_DENSE})
"""Scores that the odds are made of: no evidence beside these."""
_OWN_THRESHOLDS = {EMPTY: "loaded_share"}
"""Thresholds on a score that are not set on its benign distribution."""
_NEUTRAL = 0.5


@dataclass(frozen=True)
class Family:
    """One kind of evidence on one scan."""

    name: str
    entry: Entry
    score: float | None = None
    threshold: float | None = None
    p_value: float | None = None
    entered_p: float | None = None
    """As the combination takes it; None where it does not."""
    order_p: float | None = None
    """For the queue alone."""
    above_all: bool = False
    """No benign scan reached the score."""
    findings: tuple[Finding, ...] = ()
    """Confirmed ones."""

    @property
    def passed(self) -> bool:
        """A finding stands, or the score reaches its threshold with nothing against it."""
        return bool(self.findings) or (self.entry != "not_confirmed" and self.reaches)

    @property
    def reaches(self) -> bool:
        if self.score is None or self.threshold is None:
            return False
        return self.score >= self.threshold

    def left_out(self) -> Family:
        """As if the scan had nothing of this kind: as on the median harmless scan, none found.

        It keeps its weight: the rest must not weigh more for what is left out.
        """
        neutral = None if self.entered_p is None else _NEUTRAL
        return replace(self, entered_p=neutral, findings=())


def families_of(
    findings: Sequence[Finding], scores: Mapping[str, float], point: OperatingPoint
) -> list[Family]:
    """Every kind of evidence on a scan: one for each score, one for each kind that has none.

    `scores`: the evidence scores that apply to the scan, before any threshold.
    """
    known = [_of_score(name, score, point) for name, score in counting(scores).items()]
    members: dict[str, list[Finding]] = {family.name: [] for family in known}
    alone: dict[str, list[Finding]] = {}
    for finding in findings:
        family = _belongs_to(finding, p_of_place(finding, findings), known)
        if family is not None:
            members[family.name].append(finding)
        elif finding.confirmed:
            alone.setdefault(finding.kind, []).append(finding)
    standing = [_of_findings(kind, of_kind) for kind, of_kind in alone.items()]
    return [_with(family, members[family.name]) for family in known] + standing


def counting(scores: Mapping[str, float]) -> dict[str, float]:
    """Without those that others of them are made of."""
    within = _IN_ODDS if ODDS in scores else frozenset()
    return {name: score for name, score in scores.items() if name not in within}


def combined(families: Sequence[Family]) -> float | None:
    return combined_p([one.entered_p for one in families if one.entered_p is not None])


def _of_score(name: str, score: float, point: OperatingPoint) -> Family:
    counted = point.counted(name, score)
    p_value = point.p_value(name, counted)
    counts = name not in _NOT_COMBINED
    entry: Entry = "not_combined" if not counts else "combined"
    entered = order = None
    if p_value is None:
        entry = entry if not counts else "no_p_value"
    elif counts:
        entered = entering_p(p_value, point.p_span(name, counted))
        order = point.order_p(name, score)
    return Family(
        name=name,
        entry=entry,
        score=score,
        threshold=_threshold(name, point),
        p_value=p_value,
        entered_p=entered,
        order_p=order,
        above_all=p_value is not None and point.above_all(name, p_value),
    )


def _threshold(name: str, point: OperatingPoint) -> float | None:
    set_on = {str(row["set_on"]): known for known, row in threshold_table().items()}
    known = _OWN_THRESHOLDS.get(name) or set_on.get(name)
    return None if known is None else point.thresholds[known]


def _of_findings(kind: str, findings: Sequence[Finding]) -> Family:
    """Findings of a kind that no score stands behind; p-values of their own count.

    Of several the least, times their number (Bonferroni), whatever the dependence between them.
    What has a likely harmless explanation does not enter: that its like is rare by noise alone says
    nothing of how often harmless loads have it.
    """
    known = [finding.p_value for finding in findings if finding.p_value is not None]
    unexplained = [
        finding.p_value
        for finding in findings
        if finding.p_value is not None and finding.asks_at_most != "review"
    ]
    if known and not unexplained:
        return Family(
            name=kind,
            entry="not_combined",
            p_value=min(min(known) * len(known), 1.0),
            findings=tuple(findings),
        )
    p_value = min(min(unexplained) * len(unexplained), 1.0) if unexplained else None
    return Family(
        name=kind,
        entry="no_p_value" if p_value is None else "combined",
        p_value=p_value,
        entered_p=None if p_value is None else entering_p(p_value),
        order_p=p_value,
        findings=tuple(findings),
    )


def p_of_place(finding: Finding, findings: Sequence[Finding]) -> float | None:
    """Its p-value, else that of another finding of its kind in the same place."""
    if finding.p_value is not None or finding.region is None:
        return finding.p_value
    there = (other for other in findings if other.place == finding.place)
    return next((other.p_value for other in there if other.p_value is not None), None)


def _belongs_to(finding: Finding, p_value: float | None, known: Sequence[Family]) -> Family | None:
    """Of two scores that give this kind, the one with its p-value, else one that passed.

    A finding without one belongs to a score without one, if there is any.
    """
    fitting = [family for family in known if finding.kind in KINDS.get(family.name, ())]
    return max(
        fitting,
        key=lambda one: (one.p_value == p_value, one.reaches),
        default=None,
    )


def _with(family: Family, findings: Sequence[Finding]) -> Family:
    confirmed = tuple(finding for finding in findings if finding.confirmed)
    # Shielding's score is that of the best confirmed region, whatever else the model marks.
    if findings and not confirmed and family.reaches:
        return replace(family, entry="not_confirmed", entered_p=None, order_p=None)
    return replace(family, findings=confirmed)
