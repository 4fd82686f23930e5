"""Numbers and texts as manifests write them: read strictly, refused with their place, or tidied."""

from __future__ import annotations

import re

from scanai.errors import ManifestError

# Bounded digits: Python refuses to convert integers of more than 4,300 digits.
_DECIMAL = re.compile(r"[0-9]{1,15}(\.[0-9]{1,20})?([eE][+-]?[0-9]{1,3})?")
_WHOLE = re.compile(r"[0-9]{1,15}")
_WHOLE_WITH_ZEROS = re.compile(r"([0-9]{1,15})\.0{0,20}")
_POINT = "with a decimal point"
_LONGEST = 2000


def decimal(text: str, source: str, where: str) -> float:
    """msgspec's own conversion would also take "nan" and "1_000"."""
    if not _DECIMAL.fullmatch(text):
        kind = "of at least 0" if _DECIMAL.fullmatch(text[1:]) and text[0] == "-" else _POINT
        raise ManifestError(source, f"a number {kind} in {where}", text[:80])
    return float(text)


def whole(text: str, source: str, where: str) -> int:
    if not _WHOLE.fullmatch(text):
        least = " of at least 0" if _WHOLE.fullmatch(text[1:]) and text[0] == "-" else ""
        raise ManifestError(source, f"a whole number{least} in {where}", text[:80])
    return int(text)


def mass_kg(text: str, source: str, where: str) -> float | None:
    """A mass in kg; None where nothing or zero is written, as forms do for what is not known."""
    return (decimal(text, source, where) or None) if text else None


def count(text: str, source: str, where: str) -> int | None:
    """A number of packages, also as 12.000; None as for a mass."""
    if zeros := _WHOLE_WITH_ZEROS.fullmatch(text):
        text = zeros[1]
    return (whole(text, source, where) or None) if text else None


def tidy(text: str) -> str:
    """One line without doubled spaces, cut at what a manifest can hold."""
    return " ".join(text.split())[:_LONGEST]
