"""Manifests as ASYCUDA World cargo manifests: AWMDS, XML by bill of lading.

`Awmds/General_segment` tells of the voyage, each `Awmds/Bol_segment` of one bill: its traders, its
containers (`ctn_segment`) and its goods (`Goods_segment`). Names as in UNCTAD's descriptions of the
message; what countries add and ScanAI has no use for is passed over. What becomes of bills, masses
and empty containers is in `units_of_bills`.

HS codes are no part of the common message. They are read where countries put them: `HS_code` or
`Commodity_code` inside the goods, or a segment of its own in the bill (`HS_Compliance`,
`Commodity_Segment`) that repeats code, description and mass; else they are looked for in the
description. A road manifest without containers names the vehicle, which is the unit then.
"""

from __future__ import annotations

from dataclasses import replace

from scanai.errors import ManifestError
from scanai.manifest.model import Manifest, Party
from scanai.manifest.quantities import count, mass_kg, tidy
from scanai.manifest.units_of_bills import Bill, Container, Goods, Share, units_of
from scanai.manifest.xml_nodes import Node, parse_nodes

_WHAT = "an ASYCUDA World manifest (XML of root Awmds)"
_EMPTY = frozenset({"4", "MT", "MTY", "EMP", "ETY", "EMPTY", "0/0", "00"})
"""Codes of `Empty_Full`: each country has its own; 4 is UN/EDIFACT's, 0/0 and 00 are ASYCUDA's."""
_ROAD = "3"
"""Mode of transport, UN/ECE Recommendation 19."""
_CODES = ("hs_code", "commodity_code")
_DESCRIPTIONS = ("goods_description", "commercial_description", "description")
_TRADERS = ("exporter", "consignee", "notify")
_SEALS = ("marks1", "marks2", "marks3", "seal_number")
_MASSES_AGREE = 0.01
"""Relative: further off, the masses of coded items are copies of the bill's, not parts of it."""


def parse(data: bytes, source: str) -> tuple[Manifest, ...]:
    """One manifest for each transport unit, in the order of the file."""
    root = parse_nodes(data, source, _WHAT)
    if root.name != "awmds":
        raise ManifestError(source, _WHAT, f"root {root.name[:80]}")
    general = next(iter(root.all("general_segment")), Node(""))
    vehicle = ""
    if general.told("transport_information", "mode_of_transport_code") == _ROAD:
        vehicle = general.told("transport_information", "identity_of_transporter")
    containers: list[Container] = []
    bills: list[Bill] = []
    for node in root.all("bol_segment"):
        bill, own = _bill(node, general, source)
        if not own and vehicle:
            own = [Container(vehicle)]
            bill = replace(bill, containers=(vehicle,), unnamed_containers=False)
        containers += own
        bills.append(bill)
    return units_of(containers, bills, source, "at least one container (ctn_segment) in a bill")


def _bill(node: Node, general: Node, source: str) -> tuple[Bill, list[Container]]:
    reference = tidy(node.told("bol_id", "bol_reference"))
    of_bill = f"of bill {reference[:40]}"
    containers, shares = [], {}
    for segment in node.all("ctn_segment"):
        number = tidy(segment.told("ctn_reference"))
        goods_kg = mass_kg(segment.told("goods_weight"), source, f"Goods_weight {of_bill}")
        packages = count(
            segment.told("number_of_packages"), source, f"Number_of_packages {of_bill}"
        )
        shares[number] = Share(packages, goods_kg)
        containers.append(
            Container(
                number,
                size_type=segment.told("type_of_container"),
                # A container with a mass of goods is not empty, whatever code a country gives it.
                empty=segment.told("empty_full").upper() in _EMPTY and goods_kg is None,
                tare_kg=mass_kg(segment.told("empty_weight"), source, f"Empty_weight {of_bill}"),
                seals=_seals(segment),
            )
        )
    segments = [_item(one.nodes, source, of_bill) for one in node.all("goods_segment")]
    number_told = count(
        node.told("goods_segment", "num_of_ctn_for_this_bol"),
        source,
        f"Num_of_ctn_for_this_bol {of_bill}",
    )
    bill = Bill(
        reference,
        master=tidy(node.told("bol_id", "master_bol_ref_number")),
        nature=node.told("bol_id", "bol_nature"),
        places=_places(node, general),
        parties=_parties(node, general),
        containers=tuple(container.number for container in containers),
        unnamed_containers=(number_told or 0) > len(containers),
        goods=_goods(segments, node, source, of_bill),
        mass_kg=_total(segments),
        shares=shares,
    )
    return bill, containers


