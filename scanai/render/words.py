"""The words and numbers of a report as people read them; shared by the picture and the pages.

Only wording: no value is computed here that is not in the report.
"""

from __future__ import annotations

from collections.abc import Iterator

from scanai.inspect.report import (
    DECLARED_GOODS,
    Decision,
    Entry,
    Evidence,
    Finding,
    FindingKind,
    Report,
    Step,
)

KIND_TITLES: dict[FindingKind, str] = {
    "high_z_shielding": "High-Z shielding",
    "dense_block": "Dense block",
    "hidden_cavity": "Hidden cavity",
    "opaque_region": "Opaque region",
    "undeclared_goods": "Undeclared goods",
    "mass_mismatch": "Mass mismatch",
    "empty_mismatch": "Empty or loaded mismatch",
    "controlled_goods": "Controlled goods",
    "document_risk": "Document risk",
    "radiation_alarm": "Radiation alarm",
    "unknown_anomaly": "Unknown anomaly",
    "image_quality": "Image quality",
}
DECISION_TITLES: dict[Decision, str] = {
    "clear": "Clear",
    "review": "Review",
    "inspect": "Inspect",
}

STEP_TITLES: dict[str, str] = {
    "shielding_odds": "Dense part",
    "shielding": "Dense part",
    "shielding_in_dense_goods": "Dense part, in dense goods",
    "opaque_area": "Opaque area",
    "unexplained_goods": "Undeclared goods",
    "goods_misfit": "Load as a whole",
    "heading_fit": "Look of the goods under their code",
    "room": "Room and packages",
    "density": "Density of a line",
    "documents": "Papers alone",
    "unfamiliar": "Unlike known scans",
}
"""Of evidence scores whose name would not do; steps named by a kind have its title."""
_ENTRIES: dict[Entry, str] = {
    "combined": "",
    "not_combined": "not combined",
    "not_confirmed": "not confirmed",
    "no_p_value": "no p-value",
}

INTERVAL_NOTE = (
    "The true value lies inside its 95 % interval in about 95 of 100 such measurements; of masses "
    "with opaque parts, on simulated loads, in 91. Of a "
    "dense part it comes from physics alone, and the model has no part in it: counting noise, how"
    " uneven the surroundings are, the scanner's calibration. Of a mass it is the error on "
    "simulated loads, of the tare and, seen from above or below, of the height of the load; the "
    "model guesses what lies behind opaque parts and corrects for what goods that look like these"
    " weigh more or less. An interval is wide where the surroundings are uneven, where little of "
    "the beam gets through, or where one cannot tell which element it is. One that begins at 0 "
    "allows that nothing is there beyond the surroundings."
)


def quantity(value: float) -> str:
    """Three significant digits, thousands separated, never an exponent: 0.0123, 4.57, 12,300."""
    if value == 0:
        return "0"
    size = abs(value)
    if size >= 100:
        return f"{value:,.0f}"
    if size >= 10:
        return f"{value:.1f}"
    if size >= 1:
        return f"{value:.2f}"
    return f"{value:.3f}" if size >= 0.01 else f"{value:.2g}"


def amount(value: float, unit: str) -> str:
    """As `quantity`, but whole where it counts something: 2 packages are not 2.00."""
    return f"{value:,.0f}" if not unit and float(value).is_integer() else quantity(value)


def share(part: float) -> str:
    """12 %, 0.4 %, or less than 0.01 %."""
    percent = 100 * part
    if percent == 0 or percent >= 10:
        return f"{percent:.0f} %"
    return f"{percent:.2g} %" if percent >= 0.01 else "less than 0.01 %"


def interval(evidence: Evidence) -> str:
    """The 95 % interval, its one end where the other is open, or nothing where there is none."""
    if evidence.low is None:
        return ""
    low = amount(evidence.low, evidence.unit)
    if evidence.high is None:
        return f"at least {low}" if evidence.low > 0 else ""
    return f"{low} to {amount(evidence.high, evidence.unit)}"


def box_label(number: int, finding: Finding) -> str:
    """What stands on a box: the finding's number on the page, and its kind."""
    return f"{number} {box_words(finding)}"


