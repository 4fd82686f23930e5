"""What a size and type code of a container says about the unit: its `Manifest.unit_type`.

Codes by ISO 6346 (22G1, 45R1), those of its edition of 1984 (2210, 4532), and trade names (40HC).
Only what is sure is told: a code that is none of these, or of an open or a special container, gives
no type.
"""

from __future__ import annotations

from scanai.manifest.iso6346 import plain
from scanai.manifest.room_inside import unit_types

_TRADE_NAMES = {
    "20GP": "20", "20DV": "20", "20DC": "20", "20ST": "20",
    "40GP": "40", "40DV": "40", "40DC": "40", "40ST": "40",
    "40HC": "40HC", "40HQ": "40HC", "45HC": "45", "45HQ": "45",
    "20RF": "reefer", "20RE": "reefer", "40RF": "reefer", "40RE": "reefer", "40RH": "reefer",
    "20TK": "tank", "40TK": "tank", "20FR": "flat_rack", "40FR": "flat_rack",
}  # fmt: skip
_BY_TYPE = {"R": "reefer", "H": "reefer", "T": "tank", "K": "tank", "P": "flat_rack"}
_BOXES = "GV"
"""General purpose, closed or ventilated: a plain box of the length and height told."""
_OLD_TENS = {"0": "G", "1": "V", "3": "R", "4": "R", "6": "P", "7": "T"}
"""Tens of the type in the codes of 1984: closed, vented, thermal, platform, tank."""
_LENGTHS = "24L"


def unit_type_told(text: str) -> str:
    """The word of `Manifest.unit_type` that is meant, in whatever case and spacing, or by a code;
    else the text as it is."""
    words = {plain(word): word for word in unit_types()}
    return words.get(plain(text)) or unit_type_of(text) or text


def unit_type_of(code: str) -> str:
    """One of the words of `Manifest.unit_type`; empty when the code does not tell."""
    code = plain(code)
    if code in _TRADE_NAMES:
        return _TRADE_NAMES[code]
    if len(code) != 4 or code[0] not in _LENGTHS:
        return ""
    kind = code[2] if code[2].isalpha() else _OLD_TENS.get(code[2], "")
    if kind in _BY_TYPE:
        return _BY_TYPE[kind]
    return _box(code[0], code[1]) if kind and kind in _BOXES else ""


def _box(length: str, height: str) -> str:
    """Heights: 0 is 8 ft, 2 and 3 are 8 ft 6 in, 5 is 9 ft 6 in."""
    if length == "L":
        return "45"
    if length == "4" and height == "5":
        return "40HC"
    return {"2": "20", "4": "40"}[length] if height in "023" or length == "2" else ""
