"""Cases: each false declaration is false in its own way, by as much as asked, and in no other.

Loads are drawn without their pictures, which cases do not depend on.
"""

from __future__ import annotations

from types import SimpleNamespace

import msgspec
import pytest
from mismatch_making import SMALL
from reading_making import BOARD, PAPER, STEEL, TYRES

from scanai.manifest.goods_groups import goods_group_of
from scanai.manifest.model import Line, Manifest
from scanai.synth.cargo import library
from scanai.synth.dataset import DatasetRecipe, plan_at
from scanai.synth.simulate import scene_of
from scanai.synth.units import fits
from scanai.train.mismatch import cases as making
from scanai.train.mismatch.cases import (
    SWAPS,
    Case,
    bad_cases,
    cases_of,
    hidden_lines,
    part_name,
    shared_scan,
    sort_of,
)
from scanai.train.mismatch.recipe import MismatchRecipe

LOADS = 60
HONEST = msgspec.structs.replace(SMALL, honest=LOADS)


def without_picture(data: DatasetRecipe, number: int) -> SimpleNamespace:
    plan = plan_at(data, number)
    scene = scene_of(plan.seed, plan.profile, plan.spec)
    return SimpleNamespace(simulated=SimpleNamespace(scene=scene, manifest=scene.manifest))


