"""A benchmark goes on where it was stopped and refuses scans that the model knows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec
import pytest
from trial_making import trial

from scanai.errors import InputError, RecipeError
from scanai.inspect.bundle import load_bundle
from scanai.resources import model_bundle_dir
from scanai.synth.dataset import DatasetRecipe, read_recipe
from scanai.train import benchmark
from scanai.train.trial_records import Trial
from scanai.train.trials import Contender

RECIPE = DatasetRecipe(seed=77, count=4, profiles=("portal-6-4",), kinds={"benign": 1.0})
BENCHMARK = Path(__file__).parents[2] / "datasets" / "recipes" / "benchmark-1.toml"
V1, V0 = (Contender(model_bundle_dir(name)) for name in ("scanai-v1", "scanai-v0"))
_SHARE = {V1: 1.0, V0: 2.0}
"""Told by their milliseconds."""


class KilledError(Exception):
    pass


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, tuple[Contender, ...]]]:
    """Replaces simulation and inspection; lists the scans that were asked for, and for whom."""
    asked: list[tuple[int, tuple[Contender, ...]]] = []

    def made(
        recipe: DatasetRecipe, work: Sequence[tuple[int, tuple[Contender, ...]]], **_: object
    ) -> Iterator[tuple[Trial, ...]]:
        for index, contenders in work:
            asked.append((index, contenders))
            yield tuple(trial(index=index, milliseconds=_SHARE[one]) for one in contenders)

    monkeypatch.setattr(benchmark, "trials_of", made)
    return asked


def test_trials_that_are_there_are_not_run_again(
    tmp_path: Path, run: list[tuple[int, tuple[Contender, ...]]]
) -> None:
    first = benchmark.run_benchmark([V1], RECIPE, tmp_path)
    assert [one.index for one in first["scanai-v1"]] == [0, 1, 2, 3]
    (file,) = tmp_path.glob("*.jsonl")
    lines = file.read_bytes().split(b"\n")
    # The third line broke off in a kill, and the fourth was never written.
    file.write_bytes(b"\n".join(lines[:2]) + b"\n" + lines[2][:40])
    assert benchmark.run_benchmark([V1], RECIPE, tmp_path) == first
    assert [index for index, _ in run] == [0, 1, 2, 3, 2, 3]
    assert len(file.read_bytes().splitlines()) == 4


def test_a_scan_is_run_once_for_all_and_only_for_those_who_lack_it(
    tmp_path: Path, run: list[tuple[int, tuple[Contender, ...]]]
) -> None:
    alone = benchmark.run_benchmark([V1], RECIPE, tmp_path)
    (file,) = tmp_path.glob("*.jsonl")
    file.write_bytes(b"\n".join(file.read_bytes().split(b"\n")[:2]) + b"\n")
    run.clear()
    both = benchmark.run_benchmark([V1, V0], RECIPE, tmp_path)
    assert run == [(0, (V0,)), (1, (V0,)), (2, (V1, V0)), (3, (V1, V0))]
    assert list(both) == ["scanai-v1", "scanai-v0"]
    assert both["scanai-v1"] == alone["scanai-v1"]
    assert [one.index for one in both["scanai-v0"]] == [0, 1, 2, 3]
    assert {one.milliseconds for one in both["scanai-v0"]} == {2.0}
    assert len(list(tmp_path.glob("*.jsonl"))) == 2
    run.clear()
    assert benchmark.run_benchmark([V0, V1], RECIPE, tmp_path) == both
    assert run == []


def test_a_kill_between_two_contenders_leaves_only_the_second_to_run(
    tmp_path: Path, run: list[tuple[int, tuple[Contender, ...]]]
) -> None:
    whole = benchmark.run_benchmark([V1, V0], RECIPE, tmp_path)
    (second,) = tmp_path.glob("scanai-v0-*.jsonl")
    second.write_bytes(second.read_bytes()[:-40])
    run.clear()
    assert benchmark.run_benchmark([V1, V0], RECIPE, tmp_path) == whole
    assert run == [(3, (V0,))]


def test_trials_outlive_the_graph_in_8_bits_beside_theirs() -> None:
    metadata = load_bundle(V1.bundle).metadata
    beside = msgspec.structs.replace(metadata, int8_sha256="0" * 64)
    assert benchmark._key(V1, beside, RECIPE) == benchmark._key(V1, metadata, RECIPE)
    small = V1._replace(int8=True)
    other = msgspec.structs.replace(metadata, int8_sha256="1" * 64)
    assert benchmark._key(small, beside, RECIPE) != benchmark._key(small, other, RECIPE)


def test_every_scan_is_on_disk_before_the_next_one_begins(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(recipe: DatasetRecipe, work: object, **_: object) -> Iterator[tuple[Trial, ...]]:
        yield trial(index=0), trial(index=0)
        raise KilledError

    monkeypatch.setattr(benchmark, "trials_of", killed)
    with pytest.raises(KilledError):
        benchmark.run_benchmark([V1, V0], RECIPE, tmp_path)
    files = list(tmp_path.glob("*.jsonl"))
    assert [len(file.read_bytes().splitlines()) for file in files] == [1, 1]


def test_scans_that_the_model_has_seen_are_refused(
    tmp_path: Path, run: list[tuple[int, tuple[Contender, ...]]]
) -> None:
    known = msgspec.structs.replace(RECIPE, seed=1000)
    with pytest.raises(RecipeError, match="was neither trained on nor set its thresholds on"):
        benchmark.run_benchmark([V0], known, tmp_path)
    assert run == []


def test_contenders_of_one_name_are_refused(
    tmp_path: Path, run: list[tuple[int, tuple[Contender, ...]]]
) -> None:
    with pytest.raises(InputError, match="a name that no other contender has, found scanai-v1"):
        benchmark.run_benchmark([V1, V0, V1], RECIPE, tmp_path)
    assert run == []


@pytest.mark.parametrize("name", ["v1", "v1.1a", "v1.1b"])
def test_the_benchmark_that_ships_has_its_size_and_what_no_training_has(name: str) -> None:
    from scanai.train.recipe import read_recipe as read_training_recipe

    recipe = read_recipe(BENCHMARK)
    total = sum(recipe.kinds.values())
    for kind in ("benign", "concealed"):
        assert recipe.count * recipe.kinds[kind] / total > 1560  # 1,500 but for bad luck of 2 σ
    assert not recipe.without_headings
    trained, _ = read_training_recipe(
        BENCHMARK.parents[2] / "training" / "recipes" / f"{name}.toml"
    )
    assert len(trained.without_headings) >= 160 // 3
    assert len(trained.without_forms) >= 37 // 3
    shipped = {name for name in recipe.profiles if name != "random"}
    assert len(shipped - {*trained.profiles}) >= len(shipped) / 3
    assert recipe.seed not in (trained.data_seed, trained.data_seed + 1)
