"""Recipes: every shipped one is valid, and a wrong key is named."""

from __future__ import annotations

from pathlib import Path

import pytest

from scanai.errors import RecipeError
from scanai.train.recipe import parse_recipe, read_recipe

RECIPES = Path(__file__).parents[2] / "training" / "recipes"


@pytest.mark.parametrize("path", sorted(RECIPES.glob("*.toml")), ids=lambda path: path.stem)
def test_shipped_recipe_is_valid_and_named_as_its_file(path: Path) -> None:
    recipe, text = read_recipe(path)
    assert recipe.name == path.stem
    assert text == path.read_text("utf-8")


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("steps = 6", "stepps = 6", "found stepps"),
        ("steps = 6\n", "", "a field steps, found none"),
        ("batch = 2", "batch = 0", "a whole number of at least 1 at $.batch, found 0"),
        ("crop_px = [96, 96]", "crop_px = [96, 100]", "crop_px in multiples of 32"),
        ("concealed = 0.5", "concealled = 0.5", "kinds among benign, "),
        (
            "{benign = 0.5, concealed = 0.5}",
            "{benign = 0.0}",
            "kinds with a weight above 0, found none",
        ),
        ("channels = [16, 16, 16, 16]", "channels = [16, 16, 16, 24]", "4 multiples of 16"),
        ("steps = 6", "steps = 6\nratio_scale = [1.1, 0.9]", "ratio_scale as two rising numbers"),
        (
            "steps = 6",
            "steps = 6\nattenuation_scale = [0.0, inf]",
            "attenuation_scale as two rising numbers from 0 to 10, found 0.0, inf",
        ),
        ("crop_px = [96, 96]", "crop_px = [3200000, 96]", "multiples of 32 up to 8192"),
    ],
)
def test_refuses_a_wrong_recipe(recipe_text: str, old: str, new: str, message: str) -> None:
    assert old in recipe_text
    with pytest.raises(RecipeError) as refusal:
        parse_recipe(recipe_text.replace(old, new, 1), "tiny.toml")
    assert message in str(refusal.value)
    assert str(refusal.value).startswith("tiny.toml: expected")


def test_missing_recipe_is_one_clear_line(tmp_path: Path) -> None:
    with pytest.raises(RecipeError, match=r"none\.toml: expected a readable recipe, found No such"):
        read_recipe(tmp_path / "none.toml")


def test_unknown_scanner_is_refused_with_file_key_and_known_names(
    tmp_path: Path, recipe_text: str
) -> None:
    path = tmp_path / "far.toml"
    path.write_text(recipe_text.replace("portal-6-4", "mars-1"))
    with pytest.raises(RecipeError) as refusal:
        read_recipe(path)
    assert str(refusal.value).startswith(f"{path}: expected in profiles ")
    assert "gantry-9-6, mobile-4, portal-6-4" in refusal.value.expected
    assert refusal.value.found == "mars-1: no such profile"


def test_recipe_of_a_bundle_may_name_a_scanner_that_is_not_here(recipe_text: str) -> None:
    recipe = parse_recipe(recipe_text.replace("portal-6-4", "mars-1"), "recipe of the bundle")
    assert recipe.profiles == ("mars-1",)


@pytest.mark.parametrize("rate", ["inf", "nan", "1e30", "0.0"])
def test_refuses_a_learning_rate_that_cannot_train(recipe_text: str, rate: str) -> None:
    text = "\n".join(
        f"learning_rate = {rate}" if line.startswith("learning_rate") else line
        for line in recipe_text.splitlines()
    )
    assert text != recipe_text
    with pytest.raises(RecipeError, match="learning_rate"):
        parse_recipe(text, "recipe.toml")
