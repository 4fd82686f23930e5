"""Assignment: which declared line explains which part of the load, and what none explains.

A transport problem: every section of the load hands out the mass that it holds to the lines, at a
price per kilogram that is the higher the less the section looks like the line's goods. A line takes
little more than its declared share of the load; what is handed to no line is unexplained.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linprog
from scipy.sparse import coo_matrix

from scanai.inspect.evidence.reading import GoodsReading
from scanai.inspect.evidence.sections import Sections
from scanai.manifest.goods_groups import goods_group_of
from scanai.manifest.model import Line

UNEXPLAINED_PRICE = 3.0
"""−ln of the probability that declared goods lie in a section, below which it is left unexplained:
0.05."""
_UNCODED_PRICE = 1.0
"""Of a line without a code, which could be of any goods."""
_SLACK, _LEAST_SLACK = 0.25, 0.03
"""By which share of its own, and of the whole load, a line may take more than was declared: mass by
section is rough, and packing is counted or not."""
_LEAST_PROBABILITY = 1e-6
_LEAST_KG = 1e-9
_MOST_LINES = 60
"""Beyond which lines of one group are taken together, so that a long declaration costs no time;
below only those of one code, whose parts nothing in the picture tells apart."""


@dataclass(frozen=True)
class Assignment:
    kg: NDArray[np.float64]
    """(sections apart, lines) mass handed out."""
    unexplained_kg: NDArray[np.float64]
    """(sections apart,)"""
    misfit: float
    """Mean price of a kilogram, in units of −ln probability; 0: all looks just as declared."""

    @cached_property
    def total_kg(self) -> float:
        return float(self.kg.sum() + self.unexplained_kg.sum())

    @property
    def explained_share(self) -> float:
        return float(self.kg.sum()) / self.total_kg if self.total_kg > 0 else 0.0

    def unexplained_area_share(self, sections: Sections) -> float:
        """Of the area that shows goods, what holds the mass that no line explains."""
        area, kg = sections.area_m2[sections.apart], sections.kg[sections.apart]
        return float(area @ (self.unexplained_kg / np.maximum(kg, _LEAST_KG)) / area.sum())


def assign(reading: GoodsReading, lines: Sequence[Line]) -> Assignment | None:
    """The cheapest way to explain the load by the lines; None: there is nothing to hand out."""
    apart = reading.sections.apart
    mass = reading.sections.kg[apart]
    if not lines or mass.sum() <= 0:
        return None
    prices = np.stack([_price(reading, line)[apart] for line in lines], axis=1)
    caps = _most(lines, float(mass.sum()))
    members = _together(lines)
    flows = _cheapest(
        mass,
        np.stack([prices[:, group[0]] for group in members], axis=1),
        None if caps is None else np.array([caps[group].sum() for group in members]),
    )
    kg = np.zeros_like(prices)
    for column, group in enumerate(members):
        shares = np.full(len(group), 1 / len(group)) if caps is None else caps[group]
        kg[:, group] = flows[:, [column]] * shares / shares.sum()
    unexplained = flows[:, -1]
    # What looks like nothing declared costs as much as it is unlike the nearest line: at one price
    # for all of it a whole load of other goods would score no more than a twentieth chance.
    own_price = np.maximum(prices.min(axis=1), UNEXPLAINED_PRICE)
    cost = float((kg * prices).sum() + unexplained @ own_price)
    return Assignment(kg, unexplained, cost / float(mass.sum()))


def _price(reading: GoodsReading, line: Line) -> NDArray[np.float64]:
    """(sections,) −ln of the probability of the line's goods, or of no goods at all."""
    if not line.coded:
        return np.full(len(reading.by_group), _UNCODED_PRICE)
    probability = reading.of_group(line.hs_code) + reading.by_group[:, 0]
    return -np.log(np.clip(probability, _LEAST_PROBABILITY, 1.0))


def _most(lines: Sequence[Line], total_kg: float) -> NDArray[np.float64] | None:
    """(lines,) kg that each may take of what is seen; None where a line has no mass."""
    masses = np.array([line.mass_kg or 0.0 for line in lines])
    if any(line.mass_kg is None for line in lines) or masses.sum() <= 0:
        return None
    share = masses / masses.sum()
    return np.asarray(total_kg * (share * (1 + _SLACK) + _LEAST_SLACK))


def _together(lines: Sequence[Line]) -> list[list[int]]:
    """Numbers of the lines that are handed out as one, all of one price; each gets its share."""
    few = len(lines) <= _MOST_LINES
    groups: dict[str, list[int]] = {}
    for number, line in enumerate(lines):
        of_group = goods_group_of(line.hs_code).name if line.coded else ""
        groups.setdefault(line.hs_code if few else of_group, []).append(number)
    return list(groups.values())


def _cheapest(
    mass: NDArray[np.float64], prices: NDArray[np.float64], caps: NDArray[np.float64] | None
) -> NDArray[np.float64]:
    """(sections, lines + 1) kg from each section to each line, the last column to none."""
    rows, columns = prices.shape
    wide = columns + 1
    cost = np.hstack((prices, np.full((rows, 1), UNEXPLAINED_PRICE)))
    if caps is None:
        flows = np.zeros((rows, wide))
        flows[np.arange(rows), cost.argmin(axis=1)] = mass
        return flows
    number = np.arange(rows * wide)
    from_section = coo_matrix((np.ones(rows * wide), (number // wide, number)))
    to_line = number[number % wide < columns]
    limits = coo_matrix(
        (np.ones(to_line.size), (to_line % wide, to_line)), shape=(columns, rows * wide)
    )
    solved = linprog(
        cost.ravel(), A_ub=limits, b_ub=caps, A_eq=from_section, b_eq=mass, method="highs"
    )
    # All mass may stay unexplained, so that there is always a solution.
    return np.asarray(solved.x, np.float64).reshape(rows, wide)
