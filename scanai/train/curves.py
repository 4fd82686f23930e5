"""Curves of a detector over trials: ROC, free response, detection at a share of false alarms.

A scan's score is that of its best region; an alarm is a score above the threshold. An object is
found when a region above the threshold has its middle in the object's box. Intervals are bootstraps
over scans, benign and others alike, with the threshold set anew each time; those of a plain share
of scans are Wilson's.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from scanai.train.trial_records import OWN, ObjectTrial, Trial

NOTHING = -np.inf
"""Score of a scan or an object without a region."""
_RESAMPLES = 400
_TAIL = (0.025, 0.975)
_Z95 = 1.959964
Floats = NDArray[np.float64]
ObjectFilter = Callable[[ObjectTrial], bool]


@dataclass(frozen=True)
class Interval:
    value: float
    low: float
    high: float
    """Ends of the 95 % interval."""
    count: int
    """How many objects or scans it is taken over."""


def scan_score(trial: Trial, detector: str = OWN) -> float:
    return max((region.score for region in trial.regions.get(detector, ())), default=NOTHING)


def object_score(trial: Trial, number: int, detector: str = OWN) -> float:
    """Of the best region on object `number` of the trial."""
    hits = (r.score for r in trial.regions.get(detector, ()) if r.target == number)
    return max(hits, default=NOTHING)


def threshold_at(scores: Floats, rate: float) -> float:
    """Least threshold that at most a share `rate` of the scores exceeds."""
    allowed = int(rate * scores.size + 1e-9)
    return float(np.sort(scores)[::-1][allowed]) if allowed < scores.size else NOTHING


@dataclass(frozen=True)
class Detector:
    """One detector on a benchmark."""

    benign: Sequence[Trial]
    concealed: Sequence[Trial]
    name: str = OWN

    @cached_property
    def benign_scores(self) -> Floats:
        return np.array([scan_score(trial, self.name) for trial in self.benign])

    @cached_property
    def concealed_scores(self) -> Floats:
        """Of scans that show a threat."""
        return np.array([scan_score(t, self.name) for t in self.concealed if t.threats])

    def threshold(self, rate: float) -> float:
        return threshold_at(self.benign_scores, rate)

    def found(self, rate: float, wanted: ObjectFilter = lambda _: True) -> Interval | None:
        """Share of the threats wanted that are found at this share of benign scans alarmed."""
        scores, scans = self._objects(wanted)
        if not scores.size:
            return None
        hits = scores > self.threshold(rate)
        if hits.all() or not hits.any():
            return share(hits.tolist())
        drawn = []
        rng = np.random.default_rng(0)
        order = np.unique(scans)
        place = np.searchsorted(order, scans)
        for _ in range(_RESAMPLES):
            benign = self.benign_scores[rng.integers(0, self.benign_scores.size, len(self.benign))]
            weight = np.bincount(rng.integers(0, order.size, order.size), minlength=order.size)
            weights = weight[place]
            hit = scores > threshold_at(benign, rate)
            drawn.append((weights * hit).sum() / weights.sum())
        low, high = np.quantile(drawn, _TAIL)
        return Interval(float(hits.mean()), float(low), float(high), scores.size)

    def _objects(self, wanted: ObjectFilter) -> tuple[Floats, NDArray[np.int64]]:
        """(score of each threat wanted, number of its scan)"""
        found = [
            (object_score(trial, number, self.name), scan)
            for scan, trial in enumerate(self.concealed)
            for number, one in enumerate(trial.objects)
            if one.kind == "shield" and wanted(one)
        ]
        return np.array([s for s, _ in found]), np.array([n for _, n in found], np.int64)

    def roc(self) -> tuple[Floats, Floats]:
        """(share of benign scans alarmed, share of scans with a threat alarmed), both rising."""
        benign, concealed = np.sort(self.benign_scores)[::-1], np.sort(self.concealed_scores)
        if not concealed.size:
            return np.array([0.0, 1.0]), np.array([0.0, 1.0])
        above = 1 - np.searchsorted(concealed, benign, side="right") / concealed.size
        steps = np.arange(benign.size) / benign.size
        return np.append(steps, 1.0), np.append(above, 1.0)

    def roc_area(self) -> float:
        """Chance that a scan with a threat scores above a benign one, ties counting half."""
        benign, concealed = np.sort(self.benign_scores), self.concealed_scores
        below = np.searchsorted(benign, concealed, side="left")
        equal = np.searchsorted(benign, concealed, side="right") - below
        return float((below + equal / 2).mean() / max(benign.size, 1))

    def free_response(self, wanted: ObjectFilter) -> tuple[Floats, Floats]:
        """(false regions on a benign scan, mean; share of the threats found), both rising."""
        false = np.sort(
            [region.score for trial in self.benign for region in trial.regions.get(self.name, ())]
        )[::-1]
        scores, _ = self._objects(wanted)
        if not scores.size:
            return np.array([0.0]), np.array([0.0])
        found = 1 - np.searchsorted(np.sort(scores), false, side="right") / scores.size
        return np.arange(false.size) / max(len(self.benign), 1), found

    def localised(self, rate: float) -> Interval | None:
        """Of the alarmed scans with a threat, those whose best region lies on it."""
        threshold = self.threshold(rate)
        outcomes = []
        for trial in self.concealed:
            regions = trial.regions.get(self.name, ())
            best = max(regions, key=lambda region: region.score, default=None)
            if trial.threats and best is not None and best.score > threshold:
                outcomes.append(best.target >= 0 and trial.objects[best.target].kind == "shield")
        return share(outcomes)


def difference(
    first: Detector, second: Detector, rate: float, wanted: ObjectFilter
) -> Interval | None:
    """Share of the threats wanted that `second` finds less that which `first` does, each at its own
    threshold; None without such threats. Both ran on the same scans, which are drawn together."""
    one, scans = first._objects(wanted)
    other, _ = second._objects(wanted)
    if not one.size:
        return None
    gain = (other > second.threshold(rate)).mean() - (one > first.threshold(rate)).mean()
    rng = np.random.default_rng(0)
    order = np.unique(scans)
    place = np.searchsorted(order, scans)
    drawn = []
    for _ in range(_RESAMPLES):
        benign = rng.integers(0, len(first.benign), len(first.benign))
        weights = np.bincount(rng.integers(0, order.size, order.size), minlength=order.size)[place]
        hits = [
            (weights * (scores > threshold_at(detector.benign_scores[benign], rate))).sum()
            for detector, scores in ((first, one), (second, other))
        ]
        drawn.append((hits[1] - hits[0]) / weights.sum())
    low, high = np.quantile(drawn, _TAIL)
    return Interval(float(gain), float(low), float(high), one.size)


def share(outcomes: Sequence[bool]) -> Interval | None:
    """Share of hits with Wilson's interval, which holds where all or none hit; None of nothing."""
    n, k = len(outcomes), sum(outcomes)
    if not n:
        return None
    middle = (k + _Z95**2 / 2) / (n + _Z95**2)
    half = _Z95 / (n + _Z95**2) * math.sqrt(k * (n - k) / n + _Z95**2 / 4)
    return Interval(k / n, max(middle - half, 0.0), min(middle + half, 1.0), n)


