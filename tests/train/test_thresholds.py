"""Thresholds: the stated share of benign scans passes them, no more."""

from __future__ import annotations

import shutil
from pathlib import Path

import msgspec
import numpy as np
import pytest

from scanai.errors import InputError, RecipeError
from scanai.inspect.benign import common_tails
from scanai.inspect.bundle import (
    BenignScores,
    BundleMetadata,
    initial_thresholds,
    load_bundle,
)
from scanai.inspect.evidence.familiarity import distance
from scanai.synth.dataset import DatasetRecipe
from scanai.train import thresholds
from scanai.train.bench_patches import BANK_SEED
from scanai.train.card import card
from scanai.train.figures import Figure
from scanai.train.quantise import SEED as INT8_SEED
from scanai.train.recipe import read_recipe
from scanai.train.trial_records import ShortTrial
from scanai.train.trials import fresh_scans


def _trial(features: tuple[float, ...] = (), **scores: float) -> ShortTrial:
    return ShortTrial(
        scores=scores,
        true_total_kg=10_000.0,
        seen_total_kg=10_000.0 + 1000 * scores.get("shielding", 0.0),
        lower_bound_only=False,
        opaque_kg=0.0,
        height_kg=0.0,
        features=features,
    )


def test_mass_error_covers_95_in_100_and_leaves_opaque_scans_out() -> None:
    trials = [_trial(shielding=number / 100) for number in range(101)]
    opaque = msgspec.structs.replace(_trial(shielding=50.0), lower_bound_only=True)
    assert thresholds.mass_error([*trials, opaque]) == pytest.approx(0.095)
    assert thresholds.mass_error([opaque]) == initial_thresholds()["mass_error"].value


def test_what_the_height_of_the_load_explains_is_no_error_of_the_scanner() -> None:
    trials = [_trial(shielding=number / 100) for number in range(101)]
    wide = [msgspec.structs.replace(one, height_kg=1e6) for one in trials]
    assert thresholds.mass_error(wide) == 0.0
    half = [msgspec.structs.replace(one, height_kg=50.0) for one in trials]
    assert thresholds.mass_error(half) == pytest.approx(np.sqrt(950**2 - 50**2) / 1e4, abs=1e-4)


def test_what_lies_behind_opaque_parts_errs_by_what_neither_scanner_nor_height_explain() -> None:
    opaque = [
        msgspec.structs.replace(
            _trial(shielding=number / 100), lower_bound_only=True, opaque_kg=2000.0, height_kg=300.0
        )
        for number in range(101)
    ]
    told = (950 - np.hypot(400, 300)) / 2000
    assert thresholds.opaque_mass_error(opaque, 0.04, 0.5) == pytest.approx(told, abs=1e-3)
    assert thresholds.opaque_mass_error(opaque[:9], 0.04, 0.5) == 0.5


def test_refuses_a_rate_that_so_few_scans_cannot_show() -> None:
    message = r"rate of 0\.02: expected at least 49 benign scans of each scanner, found 20"
    with pytest.raises(InputError, match=message):
        thresholds.set_thresholds("bundle", scans=20, false_alarm_rate=0.02)


@pytest.fixture
def metadata(recipe_text: str) -> BundleMetadata:
    return BundleMetadata(
        name="tiny",
        version="0.1.0",
        inputs=(),
        outputs=(),
        goods_groups=(),
        thresholds=initial_thresholds(),
        recipe=recipe_text,
        recipe_sha256="0" * 64,
        sha256="0" * 64,
    )


@pytest.mark.parametrize("seed", [5, 6])
def test_refuses_seeds_that_the_model_was_trained_or_validated_on(
    metadata: BundleMetadata, seed: int
) -> None:
    with pytest.raises(RecipeError, match="expected a seed other than 5 and 6 of the training"):
        fresh_scans(metadata, seed, 10, {"benign": 1.0})


def test_refuses_seeds_that_set_the_thresholds(metadata: BundleMetadata) -> None:
    metadata = msgspec.structs.replace(metadata, threshold_seeds=(40, 41))
    fresh_scans(metadata, 42, 10, {"benign": 1.0})
    with pytest.raises(RecipeError, match="a seed that set none of the thresholds, found 41"):
        fresh_scans(metadata, 41, 10, {"benign": 1.0})


@pytest.mark.parametrize("first", [4, 5, 6])
def test_no_scan_of_the_training_sets_a_threshold(metadata: BundleMetadata, first: int) -> None:
    with pytest.raises(RecipeError, match="other than 5 and 6 of the training"):
        thresholds._recipes(metadata, 100, first)


