from __future__ import annotations

import json
import re
import runpy
import shlex
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from scanai import Inspector, read_scan
from scanai.scan import read_raw

ROOT = Path(__file__).resolve().parent.parent
EMBED = ROOT / "serving" / "examples" / "embed.py"
ONNX_ALONE = EMBED.with_name("onnx_alone.py")


@pytest.fixture
def embed(tiny_bundle: Path, monkeypatch: pytest.MonkeyPatch):
    """`main` of the example, with the tiny model in place of the released one."""
    monkeypatch.setattr("scanai.inspect.inspector.model_bundle_dir", lambda: tiny_bundle)
    return runpy.run_path(str(EMBED))["main"]


def test_example_inspects_a_scan_beside_its_manifest(embed, scan_folder: Path, capsys) -> None:
    manifest = scan_folder / "one.manifest.json"
    assert embed([str(scan_folder / "one.tiff"), "--manifest", str(manifest)]) == 0
    assert re.match(r"(clear|review|inspect), urgency [01]\.\d\d\n", capsys.readouterr().out)


def test_example_takes_an_array_with_the_profile_of_its_scanner(
    embed, scan_folder: Path, tmp_path: Path, capsys
) -> None:
    array = tmp_path / "bare.npy"
    # As the scanner profile has it: height, width, energy.
    np.save(array, np.moveaxis(read_raw(scan_folder / "one.tiff").pixels, 0, 2))
    assert embed([str(array)]) == 2
    assert capsys.readouterr().err.startswith(f"not inspected: {array}: expected")
    assert embed([str(array), "--profile", "portal-6-4"]) == 0


def test_example_says_what_it_cannot_read(embed, tmp_path: Path, capsys) -> None:
    assert embed([str(tmp_path / "none.tiff")]) == 2
    assert capsys.readouterr().err.startswith(f"not inspected: {tmp_path / 'none.tiff'}: expected")


def test_example_without_arguments_says_how_it_is_used() -> None:
    result = subprocess.run(
        [sys.executable, str(EMBED)], capture_output=True, text=True, check=False
    )
    assert result.returncode == 2
    assert result.stderr.startswith("usage: embed.py")
    assert "Traceback" not in result.stderr


def test_array_command_of_the_readme_runs(embed, monkeypatch: pytest.MonkeyPatch, capsys) -> None:
    text = (ROOT / "serving" / "README.md").read_text("utf-8").replace("\\\n", " ")
    (command,) = re.findall(
        r"^ +python3 serving/examples/embed\.py (.*\.npy.*)$", text, re.MULTILINE
    )
    monkeypatch.chdir(ROOT)
    assert embed(shlex.split(command)) == 0, capsys.readouterr().err


def test_onnx_alone_finds_the_regions_of_the_inspector(capsys) -> None:
    bundle, scan = ROOT / "models" / "scanai-v1", ROOT / "datasets" / "samples" / "mobile-01.tiff"
    assert runpy.run_path(str(ONNX_ALONE))["main"](str(bundle), str(scan)) == 0
    corners = re.search(r"pixels \((\d+), (\d+)\) to \((\d+), (\d+)\)", capsys.readouterr().out)
    assert corners is not None
    findings = Inspector(bundle).inspect(read_scan(scan)).findings
    (finding,) = (one for one in findings if one.region is not None)
    np.testing.assert_allclose([int(corner) for corner in corners.groups()], finding.region, atol=4)


@pytest.mark.parametrize("lacking", ["air", "pitch_mm"])
def test_onnx_alone_says_in_a_line_what_a_scan_lacks(tmp_path: Path, lacking: str, capsys) -> None:
    with Image.open(ROOT / "datasets" / "samples" / "mobile-01.tiff") as tiff:
        description = json.loads(tiff.tag_v2[270])
        described = description | {lacking: None}
        tiff.save(tmp_path / "x.tiff", tiffinfo={270: json.dumps(described)})
    bundle = ROOT / "models" / "scanai-v1"
    assert runpy.run_path(str(ONNX_ALONE))["main"](str(bundle), str(tmp_path / "x.tiff")) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line == f"{tmp_path / 'x.tiff'}: expected '{lacking}' in the description, found none"


def test_onnx_alone_says_what_is_no_scan(tmp_path: Path, capsys) -> None:
    (tmp_path / "x.tiff").write_bytes(b"no scan")
    bundle = ROOT / "models" / "scanai-v1"
    assert runpy.run_path(str(ONNX_ALONE))["main"](str(bundle), str(tmp_path / "x.tiff")) == 2
    assert "x.tiff: expected a whole TIFF" in capsys.readouterr().err


@pytest.mark.parametrize("told", [400.0, [400.0, 390.0], [[400.0], [390.0]]])
def test_onnx_alone_takes_a_level_in_any_form(told: object) -> None:
    levels = runpy.run_path(str(ONNX_ALONE))["levels"](told, 2)
    assert levels.shape == (2, 1)
    assert levels[0, 0] == 400


def test_onnx_alone_needs_nothing_of_scanai() -> None:
    assert "scanai" not in re.findall(
        r"^(?:from|import) (\w+)", ONNX_ALONE.read_text("utf-8"), re.M
    )


def test_container_file_copies_what_the_wheel_is_made_of() -> None:
    text = (ROOT / "serving" / "Containerfile").read_text()
    copied = [
        source
        for line in re.findall(r"^COPY (.+)$", text, re.MULTILINE)
        for source in line.split()[:-1]
    ]
    assert [source for source in copied if not (ROOT / source).exists()] == []
    carried = re.search(r"^CARRIED = \((.+)\)$", (ROOT / "setup.py").read_text(), re.MULTILINE)
    assert carried is not None
    needed = {"pyproject.toml", "setup.py", "README.md", "LICENSE", "scanai"}
    assert set(copied) == needed | set(re.findall(r'"(.+?)"', carried[1]))
