"""Declarations: their records, one reader per format, the HS nomenclature and the goods groups.

What a declaration says is judged in `scanai.inspect`; nothing here has seen a picture.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from scanai.manifest.controls import ControlEntry, is_controlled
from scanai.manifest.files import check_belongs, find_manifest, read_manifest, write_manifest
from scanai.manifest.goods_groups import GoodsGroup, goods_group_of, group_named
from scanai.manifest.model import Line, Manifest, Party

if TYPE_CHECKING:
    GOODS_GROUPS: tuple[GoodsGroup, ...]
    """All goods groups, ascending by index, read from the table on first use."""

__all__ = [
    "GOODS_GROUPS",
    "ControlEntry",
    "GoodsGroup",
    "Line",
    "Manifest",
    "Party",
    "check_belongs",
    "find_manifest",
    "goods_group_of",
    "group_named",
    "is_controlled",
    "read_manifest",
    "write_manifest",
]


def __getattr__(name: str) -> object:
    if name == "GOODS_GROUPS":
        from scanai.manifest.goods_groups import goods_groups

        return goods_groups()
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
