"""Manifest files: what is written reads back, what is broken gets one clear error."""

import contextlib
import string
from pathlib import Path

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scanai.errors import ManifestError
from scanai.manifest import (
    Line,
    Manifest,
    Party,
    check_belongs,
    find_manifest,
    read_manifest,
    read_manifests,
    write_manifest,
)
from scanai.manifest.files import MAX_BYTES
from scanai.manifest.nomenclature import subheadings
from scanai.manifest.size_types import unit_type_told

MANIFEST = Manifest(
    unit="SYNTH-0001",
    unit_type="40HC",
    scan_id="scan-1",
    regime="import",
    route=("NLRTM", "DEHAM"),
    parties=(Party("consignee", "Synthetic Trading", "DE"), Party("carrier")),
    gross_mass_kg=18250.5,
    tare_kg=3900.0,
    seals=("S1", "S2"),
    lines=(
        Line("850710", 'Batteries, "lead-acid"', 18000.0, 24, "PX", "CN", "L-1"),
        Line("39269097", "Pallets\nof plastic", 250.5),
    ),
)

codes = st.tuples(
    st.sampled_from(sorted(subheadings())),
    st.sampled_from([4, 6]),
    st.text("0123456789", max_size=3),
).map(lambda parts: parts[0] + 2 * parts[2] if parts[2] else parts[0][: parts[1]])
any_text = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
plain_text = st.text(string.ascii_letters + string.punctuation + " \n\r\t€", max_size=20).map(
    str.strip
)
list_text = st.text(string.ascii_letters + "\"',-. ", min_size=1, max_size=9).filter(
    lambda text: text == text.strip()
)
masses = st.none() | st.floats(0, 1e6)


def told(line: Line) -> Line:
    """A line says what it is, by code or in words."""
    if line.coded or line.description.strip():
        return line
    return msgspec.structs.replace(line, description="goods")


def manifests(text: st.SearchStrategy[str], item: st.SearchStrategy[str]) -> st.SearchStrategy:
    lines = st.builds(
        Line,
        hs_code=codes | st.just(""),
        description=text,
        mass_kg=masses,
        packages=st.none() | st.integers(0, 10_000_000),
        package_type=text,
        origin=text,
        licence=text,
        bill=text,
        code_from=st.sampled_from(["declared", "description"]),
    ).map(told)
    return st.builds(
        Manifest,
        unit=text,
        unit_type=text.filter(lambda told: unit_type_told(told) == told),
        scan_id=text,
        regime=st.sampled_from([None, "import", "export", "transit", "transhipment", "free_zone"]),
        route=st.lists(item, max_size=3).map(tuple),
        parties=st.lists(st.builds(Party, item, item, item), max_size=3).map(tuple),
        gross_mass_kg=masses,
        tare_kg=masses,
        seals=st.lists(item, max_size=3).map(tuple),
        lines=st.lists(lines, max_size=4).map(tuple),
    )


one_folder = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)


@one_folder
@given(manifests(any_text, any_text))
def test_json_reads_back_as_written(tmp_path: Path, manifest: Manifest) -> None:
    write_manifest(manifest, tmp_path / "a.manifest.json")
    assert read_manifest(tmp_path / "a.manifest.json") == manifest


@one_folder
@given(manifests(plain_text, list_text))
def test_csv_reads_back_as_written(tmp_path: Path, manifest: Manifest) -> None:
    write_manifest(manifest, tmp_path / "a.manifest.csv")
    assert read_manifest(tmp_path / "a.manifest.csv") == manifest


@one_folder
@given(description=plain_text, data=st.data())
def test_csv_holds_what_a_description_says_of_codes(
    tmp_path: Path, description: str, data: st.DataObject
) -> None:
    code = data.draw(st.sampled_from(["", "850440"]))
    line = told(Line(code, f"{description} HS CODE 1006.30".strip()))
    write_manifest(Manifest(lines=(line,)), tmp_path / "a.csv")
    assert read_manifest(tmp_path / "a.csv").lines == (line,)


def _text_of(suffix: str, tmp_path: Path) -> bytes:
    path = tmp_path / f"source{suffix}"
    write_manifest(MANIFEST, path)
    return path.read_bytes()


