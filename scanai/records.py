"""Strict reading of JSON and TOML records: what is wrong is said as expected and found, and where.

msgspec checks the types. Its complaints name its own types ("Expected `float | null`, got `str`")
and leave out the value, so they are put into words here; no text of msgspec reaches a user. What a
record means, and what its types cannot say, is checked where it is used.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Sequence
from os import PathLike
from typing import Any, TypeVar

import msgspec
from msgspec import inspect

from scanai.errors import InputError

T = TypeVar("T")
Where = Callable[[str], str]
# ValueError: text that is not UTF-8, and integers of more digits than Python converts.
_ERRORS = (msgspec.MsgspecError, ValueError, RecursionError)
_PLACE = re.compile(r" - at (?:`key` in )?`(\$.*)`$", re.DOTALL)
_KEY = " - at `key` in `"
_ANY = "[...]"
"""In a place: some value of a mapping."""
_STEP = re.compile(r"\.([^.\[]+)|\[([0-9]+)\]")
_TYPE = re.compile(r"Expected `([^`]+)`(?: ([^,]+))?(?:, got `?([^`]*)`?)?", re.DOTALL)
_PATTERN = re.compile(r"Expected `str` matching regex '(.*)'", re.DOTALL)
_MISSING = re.compile(r"Object missing required field `(.*)`", re.DOTALL)
_UNKNOWN = re.compile(r"Object contains unknown field `(.*)`", re.DOTALL)
_UNSEEN = object()
_SURROGATES = (
    "Input data was truncated",
    "JSON is malformed: unexpected end of ",
    "JSON is malformed: invalid utf-16 surrogate pair",
)
_LONGEST = 80
"""Characters of a value that a message quotes."""
_WORDS = {
    "int": "a whole number",
    "float": "a number",
    "str": "text",
    "bool": "true or false",
    "array": "a list",
    "object": "named fields",
    "null": "null",
}
_BOUNDS = {">=": "of at least", "<=": "of at most", ">": "above", "<": "below"}


def from_json(
    content: bytes | str,
    kind: type[T],
    source: str | PathLike[str],
    what: str,
    error: type[InputError],
) -> T:
    """One record of type `kind`; else `error` about `source`, in which `what` was expected."""
    return _read(msgspec.json.decode, content, kind, source, what, error, "JSON")


def from_toml(
    content: bytes | str,
    kind: type[T],
    source: str | PathLike[str],
    what: str,
    error: type[InputError],
) -> T:
    """As `from_json`, of TOML."""
    return _read(msgspec.toml.decode, content, kind, source, what, error, "TOML")


def from_fields(
    fields: object,
    kind: type[T],
    source: str | PathLike[str],
    error: type[InputError],
    where: Where,
) -> T:
    """One record of what is decoded already; `where` puts the name of a field into a place."""
    try:
        return msgspec.convert(fields, kind)
    except msgspec.ValidationError as complaint:
        expected, found = _in_words(str(complaint), kind, fields, lambda path: where(_name(path)))
        raise error(source, expected, found) from complaint


def _read(
    decode: Callable[..., Any],
    content: bytes | str,
    kind: type[T],
    source: str | PathLike[str],
    what: str,
    error: type[InputError],
    language: str,
) -> T:
    try:
        record: T = decode(content, type=kind)
        return record
    except msgspec.ValidationError as complaint:
        text, cause = str(complaint), complaint
    except _ERRORS as complaint:
        raise error(source, what, _malformed(complaint, content, language)) from complaint
    no_record = text.startswith("Expected `object`") and not _PLACE.search(text)
    try:
        values = decode(content)
    except _ERRORS as later:
        if no_record or isinstance(later, RecursionError):
            raise error(source, what, _malformed(later, content, language)) from later
        values = _UNSEEN  # the first complaint came before what cannot be decoded at all
    if no_record:
        raise error(source, what, _shown(values)) from cause
    expected, found = _in_words(text, kind, values, lambda path: f"at {path}")
    raise error(source, expected, found) from cause


def _malformed(complaint: Exception, content: bytes | str, language: str) -> str:
    if not content.strip():
        return "nothing"
    if not _is_utf8(content):
        return "bytes that are not UTF-8"
    if isinstance(complaint, RecursionError):
        return f"{language} that is nested too deeply"
    text = str(complaint)
    if language == "JSON" and _has_half_a_character(text, content):
        return "half of a surrogate pair in text, which is no character"
    if text == "Input data was truncated":
        return f"{language} that breaks off"
    text = _PLACE.sub("", text).removeprefix(f"{language} is malformed: ")
    return f"malformed {language}: {text[:1].lower()}{text[1:]}"


def _is_utf8(content: bytes | str) -> bool:
    """Asked of the bytes: each version of msgspec words and wraps this in its own way."""
    try:
        if isinstance(content, bytes):
            content.decode()
    except UnicodeDecodeError:
        return False
    return True


def _has_half_a_character(complaint: str, content: bytes | str) -> bool:
    r"""Whether an escape such as \ud800 stands alone, of which msgspec says many things."""
    if not complaint.startswith(_SURROGATES):
        return False
    try:
        json.loads(content)  # takes such halves, and nothing else that breaks off
    except _ERRORS:
        return False
    return True


def _in_words(text: str, kind: type, values: object, where: Where) -> tuple[str, str]:
    """What was expected, with its place, and what was found."""
    place = _PLACE.search(text)
    path = place[1] if place else "$"
    text = text[: place.start()] if place else text
    at = f" {where(path.removesuffix(_ANY))}" if place else ""
    if place and _KEY in place[0]:
        return f"{_expected(text)} as each key{at}", "another key"
    steps = _STEP.findall(path)
    if missing := _MISSING.fullmatch(text):
        return f"a field {missing[1]}{at}", "none"
    if unknown := _UNKNOWN.fullmatch(text):
        known = [name for one in _types_at(kind, steps) for name in _fields_of(one)]
        return f"only known fields{at} ({', '.join(known)})", unknown[1][:_LONGEST]
    value = _value_at(values, steps)
    if text.startswith("Invalid enum value"):
        options = [option for one in _types_at(kind, steps) for option in _options_of(one)]
        return f"{_either(options)}{at}", _shown(value)
    wrong = _TYPE.fullmatch(text)
    if wrong and path.endswith(_ANY):
        return f"{_expected(text)} as each value{at}", _WORDS.get(wrong[3] or "", "another value")
    if _PATTERN.fullmatch(text):
        return f"{_expected(text)}{at}", _shown(value)
    if wrong:
        return f"{_expected(text)}{at}", _shown(value, bool(wrong[2]))
    return f"a number in range{at}", "one out of range"


def _expected(text: str) -> str:
    """A complaint's first half in words."""
    if pattern := _PATTERN.fullmatch(text):
        return f"text of the form {pattern[1]}"
    wrong = _TYPE.fullmatch(text)
    if wrong is None:
        return "another value"
    names, bound = wrong[1].split(" | "), wrong[2] or ""
    return f"{_either([_WORDS.get(name, name) for name in names])}{_bound(bound, names[0])}"


