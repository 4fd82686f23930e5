from __future__ import annotations

import math

import pytest

from scanai.inspect.evidence.packages import kilograms, line_words, package_band, package_kg
from scanai.manifest.bands import Band
from scanai.manifest.model import Line


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (Line(hs_code="7210", description="steel sheet"), "2 (7210, steel sheet)"),
        (Line(hs_code="7210"), "2 (7210)"),
        (Line(hs_code="", description="steel sheet"), "2 (steel sheet)"),
        (Line(hs_code=""), "2"),
        (Line(hs_code="7210", description="steel\n\tsheet\x1b[2J"), "2 (7210, steel sheet[2J)"),
    ],
)
def test_a_line_is_named_by_what_it_gives_in_printable_words(line: Line, words: str) -> None:
    assert line_words(2, line) == words


def test_a_long_description_is_cut() -> None:
    words = line_words(1, Line(hs_code="7210", description="sheet " * 300))
    assert len(words) < 60
    assert words.endswith("…)")


@pytest.mark.parametrize(
    ("kg", "words"),
    [(1234.0, "1.2 t"), (340.0, "340 kg"), (2.5, "2.5 kg"), (0.012, "12 g"), (0.0004, "0.4 g")],
)
def test_masses_of_packages_are_written_as_people_do(kg: float, words: str) -> None:
    assert package_kg(kg) == words


def test_open_ends_of_a_band_are_said() -> None:
    assert kilograms(Band(2, 40, "")) == "2 kg to 40 kg"
    assert kilograms(Band(2, math.inf, "")) == "at least 2 kg"
    assert kilograms(Band(0, 40, "")) == "at most 40 kg"


def test_few_packages_may_be_however_light() -> None:
    few, many = (
        package_band(Line(hs_code="8458", packages=count, package_type="CR")) for count in (3, 300)
    )
    assert few.low == 0 < many.low
    assert few.high == many.high


def test_an_unknown_heading_has_no_band() -> None:
    assert package_band(Line(hs_code="", packages=3)) is None
