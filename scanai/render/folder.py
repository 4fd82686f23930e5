"""A folder of reports: for each scan NAME.json, NAME.png and NAME.html, and one index.html.

The only place that writes what `picture` and `html` make. A name that something else holds is never
written over: not another scan of the batch, and not a file that is no report (a display picture
inspected into its own folder would lose itself otherwise).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import msgspec
from PIL import Image

from scanai.errors import InputError
from scanai.inspect.report import Report
from scanai.manifest.model import Manifest
from scanai.render.html import PAGE_MARK, IndexEntry, index_page, report_page
from scanai.render.picture import annotate, jpeg_bytes, png_bytes
from scanai.render.pseudo_colour import pseudo_colour
from scanai.scan.model import Scan

INDEX_FILE = "index.html"
_SUFFIXES = (".json", ".png", ".html")
_THUMBNAIL = (360, 240)


class ReportFolder:
    """Open it, `add` scans, `write_index` at the end."""

    def __init__(self, path: str | Path) -> None:
        """Makes the folder; InputError when its index.html is not one of ScanAI's."""
        self.path = Path(path)
        with self._writing():
            self.path.mkdir(parents=True, exist_ok=True)
        index = self.path / INDEX_FILE
        if index.exists() and PAGE_MARK not in index.read_text("utf-8", errors="replace")[:2000]:
            raise InputError(self.path, "a folder of reports or an empty one", "another index.html")
        self.entries: list[IndexEntry] = []
        self.replaced = 0
        """Reports of an earlier run that were written over."""

    def add(self, report: Report, scan: Scan, manifest: Manifest | None) -> str:
        """Writes the files of one scan; returns the name they share.

        InputError when they cannot be written, for instance because the disk is full.
        """
        name = self._free_name(report.inputs.scan)
        colours = pseudo_colour(scan)
        picture = Image.fromarray(colours)
        annotated = annotate(colours, report)
        page = report_page(name, report, manifest, jpeg_bytes(picture))
        encoded = msgspec.json.format(msgspec.json.encode(report), indent=2)
        with self._writing():
            self._file(name, ".png").write_bytes(png_bytes(annotated))
            self._file(name, ".json").write_bytes(encoded + b"\n")
            self._file(name, ".html").write_text(page, "utf-8")
        picture.thumbnail(_THUMBNAIL, reducing_gap=2.0)
        self.entries.append(IndexEntry(name, report, jpeg_bytes(picture)))
        return name

    def write_index(self, errors: Sequence[str] = ()) -> Path:
        """Writes index.html over what was added, with a line for each input that was not read."""
        index = self.path / INDEX_FILE
        with self._writing():
            index.write_text(index_page(self.entries, errors), "utf-8")
        return index

    @contextmanager
    def _writing(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            reason = error.strerror or str(error)
            raise InputError(self.path, "a folder to write reports to", reason) from error

    def _file(self, name: str, suffix: str) -> Path:
        return self.path / f"{name}{suffix}"

    def _free_name(self, scan_file: str) -> str:
        stem = Path(scan_file).stem
        if scan_file.lower().endswith(".high.png"):
            stem = stem[: -len(".high")]
        used = {"index"} | {entry.name.lower() for entry in self.entries}
        name, number = stem, 1
        while name.lower() in used or self._is_foreign(name):
            number += 1
            name = f"{stem}-{number}"
        if self._file(name, ".json").exists():
            self.replaced += 1
        return name

    def _is_foreign(self, name: str) -> bool:
        """Whether files of that name are there that no earlier report wrote."""
        if not any(self._file(name, suffix).exists() for suffix in _SUFFIXES):
            return False
        try:
            with self._file(name, ".json").open("rb") as stream:
                return b'"scanai-report/' not in stream.read(64)
        except OSError:
            return True