def box_words(finding: Finding) -> str:
    return KIND_TITLES[finding.kind] + ("" if finding.confirmed else f" ({_why_not(finding)})")


def not_confirmed(finding: Finding) -> str:
    """Why it counts for nothing in the verdict."""
    if finding.kind in ("document_risk", "controlled_goods"):
        return "for the record only"
    if finding.rule == DECLARED_GOODS:
        return "for the record only: declared goods may be as dense"
    return "not confirmed by the physical evidence"


def _why_not(finding: Finding) -> str:
    return "declared" if finding.rule == DECLARED_GOODS else "unconfirmed"


def findings_count(report: Report) -> str:
    """2 findings + 1 for the record: only confirmed ones ask for something. Nothing where there is
    no more than the one that the first reason tells."""
    asking = sum(finding.confirmed for finding in report.findings)
    rest = len(report.findings) - asking
    told = []
    if asking > 1 or (asking and rest):
        told.append("1 finding" if asking == 1 else f"{asking} findings")
    if rest:
        told.append(f"{rest} for the record")
    return " + ".join(told)


def energies(report: Report) -> str:
    """6/4 MV, or the like."""
    return "/".join(f"{energy:g}" for energy in report.energies_mv) + " MV"


def p_value(value: float) -> str:
    """Two significant digits, never an exponent: 0.25, 0.0056, below 0.0001."""
    if value < 1e-4:
        return "below 0.0001"
    return f"{value:.2f}" if value >= 0.1 else f"{value:.2g}"


def step_title(name: str) -> str:
    """Of a step of the chain or of a reason."""
    titles: dict[str, str] = {f"{kind}": title for kind, title in KIND_TITLES.items()}
    return (titles | STEP_TITLES).get(name) or name.replace("_", " ").capitalize()


def step_row(step: Step) -> tuple[str, str, str, str, str, str, str]:
    """Title, score, threshold, p-value, how it enters, share and what it asks for; "" for none."""
    entered = _ENTRIES[step.entry] if step.entered_p is None else p_value(step.entered_p)
    return (
        step_title(step.name),
        "" if step.score is None else quantity(step.score),
        "" if step.threshold is None else quantity(step.threshold),
        "" if step.p_value is None else p_value(step.p_value),
        entered,
        share(step.share) if step.share > 0 else "",
        "" if step.asks == "clear" else step.asks,
    )


def combination(report: Report) -> Iterator[str]:
    """How the evidence combined, and what asked for the verdict; a sentence each."""
    verdict = report.verdict
    if verdict.combined_p is None:
        yield "No p-values: how rare these scores are among harmless scans is not known."
    else:
        kinds = sum(step.entered_p is not None for step in verdict.chain)
        of = "one kind" if kinds == 1 else f"{kinds} kinds, each with the same weight"
        limits = [
            f"{decision} at {p_value(report.thresholds[name])} or less"
            for decision, name in (("review", "review_p"), ("inspect", "inspect_p"))
            if name in report.thresholds
        ]
        told = f"; {', '.join(limits)}" if limits else ""
        yield (
            f"Combined p {p_value(verdict.combined_p)}: {share(verdict.combined_p)} of harmless "
            f"scans hold evidence as rare as this, all in all (Cauchy combination of {of}{told})."
        )
    if verdict.decision == "clear":
        return
    alone = report.thresholds.get("inspect_p", 1.0)
    asking = [_asking(step, alone) for step in verdict.chain if step.asks == verdict.decision]
    by = "; ".join(asking) if asking else "all evidence together"
    yield f"{DECISION_TITLES[verdict.decision]} is asked for by: {by}."
    if verdict.decision == "inspect" and (verdict.combined_p or 0.0) > alone:
        each = "Each of them" if len(asking) > 1 else "That"
        yield f"{each} asks for it by itself, however rare the rest is."


def _asking(step: Step, alone: float) -> str:
    """With how rare it is, where that asks for it: of a few harmless scans none says much."""
    title = step_title(step.name).lower()
    rare = step.above_all and step.p_value is not None and step.p_value <= alone
    return f"{title}, whose score no harmless scan reaches" if rare else title
