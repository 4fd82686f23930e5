"""What X-rays can tell of goods at all: an ideal observer of the cargo library, without a picture.

Of a consignment it sees the load form, the size of a package, its density and the ratio of the
attenuations at two energies, and it knows how each of these varies among the goods of a heading.
What even this observer mixes up no detector tells apart. The library's goods are simulated, and so
is this limit.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import logsumexp, ndtr

from scanai.physics.beams import beam
from scanai.physics.transmission import transmission
from scanai.synth.cargo import PACKAGE_SCALE, Goods, draw_item, library, material_of
from scanai.synth.forms import USUAL_PACKAGE, Item
from scanai.train.curves import threshold_at

Floats = NDArray[np.float64]

DENSITY_ERROR = 0.05
"""Standard deviation of a density, as a share of it: depth along the ray is known that well."""
RATIO_ERROR = 0.01
"""The same of the ratio, as the Inspector takes the error of a calibrated scanner to be
(`ratio_error` in scanai/inspect/data/thresholds.toml)."""
MIXED_UP = 0.25
"""Share of the consignments of two headings that are taken for the other, from which the two are
not told apart; blind guessing mixes up half."""
_BEAMS_MV = (6.0, 4.0)
_AREAL_DENSITY = 60.0
"""g/cm² at which the ratio is taken: in the middle of ordinary cargo."""
_DRAWS = 100
_NEVER = -60.0
"""Logarithm of what cannot be, finite so that a mean stays a number."""
_SEED = 5


class MixedUp(NamedTuple):
    one: str
    other: str
    share: float
    """Of their consignments, taken for the other; 0.5 at most."""


@cache
def mixed_up() -> tuple[MixedUp, ...]:
    """Pairs of headings that the ideal observer does not tell apart, the worst first."""
    headings, evidence = _evidence()
    # (headings drawn from, draws, headings): how much the observer is for the true heading.
    own = np.take_along_axis(evidence, np.arange(len(headings))[:, None, None], axis=2)
    # Equal evidence is a coin's toss.
    wrong = ((evidence > own) + 0.5 * (evidence == own)).mean(axis=1)
    both = (wrong + wrong.T) / 2
    pairs = [
        MixedUp(headings[one], headings[other], float(both[one, other]))
        for one, other in zip(*np.triu_indices(len(headings), 1), strict=True)
        if both[one, other] >= MIXED_UP
    ]
    return tuple(sorted(pairs, key=lambda pair: -pair.share))


@cache
def ideal_group_swap(rate: float = 0.01) -> float:
    """Share of the consignments declared under goods of another group that the ideal observer
    contradicts, where it contradicts a share `rate` of those declared truly."""
    headings, evidence = _evidence()
    goods = library()
    weight = np.array([sum(g.weight for g in goods if g.heading == one) for one in headings])
    group_of = {one.heading: one.group for one in goods}
    groups = np.array([group_of[heading] for heading in headings])
    posterior = evidence + np.log(weight / weight.sum())
    posterior -= logsumexp(posterior, axis=2, keepdims=True)
    doubt = np.stack(
        [-logsumexp(posterior[:, :, groups == one], axis=2) for one in np.unique(groups)], axis=2
    )
    column = np.searchsorted(np.unique(groups), groups)
    rng = np.random.default_rng(_SEED)
    true, false = [], []
    for place, share in enumerate(weight / weight.max()):
        shown = rng.random(_DRAWS) < share  # as often as such goods travel
        others = np.flatnonzero(groups != groups[place])
        told = column[rng.choice(others, _DRAWS)]
        true.append(doubt[place, shown, column[place]])
        false.append(doubt[place, np.arange(_DRAWS), told][shown])
    limit = threshold_at(np.concatenate(true), rate)
    return float((np.concatenate(false) > limit).mean())


@cache
def _evidence() -> tuple[tuple[str, ...], Floats]:
    """Headings, and (heading drawn from, draw, heading) logarithm of the likelihood of what is
    seen of a consignment; equal arguments, equal numbers."""
    goods = library()
    headings = tuple(sorted({one.heading for one in goods}))
    ratios = np.array([_ratio(one) for one in goods])
    rng = np.random.default_rng(_SEED)
    evidence = np.empty((len(headings), _DRAWS, len(headings)))
    for place, heading in enumerate(headings):
        own = [number for number, one in enumerate(goods) if one.heading == heading]
        chosen = rng.choice(own, _DRAWS)
        items = [draw_item(rng, goods[number], 1000.0) for number in chosen]
        density = np.array([item.density for item in items])
        density *= 1 + DENSITY_ERROR * rng.standard_normal(_DRAWS)
        ratio = ratios[chosen] * (1 + RATIO_ERROR * rng.standard_normal(_DRAWS))
        likelihood = np.stack(
            [_likelihood(one, ratios[n], items, density, ratio) for n, one in enumerate(goods)]
        )
        for column, other in enumerate(headings):
            alike = [number for number, one in enumerate(goods) if one.heading == other]
            evidence[place, :, column] = likelihood[alike].max(axis=0)
    return headings, evidence


def _likelihood(
    goods: Goods, own_ratio: float, items: Sequence[Item], density: Floats, ratio: Floats
) -> Floats:
    """(draws,) logarithm, but for a constant."""
    low, high = goods.density
    high = max(high, 1.001 * low)  # of goods of one density the slope of ndtr there
    error = DENSITY_ERROR * density
    of_density = (ndtr((density - low) / error) - ndtr((density - high) / error)) / (high - low)
    of_ratio = -0.5 * ((ratio - own_ratio) / (RATIO_ERROR * own_ratio)) ** 2
    of_form = np.array([_of_form(goods, item) for item in items])
    total: Floats = np.log(np.maximum(of_density, 1e-20)) + of_ratio + of_form
    return np.maximum(total, _NEVER)


def _of_form(goods: Goods, item: Item) -> float:
    """Logarithm of the chance of the load form, where the package's size occurs in it."""
    if item.form not in goods.forms:
        return _NEVER
    first = item.form == goods.forms[0]
    usual = goods.package if first else USUAL_PACKAGE.get(item.form, goods.package)
    smallest, largest = PACKAGE_SCALE
    fits = all(
        smallest * side - 1e-9 <= seen <= largest * side + 1e-9
        for seen, side in zip(item.package, usual, strict=True)
    )
    return -float(np.log(len(goods.forms))) if fits else _NEVER


def _ratio(goods: Goods) -> float:
    high, low = (
        -np.log(transmission(beam(mv), [(material_of(goods), _AREAL_DENSITY)])) for mv in _BEAMS_MV
    )
    return float(high / low)
