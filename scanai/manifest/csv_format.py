"""Manifests as CSV: the rows of `row_format`, in UTF-8 (a byte order mark is allowed), with commas
and quotes as spreadsheets write them.
"""

from __future__ import annotations

import csv
import io

import msgspec

from scanai.errors import ManifestError
from scanai.manifest.model import Manifest
from scanai.manifest.row_format import COLUMNS, manifests_of


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
    try:
        text = data.decode("utf-8-sig")
        return list(csv.reader(io.StringIO(text, newline=""), strict=True))
    except (UnicodeDecodeError, csv.Error) as error:
        raise ManifestError(source, "comma-separated UTF-8 text", str(error)) from error
