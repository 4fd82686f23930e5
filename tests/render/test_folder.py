from __future__ import annotations

import errno
from pathlib import Path

import msgspec
import pytest
from PIL import Image

from scanai.errors import InputError
from scanai.inspect.report import Report
from scanai.manifest.model import Manifest
from scanai.render.folder import ReportFolder
from scanai.scan.model import Scan


def of_file(report: Report, name: str) -> Report:
    return msgspec.structs.replace(report, inputs=msgspec.structs.replace(report.inputs, scan=name))


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_writes_json_picture_page_and_index(
    tmp_path: Path, report: Report, scan: Scan, manifest: Manifest
) -> None:
    folder = ReportFolder(tmp_path / "report")
    assert folder.add(report, scan, manifest) == "SYNTH-0001"
    index = folder.write_index()
    assert names(folder.path) == [
        "SYNTH-0001.html", "SYNTH-0001.json", "SYNTH-0001.png", "index.html",
    ]  # fmt: skip
    written = (folder.path / "SYNTH-0001.json").read_bytes()
    assert msgspec.json.decode(written, type=Report) == report
    with Image.open(folder.path / "SYNTH-0001.png") as picture:
        assert picture.width == scan.transmission.shape[2]
    assert 'href="SYNTH-0001.html"' in index.read_text("utf-8")


def test_display_picture_is_written_without_a_unit(
    tmp_path: Path, report: Report, display_scan: Scan
) -> None:
    display = msgspec.structs.replace(report, quantity="display", pitch_mm=(0.0, 0.0))
    assert ReportFolder(tmp_path).add(display, display_scan, None) == "SYNTH-0001"


def test_scans_of_one_name_keep_apart(tmp_path: Path, report: Report, scan: Scan) -> None:
    folder = ReportFolder(tmp_path)
    files = ("a.tiff", "a.npy", "A.high.png", "index.tiff")
    given = [folder.add(of_file(report, name), scan, None) for name in files]
    assert given == ["a", "a-2", "A-3", "index-2"]


def test_own_reports_of_an_earlier_run_are_replaced_and_counted(
    tmp_path: Path, report: Report, scan: Scan
) -> None:
    for replaced in (0, 1):
        folder = ReportFolder(tmp_path)
        assert folder.add(report, scan, None) == "SYNTH-0001"
        folder.write_index()
        assert folder.replaced == replaced


def test_never_writes_over_a_file_that_is_no_report(
    tmp_path: Path, report: Report, scan: Scan
) -> None:
    (tmp_path / "photo.png").write_bytes(b"the scan itself")
    (tmp_path / "other.json").write_text("{}")
    folder = ReportFolder(tmp_path)
    assert folder.add(of_file(report, "photo.png"), scan, None) == "photo-2"
    assert folder.add(of_file(report, "other.tiff"), scan, None) == "other-2"
    assert (tmp_path / "photo.png").read_bytes() == b"the scan itself"


def test_refuses_a_folder_with_another_index(tmp_path: Path) -> None:
    (tmp_path / "index.html").write_text("<title>something else</title>")
    with pytest.raises(InputError) as caught:
        ReportFolder(tmp_path)
    assert str(caught.value) == (
        f"{tmp_path}: expected a folder of reports or an empty one, found another index.html"
    )


def test_refuses_a_file_as_folder(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(
        InputError, match="expected a folder to write reports to, found File exists"
    ):
        ReportFolder(tmp_path / "file")


def test_full_disk_is_an_error_that_names_the_folder(
    tmp_path: Path, report: Report, scan: Scan, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = ReportFolder(tmp_path)

    def full(path: Path, content: bytes) -> int:
        raise OSError(errno.ENOSPC, "No space left on device", str(path))

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(InputError, match="found No space left on device") as failure:
        folder.add(report, scan, None)
    assert failure.value.source == str(tmp_path)
    assert folder.entries == []