def _bound(bound: str, name: str) -> str:
    """The limit that a value of that type broke, with a space before it."""
    unit = {"str": " characters", "array": " values"}.get(name, "")
    sign, _, limit = bound.removeprefix("of length ").rpartition(" ")
    if not limit:
        return ""
    return f" {_BOUNDS.get(sign, 'of')} {limit.removesuffix('.0')}{unit}"


def _either(words: Sequence[str]) -> str:
    return " or ".join(filter(None, (", ".join(words[:-1]), *words[-1:])))


def _shown(value: object, by_length: bool = False) -> str:
    """A value as a message quotes it; where its length is what is wrong, the length."""
    if value is _UNSEEN:
        return "another value"
    if isinstance(value, dict):
        return "named fields"
    if isinstance(value, list):
        return str(len(value)) if by_length else "a list"
    if isinstance(value, str):
        return str(len(value)) if by_length else repr(value[:_LONGEST])
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    return str(value)[:_LONGEST]


def _name(path: str) -> str:
    """The field of the record that a path begins with."""
    return next((name for name, _ in _STEP.findall(path) if name), "")


def _value_at(values: object, steps: Sequence[tuple[str, str]]) -> object:
    for name, index in steps:
        if isinstance(values, dict):
            values = values.get(name)
        elif isinstance(values, list | tuple) and index and int(index) < len(values):
            values = values[int(index)]
    return values


def _types_at(kind: type, steps: Sequence[tuple[str, str]]) -> list[inspect.Type]:
    types = list(_single(inspect.type_info(kind)))
    for name, index in steps:
        types = [one for outer in types for one in _inside(outer, name, index)]
    return types


def _single(one: inspect.Type) -> Iterator[inspect.Type]:
    yield from one.types if isinstance(one, inspect.UnionType) else (one,)


def _inside(outer: inspect.Type, name: str, index: str) -> Iterator[inspect.Type]:
    if isinstance(outer, inspect.StructType):
        for field in outer.fields:
            if field.encode_name == name:
                yield from _single(field.type)
    elif isinstance(outer, inspect.ListType | inspect.VarTupleType) and index:
        yield from _single(outer.item_type)


def _fields_of(one: inspect.Type) -> list[str]:
    if not isinstance(one, inspect.StructType):
        return []
    return [field.encode_name for field in one.fields]


def _options_of(one: inspect.Type) -> list[str]:
    return [str(value) for value in one.values] if isinstance(one, inspect.LiteralType) else []
