"""The HS 2022 nomenclature: which codes exist, and the titles of its chapters.

Subheadings (6 digits) are the list of UN Comtrade; a declaration may write the first 4 or 5 digits
of one, or add national digits behind it. What X-rays see of a heading is in `goods_groups`, what
needs a licence in `controls`.
"""

from __future__ import annotations

import re
from difflib import get_close_matches
from functools import cache

from scanai.errors import ManifestError
from scanai.manifest._tables import read_table

_CODE = re.compile(r"[0-9]{4,10}")


@cache
def subheadings() -> frozenset[str]:
    """All 6-digit codes of HS 2022."""
    return frozenset(row["hs6"] for row in read_table("hs2022_codes.csv"))


@cache
def headings() -> tuple[str, ...]:
    """All 4-digit codes of HS 2022, ascending."""
    return tuple(sorted({code[:4] for code in subheadings()}))


@cache
def _known_prefixes() -> frozenset[str]:
    return frozenset(code[:digits] for code in subheadings() for digits in (4, 5, 6))


@cache
def _chapter_titles() -> dict[str, str]:
    return {row["chapter"]: row["title"] for row in read_table("chapters.csv")}


def chapter_title(hs_code: str) -> str:
    """Short title of the chapter that a code of 2 digits or more belongs to; KeyError if none."""
    return _chapter_titles()[hs_code[:2]]


def is_known(hs_code: str) -> bool:
    """Whether a code of 4 to 10 digits exists; digits past the sixth are national, not checked."""
    return bool(_CODE.fullmatch(hs_code)) and hs_code[:6] in _known_prefixes()


def nearest_known(hs_code: str, count: int = 3) -> tuple[str, ...]:
    """Existing codes that look most like an unknown one.

    First the code with a leading zero, which spreadsheets drop; then those of the same heading,
    else of all, with most digits in common.
    """
    zero = ("0" + hs_code)[:6]
    restored = (zero,) if zero in _known_prefixes() else ()
    digits = min(len(hs_code), 6)
    known = sorted(code for code in _known_prefixes() if len(code) == digits)
    siblings = [code for code in known if code[:4] == hs_code[:4]]
    alike = get_close_matches(hs_code[:digits], siblings or known, n=count, cutoff=0.0)
    return (*restored, *alike)[:count]


def require_known(hs_code: str, source: str, where: str) -> None:
    """Raises ManifestError, naming the nearest codes, unless the code exists."""
    if not _CODE.fullmatch(hs_code):
        found = repr(hs_code[:80]) if hs_code else "none"
        raise ManifestError(source, f"an HS code of 4 to 10 digits at {where}", found)
    if not is_known(hs_code):
        nearest = ", ".join(nearest_known(hs_code))
        raise ManifestError(
            source, f"an HS 2022 code at {where}", f"{hs_code} (nearest known: {nearest})"
        )
