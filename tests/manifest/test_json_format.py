"""JSON manifests: strict, with the place of what is wrong."""

import pytest

from scanai.errors import ManifestError
from scanai.manifest.json_format import parse

HEAD = b'{"format":"scanai-manifest/1"'


def _refusal(data: bytes) -> str:
    with pytest.raises(ManifestError) as caught:
        parse(data, "a.json")
    return str(caught.value)


@pytest.mark.parametrize(
    ("rest", "message"),
    [
        (
            b',"mass":1}',
            "expected only known fields (format, unit, unit_type, scan_id, regime, route, parties, "
            "gross_mass_kg, tare_kg, seals, lines), found mass",
        ),
        (
            b',"lines":[{"hs_code":"8507","colour":"red"}]}',
            "expected only known fields at $.lines[0] (hs_code, description, mass_kg, packages, "
            "package_type, origin, licence, bill, code_from), found colour",
        ),
        (b',"gross_mass_kg":"12"}', "expected a number or null at $.gross_mass_kg, found '12'"),
        (b',"gross_mass_kg":-1}', "expected a number of at least 0 at $.gross_mass_kg, found -1"),
        (b',"regime":5}', "expected text or null at $.regime, found 5"),
        (
            b',"regime":"x"}',
            "expected export, free_zone, import, transhipment or transit at $.regime, found 'x'",
        ),
        (
            b',"lines":[{"hs_code":"85"}]}',
            "expected an HS code of 4, 6, 8, 10 or 12 digits at $.lines[0].hs_code, found '85'",
        ),
        (
            b',"unit":"' + 2001 * b"x" + b'"}',
            "expected text of at most 2000 characters at $.unit, found 2001",
        ),
        (
            b',"lines":[{"mass_kg":1}]}',
            "expected an HS code or a description at $.lines[0], found neither",
        ),
        (
            b',"gross_mass_kg":NaN}',
            "expected a scanai-manifest/1 JSON object, "
            "found malformed JSON: invalid character (byte 46)",
        ),
        (b"", "expected a scanai-manifest/1 JSON object, found JSON that breaks off"),
    ],
)
def test_names_the_place_of_what_is_wrong(rest: bytes, message: str) -> None:
    assert _refusal(HEAD + rest) == f"a.json: {message}"


def test_refuses_another_format_and_objects_that_name_none() -> None:
    assert _refusal(b'{"format":"scanai-manifest/2","lines":[]}') == (
        "a.json: expected format scanai-manifest/1, found scanai-manifest/2"
    )
    assert _refusal(b"{}") == "a.json: expected a field format, found none"
    assert _refusal(b"[]") == "a.json: expected a scanai-manifest/1 JSON object, found a list"


def test_names_unknown_hs_codes_and_the_nearest_known() -> None:
    data = HEAD + b',"lines":[{"hs_code":"8507"},{"hs_code":"850799"}]}'
    assert _refusal(data) == (
        "a.json: expected an HS 2022 code at $.lines[1].hs_code, "
        "found 850799 (nearest known: 850790, 852799)"
    )


def test_survives_deep_nesting_and_hostile_text() -> None:
    _refusal(HEAD + b',"lines":' + b"[" * 100_000)
    _refusal(b'{"x":' + b'{"x":' * 100_000)
    message = _refusal(HEAD + b',"\\u001b[31m' + b"x" * 10_000 + b'":1}')
    assert "\x1b" not in message
    assert len(message) <= 1000


def test_ignores_a_byte_order_mark() -> None:
    assert (
        parse(b"\xef\xbb\xbf" + HEAD + b',"unit":"SYNTH-0001","lines":[]}', "a").unit
        == "SYNTH-0001"
    )


def test_refuses_an_object_without_lines_for_empty_is_said() -> None:
    assert _refusal(HEAD + b',"unit":"SYNTH-0001"}') == (
        'a.json: expected a field lines, "lines": [] for a unit that is declared empty, found none'
    )
    assert parse(HEAD + b',"lines":[]}', "a.json").declared_empty


@pytest.mark.parametrize(
    ("rest", "name"),
    [
        (b',"lines":[{"hs_code":"8507"}],"lines":[]}', "lines"),
        (b',"lines":[{"hs_code":"8101","hs_code":"8507"}]}', "hs_code"),
        (b',"lines":[],"format":"scanai-manifest/1"}', "format"),
    ],
)
def test_refuses_a_name_that_stands_twice(rest: bytes, name: str) -> None:
    assert _refusal(HEAD + rest) == (
        f"a.json: expected each name once in an object, found {name} more than once"
    )


def test_reads_codes_as_rows_do() -> None:
    data = HEAD + (
        b',"lines":[{"hs_code":"2202.10"},{"description":"Pumps, HS CODE 8413.70","mass_kg":9},'
        b'{"description":"Pumps, HS CODE 8413.70","code_from":"declared"}]}'
    )
    first, second, third = parse(data, "a.json").lines
    assert first.hs_code == "220210"
    assert (second.hs_code, second.code_from, second.mass_kg) == ("841370", "description", 9)
    assert third.hs_code == ""
    assert "expected an HS code of 4, 6" in _refusal(HEAD + b',"lines":[{"hs_code":"8504.4"}]}')


def test_a_blank_description_is_none() -> None:
    assert _refusal(HEAD + b',"lines":[{"description":"  "}]}') == (
        "a.json: expected an HS code or a description at $.lines[0], found neither"
    )


def test_reads_a_line_without_code_that_is_described() -> None:
    manifest = parse(HEAD + b',"lines":[{"description":"Rice"}]}', "a.json")
    assert not manifest.declared_empty
    assert not manifest.fully_coded
    assert not manifest.lines[0].coded
