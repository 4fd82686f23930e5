"""Manifest as CSV: a header, then one row a line of goods; columns of the whole unit are repeated.

UTF-8 (a byte order mark is allowed), commas, quotes as spreadsheets write them. Columns may stand
in any order and be left out, except hs_code; others are refused. Spaces around a value do not
count, rows without any value are skipped.

Columns of the unit: format, unit, unit_type, scan_id, regime, route, parties, gross_mass_kg,
tare_kg, seals. They may be blank after the first row, but not differ. Lists are separated by `;`,
the parts of a party by `|` (role|name|country).
Columns of a line: hs_code (dots and spaces allowed, 8507.10 00), description, mass_kg, packages,
package_type, origin, licence. A load declared empty is one row without any of these.
"""

from __future__ import annotations

import csv
import io
import re

import msgspec

from scanai.errors import ManifestError
from scanai.manifest.model import Line, Manifest, Party
from scanai.manifest.nomenclature import require_known
from scanai.records import from_fields

UNIT_COLUMNS = tuple(name for name in Manifest.__struct_fields__ if name != "lines")
LINE_COLUMNS = Line.__struct_fields__
_COLUMNS = (*UNIT_COLUMNS, *LINE_COLUMNS)
_PARTY_PARTS = Party.__struct_fields__
# Bounded digits: Python refuses to convert integers of more than 4,300 digits.
_DECIMAL = re.compile(r"[0-9]{1,15}(\.[0-9]{1,20})?([eE][+-]?[0-9]{1,3})?")
_WHOLE = re.compile(r"[0-9]{1,15}")


def parse(data: bytes, source: str) -> Manifest:
    """Raises ManifestError with the row, counted from 1 for the header as spreadsheets do."""
    rows = _rows(data, source)
    columns = _header(rows[0] if rows else [], source)
    unit: dict[str, str] = {}
    lines: list[Line] = []
    for number, row in enumerate(rows[1:], start=2):
        if len(row) > len(columns):
            raise ManifestError(source, f"{len(columns)} values in row {number}", f"{len(row)}")
        cells = {name: cell.strip() for name, cell in zip(columns, row, strict=False)}
        cells = {name: cell for name, cell in cells.items() if cell}
        if not cells:
            continue
        for name in UNIT_COLUMNS:
            if name in cells and unit.setdefault(name, cells[name]) != cells[name]:
                raise ManifestError(
                    source, f"{name} {unit[name]} in row {number} as above", cells[name]
                )
        goods = {name: cells[name] for name in LINE_COLUMNS if name in cells}
        if goods:
            lines.append(_line(goods, number, source))
    if not unit and not lines:
        raise ManifestError(source, "at least one row below the header", "none")
    return _manifest(unit, tuple(lines), source)


def serialise(manifest: Manifest) -> bytes:
    unit = msgspec.to_builtins(manifest)
    lines = unit.pop("lines")
    unit["route"] = ";".join(manifest.route)
    unit["seals"] = ";".join(manifest.seals)
    unit["parties"] = ";".join(
        "|".join((party.role, party.name, party.country)) for party in manifest.parties
    )
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, _COLUMNS)
    writer.writeheader()
    writer.writerows([unit | line for line in lines] or [unit])
    return text.getvalue().encode()


def _rows(data: bytes, source: str) -> list[list[str]]:
    try:
        text = data.decode("utf-8-sig")
        return list(csv.reader(io.StringIO(text, newline=""), strict=True))
    except (UnicodeDecodeError, csv.Error) as error:
        raise ManifestError(source, "comma-separated UTF-8 text", str(error)) from error


def _header(row: list[str], source: str) -> list[str]:
    columns = [cell.strip() for cell in row]
    for name in columns:
        if name not in _COLUMNS:
            known = ", ".join(_COLUMNS)
            raise ManifestError(source, f"columns out of {known}", repr(name))
        if columns.count(name) > 1:
            raise ManifestError(source, "each column once", f"{name} {columns.count(name)} times")
    if "hs_code" not in columns:
        raise ManifestError(source, "a column hs_code", ", ".join(columns) or "no header")
    return columns


def _number(text: str, whole: bool, source: str, where: str) -> float:
    """msgspec's own conversion would also take "nan" and "1_000"."""
    if not (_WHOLE if whole else _DECIMAL).fullmatch(text):
        what = "a whole number" if whole else "a number with a decimal point"
        raise ManifestError(source, f"{what} in {where}", text[:80])
    return int(text) if whole else float(text)


def _line(cells: dict[str, str], row: int, source: str) -> Line:
    fields: dict[str, object] = dict(cells)
    code = cells.get("hs_code", "").replace(".", "").replace(" ", "")
    require_known(code, source, f"row {row}, column hs_code")
    fields["hs_code"] = code
    for name in ("mass_kg", "packages"):
        if name in cells:
            where = f"row {row}, column {name}"
            fields[name] = _number(cells[name], name == "packages", source, where)
    return from_fields(
        fields, Line, source, ManifestError, lambda name: f"in row {row}, column {name}"
    )


def _party(text: str, source: str) -> Party:
    parts = [part.strip() for part in text.split("|")]
    if len(parts) > len(_PARTY_PARTS):
        raise ManifestError(source, "role|name|country in column parties", text[:80])
    return Party(*parts)


def _manifest(cells: dict[str, str], lines: tuple[Line, ...], source: str) -> Manifest:
    fields: dict[str, object] = dict(cells)
    for name in ("route", "seals"):
        fields[name] = [item.strip() for item in cells.get(name, "").split(";") if item.strip()]
    parties = [item for item in cells.get("parties", "").split(";") if item.strip()]
    fields["parties"] = [msgspec.to_builtins(_party(item, source)) for item in parties]
    for name in ("gross_mass_kg", "tare_kg"):
        if name in cells:
            fields[name] = _number(cells[name], False, source, f"column {name}")
    unit = from_fields(fields, Manifest, source, ManifestError, lambda name: f"in column {name}")
    return msgspec.structs.replace(unit, lines=lines)
