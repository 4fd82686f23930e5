"""Queues: of a thousand consignments with a few bad ones, how many of these come first.

Queues are drawn from the trials, each scan as often as chance has it, and put in order by the
urgency of the verdict or by a plain rule. Among equals chance decides.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from scanai.train.curves import Interval
from scanai.train.mismatch.recipe import Queue
from scanai.train.mismatch.trials import CaseTrial

FIRST = (0.01, 0.02, 0.05, 0.10)
Order = Callable[[CaseTrial], float]
ORDERS: dict[str, Order] = {
    "verdict": lambda case: case.urgency,
    "mass_rule": lambda case: case.mass_deviation,
    "document_rules": lambda case: case.scores.get("documents", 0.0),
    "random": lambda case: 0.0,
}
"""How a queue may be put in order; higher comes first."""


def found_first(
    good: Sequence[CaseTrial], bad: Mapping[str, Sequence[CaseTrial]], queue: Queue, order: Order
) -> dict[float, Interval]:
    """For each share of the queue that is looked at first: the share of the bad ones in it.

    Mean over the queues drawn; the interval holds 95 % of them. Empty where there is no good one,
    or no bad one of a kind that the queue has.
    """
    rng = np.random.default_rng(0)
    kinds = [kind for kind, weight in queue.kinds.items() if weight > 0 and bad.get(kind)]
    if not good or not kinds:
        return {}
    weights = np.array([queue.kinds[kind] for kind in kinds])
    of_good = np.array([order(case) for case in good])
    of_bad = {kind: np.array([order(case) for case in bad[kind]]) for kind in kinds}
    count = queue.bad
    shares: dict[float, list[float]] = {first: [] for first in FIRST}
    for _ in range(queue.draws):
        honest = of_good[rng.integers(of_good.size, size=queue.length - count)]
        drawn = rng.choice(len(kinds), size=count, p=weights / weights.sum())
        false = np.array([rng.choice(of_bad[kinds[kind]]) for kind in drawn])
        places = _places(false, honest, rng)
        for first in FIRST:
            shares[first].append(float((places < first * queue.length).mean()))
    return {first: _interval(found) for first, found in shares.items()}


def _interval(found: Sequence[float]) -> Interval:
    mean = float(np.mean(found))
    low, high = np.quantile(found, (0.025, 0.975)).tolist()
    # Where nearly all queues are alike both quantiles are, and the mean is beside them.
    return Interval(mean, min(low, mean), max(high, mean), len(found))


def _places(
    bad: NDArray[np.float64], honest: NDArray[np.float64], rng: Generator
) -> NDArray[np.intp]:
    """Places in the queue of the bad ones, from 0, the most urgent first.

    Among equals chance decides, between two bad ones as well.
    """
    scores = np.concatenate((bad, honest))
    places = np.empty(scores.size, np.intp)
    places[np.lexsort((rng.random(scores.size), -scores))] = np.arange(scores.size)
    return places[: bad.size]
