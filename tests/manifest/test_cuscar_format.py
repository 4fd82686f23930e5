"""UN/EDIFACT cargo reports: syntax, and bills turned into transport units."""

from pathlib import Path

import pytest

from scanai.errors import ManifestError
from scanai.manifest import Line, Manifest, Party
from scanai.manifest.cuscar_format import parse
from scanai.manifest.edifact import read_segments

SAMPLE = (Path(__file__).parent / "data" / "cuscar.edi").read_bytes()


def _units(*segments: str) -> dict[str, Manifest]:
    end = f"UNT+{len(segments) + 2}+1"
    message = "".join(f"{segment}'" for segment in ("UNH+1+CUSCAR:D:95B:UN", *segments, end))
    return {manifest.unit: manifest for manifest in parse(message.encode(), "a.edi")}


def _refusal(data: bytes) -> str:
    with pytest.raises(ManifestError) as caught:
        parse(data, "a.edi")
    return str(caught.value).removeprefix("a.edi: ")


def test_reads_a_container_under_two_bills() -> None:
    first = parse(SAMPLE, "a.edi")[0]
    assert first == Manifest(
        unit="TESU0000013",
        unit_type="20",
        regime=None,  # one bill imports, the other is in transit
        route=("INNSA", "SGSIN", "DJJIB"),
        parties=(
            Party("exporter", "SYNTHETIC EXPORTS"),
            Party("consignee", "CAFÉ EXEMPLE+FILS", "DJ"),
            Party("notify", "SYNTHETIC AGENTS"),
            Party("carrier", "SYNTHETIC CARRIER"),
        ),
        gross_mass_kg=23750.5,
        tare_kg=2230.0,
        seals=("S-1", "S-2"),
        lines=(
            Line(
                "850440",
                "TRANSFORMERS, HS CODE 8504.40 SHIPPER'S LOAD AND COUNT",
                18250.5,
                24,
                "PX",
                bill="BL-1",
                code_from="description",
            ),
            Line("", "HOUSEHOLD GOODS", 5500.0, 456, "CT", bill="BL-3"),
        ),
    )


def test_goods_placed_in_two_containers() -> None:
    _, weighed, not_weighed, empty = parse(SAMPLE, "a.edi")
    assert weighed.lines == (Line("100630", "RICE IN BAGS", None, 600, "BG", bill="BL-2"),)
    assert (weighed.regime, weighed.gross_mass_kg) == ("import", 20000)  # net mass of EQD
    assert not_weighed.lines == (Line("100630", "RICE IN BAGS", None, 400, "BG", bill="BL-2"),)
    assert not_weighed.declared_mass_kg is None
    assert (empty.unit, empty.unit_type, empty.declared_empty) == ("ZZZU0000108", "reefer", True)


def test_mass_behind_each_placement_is_that_containers() -> None:
    units = _units(
        "CNI+1+B", "GID+1+3:CT", "FTX+AAA+++RICE",
        "SGP+TESU0000013+1", "MEA+WT+G+KGM:1000,5", "SGP+TESU0000029+2", "MEA+WT+G+LBR:1000",
    )  # fmt: skip
    assert units["TESU0000013"].lines == (Line("", "RICE", 1000.5, 1, "CT", bill="B"),)
    assert units["TESU0000029"].declared_mass_kg == pytest.approx(453.59237)


def test_container_mass_is_gross_less_tare() -> None:
    (unit,) = _units(
        "EQD+CN+TESU0000013+22G1", "MEA+AAE+G+KGM:12230", "MEA+AAE+T+KGM:2230"
    ).values()
    assert (unit.tare_kg, unit.gross_mass_kg) == (2230, 10000)
    assert unit.lines == (Line(description="[no description]"),)


def test_several_bills_of_one_consignment_are_told_apart() -> None:
    (unit,) = _units(
        "CNI+1+M",
        "RFF+BM:A", "GIS+23", "GID+1+1:CT", "FTX+AAA+++RICE", "SGP+TESU0000013",
        "RFF+BM:B", "GIS+23", "GID+1+2:CT", "FTX+AAA+++TEA", "SGP+TESU0000013",
    ).values()  # fmt: skip
    assert [(line.bill, line.description) for line in unit.lines] == [("A", "RICE"), ("B", "TEA")]
    assert unit.regime == "import"


@pytest.mark.parametrize(
    "segment", ["CST+1+100630:122", "PIA+5+100630:HS", "PCI+24+HS CODE 1006.30"]
)
def test_codes_of_goods(segment: str) -> None:
    (unit,) = _units("CNI+1+B", "GID+1", "FTX+AAA+++RICE", segment, "SGP+TESU0000013").values()
    assert [line.hs_code for line in unit.lines] == ["100630"]


