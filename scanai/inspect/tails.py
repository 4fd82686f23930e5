"""Tails: how rare a score is beyond the benign scans that were seen.

Conformal p-values tie where a score is above all benign scans, and that is where a queue begins. So
for order, and for scores that are made of it, never to be told as p-values, the benign scores above
their 90th percentile are continued by a generalised Pareto tail, its two parameters by the method
of moments (Hosking and Wallis, Technometrics 29, 1987). How far beyond the benign scans a score
lies then counts, by the measure of how far these spread themselves: by a measure of a few, less.

Thirty scans of one scanner tell its tail badly, and one of them may double it. So where a bundle
knows several scanners it carries a common tail of each score: the shape of them all, and their mean
excess, from which a scanner's own departs as far as scanners are found to differ beyond chance
(random effects: DerSimonian and Laird, Controlled Clinical Trials 7, 1986).
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from math import exp, fsum, log, log1p, sqrt
from operator import mul
from typing import Annotated, NamedTuple

import msgspec

from scanai.inspect.combination import MOST

_TAIL_FROM = 0.9
_MOST_SHAPE = 0.5
"""Of a tail: heavier ones have no variance to fit."""
_LEAST_LOG = -690.0
"""Natural logarithm of the least p-value: still a number."""
_FEWEST_SCANNERS = 3
"""Whose tails tell how far scanners differ."""
_LEAST_FREE = 20.0
"""Excesses beside the mean of each scanner, from which their variance is told; of fewer the law is
taken to be exponential."""

Number = Annotated[float, msgspec.Meta(ge=1e-9, le=1e9)]


class CommonTail(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Of one score on the scanners of a bundle, beyond the 90th percentile of each."""

    mean: Number
    """Mean excess over that percentile on a scanner in the middle of them, in units of the score.
    """
    even: Number
    """Mean² / variance of the excesses, each in units of its scanner's mean: 1 if exponential."""
    spread: Number
    """Variance of the natural logarithm of the mean from scanner to scanner."""

    def on(self, own: float | None, scans: float) -> tuple[float, float]:
        """(mean excess, variance of its natural logarithm) on a scanner whose own mean of so many
        excesses is known, as far as it can be trusted; None: it has none."""
        if own is None:
            return self.mean, self.spread
        chance = 1.0 / (self.even * scans)
        trusted = self.spread / (self.spread + chance)
        return exp(log(self.mean) + trusted * (log(own) - log(self.mean))), trusted * chance


class _Excesses(NamedTuple):
    """Over the 90th percentile of benign scans."""

    start: float
    values: tuple[float, ...]
    """Evenly spaced quantiles of them."""
    reached: float
    """Share of benign scans that have any."""
    scans: float
    """How many have any, 1 at least."""

    @property
    def mean(self) -> float:
        return sum(self.values) / len(self.values)


def tail_p(
    score: float, quantiles: Sequence[float], count: int, common: CommonTail | None = None
) -> float:
    """Share of benign scans at or above the score, MOST at most, falling smoothly beyond them all.

    `quantiles`: evenly spaced from 0 to 1, of `count` scans. Scores that several quantiles share
    stand at the middle of these. `common`: of the score, where other scanners tell of its tail too.
    """
    steps = len(quantiles) - 1
    if score <= quantiles[round(_TAIL_FROM * steps)]:
        return min(max(1.0 - _place(score, quantiles) / steps, _least(count)), MOST)
    excesses = _excesses(quantiles, count)
    survival = _log_survival(score - excesses.start, excesses, common)
    return exp(max(log(excesses.reached) + survival, _LEAST_LOG))


def common_tail(scanners: Iterable[tuple[Sequence[float], int]]) -> CommonTail | None:
    """Of the quantiles of each scanner, and of how many scans; None of fewer than three that have
    excesses."""
    known = [_excesses(quantiles, count) for quantiles, count in scanners]
    known = [one for one in known if one.values]
    if len(known) < _FEWEST_SCANNERS:
        return None
    variance = _relative_variance(known)
    means = [log(one.mean) for one in known]
    weights = [one.scans / variance for one in known]
    spread = _spread(means, weights)
    middle = _weighed_mean(means, [1.0 / (spread + 1.0 / weight) for weight in weights])
    told = (exp(middle), 1.0 / variance, spread)
    mean, even, spread = (min(max(float(f"{value:.6g}"), 1e-9), 1e9) for value in told)
    return CommonTail(mean=mean, even=even, spread=spread)


