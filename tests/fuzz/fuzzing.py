"""What the fuzz targets of the manifest readers share: samples, what is fed, and atheris.

Whatever the bytes are, a reader gives manifests that JSON holds without loss, or a ManifestError.
`test_fuzzing.py` feeds each target a few hundred mutations of its samples without atheris; each
`fuzz_READER.py` beside this file fuzzes one for as long as it is let.
"""

from __future__ import annotations

import contextlib
import io
import sys
import tempfile
import zipfile
from pathlib import Path

from openpyxl import Workbook

from scanai.errors import ManifestError
from scanai.manifest import Line, Manifest, Party, json_format
from scanai.manifest.csv_format import serialise
from scanai.manifest.files import parse_bytes

DATA = Path(__file__).resolve().parents[1] / "manifest" / "data"
_SHEET = "xl/worksheets/sheet1.xml"
_MANIFEST = Manifest(
    unit="TESU0000013",
    regime="import",
    route=("INNSA", "DJJIB"),
    parties=(Party("consignee", "Synthetic Trading", "DJ"),),
    gross_mass_kg=1200.5,
    seals=("S-1", "S-2"),
    lines=(Line("850440", "Transformers", 1000.5, 4, "PX"), Line("", "Rice, HS CODE 1006.30")),
)


def workbook(rows: list[list[object]]) -> bytes:
    book = Workbook()
    for row in rows:
        book.active.append(row)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


_WORKBOOK = workbook(
    [
        ["unit", "hs_code", "description", "mass_kg", "packages"],
        ["TESU0000013", 850440, "Transformers", 1000.5, 4],
        ["TESU0000029", None, "Rice, HS CODE 1006.30", 20000, None],
    ]
)


def part_of(data: bytes, name: str) -> bytes:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return archive.read(name)


def with_part(data: bytes, name: str, content: bytes) -> bytes:
    """The workbook with one part exchanged: sound as a ZIP, whatever the part holds."""
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(stream, "w") as new:
        for part in old.namelist():
            new.writestr(part, content if part == name else old.read(part))
    return stream.getvalue()


SAMPLES = {
    "json": [json_format.serialise(_MANIFEST)],
    "csv": [serialise(_MANIFEST)],
    "awmds": [(DATA / "awmds.xml").read_bytes()],
    "cuscar": [(DATA / "cuscar.edi").read_bytes()],
    "xlsx": [_WORKBOOK, part_of(_WORKBOOK, _SHEET)],
}
SUFFIXES = {"json": ".json", "csv": ".csv", "awmds": ".xml", "cuscar": ".edi", "xlsx": ".xlsx"}


def feed(reader: str, data: bytes) -> None:
    """Raises whatever is a defect of the reader."""
    if reader == "xlsx" and not data.startswith(b"PK"):
        data = with_part(_WORKBOOK, _SHEET, data)  # or no mutation would get past the ZIP
    with contextlib.suppress(ManifestError):
        for manifest in parse_bytes(data, SUFFIXES[reader], "fuzzed")[:20]:
            assert json_format.parse(json_format.serialise(manifest), "again") == manifest


def run(reader: str) -> None:
    """Fuzzes with the arguments of libFuzzer, `-max_total_time=60` and others."""
    import atheris

    with tempfile.TemporaryDirectory() as corpus:
        for number, sample in enumerate(SAMPLES[reader]):
            (Path(corpus) / str(number)).write_bytes(sample)
        atheris.instrument_all()
        atheris.Setup([*sys.argv, corpus], lambda data: feed(reader, data))
        atheris.Fuzz()
