"""Region odds: how surely a region that the model proposes is a shield, by its facts.

A bundle carries them: boosted trees over the facts of a region (`evidence.region_facts`), learned
when it is exported. Each tree asks a few of these in turn and adds its answer to the natural
logarithm of the odds. They are plain rows of numbers: a host needs no library of trees.
"""

from __future__ import annotations

from math import isfinite
from typing import Annotated

import msgspec
import numpy as np
from numpy.typing import NDArray

MOST_TREES = 2000
MOST_QUESTIONS = 64_000
MOST_IN_A_ROW = 64
"""Questions on the way to a leaf."""
Leaf = Annotated[float, msgspec.Meta(ge=-100.0, le=100.0)]


class RegionOdds(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    facts: tuple[str, ...]
    """Names of the facts, in their order."""
    first: Annotated[tuple[int, ...], msgspec.Meta(min_length=1, max_length=MOST_TREES)]
    """For each tree the number of its first question; −1 − n: it is leaf n alone."""
    fact: Annotated[tuple[int, ...], msgspec.Meta(max_length=MOST_QUESTIONS)]
    """For each question the number of the fact that it asks of."""
    most: tuple[float, ...]
    """Up to which that fact leads on to `lower`, beyond it to `upper`."""
    lower: tuple[int, ...]
    upper: tuple[int, ...]
    """Number of the next question, a later one; −1 − n: leaf n."""
    leaves: Annotated[tuple[Leaf, ...], msgspec.Meta(min_length=1, max_length=2 * MOST_QUESTIONS)]
    """What each adds to the natural logarithm of the odds."""
    scans: Annotated[int, msgspec.Meta(ge=1)]
    """Simulated scans with and without shields, that they were learned from."""
    seeds: tuple[int, ...]
    """Of these scans: figures must come from others."""

    def wrong(self) -> str | None:
        """What does not fit together in this record; None when all does."""
        count = len(self.fact)
        if any(len(side) != count for side in (self.most, self.lower, self.upper)):
            return "questions"
        if any(not 0 <= one < len(self.facts) for one in self.fact):
            return "facts of questions"
        if not all(map(isfinite, self.most)):
            return "numbers that are none"
        least = -len(self.leaves)
        if any(not least <= one < count for one in self.first):
            return "first questions"
        # Only later ones follow, so that every way comes to an end.
        nexts = (*enumerate(self.lower), *enumerate(self.upper))
        if any(not least <= one < count or 0 <= one <= number for number, one in nexts):
            return "order of questions"
        return "questions in a row" if self._longest() > MOST_IN_A_ROW else None

    def _longest(self) -> int:
        """Most questions on a way to a leaf, of ones in their order."""
        left = [0] * len(self.fact)
        for number in reversed(range(len(left))):
            nexts = (self.lower[number], self.upper[number])
            left[number] = 1 + max(left[one] if one >= 0 else 0 for one in nexts)
        return max(left, default=0)

    def log_odds(self, facts: NDArray[np.float64]) -> NDArray[np.float64]:
        """(n, facts) → (n,) natural logarithm of the odds that the region is a shield."""
        fact, lower, upper = (np.array(x, np.intp) for x in (self.fact, self.lower, self.upper))
        most, leaves = np.array(self.most), np.array(self.leaves)
        place = np.tile(np.array(self.first, np.intp), (len(facts), 1))
        rows = np.arange(len(facts))[:, None]
        while (asking := place >= 0).any():
            row, at = np.broadcast_to(rows, place.shape)[asking], place[asking]
            place[asking] = np.where(facts[row, fact[at]] <= most[at], lower[at], upper[at])
        return np.asarray(leaves[-1 - place].sum(axis=1), np.float64)
