"""A folder of reports: for each scan NAME.json, NAME.png and NAME.html, and one index.html.

The only place that writes what `picture` and `html` make. A name that something else holds is never
written over: not another scan of the batch, and not a file that is no report (a display picture
inspected into its own folder would lose itself otherwise). Reports of an earlier run on scans that
this one cannot read are removed, for they would pass for what it found; those on other scans stay.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import msgspec
from PIL import Image

from scanai.errors import InputError
from scanai.input_files import bounded_bytes, opened
from scanai.inspect.report import MAX_REPORT_BYTES, Report
from scanai.manifest.model import Manifest
from scanai.output_files import writing
from scanai.render.html import PAGE_MARK, IndexEntry, index_page, report_page
from scanai.render.picture import annotate, jpeg_bytes, png_bytes
from scanai.render.pseudo_colour import pseudo_colour
from scanai.scan.model import Scan

INDEX_FILE = "index.html"
_SUFFIXES = (".json", ".png", ".html")
_BEGINNING = b'{\n  "format": "scanai-report/'
"""Of the JSON here alone: what `--format json` prints has no line breaks, and may be kept here."""
_THUMBNAIL = (360, 240)


class _Inputs(msgspec.Struct):
    scan: str


class _Origin(msgspec.Struct):
    """What of a report says which scan it is on."""

    inputs: _Inputs


class ReportFolder:
    """Open it, `add` scans, `write_index` at the end."""

    def __init__(self, path: str | Path) -> None:
        """Makes the folder; InputError when its index.html is not one of ScanAI's."""
        self.path = Path(path)
        with writing(self.path, "a folder to write reports to"):
            self.path.mkdir(parents=True, exist_ok=True)
        index = self.path / INDEX_FILE
        with writing(index), suppress(FileNotFoundError):
            if not _holds(index, PAGE_MARK):
                expected = "a folder of reports or an empty one"
                raise InputError(self.path, expected, "another index.html")
        self._earlier = {file.stem: file for file in self.path.glob("*.json") if _is_report(file)}
        self._forgotten: set[str] = set()
        self.entries: list[IndexEntry] = []
        self.replaced = 0
        """Reports of an earlier run that were written over."""
        self.removed = 0
        """Those on scans that this one could not read."""
        self.left = 0
        """Those on other scans."""

    def add(self, report: Report, scan: Scan, manifest: Manifest | None) -> str:
        """Writes the files of one scan; returns the name they share.

        InputError when they cannot be written, for instance because the disk is full.
        """
        name = self._free_name(report.inputs.scan)
        colours = pseudo_colour(scan)
        picture = Image.fromarray(colours)
        page = report_page(name, report, manifest, jpeg_bytes(picture))
        encoded = msgspec.json.format(msgspec.json.encode(report), indent=2)
        # JSON first: by it the next run knows whose files these are, even if this one is killed.
        contents = (encoded + b"\n", png_bytes(annotate(colours, report)), page.encode())
        for suffix, content in zip(_SUFFIXES, contents, strict=True):
            file = self._file(name, suffix)
            with writing(file):
                file.write_bytes(content)
        picture.thumbnail(_THUMBNAIL, reducing_gap=2.0)
        self.entries.append(IndexEntry(name, report, jpeg_bytes(picture)))
        self.replaced += name in self._earlier
        return name

    def forget(self, scan: str) -> None:
        """Of a scan file that cannot be read now: no earlier verdict on a file of its name stays
        once the index is written."""
        self._forgotten.add(Path(scan).name)

    def write_index(self, errors: Sequence[str] = ()) -> Path:
        """Writes index.html over what was added, with a line for each input that was not read."""
        index = self.path / INDEX_FILE
        with writing(index):
            index.write_text(index_page(self.entries, errors), "utf-8")
        for name, report in sorted(self._earlier.items()):
            if name.lower() in self._names():
                continue
            if _scan_of(report) in self._forgotten:
                self._remove(name)
                self.removed += 1
            else:
                self.left += 1
        return index

    def _remove(self, name: str) -> None:
        for suffix in reversed(_SUFFIXES):  # JSON last, for it tells whose files these are
            file = self._file(name, suffix)
            with writing(file, "a file to remove"):
                if file.is_file() and (suffix != ".html" or _holds(file, PAGE_MARK)):
                    file.unlink()

    def _file(self, name: str, suffix: str) -> Path:
        return self.path / f"{name}{suffix}"

    def _names(self) -> set[str]:
        """Those that scans of this run have, in lower case: some disks tell no other apart."""
        return {entry.name.lower() for entry in self.entries}

    def _free_name(self, scan_file: str) -> str:
        stem = Path(scan_file).stem
        if scan_file.lower().endswith(".high.png"):
            stem = stem[: -len(".high")]
        used = {"index"} | self._names()
        name, number = stem, 1
        while name.lower() in used or self._is_foreign(name):
            number += 1
            name = f"{stem}-{number}"
        return name

    def _is_foreign(self, name: str) -> bool:
        """Whether files of that name are there that no earlier report wrote."""
        if not any(self._file(name, suffix).exists() for suffix in _SUFFIXES):
            return False
        return not _is_report(self._file(name, ".json"))


def _is_report(file: Path) -> bool:
    try:
        with opened(file) as stream:
            return stream.read(len(_BEGINNING)) == _BEGINNING
    except OSError:
        return False


def _scan_of(report: Path) -> str | None:
    """Name of the scan file that it is on; None of a report that is spoilt."""
    try:
        content = bounded_bytes(report, MAX_REPORT_BYTES, "a report", InputError)
        return msgspec.json.decode(content, type=_Origin).inputs.scan
    except (InputError, msgspec.DecodeError):
        return None


def _holds(page: Path, mark: str) -> bool:
    """Whether it stands near the beginning of a page."""
    with opened(page) as stream:
        return mark.encode() in stream.read(2000)
