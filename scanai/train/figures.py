"""Figures of a benchmark: shares and means counted from trials, each with its 95 % interval.

Nothing is simulated or inspected here. Running the trials is in `benchmark`, the curves are in
`curves`, and what is written where in `evaluate`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from itertools import pairwise
from math import inf

import msgspec

from scanai.synth.recipe_file import RANDOM
from scanai.train.curves import (
    Detector,
    Interval,
    ObjectFilter,
    calibration_error,
    ratio_of_shares,
    ratio_of_sums,
    scan_score,
    share,
)
from scanai.train.recipe import TrainingRecipe
from scanai.train.trial_records import ObjectTrial, Trial
from scanai.train.windows import HIGH_Z

RATE = 0.01
"""Share of benign scans alarmed that figures are at, where they do not say otherwise."""
RATES = {"0.5pct": 0.005, "1pct": 0.01, "3pct": 0.03}
VISIBLE_D_PRIME = 5.0
_LIGHT_CARGO = 100.0
"""g/cm² behind which heavy metal of 100 cm³ is to be found."""
_VOLUMES = (0.0, 100.0, 300.0, 1000.0, inf)
_DENSITIES = (0.0, 25.0, 50.0, 100.0, 150.0, inf)
ScanFilter = Callable[[Trial], bool]
_RIGHT_GOODS: dict[str, Callable[[Trial], float]] = {
    "goods.{}.top1": lambda trial: trial.goods_top1,
    "goods.{}.top3": lambda trial: trial.goods_top3,
    "goods.graph.{}.top1": lambda trial: trial.graph_top1,
    "goods.graph.{}.top3": lambda trial: trial.graph_top3,
}
"""By which scans; of the graph alone is what a host without ScanAI gets."""
_UNDECLARED = ("undeclared", "second_consignment", "swapped_codes")


class Figure(msgspec.Struct, frozen=True):
    value: float
    low: float
    high: float
    """Ends of the 95 % interval."""
    count: int
    """How many objects or scans it is taken over."""


def all_figures(trials: Sequence[Trial], trained_on: TrainingRecipe) -> dict[str, Figure]:
    """All figures by name; those without a case are left out.

    trained_on: says which scanners, headings and load forms the model never saw.
    """
    own = detector_of(trials)
    figures: dict[str, Interval | None] = {}
    figures |= _detection(own)
    figures |= _detection_among(own, _kinds_of_scans(trained_on))
    figures |= _false_alarms(own)
    figures |= _goods(trials, trained_on)
    figures |= _mass(trials)
    figures |= _empty(trials)
    figures["detection.undeclared_goods"] = share(
        ["undeclared_goods" in t.kinds for t in trials if t.kind in _UNDECLARED]
    )
    return {name: rounded(one) for name, one in figures.items() if one is not None}


def detector_of(trials: Sequence[Trial], name: str | None = None) -> Detector:
    """The bundle itself, or the rule of that name, on these trials."""
    benign = [trial for trial in trials if trial.kind == "benign"]
    concealed = [trial for trial in trials if trial.kind == "concealed"]
    return Detector(benign, concealed) if name is None else Detector(benign, concealed, name)


def visible(threat: ObjectTrial) -> bool:
    return threat.d_prime >= VISIBLE_D_PRIME


def high_z_100cm3(threat: ObjectTrial) -> bool:
    """Heavy metal of 100 cm³ and more that an ideal observer sees, not behind dense cargo."""
    heavy = threat.material in HIGH_Z and threat.volume_cm3 >= 100.0
    return heavy and visible(threat) and threat.behind <= _LIGHT_CARGO


def comparison(detectors: dict[str, Detector]) -> dict[str, dict[str, Figure]]:
    """The main figures of several detectors on the same scans."""
    table: dict[str, dict[str, Figure]] = {}
    for name, detector in detectors.items():
        rows = {
            f"detection.{title}.{rate_name}": detector.found(rate, wanted)
            for title, wanted in (("high_z_100cm3", high_z_100cm3), ("all_shields", visible))
            for rate_name, rate in RATES.items()
        }
        table[name] = {key: rounded(row) for key, row in rows.items() if row is not None}
    return table


def rounded(one: Interval) -> Figure:
    """As it is written: to the fourth digit."""
    return Figure(round(one.value, 4), round(one.low, 4), round(one.high, 4), one.count)


def _detection(own: Detector) -> dict[str, Interval | None]:
    figures = {
        "detection.high_z_100cm3": own.found(RATE, high_z_100cm3),
        "detection.all_shields": own.found(RATE, visible),
        "detection.every_shield": own.found(RATE),
        "detection.localised": own.localised(RATE),
    }
    for name, rate in RATES.items():
        if rate != RATE:
            figures[f"detection.high_z_100cm3.{name}"] = own.found(rate, high_z_100cm3)
            figures[f"detection.all_shields.{name}"] = own.found(rate, visible)
    for title, wanted in _parts(own):
        figures[f"detection.{title}"] = own.found(RATE, wanted)
    profiles = sorted({trial.profile for trial in own.concealed})
    for profile in profiles:
        part = Detector(own.benign, [t for t in own.concealed if t.profile == profile])
        figures[f"detection.profile.{profile}"] = part.found(RATE, visible)
    figures["detection.in_force"] = share(
        [one.found for trial in own.concealed for one in trial.threats if visible(one)]
    )
    return figures


def _detection_among(own: Detector, among: Mapping[str, ScanFilter]) -> dict[str, Interval | None]:
    """Visible threats in some scans alone, at the threshold of all benign ones."""
    return {
        f"detection.{name}": Detector(own.benign, list(filter(chosen, own.concealed))).found(
            RATE, visible
        )
        for name, chosen in among.items()
    }


def _kinds_of_scans(trained_on: TrainingRecipe) -> dict[str, ScanFilter]:
    """What the model never saw; and whether a declared heading would explain a dense piece."""
    known = {*trained_on.profiles, RANDOM}
    return {
        "unseen": lambda trial: trial.profile not in known,
        "unseen_headings": lambda trial: bool({*trial.headings} & {*trained_on.without_headings}),
        "unseen_forms": lambda trial: bool({*trial.forms} & {*trained_on.without_forms}),
        "dense_goods_declared": lambda trial: trial.declared_dense,
        "no_dense_goods_declared": lambda trial: not trial.declared_dense,
    }


def _parts(own: Detector) -> Iterator[tuple[str, ObjectFilter]]:
    """Visible threats by material, form, volume and what lies before and behind them."""
    threats = [one for trial in own.concealed for one in trial.threats]
    for material in sorted({one.material for one in threats}):
        yield f"material.{material}", partial(_made_of, material)
    for form in sorted({one.form for one in threats}):
        yield f"form.{form}", partial(_built_as, form)
    for span in pairwise(_VOLUMES):
        yield f"volume_cm3.{_span(*span)}", partial(_of_volume, span)
    for span in pairwise(_DENSITIES):
        yield f"behind_g_cm2.{_span(*span)}", partial(_behind, span)


def _made_of(material: str, one: ObjectTrial) -> bool:
    return visible(one) and one.material == material


def _built_as(form: str, one: ObjectTrial) -> bool:
    return visible(one) and one.form == form


def _of_volume(span: tuple[float, float], one: ObjectTrial) -> bool:
    return visible(one) and span[0] <= one.volume_cm3 < span[1]


def _behind(span: tuple[float, float], one: ObjectTrial) -> bool:
    return visible(one) and span[0] <= one.behind < span[1]


def _span(low: float, high: float) -> str:
    return f"{low:.0f}-{high:.0f}" if high < inf else f"{low:.0f}+"


def _false_alarms(own: Detector) -> dict[str, Interval | None]:
    benign = own.benign
    threshold = own.threshold(RATE)
    alarmed = [scan_score(trial) > threshold for trial in benign]
    alike = [hit for hit, trial in zip(alarmed, benign, strict=True) if trial.look_alikes]
    plain = [hit for hit, trial in zip(alarmed, benign, strict=True) if not trial.look_alikes]
    figures = {
        "false_alarms.shielding": share([trial.shielding_alarm for trial in benign]),
        "false_alarms.inspect": share([trial.decision == "inspect" for trial in benign]),
        "false_alarms.any": share([trial.decision != "clear" for trial in benign]),
        "lookalike_alarm_ratio": ratio_of_shares(alike, plain),
    }
    for profile in sorted({trial.profile for trial in benign}):
        figures[f"false_alarms.profile.{profile}"] = share(
            [trial.shielding_alarm for trial in benign if trial.profile == profile]
        )
    return figures


def _goods(trials: Sequence[Trial], trained_on: TrainingRecipe) -> dict[str, Interval | None]:
    """By mass, on scanners that the model was trained on and on others, and so for what it saw."""
    kinds = _kinds_of_scans(trained_on)
    parts: dict[str, ScanFilter] = {
        "seen": lambda trial: not kinds["unseen"](trial),
        **{name: kinds[name] for name in ("unseen", "unseen_headings", "unseen_forms")},
    }
    figures: dict[str, Interval | None] = {}
    for name, chosen in parts.items():
        own = [trial for trial in trials if chosen(trial)]
        for title, right in _RIGHT_GOODS.items():
            shares = [(right(trial), trial.goods_kg) for trial in own]
            figures[title.format(name)] = ratio_of_sums(shares)
    for form in sorted({form for trial in trials for form in trial.forms}):
        alone = [trial for trial in trials if trial.forms == (form,)]
        figures[f"goods.form.{form}"] = ratio_of_sums([(t.goods_top1, t.goods_kg) for t in alone])
    figures["ece"] = calibration_error([trial.reliability for trial in trials])
    return figures


def _mass(trials: Sequence[Trial]) -> dict[str, Interval | None]:
    """Mean absolute error of the cargo's mass as a share of the mean mass; interval's coverage."""
    loaded = [trial for trial in trials if not trial.empty]
    clear = [trial for trial in loaded if not trial.lower_bound_only]
    opaque = [trial for trial in loaded if trial.lower_bound_only]
    return {
        "mass_error": _mass_error(clear),
        "mass_error_opaque": _mass_error(opaque),
        "mass_covered": share([trial.mass_covered for trial in clear]),
        "mass_covered_opaque": share([trial.mass_covered for trial in opaque]),
    }


def _mass_error(trials: Sequence[Trial]) -> Interval | None:
    return ratio_of_sums(
        [(abs(t.seen_cargo_kg - t.true_cargo_kg), t.true_cargo_kg) for t in trials]
    )


def _empty(trials: Sequence[Trial]) -> dict[str, Interval | None]:
    """Told right whether a unit is as empty, or as loaded, as declared."""
    outcomes = [
        ("empty_mismatch" in trial.kinds) == (trial.empty != trial.declared_empty)
        for trial in trials
    ]
    return {"empty_accuracy": share(outcomes)}
