"""Goods groups: which HS headings X-rays can tell from the others, and what each group looks like.

The tables are data (`data/goods_groups.csv`, `data/heading_groups.csv`), with a reason for each
group and for each heading that leaves its chapter's. A model numbers its outputs by `index`;
output 0 means nothing there and is no group.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from scanai.manifest._tables import read_table


@dataclass(frozen=True)
class GoodsGroup:
    index: int
    """1 to 26, fixed; the channel of the goods map."""
    name: str
    title: str
    reason: str
    """What makes the group visible."""
    effective_z: tuple[float, float]
    """Usual range; an estimate of this project."""
    density: tuple[float, float]
    """Usual range as packed, kg/m³; an estimate of this project."""


@cache
def goods_groups() -> tuple[GoodsGroup, ...]:
    """All groups, ascending by index: `goods_groups()[i]` has index i + 1."""
    return tuple(
        GoodsGroup(
            index=int(row["index"]),
            name=row["name"],
            title=row["title"],
            reason=row["reason"],
            effective_z=(float(row["effective_z_low"]), float(row["effective_z_high"])),
            density=(float(row["density_low"]), float(row["density_high"])),
        )
        for row in read_table("goods_groups.csv")
    )


@cache
def _by_name() -> dict[str, GoodsGroup]:
    return {group.name: group for group in goods_groups()}


@cache
def _by_heading() -> dict[str, GoodsGroup]:
    return {row["heading"]: _by_name()[row["group"]] for row in read_table("heading_groups.csv")}


def group_named(name: str) -> GoodsGroup:
    """The group of that name; KeyError if there is none."""
    return _by_name()[name]


def goods_group_of(hs_code: str) -> GoodsGroup:
    """The group of the heading that a code of 4 digits or more belongs to; KeyError if unknown."""
    return _by_heading()[hs_code[:4]]
