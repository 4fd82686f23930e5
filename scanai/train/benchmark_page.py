"""The page of a benchmark: figures beside their targets, curves, and the worst scans to look at."""

from __future__ import annotations

import io
from base64 import b64encode
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from markupsafe import Markup
from PIL import Image, ImageDraw
from tqdm import tqdm

from scanai.inspect.inspector import Inspector
from scanai.scan import calibrate
from scanai.sheets.drawing import MM_PER_PIXEL, outlined, picture_of
from scanai.synth.dataset import DatasetRecipe, scan_at
from scanai.train import plots
from scanai.train.curves import NOTHING, Detector, object_score, scan_score
from scanai.train.figure_words import words_of
from scanai.train.figures import RATE, Figure, comparison, visible
from scanai.train.page_templates import page_template
from scanai.train.trial_records import Trial

_WORST = 20
_OUTLINE = (255, 170, 0)
_SHOWN_REGIONS = 3
TARGETS: dict[str, tuple[float, bool]] = {
    "detection.high_z_100cm3": (0.95, True),
    "detection.all_shields": (0.85, True),
    "lookalike_alarm_ratio": (2.0, False),
    "goods.seen.top1": (0.75, True),
    "goods.seen.top3": (0.92, True),
    "goods.unseen.top1": (0.60, True),
    "goods.unseen.top3": (0.80, True),
    "mass_error": (0.06, False),
    "empty_accuracy": (0.995, True),
    "ece": (0.03, False),
}
"""Name of a figure → (target, more is better)."""


class Target(NamedTuple):
    title: str
    figure: Figure
    target: float
    reached: bool


class Panel(NamedTuple):
    caption: str
    picture: str
    """JPEG as a data URL."""


def write_page(
    out: Path,
    bundle: Path,
    recipe: DatasetRecipe,
    trials: Sequence[Trial],
    detectors: Mapping[str, Detector],
    figures: Mapping[str, Figure],
) -> None:
    """Writes one HTML file that needs nothing else. The first detector is the bundle's."""
    own = next(iter(detectors.values()))
    threshold = own.threshold(RATE)
    misses, alarms = _misses(own, threshold), _false_alarms(own, threshold)
    inspector = Inspector(bundle)
    drawn = tqdm([*misses, *alarms], desc="draw", unit="scan")
    panels = {trial.index: _panel(inspector, recipe, trial) for trial in drawn}
    page = page_template("benchmark.html").render(
        model=inspector.bundle.metadata,
        scans=len(trials),
        targets=_targets(figures),
        compared=comparison(dict(detectors)),
        figures=figures,
        plots={
            "Receiver operating characteristic": Markup(plots.roc(detectors)),
            "Free response": Markup(plots.free_response(detectors)),
            "Detection against the physical limit": Markup(plots.against_d_prime(own)),
            "Against what the second energy can tell": Markup(plots.against_d_material(own)),
            "Reliability of goods groups": Markup(plots.reliability(trials)),
        },
        misses=[panels[trial.index] for trial in misses],
        alarms=[panels[trial.index] for trial in alarms],
    )
    out.write_text(page, "utf-8")


def _targets(figures: Mapping[str, Figure]) -> list[Target]:
    rows = []
    for name, (target, more) in TARGETS.items():
        if name in figures:
            figure = figures[name]
            reached = figure.value >= target if more else figure.value <= target
            rows.append(Target(words_of(name), figure, target, reached))
    return rows


def _misses(own: Detector, threshold: float) -> list[Trial]:
    """Scans whose threat an ideal observer sees best of those that were not found."""
    missed = []
    for trial in own.concealed:
        lost = [
            one.d_prime
            for number, one in enumerate(trial.objects)
            if one.kind == "shield" and visible(one) and object_score(trial, number) <= threshold
        ]
        if lost:
            missed.append((max(lost), trial.index, trial))
    return [trial for _, _, trial in sorted(missed, reverse=True)[:_WORST]]


def _false_alarms(own: Detector, threshold: float) -> list[Trial]:
    scored = [(scan_score(trial), trial.index, trial) for trial in own.benign]
    return [
        trial
        for score, _, trial in sorted(scored, key=lambda one: one[:2], reverse=True)[:_WORST]
        if score > max(threshold, NOTHING)
    ]


def _panel(inspector: Inspector, recipe: DatasetRecipe, trial: Trial) -> Panel:
    """The scan made anew, with the truth and with what the model takes for shielding."""
    made = scan_at(recipe, trial.index)
    scan = calibrate(made.raw)
    picture = outlined(picture_of(scan), made.truth)
    regions = inspector.infer(scan, made.manifest).regions[:_SHOWN_REGIONS, :5]
    _outline(picture, regions.tolist(), scan.pitch_mm)
    buffer = io.BytesIO()
    picture.save(buffer, "JPEG", quality=85)
    url = "data:image/jpeg;base64," + b64encode(buffer.getvalue()).decode()
    return Panel(_caption(trial), url)


def _outline(
    picture: Image.Image, regions: Sequence[Sequence[float]], pitch_mm: tuple[float, float]
) -> None:
    draw = ImageDraw.Draw(picture)
    along, across = (pitch / MM_PER_PIXEL for pitch in pitch_mm)
    for x0, y0, x1, y1, score in regions:
        box = (x0 * along - 2, y0 * across - 2, x1 * along + 2, y1 * across + 2)
        draw.rectangle(box, outline=_OUTLINE, width=2)
        draw.text((box[2] + 3, box[1]), f"{score:.2f}", fill=_OUTLINE)


def _caption(trial: Trial) -> str:
    load = f"{', '.join(trial.forms) or 'empty'}; HS {', '.join(trial.headings[:4]) or 'none'}"
    things = "; ".join(
        f"{one.material} {one.form}, {one.volume_cm3:.0f} cm³ behind {one.behind:.0f} g/cm², "
        f"d′ {one.d_prime:.0f}"
        for one in trial.threats
    )
    return f"{trial.index} · {trial.profile} · {load}" + (f" · {things}" if things else "")
