"""An administration's own correlation table: three columns, as spreadsheets write them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from scanai.errors import RulesError
from scanai.manifest import ControlEntry, control_hits, read_correlation
from scanai.manifest.correlation import MAX_BYTES


@pytest.fixture
def table(tmp_path: Path):
    def write(content: str | bytes, name: str = "own.csv") -> Path:
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return write


@pytest.mark.parametrize("separator", [";", ",", "\t"])
@pytest.mark.parametrize("header", ["", "CN code{s}National code{s}Control entry\n"])
def test_reads_three_columns(table, separator: str, header: str) -> None:
    rows = header + "8542 31 90{s}8542.31.90.10{s}3A001.a\n848210{s}{s}TIER 3B\n"
    found = read_correlation(table(rows.replace("{s}", separator)))
    assert found.entries == (
        ControlEntry("8542319010", "3A001.a"),
        ControlEntry("848210", "TIER 3B"),
    )
    assert (found.name, found.title, found.edition) == ("own", "own.csv", "")


def test_what_the_list_is_called_and_its_edition_come_from_its_remarks(table) -> None:
    found = read_correlation(
        table("# title: Synthetic control list\n# Edition: 2031-01\n# a remark\n8401;;0A001\n")
    )
    assert found.words == "Synthetic control list, 2031-01"
    (hit,) = control_hits("8401100000", [found])
    assert hit.exact
    assert hit.entry.entry == "0A001"


def test_reads_latin_1_and_a_byte_order_mark(table) -> None:
    latin = read_correlation(table("code;national;entrée\n8401;;réacteur\n".encode("latin-1")))
    marked = read_correlation(table("\ufeff8401;;réacteur\n"))
    assert latin.entries == marked.entries == (ControlEntry("8401", "réacteur"),)


def test_a_row_that_is_there_twice_counts_once_and_one_code_may_have_two_entries(table) -> None:
    found = read_correlation(table("8401;;0A001\n\n8401;;0A001\n8401;;0B001\n"))
    assert [entry.entry for entry in found.entries] == ["0A001", "0B001"]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("code;national;entry\n8401;;0A001\n999999;;1\n", "an HS 2022 code at row 3, found 999999"),
        (
            "8401;;0A001\n84O1;;0A001\n",
            "an HS code of 4, 6, 8, 10 or 12 digits at row 2, found '84O1'",
        ),
        (
            "# x\n101;;1\n",
            "an HS code of 4, 6, 8, 10 or 12 digits at row 2, found 101 (nearest known: 0101)",
        ),
        ("8401;850710;1\n", "a national code beneath 8401 in row 1, found 850710"),
        ("8401;84x;1\n", "an HS code of 4, 6, 8, 10 or 12 digits at row 1, found '84x'"),
        (
            "8401;;1\n8402;\n",
            r"three columns (CN or HS code, national code, control entry) in row 2",
        ),
        ("8401;;\n", "a control entry in row 1, found none"),
        ("8401 0A001\n", "three columns separated by ; , or tab"),
        (
            "code;national;entry\n",
            "rows of CN or HS code, national code, control entry, found none",
        ),
        ("", "three columns separated by ; , or tab"),
        (b"84\x0001;;1\n", "text in UTF-8 or Latin-1"),
        ('8401;;"open\n', "rows of CN or HS code, national code, control entry, found"),
    ],
)
def test_refuses_what_it_cannot_use_and_names_the_row(table, content, message: str) -> None:
    path = table(content)
    with pytest.raises(RulesError, match=re.escape(message)) as caught:
        read_correlation(path)
    assert str(caught.value).startswith(f"{path}: expected ")


def test_refuses_a_file_that_is_too_large_or_not_there(table, tmp_path: Path) -> None:
    with pytest.raises(RulesError, match="at most"):
        read_correlation(table(b"#" * (MAX_BYTES + 1)))
    with pytest.raises(RulesError, match="a readable file"):
        read_correlation(tmp_path / "none.csv")
