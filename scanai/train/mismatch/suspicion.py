"""Suspicion: one number for how surely papers and picture contradict each other, for curves.

As the verdict puts a queue in order, by how rare each score is among benign scans and beyond them,
but of the kinds of evidence alone in which papers and picture contradict each other: neither
shielding nor wording counts.
"""

from __future__ import annotations

from math import log10

from scanai.inspect.bundle import OperatingPoint
from scanai.inspect.combination import evidence, p_of
from scanai.inspect.queue_order import tail_p
from scanai.inspect.report import Report

FAMILIES = (
    "unexplained_goods",
    "goods_misfit",
    "heading_fit",
    "mass_mismatch",
    "empty_mismatch",
    "room",
    "density",
)


def suspicion(report: Report, point: OperatingPoint) -> float:
    """−log10 of the combined chance of such scores among benign scans; 0 where none is known."""
    benign = point.benign
    if benign is None:
        return 0.0
    known = [
        tail_p(
            point.counted(name, report.evidence_scores[name]),
            benign.quantiles[name],
            benign.counts[name],
        )
        for name in FAMILIES
        if name in report.evidence_scores and name in benign.quantiles
    ]
    if not known:
        return 0.0
    return round(-log10(p_of(sum(map(evidence, known)) / len(known))), 5)
