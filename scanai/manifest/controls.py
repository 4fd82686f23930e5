"""Goods that may need a licence. A hit is a lead to check, never a classification.

Correlations of HS codes with control lists are many-to-many; the sources are in the table itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from scanai.manifest._tables import read_table


@dataclass(frozen=True)
class ControlEntry:
    hs6: str
    control_list: str
    """common_high_priority, nuclear or dense_or_dual_use"""
    tier: str
    """Tier of the common high priority list; empty for the other lists."""
    note: str


@cache
def entries() -> tuple[ControlEntry, ...]:
    return tuple(
        ControlEntry(row["hs6"], row["list"], row["tier"], row["note"])
        for row in read_table("controlled_goods.csv")
    )


def is_controlled(hs_code: str) -> tuple[ControlEntry, ...]:
    """Entries of the control lists for a code; for 4 or 5 digits, all entries beneath it.

    None for a line without code, which could be on any list.
    """
    if not hs_code:
        return ()
    return tuple(entry for entry in entries() if entry.hs6.startswith(hs_code[:6]))
