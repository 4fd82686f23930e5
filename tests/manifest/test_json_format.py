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
    ("rest", "found"),
    [
        (b',"mass":1}', "Object contains unknown field `mass`"),
        (
            b',"lines":[{"hs_code":"8507","colour":"red"}]}',
            "Object contains unknown field `colour` - at `$.lines[0]`",
        ),
        (b',"gross_mass_kg":"12"}', "Expected `float | null`, got `str` - at `$.gross_mass_kg`"),
        (b',"gross_mass_kg":-1}', "Expected `float` >= 0.0 - at `$.gross_mass_kg`"),
        (
            b',"lines":[{"description":"no code"}]}',
            "Object missing required field `hs_code` - at `$.lines[0]`",
        ),
        (b',"gross_mass_kg":NaN}', "JSON is malformed: invalid character (byte 46)"),
        (b"", "Input data was truncated"),
    ],
)
def test_names_the_place_of_what_is_wrong(rest: bytes, found: str) -> None:
    assert _refusal(HEAD + rest) == (
        f"a.json: expected a scanai-manifest/1 JSON object, found {found}"
    )


def test_refuses_another_format_and_objects_that_name_none() -> None:
    assert _refusal(b'{"format":"scanai-manifest/2","lines":[]}') == (
        "a.json: expected format scanai-manifest/1, found scanai-manifest/2"
    )
    assert _refusal(b"{}") == (
        "a.json: expected a scanai-manifest/1 JSON object, "
        "found Object missing required field `format`"
    )


def test_names_unknown_hs_codes_and_the_nearest_known() -> None:
    data = HEAD + b',"lines":[{"hs_code":"8507"},{"hs_code":"850799"}]}'
    assert _refusal(data) == (
        "a.json: expected an HS 2022 code at $.lines[1].hs_code, "
        "found 850799 (nearest known: 850790, 850780, 850760)"
    )


def test_survives_deep_nesting_and_hostile_text() -> None:
    _refusal(HEAD + b',"lines":' + b"[" * 100_000)
    _refusal(b'{"x":' + b'{"x":' * 100_000)
    message = _refusal(HEAD + b',"\\u001b[31m' + b"x" * 10_000 + b'":1}')
    assert "\x1b" not in message
    assert len(message) <= 1000


def test_ignores_a_byte_order_mark() -> None:
    assert parse(b"\xef\xbb\xbf" + HEAD + b',"unit":"SYNTH-0001"}', "a").unit == "SYNTH-0001"
