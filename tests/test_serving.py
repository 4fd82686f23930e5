from __future__ import annotations

import re
import runpy
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
EMBED = ROOT / "serving" / "examples" / "embed.py"


@pytest.fixture
def embed(tiny_bundle: Path, monkeypatch: pytest.MonkeyPatch):
    """`main` of the example, with the tiny model in place of the released one."""
    monkeypatch.setattr("scanai.inspect.inspector.model_bundle_dir", lambda: tiny_bundle)
    return runpy.run_path(str(EMBED))["main"]


def test_example_inspects_a_scan(embed, scan_folder: Path, capsys) -> None:
    code = embed(str(scan_folder / "one.tiff"), str(scan_folder / "one.manifest.json"))
    assert code == 0
    assert re.match(r"(clear|review|inspect), urgency [01]\.\d\d\n", capsys.readouterr().out)


def test_example_says_what_it_cannot_read(embed, tmp_path: Path, capsys) -> None:
    assert embed(str(tmp_path / "none.tiff")) == 2
    assert capsys.readouterr().err.startswith(f"not inspected: {tmp_path / 'none.tiff'}: expected")


def test_container_file_copies_only_what_is_there() -> None:
    text = (ROOT / "serving" / "Containerfile").read_text()
    copied = [
        source
        for line in re.findall(r"^COPY (.+)$", text, re.MULTILINE)
        for source in line.split()[:-1]
    ]
    assert len(copied) == 7
    assert [source for source in copied if not (ROOT / source).exists()] == []
