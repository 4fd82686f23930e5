"""Goods that may need a licence: control lists by code. A hit is a lead, never a classification.

Correlations of HS codes with control lists are many-to-many. The lists that ship are tables
(`data/controlled_goods.csv`, with their editions in `data/control_lists.csv`); an administration's
own table is read by `correlation`. Whether a licence is given is judged in `scanai.inspect`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property

from scanai.manifest._tables import read_table

LEAST_DIGITS, MOST_DIGITS = 4, 12


@dataclass(frozen=True)
class ControlEntry:
    code: str
    """4 to 12 digits: of the HS, or with national digits behind them."""
    entry: str
    """What the list calls it: a control entry such as 3A001, a tier; may be empty."""
    note: str = ""


@dataclass(frozen=True)
class ControlList:
    name: str
    title: str
    edition: str
    """Of the list, as its publisher dates it; empty when it does not say."""
    source: str
    entries: tuple[ControlEntry, ...]

    @property
    def words(self) -> str:
        """Title and edition, as a sentence names the list."""
        return f"{self.title}, {self.edition}" if self.edition else self.title

    # A table of an administration may have 10,000 rows and a declaration as many lines.
    @cached_property
    def _by_code(self) -> Mapping[str, Sequence[ControlEntry]]:
        found: dict[str, list[ControlEntry]] = defaultdict(list)
        for entry in self.entries:
            found[entry.code].append(entry)
        return dict(found)

    @cached_property
    def _beneath(self) -> Mapping[str, Sequence[ControlEntry]]:
        """Entries that have more digits than the key and begin with it."""
        found: dict[str, list[ControlEntry]] = defaultdict(list)
        for entry in self.entries:
            for digits in range(LEAST_DIGITS, len(entry.code)):
                found[entry.code[:digits]].append(entry)
        return dict(found)

    def hits(self, code: str) -> tuple[ControlHit, ...]:
        """Entries for a declared code by the longest digits that both sides have.

        Exact ones first: the code begins with all digits of the entry. Then those of which the code
        has only the first digits, so that it covers them and other goods alike.
        """
        exact = (
            entry
            for digits in range(min(len(code), MOST_DIGITS), LEAST_DIGITS - 1, -1)
            for entry in self._by_code.get(code[:digits], ())
        )
        return (
            *(ControlHit(self, entry, exact=True) for entry in exact),
            *(ControlHit(self, entry, exact=False) for entry in self._beneath.get(code, ())),
        )


@dataclass(frozen=True)
class ControlHit:
    control_list: ControlList
    entry: ControlEntry
    exact: bool
    """False: the declared code is shorter than the entry's and covers other goods as well."""


@cache
def shipped_lists() -> tuple[ControlList, ...]:
    """The control lists that come with ScanAI."""
    entries: dict[str, list[ControlEntry]] = defaultdict(list)
    for row in read_table("controlled_goods.csv"):
        tier = f"tier {row['tier']}" if row["tier"] else ""
        entries[row["list"]].append(ControlEntry(row["hs6"], tier, row["note"]))
    return tuple(
        ControlList(
            row["list"], row["title"], row["edition"], row["source"], tuple(entries[row["list"]])
        )
        for row in read_table("control_lists.csv")
    )


def control_hits(
    hs_code: str, lists: Sequence[ControlList] | None = None
) -> tuple[ControlHit, ...]:
    """Hits of a code on the lists (else those that ship), exact ones first; none without a code."""
    lists = shipped_lists() if lists is None else lists
    hits = (hit for one in lists for hit in one.hits(hs_code))
    return tuple(sorted(hits, key=lambda hit: not hit.exact))
