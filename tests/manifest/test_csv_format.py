"""CSV manifests: what spreadsheets write is read, the rest is refused with its row."""

from pathlib import Path

import pytest

from scanai.errors import ManifestError
from scanai.manifest import Line, Manifest, Party
from scanai.manifest.csv_format import parse


def _refusal(text: str) -> str:
    with pytest.raises(ManifestError) as caught:
        parse(text.encode(), "a.csv")
    return str(caught.value).removeprefix("a.csv: ")


def test_reads_what_a_spreadsheet_writes() -> None:
    text = (
        "\ufeffunit, gross_mass_kg,hs_code,description,packages,seals,parties\r\n"
        'SYNTH-0001,1200.50,8507.10 00,"Batteries, lead",12,S1; S2,consignee|Synthetic|DE\r\n'
        ",,,,,,\r\n"
        "SYNTH-0001,1200.50,0202,Beef,,,\r\n"
        "\r\n"
    )
    (manifest,) = parse(text.encode(), "a.csv")
    assert manifest == Manifest(
        unit="SYNTH-0001",
        gross_mass_kg=1200.5,
        parties=(Party("consignee", "Synthetic", "DE"),),
        seals=("S1", "S2"),
        lines=(Line("85071000", "Batteries, lead", packages=12), Line("0202", "Beef")),
    )


def test_one_row_without_goods_is_declared_empty() -> None:
    (manifest,) = parse(b"unit,hs_code\nSYNTH-0001,\n", "a.csv")
    assert manifest.declared_empty
    assert manifest.unit == "SYNTH-0001"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "expected a column hs_code, found no header"),
        ("unit,description\n", "expected a column hs_code, found unit, description"),
        ("hs_code\n", "expected at least one row below the header, found none"),
        ("hs_code,hs_code\n", "expected each column once, found hs_code 2 times"),
        ("hs_code\n8507,1\n", "expected 1 values in row 2, found 2"),
        (
            "unit,tare_kg,hs_code\nSYNTH-0001,1,8507\nSYNTH-0001,2,8507\n",
            "expected tare_kg 1 in row 3 as above, found 2",
        ),
        (
            "hs_code,mass_kg\n8507,1\n,2\n",
            "expected an HS code or a description at row 3, found neither",
        ),
        (
            "hs_code\nbatteries\n",
            "expected an HS code of 4, 6, 8, 10 or 12 digits at row 2, column hs_code, "
            "found 'batteries'",
        ),
        (
            "hs_code\n20230\n",
            "expected an HS code of 4, 6, 8, 10 or 12 digits at row 2, column hs_code, "
            "found 20230 (nearest known: 020230)",
        ),
        (
            "hs_code\n8504.4\n",
            "expected an HS code of 4, 6, 8, 10 or 12 digits at row 2, column hs_code, "
            "found '8504.4'",
        ),
        (
            'hs_code,mass_kg\n\n8507,"1,5"\n',
            "expected a number with a decimal point in row 3, column mass_kg, found 1,5",
        ),
        (
            "hs_code,mass_kg\n8507,nan\n",
            "expected a number with a decimal point in row 2, column mass_kg, found nan",
        ),
        (
            "hs_code,packages\n8507,1.5\n",
            "expected a whole number in row 2, column packages, found 1.5",
        ),
        (
            "hs_code,mass_kg\n8507,1e300\n",
            "expected a number of at most 1000000 in row 2, column mass_kg, found 1e+300",
        ),
        (
            "hs_code,regime\n8507,smuggling\n",
            "expected export, free_zone, import, transhipment or transit in column regime, "
            "found 'smuggling'",
        ),
        (
            "hs_code,parties\n8507,a|b|c|d\n",
            "expected role|name|country in column parties, found a|b|c|d",
        ),
        (
            'hs_code\n"8507\n',
            "expected a table as spreadsheets write it, at line 2, "
            "found a quote that is not closed",
        ),
        (
            'hs_code,description\n8507,"a"b\n',
            "expected a table as spreadsheets write it, at line 2, "
            "found text behind a closing quote",
        ),
        (
            "hs_code,mass_kg;unit\n8507,1\n",
            "expected a header with one separator, comma, semicolon or tab, found ',' and ';'",
        ),
        (
            "hs_code,description\n\n8507,a\0b\n",
            "expected text, found a NUL character at line 3",
        ),
        (
            "hs_code,mass_kg\n8507,-5\n",
            "expected a number of at least 0 in row 2, column mass_kg, found -5",
        ),
        (
            "hs_code,packages\n8507,-5\n",
            "expected a whole number of at least 0 in row 2, column packages, found -5",
        ),
    ],
)
def test_names_the_row_and_column_of_what_is_wrong(text: str, message: str) -> None:
    assert _refusal(text) == message


