"""Document rules as records: a struct for each test, read from TOML, changed by an own file.

The rules that ship are `data/document_rules.toml`, whose head explains the keys. What each test
looks at is in `wording_checks`, `route_checks`, `party_checks`, `declared_mass_checks` and
`unit_checks`; what follows from fired rules is in `documents`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from os import PathLike
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal

import msgspec

from scanai.errors import RulesError
from scanai.input_files import bounded_bytes
from scanai.inspect.report import Evidence
from scanai.manifest.descriptions import plain_words, vague_sorts
from scanai.manifest.model import Regime
from scanai.records import from_fields, from_toml

MAX_BYTES = 2**20
_SHIPPED = "data/document_rules.toml"
_WHAT = "document rules in TOML"
_NAME = re.compile(r"[a-z][a-z0-9_]{0,59}")
_PLACE = re.compile(r"\{([^{}]*)\}")

Weight = Annotated[float, msgspec.Meta(ge=0, le=10)]
Text = Annotated[str, msgspec.Meta(min_length=1, max_length=1000)]
Terms = Annotated[tuple[Text, ...], msgspec.Meta(min_length=1)]


class Rule(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What every rule has."""

    places: ClassVar[tuple[str, ...]] = ()
    """What the test can fill into the sentence."""

    id: str
    title: Text
    weight: Weight
    """ln of how many times likelier it fires on a bad declaration than on an honest one."""
    source: Text
    sentence: Text
    enabled: bool = True


class VagueRule(Rule, frozen=True, kw_only=True):
    """A description that names no goods, by the sort of its first vague term, or by own `terms`."""

    places: ClassVar[tuple[str, ...]] = ("lines", "text", "term")
    sorts: tuple[str, ...] = ()
    """In scanai/manifest/data/vague_terms.csv."""
    terms: tuple[Text, ...] = ()


class SaidToContainRule(Rule, frozen=True, kw_only=True):
    """A description that begins with "said to contain" or the like."""

    places: ClassVar[tuple[str, ...]] = ("lines", "text")


class NoWordsRule(Rule, frozen=True, kw_only=True):
    """A description without a word of so many Latin `letters`, or of any other script."""

    places: ClassVar[tuple[str, ...]] = ("lines", "text")
    letters: Annotated[int, msgspec.Meta(ge=1, le=20)]


class ChapterWordsRule(Rule, frozen=True, kw_only=True):
    """A description whose words belong to other chapters than the code."""

    places: ClassVar[tuple[str, ...]] = ("lines", "text", "term", "chapters", "declared")


class WordsRule(Rule, frozen=True, kw_only=True):
    """One of the `terms` anywhere in the `fields`."""

    places: ClassVar[tuple[str, ...]] = ("text", "term")
    terms: Terms
    fields: Annotated[
        tuple[Literal["description", "route", "parties"], ...], msgspec.Meta(min_length=1)
    ]


class MissingRule(Rule, frozen=True, kw_only=True):
    """A field that is not given: of a line, where other lines have it; of the unit, at all.

    With `regimes`, only under these.
    """

    places: ClassVar[tuple[str, ...]] = ("lines", "regime")
    field: Literal[
        "description", "mass_kg", "packages", "origin", "route", "parties", "seals", "gross_mass_kg"
    ]
    regimes: tuple[Regime, ...] = ()


class RegimeRule(Rule, frozen=True, kw_only=True):
    """One of the `regimes` is declared."""

    places: ClassVar[tuple[str, ...]] = ("regime",)
    regimes: Annotated[tuple[Regime, ...], msgspec.Meta(min_length=1)]


class RouteLoopRule(Rule, frozen=True, kw_only=True):
    """The route comes back to a place, or to a country by places that differ."""

    places: ClassVar[tuple[str, ...]] = ("route", "text")
    by: Literal["place", "country"]


class RouteLengthRule(Rule, frozen=True, kw_only=True):
    """The route has more than `most_places`."""

    places: ClassVar[tuple[str, ...]] = ("route", "count")
    most_places: Annotated[int, msgspec.Meta(ge=2)]


class GrossMassRule(Rule, frozen=True, kw_only=True):
    """Declared mass and tare above `most_kg`, for the unit types that `tare_kg` lists."""

    places: ClassVar[tuple[str, ...]] = ("mass", "most")
    most_kg: Annotated[float, msgspec.Meta(gt=0)]
    tare_kg: Annotated[dict[str, Annotated[float, msgspec.Meta(ge=0)]], msgspec.Meta(min_length=1)]
    """Where the declaration gives none."""


class MassSumRule(Rule, frozen=True, kw_only=True):
    """The sum of all lines outside these shares of the gross mass; not where a line has no mass."""

    places: ClassVar[tuple[str, ...]] = ("sum", "gross", "rest")
    least_share: Annotated[float, msgspec.Meta(ge=0)] = 0.0
    most_share: Annotated[float, msgspec.Meta(gt=0)] | None = None


class SamePartyRule(Rule, frozen=True, kw_only=True):
    """One name in one of the `roles` and in one of the `other_roles`."""

    places: ClassVar[tuple[str, ...]] = ("text", "role", "other_role")
    roles: Terms
    other_roles: Terms