def _seals(segment: Node) -> tuple[str, ...]:
    told = [segment.told(name) for name in _SEALS]
    # Where `Seals` is a number of one or two digits, it counts them.
    if not ((seals := segment.told("seals")).isdigit() and len(seals) < 3):
        told += seals.split(",")
    return tuple(dict.fromkeys(seal for one in told if (seal := tidy(one))))


def _places(node: Node, general: Node) -> tuple[tuple[int, str], ...]:
    own, voyage = node.all("load_unload_place"), general.all("load_unload_place")
    told = [
        (0, own, "place_of_loading_code"),
        (1, voyage, "place_of_departure_code"),
        (2, voyage, "place_of_destination_code"),
        (3, own, "place_of_unloading_code"),
    ]
    return tuple(
        (rank, tidy(place))
        for rank, nodes, name in told
        for one in nodes[:1]
        if (place := one.told(name))
    )


def _parties(node: Node, general: Node) -> tuple[Party, ...]:
    traders = [(role, node.all("traders_segment", role)) for role in _TRADERS]
    traders.append(("carrier", general.all("transport_information", "carrier")))
    return tuple(
        Party(role, tidy(name))
        for role, nodes in traders
        for one in nodes
        if (name := one.told(f"{role}_name") or one.told(f"{role}_code"))
    )


def _total(segments: list[Goods]) -> float | None:
    masses = [one.mass_kg for one in segments if one.mass_kg is not None]
    return sum(masses) if masses and len(masses) == len(segments) else None


def _goods(segments: list[Goods], node: Node, source: str, of_bill: str) -> tuple[Goods, ...]:
    """The goods of a bill: its coded items where it has some, else its goods segments."""
    items = [
        _item(nodes, source, of_bill)
        for one in node.nodes
        if one.name != "goods_segment"
        for nodes in _repeated(one)
    ]
    if not items:
        return tuple(segments)
    whole = " / ".join(one.description for one in segments if one.description)
    total, parts = _total(segments), sum(one.mass_kg or 0.0 for one in items)
    agree = total is None or abs(parts - total) <= _MASSES_AGREE * total
    only = segments[0] if len(segments) == len(items) == 1 else Goods("")
    return tuple(
        Goods(
            one.description or whole,
            code=one.code,
            packages=(one.packages if agree else None) or only.packages,
            mass_kg=only.mass_kg or (one.mass_kg if agree else None),
            package_type=one.package_type or only.package_type,
            origin=one.origin,
        )
        for one in items
    )


def _repeated(segment: Node) -> list[list[Node]]:
    """The nodes of a segment from each HS code to the next one; none without a code."""
    groups: list[list[Node]] = []
    for node in segment.nodes:
        if node.name in _CODES and node.text.strip():
            groups.append([])
        if groups:
            groups[-1].append(node)
    return groups


def _item(nodes: list[Node], source: str, of_bill: str) -> Goods:
    item = Node("", nodes=nodes)

    def first(*names: str) -> str:
        return next(filter(None, (item.told(name) for name in names)), "")

    return Goods(
        first(*_DESCRIPTIONS),
        code=first(*_CODES),
        marks=first("shipping_marks"),
        packages=count(first("number_of_packages"), source, f"Number_of_packages {of_bill}"),
        mass_kg=mass_kg(first("gross_mass"), source, f"Gross_mass {of_bill}"),
        package_type=first("package_type_code"),
        origin=first("country_of_origin"),
    )