def test_thresholds_of_every_scanner_have_seeds_of_their_own(metadata: BundleMetadata) -> None:
    again = msgspec.structs.replace(metadata, threshold_seeds=(40, 41))
    recipes = thresholds._recipes(again, 100, 40)
    seeds = [recipe.seed for pair in recipes.values() for recipe in pair]
    assert seeds == list(range(40, 40 + len(seeds)))
    assert all(pair[0].profiles == (scanner,) for scanner, pair in recipes.items())


def test_card_says_what_was_measured_and_what_was_not(metadata: BundleMetadata) -> None:
    text = card(metadata, None)
    assert "Nothing has been measured yet" in text
    assert "Initial values: not yet set on scans." in text
    own = BenignScores(scans=200, thresholds={"shielding_score": 0.75}, quantiles={}, counts={})
    measured = msgspec.structs.replace(metadata, scanners={"portal-6-4": own})
    text = card(measured, {"detection.all_shields": Figure(0.8125, 0.7, 0.9, 160)})
    assert "Set on benign simulated scans: 200 of portal-6-4." in text
    assert "| shielding_score | 0.5 | 0.75 | probability |" in text
    assert "| 81.2 % | 70.0 % to 90.0 % | 160 |" in text
    assert "not validated on real scans" in text


def test_recipes_shipped_with_training_leave_the_default_seeds_free() -> None:
    paths = sorted((Path(__file__).parents[2] / "training" / "recipes").glob("*.toml"))
    assert "smoke.toml" in [path.name for path in paths]
    seeds = [read_recipe(path)[0].data_seed for path in paths]
    # Two for each scanner, of which there are fewer than fifty.
    taken = {*range(thresholds.DEFAULT_SEED, thresholds.DEFAULT_SEED + 100), INT8_SEED, BANK_SEED}
    assert taken.isdisjoint({seed + part for seed in seeds for part in (0, 1)})


def test_what_a_load_has_taken_off_is_in_force_when_thresholds_are_set(
    untrained_bundle: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bundle = shutil.copytree(untrained_bundle, tmp_path / "untrained")
    in_force: dict[str, tuple[float, float]] = {}

    def made_up(bundle: Path, recipe: DatasetRecipe, *, label: str, **_: object) -> object:
        point = load_bundle(bundle).metadata.operating_point(recipe.profiles[0])
        in_force[label] = (
            point.thresholds["load_taken_off"],
            point.thresholds["same_group_share"],
        )
        return [_trial(shielding=number / 100) for number in range(recipe.count)]

    monkeypatch.setattr(thresholds, "benign_trials", made_up)
    thresholds.set_thresholds(bundle, scans=60, more_scanners=("gantry-9-6", "rail-10-6"))
    setting = {value for label, value in in_force.items() if label.endswith(", thresholds")}
    assert setting == {(thresholds.LOAD_TAKEN_OFF, thresholds.SAME_GROUP_SHARE)}
    written = load_bundle(bundle).metadata
    kept = written.thresholds["load_taken_off"]
    assert (kept.value, kept.false_alarm_rate) == (thresholds.LOAD_TAKEN_OFF, None)
    assert written.tails == common_tails(written.scanners.values())
    assert "shielding" in written.tails


def test_thresholds_that_are_set_again_are_told_in_todays_words(metadata: BundleMetadata) -> None:
    earlier = {
        name: msgspec.structs.replace(entry, value=0.25, meaning="as once")
        for name, entry in metadata.thresholds.items()
        if name != "load_taken_off"
    }
    older = msgspec.structs.replace(metadata, thresholds=earlier)
    again = thresholds._in_todays_words(older, {"load_taken_off": 0.7})
    known = initial_thresholds()
    assert {name: entry.meaning for name, entry in again.items()} == {
        name: entry.meaning for name, entry in known.items()
    }
    assert again["unexplained_goods"].value == 0.25
    assert again["load_taken_off"].value == 0.7


def test_features_of_benign_scans_lie_about_one_from_their_mean() -> None:
    rng = np.random.default_rng(0)
    spread = np.array([5.0, 1.0, 0.2])
    drawn = 7 + spread * rng.normal(size=(400, 3))
    trials = [_trial(features=tuple(row)) for row in drawn.tolist()]
    reference = thresholds.feature_reference(trials)
    assert reference is not None
    distances = [distance(np.array(one.features), reference) for one in trials]
    assert np.sqrt(np.mean(np.square(distances))) == pytest.approx(1.0, abs=0.02)
    assert distance(np.array([7.0, 7.0, 12.0]), reference) > 10
    assert thresholds.feature_reference([_trial()] * 9) is None
