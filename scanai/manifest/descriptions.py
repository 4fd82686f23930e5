"""Descriptions of goods in plain words, and whether they name any goods.

Words are compared without case, accents and plural s, so that a table serves several languages. The
vague terms are data (`data/vague_terms.csv`, with their sources); what follows from a vague
description is judged in `scanai.inspect`.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Generic, TypeVar

from scanai.manifest._tables import read_table

T = TypeVar("T")
Words = tuple[str, ...]
_WORD = re.compile(r"[^\W_]+")
LEAD, FILLER, OWN, GENERIC = "lead", "filler", "own", "generic"


def plain_words(text: str) -> Words:
    """Words of letters and digits: lower case, no accents, no plural s."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    bare = "".join(character for character in decomposed if not unicodedata.combining(character))
    return tuple(_singular(word) for word in _WORD.findall(bare))


def _singular(word: str) -> str:
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word


class Terms(Generic[T]):
    """Terms of one or more words with a value each, found in a text longest first.

    Of two terms that are the same in plain words the first one counts.
    """

    def __init__(self, terms: Iterable[tuple[str, T]]):
        by_first: dict[str, dict[Words, T]] = defaultdict(dict)
        for term, value in terms:
            words = plain_words(term)
            if not words:
                raise ValueError(f"a term with a letter or digit, found {term!r}")
            by_first[words[0]].setdefault(words, value)
        self._by_first: Mapping[str, Sequence[tuple[Words, T]]] = {
            first: sorted(found.items(), key=lambda item: -len(item[0]))
            for first, found in by_first.items()
        }

    def split(self, words: Words) -> list[tuple[Words, T | None]]:
        """The words from left to right as terms with their values, and other words with None."""
        parts: list[tuple[Words, T | None]] = []
        start = 0
        while start < len(words):
            part: tuple[Words, T | None] = (words[start : start + 1], None)
            for term, value in self._by_first.get(words[start], ()):
                if words[start : start + len(term)] == term:
                    part = (term, value)
                    break
            parts.append(part)
            start += len(part[0])
        return parts

    def first_in(self, text: str) -> str | None:
        """The first term that occurs, in plain words."""
        parts = self.split(plain_words(text))
        return next((" ".join(term) for term, value in parts if value is not None), None)


@dataclass(frozen=True)
class Vague:
    """Why a description names no goods."""

    term: str
    """The first vague term in it, in plain words."""
    sort: str
    """Of that term: generic, all_kinds, personal, samples, elsewhere, or own."""


def vague(description: str, own: tuple[str, ...] = ()) -> Vague | None:
    """What makes a description vague; None where a word may name goods, and where there is none.

    A leading "said to contain" does not count, nor do numbers, packages and small words; where
    nothing else is left behind it, it is the vague term. `own`: more terms that name no goods, of
    the sort own.
    """
    found: Vague | None = None
    goods = without_lead(description)
    for words, sort in _vague_terms(own).split(plain_words(goods)):
        if sort is None and not words[0].isdecimal():
            return None
        if found is None and sort not in (None, LEAD, FILLER):
            found = Vague(" ".join(words), str(sort))
    if found is None and goods != description:
        parts = _vague_terms().split(plain_words(description))
        leads = (words for words, sort in parts if sort == LEAD)
        return Vague(" ".join(next(leads, ())), GENERIC)
    return found


def without_lead(description: str) -> str:
    """The description after a leading "said to contain" and what counts the packages before it."""
    found = _lead().search(description)
    if found is None:
        return description
    before = _vague_terms().split(plain_words(description[: found.start()]))
    is_count = all(sort is not None or words[0].isdecimal() for words, sort in before)
    return description[found.end() :] if is_count else description


def has_words(description: str, letters: int) -> bool:
    """Whether a word has so many letters in a row, or any letter of another script than Latin."""
    run = 0
    for character in unicodedata.normalize("NFC", description):
        if not character.isalpha():
            run = 0
            continue
        if not unicodedata.name(character, "").startswith("LATIN"):
            return True
        run += 1
        if run >= letters:
            return True
    return False


def vague_sorts() -> frozenset[str]:
    """The sorts of vague terms in the table."""
    return frozenset(row["sort"] for row in read_table("vague_terms.csv")) - {LEAD, FILLER}


@cache
def _vague_terms(own: tuple[str, ...] = ()) -> Terms[str]:
    shipped = ((row["term"], row["sort"]) for row in read_table("vague_terms.csv"))
    return Terms([*((term, OWN) for term in own), *shipped])


@cache
def _lead() -> re.Pattern[str]:
    leads = [row["term"] for row in read_table("vague_terms.csv") if row["sort"] == LEAD]
    spelled = (
        r"[\W_]+".join(map(re.escape, lead.split())) for lead in sorted(leads, key=len)[::-1]
    )
    return re.compile(rf"(?<!\w)(?:{'|'.join(spelled)})(?!\w)[\s:.,;-]*", re.IGNORECASE)
