"""GoodsReading: what lies in each section of the load, as probabilities of headings and of groups.

By the signatures of the bundle; a bundle without them is read by its goods map alone, and then
knows groups and no headings.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.special import softmax

from scanai.inspect.evidence.context import Context
from scanai.inspect.evidence.sections import FEATURES, Sections, cut
from scanai.inspect.maps import Maps
from scanai.inspect.signatures import Signatures, by_group
from scanai.manifest.goods_groups import goods_group_of, goods_groups

_GROUPS = len(goods_groups()) + 1
_LEAST = 1e-3


@dataclass(frozen=True)
class GoodsReading:
    sections: Sections
    headings: tuple[str, ...]
    """That the bundle has signatures of; none: groups alone are known."""
    by_heading: NDArray[np.float64]
    """(sections, 1 + headings) probability; column 0 is none of them."""
    by_group: NDArray[np.float64]
    """(sections, 1 + groups); column 0 is no goods."""
    exponents: tuple[float, float] = (0.0, 1.0)
    """Of what a cell and its sections show, where the goods map is read again."""
    more_kg: float = 0.0
    """That the load weighs more than its areal density adds up to, as goods that look like these
    do; parts that are opaque in places not counted."""

    def of_group(self, hs_code: str) -> NDArray[np.float64]:
        """(sections,) probability of goods that look like those of the code's group."""
        return self.by_group[:, goods_group_of(hs_code).index]

    def of_heading(self, hs_code: str) -> NDArray[np.float64]:
        """(sections,) probability of the code's heading; of one that no signature is of, of the
        likeliest of its chapter and group that has one, else of its group; else of its group."""
        columns = self._columns(hs_code)
        return self.by_heading[:, columns].max(axis=1) if columns else self.of_group(hs_code)

    def of_any(self, hs_codes: Iterable[str]) -> NDArray[np.float64]:
        """(sections,) probability of goods of any of these codes' headings; of one that no
        signature is of, of all those of its chapter and group that have one, else of its group."""
        columns: set[int] = set()
        groups: set[int] = set()
        for code in hs_codes:
            of_code = self._columns(code)
            columns.update(of_code)
            groups.update([] if of_code else [goods_group_of(code).index])
        told = self.by_heading[:, sorted(columns)].sum(axis=1)
        return np.asarray(told + self.by_group[:, sorted(groups)].sum(axis=1), np.float64)

    def _columns(self, hs_code: str) -> list[int]:
        heading, group = hs_code[:4], goods_group_of(hs_code)
        if heading in self.headings:
            return [1 + self.headings.index(heading)]
        alike = [
            column
            for column, one in enumerate(self.headings, start=1)
            if goods_group_of(one) == group
        ]
        chapter = [column for column in alike if self.headings[column - 1][:2] == heading[:2]]
        return chapter or alike

    def likeliest_heading(self, weight: NDArray[np.float64], group: int) -> str | None:
        """Of that group, over the sections so weighted; None where no signature is of it."""
        columns = [
            column
            for column, heading in enumerate(self.headings, start=1)
            if goods_group_of(heading).index == group
        ]
        if not columns:
            return None
        sums = weight @ self.by_heading[:, columns]
        return self.headings[columns[int(sums.argmax())] - 1]


def read_goods(
    maps: Maps, context: Context, grams: NDArray[np.float32], signatures: Signatures | None
) -> GoodsReading:
    """`grams`: mass of each cell that shows goods, 0 elsewhere."""
    measured = context.measured
    reading = reading_of(cut(maps, measured, grams), signatures)
    # Of energies that do not fit each other nothing can be said of what such goods weigh.
    misfit = len(measured.scan.energies_mv) == 2 and not measured.ratio_fits
    return replace(reading, more_kg=0.0) if misfit else reading


def reading_of(sections: Sections, signatures: Signatures | None) -> GoodsReading:
    """Sections as the signatures read them."""
    if signatures is not None:
        probability = signatures.read(sections.features)
        groups = by_group(signatures.headings, probability)
        more = _more_kg(sections, signatures)
        exponents = (signatures.map_weight, signatures.sections_weight)
        return GoodsReading(sections, signatures.headings, probability, groups, exponents, more)
    # The first features are the logarithms of what the goods map says of nothing and each group.
    groups = softmax(sections.features[:, :_GROUPS], axis=1)
    return GoodsReading(sections, (), groups[:, :1], groups)


def goods_by_sections(goods: NDArray[np.float32], reading: GoodsReading) -> NDArray[np.float32]:
    """(1 + groups, ⌈H/8⌉, ⌈W/8⌉) the goods map read again by what the sections above and below a
    cell show; as it is where there are none, and without signatures.

    How likely a cell shows anything at all stays what the map says.
    """
    if not reading.headings:
        return goods
    sums = np.zeros((goods.shape[0] - 1, goods.shape[2] + 1))
    counts = np.zeros(goods.shape[2] + 1)
    for (x0, _, x1, _), probability in zip(reading.sections.boxes, reading.by_group, strict=True):
        sums[:, [x0, x1]] += np.stack((probability[1:], -probability[1:]), axis=1)
        counts[[x0, x1]] += 1, -1
    covered = np.cumsum(counts)[:-1]
    mean = np.cumsum(sums, axis=1)[:, :-1] / np.maximum(covered, 1)
    columns = np.flatnonzero(covered > 0)
    something = 1.0 - goods[0][:, columns]
    of_map, of_sections = reading.exponents
    logs = of_map * np.log(np.maximum(goods[1:, :, columns], _LEAST))
    logs += of_sections * np.log(np.maximum(mean[:, None, columns], _LEAST))
    again = goods.copy()
    again[1:, :, columns] = softmax(logs, axis=0) * something
    return again


def clear_sections(sections: Sections) -> NDArray[np.bool_]:
    """(sections,) those apart that the beam gets through everywhere: where it does not, what is
    missing is not told by what goods look like."""
    opaque = sections.features[:, FEATURES.index("opaque")]
    return np.asarray(sections.apart & (opaque == 0), np.bool_)


def _more_kg(sections: Sections, signatures: Signatures) -> float:
    clear = clear_sections(sections)
    return float(sections.kg[clear] @ signatures.mass_excess(sections.features[clear]))
