"""Reports of earlier runs: found in folders and read strictly, for commands about them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from scanai.errors import InputError
from scanai.inspect.report import Report
from scanai.records import from_json

_MARK = b'"scanai-report/'
_MAX_BYTES = 64 * 2**20


def report_files(paths: Sequence[Path]) -> Iterator[Path]:
    """Files as they are; of a folder, searched with its subfolders, those that begin as a report.

    InputError for a folder that holds none.
    """
    for path in paths:
        if not path.is_dir():
            yield path
            continue
        found = [file for file in sorted(path.rglob("*.json")) if _begins_as_report(file)]
        if not found:
            raise InputError(path, "a folder with reports", "none in it")
        yield from found


def read_report(path: Path) -> Report:
    """InputError when the file is no report of a format that this ScanAI reads."""
    try:
        if path.stat().st_size > _MAX_BYTES:
            raise InputError(path, f"a report of at most {_MAX_BYTES} bytes", "more")
        content = path.read_bytes()
    except OSError as error:
        raise InputError(path, "a report", error.strerror or str(error)) from error
    return from_json(content, Report, path, "a scanai-report/1 record", InputError)


def _begins_as_report(path: Path) -> bool:
    try:
        with path.open("rb") as opened:
            return _MARK in opened.read(64)
    except OSError:
        return True  # to be told of when it is read