def ratio_of_sums(pairs: Sequence[tuple[float, float]]) -> Interval | None:
    """Σa / Σb over scans, whose pixels are not independent; None where Σb is 0."""
    values = np.array(pairs, np.float64).reshape(-1, 2)
    if not len(values) or values[:, 1].sum() <= 0:
        return None
    rng = np.random.default_rng(0)
    drawn = values[rng.integers(0, len(values), (_RESAMPLES, len(values)))].sum(axis=1)
    sums = drawn[drawn[:, 1] > 0]
    low, high = np.quantile(sums[:, 0] / sums[:, 1], _TAIL)
    total = values.sum(axis=0)
    cases = int((values[:, 1] > 0).sum())
    return Interval(float(total[0] / total[1]), float(low), float(high), cases)


def ratio_of_shares(first: Sequence[bool], second: Sequence[bool]) -> Interval | None:
    """Share of hits in `first` over that in `second`, half a hit added to each: either may have
    none. None where one is empty."""
    if not first or not second:
        return None
    one, other = np.array(first, np.float64), np.array(second, np.float64)
    rng = np.random.default_rng(0)
    drawn = [
        _ratio(rng.choice(one, one.size), rng.choice(other, other.size)) for _ in range(_RESAMPLES)
    ]
    low, high = np.quantile(drawn, _TAIL)
    return Interval(_ratio(one, other), float(low), float(high), one.size)


def _ratio(one: Floats, other: Floats) -> float:
    return float((one.sum() + 0.5) / (one.size + 1) / ((other.sum() + 0.5) / (other.size + 1)))


def calibration_error(
    reliability: Sequence[Sequence[tuple[float, float, float]]],
) -> Interval | None:
    """Expected calibration error over scans: mean gap between how sure and how often right."""
    table = np.array(reliability, np.float64)
    if not table.size or table[..., 0].sum() <= 0:
        return None
    rng = np.random.default_rng(0)
    drawn = [
        _gap(table[rng.integers(0, len(table), len(table))].sum(axis=0)) for _ in range(_RESAMPLES)
    ]
    low, high = np.quantile(drawn, _TAIL)
    return Interval(_gap(table.sum(axis=0)), float(low), float(high), len(table))


def _gap(table: Floats) -> float:
    weight, sure, right = table.T
    return float(np.abs(sure - right).sum() / max(weight.sum(), 1e-12))
