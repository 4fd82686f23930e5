"""Manifest files: what is written reads back, what is broken gets one clear error."""

import contextlib
import string
from pathlib import Path

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
    write_manifest,
)
from scanai.manifest.files import MAX_BYTES
from scanai.manifest.nomenclature import subheadings

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
    st.sampled_from(sorted(subheadings())), st.integers(4, 6), st.text("0123456789", max_size=4)
).map(lambda parts: parts[0] + parts[2] if parts[2] else parts[0][: parts[1]])
any_text = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
plain_text = st.text(string.ascii_letters + string.punctuation + " \n\r\t€", max_size=20).map(
    str.strip
)
list_text = st.text(string.ascii_letters + "\"',-. ", min_size=1, max_size=9).filter(
    lambda text: text == text.strip()
)
masses = st.none() | st.floats(0, 1e6)


def manifests(text: st.SearchStrategy[str], item: st.SearchStrategy[str]) -> st.SearchStrategy:
    lines = st.builds(
        Line,
        hs_code=codes,
        description=text,
        mass_kg=masses,
        packages=st.none() | st.integers(0, 10_000_000),
        package_type=text,
        origin=text,
        licence=text,
    )
    return st.builds(
        Manifest,
        unit=text,
        unit_type=text,
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
    other = tmp_path / "a.xml"
    assert _refusal(other) == "expected a manifest named .json or .csv, found a.xml"


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
@pytest.mark.parametrize("suffix", ["json", "csv"])
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
