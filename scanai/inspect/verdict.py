"""Verdict: from evidence to clear, review or inspect, an urgency for the queue, and the reasons.

The p-values of all kinds of evidence combine into one (`families`, `combination`); what it and each
finding ask for is policy (`policy`). This module puts the verdict together: the reasons that
carried it, the chain that led to it, and what would change it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from scanai.inspect.bundle import OperatingPoint
from scanai.inspect.carrying import (
    MAX_CARRYING,
    Carrier,
    by_weight,
    faint,
    reason,
    shares_of,
    weight,
)
from scanai.inspect.carrying import carriers as carriers_of
from scanai.inspect.changes import would_change
from scanai.inspect.families import Family, combined, families_of
from scanai.inspect.policy import RANK, asks_for, weigh
from scanai.inspect.queue_order import urgency
from scanai.inspect.report import Decision, Finding, Reason, Step, Verdict

MAX_REASONS = 5
_NOT_LOOKED_AT = "Nothing of the load was looked at: the raw scan alone can tell."


def decide(
    findings: Sequence[Finding],
    point: OperatingPoint,
    *,
    scores: Mapping[str, float],
    suspicion: float | None,
    clear_reasons: Sequence[str],
    caveats: Sequence[str],
) -> Verdict:
    """The verdict on one scan.

    `scores`: its evidence scores, before any threshold; `suspicion` (0 to 1) orders scans of which
    neither p-values nor findings are known, None: the model looked at nothing; `clear_reasons` say
    why a scan is clear; `caveats` limit any verdict and come last.
    """
    families = families_of(findings, scores, point)
    decision = weigh(families, point)
    carried = [] if decision == "clear" else carriers_of(families, point)
    if decision == "clear":
        sentences = list(clear_reasons)
        named = [Reason(name="", sentence=text) for text in clear_reasons[:MAX_CARRYING]]
    else:
        sentences = _sentences(carried, families, point)
        named = [reason(one, findings) for one in carried[:MAX_CARRYING]]
    return Verdict(
        decision=decision,
        urgency=_urgency(decision, families, suspicion or 0.0),
        reasons=(*sentences, *caveats),
        carried_by=tuple(named),
        combined_p=combined(families),
        chain=_chain(families, point),
        would_change=(
            (_NOT_LOOKED_AT,)
            if suspicion is None
            else would_change(decision, carried, families, point)
        ),
        caveats=tuple(caveats),
    )


def weightiest_first(
    findings: Sequence[Finding], scores: Mapping[str, float], point: OperatingPoint
) -> tuple[Finding, ...]:
    """What asks for most first, then by weight; what counts for nothing last, as it comes."""
    families = families_of(findings, scores, point)
    together = combined(families)
    counted = [
        (RANK[asks_for(finding, family, together, point)], finding)
        for family in sorted(families, key=weight, reverse=True)
        for finding in by_weight(family, together, point)
    ]
    counted.sort(key=lambda pair: pair[0], reverse=True)
    first = [finding for _, finding in counted]
    known = {id(finding) for finding in first}
    return (*first, *(finding for finding in findings if id(finding) not in known))


def _sentences(
    carried: Sequence[Carrier], families: Sequence[Family], point: OperatingPoint
) -> list[str]:
    """In full, what asks for most first, then by weight."""
    together = combined(families)
    ordered: list[tuple[int, str]] = []
    for one in carried:
        if one.finding is None:
            ordered.append((RANK[one.asks], faint(one)))
        ordered += [
            (RANK[asks_for(finding, one.family, together, point)], finding.sentence)
            for finding in by_weight(one.family, together, point)
        ]
    # Stable: what asks for as much stays in the order of weight.
    ordered.sort(key=lambda pair: pair[0], reverse=True)
    return [sentence for _, sentence in ordered[:MAX_REASONS]]


def _chain(families: Sequence[Family], point: OperatingPoint) -> tuple[Step, ...]:
    together = combined(families)
    parts = shares_of(families)
    steps = [
        Step(
            name=family.name,
            score=family.score,
            threshold=family.threshold,
            passed=family.passed,
            p_value=family.p_value,
            above_all=family.above_all,
            entry=family.entry,
            entered_p=family.entered_p,
            weight=1 / len(parts) if family.name in parts else 0.0,
            share=parts.get(family.name, 0.0),
            asks=_asks(family, together, point),
        )
        for family in sorted(families, key=weight, reverse=True)
    ]
    return tuple(sorted(steps, key=lambda step: RANK[step.asks], reverse=True))


def _asks(family: Family, together: float | None, point: OperatingPoint) -> Decision:
    asked = [asks_for(finding, family, together, point) for finding in family.findings]
    return max(asked, key=RANK.__getitem__, default="clear")


def _urgency(decision: Decision, families: Sequence[Family], suspicion: float) -> float:
    rare = [one.order_p for one in families if one.order_p is not None and one.score is not None]
    alone = [one.order_p for one in families if one.order_p is not None and one.score is None]
    strengths = [
        finding.score
        for one in families
        for finding in one.findings
        if one.order_p is None or finding.p_value is None
    ]
    if not rare and not alone and not strengths:
        strengths = [suspicion]
    return urgency(RANK[decision], rare, strengths, alone)
