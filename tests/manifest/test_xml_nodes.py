"""XML of hostile origin: encodings are read, bombs and bounds refused."""

import pytest

from scanai.errors import ManifestError
from scanai.manifest import xml_nodes
from scanai.manifest.xml_nodes import parse_nodes

TEXT = '<?xml version="1.0"{}?><A><b> café\n </b><c/></A>'


def _refusal(data: bytes) -> str:
    with pytest.raises(ManifestError) as caught:
        parse_nodes(data, "a.xml", "such XML")
    return str(caught.value).removeprefix("a.xml: ")


@pytest.mark.parametrize(
    ("declared", "encoding"),
    [
        ("", "utf-8"),
        (' encoding="UTF-8"', "utf-8-sig"),
        (' encoding="ISO-8859-1"', "latin-1"),
        (' encoding="UTF-16"', "utf-16"),
        ("", "utf-16"),
    ],
)
def test_reads_the_encoding_that_is_declared(declared: str, encoding: str) -> None:
    root = parse_nodes(TEXT.format(declared).encode(encoding), "a.xml", "such XML")
    assert root.name == "a"
    assert root.told("b") == "café"
    assert root.told("c") == root.told("d") == ""


def test_refuses_latin_1_that_claims_to_be_utf_8() -> None:
    assert "expected such XML, found malformed XML" in _refusal(TEXT.format("").encode("latin-1"))


def test_refuses_entities_and_dtds() -> None:
    bomb = b'<!DOCTYPE a [<!ENTITY b "bbbb"><!ENTITY c "&b;&b;">]><a>&c;</a>'
    file = b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/hostname">]><a>&b;</a>'
    for data in (bomb, file, b"<!DOCTYPE a><a/>"):
        assert _refusal(data) == "expected such XML without DTD and entities, found a DTD"


def test_refuses_deep_and_many_elements(monkeypatch: pytest.MonkeyPatch) -> None:
    assert _refusal(b"<a>" * 100_000).startswith("expected elements at most 32 deep")
    monkeypatch.setattr(xml_nodes, "MAX_ELEMENTS", 3)
    parse_nodes(b"<a><b/><b/></a>", "a.xml", "such XML")
    assert _refusal(b"<a><b/><b/><b/></a>") == "expected at most 3 elements, found more"


@pytest.mark.parametrize("data", [b"", b"no XML", b"<a>", b"<a/><b/>"])
def test_refuses_what_is_malformed(data: bytes) -> None:
    assert _refusal(data).startswith("expected such XML, found malformed XML: ")


@pytest.mark.parametrize("encoding", ["no", "shift_jis", "utf-7"])
def test_refuses_encodings_that_it_does_not_read(encoding: str) -> None:
    data = f'<?xml version="1.0" encoding="{encoding}"?><a/>'.encode()
    assert _refusal(data) == (
        "expected such XML in UTF-8, UTF-16 or Latin-1, found another encoding"
    )
