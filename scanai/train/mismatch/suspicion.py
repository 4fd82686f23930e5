"""Suspicion: one number for how surely papers and picture contradict each other, for curves.

As the verdict puts a queue in order, by how rare each score is among benign scans and beyond them,
but of the kinds of evidence alone in which papers and picture contradict each other: neither
shielding counts nor what the papers alone say, their wording and the room that they ask for.
"""

from __future__ import annotations

from math import log10

from scanai.inspect.bundle import OperatingPoint
from scanai.inspect.combination import evidence, p_of
from scanai.inspect.report import Report

FAMILIES = (
    "unexplained_goods",
    "goods_misfit",
    "heading_fit",
    "mass_mismatch",
    "empty_mismatch",
)


def suspicion(report: Report, point: OperatingPoint) -> float:
    """−log10 of the combined chance of such scores among benign scans; 0 where none is known."""
    told = [
        point.order_p(name, report.evidence_scores[name])
        for name in FAMILIES
        if name in report.evidence_scores
    ]
    known = [p_value for p_value in told if p_value is not None]
    if not known:
        return 0.0
    return round(-log10(p_of(sum(map(evidence, known)) / len(known))), 5)
