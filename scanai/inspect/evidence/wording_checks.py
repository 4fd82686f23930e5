"""Checks of document rules on words: vague descriptions, none, and other goods than the code.

Each takes a rule and a manifest and says why the rule fired, or None. Words and tables are those of
`scanai.manifest.descriptions` and `chapter_words`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import cache

from scanai.inspect.evidence.document_rules import (
    ChapterWordsRule,
    Fired,
    MissingRule,
    NoWordsRule,
    SaidToContainRule,
    VagueRule,
    WordsRule,
)
from scanai.inspect.report import Evidence
from scanai.manifest.chapter_words import other_chapters
from scanai.manifest.descriptions import OWN, Terms, has_words, vague, without_lead
from scanai.manifest.model import Line, Manifest
from scanai.manifest.nomenclature import chapter_title

Numbered = tuple[int, Line]
"""A line and its number, from 1."""
_LINE_FIELDS = ("description", "mass_kg", "packages", "origin")
_SHARED = ("mass_kg", "packages")
_LONGEST = 60
"""Characters of a declared text that a sentence quotes."""
_NAMED = 3
"""Line numbers in one sentence."""


def says_nothing(description: str) -> str:
    """What a description has instead of goods: a vague term, digits; empty where goods are named.

    No description at all says nothing about the sender, for many files carry none.
    """
    found = vague(description)
    if found is not None:
        return found.term
    return "" if not description.strip() or has_words(description, 2) else short(description)


def vague_wording(rule: VagueRule, manifest: Manifest) -> Fired | None:
    sorts = {*rule.sorts, *((OWN,) if rule.terms else ())}
    hits: list[Numbered] = []
    term = ""
    for number, line in enumerate(manifest.lines, start=1):
        found = vague(line.description, rule.terms)
        if found is not None and found.sort in sorts:
            hits.append((number, line))
            term = term or found.term
    return _of_lines(hits, {"term": term})


def said_to_contain(rule: SaidToContainRule, manifest: Manifest) -> Fired | None:
    del rule
    return _of_lines(
        [
            (number, line)
            for number, line in enumerate(manifest.lines, start=1)
            if without_lead(line.description) != line.description
        ]
    )


def no_words(rule: NoWordsRule, manifest: Manifest) -> Fired | None:
    return _of_lines(
        [
            (number, line)
            for number, line in enumerate(manifest.lines, start=1)
            if line.description.strip() and not has_words(line.description, rule.letters)
        ]
    )


def chapter_words(rule: ChapterWordsRule, manifest: Manifest) -> Fired | None:
    """Not of vague descriptions: "equipment" over a code of meat is vague before it is wrong."""
    del rule
    hits: list[Numbered] = []
    words: dict[str, str] = {}
    for number, line in enumerate(manifest.lines, start=1):
        found = other_chapters(line.description, line.hs_code)
        if found is None or vague(line.description) is not None:
            continue
        hits.append((number, line))
        if not words:
            words = {
                "term": found.words[0],
                "chapters": _chapter_words(found.chapters),
                "declared": f"{line.hs_code[:2]} ({chapter_title(line.hs_code)})",
            }
    return _of_lines(hits, words)


def words_anywhere(rule: WordsRule, manifest: Manifest) -> Fired | None:
    texts = {
        "description": [line.description for line in manifest.lines],
        "route": list(manifest.route),
        "parties": [party.name for party in manifest.parties],
    }
    terms = _terms(rule.terms)
    for name in rule.fields:
        for text in texts[name]:
            if (term := terms.first_in(text)) is not None:
                return Fired({"text": short(text), "term": term})
    return None


def missing(rule: MissingRule, manifest: Manifest) -> Fired | None:
    """Without any line nothing is missing of lines: the unit is declared empty."""
    if rule.regimes and manifest.regime not in rule.regimes:
        return None
    words = {"regime": regime_words(manifest)}
    if rule.field not in _LINE_FIELDS:
        return None if _given(manifest, rule.field) else Fired(words)
    parts = _parts(manifest)
    lacking = [
        (number, line)
        for number, line in enumerate(manifest.lines, start=1)
        if not _given(line, rule.field) and (line not in parts or rule.field not in _SHARED)
    ]
    return _of_lines(lacking, words) if len(lacking) < len(manifest.lines) else None


def regime_words(manifest: Manifest) -> str:
    return (manifest.regime or "").replace("_", " ")


def short(text: str) -> str:
    """One line of a declared text, as much as a sentence quotes."""
    plain = " ".join(text.split())
    return plain if len(plain) <= _LONGEST else plain[: _LONGEST - 1] + "…"


def _chapter_words(chapters: Sequence[str]) -> str:
    if len(chapters) > _NAMED:
        return "other chapters"
    return f"chapter{'s' if len(chapters) > 1 else ''} {' or '.join(chapters)}"


def _parts(manifest: Manifest) -> frozenset[Line]:
    """Lines made of one that named several codes: what its mass was is kept for all of them."""
    found = [line for line in manifest.lines if line.code_from == "description"]
    texts = Counter((line.bill, line.description) for line in found)
    return frozenset(line for line in found if texts[line.bill, line.description] > 1)


def _given(record: Line | Manifest, name: str) -> bool:
    value = getattr(record, name)
    if isinstance(value, str):
        return bool(value.strip())
    return value is not None and value != ()


@cache
def _terms(terms: tuple[str, ...]) -> Terms[str]:
    return Terms((term, term) for term in terms)


def _of_lines(hits: Sequence[Numbered], words: dict[str, str] | None = None) -> Fired | None:
    """Fired on these lines, the first of them quoted; None without any."""
    if not hits:
        return None
    numbers = [str(number) for number, _ in hits]
    if len(numbers) == 1:
        lines = f"Line {numbers[0]}"
    elif len(numbers) <= _NAMED:
        lines = f"Lines {', '.join(numbers[:-1])} and {numbers[-1]}"
    else:
        lines = f"Lines {', '.join(numbers[:_NAMED])} and {len(numbers) - _NAMED} more"
    said = {"lines": lines, "text": short(hits[0][1].description)} | (words or {})
    return Fired(said, (Evidence(name="lines", value=len(hits)),))
