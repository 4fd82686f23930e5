from __future__ import annotations

import errno
import json
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import jsonschema
import numpy as np
import pytest

from scanai import cli, read_scan
from scanai.inspect.report import schema
from scanai.manifest import read_manifest, read_manifests, write_manifest

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
    first, second = out.splitlines()
    assert first.split()[:2][1] == "one.tiff"
    assert second.split()[:2][1] == "two.tiff"
    assert {first.split()[0], second.split()[0]} <= {"clear", "review", "inspect"}
    assert first.endswith(" s")
    assert err.splitlines()[-1] == f"open {tmp_path / 'report' / 'index.html'}"
    written = {path.name for path in (tmp_path / "report").iterdir()}
    assert written == {
        "index.html", "one.html", "one.json", "one.png", "two.html", "two.json", "two.png",
    }  # fmt: skip


@pytest.mark.parametrize(("names", "told"), [(["one"], "1 report"), (["one", "two"], "2 reports")])
def test_reports_of_an_earlier_run_that_were_replaced_are_counted(
    inspect: Run, scans: Path, tmp_path: Path, names: list[str], told: str
) -> None:
    given = [*(scans / f"{name}.tiff" for name in names), "--out", tmp_path]
    assert "earlier run" not in inspect(*given)[2]
    assert f"{tmp_path}: {told} of an earlier run replaced" in inspect(*given)[2].splitlines()


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
    (error,) = error_lines(err)
    assert f"{scans / 'empty.tiff'}: expected " in error
    assert "empty.tiff: expected" in (tmp_path / "report" / "index.html").read_text("utf-8")


