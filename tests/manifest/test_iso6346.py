"""Container numbers: the check digit of the standard, and how numbers are compared."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanai.manifest.iso6346 import (
    canonical,
    check_digit,
    has_right_check_digit,
    is_container_number,
    same_unit,
)
from scanai.manifest.size_types import unit_type_of, unit_type_told

numbers = st.from_regex(r"[A-Z]{3}[UJZ][0-9]{6}", fullmatch=True)


def test_check_digit_of_the_example_of_the_standard() -> None:
    assert check_digit("ZEPU 003725") == "5"
    assert has_right_check_digit("ZEPU 003725-5")
    assert not has_right_check_digit("ZEPU 003725-6")


@given(numbers, st.integers(0, 9), st.sampled_from("0123456789"))
def test_check_digit_finds_every_wrong_digit_but_ten_for_nought(
    number: str, place: int, digit: str
) -> None:
    wrong = number[: 4 + place % 6] + digit + number[5 + place % 6 :]
    right = number + check_digit(number)
    assert has_right_check_digit(right)
    # Remainders 10 and 0 share the digit 0, which is why such serials are avoided.
    if wrong != number and check_digit(number) != "0":
        assert not has_right_check_digit(wrong + check_digit(number))


@pytest.mark.parametrize("text", ["", "TESU000001", "TESX0000013", "TES00000013", "TESU00000130"])
def test_tells_what_is_no_container_number(text: str) -> None:
    assert not is_container_number(text)


def test_check_digit_of_no_number_is_an_error() -> None:
    with pytest.raises(ValueError, match="owner, category and six digits"):
        check_digit("TRUCK 1")


@given(numbers)
def test_number_without_check_digit_is_the_same_unit(number: str) -> None:
    spaced = f"{number[:4].lower()} {number[4:]}-{check_digit(number)}"
    assert same_unit(number, spaced)
    assert canonical(spaced) == number + check_digit(number)


@pytest.mark.parametrize(
    ("code", "unit_type"),
    [
        ("22G1", "20"),
        ("42G1", "40"),
        ("45G1", "40HC"),
        ("L5G1", "45"),
        ("22GP", "20"),
        ("40HC", "40HC"),
        ("45R1", "reefer"),
        ("22T6", "tank"),
        ("42P3", "flat_rack"),
        ("2210", "20"),
        ("4510", "40HC"),
        ("4532", "reefer"),
        ("2270", "tank"),
        ("22U1", ""),
        ("4550", ""),
        ("FCL", ""),
        ("", ""),
    ],
)
def test_unit_type_of_size_and_type_codes(code: str, unit_type: str) -> None:
    assert unit_type_of(code) == unit_type


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("40HC", "40HC"),
        ("40 HC", "40HC"),
        ("40' hc", "40HC"),
        ("Flat rack", "flat_rack"),
        ("22G1", "20"),
        ("banana", "banana"),
        ("", ""),
    ],
)
def test_unit_type_is_a_known_word_or_stays_as_it_is(text: str, word: str) -> None:
    assert unit_type_told(text) == word