def _relative_variance(known: Sequence[_Excesses]) -> float:
    """Of excesses in units of the mean of their scanner, which takes one of them each."""
    # Quantiles of three scans are no more than three, and between many scans no more than they are.
    counted = [(one, min(one.scans, len(one.values))) for one in known]
    free = fsum(count - 1.0 for _, count in counted)
    if free < _LEAST_FREE:
        return 1.0
    apart = fsum(
        count * fsum((value / one.mean - 1.0) ** 2 for value in one.values) / len(one.values)
        for one, count in counted
    )
    return max(apart / free, 1e-6)


def _spread(values: Sequence[float], weights: Sequence[float]) -> float:
    """Variance between them beside that of chance, 1 / weight; at least the error with which so
    many show it where there is none: a few scanners that happen to agree are no proof."""
    middle = _weighed_mean(values, weights)
    pairs = zip(values, weights, strict=True)
    apart = sum(weight * (value - middle) ** 2 for value, weight in pairs)
    total = sum(weights)
    unit = total - sum(weight * weight for weight in weights) / total
    free = len(values) - 1
    return max(apart - free, sqrt(2.0 * free)) / unit


def _weighed_mean(values: Sequence[float], weights: Sequence[float]) -> float:
    return fsum(map(mul, values, weights)) / fsum(weights)


def _least(count: int) -> float:
    return 1.0 / (2 * (1 + count))


def _excesses(quantiles: Sequence[float], count: int) -> _Excesses:
    steps = len(quantiles) - 1
    start = quantiles[round(_TAIL_FROM * steps)]
    above = tuple(value - start for value in quantiles if value > start)
    # Where benign scans share the start of the tail, that may stand lower than the tail begins.
    begins = max(1.0 - _place(start, quantiles) / steps, _least(count))
    reached = min(len(above) / len(quantiles) if above else 2 * _least(count), begins)
    return _Excesses(start, above, reached, max(reached * count, 1.0))


def _place(score: float, quantiles: Sequence[float]) -> float:
    """Where in the row of quantiles the score stands, in steps."""
    first, last = bisect_left(quantiles, score), bisect_right(quantiles, score) - 1
    if first <= last:
        return (first + last) / 2
    if last < 0:
        return 0.0
    return last + (score - quantiles[last]) / (quantiles[first] - quantiles[last])


def _log_survival(beyond: float, excesses: _Excesses, common: CommonTail | None) -> float:
    """ln of the chance that an excess over the start of the tail is as large.

    Of n excesses alone the mean of an exponential law is known only so well that the next one has a
    tail of shape 1/n (its predictive distribution): without it two harmless scans a little above
    nothing make a third, not much farther, one in a million.
    """
    if common is None and not excesses.values:
        return -beyond
    mean, even, unsure = _law(excesses) if common is None else _shared_law(excesses, common)
    of_law = min(max((1.0 - even) / 2, 0.0), _MOST_SHAPE)
    scale = mean * (1.0 - of_law)
    shape = max(of_law, unsure)
    return -log1p(shape * beyond / scale) / shape


def _law(excesses: _Excesses) -> tuple[float, float, float]:
    """(mean, mean² / variance, relative variance with which the mean is known)"""
    mean, values = excesses.mean, excesses.values
    variance = sum((value - mean) ** 2 for value in values) / len(values)
    even = 1.0 if variance == 0 else mean * mean / variance
    return mean, even, 1.0 / excesses.scans


def _shared_law(excesses: _Excesses, common: CommonTail) -> tuple[float, float, float]:
    own = excesses.mean if excesses.values else None
    mean, unsure = common.on(own, excesses.scans)
    return mean, common.even, unsure
