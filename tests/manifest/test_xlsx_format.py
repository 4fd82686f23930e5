"""Spreadsheets: the rows of CSV in a workbook, bounded before anything is unpacked."""

import csv
import io
import string
import zipfile
from datetime import date

import pytest
from fuzzing import part_of, with_part, workbook
from hypothesis import given, settings
from hypothesis import strategies as st

from scanai.errors import ManifestError
from scanai.manifest import Line, Manifest, csv_format, xlsx_format
from scanai.manifest.xlsx_format import parse


def _refusal(data: bytes) -> str:
    with pytest.raises(ManifestError) as caught:
        parse(data, "a.xlsx")
    return str(caught.value).removeprefix("a.xlsx: ")


def test_reads_rows_of_several_units() -> None:
    data = workbook(
        [
            ["unit", "gross_mass_kg", "hs_code", "description", "mass_kg", "packages", None],
            ["TESU0000013", 18250.5, 850710, "Batteries", 18000, 24.0, None],
            [None, None, "3926.90", "Trays", 250.5, None],
            [None, None, None],
            ["TESU0000029", None, None, "Rice, HS CODE 1006.30"],
        ]
    )
    assert parse(data, "a.xlsx") == (
        Manifest(
            unit="TESU0000013",
            gross_mass_kg=18250.5,
            lines=(
                Line("850710", "Batteries", 18000, 24),
                Line("392690", "Trays", 250.5),
            ),
        ),
        Manifest(
            unit="TESU0000029",
            lines=(Line("100630", "Rice, HS CODE 1006.30", code_from="description"),),
        ),
    )


@pytest.mark.parametrize(
    ("cell", "message"),
    [
        (
            20230,
            "expected an HS code of 4, 6, 8, 10 or 12 digits at row 2, column hs_code, "
            "found 20230 (nearest known: 02",
        ),
        (
            902.1,
            "expected an HS code of 4, 6, 8, 10 or 12 digits at row 2, column hs_code, "
            "found '902.1'",
        ),
        (
            81011,
            "expected an HS code of 4, 6, 8, 10 or 12 digits at row 2, column hs_code, "
            "found 81011 (nearest known: 810110)",
        ),
        (9999.1, "expected an HS 2022 code at row 2, column hs_code, found 999910"),
        ("=1+1", "expected a value in cell A2, found a formula"),
        (True, "expected text or a number in cell A2, found a bool"),
        (date(2024, 1, 2), "expected text or a number in cell A2, found a datetime"),
    ],
)
def test_names_the_cell_of_what_is_wrong(cell: object, message: str) -> None:
    assert _refusal(workbook([["hs_code"], [cell]])).startswith(message)


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        (8101.10, "810110"),
        (8504.40, "850440"),
        (8504.31, "850431"),
        (8504.409, "85044090"),
        (2501.0, "2501"),
        (850440, "850440"),
    ],
)
def test_code_that_is_a_number_keeps_the_zero_that_it_lost(cell: float, code: str) -> None:
    (manifest,) = parse(workbook([["unit", "HS Code"], ["A", cell]]), "a.xlsx")
    assert manifest.lines == (Line(code),)


def test_refuses_columns_and_rows_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    wide = workbook([[f"c{number}" for number in range(100)]])
    assert _refusal(wide) == "expected at most 19 columns, found 100"
    monkeypatch.setattr(xlsx_format, "MAX_ROWS", 3)
    assert (
        _refusal(workbook([["hs_code"], *[["8507"]] * 3])) == "expected at most 3 rows, found more"
    )


def test_refuses_a_bomb_by_what_it_unpacks_to() -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", bytes(40 * 1024 * 1024))
    assert len(stream.getvalue()) < 100_000
    assert _refusal(stream.getvalue()).startswith(
        "expected an XLSX workbook that unpacks to at most"
    )


def test_refuses_a_workbook_of_very_many_parts() -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for number in range(1001):
            archive.writestr(f"{number}", b"")
    assert _refusal(stream.getvalue()) == (
        "expected an XLSX workbook of at most 1000 parts, found 1001"
    )


def test_refuses_what_is_no_workbook() -> None:
    assert _refusal(b"hs_code\n8507\n") == (
        "expected an XLSX workbook, found no ZIP archive, or a damaged one"
    )
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("a.txt", b"")
    assert _refusal(stream.getvalue()) == (
        "expected an XLSX workbook, found one that cannot be read: "
        "a part of it is missing or damaged"
    )


@pytest.mark.parametrize("part", ["xl/workbook.xml", "xl/styles.xml", "xl/worksheets/sheet1.xml"])
def test_says_in_one_line_what_is_wrong_with_the_xml_of_a_workbook(part: str) -> None:
    good = workbook([["hs_code"], ["8507"]])
    content = part_of(good, part)
    entity = with_part(good, part, b'<!DOCTYPE a [<!ENTITY b "c">]>' + content)
    said = "expected an XLSX workbook, found one that cannot be read: "
    assert _refusal(entity) == f"{said}its XML has a DTD or entities"
    assert _refusal(with_part(good, part, content[:40])) == (
        f"{said}its XML is malformed or breaks off"
    )


cells = st.text(string.ascii_letters + string.digits + " .;-é", max_size=12).filter(
    lambda text: not text.isspace()
)


@settings(deadline=None)
@given(st.lists(st.tuples(cells, cells), min_size=1, max_size=4))
def test_says_the_same_as_csv_of_the_same_rows(rows: list[tuple[str, str]]) -> None:
    table = [
        ["unit", "hs_code", "description"],
        *([unit, "8504.40", words] for unit, words in rows),
    ]
    text = io.StringIO()
    csv.writer(text).writerows(table)
    assert parse(workbook(table), "a") == csv_format.parse(text.getvalue().encode(), "a")
