"""Trials: fresh simulated scans through the whole Inspector, and what came of each.

Thresholds are set on trials and figures are counted from them; neither looks at a scan itself.
Trial number i depends on the recipe, the bundle and i alone: any number of workers, and any company
of other bundles, gives the same list.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache, partial
from pathlib import Path
from time import perf_counter
from typing import NamedTuple

import msgspec
from tqdm import tqdm

from scanai.errors import RecipeError
from scanai.inspect.bundle import METADATA_FILE, BundleMetadata, load_bundle
from scanai.inspect.evidence.context import Box, Context
from scanai.inspect.evidence.goods import seen_goods
from scanai.inspect.evidence.reading import GoodsReading, goods_by_sections, read_goods
from scanai.inspect.evidence.scored_regions import regions_beyond
from scanai.inspect.inspector import Inspector
from scanai.inspect.maps import Maps
from scanai.inspect.report import MassEstimate, Report
from scanai.synth.dataset import DatasetRecipe
from scanai.synth.workers import ordered
from scanai.train.recipe import recipes_of, seeds_of
from scanai.train.shared_scan import SharedScan
from scanai.train.trial_records import OWN, SHIELDING_KINDS, ShortTrial, Trial
from scanai.train.truth_compared import goods_hits, judged, mean_where_loaded, target


class Contender(NamedTuple):
    """A graph that inspects scans, and the thresholds that it does it by."""

    bundle: Path
    int8: bool = False
    """The bundle's graph in 8 bits."""
    thresholds: tuple[tuple[str, float], ...] = ()
    """In place of the bundle's."""


def benign_trials(
    bundle: Path,
    recipe: DatasetRecipe,
    *,
    workers: int = 1,
    label: str = "inspect",
    thresholds: Mapping[str, float] | None = None,
) -> list[ShortTrial]:
    """Simulates and inspects every scan of a recipe of harmless ones; `thresholds` replace the
    bundle's."""
    contender = Contender(bundle, thresholds=tuple(sorted((thresholds or {}).items())))
    made = ordered(partial(_short_trial, recipe, contender), range(recipe.count), workers)
    return list(tqdm(made, desc=label, unit="scan", total=recipe.count))


def trials_of(
    recipe: DatasetRecipe,
    work: Sequence[tuple[int, tuple[Contender, ...]]],
    *,
    workers: int = 1,
    label: str = "inspect",
) -> Iterator[tuple[Trial, ...]]:
    """For each piece of work, a scan of the recipe by number and who inspects it: their trials.

    A scan is simulated once, however many inspect it.
    """
    with tqdm(total=len(work), desc=label, unit="scan") as progress:
        for trials in ordered(partial(_trials, recipe), work, workers):
            yield trials
            progress.update()


def fresh_scans(
    metadata: BundleMetadata, seed: int, count: int, kinds: dict[str, float]
) -> DatasetRecipe:
    """Whole scans of the kinds given, on the scanners of the bundle's training recipe.

    RecipeError when the seed is one that the model was trained or validated on, or that its
    thresholds were set on.
    """
    recipe = recipes_of(metadata)[-1]
    used = seeds_of(metadata)
    if seed in used:
        told = " and ".join(map(str, sorted(used)))
        raise RecipeError(f"seed {seed}", f"a seed other than {told} of the training", str(seed))
    if metadata.signatures is not None and seed in metadata.signatures.seeds:
        raise RecipeError(f"seed {seed}", "a seed that no signatures were learned on", str(seed))
    if metadata.region_odds is not None and seed in metadata.region_odds.seeds:
        raise RecipeError(f"seed {seed}", "a seed that no odds were learned on", str(seed))
    if seed in metadata.threshold_seeds:
        raise RecipeError(f"seed {seed}", "a seed that set none of the thresholds", str(seed))
    return DatasetRecipe(seed=seed, count=count, profiles=recipe.profiles, kinds=kinds)


def scanners_of(metadata: BundleMetadata) -> tuple[str, ...]:
    """Profile names of the scanners that the model was trained on, each once."""
    recipes = recipes_of(metadata)
    return tuple(dict.fromkeys(name for recipe in recipes for name in recipe.profiles))


def inspector_of(contender: Contender) -> Inspector:
    """One each per process, as long as the bundle stays as it is: an export rewrites it."""
    state = (contender.bundle / METADATA_FILE).stat()
    return _inspector(contender, (state.st_mtime_ns, state.st_size))


@lru_cache(maxsize=8)
def _inspector(contender: Contender, _: tuple[int, int]) -> Inspector:
    """A thread each: the processes fill the machine."""
    loaded = load_bundle(contender.bundle, int8=contender.int8)
    metadata = loaded.metadata
    changed = {
        name: msgspec.structs.replace(metadata.thresholds[name], value=value)
        for name, value in contender.thresholds
    }
    metadata = msgspec.structs.replace(metadata, thresholds=metadata.thresholds | changed)
    return Inspector(replace(loaded, metadata=metadata), threads=1)


