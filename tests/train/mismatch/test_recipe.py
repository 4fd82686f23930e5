"""Recipes of a mismatch benchmark: the shipped one reads, a wrong one says what is wrong."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from mismatch_making import RECIPE, write_mismatch_recipe

from scanai import cli
from scanai.errors import RecipeError
from scanai.inspect.bundle import load_bundle
from scanai.resources import model_bundle_dir
from scanai.synth.dataset import read_recipe
from scanai.train.benchmark import require_fresh
from scanai.train.mismatch.cases import bad_cases
from scanai.train.mismatch.recipe import is_mismatch_recipe, read_mismatch_recipe
from scanai.train.recipe import read_recipe as read_training
from scanai.train.signatures import DEFAULT_SEED as OF_SIGNATURES
from scanai.train.thresholds import DEFAULT_SEED as OF_THRESHOLDS

ROOT = Path(__file__).parents[3]
RECIPES = ROOT / "datasets" / "recipes"
SHIPPED = RECIPES / "mismatch-1.toml"


def test_the_shipped_recipe_reads() -> None:
    recipe = read_mismatch_recipe(SHIPPED)
    assert recipe.scans == recipe.honest + 4 * recipe.substituted + recipe.concealed + recipe.empty
    assert recipe.shares == (0.05, 0.10, 0.25, 0.50)
    assert recipe.queue.kinds.keys() <= set(bad_cases(recipe))
    # At 1 % of honest loads and more bad ones than one in a queue, the figures tell something.
    assert recipe.honest >= 300
    assert recipe.queue.length * recipe.queue.bad_share >= 10


def test_the_small_recipe_of_these_tests_reads(tmp_path: Path) -> None:
    recipe = read_mismatch_recipe(write_mismatch_recipe(tmp_path / "small.toml"))
    assert recipe.scans == 3 + 2 + 1 + 1
    data = recipe.data_set("benign")
    assert (data.seed, data.count, data.kinds) == (recipe.seed, 7, {"benign": 1.0})


@pytest.mark.parametrize("path", sorted(RECIPES.glob("*.toml")), ids=lambda path: path.stem)
def test_it_is_told_from_recipes_of_data_sets(path: Path) -> None:
    assert is_mismatch_recipe(path) is (path == SHIPPED)


def test_a_comment_on_a_false_mass_makes_none(tmp_path: Path) -> None:
    path = tmp_path / "other.toml"
    path.write_text("# mass_error = [0.1, 0.2]\nseed = 1\n", "utf-8")
    assert not is_mismatch_recipe(path)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"group_swap": "1.0\nsmuggled = 1.0"}, "queue.kinds among group_swap, .*found smuggled"),
        ({"group_swap": "1.0\npart_5 = 1.0"}, "part_25, part_50, .*found part_5$"),
        (
            {"group_swap": "0.0", "false_mass": "0.0", "false_empty": "0.0"},
            "queue.kinds with a weight above 0, found none",
        ),
        (
            {"group_swap": "3.0", "false_mass": "-1.0"},
            "queue.kinds with finite weights from 0, found false_mass = -1.0",
        ),
        ({"false_mass": "inf"}, "queue.kinds with finite weights from 0, found false_mass = inf"),
        ({"false_mass": "nan"}, "queue.kinds with finite weights from 0, found false_mass = nan"),
        ({"mass_error": "[0.6, 0.15]"}, r"a least mass_error below the greatest, .*0\.6, 0\.15"),
        ({"mass_error": "[0.15]"}, r"mass_error"),
        ({"bad_share": "0.001"}, "a queue with a bad one .*, found 0 of 100 bad"),
        ({"bad_share": "0.999"}, "a queue with .* more good ones, found 100 of 100 bad"),
        ({"bad_share": "1.5"}, r"queue\.bad_share.*found 1\.5"),
        ({"honest": "0"}, r"honest.*found 0"),
        ({"honest": '"many"'}, r"honest.*found 'many'"),
        ({"shares": "[]"}, r"shares"),
        ({"shares": "[1.5]"}, r"shares.*found 1\.5"),
        (
            {"shares": "[0.25, 0.2501]"},
            r"shares that differ by a percent and more, .*found .*0\.2501",
        ),
        ({"profiles": "[]"}, "profiles"),
        ({"profiles": '["portal-9"]'}, "in profiles .*portal-9"),
        ({"seed": "-1"}, r"seed.*found -1"),
        ({"seed": "1\nguess = 2"}, "only known fields .*found guess"),
    ],
    ids=lambda one: " ".join(one) if isinstance(one, dict) else "",
)
def test_a_wrong_recipe_names_the_key(
    tmp_path: Path, changes: dict[str, str], message: str
) -> None:
    path = write_mismatch_recipe(tmp_path / "wrong.toml", **changes)
    with pytest.raises(RecipeError, match=f"^{re.escape(str(path))}: expected .*{message}"):
        read_mismatch_recipe(path)


@pytest.mark.parametrize(
    ("content", "message"),
    [(None, "a readable recipe"), (b"\xff\xfe", "text in UTF-8"), (b"seed = ", "in TOML")],
)
def test_what_is_no_recipe_at_all_is_refused(tmp_path: Path, content, message: str) -> None:
    path = tmp_path / "none.toml"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(RecipeError, match=message):
        read_mismatch_recipe(path)


def test_a_missing_key_is_named(tmp_path: Path) -> None:
    path = tmp_path / "short.toml"
    path.write_text(RECIPE.replace("concealed = 1\n", ""), "utf-8")
    with pytest.raises(RecipeError, match=r"concealed"):
        read_mismatch_recipe(path)


def test_the_command_line_says_it_in_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = write_mismatch_recipe(tmp_path / "wrong.toml", mass_error="[0.6, 0.15]")
    arguments = ["evaluate", str(model_bundle_dir()), str(path), "--out", str(tmp_path / "run")]
    assert cli.main(arguments) == 2
    told = capsys.readouterr().err
    assert told.startswith(f"scanai: {path}: expected a least mass_error below the greatest")
    assert told.count("\n") == 1
    assert not (tmp_path / "run").exists()


# Seeds ------------------------------------------------------------------------------------------

BENCHMARKS = {
    "benchmark-1": read_recipe(RECIPES / "benchmark-1.toml").seed,
    "mismatch-1": read_mismatch_recipe(SHIPPED).seed,
}
_SCANNERS = 1000
"""Thresholds are set on a seed for each scanner from the first one on."""


def test_no_benchmark_shares_its_seed() -> None:
    others = [
        read_recipe(path).seed
        for path in RECIPES.glob("*.toml")
        if path != SHIPPED and path.stem not in BENCHMARKS and path.stem != "samples"
    ]
    seeds = [*BENCHMARKS.values(), *others]
    assert len(set(seeds)) == len(seeds)


@pytest.mark.parametrize("seed", BENCHMARKS.values(), ids=BENCHMARKS)
def test_no_recipe_trains_on_the_seed_of_a_benchmark(seed: int) -> None:
    recipes = sorted((ROOT / "training" / "recipes").glob("*.toml"))
    assert recipes
    for path in recipes:
        data_seed = read_training(path)[0].data_seed
        assert seed not in (data_seed, data_seed + 1), path


@pytest.mark.parametrize("seed", BENCHMARKS.values(), ids=BENCHMARKS)
def test_export_never_takes_the_seed_of_a_benchmark(seed: int) -> None:
    assert seed not in range(OF_THRESHOLDS, OF_THRESHOLDS + _SCANNERS)
    # Three for each learning that goes on from another, ten apart.
    of_signatures = range(OF_SIGNATURES, OF_SIGNATURES + 100)
    assert seed not in of_signatures
    assert not set(of_signatures) & set(range(OF_THRESHOLDS, OF_THRESHOLDS + _SCANNERS))


@pytest.mark.parametrize("seed", BENCHMARKS.values(), ids=BENCHMARKS)
@pytest.mark.parametrize("name", ["scanai-v0", "scanai-v1"])
def test_released_bundles_may_be_measured_on_every_benchmark(name: str, seed: int) -> None:
    require_fresh(load_bundle(model_bundle_dir(name)).metadata, seed)
