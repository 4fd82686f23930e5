from __future__ import annotations

import errno
import os
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


def test_removes_earlier_reports_of_scans_that_cannot_be_read_now_and_leaves_others(
    tmp_path: Path, report: Report, scan: Scan
) -> None:
    first = ReportFolder(tmp_path)
    for name in ("one.tiff", "two.tiff", "three.tiff"):
        first.add(of_file(report, name), scan, None)
    first.write_index()
    again = ReportFolder(tmp_path)
    again.add(of_file(report, "two.tiff"), scan, None)
    again.forget("folder/one.tiff")
    again.forget("three.npy")  # another file
    index = again.write_index().read_text("utf-8")
    left = [f"{name}.{kind}" for name in ("three", "two") for kind in ("html", "json", "png")]
    assert names(tmp_path) == ["index.html", *left]
    assert (again.replaced, again.removed, again.left) == (1, 1, 1)
    assert "one.html" not in index
    assert "three.html" not in index


def test_a_spoilt_report_is_left(tmp_path: Path) -> None:
    (tmp_path / "one.json").write_text('{\n  "format": "scanai-report/1", "inputs": ')
    folder = ReportFolder(tmp_path)
    folder.forget("one.tiff")
    folder.write_index()
    assert (folder.removed, folder.left) == (0, 1)


def test_leaves_all_that_is_not_its_own(tmp_path: Path, report: Report, scan: Scan) -> None:
    others = {
        "one.tiff": b"a scan",
        "one.scan.json": b"{}",
        "photo.png": b"a scan as well",
        "notes.html": b"notes",
        "printed.json": msgspec.json.encode(report),
        "two.html": b"a page of somebody else",
    }
    first = ReportFolder(tmp_path)
    first.add(of_file(report, "two.tiff"), scan, None)
    first.write_index()
    for name, content in others.items():
        (tmp_path / name).write_bytes(content)
    (tmp_path / "folder.json").mkdir()
    again = ReportFolder(tmp_path)
    again.forget("two.tiff")
    again.write_index()
    assert names(tmp_path) == sorted([*others, "folder.json", "index.html"])
    assert all((tmp_path / name).read_bytes() == content for name, content in others.items())


def test_report_that_cannot_be_removed_is_an_error_that_names_the_file(
    tmp_path: Path, report: Report, scan: Scan, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = ReportFolder(tmp_path)
    first.add(report, scan, None)
    first.write_index()

    def refuse(path: Path) -> None:
        raise PermissionError(errno.EACCES, "Permission denied", str(path))

    monkeypatch.setattr(Path, "unlink", refuse)
    expected = r"SYNTH-0001\.html: expected a file to remove, found Permission denied"
    again = ReportFolder(tmp_path)
    again.forget(report.inputs.scan)
    with pytest.raises(InputError, match=expected):
        again.write_index()


def test_index_that_cannot_be_read_is_an_error_that_names_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    index = tmp_path / "index.html"
    index.mkdir()
    with pytest.raises(InputError, match="to, found Is a directory") as failure:
        ReportFolder(tmp_path)
    assert failure.value.source == str(index)
    index.rmdir()
    os.mkfifo(index)
    with pytest.raises(InputError, match="to, found a pipe or a device"):
        ReportFolder(tmp_path)
    index.unlink()
    index.touch()

    def refuse(path: Path, *_: object) -> None:
        raise PermissionError(errno.EACCES, "Permission denied", str(path))

    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(InputError, match="to, found Permission denied"):
        ReportFolder(tmp_path)


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


def test_full_disk_is_an_error_that_names_the_file(
    tmp_path: Path, report: Report, scan: Scan, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = ReportFolder(tmp_path)

    def full(path: Path, content: bytes) -> int:
        raise OSError(errno.ENOSPC, "No space left on device", str(path))

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(InputError, match="found No space left on device") as failure:
        folder.add(report, scan, None)
    assert failure.value.source == str(tmp_path / "SYNTH-0001.json")
    assert folder.entries == []
