"""Manifests as a spreadsheet: the rows of `row_format` on the first sheet of an XLSX workbook.

Read by openpyxl, with defusedxml beneath it. A workbook is a ZIP of XML, so what it unpacks to is
bounded before it is opened. Formulas are refused: what they show depends on who computed them last.
A code that became a number lost its zeros: 8101.1 is read as 8101.10, for a point behind four
digits leaves no other; what is lost in front is refused, as is a code that became a date.
"""

from __future__ import annotations

import io
import warnings
import zipfile
from collections.abc import Iterator

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import ParseError

from scanai.errors import ManifestError
from scanai.manifest.model import Manifest
from scanai.manifest.row_format import COLUMNS, column_name, manifests_of

MAX_UNPACKED_BYTES = 32 * 1024 * 1024
MAX_PARTS = 1000
MAX_ROWS = 20_000
MAX_COLUMNS = len(COLUMNS)
"""No column stands twice, so no more than these can be used."""
_WHAT = "an XLSX workbook"


def parse(data: bytes, source: str) -> tuple[Manifest, ...]:
    """One manifest for each transport unit. Raises ManifestError with the row."""
    _check_size(data, source)
    try:
        rows = list(_rows(data, source))
    except ManifestError:
        raise
    except Exception as error:  # openpyxl has no error of its own for a broken workbook
        found = f"one that cannot be read: {_fault(error)}"
        raise ManifestError(source, _WHAT, found) from error
    return manifests_of(rows, source)


def _fault(error: BaseException) -> str:
    """What is wrong with a workbook, by all that went wrong on the way."""
    chain: list[BaseException] = []
    cause: BaseException | None = error
    while cause is not None and cause not in chain:
        chain.append(cause)
        cause = cause.__cause__ or cause.__context__
    if any(isinstance(one, DefusedXmlException) for one in chain):
        return "its XML has a DTD or entities"
    if any(isinstance(one, ParseError) for one in chain):
        return "its XML is malformed or breaks off"
    return "a part of it is missing or damaged"


def _check_size(data: bytes, source: str) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = archive.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, EOFError) as error:
        raise ManifestError(source, _WHAT, "no ZIP archive, or a damaged one") from error
    if len(parts) > MAX_PARTS:
        raise ManifestError(source, f"{_WHAT} of at most {MAX_PARTS} parts", f"{len(parts)}")
    # A part is never unpacked beyond the size that its entry states.
    unpacked = sum(part.file_size for part in parts)
    if unpacked > MAX_UNPACKED_BYTES:
        raise ManifestError(
            source, f"{_WHAT} that unpacks to at most {MAX_UNPACKED_BYTES} bytes", f"{unpacked}"
        )


def _rows(data: bytes, source: str) -> Iterator[list[str]]:
    from openpyxl import load_workbook  # 0.2 s that no other format has to wait for
    from openpyxl.utils import get_column_letter

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of features that are not read: styles, validation
        book = load_workbook(io.BytesIO(data), read_only=True, keep_links=False)
        sheet = book.worksheets[0]
        sheet.reset_dimensions()  # they are what the file claims
        codes = -1  # the column of codes
        for number, row in enumerate(sheet.iter_rows(values_only=True), start=1):
            if number > MAX_ROWS:
                raise ManifestError(source, f"at most {MAX_ROWS} rows", "more")
            cells = [
                _text(
                    _as_code(value) if column == codes else value,
                    f"{get_column_letter(column)}{number}",
                    source,
                )
                for column, value in enumerate(row, start=1)
            ]
            if number == 1:
                names = [column_name(cell) for cell in cells]
                codes = names.index("hs_code") + 1 if "hs_code" in names else codes
            while cells and not cells[-1].strip():
                cells.pop()
            if len(cells) > MAX_COLUMNS:
                raise ManifestError(source, f"at most {MAX_COLUMNS} columns", f"{len(cells)}")
            yield cells


def _as_code(value: object) -> object:
    """A number with a point behind four digits as the code that it was; all else as it is."""
    if not isinstance(value, float) or value == value // 1 or not 1000 <= value < 10_000:
        return value
    written = repr(value)
    return written + "0" * (len(written) % 2 == 0)


def _text(value: object, cell: str, source: str) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        if value.startswith("="):
            raise ManifestError(source, f"a value in cell {cell}", "a formula")
        return value.encode("utf-8", "replace").decode()  # no halves of surrogate pairs
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(int(value)) if value == value // 1 else repr(value)
    raise ManifestError(source, f"text or a number in cell {cell}", f"a {type(value).__name__}")
