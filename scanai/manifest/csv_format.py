"""Manifests as CSV: the rows of `row_format`, with quotes as spreadsheets write them.

In UTF-8 (a byte order mark is allowed), or UTF-16 with a byte order mark; separated by comma,
semicolon or tab, whichever the header has, for no name of a column holds one. Written in UTF-8 with
commas. A file in Latin-1 looks like one in any other code page, and is refused.
"""

from __future__ import annotations

import codecs
import csv
import io
import re

import msgspec

from scanai.errors import ManifestError
from scanai.manifest.model import Manifest
from scanai.manifest.row_format import COLUMNS, manifests_of

_SEPARATORS = ",;\t"
_FAULTS = {
    "unexpected end of data": "a quote that is not closed",
    "expected after": "text behind a closing quote",
    "field larger": "a value of too many characters",
    "new-line": "a line break outside of quotes",
}
"""What the csv module complains of, in plain words."""


def parse(data: bytes, source: str) -> tuple[Manifest, ...]:
    """One manifest for each transport unit. Raises ManifestError with the row."""
    return manifests_of(_rows(data, source), source)


def serialise(manifest: Manifest) -> bytes:
    unit = msgspec.to_builtins(manifest)
    lines = unit.pop("lines")
    unit["route"] = ";".join(manifest.route)
    unit["seals"] = ";".join(manifest.seals)
    unit["parties"] = ";".join(
        "|".join((party.role, party.name, party.country)) for party in manifest.parties
    )
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, COLUMNS)
    writer.writeheader()
    writer.writerows([unit | line for line in lines] or [unit])
    return text.getvalue().encode()


def _rows(data: bytes, source: str) -> list[list[str]]:
    text = _text(data, source)
    header = re.split(r"[\r\n]", text.lstrip(), maxsplit=1)[0]
    marks = [mark for mark in _SEPARATORS if mark in header] or [","]
    if len(marks) > 1:
        found = " and ".join(map(repr, marks))
        raise ManifestError(source, "a header with one separator, comma, semicolon or tab", found)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=marks[0], strict=True)
    rows: list[list[str]] = []
    try:
        rows.extend(reader)
    except csv.Error as error:
        said = str(error)
        found = next((words for part, words in _FAULTS.items() if part in said), "a broken one")
        where = f"line {max(reader.line_num, 1)}"
        raise ManifestError(
            source, f"a table as spreadsheets write it, at {where}", found
        ) from error
    return rows


def _text(data: bytes, source: str) -> str:
    """UTF-8, or UTF-16 with a byte order mark. Other encodings do not say which they are."""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        encoding, name = "utf-16", "UTF-16, as its first bytes say"
    else:
        encoding, name = "utf-8-sig", "UTF-8, or UTF-16 with a byte order mark"
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        found = f"text in another encoding, such as Latin-1, at line {line}"
        if encoding == "utf-16":
            found = "bytes that are none"
        raise ManifestError(source, f"text in {name}", found) from error
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        raise ManifestError(source, "text", f"a NUL character at line {line}")
    return text
