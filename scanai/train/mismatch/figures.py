"""Figures of the mismatch benchmark: shares of trials, each with its 95 % interval.

Detection is at a share of 1 % false mismatches: the suspicion that one in a hundred honest loads
under true papers exceeds. What the thresholds in force do is told beside it. Intervals of detection
are bootstraps over honest and false declarations alike, those of plain shares Wilson's.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Sequence

import numpy as np

from scanai.manifest.goods_groups import goods_group_of
from scanai.synth.cargo import library
from scanai.train.curves import Interval, share, threshold_at
from scanai.train.figures import Figure
from scanai.train.mismatch.cases import CORRECT, HONEST, SWAPS, VAGUE, part_name
from scanai.train.mismatch.ideal import ideal_group_swap
from scanai.train.mismatch.queue import FIRST, ORDERS, found_first
from scanai.train.mismatch.recipe import MismatchRecipe
from scanai.train.mismatch.trials import MISMATCH_KINDS, CaseTrial, LoadTrial
from scanai.train.recipe import TrainingRecipe

RATES = {"0.5pct": 0.005, "1pct": 0.01, "3pct": 0.03}
_ALONE = {
    "by_goods": "unexplained_goods",
    "as_a_whole": "goods_misfit",
    "by_heading": "heading_fit",
}
"""Scores that are told apart from the rest as well: of the section that stands out most, of the
load as a whole, and of the line whose picture is rarest under its code."""
_RESAMPLES = 400
_RARE = 0.05
"""p-value of a line from which its code counts as contradicted."""


def mismatch_figures(
    trials: Sequence[LoadTrial], recipe: MismatchRecipe, trained_on: TrainingRecipe
) -> dict[str, Figure]:
    """All figures by name; those without a case are left out."""
    cases = by_name(trials)
    correct = cases[CORRECT]
    figures: dict[str, Interval | None] = {}
    names = (*SWAPS, *(part_name(one) for one in recipe.shares))
    for name in names:
        figures[name] = detected(correct, cases[name], RATES["1pct"])
        for label, rate in RATES.items():
            figures[f"{name}.at_{label}"] = detected(correct, cases[name], rate)
        figures[f"{name}.in_force"] = share([_contradicted(case) for case in cases[name]])
        for title, score in _ALONE.items():
            figures[f"{name}.{title}"] = _detected_by(score, correct, cases[name])
    figures |= _by_training(trials, correct, trained_on)
    figures |= _mass(correct, cases["false_mass"])
    figures["false_empty"] = share(
        ["empty_mismatch" in case.kinds for case in cases["false_empty"]]
    )
    figures |= _false_alarms(cases)
    figures |= _queues(cases, recipe)
    limit = ideal_group_swap(RATES["1pct"])
    figures["limit.group_swap"] = Interval(limit, limit, limit, len(library()))
    return {name: _figure(one) for name, one in figures.items() if one is not None}


def by_name(trials: Sequence[LoadTrial]) -> dict[str, list[CaseTrial]]:
    named: dict[str, list[CaseTrial]] = defaultdict(list)
    for trial in trials:
        for case in trial.cases:
            named[case.name].append(case)
    return named


def detected(
    honest: Sequence[CaseTrial], false: Sequence[CaseTrial], rate: float
) -> Interval | None:
    """Share of the false declarations above what a share `rate` of the honest ones exceeds."""
    return _above([case.suspicion for case in honest], [case.suspicion for case in false], rate)


def _above(honest: Sequence[float], false: Sequence[float], rate: float) -> Interval | None:
    good, bad = np.array(honest), np.array(false)
    if not good.size or not bad.size:
        return None
    rng = np.random.default_rng(0)
    again = [
        float((rng.choice(bad, bad.size) > threshold_at(rng.choice(good, good.size), rate)).mean())
        for _ in range(_RESAMPLES)
    ]
    low, high = np.quantile(again, (0.025, 0.975)).tolist()
    return Interval(float((bad > threshold_at(good, rate)).mean()), low, high, bad.size)


def false_by_heading(trials: Sequence[LoadTrial]) -> dict[str, tuple[int, int]]:
    """For each heading of a largest line: (true declarations contradicted, all of them)."""
    counts: dict[str, tuple[int, int]] = {}
    for case in by_name(trials)[CORRECT]:
        wrong, all_ = counts.get(case.true_heading, (0, 0))
        counts[case.true_heading] = (wrong + _contradicted(case), all_ + 1)
    return counts


def _by_training(
    trials: Sequence[LoadTrial], correct: Sequence[CaseTrial], trained_on: TrainingRecipe
) -> dict[str, Interval | None]:
    """Group swaps of goods and on scanners that the network knows, and does not."""
    sorts: dict[str, Callable[[LoadTrial], bool]] = {
        "headings_seen": lambda load: not set(load.headings) & set(trained_on.without_headings),
        "headings_unseen": lambda load: bool(set(load.headings) & set(trained_on.without_headings)),
        "scanners_seen": lambda load: load.profile in trained_on.profiles,
        "scanners_unseen": lambda load: load.profile not in trained_on.profiles,
    }
    return {
        f"group_swap.{name}": detected(
            correct,
            [case for load in trials if wanted(load) for case in _named(load, "group_swap")],
            RATES["1pct"],
        )
        for name, wanted in sorts.items()
    }


def _named(load: LoadTrial, name: str) -> list[CaseTrial]:
    return [case for case in load.cases if case.name == name]


def _mass(correct: Sequence[CaseTrial], false: Sequence[CaseTrial]) -> dict[str, Interval | None]:
    """False masses by whether every pixel is penetrated, found by the mass alone."""
    clear = [case for case in false if not case.lower_bound_only]
    return {
        "mass_15": _mass_detected(correct, clear),
        "mass_15.opaque": _mass_detected(
            correct, [case for case in false if case.lower_bound_only]
        ),
        "mass_15.in_force": share(["mass_mismatch" in case.kinds for case in clear]),
        "mass_30": _mass_detected(correct, [case for case in clear if abs(case.error) > 0.3]),
    }


def _mass_detected(correct: Sequence[CaseTrial], false: Sequence[CaseTrial]) -> Interval | None:
    """Above the deviation beyond the interval that 1 % of true declarations exceed."""
    return _detected_by("mass_mismatch", correct, false)


def _detected_by(
    score: str, correct: Sequence[CaseTrial], false: Sequence[CaseTrial]
) -> Interval | None:
    """By one score alone, whatever the scanner, at 1 % of true declarations; a case without it is
    not found."""
    good, bad = ([case.scores.get(score, -math.inf) for case in of] for of in (correct, false))
    return _above(good, bad, RATES["1pct"])


def _false_alarms(cases: dict[str, list[CaseTrial]]) -> dict[str, Interval | None]:
    figures: dict[str, Interval | None] = {
        f"false_mismatch.{name}": share([_contradicted(case) for case in cases[name]])
        for name in HONEST
    }
    for kind in sorted(MISMATCH_KINDS):
        figures[f"false_mismatch.{CORRECT}.{kind}"] = share(
            [kind in case.kinds for case in cases[CORRECT]]
        )
    figures["false_document_risk.correct"] = share(
        ["document_risk" in case.kinds for case in cases[CORRECT]]
    )
    figures["document_risk.vague"] = share(["document_risk" in c.kinds for c in cases[VAGUE]])
    known = [case.plausibility for case in cases[CORRECT] if case.plausibility is not None]
    figures["heading_p_below_5pct.correct"] = share([p <= _RARE for p in known])
    for name in SWAPS:
        known = [case.plausibility for case in cases[name] if case.plausibility is not None]
        figures[f"heading_p_below_5pct.{name}"] = share([p <= _RARE for p in known])
    groups: dict[str, list[bool]] = defaultdict(list)
    headings: dict[str, list[bool]] = defaultdict(list)
    for case in cases[CORRECT]:
        groups[goods_group_of(case.true_heading).name].append(_contradicted(case))
        headings[case.true_heading].append(_contradicted(case))
    for group, outcomes in sorted(groups.items()):
        figures[f"false_mismatch.by_group.{group}"] = share(outcomes)
    for heading, outcomes in sorted(headings.items()):
        figures[f"false_mismatch.by_heading.{heading}"] = share(outcomes)
    return figures


def _contradicted(case: CaseTrial) -> bool:
    return bool(MISMATCH_KINDS & set(case.kinds))


def _queues(
    cases: dict[str, list[CaseTrial]], recipe: MismatchRecipe
) -> dict[str, Interval | None]:
    good = [*cases[CORRECT], *cases["empty"]]
    bad = {kind: cases[kind] for kind in recipe.queue.kinds}
    figures: dict[str, Interval | None] = {}
    for rule, order in ORDERS.items():
        found = found_first(good, bad, recipe.queue, order)
        for first in FIRST:
            name = f"queue_{100 * first:.0f}pct"
            figures[name if rule == "verdict" else f"{name}.{rule}"] = found.get(first)
    return figures


def _figure(one: Interval) -> Figure:
    return Figure(round(one.value, 4), round(one.low, 4), round(one.high, 4), one.count)
