"""Control lists: leads by code, at the depth the declaration gives."""

from scanai.manifest import ControlEntry, is_controlled
from scanai.manifest.controls import entries
from scanai.manifest.nomenclature import is_known


def test_names_the_list_and_what_it_is_about() -> None:
    assert is_controlled("7806000000") == (
        ControlEntry("780600", "dense_or_dual_use", "", "lead articles"),
    )
    assert is_controlled("848210") == (ControlEntry("848210", "common_high_priority", "3B", ""),)


def test_uncontrolled_goods_give_no_lead() -> None:
    assert is_controlled("020230") == ()


def test_a_bare_heading_may_mean_any_entry_beneath_it() -> None:
    assert {entry.hs6 for entry in is_controlled("8401")} == {
        "840110",
        "840120",
        "840130",
        "840140",
    }


def test_every_entry_is_an_hs_2022_subheading() -> None:
    assert [entry.hs6 for entry in entries() if not is_known(entry.hs6)] == []


def test_line_without_code_gives_no_lead() -> None:
    assert is_controlled("") == ()
