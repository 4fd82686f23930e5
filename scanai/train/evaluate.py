"""Measures a bundle on fresh simulated scans through the whole Inspector; writes its metrics.json.

The figures are counted in `figures`; the model card is written from them and from nothing else.
"""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import msgspec

from scanai.inspect.bundle import load_bundle
from scanai.train.card import write_card
from scanai.train.figures import Figure, all_figures
from scanai.train.thresholds import BENIGN_KINDS
from scanai.train.trials import fresh_scans, run_trials

METRICS_FILE = "metrics.json"
DEFAULT_SEED = 900_000
# For every ten concealed scans one of each other kind of false declaration.
_OTHER_SHARE = 0.2
_OTHER_KINDS = {"undeclared": 0.5, "false_empty": 0.5}


class Metrics(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """metrics.json: what was measured, on what."""

    format: Literal["scanai-metrics/1"] = "scanai-metrics/1"
    bundle: str
    version: str
    sha256: str
    """Of the graph that was measured."""
    seed: int
    benign_scans: int
    concealed_scans: int
    other_scans: int
    milliseconds: float
    """Median of inference and evidence for one scan, on one thread."""
    figures: dict[str, Figure]


def evaluate(
    bundle: str | Path,
    *,
    benign: int = 200,
    concealed: int = 200,
    seed: int = DEFAULT_SEED,
    workers: int = 1,
) -> Metrics:
    """Runs the trials, writes metrics.json and the model card into the bundle; returns the metrics.

    RecipeError when the seed is one of the training's.
    """
    bundle = Path(bundle)
    metadata = load_bundle(bundle).metadata
    other = max(round(concealed * _OTHER_SHARE), 1)
    parts = []
    for offset, (label, count, kinds) in enumerate(
        (
            ("benign", benign, BENIGN_KINDS),
            ("concealed", concealed, {"concealed": 1.0}),
            ("false declarations", other, _OTHER_KINDS),
        )
    ):
        recipe = fresh_scans(metadata, seed + offset, count, kinds)
        parts.append(run_trials(bundle, recipe, workers=workers, label=label))
    times = sorted(trial.milliseconds for part in parts for trial in part)
    metrics = Metrics(
        bundle=metadata.name,
        version=metadata.version,
        sha256=metadata.sha256,
        seed=seed,
        benign_scans=benign,
        concealed_scans=concealed,
        other_scans=other,
        milliseconds=round(times[len(times) // 2], 1),
        figures=all_figures(*parts),
    )
    text = msgspec.json.format(msgspec.json.encode(metrics), indent=2)
    (bundle / METRICS_FILE).write_bytes(text + b"\n")
    write_card(bundle, metadata, metrics.figures)
    return metrics
