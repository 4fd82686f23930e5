"""Trials: fresh simulated scans through the whole Inspector, and what came of each.

Thresholds are set on trials and figures are counted from them; neither looks at a scan itself.
Trial number i depends on the recipe and i alone: any number of workers gives the same list.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from functools import cache, partial
from multiprocessing import get_context
from pathlib import Path

import msgspec
import numpy as np
from tqdm import tqdm

from scanai.errors import RecipeError
from scanai.inspect.bundle import Bundle, BundleMetadata, load_bundle
from scanai.inspect.inspector import Inspector
from scanai.inspect.maps import Maps
from scanai.inspect.report import Report
from scanai.scan import calibrate
from scanai.synth.dataset import DatasetRecipe, make_scan, plan_at
from scanai.synth.recipe_file import RANDOM
from scanai.synth.simulate import SimulatedScan
from scanai.synth.truth import Truth, TruthBox
from scanai.train.network import GOODS_STRIDE
from scanai.train.recipe import TrainingRecipe, parse_recipe
from scanai.train.windows import detectability

SHIELDING_KINDS = ("high_z_shielding", "dense_block", "hidden_cavity", "opaque_region")


class ThreatTrial(msgspec.Struct, frozen=True):
    """One hidden object and whether it was found."""

    material: str
    form: str
    volume_cm3: float
    wall_mm: float
    areal_density: float
    d_prime: float
    """Upper bound of detectability, from counting statistics alone."""
    added_attenuation: float
    found: bool
    """A confirmed finding of shielding has its middle in the object's box."""


class Trial(msgspec.Struct, frozen=True):
    """One simulated scan after inspection."""

    profile: str
    """Name of the scanner profile; "random" for a scanner drawn for this scan alone."""
    scores: dict[str, float]
    """Evidence scores of the report."""
    shielding_alarm: bool
    """Any confirmed finding of shielding."""
    decision: str
    kinds: tuple[str, ...]
    """Kinds of all confirmed findings."""
    threats: tuple[ThreatTrial, ...]
    goods_pixels: int
    """Pixels with cargo."""
    goods_top1: int
    """Of these, whose goods group is the likeliest of the map."""
    goods_top3: int
    declared_empty: bool
    empty: bool
    true_cargo_kg: float
    true_total_kg: float
    seen_cargo_kg: float
    seen_total_kg: float
    lower_bound_only: bool
    milliseconds: float
    """Inference and evidence."""


def run_trials(
    bundle: Path,
    recipe: DatasetRecipe,
    *,
    workers: int = 1,
    label: str = "inspect",
    thresholds: Mapping[str, float] | None = None,
) -> list[Trial]:
    """Simulates and inspects every scan of the recipe; `thresholds` replace the bundle's."""
    task = partial(_trial, bundle, tuple(sorted((thresholds or {}).items())), recipe)
    with tqdm(total=recipe.count, desc=label, unit="scan") as progress:
        trials = []
        for trial in _run(task, recipe.count, workers):
            trials.append(trial)
            progress.update()
    return trials


def fresh_scans(
    metadata: BundleMetadata, seed: int, count: int, kinds: dict[str, float]
) -> DatasetRecipe:
    """Whole scans of the kinds given, on the scanners of the bundle's training recipe.

    RecipeError when the seed is one that the model was trained or validated on, or that its
    thresholds were set on.
    """
    recipe = _training_recipe(metadata)
    used = (recipe.data_seed, recipe.data_seed + 1)
    if seed in used:
        raise RecipeError(
            f"seed {seed}", f"a seed other than {used[0]} and {used[1]} of the training", str(seed)
        )
    if seed in metadata.threshold_seeds:
        raise RecipeError(f"seed {seed}", "a seed that set none of the thresholds", str(seed))
    return DatasetRecipe(seed=seed, count=count, profiles=recipe.profiles, kinds=kinds)


def scanners_of(metadata: BundleMetadata) -> tuple[str, ...]:
    """Profile names of the scanners that the model was trained on, each once."""
    return tuple(dict.fromkeys(_training_recipe(metadata).profiles))


def _training_recipe(metadata: BundleMetadata) -> TrainingRecipe:
    return parse_recipe(metadata.recipe, f"recipe of the bundle {metadata.name}")


