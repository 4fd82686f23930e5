"""Control lists: leads by code, at the depth that declaration and list share."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanai.manifest import ControlEntry, ControlList, control_hits
from scanai.manifest.controls import shipped_lists
from scanai.manifest.nomenclature import is_known


def a_list(*codes: str) -> ControlList:
    entries = tuple(ControlEntry(code, f"SYNTH {code}") for code in codes)
    return ControlList("synthetic", "synthetic list", "edition 1", "a test", entries)


def hits(code: str, *codes: str) -> list[tuple[str, bool]]:
    return [(hit.entry.code, hit.exact) for hit in control_hits(code, [a_list(*codes)])]


def test_a_hit_names_list_edition_source_and_entry() -> None:
    (hit,) = control_hits("8482109000")
    assert hit.exact
    assert hit.entry == ControlEntry("848210", "tier 3B", "")
    assert hit.control_list.words == "common high priority list, February 2024"
    assert "EU, US, UK and Japan" in hit.control_list.source


def test_uncontrolled_goods_give_no_lead() -> None:
    assert control_hits("020230") == ()


@pytest.mark.parametrize(
    ("declared", "expected"),
    [
        ("8542319010", [("8542319010", True), ("85423190", True), ("854231", True)]),
        ("85423190", [("85423190", True), ("854231", True), ("8542319010", False)]),
        ("854231", [("854231", True), ("85423190", False), ("8542319010", False)]),
        ("8542", [("854231", False), ("85423190", False), ("8542319010", False)]),
        ("8542310000", [("854231", True)]),
        ("854239", []),
        ("", []),
    ],
)
def test_compares_the_longest_digits_that_both_sides_have(declared: str, expected) -> None:
    assert hits(declared, "854231", "85423190", "8542319010") == expected


CODES = st.from_regex(r"[1-3]{4,10}", fullmatch=True)


@given(CODES, st.lists(CODES, max_size=6, unique=True))
def test_a_hit_is_a_code_that_begins_like_the_declared_one(declared: str, codes: list[str]) -> None:
    expected = {(code, True) for code in codes if declared.startswith(code)}
    expected |= {(code, False) for code in codes if code.startswith(declared) and code != declared}
    assert set(hits(declared, *codes)) == expected


def test_every_shipped_entry_is_an_hs_2022_subheading_of_a_list_with_source_and_edition() -> None:
    lists = shipped_lists()
    assert [entry.code for one in lists for entry in one.entries if not is_known(entry.code)] == []
    assert [one.name for one in lists if not (one.entries and one.edition and one.source)] == []
    # The joint list has 50 codes in its edition of February 2024.
    assert [len(one.entries) for one in lists if one.name == "common_high_priority"] == [50]
