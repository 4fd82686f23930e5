"""Drift: whether the scans of a while are still like the benign ones that thresholds were set on.

p-values of exchangeable benign scans are uniform. Where those of a batch are not, the scanner, the
trade or the model's fit to it has changed: thresholds alarm more or less often than they say, and
the scanner is due to be calibrated anew. A real threat or two in a batch does not move the whole.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from scipy import stats

from scanai.inspect.bundle import BundleMetadata
from scanai.inspect.families import counting
from scanai.inspect.report import Report

_LEAST_SCANS = 20
"""Fewer cannot tell a drift from chance."""
_SMALL_P = 0.05


class ScoreDrift(NamedTuple):
    """One evidence score on one scanner."""

    scanner: str
    score: str
    scans: int
    share_small: float
    """Of p-values at 0.05 or below: 0.05 without drift."""
    p_drift: float
    """That p-values so far from uniform come by chance, corrected for all scores looked at."""
    drifted: bool


def drift_of(
    reports: Sequence[Report], metadata: BundleMetadata, significance: float = 0.01
) -> list[ScoreDrift]:
    """Every score of every scanner with p-values enough, the most drifted first.

    `metadata`: of the bundle, with the scanner's calibration if it has one. Two-sided one-sample
    Kolmogorov–Smirnov test against the uniform distribution, Bonferroni-corrected. Ties make it
    cautious: scores that most scans share, such as no region at all, are spread evenly over theirs.
    """
    found: dict[tuple[str, str], list[float]] = defaultdict(list)
    rng = np.random.default_rng(0)
    for report in reports:
        point = metadata.operating_point(report.scanner)
        if report.scanner is None or point.benign is None:
            continue
        for name, score in counting(report.evidence_scores).items():
            span = point.benign.p_span(name, score)
            if span is not None:
                found[report.scanner, name].append(float(rng.uniform(*span)))
    tested = {key: values for key, values in found.items() if len(values) >= _LEAST_SCANS}
    rows = []
    for (scanner, name), values in tested.items():
        p_value = min(float(stats.kstest(values, "uniform").pvalue) * len(tested), 1.0)
        small = float((np.array(values) <= _SMALL_P).mean())
        rows.append(ScoreDrift(scanner, name, len(values), small, p_value, p_value < significance))
    return sorted(rows, key=lambda row: row.p_drift)
