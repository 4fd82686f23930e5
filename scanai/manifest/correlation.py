"""Correlation table of an administration: which codes its own control list has, read from CSV.

Three columns in this order: CN or HS code (4, 6, 8, 10 or 12 digits,
dots and spaces allowed), national code,
control entry. Separated by semicolon, comma or tab; UTF-8 or Latin-1; the header is optional. The
longest code of a row counts. Lines before the rows may say `# title: …`, `# edition: …` and
`# source: …`; other lines that begin with # are remarks. Matching is in `controls`.
"""

from __future__ import annotations

import csv
import io
import re
from os import PathLike
from pathlib import Path

from scanai.errors import RulesError
from scanai.input_files import bounded_bytes
from scanai.manifest.controls import ControlEntry, ControlList
from scanai.manifest.nomenclature import plain_code, require_known

MAX_BYTES = 8 * 2**20
"""Some 200,000 rows: twenty times the correlation tables of the largest administrations."""
_COLUMNS = "CN or HS code, national code, control entry"
_SEPARATORS = "\t;,"
_LABEL = re.compile(r"#\s*(title|edition|source)\s*:\s*(.+)", re.IGNORECASE)
_LONGEST_LABEL = 200


def read_correlation(path: str | PathLike[str]) -> ControlList:
    """Reads an administration's table; the same entry twice for one code counts once.

    Raises RulesError, with the row as counted from the first line of the file, for a file that
    cannot be read or is larger than MAX_BYTES, a row of other than three columns, a code that HS
    2022 does not have, a national code of another subheading, and a row without a control entry.
    """
    path = Path(path)
    text = _text(path)
    labels, rows = _labels_and_rows(text, str(path))
    entries: dict[ControlEntry, None] = {}
    for place, (number, row) in enumerate(rows):
        if place == 0 and _is_header(row):
            continue
        entries[_entry(row, number, str(path))] = None
    if not entries:
        raise RulesError(path, f"rows of {_COLUMNS}", "none")
    return ControlList(
        name=path.stem,
        title=labels.get("title", path.name),
        edition=labels.get("edition", ""),
        source=labels.get("source", path.name),
        entries=tuple(entries),
    )


def _text(path: Path) -> str:
    data = bounded_bytes(path, MAX_BYTES, "three columns separated by ; , or tab", RulesError)
    if b"\0" in data:
        raise RulesError(path, "text in UTF-8 or Latin-1", "bytes that are no text")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("latin-1")


def _labels_and_rows(text: str, source: str) -> tuple[dict[str, str], list[tuple[int, list[str]]]]:
    """What the remarks say of the list, and the other rows with their line numbers."""
    labels: dict[str, str] = {}
    kept: list[str] = []
    for line in text.splitlines():
        if line.startswith("#"):
            if found := _LABEL.fullmatch(line.strip()):
                labels.setdefault(found[1].lower(), found[2].strip()[:_LONGEST_LABEL])
            kept.append("")  # rows keep their numbers
        else:
            kept.append(line)
    first = next((line for line in kept if line.strip()), "")
    separator = next((mark for mark in _SEPARATORS if first.count(mark) >= 2), None)
    if separator is None:
        raise RulesError(source, f"three columns separated by ; , or tab ({_COLUMNS})", first[:80])
    reader = csv.reader(io.StringIO("\n".join(kept), newline=""), delimiter=separator, strict=True)
    rows = []
    try:
        for row in reader:
            cells = [cell.strip() for cell in row]
            if any(cells):
                rows.append((reader.line_num, cells))
    except csv.Error as error:
        raise RulesError(
            source, f"rows of {_COLUMNS}", f"{error} in row {reader.line_num}"
        ) from None
    return labels, rows


def _is_header(row: list[str]) -> bool:
    """A first row that has words where codes stand: a slip in a code still begins with a digit."""
    return all(cell[:1].isalpha() for cell in row[:2] if cell)


def _entry(row: list[str], number: int, source: str) -> ControlEntry:
    where = f"row {number}"
    if len(row) != 3:
        raise RulesError(source, f"three columns ({_COLUMNS}) in {where}", str(len(row)))
    code, national, entry = plain_code(row[0]), plain_code(row[1]), row[2]
    if code or not national:
        require_known(code, source, where, RulesError)
    if national:
        require_known(national, source, where, RulesError)
    shared = min(len(code), len(national), 6)
    if code[:shared] != national[:shared]:
        raise RulesError(source, f"a national code beneath {code[:6]} in {where}", national)
    if not entry:
        raise RulesError(source, f"a control entry in {where}", "none")
    # The national code is the narrower one where it has more digits.
    return ControlEntry(max(code, national, key=len), entry)
