"""Signatures: how the goods of each HS heading look, learned from simulated honest loads.

A bundle carries them: a perceptron of one hidden layer or two reads the numbers of a section
(`evidence.sections`) into a probability for each heading. The network names 26 groups cell by cell;
a signature knows what it says of a whole stretch of such goods, also where it keeps taking them for
something else. A second reading, linear, tells how far areal density misses the mass of such goods:
by hydrogen that the energies do not show, by parts thinner and thicker than their mean.
"""

from __future__ import annotations

from functools import cached_property
from typing import Annotated

import msgspec
import numpy as np
from numpy.typing import NDArray
from scipy.special import softmax

from scanai.inspect.tails import tail_p
from scanai.manifest.goods_groups import goods_group_of, goods_groups

Row = tuple[float, ...]
LEAST_LINES = 30
"""Honest lines of goods, from which a heading, a chapter or a group has p-values of its own."""
ALL = "all"
MOST_USUAL = 6.0
"""Spreads from the mean; what lies farther out is read as if it lay here."""
MOST_EXCESS = 0.2
"""More than two energies misread any goods by; what a reading says beyond is of a picture unlike
those it was learned from."""
MOST_WEIGHT = 10.0
"""Surer than this no map is made."""
_STEPS = 101


class LineScores(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What honest lines of goods score under their own code."""

    lines: Annotated[int, msgspec.Meta(ge=1)]
    quantiles: tuple[float, ...]
    """Evenly spaced, rising."""

    def p_value(self, score: float) -> float:
        """Conformal: share of honest lines with at least this score, this one counted in."""
        passed = max(sum(quantile < score for quantile in self.quantiles) - 1, 0)
        below = int(passed * (self.lines - 1) / (len(self.quantiles) - 1))
        below = self.lines if score > self.quantiles[-1] else below
        return (1 + self.lines - below) / (1 + self.lines)

    def tail_p(self, score: float) -> float:
        """The same, falling on beyond all honest lines: what the score `heading_fit` is made of,
        whose own p-value is of benign scans. Never to be told as a p-value."""
        return tail_p(score, self.quantiles, self.lines)


class Misfit(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """How much each fact of a load and its declaration tells of a false code."""

    facts: tuple[str, ...]
    """Names of the facts, in their order."""
    weights: Row
    """(facts,) and `bias`: of the natural logarithm of the odds that a code is false, if every
    second one were."""
    bias: float

    def log_odds(self, facts: NDArray[np.float64]) -> float:
        return float(np.array(self.weights) @ facts) + self.bias


class Signatures(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, dict=True):
    headings: tuple[str, ...]
    """HS headings whose goods are known; output 0 of the reading is none of these: no goods."""
    features: tuple[str, ...]
    """Names of the numbers of a section, in their order."""
    mean: Row
    spread: Row
    """Of each number over honest sections: it is read as (value − mean) / spread, ± MOST_USUAL."""
    hidden_weights: tuple[Row, ...]
    """(hidden, features)"""
    hidden_bias: Row
    second_weights: tuple[Row, ...] = ()
    """(second, hidden); () where there is one hidden layer, up to `scanai-v1` 1.7.0."""
    second_bias: Row = ()
    weights: tuple[Row, ...]
    """(1 + headings, second or else hidden)"""
    bias: Row
    mass_weights: Row
    """(features,) and `mass_bias`: a linear reading of the same numbers into the share that a
    section weighs more than its areal density adds up to."""
    mass_bias: float
    map_weight: Annotated[float, msgspec.Meta(ge=0, le=MOST_WEIGHT)] = 0.25
    """Exponent of what the goods map says of a cell, where the map is read again."""
    sections_weight: Annotated[float, msgspec.Meta(ge=0, le=MOST_WEIGHT)] = 0.8
    """Of what the sections over the cell show."""
    misfit: Misfit | None = None
    """None in bundles from before it was learned."""
    lines: dict[str, LineScores]
    """By heading, chapter (two digits) and goods group (its name), and of all."""
    scans: Annotated[int, msgspec.Meta(ge=1)]
    """Honest simulated loads, whole ones and cuts, that they were learned from."""
    seeds: tuple[int, ...]
    """Of these loads, and of the scans that the two weights of the map were found on: figures must
    come from others."""

    def wrong(self) -> str | None:
        """What does not fit together in this record; None when all does."""
        size = len(self.features)
        rows, hidden = len(self.headings) + 1, len(self.hidden_bias)
        second = len(self.second_bias)
        if not size or len(self.mean) != size or len(self.spread) != size or min(self.spread) <= 0:
            return "mean or spread"
        if _differs(self.hidden_weights, hidden, size):
            return "hidden_weights"
        if _differs(self.second_weights, second, hidden):
            return "second_weights"
        if _differs(self.weights, rows, second or hidden):
            return "weights"
        if len(self.mass_weights) != size:
            return "mass_weights"
        if len(self.bias) != rows or ALL not in self.lines:
            return "bias or lines"
        if self.misfit is not None and len(self.misfit.weights) != len(self.misfit.facts):
            return "misfit"
        for name, known in self.lines.items():
            if len(known.quantiles) < 2 or list(known.quantiles) != sorted(known.quantiles):
                return f"quantiles of lines ({name})"
        return None

    def read(self, features: NDArray[np.float64]) -> NDArray[np.float64]:
        """(n, features) → (n, 1 + headings) probability; what was not measured counts as usual."""
        *hidden, (weights, bias) = self.layers
        values = self.usual(features)
        for inner, inner_bias in hidden:
            values = np.maximum(values @ inner.T + inner_bias, 0.0)
        return np.asarray(softmax(values @ weights.T + bias, axis=1), np.float64)

    @cached_property
    def layers(self) -> tuple[tuple[NDArray[np.float64], NDArray[np.float64]], ...]:
        """Weights (out, in) and bias (out,) of each layer, as arrays, which every scan is read by:
        to make them of hundreds of thousands of numbers takes longer than to read a scan."""
        layers = [(self.hidden_weights, self.hidden_bias), (self.weights, self.bias)]
        if self.second_weights:
            layers.insert(1, (self.second_weights, self.second_bias))
        return tuple((np.array(weights), np.array(bias)) for weights, bias in layers)

    def mass_excess(self, features: NDArray[np.float64]) -> NDArray[np.float64]:
        """(n, features) → (n,) share that each section weighs more than is seen, ± MOST_EXCESS."""
        excess = self.usual(features) @ np.array(self.mass_weights) + self.mass_bias
        return np.asarray(np.clip(excess, -MOST_EXCESS, MOST_EXCESS), np.float64)

    def usual(self, features: NDArray[np.float64]) -> NDArray[np.float64]:
        """(n, features) as both readings take them; what was not measured counts as usual, and what
        stands behind the numbers that they know for nothing."""
        known = features[:, : len(self.mean)]
        return in_spreads(known, np.array(self.mean), np.array(self.spread))

    def lines_like(self, hs_code: str) -> tuple[LineScores, str]:
        """Honest lines to compare one of that code with, and whose they are: its heading's,
        chapter's or group's, the first that has enough; else all."""
        group = goods_group_of(hs_code).name
        for name in (hs_code[:4], hs_code[:2], group):
            known = self.lines.get(name)
            if known is not None and known.lines >= LEAST_LINES:
                return known, name
        return self.lines[ALL], ALL


def in_spreads(
    features: NDArray[np.float64], mean: NDArray[np.float64], spread: NDArray[np.float64]
) -> NDArray[np.float64]:
    """(n, features) distance from the mean in spreads, ± MOST_USUAL; 0 for what is not a number."""
    usual = (features - mean) / spread
    finite = np.where(np.isfinite(usual), usual, 0.0)
    return np.asarray(np.clip(finite, -MOST_USUAL, MOST_USUAL), np.float64)


def _differs(rows: tuple[Row, ...], count: int, length: int) -> bool:
    return len(rows) != count or any(len(row) != length for row in rows)


def line_scores(scores: dict[str, list[float]]) -> dict[str, LineScores]:
    """Quantiles of the scores of honest lines, by heading, and pooled by chapter and group."""
    pooled: dict[str, list[float]] = {}
    for heading, values in scores.items():
        for name in (heading, heading[:2], goods_group_of(heading).name, ALL):
            pooled.setdefault(name, []).extend(values)
    steps = np.linspace(0, 1, _STEPS)
    return {
        name: LineScores(
            lines=len(values),
            quantiles=tuple(round(float(one), 4) for one in np.quantile(values, steps)),
        )
        for name, values in sorted(pooled.items())
        if name == ALL or len(values) >= LEAST_LINES
    }


def by_group(headings: tuple[str, ...], probability: NDArray[np.float64]) -> NDArray[np.float64]:
    """(n, 1 + headings) → (n, 1 + groups)"""
    sums = np.zeros((len(probability), len(goods_groups()) + 1))
    sums[:, 0] = probability[:, 0]
    indices = [goods_group_of(heading).index for heading in headings]
    for column, index in enumerate(indices, start=1):
        sums[:, index] += probability[:, column]
    return sums
