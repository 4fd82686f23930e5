"""Queue order: the urgency of a scan, fine enough to put a thousand of them in order.

Conformal p-values tie where a score is above all benign scans, and that is where the queue begins.
So for order alone, never to be told as p-values, the benign scores above their 90th percentile
are continued by a generalised Pareto tail, its two parameters by the method of moments (Hosking and
Wallis, Technometrics 29, 1987). How far beyond the benign scans a score lies then counts, by the
measure of how far these spread themselves: by a measure of a few, less.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from math import exp, log, log1p, log10, pi, tan

from scanai.inspect.combination import MOST, evidence, p_of

_TAIL_FROM = 0.9
_MOST_SHAPE = 0.5
"""Of a tail: heavier ones have no variance to fit."""
_LEAST_LOG = -690.0
"""Natural logarithm of the least p-value: still a number."""
_MOST_STRENGTH = 0.95
"""Nothing without a p-value is more urgent than what one in forty harmless scans reach: of a score
from 0 to 1 nobody knows how rare it is. Project estimate."""
_HALF = 2.0
"""−log10 of the p-value in the middle of a tier: 0.01."""
_DIGITS = 6


def tail_p(score: float, quantiles: Sequence[float], count: int) -> float:
    """Share of benign scans at or above the score, MOST at most, falling smoothly beyond them all.

    `quantiles`: evenly spaced from 0 to 1, of `count` scans. Scores that several quantiles share
    stand at the middle of these.
    """
    steps = len(quantiles) - 1
    start = quantiles[round(_TAIL_FROM * steps)]
    least = 1.0 / (2 * (1 + count))
    if score <= start:
        return min(max(1.0 - _place(score, quantiles) / steps, least), MOST)
    above = [value - start for value in quantiles if value > start]
    # Where benign scans share the start of the tail, that may stand lower than the tail begins.
    begins = max(1.0 - _place(start, quantiles) / steps, least)
    reached = min(len(above) / len(quantiles) if above else 2 * least, begins)
    scans = max(reached * count, 1.0)
    return exp(max(log(reached) + _log_survival(score - start, above, scans), _LEAST_LOG))


def urgency(
    rank: int,
    p_values: Sequence[float],
    strengths: Sequence[float],
    alone: Sequence[float] = (),
) -> float:
    """0 to 1: clear (rank 0) below a third, inspect (rank 2) above two thirds, finely within.

    `p_values`: of evidence whose benign scores are known, by `tail_p`; `strengths`, 0 to 1, of what
    has none; `alone`: p-values of findings that no score stands behind, which only some scans have
    and which therefore add to the rest and thin it out nowhere. More of any is more urgent.
    """
    statistic = sum(map(evidence, p_values)) + sum(map(loose_evidence, strengths))
    statistic += sum(max(evidence(p_value), 0.0) for p_value in alone)
    surprise = -log10(p_of(statistic / max(len(p_values), 1)))
    return round((rank + surprise / (surprise + _HALF)) / 3, _DIGITS)


def loose_evidence(strength: float) -> float:
    """Of a strength from 0 to 1 without p-value, on the scale of `combination.evidence`; 0 at 0."""
    return tan(pi / 2 * min(max(strength, 0.0), _MOST_STRENGTH))


def _place(score: float, quantiles: Sequence[float]) -> float:
    """Where in the row of quantiles the score stands, in steps."""
    first, last = bisect_left(quantiles, score), bisect_right(quantiles, score) - 1
    if first <= last:
        return (first + last) / 2
    if last < 0:
        return 0.0
    return last + (score - quantiles[last]) / (quantiles[first] - quantiles[last])


def _log_survival(beyond: float, excesses: Sequence[float], scans: float) -> float:
    """ln of the chance that an excess over the start of the tail is as large.

    `scans`: so many have an excess. Of n excesses alone the mean of an exponential law is known
    only so well that the next one has a tail of shape 1/n (its predictive distribution): without
    it two harmless scans a little above nothing make a third, not much farther, one in a million.
    """
    if not excesses:
        return -beyond
    mean = sum(excesses) / len(excesses)
    variance = sum((value - mean) ** 2 for value in excesses) / len(excesses)
    even = 1.0 if variance == 0 else mean * mean / variance
    of_law = min(max((1.0 - even) / 2, 0.0), _MOST_SHAPE)
    scale = mean * (1.0 - of_law)
    shape = max(of_law, 1.0 / scans)
    return -log1p(shape * beyond / scale) / shape
