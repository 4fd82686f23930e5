"""Manifest files: finds, reads, writes and matches them, whatever their format.

Each format has its own module (`json_format`, `csv_format`, `xlsx_format`, `awmds_format`,
`cuscar_format`); checks that hold for all are here.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from os import PathLike
from pathlib import Path
from typing import NamedTuple

from scanai.errors import ManifestError
from scanai.input_files import bounded_bytes, file_beside, scan_name
from scanai.manifest import awmds_format, csv_format, cuscar_format, json_format, xlsx_format
from scanai.manifest.iso6346 import has_right_check_digit, is_container_number, same_unit
from scanai.manifest.model import Manifest
from scanai.manifest.units_of_bills import MAX_LINES

_MIB = 1024 * 1024
MAX_BYTES = 4 * _MIB
"""A declaration of 10,000 lines takes some 2 MB; more is no manifest, or an attack on memory."""
MAX_BYTES_AWMDS = 16 * _MIB
"""A whole vessel: a bill takes some 1 to 2 kB."""
MAX_BYTES_CUSCAR = 8 * _MIB
"""A whole vessel: a bill takes some 0.5 kB. Two seconds a MiB on one core."""
_NAMED = 5
"""Units that a message names when there are more."""


class _Format(NamedTuple):
    parse: Callable[[bytes, str], tuple[Manifest, ...]]
    serialise: Callable[[Manifest], bytes] | None = None
    """None: it is only read."""
    max_bytes: int = MAX_BYTES


_FORMATS = {
    ".json": _Format(
        lambda data, source: (json_format.parse(data, source),), json_format.serialise
    ),
    ".csv": _Format(csv_format.parse, csv_format.serialise),
    ".xlsx": _Format(xlsx_format.parse),
    ".xml": _Format(awmds_format.parse, max_bytes=MAX_BYTES_AWMDS),
    ".edi": _Format(cuscar_format.parse, max_bytes=MAX_BYTES_CUSCAR),
}
SUFFIXES = tuple(_FORMATS)


def _format_of(path: Path) -> _Format:
    try:
        return _FORMATS[path.suffix.lower()]
    except KeyError:
        expected = f"a manifest named {', '.join(SUFFIXES[:-1])} or {SUFFIXES[-1]}"
        raise ManifestError(path, expected, path.name) from None


def read_manifests(path: str | PathLike[str]) -> tuple[Manifest, ...]:
    """Reads all manifests of a file, one a transport unit, by the suffix of its name.

    .json (one unit), .csv and .xlsx (rows), .xml (ASYCUDA World AWMDS), .edi (UN/EDIFACT CUSCAR).
    Raises ManifestError for a file that cannot be read, is too large, breaks its format or, but
    for AWMDS and CUSCAR, declares an HS code that does not exist.
    """
    path = Path(path)
    data = bounded_bytes(path, _format_of(path).max_bytes, "a manifest", ManifestError)
    return parse_bytes(data, path.suffix.lower(), str(path))


def parse_bytes(data: bytes, suffix: str, source: str) -> tuple[Manifest, ...]:
    """The manifests in the bytes of a file of that suffix; errors name `source`."""
    manifests = _FORMATS[suffix].parse(data, source)
    if sum(len(manifest.lines) for manifest in manifests) > MAX_LINES:
        raise ManifestError(source, f"at most {MAX_LINES} lines of goods", "more")
    return manifests


def read_manifest(path: str | PathLike[str], unit: str = "") -> Manifest:
    """The manifest of a file that holds one, or that of `unit`; else as `read_manifests`.

    ManifestError when the file tells of several units and `unit` is none of them, or of another.
    """
    manifest = manifest_of(read_manifests(path), unit, path)
    check_belongs(manifest, scan_id="", unit=unit, source=path)
    return manifest


def manifest_of(manifests: Sequence[Manifest], unit: str, source: str | PathLike[str]) -> Manifest:
    """The only one, which may be of any unit, or the one of `unit` among several."""
    if len(manifests) == 1:
        return manifests[0]
    matching = [one for one in manifests if unit and one.unit and same_unit(one.unit, unit)]
    if not matching:
        wanted = f"transport unit {unit}" if unit else "one transport unit, or the name of one"
        raise ManifestError(source, wanted, _units_named(manifests))
    return matching[0]


def _units_named(manifests: Sequence[Manifest]) -> str:
    """How many units there are, and the first few, with what is wrong with their numbers."""
    names = [
        f"{one.unit} (wrong check digit)"
        if is_container_number(one.unit) and not has_right_check_digit(one.unit)
        else one.unit or "one without a number"
        for one in manifests[:_NAMED]
    ]
    more = ", ..." if len(manifests) > _NAMED else ""
    return f"{len(manifests)} units: {', '.join(names)}{more}"


def write_manifest(manifest: Manifest, path: str | PathLike[str]) -> None:
    """Writes a manifest in the format of the path's suffix; what is written reads back the same.

    Raises ManifestError, and writes nothing, when it would not: a value out of range, an unknown
    HS code, or for CSV a text that the flat table cannot hold.
    """
    path = Path(path)
    form = _format_of(path)
    if form.serialise is None:
        raise ManifestError(path, "a manifest named .json or .csv to write", path.name)
    data = form.serialise(manifest)
    if form.parse(data, str(path)) != (manifest,):
        raise ManifestError(
            path,
            "values in range, and for CSV no ';' or '|' in lists and no spaces at the ends of text",
            "a manifest that would read back otherwise",
        )
    path.write_bytes(data)


def find_manifest(scan: str | PathLike[str]) -> Path | None:
    """The manifest beside a scan: NAME.manifest.json, .csv, .xlsx, .xml or .edi; None without.

    NAME is the scan's file name without its suffix, and without .high or .low of a PNG pair.
    Raises ManifestError when several are there, for nobody can say which one holds, and for a
    folder of that name.
    """
    scan = Path(scan)
    name = scan_name(scan)
    names = [f"{name}.manifest{suffix}" for suffix in _FORMATS]
    return file_beside(scan, names, "one manifest", ManifestError)


def check_belongs(manifest: Manifest, scan_id: str, unit: str, source: str | PathLike[str]) -> None:
    """Refuses a manifest that names another scan or transport unit than the scan does.

    An empty identifier on either side says nothing. Units are compared by letters and digits only,
    for spaces and hyphens vary between systems, and some leave out the check digit of a container.
    `source` is what the error names.
    """
    if manifest.scan_id and scan_id and manifest.scan_id != scan_id:
        raise ManifestError(source, f"a manifest for scan {scan_id}", manifest.scan_id)
    if manifest.unit and unit and not same_unit(manifest.unit, unit):
        raise ManifestError(source, f"a manifest for transport unit {unit}", manifest.unit)