@one_folder
@given(suffix=st.sampled_from([".json", ".csv"]), data=st.data())
def test_no_bytes_raise_anything_but_a_manifest_error(
    tmp_path: Path, suffix: str, data: st.DataObject
) -> None:
    good = _text_of(suffix, tmp_path)
    start = data.draw(st.integers(0, len(good)))
    end = data.draw(st.integers(start, len(good)))
    noise = data.draw(st.binary(max_size=40))
    path = tmp_path / f"fuzz{suffix}"
    path.write_bytes(good[:start] + noise + good[end:])
    with contextlib.suppress(ManifestError):
        write_manifest(read_manifest(path), tmp_path / "again.json")


def _refusal(path: Path) -> str:
    with pytest.raises(ManifestError) as caught:
        read_manifest(path)
    return str(caught.value).removeprefix(f"{path}: ")


def test_refuses_empty_oversized_missing_and_unknown_files(tmp_path: Path) -> None:
    empty = tmp_path / "empty.json"
    empty.touch()
    assert _refusal(empty) == "expected a manifest, found an empty file"
    large = tmp_path / "large.csv"
    large.write_bytes(b" " * (MAX_BYTES + 1))
    assert _refusal(large) == f"expected at most {MAX_BYTES} bytes, found a larger file"
    missing = tmp_path / "missing.json"
    assert _refusal(missing) == "expected a readable file, found No such file or directory"
    other = tmp_path / "a.txt"
    assert _refusal(other) == (
        "expected a manifest named .json, .csv, .xlsx, .xml or .edi, found a.txt"
    )