def test_report_that_cannot_be_written_does_not_stop_the_others(
    inspect: Run, scans: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, *others = sorted(path.stem for path in scans.glob("*.tiff"))
    write = Path.write_bytes

    def refuse_first(path: Path, content: bytes) -> int:
        if path.name == f"{first}.png":
            raise OSError(errno.ENOSPC, "No space left on device", str(path))
        return write(path, content)

    monkeypatch.setattr(Path, "write_bytes", refuse_first)
    code, _, err = inspect(scans, "--out", tmp_path / "report")
    assert code == 2
    assert "No space left on device" in err
    assert "internal error" not in err
    assert others
    assert all((tmp_path / "report" / f"{name}.html").exists() for name in others)


def test_errors_are_json_lines_too(inspect: Run, scans: Path) -> None:
    (scans / "one.tiff").write_bytes(b"")
    code, out, _ = inspect(scans, "--format", "json")
    assert code == 2
    error, report = (json.loads(line) for line in out.splitlines())
    assert error == {
        "error": {
            "scan": "one.tiff",
            "message": f"{scans / 'one.tiff'}: expected a scan, found an empty file",
            "source": str(scans / "one.tiff"),
            "expected": "a scan",
            "found": "an empty file",
        }
    }
    assert report["inputs"]["scan"] == "two.tiff"


# Scans and their manifests ----------------------------------------------------------------------


def test_scan_without_manifest_says_so(inspect: Run, scans: Path) -> None:
    (scans / "one.manifest.json").unlink()
    code, out, _ = inspect(scans)
    assert code == 0
    first, second = out.splitlines()
    assert " (no manifest)  " in first
    assert "manifest" not in second


BAD = {
    "malformed": "{",
    "unknown code": '{"format": "scanai-manifest/1", "lines": [{"hs_code": "999999"}]}',
}


@pytest.mark.parametrize("content", BAD.values(), ids=BAD)
def test_scan_is_inspected_without_a_manifest_that_cannot_be_read(
    inspect: Run, scans: Path, tmp_path: Path, content: str
) -> None:
    bad = scans / "one.manifest.json"
    bad.write_text(content)
    code, out, err = inspect(scans, "--out", tmp_path / "report")
    assert code == 2
    (error,) = error_lines(err)
    assert f"{bad}: expected " in error
    first, second = out.splitlines()
    assert "one.tiff" in first
    assert "(its manifest could not be read)" in first
    assert "manifest" not in second
    report = json.loads((tmp_path / "report" / "one.json").read_text("utf-8"))
    assert report["inputs"]["manifest"] is None
    assert report["lines"] == []
    assert report["verdict"]["decision"] != "clear"
    (unused,) = [one for one in report["findings"] if one["rule"] == "declaration_unused"]
    assert unused["sentence"].startswith(
        "Its manifest could not be read: one.manifest.json: expected "
    )
    assert unused["sentence"] in report["verdict"]["reasons"]
    assert str(scans) not in unused["sentence"]
    assert f"{bad}: expected " in (tmp_path / "report" / "index.html").read_text("utf-8")


@pytest.mark.parametrize("content", BAD.values(), ids=BAD)
def test_json_error_of_a_manifest_names_its_scan_and_its_file(
    inspect: Run, scans: Path, content: str
) -> None:
    (scans / "one.manifest.json").write_text(content)
    code, out, _ = inspect(scans, "--format", "json")
    assert code == 2
    error, one, two = (json.loads(line) for line in out.splitlines())
    assert error["error"]["scan"] == "one.tiff"
    assert error["error"]["source"] == str(scans / "one.manifest.json")
    jsonschema.validate(one, schema())
    assert [report["inputs"]["scan"] for report in (one, two)] == ["one.tiff", "two.tiff"]


def test_scan_and_manifest_that_are_both_bad_are_two_errors(inspect: Run, scans: Path) -> None:
    (scans / "one.manifest.json").write_text("{")
    (scans / "one.tiff").write_bytes(b"")
    code, out, _ = inspect(scans / "one.tiff", "--format", "json")
    assert code == 2
    errors = [json.loads(line)["error"] for line in out.splitlines()]
    assert [Path(error["source"]).name for error in errors] == ["one.manifest.json", "one.tiff"]
    assert [error["scan"] for error in errors] == ["one.tiff"] * 2


def test_manifest_of_another_container_is_refused_and_the_scan_inspected(
    inspect: Run, scans: Path
) -> None:
    arguments = (scans / "one.tiff", "--manifest", scans / "two.manifest.json")
    code, out, err = inspect(*arguments)
    assert code == 2
    assert "(its manifest is of another scan)" in out
    assert f"{scans / 'two.manifest.json'}: expected a manifest for " in error_lines(err)[0]
    code, out, _ = inspect(*arguments, "--format", "json")
    assert code == 2
    error, report = (json.loads(line) for line in out.splitlines())
    assert error["error"]["source"] == str(scans / "two.manifest.json")
    assert report["inputs"]["manifest"] is None
    assert report["mass"]["declared_kg"] is None


def test_missing_manifest_that_was_given_is_an_error_of_its_scan(
    inspect: Run, scans: Path, tmp_path: Path
) -> None:
    code, out, err = inspect(scans / "one.tiff", "--manifest", tmp_path / "none.json")
    assert code == 2
    assert "(its manifest could not be read)" in out
    assert f"{tmp_path / 'none.json'}: expected a readable file" in error_lines(err)[0]


def test_why_a_manifest_is_not_used_ends_in_one_full_stop(inspect: Run, scans: Path) -> None:
    whole = (Path(__file__).parent / "manifest" / "data" / "cuscar.edi").read_bytes()
    (scans / "one.manifest.edi").write_bytes(whole[:300])
    (scans / "one.manifest.json").unlink()
    code, out, _ = inspect(scans / "one.tiff", "--format", "json")
    assert code == 2
    reasons = json.loads(out.splitlines()[-1])["verdict"]["reasons"]
    (told,) = [one for one in reasons if one.startswith("Its manifest could not be read: ")]
    assert told.endswith("Unexpected end of EDI messages.")
    assert not told.endswith("..")


def test_two_manifests_beside_a_scan_are_an_error_of_it(inspect: Run, scans: Path) -> None:
    (scans / "one.manifest.csv").write_text("hs_code\n8507\n")
    code, out, err = inspect(scans)
    assert code == 2
    assert "(its manifest could not be read)" in out.splitlines()[0]
    assert "found one.manifest.json and one.manifest.csv" in error_lines(err)[0]


# Folders ----------------------------------------------------------------------------------------


def test_scans_of_one_name_in_two_folders_keep_apart(
    inspect: Run, scans: Path, tmp_path: Path
) -> None:
    shutil.copytree(scans, scans / "gate 2" / "deep")
    report = tmp_path / "report"
    code, out, _ = inspect(scans, "--out", report)
    assert code == 0
    names = ["one.tiff", "two.tiff", "gate 2/deep/one.tiff", "gate 2/deep/two.tiff"]
    width = max(map(len, names))
    assert [line[9 : 9 + width].rstrip() for line in out.splitlines()] == names
    files = {path.stem: path for path in report.glob("*.json")}
    assert set(files) == {"one", "two", "one-2", "two-2"}
    told = {stem: json.loads(path.read_text())["inputs"]["scan"] for stem, path in files.items()}
    assert told == dict(zip(["one", "two", "one-2", "two-2"], names, strict=True))
    code, out, _ = inspect(scans, "--format", "json")
    assert [json.loads(line)["inputs"]["scan"] for line in out.splitlines()] == names


def test_report_folder_among_the_scans_is_not_inspected_again(inspect: Run, scans: Path) -> None:
    for _ in range(2):
        code, out, _ = inspect(scans, "--out", scans / "report")
        assert code == 0
        assert len(out.splitlines()) == 2


# What is printed where --------------------------------------------------------------------------


def error_lines(err: str) -> list[str]:
    return [line for line in err.replace("\r", "\n").splitlines() if "error " in line]


def test_progress_is_that_of_scans_and_advances_with_the_first(
    inspect: Run, scans: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copy(scans / "one.tiff", scans / "three.tiff")
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    _, _, err = inspect(scans)
    shown = [int(done) for done in re.findall(r"(\d)/3 \[", err)]
    assert shown[:2] == [0, 1]
    assert shown[-1] == 3


def test_in_a_log_file_every_error_has_a_line_of_its_own(inspect: Run, scans: Path) -> None:
    (scans / "three.tiff").write_bytes(b"no scan")
    (scans / "four.tiff").write_bytes(b"no scan either")
    _, _, err = inspect(scans)
    assert "\r" not in err
    assert sum(line.startswith("error    ") for line in err.splitlines()) == 2


@pytest.mark.parametrize("form", ["text", "json"])
def test_way_to_the_index_is_no_part_of_the_output(
    inspect: Run, scans: Path, tmp_path: Path, form: str
) -> None:
    _, out, err = inspect(scans, "--out", tmp_path / "report", "--format", form)
    assert "index.html" not in out
    assert err.splitlines()[-1] == f"open {tmp_path / 'report' / 'index.html'}"


def test_way_to_an_index_is_shown_when_nothing_could_be_read(inspect: Run, tmp_path: Path) -> None:
    (tmp_path / "x.tiff").write_bytes(b"no scan")
    code, _, err = inspect(tmp_path / "x.tiff", "--out", tmp_path / "report")
    assert code == 2
    assert err.splitlines()[-1] == f"open {tmp_path / 'report' / 'index.html'}"


def test_no_verdict_stays_of_a_scan_that_can_no_longer_be_read(
    inspect: Run, scans: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    report = tmp_path / "report"
    assert inspect(scans, "--out", report)[0] == 0
    (scans / "one.tiff").write_bytes((scans / "one.tiff").read_bytes()[:2000])
    code, _, err = inspect(scans, "--out", report)
    assert code == 2
    assert f"{report}: 1 report of an earlier run replaced" in err
    told = "1 report of an earlier run removed, of scans that could not be read now"
    assert f"{report}: {told}" in err
    written = {"index.html", "two.html", "two.json", "two.png"}
    assert {path.name for path in report.iterdir()} == written
    (scans / "two.tiff").write_bytes(b"")
    assert inspect(scans, "--out", report)[0] == 2
    assert cli.main(["explain", str(report)]) == 2
    assert "expected a folder with reports, found none in it" in capsys.readouterr().err


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
    assert "--manifest of one transport unit goes with one scan, found 2" in (
        capsys.readouterr().err
    )


@pytest.fixture
def papers(scans: Path, tmp_path: Path) -> Path:
    """One file with the manifests of both scans, which no longer have their own."""
    manifests = [scans / f"{name}.manifest.json" for name in ("one", "two")]
    rows: list[str] = []
    for path in manifests:
        write_manifest(read_manifest(path), tmp_path / "part.csv")
        rows += (tmp_path / "part.csv").read_text().splitlines()[bool(rows) :]
        path.unlink()
    papers = tmp_path / "papers.csv"
    papers.write_text("\n".join(rows))
    return papers


def test_manifest_of_many_units_gives_each_scan_its_own(
    inspect: Run, scans: Path, papers: Path
) -> None:
    declared = [manifest.declared_mass_kg for manifest in read_manifests(papers)]
    code, out, _ = inspect(scans, "--manifest", papers, "--format", "json")
    assert code == 0
    reports = [json.loads(line) for line in out.splitlines()]
    assert [report["mass"]["declared_kg"] for report in reports] == pytest.approx(declared)
    assert [report["inputs"]["manifest"] for report in reports] == ["papers.csv"] * 2


def test_scan_that_a_manifest_of_many_units_lacks_is_an_error_of_that_scan(
    inspect: Run, scans: Path, papers: Path
) -> None:
    first, second = read_manifests(papers)
    assert first.unit != second.unit
    papers.write_text(papers.read_text().replace(second.unit, "TESU0000013"))
    code, out, err = inspect(scans, "--manifest", papers)
    assert code == 2
    told = "None of the units of its manifest is known to be this one"
    assert told not in out.splitlines()[0]
    assert f"review   two.tiff  {told}" in out.splitlines()[1]
    (error,) = error_lines(err)
    assert f"expected transport unit {second.unit}, found 2 units: {first.unit}" in error
    code, out, _ = inspect(scans / "two.tiff", "--manifest", papers, "--format", "json")
    assert code == 2
    reasons = json.loads(out.splitlines()[-1])["verdict"]["reasons"]
    assert any("None of the units of its manifest is known to be this one" in r for r in reasons)


def test_manifest_of_many_units_beside_a_scan_is_searched(
    inspect: Run, scans: Path, papers: Path
) -> None:
    papers.rename(scans / "two.manifest.csv")
    code, out, _ = inspect(scans / "two.tiff", "--format", "json")
    assert code == 0
    assert json.loads(out)["mass"]["declared_kg"] is not None


def test_line_without_code_leaves_the_goods_uncompared(inspect: Run, scans: Path) -> None:
    (scans / "one.manifest.json").write_text(
        '{"format": "scanai-manifest/1", "lines": [{"description": "Household goods"}]}'
    )
    code, out, _ = inspect(scans / "one.tiff", "--format", "json")
    assert code == 0
    report = json.loads(out)
    assert (
        report["lines"][0]["reason"]
        == "No HS code is declared; 100 % of the seen mass is left for it."
    )
    assert "undeclared_goods" not in {finding["kind"] for finding in report["findings"]}
    assert "empty_mismatch" not in {finding["kind"] for finding in report["findings"]}


def test_unreadable_manifest_of_several_scans_is_told_once(
    inspect: Run, scans: Path, tmp_path: Path
) -> None:
    code, out, err = inspect(scans, "--manifest", tmp_path / "none.xml")
    assert (code, out) == (2, "")
    assert "none.xml: expected a readable file" in err


# Portal readings --------------------------------------------------------------------------------

READING = Path(__file__).parent / "radiation" / "data" / "two-panels.n42"


def test_a_portal_reading_is_found_beside_its_scan(inspect: Run, scans: Path) -> None:
    shutil.copy(READING, scans / "one.n42")
    code, out, _ = inspect(scans, "--format", "json")
    assert code == 0
    first, second = (json.loads(line) for line in out.splitlines())
    jsonschema.validate(first, schema())
    assert first["inputs"]["radiation"] == "one.n42"
    assert first["verdict"]["decision"] == "inspect"
    assert first["radiation"]["alarms"] == ["Neutron: above limit"]
    assert second["radiation"] is None


def test_a_portal_reading_can_lie_elsewhere(inspect: Run, scans: Path) -> None:
    code, out, _ = inspect(scans / "one.tiff", "--portal", READING, "--format", "json")
    assert code == 0
    assert json.loads(out)["inputs"]["radiation"] == READING.name


def test_portal_for_several_scans_is_wrong_use(
    inspect: Run, scans: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        inspect(scans, "--portal", READING)
    assert "--portal goes with one scan, found 2" in capsys.readouterr().err


def test_scan_is_inspected_without_a_portal_reading_that_cannot_be_read(
    inspect: Run, scans: Path
) -> None:
    (scans / "one.n42").write_text("no reading")
    code, out, err = inspect(scans)
    assert code == 2
    (error,) = error_lines(err)
    assert f"{scans / 'one.n42'}: expected XML, found malformed XML" in error
    first, second = out.splitlines()
    assert " (its portal reading could not be read)  " in first
    assert "portal" not in second
    code, out, _ = inspect(scans / "one.tiff", "--format", "json")
    assert code == 2
    reason = json.loads(out.splitlines()[1])["verdict"]["reasons"][-1]
    assert reason.startswith("Its portal reading could not be read: one.n42: expected XML")


@pytest.mark.parametrize(
    ("name", "note"),
    [("two.n42", "portal reading"), ("two.n42.xml", "portal reading"), ("two.manifest.csv", "")],
)
def test_a_folder_with_the_name_of_a_companion_is_told(
    inspect: Run, scans: Path, name: str, note: str
) -> None:
    (scans / "two.manifest.json").unlink()
    (scans / name).mkdir()
    code, out, err = inspect(scans)
    assert code == 2
    assert error_lines(err) == [f"error    {scans / name}: expected a file, found a folder"]
    said = f"(its {note} could not be read)" if note else "  Its manifest could not be read: two."
    assert said in out.splitlines()[1]


def test_own_rules_and_control_lists_are_in_force(
    inspect: Run, scans: Path, tmp_path: Path
) -> None:
    (scans / "one.manifest.json").write_text(
        '{"format": "scanai-manifest/1", "regime": "transit", "lines": [{"hs_code": "480256"}]}'
    )
    rules, first, second = tmp_path / "rules.toml", tmp_path / "a.csv", tmp_path / "b.csv"
    rules.write_text("[rules.transit]\nweight = 3.0\n")
    first.write_text("4802;;X1\n")
    second.write_text("480256,,Y1\n")
    arguments = ("--rules", rules, "--controls", first, "--controls", second, "--format", "json")
    code, out, _ = inspect(scans / "one.tiff", *arguments)
    assert code == 0
    findings = json.loads(out)["findings"]
    assert [one["rule"] for one in findings if one["kind"] == "document_risk"] == ["transit"]
    (lead,) = [one["sentence"] for one in findings if one["kind"] == "controlled_goods"]
    assert "(a.csv, X1; b.csv, Y1)" in lead


@pytest.mark.parametrize(
    ("option", "content", "message"),
    [
        ("--rules", "[rules.x]\nweight = 1", "expected a field test in rule x"),
        ("--controls", "999999;;1\n", "expected an HS 2022 code at row 1, found 999999"),
    ],
)
def test_rules_and_control_lists_that_cannot_be_used_are_one_clear_error(
    inspect: Run, scans: Path, tmp_path: Path, option: str, content: str, message: str
) -> None:
    own = tmp_path / "own.file"
    own.write_text(content)
    code, out, err = inspect(scans, option, own)
    assert (code, out) == (2, "")
    assert err.startswith(f"scanai: {own}: {message}")


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


def test_folder_without_scans_is_an_error_and_the_others_go_on(
    inspect: Run, scans: Path, tmp_path: Path
) -> None:
    (tmp_path / "empty").mkdir()
    code, out, err = inspect(tmp_path / "empty", scans)
    assert code == 2
    (error,) = error_lines(err)
    assert f"{tmp_path / 'empty'}: expected a folder with scan files, found none" in error
    assert len(out.splitlines()) == 2


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
    monkeypatch.setattr("scanai.scan.name_scans", fail)
    assert inspect(scans) == (
        1,
        "",
        "scanai: internal error: RuntimeError: of some kind (SCANAI_DEBUG=1 shows where)\n",
    )


def test_a_failure_on_one_scan_leaves_the_others(
    inspect: Run, scans: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails_on_one(path: Path, profile: object) -> object:
        if path.name == "one.tiff":
            raise ZeroDivisionError("of some kind")
        return read_scan(path)

    monkeypatch.setattr("scanai.batch.read_scan", fails_on_one)
    code, out, _ = inspect(scans, "--format", "json")
    assert code == 1
    error, report = (json.loads(line) for line in out.splitlines())
    assert error["error"]["message"].endswith(
        "one.tiff: internal error: ZeroDivisionError: of some kind"
    )
    assert report["inputs"]["scan"] != "one.tiff"


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
        "scanai: the extra 'train' is needed for scanai train: "
        "pip install '.[train]' in a checkout of ScanAI\n"
    )


def test_interrupt_ends_without_traceback(
    inspect: Run, scans: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(*_: object, **__: object) -> None:
        signal.raise_signal(signal.SIGINT)

    # A shell that starts the tests in the background has SIGINT ignored.
    monkeypatch.setattr("scanai.scan.name_scans", interrupt)
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


@pytest.mark.parametrize("command", [[], ["inspect"], ["synth"], ["bench", "physics"]])
def test_exit_codes_are_in_the_help(command: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        cli.main([*command, "--help"])
    text = " ".join(capsys.readouterr().out.split())
    assert (
        "exit codes: 0 done; 1 ScanAI itself failed or lacks an extra; 2 some input could not be "
        "read (the others still are), or wrong arguments; 130 interrupted"
    ) in text


@pytest.mark.parametrize(
    "arguments",
    [
        ["inspect", ""],
        ["inspect", "a.tiff", "--out", ""],
        ["calibrate", "", "--out", "a.json"],
        ["explain", ""],
        ["drift", ""],
        ["synth", "recipe.toml", ""],
        ["train", "", "--out", "run"],
    ],
    ids=" ".join,
)
def test_an_empty_path_is_wrong_use_and_not_the_current_folder(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as stop:
        cli.main(arguments)
    assert stop.value.code == 2
    assert "expected a path, found an empty one" in capsys.readouterr().err


def test_pipes_are_refused_where_they_would_never_end(
    inspect: Run, scans: Path, tmp_path: Path
) -> None:
    for name in ("a.tiff", "a.json"):
        os.mkfifo(tmp_path / name)
    expected = "expected a readable file, found a pipe or a device"
    code, out, err = inspect(tmp_path / "a.tiff")
    assert (code, out) == (2, "")
    assert error_lines(err) == [f"error    {tmp_path / 'a.tiff'}: {expected}"]
    code, out, err = inspect(scans / "one.tiff", "--manifest", tmp_path / "a.json")
    assert code == 2
    assert error_lines(err) == [f"error    {tmp_path / 'a.json'}: {expected}"]


def test_names_in_another_encoding_are_no_failure(
    inspect: Run, scans: Path, tmp_path: Path
) -> None:
    shut = scans / os.fsdecode(b"gate\xff")
    shut.mkdir()
    (scans / "two.tiff").rename(shut / "two.tiff")
    (scans / "one.tiff").rename(scans / os.fsdecode(b"one\xff.tiff"))
    code, out, err = inspect(scans, "--out", tmp_path / "report")
    assert code == 2
    assert "gate?/two.tiff" in out
    (error,) = error_lines(err)
    assert error.endswith("expected a readable file, found a name that is not UTF-8")


def test_errors_found_after_decoding_name_the_file_as_it_was_given(
    inspect: Run, tmp_path: Path
) -> None:
    paths = [tmp_path / name / "const.npy" for name in ("a", "b")]
    for path in paths:
        path.parent.mkdir()
        np.save(path, np.zeros((160, 60, 2), np.uint16))
    _, _, err = inspect(tmp_path, "--profile", "portal-6-4")
    told = [f"error    {path}: expected a signal, found every pixel zero" for path in paths]
    assert error_lines(err) == told


@pytest.mark.parametrize("length", [300, 6000])
def test_impossible_file_name_is_one_clear_error(inspect: Run, length: int) -> None:
    code, _, err = inspect("x" * length + ".tiff")
    assert code == 2
    assert error_lines(err)[-1].startswith("error    xxx")
    assert "internal error" not in err


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


RECIPE = """
seed = 5
count = 2
profiles = ["mobile-4"]
unit_types = ["20"]
x_window_px = 48
kinds = { benign = 1.0 }
"""


@pytest.fixture
def recipe(tmp_path: Path) -> Path:
    path = tmp_path / "recipe.toml"
    path.write_text(RECIPE)
    return path


def test_synth_writes_a_data_set_and_goes_on_with_it(
    recipe: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "scans"
    assert cli.main(["synth", str(recipe), str(out)]) == 0
    assert capsys.readouterr().out == f"2 scans in {out}\n"
    assert cli.main(["synth", "data-set", str(recipe), "--out", str(out)]) == 0
    assert "2 of 2 scans are there already" in capsys.readouterr().err


def test_synth_without_a_folder_is_wrong_use(
    recipe: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as stop:
        cli.main(["synth", str(recipe)])
    assert stop.value.code == 2
    assert "expected one folder to write into" in capsys.readouterr().err


def test_synth_draws_a_contact_sheet(
    recipe: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page = tmp_path / "sheet.html"
    assert cli.main(["synth", "contact-sheet", str(recipe), str(page)]) == 0
    assert capsys.readouterr().out == f"open {page}\n"
    assert page.exists()


def test_synth_measures_test_objects(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("scanai.synth.image_quality._SCANS", 1)
    monkeypatch.setattr("scanai.synth.image_quality._LADDER", (50, 600))
    command = ["synth", "test-objects", "--profile", "mobile-4"]
    assert cli.main([*command, "--out", str(tmp_path), "--format", "json"]) == 0
    figures = json.loads(capsys.readouterr().out)["mobile-4"]
    assert figures["penetration_mm"] == 50
    assert (tmp_path / "mobile-4" / "penetration.png").exists()
    assert cli.main(command) == 0
    head, row = capsys.readouterr().out.splitlines()
    assert head.split()[:2] == ["scanner", "penetration,"]
    assert row.split()[:2] == ["mobile-4", "50"]


@pytest.mark.parametrize(
    ("out", "expected"),
    [
        ("file", "file/mobile-4: expected a folder to write to, found Not a directory"),
        (".", "mobile-4/contrast.png: expected a file to write to, found Is a directory"),
    ],
)
def test_test_objects_that_cannot_be_written_are_told_before_any_is_made(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    out: str,
    expected: str,
) -> None:
    monkeypatch.setattr("scanai.synth.image_quality.image_quality", None)
    (tmp_path / "file").touch()
    (tmp_path / "mobile-4" / "contrast.png").mkdir(parents=True)
    command = ["synth", "test-objects", "--profile", "mobile-4", "--out", str(tmp_path / out)]
    assert cli.main(command) == 2
    assert capsys.readouterr().err == f"scanai: {tmp_path}/{expected}\n"


def test_bench_synth_keeps_the_promised_shape(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("scanai.synth.bench._speedup", lambda _: 1.9)
    monkeypatch.setattr("scanai.synth.bench._PLAIN_SOLIDS", 3)
    monkeypatch.setattr("scanai.synth.bench._COLUMNS", 300)
    assert cli.main(["bench", "synth", "--scenes", "1", "--format", "json"]) == 0
    result = json.loads(capsys.readouterr().out)
    assert result["seconds_per_scan"].keys() == {"median", "p95"}
    assert result["two_core_speedup"] == 1.9
