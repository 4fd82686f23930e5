"""Reports of earlier runs: found in folders and read strictly, for commands about them."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NoReturn

from scanai.errors import InputError
from scanai.input_files import bounded_bytes, is_folder, opened
from scanai.inspect.report import MAX_REPORT_BYTES, Report
from scanai.records import from_json

_MARK = b'"scanai-report/'
_WHAT = "a scanai-report/1 record"


def report_files(paths: Sequence[Path]) -> Iterator[Path]:
    """Files as they are; of a folder, searched with its subfolders, those that begin as a report.

    A folder that holds none and one that cannot be listed are kept: reading them says so.
    """
    for path in paths:
        yield from _reports_below(path) if is_folder(path) else [path]


def read_report(path: Path) -> Report:
    """InputError when the file is no report of a format that this ScanAI reads."""
    if is_folder(path):
        _refuse_folder(path)
    content = bounded_bytes(path, MAX_REPORT_BYTES, _WHAT, InputError)
    return from_json(content, Report, path, _WHAT, InputError)


def _begins_as_report(path: Path) -> bool:
    try:
        with opened(path) as stream:
            return _MARK in stream.read(64)
    except OSError:
        return True  # to be told of when it is read


def _reports_below(folder: Path) -> list[Path]:
    found: list[Path] = []
    unlisted: list[OSError] = []
    for place, _, names in os.walk(folder, onerror=unlisted.append):
        files = (Path(place) / name for name in names if name.endswith(".json"))
        found.extend(file for file in files if _begins_as_report(file))
    found.extend(Path(error.filename) for error in unlisted)
    return sorted(found) or [folder]


def _refuse_folder(folder: Path) -> NoReturn:
    try:
        next(folder.iterdir(), None)
    except OSError as error:
        raise InputError(folder, "a readable folder", error.strerror or str(error)) from error
    raise InputError(folder, "a folder with reports", "none in it")
