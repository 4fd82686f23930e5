"""Container numbers by ISO 6346: owner, category, serial number and check digit.

What is written around them varies: spaces, hyphens, a check digit left out. Numbers are compared by
`canonical`. A wrong check digit is no reason to refuse a declaration, but worth telling. Types and
sizes of containers are in `size_types`.
"""

from __future__ import annotations

import re

_NUMBER = re.compile(r"[A-Z]{3}[UJZ][0-9]{6}([0-9])?")
"""Owner, category (U container, J detachable equipment, Z trailer or chassis), serial, check."""
# Letters count from 10 and skip the multiples of 11, which would not change the remainder.
_VALUES = dict(
    zip(
        "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ",
        [*range(10), *(value for value in range(10, 39) if value % 11)],
        strict=True,
    )
)


def plain(text: str) -> str:
    """Letters and digits alone, as capitals: how any two identifiers of units are compared."""
    return "".join(character for character in text if character.isalnum()).upper()


def is_container_number(text: str) -> bool:
    """Whether it is written as one, check digit included, be that right or wrong."""
    match = _NUMBER.fullmatch(plain(text))
    return match is not None and match[1] is not None


def check_digit(text: str) -> str:
    """The check digit of the first ten characters; ValueError if they cannot have one."""
    number = plain(text)[:10]
    if not _NUMBER.fullmatch(number):
        raise ValueError(f"owner, category and six digits, found {text[:20]}")
    total = sum(_VALUES[character] << place for place, character in enumerate(number))
    return str(total % 11 % 10)


def has_right_check_digit(text: str) -> bool:
    return is_container_number(text) and plain(text)[10] == check_digit(text)


def canonical(text: str) -> str:
    """As `plain`; a container number without its check digit gets it."""
    number = plain(text)
    return number + check_digit(number) if len(number) == 10 and _NUMBER.match(number) else number


def same_unit(one: str, other: str) -> bool:
    """Whether two identifiers name the same transport unit, however they are written."""
    return canonical(one) == canonical(other)
