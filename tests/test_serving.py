from __future__ import annotations

import re
import runpy
import shlex
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from scanai.scan import read_raw

ROOT = Path(__file__).resolve().parent.parent
EMBED = ROOT / "serving" / "examples" / "embed.py"


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
