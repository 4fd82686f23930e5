"""Documents: what the declaration alone tells, rule by rule, and all of it as one score.

The rules are data (`document_rules`); each that fires is a finding of its own that says why. The
score is the total of their weights, and only the total is compared with honest declarations.
Whether goods need a licence is in `controls`.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from scanai.inspect.evidence import (
    declared_mass_checks,
    party_checks,
    route_checks,
    unit_checks,
    wording_checks,
)
from scanai.inspect.evidence.document_rules import (
    ChapterWordsRule,
    CheckDigitRule,
    DocumentRules,
    Fired,
    GrossMassRule,
    MassSumRule,
    MissingRule,
    NoWordsRule,
    RegimeRule,
    RouteLengthRule,
    RouteLoopRule,
    Rule,
    SaidToContainRule,
    SamePartyRule,
    VagueRule,
    WordsRule,
    filled,
)
from scanai.inspect.report import DECLARATION_UNUSED, Evidence, Finding
from scanai.manifest.model import Manifest

SCORE = "documents"
_UNUSED_SCORE = 0.5
"""Among findings of papers, in the middle: what such a declaration says is not known."""

# Each check takes the rule of its own type.
_CHECKS: dict[type[Rule], Callable[[Any, Manifest], Fired | None]] = {
    VagueRule: wording_checks.vague_wording,
    SaidToContainRule: wording_checks.said_to_contain,
    NoWordsRule: wording_checks.no_words,
    ChapterWordsRule: wording_checks.chapter_words,
    WordsRule: wording_checks.words_anywhere,
    MissingRule: wording_checks.missing,
    RegimeRule: route_checks.regime,
    RouteLoopRule: route_checks.route_loop,
    RouteLengthRule: route_checks.route_length,
    GrossMassRule: declared_mass_checks.gross_mass,
    MassSumRule: declared_mass_checks.mass_sum,
    SamePartyRule: party_checks.same_party,
    CheckDigitRule: unit_checks.check_digit_of_unit,
}


def unused(why: str) -> Finding:
    """Of a declaration that cannot be used: nothing was held against it, so that no picture makes
    the scan clear. `why`: a sentence."""
    return Finding(kind="document_risk", score=_UNUSED_SCORE, sentence=why, rule=DECLARATION_UNUSED)


def document_findings(
    manifest: Manifest,
    rules: DocumentRules,
    p_value: Callable[[str, float], float | None],
) -> tuple[list[Finding], dict[str, float]]:
    """A finding for each rule that fires, the weightiest first, and the total of their weights.

    `p_value` (of an operating point) tells how rare that total is among benign scans; all findings
    share it, for they are one kind of evidence. A rule below `report_from` is context: its finding
    is not confirmed and counts for the score alone.
    """
    fired = [
        (rule, why)
        for rule in rules.rules
        if rule.enabled and (why := _CHECKS[type(rule)](rule, manifest)) is not None
    ]
    total = math.fsum(rule.weight for rule, _ in fired)
    rarity = p_value(SCORE, total) if fired else None
    fired.sort(key=lambda one: -one[0].weight)
    findings = [_finding(rule, why, rarity, rules.report_from) for rule, why in fired]
    return findings, {SCORE: total}


def _finding(rule: Rule, why: Fired, rarity: float | None, report_from: float) -> Finding:
    return Finding(
        kind="document_risk",
        rule=rule.id,
        score=-math.expm1(-rule.weight),
        p_value=rarity,
        sentence=filled(rule.sentence, why.words),
        evidence=(*why.evidence, Evidence(name="weight of the rule", value=rule.weight)),
        confirmed=rule.weight >= report_from,
        asks_at_most="review",
    )
