"""Figures: cases counted where they belong."""

from __future__ import annotations

import msgspec
import pytest
from trial_making import scored, threat, trial

from scanai.train.figures import all_figures, comparison, detector_of
from scanai.train.recipe import TrainingRecipe


@pytest.fixture
def values(recipe: TrainingRecipe) -> dict[str, tuple[float, int]]:
    """Of a few trials that are easy to count."""
    trained = msgspec.structs.replace(
        recipe, profiles=("portal-6-4",), without_headings=("2002",), without_forms=("tins",)
    )
    hidden, small = threat(d_prime=1.0, found=False), threat(volume_cm3=50.0, material="steel")
    deep = threat(behind=140.0)
    trials = [
        *(trial(regions=scored((0.1, -1))) for _ in range(98)),
        trial(regions=scored((0.9, -1)), shielding_alarm=True, decision="review"),
        trial(objects=(threat(kind="look_alike"),), regions=scored((0.8, 0)), headings=("8481",)),
        trial(kind="concealed", objects=(threat(), hidden), regions=scored((2.0, 0))),
        trial(
            kind="concealed",
            objects=(small,),
            regions=scored((0.2, 0)),
            profile="mobile-4",
            declared_dense=True,
        ),
        trial(kind="concealed", objects=(deep,), regions=scored((2.0, 0)), forms=("tins",)),
        trial(kind="undeclared", kinds=("undeclared_goods",)),
        trial(kind="undeclared", kinds=("mass_mismatch",)),
        trial(kind="false_empty", declared_empty=True, kinds=("empty_mismatch",)),
    ]
    figures = all_figures(trials, trained)
    return {name: (figure.value, figure.count) for name, figure in figures.items()}


def test_threats_count_where_they_belong(values: dict[str, tuple[float, int]]) -> None:
    assert values["detection.every_shield"] == (0.5, 4)
    assert values["detection.all_shields"] == (0.6667, 3)
    # Neither the small one of steel nor the one behind 140 g/cm².
    assert values["detection.high_z_100cm3"] == (1.0, 1)
    assert values["detection.material.steel"] == (0.0, 1)
    assert values["detection.volume_cm3.300-1000"] == (1.0, 2)
    assert values["detection.behind_g_cm2.100-150"] == (1.0, 1)
    assert values["detection.profile.mobile-4"] == (0.0, 1)
    assert values["detection.unseen"] == (0.0, 1)
    assert values["detection.unseen_forms"] == (1.0, 1)
    assert values["detection.no_dense_goods_declared"] == (1.0, 2)
    assert values["detection.dense_goods_declared"] == (0.0, 1)
    assert values["detection.localised"] == (1.0, 2)
    assert values["detection.in_force"] == (1.0, 3)


def test_each_rate_of_false_alarms_has_one_name(values: dict[str, tuple[float, int]]) -> None:
    for name in ("detection.high_z_100cm3", "detection.all_shields"):
        own = [key.removeprefix(name) for key in values if key.startswith(name)]
        assert own == ["", ".0.5pct", ".3pct"]


def test_false_alarms_are_of_benign_scans(values: dict[str, tuple[float, int]]) -> None:
    assert values["false_alarms.shielding"] == (0.01, 100)
    assert values["false_alarms.any"] == (0.01, 100)
    assert values["false_alarms.inspect"] == (0.0, 100)


def test_goods_are_told_apart_by_what_was_seen(values: dict[str, tuple[float, int]]) -> None:
    assert values["goods.seen.top1"] == (0.6, 105)
    assert values["goods.unseen.top3"] == (0.9, 1)
    assert values["goods.unseen_headings.top1"] == (0.6, 105)
    assert values["goods.unseen_forms.top1"] == (0.6, 1)
    assert values["goods.graph.seen.top1"] == (0.5, 105)
    assert values["goods.graph.unseen.top3"] == (0.8, 1)
    assert values["mass_error"] == (0.1, 106)
    assert values["ece"] == (0.35, 106)


def test_false_declarations_count_as_told_only_by_their_own_kind(
    values: dict[str, tuple[float, int]],
) -> None:
    assert values["detection.undeclared_goods"] == (0.5, 2)
    assert values["empty_accuracy"] == (1.0, 106)


def test_detectors_are_compared_on_their_own_regions() -> None:
    trials = [
        *(trial(regions=scored((0.1, -1)) | scored((0.5, -1), detector="rule")) for _ in range(10)),
        trial(
            kind="concealed",
            objects=(threat(),),
            regions=scored((0.9, 0)) | scored((0.4, 0), detector="rule"),
        ),
    ]
    table = comparison({"own": detector_of(trials), "rule": detector_of(trials, "rule")})
    assert table["own"]["detection.all_shields.1pct"].value == 1.0
    assert table["rule"]["detection.all_shields.1pct"].value == 0.0
