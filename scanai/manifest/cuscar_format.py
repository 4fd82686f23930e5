"""Manifests as UN/EDIFACT customs cargo reports: CUSCAR, directory D.95B.

A message tells of its voyage, then of each container (EQD), then of each bill (CNI, RFF+BM) with
its goods (GID), which say in what containers they lie (SGP). Later directories are read as well:
the segments used here did not change, but for GEI in the place of GIS. Syntax is in `edifact`; what
becomes of bills, masses and empty containers in `units_of_bills`. A message without the segments
that UNT counts is refused: of a file that breaks off, the rest would pass for all.

Mass of goods in a container: the goods' own where SGP puts them there; else the container's net
mass, or gross less tare. HS codes: CST, or PIA of qualifier HS; else found in the description (FTX
AAA) or the marks (PCI). Cancelled messages and loose cargo (EQD+BB) are passed over.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from scanai.errors import ManifestError
from scanai.manifest.edifact import Segment, check_complete, read_segments
from scanai.manifest.iso6346 import canonical
from scanai.manifest.model import Manifest, Party
from scanai.manifest.quantities import count, decimal, tidy
from scanai.manifest.units_of_bills import REGIMES, Bill, Container, Goods, Share, units_of

_CANCELLATION = "1"
_LOOSE_CARGO = "BB"
_UNIT_TYPES = {"TE": "trailer", "RR": "wagon"}
"""By equipment qualifier (8053); of a container (CN) the size and type tell."""
_EMPTY = "4"
"""Full or empty indicator, 8169."""
_KG = {"KGM": 1.0, "TNE": 1000.0, "LBR": 0.45359237}
_GROSS = ("G", "AAB", "AAD", "WT", "")
_NET, _TARE = ("N", "AAL", "AAF"), ("T",)
"""What is measured, 6313."""
_ROLES = {
    "CN": "consignee", "CZ": "exporter", "EX": "exporter", "SH": "exporter", "OS": "exporter",
    "NI": "notify", "N1": "notify", "N2": "notify", "CA": "carrier",
}  # fmt: skip
"""By party qualifier, 3035; SH is no standard code, but written for the shipper."""
_JOURNEY = ("88", "76", "9", "5", "13", "61", "60", "11", "8", "7")
"""Qualifiers of places, 3227, along the way: receipt, first loading, loading, departure,
transhipment, next port, arrival, discharge, destination, delivery."""
_ORIGIN = "27"
_SECTIONS = ("EQD", "CNI", "GID")


@dataclass
class _Section:
    """A segment that opens a group, and all up to the next one."""

    tag: str
    segments: list[Segment] = field(default_factory=list)

    def all(self, tag: str, *qualifiers: str) -> list[Segment]:
        return [
            one
            for one in self.segments
            if one.tag == tag and (not qualifiers or one.told(0) in qualifiers)
        ]

    def told(self, tag: str, qualifier: str, element: int, component: int = 0) -> str:
        return next((one.told(element, component) for one in self.all(tag, qualifier)), "")


def parse(data: bytes, source: str) -> tuple[Manifest, ...]:
    """One manifest for each transport unit, in the order of the file."""
    containers: list[Container] = []
    bills: list[Bill] = []
    found = False
    segments = read_segments(data, source)
    check_complete(segments, source)
    for message in _messages(segments):
        head, *sections = _sections(message)
        if any(one.told(2) == _CANCELLATION for one in head.all("BGM")):
            continue
        found = True
        loose = {_number(one) for one in sections if _is_equipment(one, _LOOSE_CARGO)}
        containers += [
            _container(one, source)
            for one in sections
            if one.tag == "EQD" and not _is_equipment(one, _LOOSE_CARGO)
        ]
        bills += _bills(head, sections, loose, source)
    if not found:
        raise ManifestError(source, "a CUSCAR message that is not cancelled", "none")
    described = {canonical(container.number) for container in containers}
    containers += [
        Container(number)
        for bill in bills
        for number in bill.containers
        if canonical(number) not in described
    ]
    return units_of(containers, bills, source, "at least one container (EQD)")


def _messages(segments: Iterable[Segment]) -> list[list[Segment]]:
    """The segments of each CUSCAR message, without those of others around them."""
    messages: list[list[Segment]] = []
    inside = False
    for segment in segments:
        if segment.tag == "UNH":
            inside = segment.told(1) == "CUSCAR"
            if inside:
                messages.append([])
        elif segment.tag == "UNT":
            inside = False
        elif inside:
            messages[-1].append(segment)
    return messages


def _sections(message: Sequence[Segment]) -> list[_Section]:
    sections = [_Section("head")]
    bill = ""  # whose sections these are
    for segment in message:
        if segment.tag in _SECTIONS:
            sections.append(_Section(segment.tag))
            bill = "" if segment.tag == "CNI" else bill
        elif segment.tag == "RFF" and segment.told(0) == "BM":
            # One consignment may hold several bills, each behind its own reference.
            if bill or sections[-1].tag == "GID":
                sections.append(_Section("CNI"))
            bill = segment.told(0, 1)
        sections[-1].segments.append(segment)
    return sections


def _is_equipment(section: _Section, kind: str) -> bool:
    return section.tag == "EQD" and section.segments[0].told(0) == kind


def _number(section: _Section) -> str:
    return tidy(section.segments[0].told(1))


def _container(section: _Section, source: str) -> Container:
    equipment, number = section.segments[0], _number(section)
    where = f"MEA of container {number[:20]}"
    net, gross, tare = (
        _mass(section.all("MEA"), of, source, where) for of in (_NET, _GROSS, _TARE)
    )
    if net is None and gross is not None and tare is not None and gross > tare:
        net = gross - tare
    return Container(
        number,
        unit_type=_UNIT_TYPES.get(equipment.told(0), ""),
        size_type=equipment.told(2),
        empty=equipment.told(5) == _EMPTY,
        tare_kg=tare,
        goods_kg=net,
        seals=tuple(
            dict.fromkeys(seal for one in section.all("SEL") if (seal := tidy(one.told(0))))
        ),
    )


def _bills(
    head: _Section, sections: Sequence[_Section], loose: set[str], source: str
) -> list[Bill]:
    bills: list[Bill] = []
    own: list[_Section] = []
    for section in [*sections, _Section("CNI")]:
        if section.tag == "CNI":
            if own:
                bills.append(_bill(head, own, loose, source))
            own = [section] if section.segments else []
        elif own:
            own.append(section)
    return bills


def _bill(head: _Section, sections: Sequence[_Section], loose: set[str], source: str) -> Bill:
    first = sections[0]
    number = next((one.told(1) for one in first.all("CNI")), "")
    reference = tidy(first.told("RFF", "BM", 0, 1) or number)
    goods = tuple(
        _goods(one, first, source, f"bill {reference[:40]}") for one in sections if one.tag == "GID"
    )
    placed = [number for one in goods for number in one.placed]
    placed += [_number(one) for one in sections if one.tag == "EQD"]
    return Bill(
        reference,
        master=tidy(first.told("RFF", "MB", 0, 1)),
        nature=_nature(first) or _nature(head),
        places=_places(head, first),
        parties=_parties(head, first),
        containers=tuple(
            number for number in dict.fromkeys(placed) if number and number not in loose
        ),
        goods=goods,
    )


def _nature(section: _Section) -> str:
    told = [one.told(0) for one in section.all("GIS")] + [one.told(1) for one in section.all("GEI")]
    return next((code for code in told if code in REGIMES), "")


def _places(head: _Section, bill: _Section) -> tuple[tuple[int, str], ...]:
    """By the bill, else by the head of the message."""
    places = {}
    for section in (head, bill):
        for one in section.all("LOC", *_JOURNEY):
            places[_JOURNEY.index(one.told(0))] = tidy(one.told(1) or one.told(1, 3))
    return tuple(places.items())


def _parties(head: _Section, bill: _Section) -> tuple[Party, ...]:
    parties = [
        Party(_ROLES[one.told(0)], tidy(name), tidy(one.told(8)))
        for section in (bill, head)
        for one in section.all("NAD", *_ROLES)
        # The name has a field of its own, or opens the address, or is a code.
        if (name := one.told(3) or one.told(2) or one.told(1))
    ]
    carrier = head.told("TDT", "20", 4, 3) or head.told("TDT", "20", 4)
    if carrier and not any(party.role == "carrier" for party in parties):
        parties.append(Party("carrier", tidy(carrier)))
    return tuple(parties)


def _goods(section: _Section, bill: _Section, source: str, where: str) -> Goods:
    item = section.segments[0]
    packages = count(item.told(1), source, f"GID of {where}")
    own, shares = _shares(section, source, where)
    if len(shares) == 1 and own is not None:
        shares = {number: Share(share.packages, own) for number, share in shares.items()}
    texts = [text for one in section.all("FTX", "AAA") for text in one.elements[3:4]]
    described = tidy(" ".join(part for text in texts for part in text))
    codes = [one.told(1) for one in section.all("CST")]
    codes += [
        one.told(element)
        for one in section.all("PIA")
        for element in range(1, len(one.elements))
        if one.told(element, 1) == "HS"
    ]
    return Goods(
        described or item.told(1, 4),
        code=next((code for code in codes if code[:1].isdigit()), ""),
        marks=" ".join(
            part for one in section.all("PCI") for parts in one.elements for part in parts
        ),
        packages=packages,
        mass_kg=own,
        package_type=item.told(1, 1) or item.told(1, 4),
        origin=next(
            (one.told(1) for one in (section.all("LOC", _ORIGIN) or bill.all("LOC", _ORIGIN))), ""
        ),
        placed=shares,
    )


def _shares(section: _Section, source: str, where: str) -> tuple[float | None, dict[str, Share]]:
    """The mass of all these goods, and what SGP tells of each container.

    MEA before the first SGP is of all the goods, and behind one it is of that container, if each
    has its own; a single MEA behind several SGP is of all as well.
    """
    groups: list[list[Segment]] = [[]]
    for segment in section.segments:
        if segment.tag == "SGP":
            groups.append([])
        groups[-1].append(segment)
    whole, *parts = groups
    own = _mass(whole, _GROSS, source, f"MEA of {where}")
    masses = [_mass(part, _GROSS, source, f"MEA of {where}") for part in parts]
    known = [mass for mass in masses if mass is not None]
    if own is None and len(known) == 1:
        own = known[0]
    if len(known) < len(parts):
        masses = [None] * len(parts)
    shares: dict[str, Share] = {}
    for (placement, *_), mass in zip(parts, masses, strict=True):
        number = tidy(placement.told(0))
        packages = count(placement.told(1), source, f"SGP of {where}")
        if number:
            shares[number] = Share(packages, mass)
    return own, shares


def _mass(segments: Iterable[Segment], of: Sequence[str], source: str, where: str) -> float | None:
    """The first mass that is measured of that: MEA+purpose+what+unit:value, kg."""
    for one in segments:
        if one.tag == "MEA" and one.told(1) in of and one.told(2) in _KG and one.told(2, 1):
            # Both marks are allowed, whatever UNA says; there is none for thousands.
            value = decimal(one.told(2, 1).replace(",", "."), source, where)
            return value * _KG[one.told(2)] or None
    return None
