"""ASYCUDA World manifests: bills turned into transport units, nothing made up on the way."""

from pathlib import Path

import pytest

from scanai.errors import ManifestError
from scanai.manifest import Line, Manifest, Party
from scanai.manifest.awmds_format import parse

SAMPLE = (Path(__file__).parent / "data" / "awmds.xml").read_text(encoding="utf-8")
CARRIER = Party("carrier", "Synthetic Carrier")


def _units(text: str) -> dict[str, Manifest]:
    return {manifest.unit: manifest for manifest in parse(text.encode(), "a.xml")}


def _refusal(text: str) -> str:
    with pytest.raises(ManifestError) as caught:
        parse(text.encode(), "a.xml")
    return str(caught.value).removeprefix("a.xml: ")


def _bill(containers: str, goods: str, reference: str = "B", more: str = "") -> str:
    return (
        f"<Bol_segment><Bol_id><Bol_reference>{reference}</Bol_reference>"
        f"<Bol_nature>23</Bol_nature>{more}</Bol_id>{containers}{goods}</Bol_segment>"
    )


def _container(number: str, more: str = "") -> str:
    return f"<ctn_segment><Ctn_reference>{number}</Ctn_reference>{more}</ctn_segment>"


def _goods(mass: str, more: str = "<Goods_description>Rice</Goods_description>") -> str:
    return f"<Goods_segment><Gross_mass>{mass}</Gross_mass>{more}</Goods_segment>"


def _only(*bills: str, general: str = "") -> Manifest:
    (manifest,) = parse(f"<Awmds>{general}{''.join(bills)}</Awmds>".encode(), "a.xml")
    return manifest


def test_container_under_two_bills_is_one_unit_with_both_bills() -> None:
    assert _units(SAMPLE)["TESU0000013"] == Manifest(
        unit="TESU0000013",
        unit_type="20",
        regime=None,  # one bill imports, the other is in transit
        route=("INNSA", "SGSIN", "LKCMB", "DJJIB"),
        parties=(
            Party("exporter", "Synthetic Exports"),
            Party("consignee", "Café Exemple"),
            Party("notify", "Synthetic Agents"),
            CARRIER,
        ),
        gross_mass_kg=23750.5,
        tare_kg=2230.0,
        seals=("S-1", "S-2"),
        lines=(
            Line(
                "850440",
                "Transformers, HS CODE 8504.40, shipper's load and count",
                18250.5,
                24,
                "PX",
                bill="BL-1",
                code_from="description",
            ),
            Line("", "Household goods", 5500.0, 456, "CT", bill="BL-3"),
        ),
    )


def test_bill_over_two_containers_gives_each_only_what_is_told_for_it() -> None:
    units = _units(SAMPLE)
    weighed, not_weighed = units["TESU0000029"], units["TESU0000034"]
    assert (weighed.regime, weighed.unit_type, weighed.tare_kg) == ("import", "40HC", 3900.0)
    assert weighed.lines == (Line("100630", "Rice in bags", 20000.0, 600, "BG", bill="BL-2"),)
    assert weighed.gross_mass_kg == 20000.0
    assert not_weighed.lines == (Line("100630", "Rice in bags", None, 400, "BG", bill="BL-2"),)
    assert not_weighed.declared_mass_kg is None


def test_container_called_empty_has_no_lines_and_no_mass_of_goods() -> None:
    empty = _units(SAMPLE)["ZZZU0000108"]
    assert empty.declared_empty
    assert (empty.gross_mass_kg, empty.tare_kg, empty.unit_type) == (None, 4500.0, "reefer")
    assert empty.regime == "transhipment"


@pytest.mark.parametrize("code", ["0/0", "4", "EMP", "ety", "MT", "00"])
def test_codes_of_several_countries_for_empty(code: str) -> None:
    told = f"<Empty_Full>{code}</Empty_Full>"
    assert _only(_bill(_container("TESU0000013", told), _goods("1"))).declared_empty
    weighed = f"{told}<Goods_weight>900</Goods_weight>"
    assert not _only(_bill(_container("TESU0000013", weighed), _goods("1"))).declared_empty


def test_container_is_loaded_if_one_of_its_bills_says_so() -> None:
    empty = _bill(_container("TESU0000013", "<Empty_Full>4</Empty_Full>"), "")
    full = _bill(_container("TESU000001", "<Empty_Full>5</Empty_Full>"), _goods("7"), "F")
    manifest = _only(empty, full)
    assert {line.bill for line in manifest.lines} == {"B", "F"}


def test_loaded_container_of_which_no_goods_are_told_is_not_empty() -> None:
    manifest = _only(_bill(_container("TESU0000013"), ""))
    assert manifest.lines == (Line(description="[no description]", bill="B"),)
    assert manifest.gross_mass_kg is None


