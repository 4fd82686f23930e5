"""Combination: p-values of several kinds of evidence on one scan become one.

The Cauchy combination test (Liu and Xie, JASA 115, 2020, 393): valid for small p-values whatever
the dependence between them, which nobody knows here. Pure functions of numbers; which evidence
counts stands in `families`, what a combined p-value asks for in `policy`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import atan2, pi, tan

MOST = 0.9
"""Greatest p-value that enters a combination. In the plain test one near 1 outweighs one near 0,
and papers that fit would excuse a shield. The cap costs little: of independent uniform p-values
the combined one falls below 0.05 for 5.2 % with four families and 5.5 % with nine, below 0.01 for
1.0 % and 1.05 %."""
_LEAST = 1e-300


def combined_p(p_values: Sequence[float]) -> float | None:
    """The combined p-value, each of the given ones with equal weight; None of none."""
    return None if not p_values else p_of(sum(map(evidence, p_values)) / len(p_values))


def evidence(p_value: float) -> float:
    """cot(π p): half the standard Cauchy quantile's way up for small p, 0 at p = ½, falling."""
    return 1.0 / tan(pi * max(p_value, _LEAST))


def p_of(statistic: float) -> float:
    """Chance of a standard Cauchy variable at or above the statistic, precise for tiny ones."""
    return atan2(1.0, statistic) / pi


def entering_p(p_value: float, span: tuple[float, float] | None = None) -> float:
    """A conformal p-value as it enters the combination.

    Up to ½ as it is. Above, the middle of the p-values that scans with this score share (`span`):
    where most harmless scans share one score, such as no mismatch at all, their p-value of 1 says
    nothing, and half-way is where they are on average. Never below ½ there, nor above MOST.
    """
    if p_value <= 0.5:
        return p_value
    middle = p_value if span is None else sum(span) / 2
    return min(max(middle, 0.5), MOST)


def shares(p_values: Iterable[float]) -> list[float]:
    """What part each has in the evidence against harmlessness: 0 from p = ½ on, else sum 1."""
    parts = [evidence(p_value) if p_value < 0.5 else 0.0 for p_value in p_values]
    whole = sum(parts)
    return [part / whole if whole > 0 else 0.0 for part in parts]