def _run(task: partial[Trial], count: int, workers: int) -> Iterator[Trial]:
    if workers <= 1:
        yield from map(task, range(count))
        return
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        yield from pool.map(task, range(count))


@cache
def _inspector(bundle: Path, thresholds: tuple[tuple[str, float], ...]) -> Inspector:
    """One per process. A thread each: the processes fill the machine."""
    loaded = load_bundle(bundle)
    metadata = loaded.metadata
    changed = {
        name: msgspec.structs.replace(metadata.thresholds[name], value=value)
        for name, value in thresholds
    }
    metadata = msgspec.structs.replace(metadata, thresholds=metadata.thresholds | changed)
    return Inspector(Bundle(loaded.path, metadata, loaded.graph), threads=1)


def _trial(
    bundle: Path, thresholds: tuple[tuple[str, float], ...], recipe: DatasetRecipe, index: int
) -> Trial:
    plan = plan_at(recipe, index)
    trial = inspect_simulated(_inspector(bundle, thresholds), make_scan(plan))
    return msgspec.structs.replace(trial, profile=RANDOM) if plan.own_profile else trial


def inspect_simulated(inspector: Inspector, simulated: SimulatedScan) -> Trial:
    """One scan, inspected against its declaration and compared with its truth."""
    scan = calibrate(simulated.raw)
    report = inspector.inspect(scan, simulated.manifest)
    truth, profile = simulated.truth, simulated.raw.profile
    assert report.mass is not None
    assert profile is not None
    boxes = _shielding_boxes(report)
    threats = []
    for box in truth.boxes:
        d_prime, added = detectability(box, truth, profile)
        threats.append(
            ThreatTrial(
                material=box.material,
                form=box.form,
                volume_cm3=box.volume_cm3,
                wall_mm=box.wall_mm,
                areal_density=box.areal_density,
                d_prime=d_prime,
                added_attenuation=added,
                found=any(_holds_middle(box, found) for found in boxes),
            )
        )
    pixels, top1, top3 = _goods_hits(inspector.infer(scan, simulated.manifest), truth)
    tare = simulated.scene.unit.tare_kg
    return Trial(
        profile=profile.name,
        scores=report.evidence_scores,
        shielding_alarm=bool(boxes),
        decision=report.verdict.decision,
        kinds=tuple(finding.kind for finding in report.findings if finding.confirmed),
        threats=tuple(threats),
        goods_pixels=pixels,
        goods_top1=top1,
        goods_top3=top3,
        declared_empty=simulated.manifest.declared_empty,
        empty=truth.cargo_mass_kg <= 0,
        true_cargo_kg=truth.cargo_mass_kg,
        true_total_kg=truth.cargo_mass_kg + tare,
        seen_cargo_kg=report.mass.cargo_kg,
        seen_total_kg=report.mass.cargo_kg + report.mass.tare_kg,
        lower_bound_only=report.mass.lower_bound_only,
        milliseconds=sum(report.timings_ms.values()),
    )


def _shielding_boxes(report: Report) -> list[tuple[int, int, int, int]]:
    return [
        finding.region
        for finding in report.findings
        if finding.kind in SHIELDING_KINDS and finding.confirmed and finding.region is not None
    ]


def _holds_middle(box: TruthBox, found: tuple[int, int, int, int]) -> bool:
    x, y = (found[0] + found[2]) / 2, (found[1] + found[3]) / 2
    return box.x0 <= x < box.x1 and box.y0 <= y < box.y1


def _goods_hits(maps: Maps, truth: Truth) -> tuple[int, int, int]:
    """Pixels with cargo; of these, with the right group first and among the first three."""
    height, width = truth.group_index.shape
    goods = maps.goods[1:]
    ranked = np.argpartition(-goods, 3, axis=0)[:3] + 1
    first = goods.argmax(axis=0) + 1
    wide = np.concatenate([first[None], ranked])
    wide = wide.repeat(GOODS_STRIDE, axis=1).repeat(GOODS_STRIDE, axis=2)[:, :height, :width]
    cargo = truth.group_index > 0
    right = wide[:, cargo] == truth.group_index[cargo]
    return int(cargo.sum()), int(right[0].sum()), int(right[1:].any(axis=0).sum())
