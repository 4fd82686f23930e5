"""Benign scores: from what harmless scans score to thresholds, quantiles and tails.

Conformal: for exchangeable scans of that scanner a threshold is passed by at most the stated share
of benign ones. Which thresholds are set on a score stands in data/thresholds.toml (`set_on`).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence

import msgspec
import numpy as np
from numpy.typing import NDArray

from scanai.inspect.bundle import BenignScores, Threshold, initial_thresholds, threshold_table
from scanai.inspect.tails import CommonTail, common_tail

Scores = Mapping[str, float]
"""Evidence scores of one scan."""
_QUANTILES = 101


def benign_scores(
    scans: Sequence[Scores], false_alarm_rate: float, measured: Mapping[str, float]
) -> BenignScores:
    """Of one scanner; `measured`: thresholds that come from no score."""
    own = thresholds_from(scans, initial_thresholds(), false_alarm_rate)
    quantiles = score_quantiles(scans)
    return BenignScores(
        scans=len(scans),
        thresholds=dict(measured) | {name: entry.value for name, entry in own.items()},
        quantiles=quantiles,
        counts={name: of_score(scans, name).size for name in quantiles},
    )


def common_tails(scanners: Iterable[BenignScores]) -> dict[str, CommonTail]:
    """Of each score that enough of these scanners have beyond their 90th percentile. Those drawn at
    random, all together, count as one scanner."""
    known = list(scanners)
    tails = {
        name: common_tail(
            (one.quantiles[name], one.counts[name]) for one in known if name in one.quantiles
        )
        for name in sorted({name for one in known for name in one.quantiles})
    }
    return {name: tail for name, tail in tails.items() if tail is not None}


def least_scans(false_alarm_rate: float) -> int:
    """Fewest benign scans that can show a rate: one of n + 1 must be no more than it."""
    return math.ceil(1 / false_alarm_rate - 1e-9) - 1


def not_set(scores: BenignScores) -> list[str]:
    """Thresholds on a score that the scans of the scanner have too seldom to tell the rate."""
    on_scores = {name for name, entry in threshold_table().items() if entry["set_on"]}
    return sorted(on_scores - scores.thresholds.keys())


def thresholds_from(
    scans: Sequence[Scores], known: Mapping[str, Threshold], false_alarm_rate: float
) -> dict[str, Threshold]:
    """The thresholds that are set on a score, as far as the scans have that score often enough."""
    changed = {}
    for name, entry in threshold_table().items():
        scores = of_score(scans, str(entry["set_on"]))
        rate = false_alarm_rate * float(entry.get("part_of_rate", 1.0))
        if scores.size < least_scans(rate):
            continue
        value = max(conformal_threshold(scores, rate), float(entry.get("least", -math.inf)))
        changed[name] = msgspec.structs.replace(known[name], value=value, false_alarm_rate=rate)
    return changed


def conformal_threshold(scores: NDArray[np.float64], rate: float) -> float:
    """Least value above the ⌈(n + 1)(1 − rate)⌉-th smallest of n scores.

    A new exchangeable score reaches it with probability `rate` at most (Vovk; arXiv 2107.07511).
    """
    rank = math.ceil((scores.size + 1) * (1 - rate))
    return float(np.nextafter(np.float64(np.sort(scores)[rank - 1]), np.inf))


def score_quantiles(scans: Sequence[Scores]) -> dict[str, tuple[float, ...]]:
    """For every score that occurs, evenly spaced quantiles over the scans that have it."""
    names = sorted({name for scan in scans for name in scan})
    steps = np.linspace(0, 1, _QUANTILES)
    return {
        name: tuple(round(float(value), 6) for value in np.quantile(of_score(scans, name), steps))
        for name in names
    }


def of_score(scans: Sequence[Scores], name: str) -> NDArray[np.float64]:
    """That score of the scans that have it."""
    return np.array([scan[name] for scan in scans if name in scan], np.float64)
