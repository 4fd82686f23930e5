"""HS codes in free text: found where the text says so, never guessed from a number."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanai.manifest import Line
from scanai.manifest.codes_in_text import codes_in, lines_found
from scanai.manifest.nomenclature import is_known, subheadings


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("HS CODE 8504.40", ("850440",)),
        ("parts,HSN: 851762", ("851762",)),
        ("H.S. 7208 39", ("720839",)),
        ("tariff no. 84713000", ("84713000",)),
        ("Hs-Code:3926.90.97", ("39269097",)),
        ("HTS 8504.40.9550", ("8504409550",)),
        ("NCM 8504", ("8504",)),
        ("harmonised system code\n7208", ("7208",)),
        ("code SH: 7208.39", ("720839",)),
        ("SH 8504.40", ("850440",)),
        ("position SH: 720839", ("720839",)),
        ("SH 8504 sacs", ()),
        ("HS CODES: 850440, 851762 / 847130", ("850440", "851762", "847130")),
        ("HS 8504; HS 8504; 8517", ("8504", "8517")),
        ("8504.40.90", ("85044090",)),
        (" 8504.40.90 ", ("85044090",)),
        ("transformers, tariff 8504.40.90", ("85044090",)),
        ("commodity code 8504.40.90", ("85044090",)),
        ("CN code: 85044090", ("85044090",)),
        # what looks like a code and is none
        ("HS CODE 8504 20 PALLETS", ("8504",)),
        ("HS CODE 850440, 1001 PCS", ("850440",)),
        ("HS CODE 8504, 1001 BAGS", ("8504",)),
        ("1001 bags", ()),
        ("value 8504.40", ()),
        ("size 1005.90.10 mm", ()),
        ("transformers 8504.40.90 new", ()),
        ("tariff 1001 eur", ()),
        ("2009.11.12", ()),
        ("made 2009.11.12", ()),
        ("SHS 8504", ()),
        ("HS CODE 9999.99", ()),
        ("HS CODE 8504401234567", ()),
        ("HS CODE 85044", ()),
        ("HS CODE 850440123456", ("850440123456",)),
        ("", ()),
    ],
)
def test_finds_codes(text: str, codes: tuple[str, ...]) -> None:
    assert codes_in(text) == codes


@given(st.sampled_from(sorted(subheadings())), st.sampled_from(["HS CODE ", "HSN:", "tariff no. "]))
def test_finds_every_code_behind_a_word_for_it(code: str, word: str) -> None:
    assert codes_in(f"goods {word}{code[:4]}.{code[4:]}, 12 pallets") == (code,)


@given(st.text("HSCODE NTARIF.:,0123456789 /-", max_size=200))
def test_whatever_is_found_exists(text: str) -> None:
    assert all(is_known(code) for code in codes_in(text))


def test_several_codes_leave_the_mass_of_each_unknown() -> None:
    line = Line("", "HS CODES 850440, 851762", 100.0, 5, "CT", bill="B-1")
    first, second = lines_found(line)
    assert (first.hs_code, second.hs_code) == ("850440", "851762")
    assert (first.mass_kg, first.packages, first.bill) == (None, None, "B-1")
    assert {first.code_from, second.code_from} == {"description"}


def test_declared_code_holds_whatever_the_text_says() -> None:
    line = Line("1006", "HS CODE 8504")
    assert lines_found(line) == (line,)
