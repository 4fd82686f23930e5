"""Manifest files: finds, reads, writes and matches them, whatever their format.

Each format has its own module (`json_format`, `csv_format`); checks that hold for all are here.
"""

from __future__ import annotations

from collections.abc import Callable
from os import PathLike
from pathlib import Path
from typing import NamedTuple

from scanai.errors import ManifestError
from scanai.manifest import csv_format, json_format
from scanai.manifest.model import Manifest

MAX_BYTES = 4 * 1024 * 1024
"""A declaration of 10,000 lines takes some 2 MB; more is no manifest, or an attack on memory."""


class _Format(NamedTuple):
    parse: Callable[[bytes, str], Manifest]
    serialise: Callable[[Manifest], bytes]


_FORMATS = {
    ".json": _Format(json_format.parse, json_format.serialise),
    ".csv": _Format(csv_format.parse, csv_format.serialise),
}


def _format_of(path: Path) -> _Format:
    try:
        return _FORMATS[path.suffix.lower()]
    except KeyError:
        raise ManifestError(path, "a manifest named .json or .csv", path.name) from None


def _bounded_bytes(path: Path) -> bytes:
    try:
        with path.open("rb") as stream:
            data = stream.read(MAX_BYTES + 1)
    except OSError as error:
        raise ManifestError(path, "a readable file", error.strerror or str(error)) from error
    if not data:
        raise ManifestError(path, "a manifest", "an empty file")
    if len(data) > MAX_BYTES:
        raise ManifestError(path, f"at most {MAX_BYTES} bytes", "a larger file")
    return data


def read_manifest(path: str | PathLike[str]) -> Manifest:
    """Reads a manifest by the suffix of its name, .json or .csv.

    Raises ManifestError for a file that cannot be read, is larger than MAX_BYTES, breaks its
    format or declares an HS code that does not exist.
    """
    path = Path(path)
    form = _format_of(path)
    return form.parse(_bounded_bytes(path), str(path))


def write_manifest(manifest: Manifest, path: str | PathLike[str]) -> None:
    """Writes a manifest in the format of the path's suffix; what is written reads back the same.

    Raises ManifestError, and writes nothing, when it would not: a value out of range, an unknown
    HS code, or for CSV a text that the flat table cannot hold.
    """
    path = Path(path)
    form = _format_of(path)
    data = form.serialise(manifest)
    if form.parse(data, str(path)) != manifest:
        raise ManifestError(
            path,
            "values in range, and for CSV no ';' or '|' in lists and no spaces at the ends of text",
            "a manifest that would read back otherwise",
        )
    path.write_bytes(data)


def find_manifest(scan: str | PathLike[str]) -> Path | None:
    """The manifest beside a scan: NAME.manifest.json or NAME.manifest.csv, None if there is none.

    NAME is the scan's file name without its suffix, and without .high or .low of a PNG pair.
    Raises ManifestError when both are there, for nobody can say which one holds.
    """
    scan = Path(scan)
    name = scan.stem
    if scan.suffix.lower() == ".png":
        name = name.removesuffix(".high").removesuffix(".low")
    found = [
        candidate
        for suffix in _FORMATS
        if (candidate := scan.with_name(f"{name}.manifest{suffix}")).is_file()
    ]
    if len(found) > 1:
        raise ManifestError(scan, "one manifest", " and ".join(path.name for path in found))
    return found[0] if found else None


def _plain_identifier(text: str) -> str:
    return "".join(character for character in text if character.isalnum()).upper()


def check_belongs(manifest: Manifest, scan_id: str, unit: str, source: str | PathLike[str]) -> None:
    """Refuses a manifest that names another scan or transport unit than the scan does.

    An empty identifier on either side says nothing. Units are compared by letters and digits only,
    for spaces and hyphens vary between systems. `source` is what the error names.
    """
    if manifest.scan_id and scan_id and manifest.scan_id != scan_id:
        raise ManifestError(source, f"a manifest for scan {scan_id}", manifest.scan_id)
    if manifest.unit and unit and _plain_identifier(manifest.unit) != _plain_identifier(unit):
        raise ManifestError(source, f"a manifest for transport unit {unit}", manifest.unit)
