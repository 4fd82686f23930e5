"""Figures of the mismatch benchmark, counted by hand on made-up trials."""

from __future__ import annotations

import msgspec
import pytest
from mismatch_making import SMALL, case, load

from scanai.train.figures import Figure
from scanai.train.mismatch.figures import (
    by_name,
    detected,
    false_by_heading,
    mismatch_figures,
)
from scanai.train.mismatch.queue import FIRST, ORDERS
from scanai.train.mismatch.trials import CaseTrial, LoadTrial
from scanai.train.recipe import TrainingRecipe

HONEST = [case(suspicion=number / 100) for number in range(100)]
"""One in a hundred is above 0.98, three above 0.96."""


def figures_of(*cases: CaseTrial, recipe: TrainingRecipe, **more: object) -> dict[str, Figure]:
    trials = [load(one, index=number, **more) for number, one in enumerate(cases)]
    return mismatch_figures(trials, SMALL, recipe)


def counted(figures: dict[str, Figure], name: str) -> tuple[float, int]:
    return figures[name].value, figures[name].count


def test_detection_is_above_what_one_in_a_hundred_honest_loads_exceeds(recipe) -> None:
    false = [case("group_swap", suspicion=one) for one in (0.5, 0.965, 0.975, 0.98, 0.985, 2.0)]
    figures = figures_of(*HONEST, *false, recipe=recipe)
    assert counted(figures, "group_swap") == (0.3333, 6)
    assert figures["group_swap.at_1pct"] == figures["group_swap"]
    # Fewer than one in two hundred: none of a hundred, so above the greatest of them.
    assert counted(figures, "group_swap.at_0.5pct") == (0.1667, 6)
    assert counted(figures, "group_swap.at_3pct") == (0.8333, 6)
    for name in ("group_swap", "group_swap.at_0.5pct", "group_swap.at_3pct"):
        assert figures[name].low <= figures[name].value <= figures[name].high


def test_goods_and_headings_are_told_alone_as_well(recipe) -> None:
    honest = [case(scores={"unexplained_goods": n / 10, "heading_fit": 1.0}) for n in range(100)]
    false = [
        case("part_25", scores={"unexplained_goods": one, "heading_fit": fit})
        for one, fit in ((9.75, 1.0), (9.85, 2.0), (9.95, 0.5), (12.0, 3.0))
    ]
    figures = figures_of(*honest, *false, recipe=recipe)
    assert counted(figures, "part_25.by_goods") == (0.75, 4)
    assert counted(figures, "part_25.by_heading") == (0.5, 4)


def test_log_odds_below_even_are_told_and_a_case_without_a_score_is_not_found(recipe) -> None:
    honest = [case(scores={"goods_misfit": -4.0 + n / 100}) for n in range(100)]
    false = [case("group_swap", scores=one) for one in ({"goods_misfit": -2.5}, {})]
    figures = figures_of(*honest, *false, recipe=recipe)
    assert counted(figures, "group_swap.as_a_whole") == (0.5, 2)


def test_what_is_no_more_suspicious_than_honest_loads_is_not_detected() -> None:
    one = detected(HONEST, [case("part_25", suspicion=0.98)] * 9, 0.01)
    assert one is not None
    assert one.value == 0.0
    one = detected(HONEST, [case("part_25", suspicion=0.0)] * 9, 0.01)
    assert one is not None
    assert (one.value, one.low, one.high, one.count) == (0.0, 0.0, 0.0, 9)


def test_without_honest_or_false_loads_nothing_is_detected() -> None:
    assert detected([], [case("group_swap")], 0.01) is None
    assert detected(HONEST, [], 0.01) is None


@pytest.mark.parametrize(
    ("kinds", "told"),
    [
        ((), False),
        (("document_risk", "high_z_shielding"), False),
        (("undeclared_goods",), True),
        (("mass_mismatch",), True),
        (("document_risk", "empty_mismatch"), True),
    ],
)
def test_only_what_contradicts_the_picture_is_a_mismatch(recipe, kinds, told: bool) -> None:
    cases = [case(), case(kinds=kinds), case("heading_swap", kinds=kinds)]
    figures = figures_of(*cases, recipe=recipe)
    assert counted(figures, "heading_swap.in_force") == (float(told), 1)
    assert counted(figures, "false_mismatch.correct") == (0.5 * told, 2)
    for kind in ("undeclared_goods", "mass_mismatch", "empty_mismatch"):
        name = f"false_mismatch.correct.{kind}"
        assert counted(figures, name) == (0.5 * (kind in kinds), 2)
    risk = "document_risk" in kinds
    assert counted(figures, "false_document_risk.correct") == (0.5 * risk, 2)


def test_false_mismatches_are_told_by_sort_and_goods_group(recipe) -> None:
    wrong = ("undeclared_goods",)
    figures = figures_of(
        case(kinds=wrong),
        case(true_heading="4819"),
        case(true_heading="7208", kinds=wrong),
        case("vague", kinds=("document_risk",)),
        case("vague", kinds=wrong),
        case("empty"),
        recipe=recipe,
    )
    assert counted(figures, "false_mismatch.correct") == (0.6667, 3)
    assert counted(figures, "false_mismatch.vague") == (0.5, 2)
    assert counted(figures, "false_mismatch.empty") == (0.0, 1)
    assert counted(figures, "document_risk.vague") == (0.5, 2)
    assert counted(figures, "false_mismatch.by_group.paper") == (0.5, 2)
    assert counted(figures, "false_mismatch.by_group.iron_steel") == (1.0, 1)
    assert "false_mismatch.by_group.tyres" not in figures
    assert counted(figures, "false_mismatch.by_heading.4819") == (0.0, 1)
    assert counted(figures, "false_mismatch.by_heading.7208") == (1.0, 1)


