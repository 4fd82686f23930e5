"""Queue order: the urgency of a scan, fine enough to put a thousand of them in order."""

from __future__ import annotations

from collections.abc import Sequence
from math import log10, pi, tan

from scanai.inspect.combination import evidence, p_of

_MOST_STRENGTH = 0.95
"""Nothing without a p-value is more urgent than what one in forty harmless scans reach: of a score
from 0 to 1 nobody knows how rare it is. Project estimate."""
_HALF = 2.0
"""−log10 of the p-value in the middle of a tier: 0.01."""
_DIGITS = 6


def urgency(
    rank: int,
    p_values: Sequence[float],
    strengths: Sequence[float],
    alone: Sequence[float] = (),
) -> float:
    """0 to 1: clear (rank 0) below a third, inspect (rank 2) above two thirds, finely within.

    `p_values`: of evidence whose benign scores are known, by `tails.tail_p`; `strengths`, 0 to 1,
    of what has none; `alone`: p-values of findings that no score stands behind, which only some
    scans have and which therefore add to the rest and thin it out nowhere. More of any is more
    urgent.
    """
    statistic = sum(map(evidence, p_values)) + sum(map(loose_evidence, strengths))
    statistic += sum(max(evidence(p_value), 0.0) for p_value in alone)
    surprise = -log10(p_of(statistic / max(len(p_values), 1)))
    return round((rank + surprise / (surprise + _HALF)) / 3, _DIGITS)


def loose_evidence(strength: float) -> float:
    """Of a strength from 0 to 1 without p-value, on the scale of `combination.evidence`; 0 at 0."""
    return tan(pi / 2 * min(max(strength, 0.0), _MOST_STRENGTH))
