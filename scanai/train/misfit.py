"""Learns how much each fact of a load tells that its declaration names other goods.

From honest loads as signatures read them that never saw them: under their own lines, and under
lines of which the largest has the code of another goods group. False codes need no further scans.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import msgspec
import numpy as np
from numpy.random import SeedSequence
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import expit

from scanai.inspect.evidence.assignment import assign
from scanai.inspect.evidence.goods import groups_of
from scanai.inspect.evidence.misfit import FACTS, facts, largest_line, tell_enough
from scanai.inspect.evidence.reading import GoodsReading
from scanai.inspect.signatures import Misfit
from scanai.manifest.goods_groups import goods_group_of
from scanai.manifest.model import Line
from scanai.synth.cargo import library

_FALSE_CODES = 4
"""Of each load."""
_RIDGE = 1e-3
"""On the squared weights of facts in their own spread, beside the mean loss of a declaration."""
_LEAST_SPREAD = 1e-6


def learned_misfit(readings: Iterable[tuple[GoodsReading, Sequence[Line]]]) -> Misfit | None:
    """The log odds of least log loss, true and false declarations weighing the same in all; None
    where no load tells."""
    rows: list[NDArray[np.float64]] = []
    false: list[bool] = []
    for number, (reading, lines) in enumerate(readings):
        if not tell_enough(lines):
            continue
        for told in (lines, *_under_false_codes(lines, number)):
            assignment = assign(reading, told)
            if assignment is not None:
                rows.append(facts(reading, assignment, told))
                false.append(told is not lines)
    if not any(false):
        return None
    return _fitted(np.array(rows), np.array(false))


def _under_false_codes(lines: Sequence[Line], number: int) -> Iterator[tuple[Line, ...]]:
    """The largest line under codes of groups that the declaration does not name."""
    rng = np.random.default_rng(SeedSequence(number))
    largest = largest_line(lines)
    declared = groups_of(lines)
    codes = [goods.heading for goods in library() if goods_group_of(goods.heading) not in declared]
    for code in rng.choice(codes, _FALSE_CODES, replace=False):
        told = msgspec.structs.replace(lines[largest], hs_code=f"{code}00")
        yield (*lines[:largest], told, *lines[largest + 1 :])


def _fitted(rows: NDArray[np.float64], false: NDArray[np.bool_]) -> Misfit:
    mean, spread = rows.mean(axis=0), rows.std(axis=0) + _LEAST_SPREAD
    inputs = (rows - mean) / spread
    signs = np.where(false, 1.0, -1.0)
    each = np.where(false, 0.5 / false.sum(), 0.5 / (~false).sum())

    def loss(parameters: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        weights, bias = parameters[:-1], parameters[-1]
        margins = signs * (inputs @ weights + bias)
        pull = -each * signs * expit(-margins)
        value = float(each @ np.logaddexp(0, -margins)) + _RIDGE * float(weights @ weights)
        return value, np.append(inputs.T @ pull + 2 * _RIDGE * weights, pull.sum())

    found = minimize(loss, np.zeros(rows.shape[1] + 1), jac=True, method="L-BFGS-B").x
    weights = found[:-1] / spread
    bias = float(found[-1] - weights @ mean)
    return Misfit(
        facts=FACTS,
        weights=tuple(round(float(one), 5) for one in weights),
        bias=round(bias, 5),
    )
