"""The HS 2022 list: what exists, what does not, and what an unknown code may have meant."""

import pytest

from scanai.errors import ManifestError
from scanai.manifest.nomenclature import (
    chapter_title,
    headings,
    is_known,
    nearest_known,
    plain_code,
    require_known,
    subheadings,
)


def test_list_is_hs_2022() -> None:
    assert len(subheadings()) == 5612
    assert len(headings()) == 1228
    # New in 2022: 3D printers, smartphones, electronic waste; cadmium (8107) moved under 8112.
    assert {"848510", "851713", "854911"} <= subheadings()
    assert "8107" not in headings()


@pytest.mark.parametrize("code", ["0202", "020230", "02023010", "0202301099", "020230109900"])
def test_knows_codes_of_four_to_twelve_digits(code: str) -> None:
    assert is_known(code)


@pytest.mark.parametrize(
    "code",
    [
        "",
        "02",
        "020",
        "02023",
        "0202301",
        "02023010991",
        "7701",
        "0202.30",
        "020299",
        "02029900",
        "9999",
        "٠٢٠٢",
    ],
)
def test_refuses_codes_that_do_not_exist(code: str) -> None:
    assert not is_known(code)


def test_offers_the_leading_zero_that_spreadsheets_drop() -> None:
    assert nearest_known("20230")[0] == "020230"
    assert nearest_known("2023000")[0] == "020230"


def test_offers_the_zero_behind_the_point_that_spreadsheets_drop() -> None:
    assert nearest_known("81011") == ("810110",)
    assert nearest_known("85044") == ("850440",)
    assert refusal("81011") == "81011 (nearest known: 810110)"


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("8504.40", "850440"),
        (" 85 04 40-90 ", "85044090"),
        ("8504.40.9550", "8504409550"),
        ("902.1", "902.1"),  # 0902.10 as a number, not heading 9021
        ("8504.4", "8504.4"),
        ("tea", "tea"),
    ],
)
def test_takes_marks_out_of_a_code_between_pairs_of_digits(written: str, code: str) -> None:
    assert plain_code(written) == code


@pytest.mark.parametrize(
    ("code", "meant"),
    [
        ("850799", ("850790", "852799")),  # one digit, of the subheading and of the heading
        ("020320", ("020321", "020322", "020329", "020120", "020220", "020230")),
        ("851770", ("851771", "851779")),
        ("0299", ("0209",)),
        ("0920", ("0902", "0910")),  # two neighbours exchanged, or one digit
    ],
)
def test_offers_codes_one_slip_away_in_the_same_chapter(code: str, meant: tuple[str, ...]) -> None:
    assert nearest_known(code, 9) == meant


def test_offers_codes_of_the_same_heading_first() -> None:
    assert [code[:4] for code in nearest_known("850770")] == ["8507"] * 3


def test_offers_nothing_where_nothing_is_likely() -> None:
    assert nearest_known("999999") == ()
    assert nearest_known("850055") == ()


def refusal(code: str) -> str:
    with pytest.raises(ManifestError) as caught:
        require_known(code, "a.json", "row 2")
    return caught.value.found


def test_refusal_says_what_was_meant_or_that_there_is_no_such_thing() -> None:
    assert refusal("850799") == "850799 (nearest known: 850790, 852799)"
    assert refusal("999999") == "999999 (HS 2022 has no chapter 99)"
    assert refusal("7701") == "7701 (HS 2022 has no chapter 77)"
    assert refusal("850055") == (
        "850055 (chapter 85, Electrical machinery and electronics, has no such code)"
    )


def test_every_heading_has_a_chapter_title() -> None:
    assert all(chapter_title(heading) for heading in headings())
    assert chapter_title("850710") == "Electrical machinery and electronics"
