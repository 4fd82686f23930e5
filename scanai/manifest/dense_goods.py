"""Goods among which single pieces as dense and as large as a shield are ordinary.

A dense block among garments needs an explanation, among pump parts it needs none. The table
(`data/dense_headings.csv`) gives ranges of HS headings, each with its reason.
"""

from __future__ import annotations

from functools import cache

from scanai.manifest._tables import read_table
from scanai.manifest.model import Manifest


def dense_headings(manifest: Manifest) -> tuple[str, ...] | None:
    """Declared HS headings that would explain a dense piece, each once, in the order declared.

    None, as without a declaration, where no heading does but a line without code could be of any.
    """
    headings = dict.fromkeys(line.hs_code[:4] for line in manifest.lines if line.coded)
    dense = tuple(heading for heading in headings if is_dense(heading))
    return dense if dense or manifest.fully_coded else None


def is_dense(heading: str) -> bool:
    """Whether pieces as dense as a shield are ordinary under that HS heading; of none, no."""
    return any(first <= heading <= last for first, last in _ranges())


@cache
def _ranges() -> tuple[tuple[str, str], ...]:
    return tuple((row["first"], row["last"]) for row in read_table("dense_headings.csv"))
