"""Measures a bundle on a benchmark; writes its metrics.json, its model card and a page to look at.

The trials are run in `benchmark`, the figures counted in `figures`, the page drawn in
`benchmark_page`, metrics.json written in `metrics`; into the bundle only where the whole benchmark
was run. A graph in 8 bits that is not accepted leaves the bundle here.
"""

from __future__ import annotations

from pathlib import Path

import msgspec

from scanai.errors import InputError
from scanai.inspect.bundle import BundleMetadata, load_bundle
from scanai.synth.dataset import read_recipe
from scanai.train.benchmark import label_of, require_kinds, run_benchmark
from scanai.train.benchmark_page import write_page
from scanai.train.curves import Detector
from scanai.train.figures import all_figures, comparison, detector_of
from scanai.train.int8_accepted import Int8, judge
from scanai.train.metrics import Metrics, write_metrics
from scanai.train.quantise import remove_int8
from scanai.train.recipe import parse_recipe
from scanai.train.trial_records import OWN, Trial
from scanai.train.trials import Contender

PAGE_FILE = "benchmark.html"


def evaluate(
    bundle: str | Path,
    benchmark: str | Path,
    out: str | Path,
    *,
    against: tuple[str | Path, ...] = (),
    int8: bool = False,
    first: int | None = None,
    workers: int = 1,
) -> Metrics:
    """Runs what `out` does not hold yet of the benchmark, writes metrics.json and the model card
    into the bundle and the page into `out`; returns the metrics.

    against: bundles that inspect the same scans, each simulated once for all; int8: the bundle's
    graph in 8 bits as well, under its name with "-int8", which leaves the bundle if it is not
    accepted; first: so many scans of the benchmark alone, which tells too little to be said of a
    bundle: all is written into `out`. Before any scan is run, RecipeError when a model was trained
    on the benchmark's seed, or when it holds no benign or no concealed scan; InputError when two
    bundles share a name, or when `out` is the bundle.
    """
    bundle, out = Path(bundle), Path(out)
    metadata = load_bundle(bundle).metadata
    if out.resolve() == bundle.resolve():
        raise InputError(out, "a folder for the trials beside the bundle", "the bundle")
    whole = recipe = read_recipe(benchmark)
    if first is not None:
        recipe = msgspec.structs.replace(whole, count=min(first, whole.count))
    require_kinds(recipe, benchmark)
    contenders = [Contender(bundle), *(Contender(Path(other)) for other in against)]
    if int8:
        contenders.append(Contender(bundle, int8=True))
    runs = run_benchmark(contenders, recipe, out, workers=workers)
    trials = runs[metadata.name]
    detectors = _detectors(trials, runs)
    times = sorted(trial.milliseconds for trial in trials)
    metrics = Metrics(
        bundle=metadata.name,
        version=metadata.version,
        sha256=metadata.sha256,
        benchmark=Path(benchmark).name,
        seed=recipe.seed,
        scans=_count(trials),
        part_of=None if first is None else whole.count,
        milliseconds=round(times[len(times) // 2], 1),
        figures=all_figures(trials, parse_recipe(metadata.recipe, "recipe of the bundle")),
        compared=comparison(detectors),
        int8=_int8(metadata, detectors, whole=first is None) if int8 else None,
    )
    metrics = write_metrics(written_to(bundle, out, first), metadata, metrics)
    if metrics.int8 is not None and metrics.int8.accepted is False and int8:
        remove_int8(bundle)
    write_page(out / PAGE_FILE, bundle, recipe, trials, detectors, metrics.figures)
    return metrics


def _int8(metadata: BundleMetadata, detectors: dict[str, Detector], *, whole: bool) -> Int8:
    small = detectors[label_of(metadata, int8=True)]
    return judge(detectors[metadata.name], small, metadata.int8_sha256 or "", whole=whole)


def written_to(bundle: Path, out: Path, first: int | None) -> Path:
    """The folder that gets metrics.json and the card."""
    return bundle if first is None else out


def _detectors(trials: list[Trial], runs: dict[str, list[Trial]]) -> dict[str, Detector]:
    """All that ran, the bundle first, then the rules, which saw what it saw."""
    rules = sorted({rule for trial in trials for rule in trial.regions} - {OWN})
    return {
        **{name: detector_of(found) for name, found in runs.items()},
        **{rule: detector_of(trials, rule) for rule in rules},
    }


def _count(trials: list[Trial]) -> dict[str, int]:
    kinds = sorted({trial.kind for trial in trials})
    return {kind: sum(trial.kind == kind for trial in trials) for kind in kinds}
