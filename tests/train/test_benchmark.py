"""A benchmark goes on where it was stopped and refuses scans that the model knows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from trial_making import trial

from scanai.errors import RecipeError
from scanai.resources import model_bundle_dir
from scanai.synth.dataset import DatasetRecipe, read_recipe
from scanai.train import benchmark
from scanai.train.trials import Trial

RECIPE = DatasetRecipe(seed=77, count=4, profiles=("portal-6-4",), kinds={"benign": 1.0})
BENCHMARK = Path(__file__).parents[2] / "datasets" / "recipes" / "benchmark-1.toml"


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Replaces simulation and inspection; lists the scans that were asked for."""
    asked: list[int] = []

    def made(
        bundle: Path, recipe: DatasetRecipe, indices: Sequence[int], **_: object
    ) -> Iterator[Trial]:
        for index in indices:
            asked.append(index)
            yield trial(index=index)

    monkeypatch.setattr(benchmark, "trials_of", made)
    return asked


def test_trials_that_are_there_are_not_run_again(tmp_path: Path, run: list[int]) -> None:
    first = benchmark.run_benchmark(model_bundle_dir(), RECIPE, tmp_path)
    assert [one.index for one in first] == [0, 1, 2, 3]
    (file,) = tmp_path.glob("*.jsonl")
    lines = file.read_bytes().split(b"\n")
    # The third line broke off in a kill, and the fourth was never written.
    file.write_bytes(b"\n".join(lines[:2]) + b"\n" + lines[2][:40])
    assert benchmark.run_benchmark(model_bundle_dir(), RECIPE, tmp_path) == first
    assert run == [0, 1, 2, 3, 2, 3]
    assert len(file.read_bytes().splitlines()) == 4


def test_scans_that_the_model_has_seen_are_refused(tmp_path: Path, run: list[int]) -> None:
    import msgspec

    known = msgspec.structs.replace(RECIPE, seed=1000)
    with pytest.raises(RecipeError, match="was neither trained on nor set its thresholds on"):
        benchmark.run_benchmark(model_bundle_dir(), known, tmp_path)
    assert run == []


def test_the_benchmark_that_ships_has_its_size_and_what_no_training_has() -> None:
    from scanai.train.recipe import read_recipe as read_training_recipe

    recipe = read_recipe(BENCHMARK)
    total = sum(recipe.kinds.values())
    for kind in ("benign", "concealed"):
        assert recipe.count * recipe.kinds[kind] / total > 1560  # 1,500 but for bad luck of 2 σ
    assert not recipe.without_headings
    trained, _ = read_training_recipe(BENCHMARK.parents[2] / "training" / "recipes" / "v1.toml")
    assert len(trained.without_headings) >= 160 // 3
    assert len(trained.without_forms) >= 37 // 3
    shipped = {name for name in recipe.profiles if name != "random"}
    assert len(shipped - {*trained.profiles}) >= len(shipped) / 3
    assert recipe.seed not in (trained.data_seed, trained.data_seed + 1)
