"""The HS 2022 nomenclature: which codes exist, and the titles of its chapters.

Subheadings (6 digits) are the list of UN Comtrade; a declaration may write the heading alone (4
digits), or add national digits to 8, 10 or 12. A code of odd length has lost a zero, in front or
behind, as spreadsheets drop it from numbers: 81011 was 8101.10. It is refused, for without it goods
may pass for others. What X-rays see of a heading is in `goods_groups`, what
needs a licence in `controls`.
"""

from __future__ import annotations

import re
from functools import cache

from scanai.errors import InputError, ManifestError
from scanai.manifest._tables import read_table

_CODE = re.compile(r"[0-9]{4}(?:[0-9]{2}){0,4}")
LENGTHS = "4, 6, 8, 10 or 12 digits"
_LOST_ZERO = re.compile(r"[0-9]{3,11}")
# Pairs of digits between the marks: 902.1 was 0902.10, and 9021 are other goods.
_WRITTEN = re.compile(r"(?:[0-9]{2})+(?:[ .\N{NO-BREAK SPACE}-]*(?:[0-9]{2})+)*")
MARKS = str.maketrans("", "", " .-\N{NO-BREAK SPACE}")
"""What is written between the digits of a code, for str.translate."""


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
    return frozenset(code[:digits] for code in subheadings() for digits in (4, 6))


@cache
def _chapters() -> frozenset[str]:
    return frozenset(heading[:2] for heading in headings())


@cache
def _chapter_titles() -> dict[str, str]:
    return {row["chapter"]: row["title"] for row in read_table("chapters.csv")}


def chapter_title(hs_code: str) -> str:
    """Short title of the chapter that a code of 2 digits or more belongs to; KeyError if none."""
    return _chapter_titles()[hs_code[:2]]


def plain_code(written: str) -> str:
    """The digits of a code as declarations write it, 8504.40 90; what is none stays as it is."""
    written = written.strip()
    return written.translate(MARKS) if _WRITTEN.fullmatch(written) else written


def is_known(hs_code: str) -> bool:
    """Whether a code of 4, 6, 8, 10 or 12 digits exists; those past the sixth are national, not
    checked."""
    return bool(_CODE.fullmatch(hs_code)) and hs_code[:6] in _known_prefixes()


def nearest_known(hs_code: str, count: int = 3) -> tuple[str, ...]:
    """Existing codes that an unknown one may have been meant for; none when none is likely.

    First the code with a zero in front or behind, which spreadsheets drop; then codes of the same
    chapter one slip of the keyboard away: another digit, or two neighbours exchanged. Those of the
    same heading come first.
    """
    code = hs_code[:6]
    restored = [zero[:6] for zero in ("0" + hs_code, hs_code + "0") if is_known(zero)]
    slips = sorted(
        (known for known in _slips(code) if known[:2] == code[:2] and known in _known_prefixes()),
        key=lambda known: (known[:4] != code[:4], known),
    )
    return tuple(dict.fromkeys([*restored, *slips]))[:count]


def require_known(
    hs_code: str, source: str, where: str, error: type[InputError] = ManifestError
) -> None:
    """Raises `error`, naming what may have been meant, unless the code exists."""
    if not _CODE.fullmatch(hs_code):
        found = repr(hs_code[:80]) if hs_code else "none"
        if _LOST_ZERO.fullmatch(hs_code) and (meant := nearest_known(hs_code)):
            found = f"{hs_code} (nearest known: {', '.join(meant)})"
        raise error(source, f"an HS code of {LENGTHS} at {where}", found)
    if not is_known(hs_code):
        raise error(source, f"an HS 2022 code at {where}", f"{hs_code} ({_hint(hs_code)})")


def require_goods(
    hs_code: str, description: str, source: str, *, line_at: str, code_at: str
) -> None:
    """Raises ManifestError unless a line says what it is: by an existing code, or in words."""
    if hs_code:
        require_known(hs_code, source, code_at)
    elif not description.strip():
        raise ManifestError(source, f"an HS code or a description at {line_at}", "neither")


def _slips(code: str) -> set[str]:
    """Every code that differs by one digit or by two neighbouring digits exchanged."""
    places = range(len(code))
    changed = {code[:at] + digit + code[at + 1 :] for at in places for digit in "0123456789"}
    exchanged = {code[:at] + code[at : at + 2][::-1] + code[at + 2 :] for at in places}
    return (changed | exchanged) - {code}


def _hint(hs_code: str) -> str:
    nearest = nearest_known(hs_code)
    if nearest:
        return f"nearest known: {', '.join(nearest)}"
    if hs_code[:2] not in _chapters():
        return f"HS 2022 has no chapter {hs_code[:2]}"
    return f"chapter {hs_code[:2]}, {chapter_title(hs_code)}, has no such code"
