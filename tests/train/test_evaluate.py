"""What is measured lands where it belongs; a benchmark that tells nothing is refused at once."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path

import msgspec
import pytest
from benchmark_making import write_benchmark
from trial_making import scored, threat, trial

from scanai import cli
from scanai.resources import model_bundle_dir
from scanai.synth.dataset import DatasetRecipe
from scanai.train import evaluate
from scanai.train.trial_records import Trial
from scanai.train.trials import Contender


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    """A copy of the released one, which a test may write into."""
    folder = tmp_path / "bundle"
    folder.mkdir()
    for name in ("model.onnx", "bundle.json"):
        shutil.copy(model_bundle_dir() / name, folder)
    (folder / "metrics.json").write_text("of the whole benchmark")
    (folder / "README.md").write_text("of the whole benchmark")
    return folder


@pytest.fixture
def found(monkeypatch: pytest.MonkeyPatch) -> dict[bool, list[Trial]]:
    """In place of simulation and inspection: trials of the graph in 32 bits, and of that in 8."""
    trials = [trial(index=0, regions=scored((0.1, -1)))]
    trials += [trial(index=1, kind="concealed", objects=(threat(),), regions=scored((2.0, 0)))]
    made = {False: trials, True: trials}

    def run(
        contenders: Sequence[Contender], recipe: DatasetRecipe, *_: object, **__: object
    ) -> dict[str, list[Trial]]:
        return {f"scanai-v1{'-int8' * one.int8}": made[one.int8] for one in contenders}

    monkeypatch.setattr(evaluate, "run_benchmark", run)
    monkeypatch.setattr(evaluate, "write_page", lambda *_: None)
    return made


def test_a_part_of_the_benchmark_is_never_written_into_the_bundle(
    tmp_path: Path,
    bundle: Path,
    found: dict[bool, list[Trial]],
    capsys: pytest.CaptureFixture[str],
) -> None:
    benchmark, out = write_benchmark(tmp_path / "few.toml", 710_005, 30), tmp_path / "run"
    out.mkdir()
    before = {path.name: path.read_bytes() for path in bundle.iterdir()}
    arguments = ["evaluate", str(bundle), str(benchmark), "--out", str(out)]
    assert cli.main([*arguments, "--first", "6"]) == 0
    assert {path.name: path.read_bytes() for path in bundle.iterdir()} == before
    told = capsys.readouterr().out
    assert f"{out / 'metrics.json'}, {out / 'README.md'}, {out / 'benchmark.html'}\n" in told
    assert told.endswith(f"the first 2 of 30 scans: {bundle} stays as it is\n")
    assert read_metrics(out).part_of == 30
    assert "On the first 2 of 30 scans of the benchmark" in (out / "README.md").read_text("utf-8")


def test_the_whole_benchmark_is_written_into_the_bundle(
    tmp_path: Path,
    bundle: Path,
    found: dict[bool, list[Trial]],
    capsys: pytest.CaptureFixture[str],
) -> None:
    benchmark, out = write_benchmark(tmp_path / "few.toml", 710_005, 30), tmp_path / "run"
    assert cli.main(["evaluate", str(bundle), str(benchmark), "--out", str(out)]) == 0
    assert str(bundle / "metrics.json") in capsys.readouterr().out
    assert read_metrics(bundle).part_of is None
    assert "of the benchmark: a quick look" not in (bundle / "README.md").read_text("utf-8")


def test_trials_are_never_kept_in_the_bundle(
    tmp_path: Path, bundle: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    benchmark = write_benchmark(tmp_path / "few.toml", 710_005, 30)
    assert cli.main(["evaluate", str(bundle), str(benchmark), "--out", str(bundle)]) == 2
    assert "a folder for the trials beside the bundle, found the bundle" in capsys.readouterr().err


def read_metrics(folder: Path) -> evaluate.Metrics:
    return msgspec.json.decode((folder / "metrics.json").read_bytes(), type=evaluate.Metrics)


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
