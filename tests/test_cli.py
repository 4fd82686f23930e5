from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import jsonschema
import pytest

from scanai import cli
from scanai.inspect.report import schema

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def scans(scan_folder: Path, tmp_path: Path) -> Path:
    """A copy of the scans that a test may damage."""
    return Path(shutil.copytree(scan_folder, tmp_path / "scans"))


@pytest.fixture
def inspect(tiny_bundle: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs `scanai inspect` with the tiny model: (exit code, standard output, standard error)."""

    def run(*arguments: str | Path) -> tuple[int, str, str]:
        code = cli.main(["inspect", *map(str, arguments), "--model", str(tiny_bundle)])
        out, err = capsys.readouterr()
        return code, out, err

    return run


def test_prints_one_line_a_scan_and_writes_the_reports(
    inspect: Run, scans: Path, tmp_path: Path
) -> None:
    code, out, err = inspect(scans, "--out", tmp_path / "report")
    assert code == 0
    first, second, last = out.splitlines()
    assert first.split()[:2][1] == "one.tiff"
    assert second.split()[:2][1] == "two.tiff"
    assert {first.split()[0], second.split()[0]} <= {"clear", "review", "inspect"}
    assert first.endswith(" s")
    assert last == f"open {tmp_path / 'report' / 'index.html'}"
    assert "2/2" in err
    written = {path.name for path in (tmp_path / "report").iterdir()}
    assert written == {
        "index.html", "one.html", "one.json", "one.png", "two.html", "two.json", "two.png",
    }  # fmt: skip


def test_json_is_one_report_a_line_and_keeps_the_schema(inspect: Run, scans: Path) -> None:
    code, out, _ = inspect(scans, "--format", "json")
    assert code == 0
    reports = [json.loads(line) for line in out.splitlines()]
    assert [report["inputs"]["scan"] for report in reports] == ["one.tiff", "two.tiff"]
    for report in reports:
        jsonschema.validate(report, schema())
        assert report["inputs"]["manifest"].endswith(".manifest.json")
        assert len(report["inputs"]["manifest_sha256"]) == 64


def test_an_unreadable_scan_does_not_stop_the_others(
    inspect: Run, scans: Path, tmp_path: Path
) -> None:
    (scans / "empty.tiff").write_bytes(b"")
    code, out, err = inspect(scans, "--out", tmp_path / "report")
    assert code == 2
    assert [line.split()[1] for line in out.splitlines()[:2]] == ["one.tiff", "two.tiff"]
    errors = [line for line in err.replace("\r", "\n").splitlines() if "error " in line]
    assert len(errors) == 1
    assert f"{scans / 'empty.tiff'}: expected " in errors[0]
    assert "empty.tiff: expected" in (tmp_path / "report" / "index.html").read_text("utf-8")


def test_errors_are_json_lines_too(inspect: Run, scans: Path) -> None:
    (scans / "one.manifest.json").write_text('{"lines": 3}')
    code, out, _ = inspect(scans, "--format", "json")
    assert code == 2
    error, report = (json.loads(line) for line in out.splitlines())
    assert error["error"]["source"] == str(scans / "one.manifest.json")
    assert set(error["error"]) == {"message", "source", "expected", "found"}
    assert report["inputs"]["scan"] == "two.tiff"


def test_manifest_of_another_container_is_refused(inspect: Run, scans: Path) -> None:
    code, out, _ = inspect(
        scans / "one.tiff", "--manifest", scans / "two.manifest.json", "--format", "json"
    )
    assert code == 2
    assert json.loads(out)["error"]["source"] == str(scans / "two.manifest.json")


def test_manifest_can_lie_elsewhere(inspect: Run, scans: Path, tmp_path: Path) -> None:
    elsewhere = (scans / "one.manifest.json").rename(tmp_path / "papers.json")
    code, out, _ = inspect(scans / "one.tiff", "--manifest", elsewhere, "--format", "json")
    assert code == 0
    assert json.loads(out)["inputs"]["manifest"] == "papers.json"


def test_manifest_for_several_scans_is_wrong_use(
    inspect: Run, scans: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as caught:
        inspect(scans, "--manifest", scans / "one.manifest.json")
    assert caught.value.code == 2
    assert "--manifest goes with one scan, found 2" in capsys.readouterr().err


@pytest.mark.parametrize("as_json", [False, True])
def test_altered_model_is_one_clear_error(
    scans: Path,
    tiny_bundle: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    as_json: bool,
) -> None:
    altered = Path(shutil.copytree(tiny_bundle, tmp_path / "altered"))
    with (altered / "model.onnx").open("ab") as stream:
        stream.write(b"\x00")
    arguments = ["inspect", str(scans), "--model", str(altered)]
    code = cli.main(arguments + ["--format", "json"] * as_json)
    out, err = capsys.readouterr()
    assert code == 2
    message = json.loads(out)["error"]["message"] if as_json else err.strip()
    assert f"{altered / 'model.onnx'}: expected SHA-256 " in message


def test_unknown_profile_and_missing_scan_are_clear_errors(
    inspect: Run, scans: Path, tmp_path: Path
) -> None:
    code, _, err = inspect(scans, "--profile", "no-such")
    assert code == 2
    assert err.startswith("scanai: no-such: expected the name of a scanner profile (")
    code, _, err = inspect(tmp_path / "nothing.tiff")
    assert code == 2
    assert f"{tmp_path / 'nothing.tiff'}: expected " in err


def test_folder_without_scans_is_an_error(inspect: Run, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    code, _, err = inspect(tmp_path / "empty")
    assert code == 2
    assert err == f"scanai: {tmp_path / 'empty'}: expected a folder with scan files, found none\n"


def test_control_characters_of_a_name_never_reach_the_terminal(inspect: Run, scans: Path) -> None:
    (scans / "one.tiff").rename(scans / "x\x1b[2Jx.tiff")
    (scans / "bad\x1b]0;owned\x07.tiff").write_bytes(b"no scan")
    _, out, err = inspect(scans)
    assert "\x1b[2J" not in out
    assert "\x1b]0" not in err


def test_defect_shows_no_traceback(
    inspect: Run, scans: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("of some kind")

    monkeypatch.delenv("SCANAI_DEBUG", raising=False)
    monkeypatch.setattr("scanai.scan.discover", fail)
    assert inspect(scans) == (
        1,
        "",
        "scanai: internal error: RuntimeError: of some kind (SCANAI_DEBUG=1 shows where)\n",
    )


def test_missing_extra_is_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    def without_torch(name: str, *arguments: object) -> object:
        if name == "scanai.train.loop":
            raise ModuleNotFoundError("No module named 'torch'", name="torch")
        return real_import(name, *arguments)  # type: ignore[arg-type]

    real_import = __import__
    monkeypatch.setattr("builtins.__import__", without_torch)
    code = cli.main(["train", "recipe.toml", "--out", str(tmp_path)])
    assert code == 1
    assert capsys.readouterr().err == (
        "scanai: scanai train needs the extra 'train': pip install 'scanai[train]'\n"
    )


def test_interrupt_ends_without_traceback(
    inspect: Run, scans: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(*_: object, **__: object) -> None:
        signal.raise_signal(signal.SIGINT)

    # A shell that starts the tests in the background has SIGINT ignored.
    monkeypatch.setattr("scanai.scan.discover", interrupt)
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        code, _, err = inspect(scans)
    finally:
        signal.signal(signal.SIGINT, before)
    assert code == 130
    assert err == "scanai: interrupted\n"


def test_reader_that_goes_away_is_no_defect() -> None:
    read, write = os.pipe()
    os.close(read)
    command = [sys.executable, "-m", "scanai.cli", "bench", "physics", "--format", "json"]
    try:
        done = subprocess.run(command, stdout=write, stderr=subprocess.PIPE, text=True, check=False)
    finally:
        os.close(write)
    assert (done.returncode, done.stderr) == (1, "")


def test_exit_codes_are_in_the_help(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        cli.main(["inspect", "--help"])
    text = " ".join(capsys.readouterr().out.split())
    assert "0 done; 2 some input could not be read (the others still are)" in text


def test_bench_physics_keeps_the_promised_shape(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["bench", "physics", "--format", "json"]) == 0
    result = json.loads(capsys.readouterr().out)["rms_percent"]
    assert {name: set(beams) for name, beams in result.items()} == {
        "plain": {"4", "6", "10"},
        "fitted": {"4", "6", "10"},
    }


def test_bench_end_to_end_times_every_step(
    tiny_bundle: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["bench", "end-to-end", "--model", str(tiny_bundle), "--repeats", "1"]
    assert cli.main([*arguments, "--format", "json"]) == 0
    seconds = json.loads(capsys.readouterr().out)["seconds"]
    assert list(seconds) == ["total", "read", "calibrate", "infer", "report", "picture"]
    steps = sum(value for name, value in seconds.items() if name != "total")
    assert seconds["total"] == pytest.approx(steps, rel=0.01)
