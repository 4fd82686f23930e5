"""A benchmark that no figure can be counted from is refused before it costs anything."""

from __future__ import annotations

from pathlib import Path

import pytest
from benchmark_making import write_benchmark

from scanai import cli
from scanai.resources import model_bundle_dir


@pytest.mark.parametrize("command", [["evaluate"], ["bench", "patches"]], ids=" ".join)
@pytest.mark.parametrize(
    ("kinds", "first", "message"),
    [
        # The first concealed scan is the fifth.
        (("benign", "concealed"), 4, "scans of kind concealed, found none among 4"),
        (("undeclared", "concealed"), 6, "scans of kind benign, found none among 6"),
    ],
)
def test_a_benchmark_without_benign_or_concealed_scans_is_refused_before_the_first(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    command: list[str],
    kinds: tuple[str, ...],
    first: int,
    message: str,
) -> None:
    def simulate(*_: object, **__: object) -> None:
        pytest.fail("a scan was simulated")

    monkeypatch.setattr("scanai.synth.dataset.simulate", simulate)
    benchmark, out = write_benchmark(tmp_path / "few.toml", 710_005, 6, kinds), tmp_path / "run"
    arguments = [str(model_bundle_dir("scanai-v1")), str(benchmark), "--out", str(out)]
    arguments += ["--first", str(first), "--workers", "1"]
    assert cli.main([*command, *arguments]) == 2
    assert capsys.readouterr().err == f"scanai: {benchmark}: expected {message}\n"
    assert not out.exists()