def test_mass_of_a_bill_with_containers_that_are_not_named_is_not_one_containers() -> None:
    number = "<Num_of_ctn_for_this_bol>2</Num_of_ctn_for_this_bol>"
    manifest = _only(_bill(_container("TESU0000013"), _goods("9000", number)))
    assert manifest.declared_mass_kg is None


def test_empty_containers_of_a_bill_leave_its_mass_to_the_loaded_one() -> None:
    empty = _container("TESU0000029", "<Empty_Full>4</Empty_Full>")
    bill = _bill(_container("TESU0000013") + empty, _goods("9000"))
    units = _units(f"<Awmds>{bill}</Awmds>")
    assert units["TESU0000013"].declared_mass_kg == 9000
    assert units["TESU0000029"].declared_empty


def test_goods_of_a_master_bill_are_told_by_its_house_bills() -> None:
    container = _container("TESU0000013")
    house = "<Master_bol_ref_number>M</Master_bol_ref_number>"
    manifest = _only(
        _bill(container, _goods("9000", ""), "M"),
        _bill(container, _goods("5000"), "H-1", house),
        _bill(container, _goods("4000"), "H-2", house),
    )
    assert [line.bill for line in manifest.lines] == ["H-1", "H-2"]
    assert manifest.gross_mass_kg == 9000


def _items(*masses: str) -> str:
    codes = ("100630", "8504.40")
    items = "".join(
        f"<HS_code>{code}</HS_code><Gross_mass>{mass}</Gross_mass>"
        for code, mass in zip(codes, masses, strict=True)
    )
    return f"<HS_Compliance>{items}</HS_Compliance>"


def test_coded_items_divide_the_goods_of_their_bill() -> None:
    bill = _bill(_container("TESU0000013"), _goods("9000") + _items("5000", "4000"))
    assert _only(bill).lines == (
        Line("100630", "Rice", 5000, bill="B"),
        Line("850440", "Rice", 4000, bill="B"),
    )


def test_masses_of_items_that_repeat_the_bills_are_no_parts_of_it() -> None:
    manifest = _only(_bill(_container("TESU0000013"), _goods("9000") + _items("9000", "9000")))
    assert [line.mass_kg for line in manifest.lines] == [None, None]
    assert manifest.gross_mass_kg == 9000


def test_code_that_does_not_exist_leaves_the_line_without_and_says_so() -> None:
    code = "<Goods_description>Rice</Goods_description><HS_code>9999.99</HS_code>"
    (line,) = _only(_bill(_container("TESU0000013"), _goods("9", code))).lines
    assert (line.hs_code, line.mass_kg) == ("", 9)
    assert line.description == "Rice [declared HS code 999999 is not in HS 2022]"


def test_code_that_lost_a_zero_leaves_the_line_without() -> None:
    code = "<Goods_description>Tungsten</Goods_description><HS_code>8101.1</HS_code>"
    (line,) = _only(_bill(_container("TESU0000013"), _goods("9", code))).lines
    assert (line.hs_code, line.description) == (
        "",
        "Tungsten [declared HS code 8101.1 is not in HS 2022]",
    )


def test_vehicle_is_the_unit_of_a_road_manifest() -> None:
    general = (
        "<General_segment><Transport_information><Mode_of_transport_code>3"
        "</Mode_of_transport_code><Identity_of_transporter>SYN 123</Identity_of_transporter>"
        "</Transport_information></General_segment>"
    )
    manifest = _only(_bill("", _goods("7")), _bill("", _goods("8"), "C"), general=general)
    assert (manifest.unit, manifest.gross_mass_kg, len(manifest.lines)) == ("SYN123", 15, 2)


def test_reads_utf_16_and_latin_1() -> None:
    for encoding in ("UTF-16", "ISO-8859-1"):
        data = SAMPLE.replace('"UTF-8"', f'"{encoding}"').encode(encoding)
        assert parse(data, "a.xml") == parse(SAMPLE.encode(), "a.xml")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("<Manifest/>", "expected an ASYCUDA World manifest (XML of root Awmds), found root man"),
        ("<Awmds/>", "expected at least one container (ctn_segment) in a bill, found none"),
        (
            f"<Awmds>{_bill(_container('TESU0000013'), _goods('1,5'))}</Awmds>",
            "expected a number with a decimal point in Gross_mass of bill B, found 1,5",
        ),
        (
            f"<Awmds>{_bill(_container('TESU0000013'), _goods('1e7'))}</Awmds>",
            "expected a number of at most 1000000 in gross_mass_kg of unit TESU0000013, found",
        ),
    ],
)
def test_names_what_is_wrong(text: str, message: str) -> None:
    assert _refusal(text).startswith(message)


def test_refuses_goods_that_multiply_with_containers() -> None:
    containers = "".join(_container(f"TESU{number:06}") for number in range(400))
    bill = _bill(containers, _goods("1") * 400)
    assert _refusal(f"<Awmds>{bill}</Awmds>") == (
        "expected at most 100000 lines of goods in units, found more"
    )
