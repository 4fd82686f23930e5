"""The HS 2022 list: what exists, what does not, and what an unknown code may have meant."""

import pytest

from scanai.manifest.nomenclature import (
    chapter_title,
    headings,
    is_known,
    nearest_known,
    subheadings,
)


def test_list_is_hs_2022() -> None:
    assert len(subheadings()) == 5612
    assert len(headings()) == 1228
    # New in 2022: 3D printers, smartphones, electronic waste; cadmium (8107) moved under 8112.
    assert {"848510", "851713", "854911"} <= subheadings()
    assert "8107" not in headings()


@pytest.mark.parametrize("code", ["0202", "02023", "020230", "02023010", "0202301099"])
def test_knows_codes_of_four_to_ten_digits(code: str) -> None:
    assert is_known(code)


@pytest.mark.parametrize(
    "code",
    ["", "02", "020", "02023010991", "7701", "0202.30", "020299", "02029900", "9999", "٠٢٠٢"],
)
def test_refuses_codes_that_do_not_exist(code: str) -> None:
    assert not is_known(code)


def test_offers_the_leading_zero_that_spreadsheets_drop() -> None:
    assert nearest_known("20230")[0] == "020230"
    assert nearest_known("2023000")[0] == "020230"


def test_offers_codes_of_the_same_heading_first() -> None:
    assert all(code.startswith("8507") for code in nearest_known("850799"))


def test_every_heading_has_a_chapter_title() -> None:
    assert all(chapter_title(heading) for heading in headings())
    assert chapter_title("850710") == "Electrical machinery and electronics"