def _trials(recipe: DatasetRecipe, work: tuple[int, tuple[Contender, ...]]) -> tuple[Trial, ...]:
    index, contenders = work
    shared = SharedScan(recipe, index)
    return tuple(trial_of(inspector_of(contender), shared) for contender in contenders)


def goods_read(inspector: Inspector, shared: SharedScan, maps: Maps) -> GoodsReading:
    """What the Inspector reads of the goods in that scan."""
    assert shared.scan.profile is not None
    metadata = inspector.bundle.metadata
    point = metadata.operating_point(shared.scan.profile.name)
    measured, _ = shared.measured(point.thresholds["load_z"])
    context = Context(measured, point)
    return read_goods(maps, context, seen_goods(maps, context).grams, metadata.signatures)


class _Inspected(NamedTuple):
    maps: Maps
    context: Context
    report: Report
    mass: MassEstimate
    milliseconds: float
    """Inference and evidence."""


def _inspected(inspector: Inspector, shared: SharedScan) -> _Inspected:
    scan, manifest = shared.scan, shared.manifest
    start = perf_counter()
    maps = inspector.infer(scan, manifest)
    infer_ms = 1e3 * (perf_counter() - start)
    assert scan.profile is not None
    point = inspector.bundle.metadata.operating_point(scan.profile.name)
    measured, measure_ms = shared.measured(point.thresholds["load_z"])
    report = inspector.inspect(scan, manifest, maps=maps, measured=measured)
    assert report.mass is not None
    # The maps and the measured scan were made before: their time is not in the report's.
    milliseconds = infer_ms + measure_ms + report.timings_ms["evidence"]
    return _Inspected(maps, Context(measured, point), report, report.mass, milliseconds)


def _short_trial(recipe: DatasetRecipe, contender: Contender, index: int) -> ShortTrial:
    shared = SharedScan(recipe, index)
    return _told(_inspected(inspector_of(contender), shared), shared)


def _told(seen: _Inspected, shared: SharedScan) -> ShortTrial:
    mass, features = seen.mass, seen.maps.features
    return ShortTrial(
        scores=seen.report.evidence_scores,
        true_total_kg=float(shared.simulated.truth.cargo_mass_kg)
        + shared.simulated.scene.unit.tare_kg,
        seen_total_kg=mass.cargo_kg + mass.tare_kg,
        lower_bound_only=mass.lower_bound_only,
        opaque_kg=mass.opaque_kg,
        height_kg=mass.height_kg,
        features=() if features is None else tuple(features.astype(float).tolist()),
    )


def trial_of(inspector: Inspector, shared: SharedScan) -> Trial:
    """The scan, inspected against its declaration and compared with its truth."""
    simulated, manifest = shared.simulated, shared.manifest
    truth, scene = simulated.truth, simulated.scene
    seen = _inspected(inspector, shared)
    maps, context, report, mass, milliseconds = seen
    found = _shielding_boxes(report)
    odds = inspector.bundle.metadata.region_odds
    own = judged(regions_beyond(maps.regions, context, manifest, odds), shared.boxes)
    goods = goods_by_sections(maps.goods, goods_read(inspector, shared, maps))
    weight, top1, top3, reliability = goods_hits(goods, truth)
    _, graph_top1, graph_top3, _ = goods_hits(maps.goods, truth)
    cargo = float(truth.cargo_mass_kg)
    return Trial(
        **msgspec.structs.asdict(_told(seen, shared)),
        index=shared.index,
        kind=shared.kind,
        profile=shared.profile_name,
        unit_type=scene.unit.unit_type,
        forms=scene.load_forms,
        headings=tuple(sorted({item.heading for item in scene.objects if item.heading})),
        declared_dense=bool(shared.dense),
        regions={OWN: own, **shared.rules},
        shielding_alarm=bool(found),
        decision=report.verdict.decision,
        kinds=tuple(finding.kind for finding in report.findings if finding.confirmed),
        objects=tuple(
            msgspec.structs.replace(one, found=any(target(hit, [box]) == 0 for hit in found))
            for box, one in shared.objects
        ),
        cargo_areal_density=mean_where_loaded(truth),
        goods_kg=weight,
        goods_top1=top1,
        goods_top3=top3,
        graph_top1=graph_top1,
        graph_top3=graph_top3,
        reliability=reliability,
        declared_empty=manifest.declared_empty,
        # Left-over pallets and dunnage are no load.
        empty=scene.load_forms == ("empty",),
        true_cargo_kg=cargo,
        seen_cargo_kg=mass.cargo_kg,
        mass_covered=mass.low_kg <= cargo <= mass.high_kg,
        milliseconds=milliseconds,
    )


def _shielding_boxes(report: Report) -> list[Box]:
    return [
        finding.region
        for finding in report.findings
        if finding.kind in SHIELDING_KINDS and finding.confirmed and finding.region is not None
    ]