def test_refuses_unknown_columns() -> None:
    assert _refusal("hs_code,colour\n").endswith("found 'colour'")


def test_refuses_text_in_an_encoding_that_it_does_not_say() -> None:
    with pytest.raises(ManifestError) as caught:
        parse(b"hs_code,description\n8507,caf\xe9\n", "a.csv")
    assert str(caught.value) == (
        "a.csv: expected text in UTF-8, or UTF-16 with a byte order mark, "
        "found text in another encoding, such as Latin-1, at line 2"
    )
    with pytest.raises(ManifestError, match="expected text in UTF-16, as its first bytes say"):
        parse(b"\xff\xfea", "a.csv")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_reads_what_the_first_bytes_and_the_header_say(encoding: str, separator: str) -> None:
    text = "Unit|HS Code|DESCRIPTION|regime|seals\nA|8507.10|Café|Transit|'S1;S2'\n"
    data = text.replace("|", separator).replace("'", '"').encode(encoding)
    (manifest,) = parse(data, "a.csv")
    assert manifest == Manifest(
        unit="A", regime="transit", seals=("S1", "S2"), lines=(Line("850710", "Café"),)
    )


def test_reads_the_example_of_the_datasets_readme() -> None:
    readme = Path(__file__).parents[2] / "datasets" / "README.md"
    example = readme.read_text(encoding="utf-8").split("```csv\n")[1].split("```")[0]
    (manifest,) = parse(example.encode(), "README.md")
    assert [line.hs_code for line in manifest.lines] == ["850710", "392690"]
    assert manifest.declared_mass_kg == 18250.5


def test_rows_of_several_units_are_several_manifests() -> None:
    text = (
        "unit,seals,hs_code,mass_kg\n"
        "TESU0000013,S1,8507,1\n"
        ",,8504,2\n"
        "TESU0000029,S2,1006,3\n"
        "TESU 000001-3,S1,8501,4\n"
    )
    first, second = parse(text.encode(), "a.csv")
    assert [line.hs_code for line in first.lines] == ["8507", "8504", "8501"]
    assert (first.unit, first.seals) == ("TESU0000013", ("S1",))
    assert (second.unit, second.seals, second.declared_mass_kg) == ("TESU0000029", ("S2",), 3)


def test_unit_that_the_first_rows_leave_blank_is_the_one_below() -> None:
    (manifest,) = parse(b"unit,hs_code\n,8507\nTESU0000013,8504\n", "a.csv")
    assert manifest.unit == "TESU0000013"
    assert len(manifest.lines) == 2


TWO_CODES = "Fertiliser HS 3105.20, HS 3104.20"


def test_mass_of_a_line_of_several_codes_stays_known_for_the_unit() -> None:
    text = f'hs_code,description,mass_kg,packages\n,"{TWO_CODES}",5000,200\n8507,Batteries,100,4\n'
    (manifest,) = parse(text.encode(), "a.csv")
    assert [(line.hs_code, line.mass_kg) for line in manifest.lines] == [
        ("310520", None),
        ("310420", None),
        ("8507", 100),
    ]
    assert (manifest.gross_mass_kg, manifest.declared_mass_kg) == (5100, 5100)


def test_gross_mass_that_is_told_holds_and_one_that_cannot_be_is_refused() -> None:
    head = "gross_mass_kg,hs_code,description,mass_kg\n"
    (told,) = parse(f'{head}5200,,"{TWO_CODES}",5000\n'.encode(), "a.csv")
    assert told.declared_mass_kg == 5200
    (unknown,) = parse(f'{head},,"{TWO_CODES}",5000\n,8507,,\n'.encode(), "a.csv")
    assert unknown.declared_mass_kg is None
    message = _refusal(f'{head},,"{TWO_CODES}",600000\n,8507,,600000\n')
    assert message == "expected at most 1000000 kg in all lines, found 1200000"


def test_line_without_code_is_coded_by_its_description() -> None:
    text = "hs_code,description,mass_kg\n,Rice HS CODE 1006.30,5\n,Household goods,6\n"
    (manifest,) = parse(text.encode(), "a.csv")
    assert manifest.lines == (
        Line("100630", "Rice HS CODE 1006.30", 5, code_from="description"),
        Line("", "Household goods", 6),
    )