def test_headings_are_told_with_how_often_they_are_contradicted() -> None:
    wrong = ("mass_mismatch",)
    cases = [case(), case(kinds=wrong), case(kinds=wrong), case(true_heading="7208")]
    other = case("group_swap", kinds=wrong, true_heading="7208")
    trials = [load(one) for one in (*cases, other)]
    assert false_by_heading(trials) == {"4802": (2, 3), "7208": (0, 1)}


def test_group_swaps_are_told_by_what_the_network_was_shown(recipe: TrainingRecipe) -> None:
    recipe = msgspec.structs.replace(recipe, without_headings=("7208",), profiles=("mobile-4",))
    found, missed = case("group_swap", suspicion=2.0), case("group_swap")
    trials = [
        load(*HONEST),
        load(found, headings=("4802",), profile="mobile-4"),
        load(missed, headings=("4802", "7208"), profile="mobile-4"),
        load(found, headings=("7208",), profile="rail-10-6"),
        load(missed, headings=("4802",), profile="rail-10-6"),
        load(missed, headings=("4802",), profile="rail-10-6"),
    ]
    figures = mismatch_figures(trials, SMALL, recipe)
    assert counted(figures, "group_swap.headings_seen") == (0.3333, 3)
    assert counted(figures, "group_swap.headings_unseen") == (0.5, 2)
    assert counted(figures, "group_swap.scanners_seen") == (0.5, 2)
    assert counted(figures, "group_swap.scanners_unseen") == (0.3333, 3)


def test_false_masses_are_told_by_their_size_and_what_is_penetrated(recipe) -> None:
    honest = [case(scores={"mass_mismatch": number / 1000}) for number in range(100)]

    def false(error: float, score: float, *kinds: str, opaque: bool = False) -> CaseTrial:
        return case(
            "false_mass",
            error=error,
            scores={"mass_mismatch": score},
            kinds=kinds,
            lower_bound_only=opaque,
        )

    figures = figures_of(
        *honest,
        false(0.2, 0.05),
        false(-0.2, 0.15, "mass_mismatch"),
        false(0.5, 0.3, "mass_mismatch"),
        false(-0.31, 0.0),
        false(0.4, 0.3, opaque=True),
        case("false_mass", error=0.6, lower_bound_only=True),
        recipe=recipe,
    )
    assert counted(figures, "mass_15") == (0.5, 4)
    assert counted(figures, "mass_15.in_force") == (0.5, 4)
    assert counted(figures, "mass_15.opaque") == (0.5, 2)
    assert counted(figures, "mass_30") == (0.5, 2)


def test_a_false_empty_is_found_by_its_own_finding(recipe) -> None:
    figures = figures_of(
        case(),
        case("false_empty", kinds=("empty_mismatch",)),
        case("false_empty", kinds=("mass_mismatch",)),
        recipe=recipe,
    )
    assert counted(figures, "false_empty") == (0.5, 2)


def test_rare_p_values_count_where_there_are_any(recipe) -> None:
    figures = figures_of(
        case(plausibility=0.05),
        case(plausibility=0.051),
        case(plausibility=0.9),
        case(),
        case("chapter_swap", plausibility=0.001),
        case("heading_swap"),
        recipe=recipe,
    )
    assert counted(figures, "heading_p_below_5pct.correct") == (0.3333, 3)
    assert counted(figures, "heading_p_below_5pct.chapter_swap") == (1.0, 1)
    assert "heading_p_below_5pct.heading_swap" not in figures


def test_queues_are_told_for_every_order(recipe) -> None:
    figures = figures_of(
        *HONEST,
        case("group_swap", urgency=0.9, mass_deviation=0.0, scores={"documents": 0.1}),
        recipe=recipe,
    )
    names = {f"queue_{100 * first:.0f}pct" for first in FIRST}
    assert names == {"queue_1pct", "queue_2pct", "queue_5pct", "queue_10pct"}
    for rule in ORDERS:
        for name in names:
            assert (name if rule == "verdict" else f"{name}.{rule}") in figures
    # Five bad ones in a hundred.
    assert counted(figures, "queue_1pct") == (0.2, SMALL.queue.draws)
    assert figures["queue_5pct"].value == 1.0
    assert figures["queue_5pct.document_rules"].value == 1.0
    assert figures["queue_5pct.mass_rule"].value < 0.5
    assert figures["queue_5pct.random"].value < 0.5


def test_figures_without_a_case_are_left_out(recipe) -> None:
    figures = figures_of(case(), recipe=recipe)
    assert "group_swap" not in figures
    assert "part_25.in_force" not in figures
    assert "mass_15" not in figures
    assert not any(name.startswith("queue_") for name in figures)
    assert all(figure.count > 0 for figure in figures.values())


def test_cases_are_gathered_over_loads_by_name() -> None:
    named = by_name([load(case(), case("vague")), load(case())])
    assert {name: len(cases) for name, cases in named.items()} == {"correct": 2, "vague": 1}
    trial: LoadTrial = load(case("vague", error=0.5))
    assert trial.named("vague") == case("vague", error=0.5)
    assert trial.named("correct") is None
