"""The mismatch benchmark: its recipe, its cases and its queues."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from scanai.errors import RecipeError
from scanai.manifest.goods_groups import goods_group_of
from scanai.train.mismatch.cases import Case, cases_of, shared_scan, sort_of
from scanai.train.mismatch.queue import found_first
from scanai.train.mismatch.recipe import (
    MismatchRecipe,
    Queue,
    is_mismatch_recipe,
    read_mismatch_recipe,
)
from scanai.train.mismatch.trials import CaseTrial

RECIPES = Path(__file__).parents[2] / "datasets" / "recipes"
QUEUE = Queue(length=100, bad_share=0.05, draws=50, kinds={"group_swap": 1.0})


@pytest.fixture(scope="module")
def recipe() -> MismatchRecipe:
    whole = read_mismatch_recipe(RECIPES / "mismatch-1.toml")
    return msgspec.structs.replace(
        whole, profiles=("mobile-4",), honest=3, substituted=1, concealed=1, empty=1
    )


@pytest.fixture(scope="module")
def cases(recipe: MismatchRecipe) -> dict[str, Case]:
    return {case.name: case for case in cases_of(recipe, 0, shared_scan(recipe, 0))}


def trial(urgency: float) -> CaseTrial:
    return CaseTrial("", "", "", 0.0, 0.0, urgency, "clear", (), {}, None, 0.0, False)


def test_its_recipe_is_told_from_one_of_a_data_set() -> None:
    assert is_mismatch_recipe(RECIPES / "mismatch-1.toml")
    assert not is_mismatch_recipe(RECIPES / "benchmark-1.toml")


def test_a_recipe_with_an_unknown_case_is_refused(tmp_path: Path) -> None:
    text = (RECIPES / "mismatch-1.toml").read_text().replace("concealed = 1.0", "smuggled = 1.0")
    (tmp_path / "bad.toml").write_text(text)
    with pytest.raises(RecipeError, match="smuggled"):
        read_mismatch_recipe(tmp_path / "bad.toml")


def test_loads_are_numbered_sort_by_sort(recipe: MismatchRecipe) -> None:
    sorts = [sort_of(recipe, index) for index in range(recipe.scans)]
    assert [sort for sort, _ in sorts] == (
        ["honest"] * 3 + ["substituted"] * 4 + ["concealed", "empty"]
    )
    assert [share for _, share in sorts[3:7]] == list(recipe.shares)


def test_swaps_keep_their_distance_and_all_else(cases: dict[str, Case]) -> None:
    swapped = [
        cases[name] for name in ("group_swap", "chapter_swap", "heading_swap") if name in cases
    ]
    assert swapped
    true = cases["correct"].manifest
    for case in swapped:
        groups = [goods_group_of(code) for code in (case.true_heading, case.declared_heading)]
        assert (groups[0] == groups[1]) == (case.name != "group_swap")
        if case.name != "group_swap":
            same = case.true_heading[:2] == case.declared_heading[:2]
            assert same == (case.name == "heading_swap")
        masses = [line.mass_kg for line in case.manifest.lines]
        assert masses == [line.mass_kg for line in true.lines]


def test_a_false_mass_scales_lines_and_gross_alike(cases: dict[str, Case]) -> None:
    true, false = cases["correct"].manifest, cases["false_mass"]
    factor = 1 + false.error
    assert abs(false.error) >= 0.15
    assert false.manifest.gross_mass_kg == pytest.approx(true.gross_mass_kg * factor, abs=1)
    for told, line in zip(false.manifest.lines, true.lines, strict=True):
        assert told.mass_kg == pytest.approx(line.mass_kg * factor, abs=1)


def test_a_false_empty_declares_no_lines(cases: dict[str, Case]) -> None:
    assert cases["false_empty"].manifest.declared_empty
    assert not cases["correct"].manifest.declared_empty


def test_cases_depend_on_recipe_and_number_alone(
    recipe: MismatchRecipe, cases: dict[str, Case]
) -> None:
    again = {case.name: case for case in cases_of(recipe, 0, shared_scan(recipe, 0))}
    assert again == cases


def test_a_substituted_load_hides_the_share_asked_for(recipe: MismatchRecipe) -> None:
    index = 5  # a quarter of the mass
    shared = shared_scan(recipe, index)
    (case,) = cases_of(recipe, index, shared)
    assert case.name == "part_25"
    assert 0.2 <= case.error <= 0.3125
    told = {goods_group_of(line.hs_code).name for line in case.manifest.lines}
    hidden = {goods_group_of(code).name for code in shared.simulated.scene.hidden_headings}
    assert hidden
    assert not told & hidden


def test_a_perfect_order_finds_all_bad_ones_first() -> None:
    found = found_first(
        [trial(0.1)] * 20, {"group_swap": [trial(0.9)]}, QUEUE, lambda case: case.urgency
    )
    assert found[0.05].value == 1.0
    assert found[0.01].value == pytest.approx(0.2)


def test_among_equals_chance_decides() -> None:
    found = found_first([trial(0.1)] * 20, {"group_swap": [trial(0.1)]}, QUEUE, lambda case: 0.0)
    assert 0.02 <= found[0.10].value <= 0.2
