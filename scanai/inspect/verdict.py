"""Verdict: from findings to clear, review or inspect, an urgency for the queue, and the reasons.

A proposal to a person, never a decision. Which kind of finding asks for what is policy and stands
here; how strong a finding is comes from its p-value on benign scans (else its score), and how rare
is rare enough from the bundle.
"""

from __future__ import annotations

from collections.abc import Sequence

from scanai.inspect.bundle import OperatingPoint
from scanai.inspect.report import Decision, Finding, FindingKind, Verdict

MAX_REASONS = 5

# What asks for an inspection by itself; every other kind does only when it is rare among benign
# scans, and for a review otherwise. Papers, picture quality and strangeness never open a container
# alone.
_INSPECT: frozenset[FindingKind] = frozenset(
    {"high_z_shielding", "hidden_cavity", "empty_mismatch", "radiation_alarm"}
)
_REVIEW_AT_MOST: frozenset[FindingKind] = frozenset(
    {"controlled_goods", "document_risk", "image_quality", "unknown_anomaly"}
)
_RANK: dict[Decision, int] = {"clear": 0, "review": 1, "inspect": 2}


def decide(
    findings: Sequence[Finding],
    point: OperatingPoint,
    *,
    suspicion: float,
    clear_reasons: Sequence[str],
    caveats: Sequence[str],
) -> Verdict:
    """The verdict on one scan.

    `suspicion` (0 to 1) orders scans without a finding; `clear_reasons` say why such a scan is
    clear; `caveats` limit any verdict and come last.
    """
    counted = [finding for finding in findings if finding.confirmed]
    asks = {id(finding): _asks_for(finding, point) for finding in counted}
    ordered = sorted(counted, key=lambda f: (_RANK[asks[id(f)]], strength(f)), reverse=True)
    decision: Decision = asks[id(ordered[0])] if ordered else "clear"
    reasons = [finding.sentence for finding in ordered[:MAX_REASONS]] or list(clear_reasons)
    return Verdict(
        decision=decision,
        urgency=_urgency(decision, ordered, suspicion),
        reasons=(*reasons, *caveats),
    )


def strength(finding: Finding) -> float:
    """0 to 1, comparable between kinds as far as they are calibrated."""
    return finding.score if finding.p_value is None else 1.0 - finding.p_value


def _asks_for(finding: Finding, point: OperatingPoint) -> Decision:
    if finding.asks_at_most == "review":
        return "review"
    if finding.kind in _INSPECT:
        return "inspect"
    rare = finding.p_value is not None and finding.p_value <= point.thresholds["inspect_p"]
    return "inspect" if rare and finding.kind not in _REVIEW_AT_MOST else "review"


def _urgency(decision: Decision, findings: Sequence[Finding], suspicion: float) -> float:
    """Decisions never overlap: clear below a third, inspect above two thirds."""
    weak = 1.0
    for finding in findings:
        weak *= 1.0 - min(max(strength(finding), 0.0), 1.0)
    within = 1.0 - weak if findings else min(max(suspicion, 0.0), 1.0)
    return round((_RANK[decision] + within) / 3, 4)
