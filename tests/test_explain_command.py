"""`scanai explain`: files and folders, several at once, and errors that name what was expected."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from shut_folders import shut

from scanai.cli import main

SAMPLES = Path(__file__).resolve().parents[1] / "datasets" / "samples"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("reports") / "report"
    scans = [str(SAMPLES / name) for name in ("mobile-03.tiff", "portal-03.high.png")]
    assert main(["inspect", *scans, "--out", str(out)]) == 0
    (out / "notes.json").write_text("{}")
    return out


def test_explains_every_report_of_a_folder(folder: Path, capsys) -> None:
    assert main(["explain", str(folder)]) == 0
    out = capsys.readouterr().out
    assert out.count("What would change it:") == 2
    assert "Declared empty, but" in out
    assert "A weighing would settle the mass." in out


def test_json_is_one_line_a_report(folder: Path, capsys) -> None:
    paths = [str(folder / f"{name}.json") for name in ("portal-03", "mobile-03")]
    assert main(["explain", *paths, "--format", "json"]) == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [line["report"] for line in lines] == paths
    written = json.loads(Path(paths[0]).read_text("utf-8"))
    assert lines[0]["verdict"] == written["verdict"]
    assert lines[0]["thresholds"] == written["thresholds"]
    assert lines[0]["verdict"]["chain"][0]["name"] == "mass_mismatch"


def test_a_file_that_is_no_report_is_told_and_the_rest_goes_on(folder: Path, capsys) -> None:
    bad = folder / "notes.json"
    assert main(["explain", str(bad), str(folder / "mobile-03.json")]) == 2
    out, err = capsys.readouterr()
    assert f"error    {bad}: expected a field " in err
    assert out.startswith("INSPECT")
    assert main(["explain", str(bad), "--format", "json"]) == 2
    assert json.loads(capsys.readouterr().out)["error"]["source"] == str(bad)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "expected a scanai-report/1 record, found an empty file"),
        (b"[1]", "expected a scanai-report/1 record, found a list"),
        (b"II*\x00", "expected a scanai-report/1 record, found malformed JSON"),
    ],
)
def test_other_files_get_one_clear_error(tmp_path: Path, capsys, content, message) -> None:
    path = tmp_path / "other.json"
    path.write_bytes(content)
    assert main(["explain", str(path)]) == 2
    assert message in capsys.readouterr().err


def test_a_missing_file_and_a_folder_without_reports_are_errors(tmp_path: Path, capsys) -> None:
    assert main(["explain", str(tmp_path / "none.json")]) == 2
    assert "expected a readable file, found No such file or directory" in capsys.readouterr().err
    assert main(["explain", str(tmp_path)]) == 2
    assert "expected a folder with reports, found none in it" in capsys.readouterr().err


def test_a_folder_that_cannot_be_listed_is_told_and_the_rest_goes_on(
    folder: Path, tmp_path: Path, capsys, monkeypatch
) -> None:
    (tmp_path / "shut").mkdir()
    shut("shut", monkeypatch)
    assert main(["explain", str(tmp_path), str(folder)]) == 2
    out, err = capsys.readouterr()
    expected = "expected a readable folder, found Permission denied"
    assert err == f"error    {tmp_path / 'shut'}: {expected}\n"
    assert out.count("What would change it:") == 2
    assert main(["drift", str(tmp_path / "shut")]) == 2
    assert expected in capsys.readouterr().err


@pytest.mark.parametrize("given", ["a.json", "."])
def test_a_pipe_is_no_report(tmp_path: Path, capsys, given) -> None:
    os.mkfifo(tmp_path / "a.json")
    assert main(["explain", str(tmp_path / given)]) == 2
    expected = "expected a readable file, found a pipe or a device"
    assert capsys.readouterr().err == f"error    {tmp_path / 'a.json'}: {expected}\n"
