"""Declarations: their records, one reader per format, the HS nomenclature and the goods groups.

What a declaration says is judged in `scanai.inspect`; nothing here has seen a picture.
"""

from __future__ import annotations

from scanai.manifest.controls import ControlEntry, ControlHit, ControlList, control_hits
from scanai.manifest.correlation import read_correlation
from scanai.manifest.dense_goods import dense_headings, is_dense
from scanai.manifest.files import (
    check_belongs,
    find_manifest,
    read_manifest,
    read_manifests,
    write_manifest,
)
from scanai.manifest.goods_groups import GoodsGroup, goods_group_of, group_named
from scanai.manifest.model import Line, Manifest, Party

__all__ = [
    "ControlEntry",
    "ControlHit",
    "ControlList",
    "GoodsGroup",
    "Line",
    "Manifest",
    "Party",
    "check_belongs",
    "control_hits",
    "dense_headings",
    "find_manifest",
    "goods_group_of",
    "group_named",
    "is_dense",
    "read_correlation",
    "read_manifest",
    "read_manifests",
    "write_manifest",
]
