"""Plots of a benchmark as SVG text: curves of detectors, and how near they come to the limits.

Colours are those of Okabe and Ito, told apart by the colour-blind; lines differ in stroke as well.
"""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas

from scanai.train.curves import Detector, object_score, share
from scanai.train.figures import RATE, visible
from scanai.train.trial_records import ObjectTrial, Trial

COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9")
STROKES = ("-", "--", "-.", ":", (0, (5, 1)), (0, (1, 1)))
_D_PRIME_STEPS = (0.0, 5.0, 20.0, 100.0, 500.0, 2000.0, 10_000.0, 1e9)
_MATERIAL_STEPS = (0.0, 1.0, 2.0, 5.0, 10.0, 30.0, 100.0, 1e9)
_LEAST_RATE = 1e-3


def roc(detectors: Mapping[str, Detector]) -> str:
    canvas, axes = _axes("benign scans alarmed", "scans with a threat alarmed")
    for number, (name, detector) in enumerate(detectors.items()):
        false, true = detector.roc()
        label = f"{name} (area {detector.roc_area():.3f})"
        axes.plot(
            np.maximum(false, _LEAST_RATE),
            true,
            label=label,
            drawstyle="steps-post",
            **_style(number),
        )
    axes.set_xscale("log")
    axes.set_xlim(_LEAST_RATE, 1)
    axes.set_ylim(0, 1)
    axes.axvline(RATE, color="#888888", linewidth=0.8)
    axes.legend(loc="upper left", fontsize=8)
    return svg(canvas)


def free_response(detectors: Mapping[str, Detector]) -> str:
    canvas, axes = _axes("false regions on a benign scan", "threats found, of those with d′ ≥ 5")
    for number, (name, detector) in enumerate(detectors.items()):
        false, found = detector.free_response(visible)
        axes.plot(
            np.maximum(false, _LEAST_RATE),
            found,
            label=name,
            drawstyle="steps-post",
            **_style(number),
        )
    axes.set_xscale("log")
    axes.set_xlim(_LEAST_RATE, 10)
    axes.set_ylim(0, 1)
    axes.legend(loc="upper left", fontsize=8)
    return svg(canvas)


def against_d_prime(own: Detector) -> str:
    """Share of the threats found by what an ideal observer could see of them."""
    outcomes = _outcomes(own.concealed, own.threshold(RATE), "shield")
    canvas, axes = _axes("d′ of an ideal observer who knows the background", "threats found")
    _bars(axes, [(one.d_prime, hit) for one, hit in outcomes], _D_PRIME_STEPS)
    return svg(canvas)


def against_d_material(own: Detector) -> str:
    """Shields found and look-alikes left alone, by what the second energy can tell from steel."""
    threshold = own.threshold(RATE)
    shields = _outcomes(own.concealed, threshold, "shield")
    alike = _outcomes(own.benign, threshold, "look_alike")
    canvas, axes = _axes("d′ against steel of the same attenuation", "share")
    groups = (
        ("shields found", [(one.d_material, hit) for one, hit in shields if visible(one)]),
        ("look-alikes left alone", [(one.d_material, not hit) for one, hit in alike]),
    )
    for number, (name, pairs) in enumerate(groups):
        _bars(axes, pairs, _MATERIAL_STEPS, number, 2, name)
    axes.legend(fontsize=8)
    return svg(canvas)


def reliability(trials: Sequence[Trial]) -> str:
    """How often the likeliest goods group is right, by its probability; area of a dot: mass."""
    table = np.array([trial.reliability for trial in trials]).sum(axis=0)
    weight, sure, right = table[table[:, 0] > 0].T
    canvas, axes = _axes("probability of the likeliest goods group", "right, by mass")
    axes.plot([0, 1], [0, 1], color="#888888", linewidth=0.8)
    axes.scatter(sure / weight, right / weight, s=400 * weight / weight.max(), c=COLOURS[0])
    axes.plot(sure / weight, right / weight, color=COLOURS[0], linewidth=1)
    axes.set_xlim(0, 1)
    axes.set_ylim(0, 1)
    return svg(canvas)


def _outcomes(
    trials: Sequence[Trial], threshold: float, kind: str
) -> list[tuple[ObjectTrial, bool]]:
    """Each object of that kind, and whether a region above the threshold lies on it."""
    return [
        (one, object_score(trial, number) > threshold)
        for trial in trials
        for number, one in enumerate(trial.objects)
        if one.kind == kind
    ]


def _bars(
    axes: Axes,
    pairs: Sequence[tuple[float, bool]],
    steps: Sequence[float],
    number: int = 0,
    groups: int = 1,
    label: str | None = None,
) -> None:
    """A bar with its interval for each step, side by side with those of other groups."""
    wide = 0.8 / groups
    names = []
    for place, (low, high) in enumerate(pairwise(steps)):
        hits = [hit for value, hit in pairs if low <= value < high]
        names.append(f"{low:.0f}–{high:.0f}" if high < steps[-1] else f"{low:.0f}+")
        found = share(hits)
        if found is None:
            continue
        x = place + (number - (groups - 1) / 2) * wide
        # Rounding may put the end of an interval a hair inside.
        error = [[max(found.value - found.low, 0.0)], [max(found.high - found.value, 0.0)]]
        axes.bar(
            x,
            found.value,
            0.9 * wide,
            yerr=error,
            color=COLOURS[number],
            hatch="//" if number else "",
            edgecolor="white",
            capsize=2,
            label=label,
        )
        axes.annotate(str(found.count), (x, 0.01), ha="center", fontsize=7, color="white")
        label = None
    axes.set_xticks(range(len(names)), names, fontsize=8)
    axes.set_ylim(0, 1)


def _axes(x: str, y: str) -> tuple[Canvas, Axes]:
    canvas = Canvas(figsize=(5.4, 3.9), layout="constrained")
    axes = canvas.subplots()
    axes.set_xlabel(x)
    axes.set_ylabel(y)
    axes.grid(color="#dddddd", linewidth=0.6)
    axes.set_axisbelow(True)
    return canvas, axes


def _style(number: int) -> dict[str, Any]:
    place = number % len(COLOURS)
    return {"color": COLOURS[place], "linestyle": STROKES[place], "linewidth": 1.6}


def svg(canvas: Canvas) -> str:
    """The drawing alone, without what makes it a file of its own; the same for the same figures."""
    buffer = io.StringIO()
    with mpl.rc_context({"svg.hashsalt": "scanai", "svg.fonttype": "none"}):
        canvas.savefig(buffer, format="svg", metadata={"Date": None})
    text = buffer.getvalue()
    return text[text.index("<svg") :]
