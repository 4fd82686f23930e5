"""Cargo manifests by bill of lading, turned round: one `Manifest` for each transport unit.

AWMDS and CUSCAR list bills, each with goods and with the containers these lie in; a scan shows one
container. All bills that name a container make one manifest, each line with its bill. What the two
formats call things is in their modules.

Masses: the gross mass of a bill is that of its goods, wherever they lie. It is a container's where
the bill has this loaded container alone; where it has several, only what is told for the container
itself counts, and else the mass is not known. A bill over several containers puts all its goods in
each of them, without mass and packages, for nobody says which lie where.

Empty: a container that is called empty wherever it is told of has no lines, whatever the bills
describe. One that is not has at least a line, "[no description]" if nothing is told of its goods.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import msgspec

from scanai.errors import ManifestError
from scanai.manifest.codes_in_text import lines_found
from scanai.manifest.iso6346 import canonical, plain
from scanai.manifest.model import Line, Manifest, Party, Regime
from scanai.manifest.nomenclature import MARKS, is_known, plain_code
from scanai.manifest.quantities import tidy
from scanai.manifest.size_types import unit_type_of
from scanai.records import from_fields

MAX_LINES = 100_000
"""Of all units together: goods of one bill multiply with its containers."""
NOT_DESCRIBED = "[no description]"
REGIMES: dict[str, Regime] = {"22": "export", "23": "import", "24": "transit", "28": "transhipment"}
"""Nature of a bill of lading in ASYCUDA, and processing indicator in CUSCAR."""


@dataclass(frozen=True)
class Share:
    """What of some goods lies in one container."""

    packages: int | None = None
    mass_kg: float | None = None


@dataclass(frozen=True)
class Goods:
    description: str
    code: str = ""
    """As written; empty when there is none."""
    marks: str = ""
    """Text beside the description, in which codes are looked for as well."""
    packages: int | None = None
    mass_kg: float | None = None
    package_type: str = ""
    origin: str = ""
    placed: Mapping[str, Share] = field(default_factory=dict)
    """By container; empty: somewhere in the containers of the bill."""


@dataclass(frozen=True)
class Container:
    """A transport unit as one place of the file tells of it."""

    number: str
    unit_type: str = ""
    size_type: str = ""
    empty: bool = False
    tare_kg: float | None = None
    goods_kg: float | None = None
    """Of all goods in it, whatever their bill."""
    seals: tuple[str, ...] = ()


@dataclass(frozen=True)
class Bill:
    reference: str
    master: str = ""
    """Reference of the bill whose goods this one tells in detail."""
    nature: str = ""
    places: tuple[tuple[int, str], ...] = ()
    """Each with its rank along the journey."""
    parties: tuple[Party, ...] = ()
    containers: tuple[str, ...] = ()
    unnamed_containers: bool = False
    """It also has containers that are not named."""
    goods: tuple[Goods, ...] = ()
    mass_kg: float | None = None
    """Of all its goods."""
    shares: Mapping[str, Share] = field(default_factory=dict)
    """What of all its goods lies in one container, where that is told."""


class _Unit:
    """What is gathered of one transport unit."""

    def __init__(self, container: Container) -> None:
        self.container = container
        self.bills: list[Bill] = []
        self.lines: list[Line] = []
        self.masses: list[float | None] = []

    def add(self, other: Container) -> None:
        own = self.container
        self.container = replace(
            own,
            unit_type=own.unit_type or other.unit_type,
            size_type=own.size_type or other.size_type,
            empty=own.empty and other.empty,
            tare_kg=other.tare_kg if own.tare_kg is None else own.tare_kg,
            goods_kg=other.goods_kg if own.goods_kg is None else own.goods_kg,
            seals=tuple(dict.fromkeys(own.seals + other.seals)),
        )


def units_of(
    containers: Iterable[Container], bills: Sequence[Bill], source: str, what: str
) -> tuple[Manifest, ...]:
    """One manifest for each unit, in the order of `containers`; ManifestError without any: then
    `what` was expected."""
    units: dict[str, _Unit] = {}
    for container in containers:
        key = canonical(container.number)
        if key in units:
            units[key].add(container)
        elif key:
            units[key] = _Unit(container)
    if not units:
        raise ManifestError(source, what, "none")
    masters = {bill.master for bill in bills if bill.master}
    left = MAX_LINES
    for bill in bills:
        detailed = bill.reference in masters and bill.master != bill.reference
        left -= _spread(replace(bill, goods=()) if detailed else bill, units, detailed, left)
        if left < 0:
            raise ManifestError(source, f"at most {MAX_LINES} lines of goods in units", "more")
    return tuple(_manifest(unit, source) for unit in units.values())


def _spread(bill: Bill, units: Mapping[str, _Unit], detailed: bool, most: int) -> int:
    """Puts a bill into its units; how many lines that made, at most one batch above `most`."""
    numbers = dict.fromkeys(canonical(number) for number in bill.containers)
    named = [number for number in numbers if number in units]
    loaded = [number for number in named if not units[number].container.empty]
    alone = len(loaded) == 1 and not bill.unnamed_containers
    told = {canonical(number): share for number, share in bill.shares.items()}
    masses: dict[str, list[float | None]] = {number: [] for number in loaded}
    made = 0
    for goods in bill.goods:
        lines = _lines(goods, bill.reference)
        if goods.placed:
            placed = {canonical(number): share for number, share in goods.placed.items()}
        elif alone:
            placed = dict.fromkeys(loaded, Share(goods.packages, goods.mass_kg))
        elif len(bill.goods) == 1:
            placed = {number: told.get(number, Share()) for number in loaded}
        else:
            placed = dict.fromkeys(loaded, Share())
        for number, share in placed.items():
            if number in masses:
                units[number].lines += [_with_share(line, share, len(lines)) for line in lines]
                masses[number].append(share.mass_kg)
                made += len(lines)
        if made > most:
            return made
    for number in named:
        units[number].bills.append(bill)
    for number, shares in masses.items():
        if detailed:
            continue
        if not shares:
            units[number].lines.append(Line(description=NOT_DESCRIBED, bill=bill.reference))
            made += 1
        masses_told = (
            _sum(shares),
            told.get(number, Share()).mass_kg,
            bill.mass_kg if alone else None,
        )
        units[number].masses.append(next((m for m in masses_told if m is not None), None))
    return made


def _lines(goods: Goods, bill: str) -> tuple[Line, ...]:
    """The lines of some goods; a code that does not exist is told in the description."""
    description = tidy(goods.description) or NOT_DESCRIBED
    # Digits past the sixth are national; past the tenth they are for statistics.
    code = plain_code(goods.code)
    if len(digits := goods.code.translate(MARKS)) > 10:
        code = digits[:10]
    if code and not is_known(code):
        note = f" [declared HS code {code} is not in HS 2022]"
        description, code = description[: 2000 - len(note)] + note, ""
    line = Line(
        hs_code=code,
        description=description,
        package_type=tidy(goods.package_type),
        origin=tidy(goods.origin),
        bill=bill,
    )
    return lines_found(line, goods.marks)


def _with_share(line: Line, share: Share, among: int) -> Line:
    if among > 1:
        return line
    return msgspec.structs.replace(line, mass_kg=share.mass_kg, packages=share.packages)


def _sum(masses: Sequence[float | None]) -> float | None:
    known = [mass for mass in masses if mass is not None]
    return float(sum(known)) if known and len(known) == len(masses) else None


def _manifest(unit: _Unit, source: str) -> Manifest:
    container, bills = unit.container, unit.bills
    if not container.empty and not unit.lines:
        unit.lines.append(Line(description=NOT_DESCRIBED))
    natures = {REGIMES.get(bill.nature) for bill in bills}
    gross = _sum(unit.masses)
    number = plain(container.number)
    manifest = Manifest(
        unit=number,
        unit_type=container.unit_type or unit_type_of(container.size_type),
        regime=natures.pop() if len(natures) == 1 else None,
        route=_route(bills),
        parties=tuple(dict.fromkeys(party for bill in bills for party in bill.parties)),
        gross_mass_kg=container.goods_kg if gross is None and not container.empty else gross,
        tare_kg=container.tare_kg,
        seals=container.seals,
        lines=tuple(unit.lines),
    )
    # Structs are not checked as they are made: what is out of range is refused here.
    return from_fields(
        msgspec.to_builtins(manifest),
        Manifest,
        source,
        ManifestError,
        lambda name: f"in {name} of unit {number}",
    )


def _route(bills: Sequence[Bill]) -> tuple[str, ...]:
    """The places of all bills along the journey, none twice in a row."""
    places = dict.fromkeys(place for bill in bills for place in bill.places)
    route: list[str] = []
    for _, place in sorted(places, key=lambda place: place[0]):
        if place and route[-1:] != [place]:
            route.append(place)
    return tuple(route)
