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
from scanai.errors import BundleError
from scanai.inspect.bundle import load_bundle
from scanai.resources import model_bundle_dir
from scanai.synth.dataset import DatasetRecipe
from scanai.train import evaluate
from scanai.train.export import write_metadata
from scanai.train.int8_accepted import Int8
from scanai.train.metrics import Metrics
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


def with_int8(bundle: Path) -> None:
    """A file that passes for its graph in 8 bits: no trial is run."""
    (bundle / "model.int8.onnx").write_bytes((bundle / "model.onnx").read_bytes())
    metadata = load_bundle(bundle).metadata
    write_metadata(bundle, msgspec.structs.replace(metadata, int8_sha256=metadata.sha256))


@pytest.mark.parametrize(
    ("missed", "told"),
    [(0, "+0.00 points"), (1, "-0.40 points"), (2, "-0.80 points")],
)
def test_a_graph_in_8_bits_that_finds_half_a_point_less_leaves_the_bundle(
    tmp_path: Path,
    bundle: Path,
    found: dict[bool, list[Trial]],
    capsys: pytest.CaptureFixture[str],
    missed: int,
    told: str,
) -> None:
    with_int8(bundle)
    concealed = trial(kind="concealed", objects=(threat(),), regions=scored((2.0, 0)))
    found[False] = [found[False][0], *[concealed] * 250]
    lost = msgspec.structs.replace(concealed, regions={})
    found[True] = [found[False][0], *[lost] * missed, *[concealed] * (250 - missed)]
    benchmark, out = write_benchmark(tmp_path / "few.toml", 710_005, 30), tmp_path / "run"
    arguments = ["evaluate", str(bundle), str(benchmark), "--out", str(out), "--int8"]
    out.mkdir()
    # A part of the benchmark decides nothing.
    assert cli.main([*arguments, "--first", "6"]) == 0
    assert f"{told} (" in (printed := capsys.readouterr().out)
    assert "not decided by a part of the benchmark" in printed
    assert load_bundle(bundle, int8=True)
    assert cli.main(arguments) == 0
    printed = capsys.readouterr().out
    judged = read_metrics(bundle).int8
    assert judged is not None
    assert judged.accepted is (missed < 2)
    assert judged.difference is not None
    assert judged.difference.value == pytest.approx(-missed / 250, abs=1e-4)
    assert judged.difference.low <= judged.difference.value <= judged.difference.high
    # Measured again without it, what is known of it stays.
    assert cli.main(arguments[:-1]) == 0
    assert read_metrics(bundle).int8 == judged
    card = (bundle / "README.md").read_text("utf-8")
    if missed < 2:
        assert f"{told} (" in printed
        assert "points of the shields with d′ ≥ 5" in card
        assert load_bundle(bundle, int8=True)
        return
    assert f"not accepted: taken out of {bundle}" in printed
    assert "not accepted, and not in the bundle" in card
    with pytest.raises(BundleError, match="found one without"):
        load_bundle(bundle, int8=True)


def test_a_graph_in_8_bits_that_was_not_measured_is_told_as_such(
    tmp_path: Path, bundle: Path, found: dict[bool, list[Trial]]
) -> None:
    with_int8(bundle)
    benchmark, out = write_benchmark(tmp_path / "few.toml", 710_005, 30), tmp_path / "run"
    assert cli.main(["evaluate", str(bundle), str(benchmark), "--out", str(out)]) == 0
    assert read_metrics(bundle).int8 is None
    # What was measured of another graph in 8 bits says nothing of this one.
    other = Int8(sha256="1" * 64, difference=None, accepted=True)
    known = msgspec.structs.replace(read_metrics(bundle), int8=other)
    (bundle / "metrics.json").write_bytes(msgspec.json.encode(known))
    assert cli.main(["evaluate", str(bundle), str(benchmark), "--out", str(out)]) == 0
    assert read_metrics(bundle).int8 is None
    assert "in 8 bits has not been measured" in (bundle / "README.md").read_text("utf-8")


def test_trials_are_never_kept_in_the_bundle(
    tmp_path: Path, bundle: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    benchmark = write_benchmark(tmp_path / "few.toml", 710_005, 30)
    assert cli.main(["evaluate", str(bundle), str(benchmark), "--out", str(bundle)]) == 2
    assert "a folder for the trials beside the bundle, found the bundle" in capsys.readouterr().err


def read_metrics(folder: Path) -> Metrics:
    return msgspec.json.decode((folder / "metrics.json").read_bytes(), type=Metrics)


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
