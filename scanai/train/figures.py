"""Figures counted from trials, each a share or a mean with its 95 % interval.

Nothing is simulated or inspected here; running the trials and writing the figures is in `evaluate`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence

import msgspec
import numpy as np

from scanai.train.trials import ThreatTrial, Trial

HIGH_Z = ("tungsten", "tungsten_carbide", "tantalum", "lead", "uranium", "gold")
VISIBLE_D_PRIME = 5.0
_Z95 = 1.959964
_RESAMPLES = 1000
_VOLUMES = ((0, 100), (100, 300), (300, 1000), (1000, math.inf))


class Figure(msgspec.Struct, frozen=True):
    value: float
    low: float
    high: float
    """Ends of the 95 % interval."""
    count: int
    """How many threats or scans it is taken over."""


def share(hits: Iterable[bool]) -> Figure | None:
    """Share of hits with Wilson's interval; None of nothing."""
    outcomes = list(hits)
    n, k = len(outcomes), sum(outcomes)
    if not n:
        return None
    middle = (k + _Z95**2 / 2) / (n + _Z95**2)
    half = _Z95 / (n + _Z95**2) * math.sqrt(k * (n - k) / n + _Z95**2 / 4)
    return Figure(_r(k / n), _r(max(middle - half, 0.0)), _r(min(middle + half, 1.0)), n)


def ratio_of_sums(pairs: Sequence[tuple[float, float]]) -> Figure | None:
    """Σa / Σb over scans; interval by bootstrap over scans, whose pixels are not independent."""
    values = np.array(pairs, np.float64).reshape(-1, 2)
    if not len(values) or values[:, 1].sum() <= 0:
        return None
    rng = np.random.default_rng(0)
    drawn = values[rng.integers(0, len(values), (_RESAMPLES, len(values)))].sum(axis=1)
    ratios = drawn[drawn[:, 1] > 0]
    low, high = np.quantile(ratios[:, 0] / ratios[:, 1], [0.025, 0.975])
    total = values.sum(axis=0)
    cases = int((values[:, 1] > 0).sum())
    return Figure(_r(total[0] / total[1]), _r(low), _r(high), cases)


def all_figures(
    benign: Sequence[Trial], concealed: Sequence[Trial], others: Sequence[Trial]
) -> dict[str, Figure]:
    """All figures by name; those without a case are left out.

    others: scans whose declaration is false in another way (undeclared goods, falsely empty).
    """
    threats = [threat for trial in concealed for threat in trial.threats]
    visible = [threat for threat in threats if threat.d_prime >= VISIBLE_D_PRIME]
    everything = [*benign, *concealed, *others]
    figures = {
        "detection.all_shields": _found(threats),
        "detection.visible_shields": _found(visible),
        "detection.high_z_100cm3": _found(
            [t for t in visible if t.material in HIGH_Z and t.volume_cm3 >= 100]
        ),
        "detection.scans_alarmed": share(t.shielding_alarm for t in concealed if t.threats),
        "false_alarms.shielding": share(trial.shielding_alarm for trial in benign),
        "false_alarms.inspect": share(trial.decision == "inspect" for trial in benign),
        "false_alarms.any": share(trial.decision != "clear" for trial in benign),
        "detection.undeclared_goods": share(
            "undeclared_goods" in trial.kinds
            for trial in others
            if not trial.empty and not trial.declared_empty
        ),
        "goods.pixel_top1": _goods(everything, lambda trial: trial.goods_top1),
        "goods.pixel_top3": _goods(everything, lambda trial: trial.goods_top3),
        "mass_error": _mass(everything, lambda trial: not trial.lower_bound_only),
        "mass_error_opaque": _mass(everything, lambda trial: trial.lower_bound_only),
        "empty_accuracy": share(
            ("empty_mismatch" in trial.kinds) == (trial.empty != trial.declared_empty)
            for trial in everything
        ),
    }
    figures |= _by("detection.material", visible, lambda threat: threat.material)
    figures |= _by("detection.form", visible, lambda threat: threat.form)
    figures |= _by("detection.volume_cm3", visible, _volume)
    for profile in sorted({trial.profile for trial in everything}):
        own = [t for trial in concealed if trial.profile == profile for t in trial.threats]
        figures[f"detection.profile.{profile}"] = _found(
            [threat for threat in own if threat.d_prime >= VISIBLE_D_PRIME]
        )
        figures[f"false_alarms.profile.{profile}"] = share(
            trial.shielding_alarm for trial in benign if trial.profile == profile
        )
    return {name: figure for name, figure in figures.items() if figure is not None}


def _found(threats: Iterable[ThreatTrial]) -> Figure | None:
    return share(threat.found for threat in threats)


def _by(
    name: str, threats: Sequence[ThreatTrial], key: Callable[[ThreatTrial], str]
) -> dict[str, Figure | None]:
    return {
        f"{name}.{value}": _found([threat for threat in threats if key(threat) == value])
        for value in sorted({key(threat) for threat in threats})
    }


def _volume(threat: ThreatTrial) -> str:
    low, high = next(span for span in _VOLUMES if span[0] <= threat.volume_cm3 < span[1])
    return f"{low}-{high:.0f}" if high < math.inf else f"{low}+"


def _goods(trials: Sequence[Trial], hits: Callable[[Trial], int]) -> Figure | None:
    return ratio_of_sums([(hits(trial), trial.goods_pixels) for trial in trials])


def _mass(trials: Sequence[Trial], chosen: Callable[[Trial], bool]) -> Figure | None:
    """Mean absolute error of the cargo's mass as a share of the mean mass."""
    return ratio_of_sums(
        [
            (abs(trial.seen_cargo_kg - trial.true_cargo_kg), trial.true_cargo_kg)
            for trial in trials
            if chosen(trial) and not trial.empty
        ]
    )


def _r(value: float) -> float:
    return round(float(value), 4)
