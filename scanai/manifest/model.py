"""What a declaration is in memory: `scanai-manifest/1`, one record with its lines of goods."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

Text = Annotated[str, msgspec.Meta(max_length=2000)]
MOST_KG = 1e6
Mass = Annotated[float, msgspec.Meta(ge=0, le=MOST_KG)]
Regime = Literal["import", "export", "transit", "transhipment", "free_zone"]


class Party(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    role: Text
    name: Text = ""
    country: Text = ""


class Line(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One line of goods."""

    hs_code: str = ""
    """4, 6, 8, 10 or 12 digits; `nomenclature.require_known` checks them, and says what was meant.
    Empty where the declaration gives none: goods all the same, and they could be any."""
    description: Text = ""
    mass_kg: Mass | None = None
    """Gross mass of the line, goods and packing."""
    packages: Annotated[int, msgspec.Meta(ge=0, le=10_000_000)] | None = None
    package_type: Text = ""
    origin: Text = ""
    licence: Text = ""
    """Reference of the licence or permit; empty when none was given."""
    bill: Text = ""
    """Reference of the bill of lading that the line comes from; empty when there is none."""
    code_from: Literal["declared", "description"] = "declared"
    """description: the code stood in free text that describes the goods, not in its own field."""

    @property
    def coded(self) -> bool:
        return bool(self.hs_code)


class Manifest(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One declaration. No line of goods means that the transport unit is declared empty."""

    format: Literal["scanai-manifest/1"] = "scanai-manifest/1"
    unit: Text = ""
    """Identifier of the transport unit."""
    unit_type: Text = ""
    """20, 40, 40HC, 45, reefer, tank, flat_rack, trailer, container_truck, truck, van, wagon or
    gondola; empty when unknown. Another word stays as it is, and a report says that it is none."""
    scan_id: Text = ""
    """The scan this declaration belongs to, if it names one."""
    regime: Regime | None = None
    route: tuple[Text, ...] = ()
    """UN/LOCODE or names of places, in order."""
    parties: tuple[Party, ...] = ()
    gross_mass_kg: Mass | None = None
    """Goods and packing, without the transport unit."""
    tare_kg: Mass | None = None
    """The empty transport unit."""
    seals: tuple[Text, ...] = ()
    lines: tuple[Line, ...] = ()

    @property
    def declared_empty(self) -> bool:
        return not self.lines

    @property
    def fully_coded(self) -> bool:
        """False when a line without HS code could be any goods."""
        return all(line.coded for line in self.lines)

    @property
    def declared_mass_kg(self) -> float | None:
        """Mass of the goods: the gross mass, else the sum of the lines when every line has one."""
        if self.gross_mass_kg is not None:
            return self.gross_mass_kg
        masses = [line.mass_kg for line in self.lines]
        if any(mass is None for mass in masses):
            return None
        return float(sum(mass for mass in masses if mass is not None))
