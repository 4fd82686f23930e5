"""Goods: what the goods map shows as a whole, and which goods groups are declared.

Every cell counts with the mass it holds, so a thin curtain of something else weighs little. The map
is a set of probabilities and stays one: shares are expectations, not counts of the likeliest group.
Whether the two fit is judged in `undeclared` and `lines`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from scanai.inspect.evidence.context import Context
from scanai.inspect.evidence.measured import CELL
from scanai.inspect.maps import Maps
from scanai.manifest.goods_groups import GoodsGroup, goods_group_of, goods_groups
from scanai.manifest.model import Line, Manifest


@dataclass(frozen=True)
class SeenGoods:
    """The goods map, weighted by mass."""

    grams: NDArray[np.float32]
    """(⌈H/8⌉, ⌈W/8⌉) mass of each cell that shows goods, transport unit included; 0 elsewhere."""
    shares: NDArray[np.float64]
    """(1 + groups,) expected share of that mass in each group; channel 0 is 0."""
    loaded_share: float
    """Share of the unit's picture that shows goods."""

    @property
    def main_group(self) -> GoodsGroup | None:
        return goods_groups()[int(self.shares.argmax()) - 1] if self.shares.any() else None


def seen_goods(maps: Maps, context: Context) -> SeenGoods:
    """What the picture shows. A cell shows goods where "nothing" is not its likeliest answer."""
    measured = context.measured
    x0, y0, x1, y1 = (value // CELL for value in measured.unit_box)
    loaded = maps.goods[1:].max(axis=0) > maps.goods[0]
    grams = np.where(loaded, measured.areal_density * measured.cell_area_cm2, 0.0)
    inside = loaded[y0 : max(y1, y0 + 1), x0 : max(x1, x0 + 1)]
    grams = grams.astype(np.float32)
    return SeenGoods(grams, _shares(maps.goods, grams), float(inside.mean()))


def seen_by_sections(seen: SeenGoods, goods: NDArray[np.float32]) -> SeenGoods:
    """The same load, its shares by another goods map: that of `reading.goods_by_sections`."""
    return replace(seen, shares=_shares(goods, seen.grams))


def _shares(goods: NDArray[np.float32], grams: NDArray[np.float32]) -> NDArray[np.float64]:
    shares = np.zeros(goods.shape[0])
    # Group by group: the product as one array would be 27 maps at once.
    weight = grams / np.maximum(1.0 - goods[0], 1e-6)
    shares[1:] = np.tensordot(goods[1:], weight, axes=((1, 2), (0, 1)))
    return shares / shares.sum() if shares.sum() > 0 else shares


def short_title(group: GoodsGroup) -> str:
    """The title up to its list of examples."""
    return group.title.split(":")[0]


def declared_groups(manifest: Manifest) -> tuple[GoodsGroup, ...]:
    """The goods groups of all lines with a code, each once, in the order of the lines."""
    return groups_of(manifest.lines)


def groups_of(lines: Sequence[Line]) -> tuple[GoodsGroup, ...]:
    """The same of lines alone."""
    coded = (line for line in lines if line.coded)
    return tuple(dict.fromkeys(goods_group_of(line.hs_code) for line in coded))


def comparable_groups(manifest: Manifest | None) -> tuple[GoodsGroup, ...]:
    """The declared groups that a picture can be held against.

    None without a manifest, and none where a line has no code: it could explain any goods.
    """
    if manifest is None or not manifest.fully_coded:
        return ()
    return declared_groups(manifest)
