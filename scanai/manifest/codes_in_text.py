"""HS codes in the free text of a description: "HS CODE 8504.40", "HSN: 851762", "tariff no. 8471".

A number counts where a word says that it is a code, or where it is all of the text and written as
codes alone are, 8504.40.90; and only if HS 2022 has it. That the bare number is no quantity, size,
date or price is never guessed: "1001 bags" is no wheat, "size 1005.90.10 mm" no maize.
"""

from __future__ import annotations

import re
from collections.abc import Container
from itertools import chain

import msgspec

from scanai.errors import ManifestError
from scanai.manifest.model import MOST_KG, Line, Manifest
from scanai.manifest.nomenclature import is_known

_WORD = r"""
    (?<![A-Z0-9])
    (?: H\.?\ ?S\.?\ ?N?\.? (?:[-\ ]?(?:TARIFF|COMMODITY))? | HTS(?:US)? | NCM
      | HARMONI[SZ]ED\ (?:SYSTEM|TARIFF|COMMODITY)?
      | (?:CUSTOMS\ )?TARIFF (?=[-\ ]?(?:CODE|N|HEADING|ITEM|[.:\#=-]?\ ?[0-9]{4}\.[0-9]{2}))
      | (?:COMMODITY|CUSTOMS|TARIC|CN) (?=[-\ ]?CODE)
      | S\.?H\.? (?=\ ?[.:\#=-]{1,3}\ ?[0-9]{4} | \ ?[0-9]{4}\.[0-9]{2})
      | CODE\ S\.?H\.? | POSITION\ TARIFAIRE | PARTIDA\ ARANCELARIA | ZOLLTARIFNUMMER )
    [-\ ]? (?: CODES? | HEADINGS? | ITEMS? )?
    \ ? (?: \(S\) )? \ ? (?: NUMBERS? | NOS?\.? | NRS?\.? | N° )?
    \ ? [.:\#=-]{0,3} \ ?
"""
_CODE = r"""
    (?: [0-9]{4} (?:\.[0-9]{2}){1,2} (?:\.[0-9]{2,4})?
      | [0-9]{2} (?:\.[0-9]{2}){1,4} | [0-9]{4,12} )
"""
_SPACED = r"(?: (?:\ [0-9]{2}){1,3} (?!\ ?[A-Z0-9]) )?"
"""Further pairs behind spaces, unless a word follows: "8504 20 pallets" are twenty pallets."""
_END = r"(?![0-9.]*[0-9])"
_FIRST = re.compile(f"{_WORD}({_CODE}{_SPACED}){_END}", re.VERBOSE)
_NEXT = re.compile(rf"\ ?(?:,|/|;|&|\+|\bAND\b)\ ?({_CODE}){_END}(\ ?[A-Z])?", re.VERBOSE)
_DOTTED = re.compile(r"[0-9]{4}(?:\.[0-9]{2}){2,3}")
_DATE = re.compile(r"200[0-9]\.(0[1-9]|1[0-2])\.(0[1-9]|[12][0-9]|3[01])")


def codes_in(text: str) -> tuple[str, ...]:
    """The codes that a text names, as digits alone, each once, in its order."""
    text = " ".join(text.upper().split())
    found: list[tuple[int, str]] = []
    for first in _FIRST.finditer(text):
        code, end = _digits(first[1]), first.end()
        found.append((first.start(1), code))
        while (after := _NEXT.match(text, end)) and _goes_on(code, after):
            found.append((after.start(1), _digits(after[1])))
            end = after.end(1)
    if _DOTTED.fullmatch(text) and not _DATE.fullmatch(text):
        found.append((0, _digits(text)))
    return tuple(dict.fromkeys(code for _, code in sorted(found) if is_known(code)))


def lines_found(line: Line, more_text: str = "") -> tuple[Line, ...]:
    """A line without code by the codes that its description or `more_text` names; else the line.

    Several codes make several lines. How mass and packages divide among them is not told, so they
    are not known then.
    """
    codes = () if line.coded else codes_in(line.description) or codes_in(more_text)
    if not codes:
        return (line,)
    if len(codes) > 1:
        line = msgspec.structs.replace(line, mass_kg=None, packages=None)
    return tuple(
        msgspec.structs.replace(line, hs_code=code, code_from="description") for code in codes
    )


def with_codes_found(manifest: Manifest, source: str, told: Container[int] = ()) -> Manifest:
    """Its lines as `lines_found`, but for the numbers in `told`, which say what their codes are.

    The mass of a line that becomes several is kept in the gross mass. ManifestError if that is
    more than one can be.
    """
    lines = [
        (line,) if number in told else lines_found(line)
        for number, line in enumerate(manifest.lines)
    ]
    if max(map(len, lines), default=1) > 1:
        gross = manifest.declared_mass_kg
        if gross is not None and gross > MOST_KG:
            raise ManifestError(source, f"at most {MOST_KG:.0f} kg in all lines", f"{gross:.0f}")
        manifest = msgspec.structs.replace(manifest, gross_mass_kg=gross)
    return msgspec.structs.replace(manifest, lines=tuple(chain.from_iterable(lines)))


def _digits(text: str) -> str:
    return text.replace(".", "").replace(" ", "")


def _goes_on(code: str, after: re.Match[str]) -> bool:
    """Whether a list of codes goes on: as many digits, and four are not the count of a word."""
    return len(_digits(after[1])) == len(code) and (len(code) > 4 or after[2] is None)
