"""A mismatch benchmark from recipe to page, with the real simulator and the real Inspector.

A few loads on one scanner, and a network that knows nothing: this proves that the way is open.
"""

from __future__ import annotations

import html
import json
import re
import shutil
from pathlib import Path

import msgspec
import numpy as np
import pytest
from mismatch_making import write_mismatch_recipe
from reading_making import PAPER, STEEL, TYRES, signatures_of

from scanai import cli
from scanai.errors import InputError, RecipeError
from scanai.inspect.bundle import BenignScores, load_bundle
from scanai.train.export import write_metadata
from scanai.train.figures import Figure
from scanai.train.metrics import METRICS_FILE, Metrics
from scanai.train.mismatch import evaluate as evaluating
from scanai.train.mismatch.evaluate import PAGE_FILE, evaluate_mismatch
from scanai.train.mismatch.suspicion import FAMILIES
from scanai.train.mismatch.trials import LoadTrial

STEPS = tuple(np.linspace(0, 1, 101).tolist())
BENIGN = BenignScores(
    scans=200,
    thresholds={},
    quantiles=dict.fromkeys(FAMILIES, STEPS),
    counts=dict.fromkeys(FAMILIES, 200),
)


@pytest.fixture(scope="module")
def bundle(untrained_bundle: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """With signatures and p-values, so that every step has something to do."""
    folder = shutil.copytree(untrained_bundle, tmp_path_factory.mktemp("bundle") / "untrained")
    metadata = load_bundle(folder).metadata
    metadata = msgspec.structs.replace(
        metadata,
        signatures=signatures_of(PAPER, STEEL, TYRES, goods_features=metadata.goods_features),
        scanners={"mobile-4": BENIGN},
    )
    write_metadata(folder, metadata)
    return folder


@pytest.fixture(scope="module")
def benchmark(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_mismatch_recipe(
        tmp_path_factory.mktemp("recipe") / "few.toml", honest="9", shares="[0.25]"
    )


@pytest.fixture(scope="module")
def before(bundle: Path) -> dict[str, bytes]:
    return content(bundle)


@pytest.fixture(scope="module")
def run(
    bundle: Path,
    benchmark: Path,
    before: dict[str, bytes],
    tmp_path_factory: pytest.TempPathFactory,
) -> tuple[Path, dict[str, Figure]]:
    """(folder, figures) of one load of each sort."""
    out = tmp_path_factory.mktemp("run") / "mismatch"
    return out, evaluate_mismatch(bundle, benchmark, out, first=1)


def content(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def trials(out: Path) -> list[LoadTrial]:
    (path,) = out.glob("untrained-*.jsonl")
    return [msgspec.json.decode(line, type=LoadTrial) for line in path.read_bytes().splitlines()]


def test_a_part_of_the_benchmark_is_never_written_into_the_bundle(run, bundle, before) -> None:
    out, figures = run
    assert content(bundle) == before
    assert METRICS_FILE not in before
    names = {path.name for path in out.iterdir()}
    assert names >= {METRICS_FILE, "README.md", PAGE_FILE}
    metrics = msgspec.json.decode((out / METRICS_FILE).read_bytes(), type=Metrics)
    assert metrics.mismatch == figures
    assert (metrics.mismatch_benchmark, metrics.mismatch_seed) == ("few.toml", 720_009)
    assert metrics.sha256 == load_bundle(bundle).metadata.sha256
    assert metrics.figures == {}


def test_each_load_is_inspected_under_each_of_its_declarations(run) -> None:
    out, _ = run
    honest, substituted, concealed, empty = trials(out)
    assert [honest.index, substituted.index, concealed.index, empty.index] == [0, 1, 2, 3]
    assert {honest.profile, empty.profile} == {"mobile-4"}
    names = [case.name for case in honest.cases]
    assert names[0] == "correct"
    assert {"vague", "group_swap", "false_mass", "false_empty"} <= set(names)
    assert [load.cases[0].name for load in (substituted, concealed, empty)] == [
        "part_25",
        "concealed",
        "empty",
    ]
    for case in (case for load in trials(out) for case in load.cases):
        assert case.suspicion >= 0
        assert 0 <= case.urgency <= 1
        assert case.decision in ("clear", "review", "inspect")
        assert 0 <= case.mass_deviation <= 1
    correct, empty_told = honest.named("correct"), honest.named("false_empty")
    assert correct is not None
    assert empty_told is not None
    assert "goods_misfit" in correct.scores
    # A declaration without lines has none that the picture could fit.
    assert empty_told.plausibility is None
    assert empty_told.scores["empty_mismatch"] > 0


def test_figures_are_shares_with_their_intervals(run) -> None:
    _, figures = run
    assert {"group_swap", "part_25", "false_empty", "queue_5pct", "queue_5pct.random"} <= (
        figures.keys()
    )
    for name, figure in figures.items():
        assert 0 <= figure.low <= figure.value <= figure.high <= 1, name
        assert figure.count > 0, name


def test_the_page_shows_every_figure_and_needs_nothing_else(run) -> None:
    out, figures = run
    page = html.unescape((out / PAGE_FILE).read_text("utf-8"))
    for name in figures:
        assert name in page, name
    assert page.count("<svg") == 3
    assert "simulated" in page
    assert not re.search(r"""(src|href)=["']https?:""", page)


def test_a_run_goes_on_where_it_was(run, bundle, benchmark, monkeypatch) -> None:
    out, figures = run
    before = {path.name: path.read_bytes() for path in out.glob("*.jsonl")}
    (path,) = out.glob("*.jsonl")
    kept = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(kept[:3]) + kept[3][:20])
    asked: list[int] = []
    load_trials = evaluating.load_trials

    def counted(contender, recipe, numbers, *, workers):
        asked.extend(numbers)
        return load_trials(contender, recipe, numbers, workers=workers)

    monkeypatch.setattr(evaluating, "load_trials", counted)
    assert evaluate_mismatch(bundle, benchmark, out, first=1) == figures
    assert asked == [3]
    assert {path.name: path.read_bytes() for path in out.glob("*.jsonl")} == before


def test_the_whole_benchmark_is_written_into_the_bundle(
    run, bundle, benchmark, before, tmp_path, monkeypatch, capsys
) -> None:
    known = trials(run[0])
    asked: list[list[int]] = []

    def made_up(contender, recipe, numbers, *, workers):
        asked.append(numbers)
        return iter(
            msgspec.structs.replace(known[max(0, number - 8)], index=number) for number in numbers
        )

    monkeypatch.setattr(evaluating, "load_trials", made_up)
    own = shutil.copytree(bundle, tmp_path / "own")
    out = tmp_path / "run"
    assert cli.main(["evaluate", str(own), str(benchmark), "--out", str(out)]) == 0
    told = capsys.readouterr().out
    assert told.splitlines()[-1] == f"{own / METRICS_FILE}, {out / PAGE_FILE}"
    metrics = json.loads((own / METRICS_FILE).read_bytes())
    assert metrics["mismatch"]["false_mismatch.correct"]["count"] == 9
    assert "declared" in (own / "README.md").read_text("utf-8")
    assert content(bundle) == before
    capsys.readouterr()
    arguments = ["evaluate", str(own), str(benchmark), "--out", str(out), "--format", "json"]
    assert cli.main(arguments) == 0
    assert json.loads(capsys.readouterr().out) == metrics["mismatch"]
    # All loads, and none again.
    assert asked == [list(range(12)), []]


@pytest.mark.parametrize("option", [["--int8"], ["--against", "other"]], ids=" ".join)
def test_what_a_mismatch_benchmark_cannot_do_is_refused(
    bundle, benchmark, tmp_path, capsys, option
) -> None:
    arguments = ["evaluate", str(bundle), str(benchmark), "--out", str(tmp_path / "run"), *option]
    with pytest.raises(SystemExit) as stopped:
        cli.main(arguments)
    assert stopped.value.code == 2
    assert "do not go with a mismatch benchmark" in capsys.readouterr().err


def test_trials_are_never_kept_in_the_bundle(bundle, benchmark, before) -> None:
    with pytest.raises(InputError, match="a folder for the trials beside the bundle"):
        evaluate_mismatch(bundle, benchmark, bundle)
    assert content(bundle) == before


@pytest.mark.parametrize("seed", ["5", "6", "9"], ids=["training", "validation", "signatures"])
def test_a_model_is_not_measured_on_what_it_has_seen(bundle, tmp_path, seed: str) -> None:
    path = write_mismatch_recipe(tmp_path / "seen.toml", seed=seed)
    with pytest.raises(RecipeError, match=f"seed {seed}: expected a seed that untrained was"):
        evaluate_mismatch(bundle, path, tmp_path / "run")
    assert not (tmp_path / "run").exists()
