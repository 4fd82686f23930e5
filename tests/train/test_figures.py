"""Figures: intervals that are right, and cases counted where they belong."""

from __future__ import annotations

import msgspec
import pytest

from scanai.train.figures import Figure, all_figures, ratio_of_sums, share
from scanai.train.trials import ThreatTrial, Trial

THREAT = ThreatTrial("lead", "solid", 400.0, 20.0, 20.0, 40.0, 0.8, True)
TRIAL = Trial(
    profile="portal-6-4",
    scores={"shielding": 0.1},
    shielding_alarm=False,
    decision="clear",
    kinds=(),
    threats=(),
    goods_pixels=1000,
    goods_top1=600,
    goods_top3=900,
    declared_empty=False,
    empty=False,
    true_cargo_kg=10_000.0,
    true_total_kg=12_000.0,
    seen_cargo_kg=9_000.0,
    seen_total_kg=11_000.0,
    lower_bound_only=False,
    milliseconds=100.0,
)


def _trial(**changes: object) -> Trial:
    return msgspec.structs.replace(TRIAL, **changes)


@pytest.mark.parametrize(
    ("hits", "n", "low", "high"),
    # Wilson (1927) score intervals, as tabulated by Newcombe, Stat. Med. 17 (1998), table I.
    [
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_share_has_wilsons_interval(hits: int, n: int, low: float, high: float) -> None:
    figure = share([True] * hits + [False] * (n - hits))
    assert figure == Figure(
        round(hits / n, 4), pytest.approx(low, abs=1e-4), pytest.approx(high, abs=1e-4), n
    )


def test_nothing_has_no_share() -> None:
    assert share([]) is None
    assert ratio_of_sums([]) is None


def test_ratio_weighs_scans_by_size_and_its_interval_holds_it() -> None:
    figure = ratio_of_sums([(1.0, 10.0), (9.0, 10.0), (50.0, 100.0)])
    assert figure is not None
    assert figure.value == 0.5
    assert figure.low < 0.5 < figure.high


def test_threats_count_where_they_belong() -> None:
    hidden = msgspec.structs.replace(THREAT, d_prime=1.0, found=False)
    missed = msgspec.structs.replace(THREAT, material="steel", volume_cm3=50.0, found=False)
    concealed = [_trial(threats=(THREAT, hidden), shielding_alarm=True), _trial(threats=(missed,))]
    benign = [_trial(), _trial(shielding_alarm=True, decision="review")]
    figures = all_figures(benign, concealed, [])
    values = {name: (figure.value, figure.count) for name, figure in figures.items()}
    assert values["detection.all_shields"] == (0.3333, 3)
    assert values["detection.visible_shields"] == (0.5, 2)
    assert values["detection.high_z_100cm3"] == (1.0, 1)
    assert values["detection.scans_alarmed"] == (0.5, 2)
    assert values["detection.material.steel"] == (0.0, 1)
    assert values["detection.volume_cm3.300-1000"] == (1.0, 1)
    assert values["false_alarms.shielding"] == (0.5, 2)
    assert values["false_alarms.inspect"] == (0.0, 2)
    assert values["false_alarms.any"] == (0.5, 2)
    assert values["goods.pixel_top1"] == (0.6, 4)
    assert values["mass_error"] == (0.1, 4)
    assert "detection.undeclared_goods" not in values


def test_false_declarations_count_as_told_only_by_their_own_kind() -> None:
    others = [
        _trial(kinds=("undeclared_goods",)),
        _trial(kinds=("mass_mismatch",)),
        _trial(declared_empty=True, kinds=("empty_mismatch",)),
        _trial(declared_empty=True, kinds=("mass_mismatch",)),
    ]
    figures = all_figures([], [], others)
    assert figures["detection.undeclared_goods"].value == 0.5
    assert figures["empty_accuracy"].value == 0.75
