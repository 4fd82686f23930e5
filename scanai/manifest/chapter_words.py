"""Which HS chapters the words of a description point to, and when they speak against the one given.

Two tables: common trade words (`data/trade_words.csv`, this project's own) and the titles of the
chapters, whose words may speak for a chapter, never against one. It is meant to be silent where it
does not know: a word that stands beside the known ones and is not known may be the goods.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from functools import cache
from typing import Literal

from scanai.manifest._tables import read_table
from scanai.manifest.descriptions import Terms, Words, plain_words, without_lead

_Sort = Literal["goods", "material", "part", "plain", "title"]
# What follows these words is packing, purpose or company of the goods: it may speak for a chapter.
_ASIDE = r"in|with|for|from|on|without|en|dans|avec|pour|sur|con|para|sin|mit|für|aus|com"
_JOINED = r"of|and|or|de|du|des|del|et|ou|y|o|und|oder|e"
_BREAK = re.compile(
    rf"[,;:/()\[\]&+\n]| - |\b(?P<aside>{_ASIDE})\b|\b(?:{_JOINED})\b", re.IGNORECASE
)
_LEAST_TITLE_WORD = 4


@dataclass(frozen=True)
class _Meaning:
    sort: _Sort
    chapters: frozenset[str]


@dataclass(frozen=True)
class OtherChapters:
    """Words of a description that name goods of other chapters than the declared one."""

    words: tuple[str, ...]
    chapters: tuple[str, ...]
    """Those that all of them point to, else those that any does; ascending."""


def other_chapters(description: str, hs_code: str) -> OtherChapters | None:
    """Words that are tied to other chapters, where none is tied to that of the code; else None.

    A phrase counts where its last word is known to name goods, or where all its words are known. A
    material counts where no word of the description is unknown. What follows "in", "with", "for"
    and the like counts for the declared chapter alone.
    """
    if not hs_code or not description:
        return None
    against: list[tuple[str, frozenset[str]]] = []
    materials: list[tuple[str, frozenset[str]]] = []
    unknown = False
    for words, aside in _phrases(without_lead(description)):
        parts = [(" ".join(term), meaning) for term, meaning in _split(words)]
        known = [(term, meaning) for term, meaning in parts if meaning is not None]
        if any(hs_code[:2] in meaning.chapters for _, meaning in known):
            return None
        if aside:
            continue
        unknown = unknown or len(known) < len(parts)
        ends_known = bool(parts) and parts[-1][1] is not None and parts[-1][1].sort == "goods"
        if ends_known or len(known) == len(parts):
            against += [(term, m.chapters) for term, m in known if m.sort == "goods"]
        materials += [(term, m.chapters) for term, m in known if m.sort == "material"]
    if not unknown:
        against += materials
    if not against:
        return None
    sets = [chapters for _, chapters in against]
    named = frozenset.intersection(*sets) or frozenset.union(*sets)
    return OtherChapters(tuple(dict.fromkeys(term for term, _ in against)), tuple(sorted(named)))


def _phrases(description: str) -> list[tuple[Words, bool]]:
    """The description between its commas and small words; True: packing, purpose or company."""
    phrases: list[tuple[Words, bool]] = []
    start, aside = 0, False
    for found in [*_BREAK.finditer(description), None]:
        end = len(description) if found is None else found.start()
        phrases.append((plain_words(description[start:end]), aside))
        if found is not None:
            start = found.end()
            # A comma ends the aside, "and" does not: for cars and lorries.
            aside = bool(found["aside"]) or (aside and found[0].isalpha())
    return [(words, aside) for words, aside in phrases if words]


def _split(words: Words) -> list[tuple[Words, _Meaning | None]]:
    """Terms with their meaning, without numbers and plain words."""
    return [
        (term, meaning)
        for term, meaning in _meanings().split(words)
        if not (meaning is None and term[0][:1].isdecimal())
        and not (meaning is not None and meaning.sort == "plain")
    ]


@cache
def _meanings() -> Terms[_Meaning]:
    terms: list[tuple[str, _Meaning]] = []
    for row in read_table("trade_words.csv"):
        meaning = _Meaning(row["sort"], frozenset(row["chapters"].split()))  # type: ignore[arg-type]
        terms += [(term, meaning) for term in row["words"].split(";")]
    titles: dict[str, set[str]] = defaultdict(set)
    for row in read_table("chapters.csv"):
        for word in plain_words(row["title"]):
            if len(word) >= _LEAST_TITLE_WORD:
                titles[word].add(row["chapter"])
    terms += [(word, _Meaning("title", frozenset(chapters))) for word, chapters in titles.items()]
    return Terms(terms)