def test_refuses_more_lines_than_anyone_declares(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "long.csv"
    path.write_text("hs_code\n" + "4802\n" * 7, "utf-8")
    assert len(read_manifest(path).lines) == 7
    monkeypatch.setattr("scanai.manifest.files.MAX_LINES", 6)
    with pytest.raises(ManifestError, match="expected at most 6 lines of goods, found more"):
        read_manifest(path)


@pytest.mark.parametrize(
    "manifest",
    [
        Manifest(lines=(Line("8507", mass_kg=float("nan")),)),
        Manifest(lines=(Line("8507", mass_kg=-1.0),)),
        Manifest(lines=(Line("999999"),)),
    ],
)
@pytest.mark.parametrize("suffix", [".json", ".csv"])
def test_never_writes_what_it_would_not_read(
    tmp_path: Path, manifest: Manifest, suffix: str
) -> None:
    path = tmp_path / f"a{suffix}"
    with pytest.raises(ManifestError):
        write_manifest(manifest, path)
    assert not path.exists()


def test_csv_refuses_to_write_lists_that_it_cannot_hold(tmp_path: Path) -> None:
    with pytest.raises(ManifestError, match="no ';' or '\\|' in lists"):
        write_manifest(Manifest(seals=("A;B",)), tmp_path / "a.csv")


@pytest.mark.parametrize(
    ("scan", "name"),
    [
        ("a.tiff", "a"),
        ("a.high.png", "a"),
        ("a.low.png", "a"),
        ("a.png", "a"),
        ("a.b.npy", "a.b"),
        ("a.high.tiff", "a.high"),
    ],
)
@pytest.mark.parametrize("suffix", ["json", "csv", "xlsx", "xml", "edi"])
def test_finds_the_manifest_beside_a_scan(
    tmp_path: Path, scan: str, name: str, suffix: str
) -> None:
    assert find_manifest(tmp_path / scan) is None
    manifest = tmp_path / f"{name}.manifest.{suffix}"
    manifest.touch()
    assert find_manifest(tmp_path / scan) == manifest


def test_refuses_two_manifests_beside_one_scan(tmp_path: Path) -> None:
    (tmp_path / "a.manifest.json").touch()
    (tmp_path / "a.manifest.csv").touch()
    with pytest.raises(
        ManifestError, match=r"expected one manifest, found a\.manifest\.json and a\.manifest\.csv"
    ):
        find_manifest(tmp_path / "a.tiff")


def test_refuses_a_manifest_for_another_unit_or_scan() -> None:
    with pytest.raises(ManifestError) as caught:
        check_belongs(MANIFEST, scan_id="", unit="SYNTH-0002", source="a.json")
    assert str(caught.value) == (
        "a.json: expected a manifest for transport unit SYNTH-0002, found SYNTH-0001"
    )
    with pytest.raises(ManifestError) as caught:
        check_belongs(MANIFEST, scan_id="scan-2", unit="SYNTH-0001", source="a.json")
    assert str(caught.value) == "a.json: expected a manifest for scan scan-2, found scan-1"


def test_accepts_a_manifest_that_agrees_or_says_nothing() -> None:
    check_belongs(MANIFEST, scan_id="scan-1", unit="synth 0001", source="a.json")
    check_belongs(MANIFEST, scan_id="", unit="", source="a.json")
    check_belongs(Manifest(), scan_id="scan-1", unit="SYNTH-0001", source="a.json")


def test_container_is_the_same_with_and_without_check_digit() -> None:
    check_belongs(Manifest(unit="TESU0000013"), scan_id="", unit="TESU 000001", source="a.json")
    with pytest.raises(ManifestError):
        check_belongs(Manifest(unit="TESU0000014"), scan_id="", unit="TESU000001", source="a")


@pytest.mark.parametrize("suffix", [".json", ".csv"])
def test_unit_type_is_read_in_whatever_spacing(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"a{suffix}"
    write_manifest(MANIFEST, path)
    path.write_text(path.read_text("utf-8").replace("40HC", "40 hc"), "utf-8")
    assert read_manifest(path) == MANIFEST


@pytest.mark.parametrize("kind", ["folder", "link"])
def test_what_has_the_name_of_a_manifest_and_is_none_is_told(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "a.manifest.json"
    if kind == "folder":
        path.mkdir()
    else:
        path.symlink_to(tmp_path / "none")
    with pytest.raises(ManifestError, match=r"a\.manifest\.json: expected a file, found "):
        find_manifest(tmp_path / "a.tiff")


VESSEL = Path(__file__).parent / "data" / "awmds.xml"


def test_picks_the_unit_out_of_a_file_of_many() -> None:
    units = [manifest.unit for manifest in read_manifests(VESSEL)]
    assert units == ["TESU0000013", "TESU0000029", "TESU0000034", "ZZZU0000108"]
    assert read_manifest(VESSEL, "tesu 000002 9").unit == "TESU0000029"


def test_names_the_units_when_none_is_picked(tmp_path: Path) -> None:
    four = "4 units: TESU0000013, TESU0000029, TESU0000034, ZZZU0000108"
    assert _refusal(VESSEL) == f"expected one transport unit, or the name of one, found {four}"
    with pytest.raises(ManifestError, match=f"expected transport unit TESU1, found {four}"):
        read_manifest(VESSEL, "TESU1")
    rows = "".join(f"TESU000000{number},8507\n" for number in range(6))
    many = tmp_path / "many.csv"
    many.write_text(f"unit,hs_code\n{rows}")
    assert _refusal(many).endswith(
        "6 units: TESU0000000 (wrong check digit), TESU0000001 (wrong "
        "check digit), TESU0000002 (wrong check digit), TESU0000003 "
        "(wrong check digit), TESU0000004 (wrong check digit), ..."
    )


def test_only_manifest_of_a_file_must_be_of_the_unit_asked_for(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    write_manifest(MANIFEST, path)
    assert read_manifest(path, "synth 0001") == MANIFEST
    with pytest.raises(ManifestError, match="expected a manifest for transport unit X, found SYN"):
        read_manifest(path, "X")


@pytest.mark.parametrize("name", ["awmds.xml", "cuscar.edi"])
def test_json_holds_all_that_was_read(tmp_path: Path, name: str) -> None:
    for manifest in read_manifests(VESSEL.with_name(name)):
        write_manifest(manifest, tmp_path / "a.json")
        assert read_manifest(tmp_path / "a.json") == manifest


@pytest.mark.parametrize("suffix", [".xlsx", ".xml", ".edi"])
def test_refuses_to_write_what_is_only_read(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"a{suffix}"
    with pytest.raises(ManifestError, match=r"a manifest named \.json or \.csv to write"):
        write_manifest(MANIFEST, path)
    assert not path.exists()