def test_trailers_and_wagons_are_units_too() -> None:
    units = _units("EQD+TE+SYN123", "EQD+RR+318045670001+++1+4")
    assert [unit.unit_type for unit in units.values()] == ["trailer", "wagon"]


def test_passes_over_cancelled_and_other_messages() -> None:
    other = b"UNH+1+CUSREP:D:95B:UN'EQD+CN+TESU0000029'UNT+3+1'"
    cancelled = b"UNH+1+CUSCAR:D:95B:UN'BGM+85+1+1'EQD+CN+TESU0000029'UNT+4+1'"
    good = b"UNH+1+CUSCAR:D:95B:UN'BGM+85+2+9'EQD+CN+TESU0000013'UNT+4+1'"
    (unit,) = parse(other + cancelled + good, "a.edi")
    assert unit.unit == "TESU0000013"
    assert _refusal(cancelled) == "expected a CUSCAR message that is not cancelled, found none"


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"<Awmds/>", "expected a UN/EDIFACT interchange, found '<Awmds/>'"),
        (b"UNB+UNOC:3+A", "expected a UN/EDIFACT interchange, found a break of its syntax"),
        (b"UNA::.? 'UNB+UNOC:3'", "expected a UN/EDIFACT interchange whose UNA names separators"),
        (b"UNA:+.", "expected a UN/EDIFACT interchange whose UNA names separators"),
        (b"UNB+UNOX:3'", "expected a syntax UNOA to UNOK, UNOW or UNOY, found UNOX"),
        (b"UNB+UNOW:4+\xff'", "expected text in utf-8, as UNOW, found other bytes"),
        (b"UNB+UNOC:3''UNZ'", "expected a UN/EDIFACT interchange with a tag at each segment"),
        (b"UNH+1+CUSCAR'UNT+2'", "expected at least one container (EQD), found none"),
        (
            b"UNH+1+CUSCAR'EQD+CN+TESU0000013'MEA+AAE+T+KGM:x'UNT+4'",
            "expected a number with a decimal point in MEA of container TESU0000013, found x",
        ),
    ],
)
def test_names_what_is_wrong(data: bytes, message: str) -> None:
    assert _refusal(data).startswith(message)


def _without_end(count: int) -> bytes:
    return b"'\n".join(SAMPLE.split(b"'\n")[:count]) + b"'\n"


@pytest.mark.parametrize("count", range(2, SAMPLE.count(b"'\n")))
def test_refuses_a_file_that_breaks_off_between_segments(count: int) -> None:
    end = "UNZ at the end of the interchange" if count in (2, 56) else "UNT at the end of message 1"
    assert _refusal(_without_end(count)) == f"expected {end}, found the end of the file"


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (b"PCI+24+N/M'", b"", "expected 54 segments in message 1 by its UNT, found 53"),
        (b"UNT+54+1'\n", b"", "expected UNT at the end of message 1, found UNZ"),
        (b"UNT+54+1", b"UNT", "expected a number of segments in message 1 by its UNT, found none"),
        (b"UNT+54", b"UNT+x", "expected a number of segments in message 1 by its UNT, found 'x'"),
        (b"UNZ+1", b"UNZ+2", "expected 2 messages by UNZ, found 1"),
        (b"UNH+", b"UNG'UNG'UNH+", "expected 1 groups by UNZ, found 2"),
        (b"UNZ+1+1'", b"UNB+UNOC:3'", "expected UNZ at the end of the interchange, found another"),
        (b"UNZ+1+1'", b"", "expected UNZ at the end of the interchange, found the end of the file"),
    ],
)
def test_holds_a_file_to_what_its_ends_count(old: bytes, new: bytes, message: str) -> None:
    assert _refusal(SAMPLE.replace(old, new)).startswith(message)


def test_una_sets_the_separators_and_may_leave_out_release() -> None:
    ours = read_segments(b"UNA|*.  ~\nUNB*UNOC|3*WHO?*A  B~", "a.edi")
    assert ours[0].elements == (("UNOC", "3"), ("WHO?",), ("A  B",))


def test_text_that_looks_like_una_drops_nothing() -> None:
    segments = read_segments(b"UNB+UNOC:3'FTX+AAA+++O?'UNAFRAID'UNZ+1'", "a.edi")
    assert [segment.tag for segment in segments] == ["UNB", "FTX", "UNZ"]
    assert segments[1].told(3) == "O'UNAFRAID"


def test_characters_by_syntax_identifier() -> None:
    assert read_segments("UNB+UNOE:1+Мир'".encode("iso8859-5"), "a")[0].told(1) == "Мир"
    assert read_segments("UNB+UNOW:4+é'".encode(), "a")[0].told(1) == "é"
    assert read_segments("UNB+UNOA:1+é'".encode("latin-1"), "a")[0].told(1) == "é"
