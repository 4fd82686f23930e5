"""Manifests as rows: a header, then one row a line of goods; what CSV and XLSX have in common.

Columns may stand in any order and be left out, except hs_code; others are refused. Their names and
the words of regime and code_from are read in any case. Spaces around a value do not count, rows
without any value are skipped.

Columns of the unit: format, unit, unit_type, scan_id, regime, route, parties, gross_mass_kg,
tare_kg, seals. They may be blank after the first row of a unit, but not differ. Lists are separated
by `;`, the parts of a party by `|` (role|name|country). Another unit makes another manifest; rows
that leave the unit blank belong to the one above.
Columns of a line: hs_code (dots and spaces allowed, 8507.10 00; blank only where there is a
description), description, mass_kg, packages, package_type, origin, licence, bill, code_from. Where
hs_code and code_from are blank, codes are looked for in the description. A unit declared empty is
one row without any of these.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

import msgspec

from scanai.errors import ManifestError
from scanai.manifest.codes_in_text import with_codes_found
from scanai.manifest.iso6346 import canonical
from scanai.manifest.model import Line, Manifest, Party
from scanai.manifest.nomenclature import plain_code, require_goods
from scanai.manifest.quantities import decimal, whole
from scanai.manifest.size_types import unit_type_told
from scanai.records import from_fields

UNIT_COLUMNS = tuple(name for name in Manifest.__struct_fields__ if name != "lines")
LINE_COLUMNS = Line.__struct_fields__
COLUMNS = (*UNIT_COLUMNS, *LINE_COLUMNS)
_PARTY_PARTS = Party.__struct_fields__


class _Unit:
    """What the rows of one transport unit say."""

    def __init__(self) -> None:
        self.cells: dict[str, str] = {}
        self.lines: list[Line] = []
        self.told: set[int] = set()
        """Numbers of the lines that say where their code comes from."""


def manifests_of(rows: Iterable[Sequence[str]], source: str) -> tuple[Manifest, ...]:
    """One manifest for each unit, in the order of their first rows.

    Raises ManifestError with the row, counted from 1 for the header as spreadsheets do.
    """
    numbered = enumerate(rows, start=1)
    columns = _header(next(numbered, (1, ()))[1], source)
    units: dict[str, _Unit] = {}
    current = ""
    for number, row in numbered:
        if len(row) > len(columns):
            raise ManifestError(source, f"{len(columns)} values in row {number}", f"{len(row)}")
        cells = {name: cell.strip() for name, cell in zip(columns, row, strict=False)}
        cells = {name: cell for name, cell in cells.items() if cell}
        if not cells:
            continue
        if "unit" in cells:
            current = canonical(cells["unit"]) or cells["unit"]
            if list(units) == [""]:  # the first rows left it blank
                units = {current: units[""]}
        unit = units.setdefault(current, _Unit())
        _add_unit_cells(unit, cells, number, source)
        goods = {name: cells[name] for name in LINE_COLUMNS if name in cells}
        if goods:
            # What ScanAI wrote itself says where each code comes from, and reads back as it was.
            if "code_from" in goods:
                unit.told.add(len(unit.lines))
            unit.lines.append(_line(goods, number, source))
    if not units:
        raise ManifestError(source, "at least one row below the header", "none")
    return tuple(_manifest(unit, source) for unit in units.values())


def column_name(cell: str) -> str:
    """A name of a column, or a word of one, as it is written in whatever case: HS Code, Transit."""
    return "_".join(re.split(r"[\s_-]+", cell.strip().lower()))


def _header(row: Sequence[str], source: str) -> list[str]:
    columns = [column_name(cell) for cell in row]
    for name, cell in zip(columns, row, strict=True):
        if name not in COLUMNS:
            known = ", ".join(COLUMNS)
            raise ManifestError(source, f"columns out of {known}", repr(cell.strip()[:80]))
        if columns.count(name) > 1:
            raise ManifestError(source, "each column once", f"{name} {columns.count(name)} times")
    if "hs_code" not in columns:
        raise ManifestError(source, "a column hs_code", ", ".join(columns) or "no header")
    return columns


def _add_unit_cells(unit: _Unit, cells: dict[str, str], row: int, source: str) -> None:
    for name in UNIT_COLUMNS:
        told = unit.cells.setdefault(name, cells[name]) if name in cells else ""
        # A unit is told by its letters and digits, and the rows are its already.
        if name in cells and told != cells[name] and name != "unit":
            raise ManifestError(source, f"{name} {told} in row {row} as above", cells[name])


def _line(cells: dict[str, str], row: int, source: str) -> Line:
    fields: dict[str, object] = dict(cells)
    code = plain_code(cells.get("hs_code", ""))
    require_goods(
        code,
        cells.get("description", ""),
        source,
        line_at=f"row {row}",
        code_at=f"row {row}, column hs_code",
    )
    fields["hs_code"] = code
    if "code_from" in cells:
        fields["code_from"] = column_name(cells["code_from"])
    if "mass_kg" in cells:
        fields["mass_kg"] = decimal(cells["mass_kg"], source, f"row {row}, column mass_kg")
    if "packages" in cells:
        fields["packages"] = whole(cells["packages"], source, f"row {row}, column packages")
    return from_fields(
        fields, Line, source, ManifestError, lambda name: f"in row {row}, column {name}"
    )


def _party(text: str, source: str) -> Party:
    parts = [part.strip() for part in text.split("|")]
    if len(parts) > len(_PARTY_PARTS):
        raise ManifestError(source, "role|name|country in column parties", text[:80])
    return Party(*parts)


def _manifest(unit: _Unit, source: str) -> Manifest:
    fields: dict[str, object] = dict(unit.cells)
    fields["unit_type"] = unit_type_told(unit.cells.get("unit_type", ""))
    for name in ("route", "seals"):
        cell = unit.cells.get(name, "")
        fields[name] = [item.strip() for item in cell.split(";") if item.strip()]
    parties = [item for item in unit.cells.get("parties", "").split(";") if item.strip()]
    fields["parties"] = [msgspec.to_builtins(_party(item, source)) for item in parties]
    for name in ("gross_mass_kg", "tare_kg"):
        if name in unit.cells:
            fields[name] = decimal(unit.cells[name], source, f"column {name}")
    if "regime" in unit.cells:
        fields["regime"] = column_name(unit.cells["regime"])
    manifest = from_fields(
        fields, Manifest, source, ManifestError, lambda name: f"in column {name}"
    )
    manifest = msgspec.structs.replace(manifest, lines=tuple(unit.lines))
    return with_codes_found(manifest, source, unit.told)
