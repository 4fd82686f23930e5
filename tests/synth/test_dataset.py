"""Data sets: strict recipes, files that read back, the same bytes for any number of workers."""

from __future__ import annotations

import re
from pathlib import Path

import msgspec
import numpy as np
import pytest

from scanai.errors import RecipeError
from scanai.scan.profile import known_profiles
from scanai.synth.dataset import (
    DatasetRecipe,
    iter_scans,
    plan_at,
    read_recipe,
    scan_at,
)
from scanai.synth.scenes import KINDS
from scanai.synth.units import UNIT_TYPES

SMALL = Path(__file__).resolve().parents[2] / "datasets" / "recipes" / "small.toml"
RECIPE = DatasetRecipe(
    seed=5,
    count=3,
    profiles=("portal-6-4", "mobile-4"),
    kinds={"benign": 1.0, "concealed": 1.0},
    unit_types=("20",),
    x_window_px=48,
    air_line_share=0.5,
)
TOML = """
seed = 5
count = 3
profiles = ["portal-6-4"]
kinds = { benign = 1.0 }
"""


def test_a_longer_recipe_begins_with_the_scans_of_the_shorter():
    longer = msgspec.structs.replace(RECIPE, count=500)
    for index, scan in enumerate(iter_scans(msgspec.structs.replace(RECIPE, count=2))):
        np.testing.assert_array_equal(scan.raw.pixels, scan_at(longer, index).raw.pixels)


def test_random_scanners_differ_from_scan_to_scan_and_come_again():
    recipe = msgspec.structs.replace(RECIPE, profiles=("random",))
    plans = [plan_at(recipe, index) for index in range(4)]
    assert all(plan.own_profile for plan in plans)
    assert len({plan.profile.name for plan in plans}) == 4
    assert plan_at(recipe, 2).profile == plans[2].profile


def test_reads_a_recipe(tmp_path):
    path = tmp_path / "recipe.toml"
    path.write_text(TOML)
    recipe = read_recipe(path)
    assert recipe.profiles == ("portal-6-4",)
    assert recipe.x_window_px is None


def test_small_recipe_shows_every_key_kind_scanner_and_unit_and_makes_scans():
    text = SMALL.read_text()
    assert not [key for key in DatasetRecipe.__struct_fields__ if key not in text]
    recipe = read_recipe(SMALL)
    assert set(recipe.kinds) == set(KINDS)
    assert set(recipe.profiles) == {*known_profiles(), "random"}
    assert set(recipe.unit_types) == set(UNIT_TYPES)
    narrow = msgspec.structs.replace(recipe, count=2, x_window_px=64)
    assert all(scan.raw.pixels.shape[2] == 64 for scan in iter_scans(narrow))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ("colour = 1", "only known fields (seed, count, profiles, "),
        ("unit_types = 20", "a list at $.unit_types, found 20"),
        ("air_line_share = 1.5", "a number of at most 1 at $.air_line_share, found 1.5"),
        ("seed = 3", "a data set recipe in TOML, found malformed TOML: cannot overwrite a value"),
    ],
)
def test_refuses_a_recipe_and_names_the_key(tmp_path, change, message):
    path = tmp_path / "recipe.toml"
    path.write_text(TOML + change + "\n")
    with pytest.raises(RecipeError, match=re.escape(f"{path}: expected {message}")):
        read_recipe(path)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (TOML.replace("benign", "haunted"), r"kinds among benign, .*, found haunted$"),
        (TOML + 'unit_types = ["60"]', r"unit_types among 20, .*, found 60$"),
        (
            TOML + 'headings = ["4011"]\nunit_types = ["tank"]',
            r"unit_types that can hold goods of heading 4011, found tank$",
        ),
        (
            TOML.replace("portal-6-4", "mars-1"),
            r"in profiles .*gantry-9-6, mobile-4, portal-6-4.*, found mars-1: no such profile$",
        ),
        (
            TOML.replace("portal-6-4", "mine.toml"),
            r"in profiles .*, found mine\.toml: No such file or directory$",
        ),
    ],
)
def test_refuses_scenes_that_it_cannot_make(tmp_path, text, message):
    path = tmp_path / "recipe.toml"
    path.write_text(text)
    with pytest.raises(RecipeError, match=re.escape(f"{path}: expected ") + message):
        read_recipe(path)


@pytest.mark.parametrize(
    ("weight", "message"),
    [
        ("0.0", "kinds with a weight above 0, found none"),
        ("-1.0", "kinds with finite weights from 0, found benign = -1.0"),
        ("inf", "kinds with finite weights from 0, found benign = inf"),
        ("nan", "kinds with finite weights from 0, found benign = nan"),
    ],
)
def test_refuses_weights_that_draw_nothing(tmp_path, weight, message):
    path = tmp_path / "recipe.toml"
    path.write_text(TOML.replace("benign = 1.0", f"benign = {weight}"))
    with pytest.raises(RecipeError, match=re.escape(f"{path}: expected {message}")):
        read_recipe(path)


def units_drawn(**changes: object) -> set[str | None]:
    recipe = DatasetRecipe(seed=1, count=40, kinds={"benign": 1.0}, **changes)
    return {plan_at(recipe, index).spec.unit_type for index in range(recipe.count)}


def test_scanner_is_given_no_unit_that_it_sees_by_half():
    units = ("20", "wagon", "van")
    assert units_drawn(profiles=("portal-6-4",), unit_types=units) == {"20", "van"}
    assert units_drawn(profiles=("rail-10-6",), unit_types=units) == set(units)
    assert units_drawn(profiles=("portal-6-4",), unit_types=("wagon",)) == {"wagon"}


def test_goods_are_drawn_into_units_that_they_travel_in():
    units = ("tank", "40HC")
    drawn = {"profiles": ("portal-6-4",), "unit_types": units}
    assert units_drawn(**drawn, headings=("4011",)) == {"40HC"}
    assert units_drawn(**drawn, headings=("2710",)) == {"tank"}


def test_refuses_what_is_not_text(tmp_path):
    path = tmp_path / "recipe.toml"
    path.write_bytes(b"seed = \xff")
    with pytest.raises(RecipeError, match=r"recipe\.toml: expected text in UTF-8"):
        read_recipe(path)


def test_missing_recipe_is_a_recipe_error(tmp_path):
    with pytest.raises(RecipeError, match="found No such file or directory"):
        read_recipe(tmp_path / "none.toml")
