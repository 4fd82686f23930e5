"""A benchmark that no figure can be counted from is refused before it costs anything."""

from __future__ import annotations

from pathlib import Path

import pytest

from scanai import cli
from scanai.resources import model_bundle_dir

FEW = """
seed = 710005
count = 6
profiles = ["mobile-4"]
x_window_px = 160
[kinds]
benign = 1.0
concealed = 1.0
"""
"""The first concealed scan is the fifth."""


@pytest.mark.parametrize("command", [["evaluate"], ["bench", "patches"]], ids=" ".join)
@pytest.mark.parametrize(
    ("text", "first", "message"),
    [
        (FEW, 4, "scans of kind concealed, found none among 4"),
        (FEW.replace("benign", "undeclared"), 6, "scans of kind benign, found none among 6"),
    ],
)
def test_a_benchmark_without_benign_or_concealed_scans_is_refused_before_the_first(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    command: list[str],
    text: str,
    first: int,
    message: str,
) -> None:
    def simulate(*_: object, **__: object) -> None:
        pytest.fail("a scan was simulated")

    monkeypatch.setattr("scanai.synth.dataset.simulate", simulate)
    benchmark, out = tmp_path / "few.toml", tmp_path / "run"
    benchmark.write_text(text, "utf-8")
    arguments = [str(model_bundle_dir("scanai-v1")), str(benchmark), "--out", str(out)]
    arguments += ["--first", str(first), "--workers", "1"]
    assert cli.main([*command, *arguments]) == 2
    assert capsys.readouterr().err == f"scanai: {benchmark}: expected {message}\n"
    assert not out.exists()