@pytest.fixture(autouse=True)
def no_pictures(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(making, "SharedScan", without_picture)


def all_cases(recipe: MismatchRecipe, index: int) -> dict[str, Case]:
    return {case.name: case for case in cases_of(recipe, index, shared_scan(recipe, index))}


@pytest.fixture(scope="module")
def honest() -> list[dict[str, Case]]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(making, "SharedScan", without_picture)
        return [all_cases(HONEST, index) for index in range(LOADS)]


def goods_of(manifest: Manifest) -> list[tuple[object, ...]]:
    """What a change of paperwork leaves alone."""
    return [(line.hs_code, line.mass_kg, line.packages) for line in manifest.lines]


def of(honest: list[dict[str, Case]], name: str) -> list[tuple[Case, Case]]:
    """(the case, the true declaration of the same load)"""
    found = [(load[name], load["correct"]) for load in honest if name in load]
    assert found
    return found


def test_loads_are_numbered_sort_by_sort() -> None:
    sorts = [sort_of(SMALL, index) for index in range(SMALL.scans)]
    assert [sort for sort, _ in sorts] == (
        ["honest"] * 3 + ["substituted"] * 2 + ["concealed", "empty"]
    )
    assert [share for _, share in sorts[3:5]] == list(SMALL.shares)
    assert {share for sort, share in sorts if sort != "substituted"} == {0.0}
    with pytest.raises(IndexError, match="scan 7 beyond the 7 of the recipe"):
        sort_of(SMALL, SMALL.scans)


def test_every_bad_case_is_made(honest: list[dict[str, Case]]) -> None:
    made = {name for load in honest for name in load}
    made |= {name for index in range(SMALL.scans) for name in all_cases(SMALL, index)}
    assert made == {"correct", "vague", "empty", *bad_cases(SMALL)}
    assert [part_name(share) for share in (0.05, 0.1, 0.25)] == ["part_5", "part_10", "part_25"]


def test_the_true_declaration_comes_first(honest: list[dict[str, Case]]) -> None:
    for number, load in enumerate(honest):
        assert next(iter(load)) == "correct"
        case = load["correct"]
        scene = shared_scan(HONEST, number).simulated.scene
        assert goods_of(case.manifest) == goods_of(scene.manifest)
        largest = max(case.manifest.lines, key=lambda line: line.mass_kg or 0.0)
        assert case.true_heading == case.declared_heading == largest.hs_code[:4]
        assert case.error == 0.0


def test_vague_papers_are_true_in_all_but_words(honest: list[dict[str, Case]]) -> None:
    for vague, true in of(honest, "vague"):
        assert goods_of(vague.manifest) == goods_of(true.manifest)
        assert vague.true_heading == vague.declared_heading
        told = {line.description for line in vague.manifest.lines}
        assert not told & {line.description for line in true.manifest.lines}


@pytest.mark.parametrize("name", SWAPS)
def test_a_swap_keeps_its_distance(honest: list[dict[str, Case]], name: str) -> None:
    for swapped, true in of(honest, name):
        one, other = swapped.true_heading, swapped.declared_heading
        assert one == true.true_heading
        assert other not in {line.hs_code[:4] for line in true.manifest.lines}
        group, chapter = goods_group_of(other), other[:2]
        if name == "group_swap":
            # Nor of the group of another line: its goods are there.
            assert group not in {goods_group_of(line.hs_code) for line in true.manifest.lines}
        else:
            assert group == goods_group_of(one)
            assert (chapter == one[:2]) == (name == "heading_swap")


@pytest.mark.parametrize("name", SWAPS)
def test_a_swap_changes_goods_and_packages_of_the_largest_line_alone(
    honest: list[dict[str, Case]], name: str
) -> None:
    for swapped, true in of(honest, name):
        lines = true.manifest.lines
        largest = max(range(len(lines)), key=lambda number: lines[number].mass_kg or 0.0)
        for number, (told, line) in enumerate(zip(swapped.manifest.lines, lines, strict=True)):
            assert told.mass_kg == line.mass_kg
            if number == largest:
                # The packages of the true goods would give the papers away.
                assert any(
                    told.hs_code in goods.codes and told.package_type == goods.package_type
                    for goods in library()
                    if goods.heading == swapped.declared_heading
                )
            else:
                assert (told.hs_code, told.packages) == (line.hs_code, line.packages)
        assert swapped.manifest.gross_mass_kg == true.manifest.gross_mass_kg
        assert swapped.manifest.unit_type == true.manifest.unit_type
        unit = true.manifest.unit_type
        carried = {goods.heading for goods in library() if fits(goods, unit)}
        assert swapped.declared_heading in carried


def test_a_false_mass_scales_lines_packages_and_gross_alike(
    honest: list[dict[str, Case]],
) -> None:
    errors = []
    for false, true in of(honest, "false_mass"):
        factor = 1 + false.error
        errors.append(false.error)
        assert 0.15 <= abs(false.error) <= 0.6
        assert false.manifest.gross_mass_kg == pytest.approx(
            true.manifest.gross_mass_kg * factor, abs=1
        )
        for told, line in zip(false.manifest.lines, true.manifest.lines, strict=True):
            assert told.hs_code == line.hs_code
            assert told.mass_kg == pytest.approx(line.mass_kg * factor, abs=1)
            assert told.packages == pytest.approx((line.packages or 1) * factor, abs=1)
    # Either way.
    assert min(errors) < 0 < max(errors)


def test_a_false_empty_declares_no_lines(honest: list[dict[str, Case]]) -> None:
    for false, true in of(honest, "false_empty"):
        assert false.manifest.declared_empty
        assert not true.manifest.declared_empty
        assert false.true_heading == true.true_heading
        assert false.declared_heading == ""


@pytest.mark.parametrize("share", [0.05, 0.1, 0.25, 0.5])
def test_a_substituted_load_hides_the_share_asked_for(share: float) -> None:
    recipe = msgspec.structs.replace(SMALL, honest=1, substituted=4, shares=(share,))
    for index in range(1, 1 + recipe.substituted):
        shared = shared_scan(recipe, index)
        (case,) = cases_of(recipe, index, shared)
        scene = shared.simulated.scene
        hidden = hidden_lines(scene)
        mass = sum(line.mass_kg for line in scene.true_manifest.lines)
        assert case.name == part_name(share)
        assert case.error == pytest.approx(sum(line.mass_kg for line in hidden) / mass)
        assert 0.8 * share <= case.error <= 1.25 * share
        # Neither named nor of a group that is.
        told = case.manifest.lines
        assert told
        assert not {line.hs_code[:4] for line in told} & set(scene.hidden_headings)
        groups = {goods_group_of(line.hs_code) for line in told}
        assert not groups & {goods_group_of(line.hs_code) for line in hidden}
        # The mass of the hidden goods stands on the lines that are named.
        assert sum(line.mass_kg for line in told) == pytest.approx(mass, abs=len(told))
        assert case.manifest.gross_mass_kg == pytest.approx(mass, abs=1)


@pytest.mark.parametrize(
    ("true", "hidden", "found"),
    [
        ((PAPER, STEEL), (STEEL,), [STEEL]),
        ((PAPER, STEEL, TYRES), (STEEL, TYRES), [STEEL, TYRES]),
        ((PAPER, BOARD), (BOARD,), []),  # of the group that is declared
        ((PAPER, STEEL, BOARD), (STEEL, BOARD), []),
        ((STEEL,), (STEEL,), []),  # no papers are left to say anything
        ((PAPER, STEEL), (), []),
    ],
)
def test_only_goods_of_groups_that_are_not_declared_count_as_hidden(true, hidden, found) -> None:
    lines = tuple(Line(hs_code=code, mass_kg=100.0) for code in true)
    scene = SimpleNamespace(true_manifest=Manifest(lines=lines), hidden_headings=hidden)
    assert [line.hs_code for line in hidden_lines(scene)] == found


def test_no_two_substituted_loads_are_the_same() -> None:
    recipe = msgspec.structs.replace(SMALL, substituted=4)
    units = [shared_scan(recipe, index).simulated.scene.manifest.unit for index in range(3, 11)]
    assert len(set(units)) == 8


def test_empty_and_concealed_loads_have_one_declaration_each() -> None:
    concealed, empty = (all_cases(SMALL, index) for index in (5, 6))
    assert concealed.keys() == {"concealed"}
    assert shared_scan(SMALL, 5).simulated.scene.threats
    assert empty.keys() == {"empty"}
    assert empty["empty"].manifest.declared_empty


def test_cases_depend_on_recipe_and_number_alone(honest: list[dict[str, Case]]) -> None:
    for index in (LOADS - 1, 0, 7):
        assert all_cases(HONEST, index) == honest[index]
    # More loads of other sorts change none of these.
    longer = msgspec.structs.replace(HONEST, honest=LOADS + 5, concealed=9)
    assert all_cases(longer, 3) == honest[3]
    for index in range(3, SMALL.scans):
        assert all_cases(SMALL, index) == all_cases(SMALL, index)
    other = msgspec.structs.replace(HONEST, seed=HONEST.seed + 1)
    assert all_cases(other, 3) != honest[3]
