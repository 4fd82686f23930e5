"""Headings that X-rays do not tell apart: loads of the one look as much like the other.

By what the bundle's signatures read in honest loads: a pair is alike where, of loads of either, at
least half as much probability goes to the other heading as to the true one.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import NamedTuple

from scanai.train.mismatch.cases import CORRECT
from scanai.train.mismatch.trials import LoadTrial

_LEAST_LOADS = 3
_AS_MUCH = 0.5


class Alike(NamedTuple):
    one: str
    other: str
    ratio: float
    """Probability that the other heading gets, over that of the true one; the lesser way round."""


def alike_headings(trials: Sequence[LoadTrial]) -> list[Alike]:
    """Pairs, the more alike first. Headings with fewer than three loads are left out."""
    read = _mean_readings(trials)
    pairs = []
    for one, of_one in read.items():
        for other, of_other in read.items():
            if one >= other:
                continue
            ratio = min(_ratio(of_one, one, other), _ratio(of_other, other, one))
            if ratio >= _AS_MUCH:
                pairs.append(Alike(one, other, ratio))
    return sorted(pairs, key=lambda pair: -pair.ratio)


def _ratio(read: dict[str, float], true: str, other: str) -> float:
    return read.get(other, 0.0) / max(read.get(true, 0.0), 1e-3)


def _mean_readings(trials: Sequence[LoadTrial]) -> dict[str, dict[str, float]]:
    """For each true heading of a load of one line: mean probability by heading."""
    sums: dict[str, dict[str, float]] = defaultdict(lambda: defaultdict(float))
    counts: dict[str, int] = defaultdict(int)
    for trial in trials:
        case = trial.named(CORRECT)
        if case is None or not trial.reading:
            continue
        counts[case.true_heading] += 1
        for heading, probability in trial.reading.items():
            sums[case.true_heading][heading] += probability
    return {
        heading: {one: total / counts[heading] for one, total in read.items()}
        for heading, read in sums.items()
        if counts[heading] >= _LEAST_LOADS
    }