class CheckDigitRule(Rule, frozen=True, kw_only=True):
    """A container number (ISO 6346) with a wrong check digit."""

    places: ClassVar[tuple[str, ...]] = ("text", "digit")


TESTS: dict[str, type[Rule]] = {
    "vague": VagueRule,
    "said_to_contain": SaidToContainRule,
    "no_words": NoWordsRule,
    "chapter_words": ChapterWordsRule,
    "words": WordsRule,
    "missing": MissingRule,
    "regime": RegimeRule,
    "route_loop": RouteLoopRule,
    "route_length": RouteLengthRule,
    "gross_mass": GrossMassRule,
    "mass_sum": MassSumRule,
    "same_party": SamePartyRule,
    "check_digit": CheckDigitRule,
}


@dataclass(frozen=True)
class DocumentRules:
    rules: tuple[Rule, ...]
    """Switched off ones among them, in the order of the file."""
    report_from: float
    """Least weight of a rule that is a reason for a review by itself."""


@dataclass(frozen=True)
class Fired:
    """Why a rule fired: words for its sentence, and numbers."""

    words: dict[str, str] = field(default_factory=dict)
    evidence: tuple[Evidence, ...] = ()


class _File(msgspec.Struct, forbid_unknown_fields=True):
    rules: dict[str, dict[str, Any]] = {}
    report_from: Weight | None = None


@cache
def shipped_rules() -> DocumentRules:
    """The rules that come with ScanAI."""
    return _checked(_shipped(), _SHIPPED)


def read_rules(path: str | PathLike[str]) -> DocumentRules:
    """The shipped rules as changed by an own file: by identifier, new ones at the end.

    Raises RulesError naming the rule and the key.
    """
    path = Path(path)
    content = bounded_bytes(path, MAX_BYTES, "tables [rules.NAME] or report_from", RulesError)
    own = from_toml(content, _File, path, _WHAT, RulesError)
    if not own.rules and own.report_from is None:
        raise RulesError(path, "tables [rules.NAME] or report_from", "none")
    shipped = _shipped()
    tables = dict(shipped.rules)
    for name, table in own.rules.items():
        tables[name] = table if "test" in table else tables.get(name, {}) | table
    least = shipped.report_from if own.report_from is None else own.report_from
    return _checked(_File(tables, least), path)


def filled(sentence: str, words: dict[str, str]) -> str:
    """The sentence with its places filled; not str.format, for files are not to run anything."""
    return _PLACE.sub(lambda place: words.get(place[1], ""), sentence)


@cache
def _shipped() -> _File:
    text = files("scanai.inspect").joinpath(_SHIPPED).read_text("utf-8")
    return from_toml(text, _File, _SHIPPED, _WHAT, RulesError)


def _checked(file: _File, source: str | PathLike[str]) -> DocumentRules:
    rules = tuple(_rule(name, table, source) for name, table in file.rules.items())
    return DocumentRules(rules, file.report_from or 0.0)


def _rule(name: str, table: dict[str, Any], source: str | PathLike[str]) -> Rule:
    where = f"in rule {name[:60]}"
    if not _NAME.fullmatch(name):
        raise RulesError(source, "rule names of a to z, 0 to 9 and _", repr(name[:80]))
    test = table.get("test")
    if test is None:
        raise RulesError(source, f"a field test {where}, which is none that ships", "none")
    kind = TESTS.get(test) if isinstance(test, str) else None
    if kind is None:
        raise RulesError(source, f"a test among {', '.join(TESTS)} {where}", repr(test)[:80])
    if "id" in table:
        raise RulesError(source, f"the table's name as identifier {where}", "a field id")
    fields = {key: value for key, value in table.items() if key != "test"} | {"id": name}
    if unknown := sorted(fields.keys() - set(kind.__struct_fields__)):
        known = ", ".join(["test", *(key for key in kind.__struct_fields__ if key != "id")])
        raise RulesError(source, f"only known fields {where} ({known})", unknown[0][:80])
    rule = from_fields(fields, kind, source, RulesError, lambda key: f"at {key} {where}")
    for place in _PLACE.findall(rule.sentence):
        if place not in kind.places:
            known = ", ".join(f"{{{one}}}" for one in kind.places) or "none"
            raise RulesError(
                source, f"places out of {known} in the sentence of {name}", f"{{{place}}}"
            )
    _check_words(rule, source, where)
    return rule


def _check_words(rule: Rule, source: str | PathLike[str], where: str) -> None:
    """What the types cannot say."""
    if isinstance(rule, VagueRule):
        known = vague_sorts()
        if unknown := [sort for sort in rule.sorts if sort not in known]:
            raise RulesError(source, f"sorts out of {', '.join(sorted(known))} {where}", unknown[0])
        if not rule.sorts and not rule.terms:
            raise RulesError(source, f"sorts or terms {where}", "neither")
    if isinstance(rule, VagueRule | WordsRule):
        for term in rule.terms:
            if not plain_words(term):
                raise RulesError(source, f"terms with a letter or digit {where}", repr(term[:80]))
