"""What is wrong with a record is said in our own words, and no text of msgspec gets through."""

from __future__ import annotations

import json
from typing import Annotated, Literal

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanai.errors import InputError
from scanai.records import from_fields, from_json, from_toml


class Inner(msgspec.Struct, forbid_unknown_fields=True):
    name: Annotated[str, msgspec.Meta(max_length=3, min_length=1)] = "a"
    pair: tuple[float, float] = (0, 0)


class Record(msgspec.Struct, forbid_unknown_fields=True):
    kind: Literal["one", "two"]
    count: Annotated[int, msgspec.Meta(ge=0, lt=9)] = 0
    on: bool = False
    level: float | list[float] | None = None
    inner: tuple[Inner, ...] = ()
    code: Annotated[str, msgspec.Meta(pattern="^[0-9]{1,4}$")] = "0"
    weights: dict[Annotated[str, msgspec.Meta(max_length=3)], float] = {}


def refusal(text: str, read=from_json) -> str:
    with pytest.raises(InputError) as caught:
        read(text, Record, "a.json", "a record", InputError)
    return str(caught.value).removeprefix("a.json: expected ")


@pytest.mark.parametrize(
    ("rest", "message"),
    [
        ('"count": 1.5', "a whole number at $.count, found 1.5"),
        ('"count": 9', "a whole number of at most 8 at $.count, found 9"),
        ('"on": "yes"', "true or false at $.on, found 'yes'"),
        ('"level": "x"', "a number, a list or null at $.level, found 'x'"),
        ('"level": 1e400', "a number in range at $.level, found one out of range"),
        ('"level": [1, true]', "a number at $.level[1], found true"),
        ('"inner": 3', "a list at $.inner, found 3"),
        ('"inner": [{}, {"name": "abcd"}]',
         "text of at most 3 characters at $.inner[1].name, found 4"),
        ('"inner": [{"name": ""}]', "text of at least 1 characters at $.inner[0].name, found 0"),
        ('"inner": [{"pair": [1]}]', "a list of 2 values at $.inner[0].pair, found 1"),
        ('"inner": [{"pair": {}}]', "a list at $.inner[0].pair, found named fields"),
        ('"inner": [{"nam": 1}]', "only known fields at $.inner[0] (name, pair), found nam"),
        ('"code": "x"', "text of the form ^[0-9]{1,4}$ at $.code, found 'x'"),
        ('"weights": {"a": 1, "b": "c"}', "a number as each value at $.weights, found text"),
        ('"weights": {"long": 1}',
         "text of at most 3 characters as each key at $.weights, found another key"),
        ('"kind": "three"', "one or two at $.kind, found 'three'"),
        ('"kind": null', "text at $.kind, found null"),
    ],
)  # fmt: skip
def test_says_what_and_where(rest: str, message: str) -> None:
    assert refusal('{"kind": "one", ' + rest + "}") == message


HALF = "half of a surrogate pair in text, which is no character"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "a record, found nothing"),
        ("{", "a record, found JSON that breaks off"),
        ("[]", "a record, found a list"),
        ("{} {}", "a field kind, found none"),
        ('{"kind": "one"} x', "a record, found malformed JSON: trailing characters (byte 17)"),
        ("[" * 10_000, "a record, found JSON that is nested too deeply"),
        ("[1, ", "a record, found JSON that breaks off"),
        ('{"kind": "\\ud800"}', f"a record, found {HALF}"),
        ('{"kind": "\\ud800 one"}', f"a record, found {HALF}"),
        ('{"kind": "\\udc00"}', f"a record, found {HALF}"),
        ('{"kind": "\\ud8', "a record, found JSON that breaks off"),
    ],
)
def test_says_what_is_no_record_at_all(text: str, message: str) -> None:
    assert refusal(text) == message


def test_text_that_is_not_utf8_is_said_so() -> None:
    with pytest.raises(InputError, match="found bytes that are not UTF-8"):
        from_json(b'{"kind": "\xff"}', Record, "a.json", "a record", InputError)
    with pytest.raises(InputError, match="found bytes that are not UTF-8"):
        from_toml(b'kind = "\xff"', Record, "a.toml", "a record", InputError)


def test_toml_is_read_in_the_same_words() -> None:
    assert refusal("kind = 3", from_toml) == "text at $.kind, found 3"
    assert refusal("kind = ", from_toml) == (
        "a record, found malformed TOML: invalid value (at end of document)"
    )
    assert refusal(f"count = {'9' * 5000}", from_toml).startswith(
        "a record, found malformed TOML: exceeds the limit"
    )


def test_fields_are_put_where_the_caller_says() -> None:
    with pytest.raises(InputError) as caught:
        from_fields(
            {"kind": "one", "inner": [{"name": 1}]},
            Record, "a.csv", InputError, lambda name: f"in column {name}",
        )  # fmt: skip
    assert str(caught.value) == "a.csv: expected text in column inner, found 1"


NAMES = st.sampled_from(["kind", "count", "on", "level", "inner", "name", "pair", "else"])
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text("abc", max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3),
    max_leaves=8,
)


def complaint(text: str) -> str:
    try:
        from_json(text, Record, "a.json", "a record", InputError)
    except InputError as error:
        return str(error)
    return ""


@given(st.dictionaries(NAMES, VALUES))
def test_no_word_of_msgspec_reaches_a_user(values: dict[str, object]) -> None:
    said = complaint(json.dumps(values))
    assert not any(word in said for word in ("Expected `", "Object", "Invalid", " - at "))
