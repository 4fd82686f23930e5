"""Trials: fresh simulated scans through the whole Inspector, and what came of each.

Thresholds are set on trials and figures are counted from them; neither looks at a scan itself.
Trial number i depends on the recipe and i alone: any number of workers gives the same list.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from functools import cache, partial
from pathlib import Path
from typing import TypeVar

import msgspec
import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from scanai.errors import RecipeError
from scanai.inspect.bundle import Bundle, BundleMetadata, load_bundle
from scanai.inspect.evidence.context import Box, Context
from scanai.inspect.evidence.measured import measure
from scanai.inspect.evidence.shielding import SCORE, confirmed_regions, score_name
from scanai.inspect.inspector import Inspector
from scanai.inspect.maps import Maps
from scanai.inspect.report import Report
from scanai.manifest import dense_headings
from scanai.scan import calibrate
from scanai.synth.dataset import DatasetRecipe, make_scan, plan_at
from scanai.synth.recipe_file import RANDOM
from scanai.synth.scene import Threat
from scanai.synth.simulate import SimulatedScan
from scanai.synth.truth import Truth, TruthBox
from scanai.synth.workers import ordered
from scanai.train.baselines import BASELINES
from scanai.train.limits import Limits, limits_of
from scanai.train.network import GOODS_STRIDE
from scanai.train.recipe import TrainingRecipe, parse_recipe

OWN = "scanai"
"""The bundle itself, among the detectors of a trial."""
_RELIABILITY_STEPS = 10
_Value = TypeVar("_Value", np.float32, np.int64)
SHIELDING_KINDS = ("high_z_shielding", "dense_block", "hidden_cavity", "opaque_region")


class ObjectTrial(msgspec.Struct, frozen=True):
    """One dense object, a hidden shield or an honest look-alike, and what was said of its place."""

    kind: str
    """shield or look_alike"""
    material: str
    form: str
    volume_cm3: float
    wall_mm: float
    areal_density: float
    """Of the object, g/cm², 95th percentile over its silhouette."""
    behind: float
    """g/cm² along the ray of all else, mean over its silhouette."""
    d_prime: float
    """Of an ideal observer, both energies: an upper bound."""
    d_material: float
    """The same, of the object against steel."""
    found: bool
    """A confirmed finding of shielding, at the thresholds in force, has its middle in the object's
    box."""


class RegionTrial(msgspec.Struct, frozen=True):
    """One region that a detector proposes, reported or not."""

    score: float
    """Above 0 where the detector's own threshold for that scan is passed; higher is surer."""
    target: int
    """Number of the object in whose box its middle lies; −1: in none."""


class Trial(msgspec.Struct, frozen=True):
    """One simulated scan after inspection."""

    index: int
    """In its recipe."""
    kind: str
    """Of scene."""
    profile: str
    """Name of the scanner profile; "random" for a scanner drawn for this scan alone."""
    unit_type: str
    forms: tuple[str, ...]
    """Load forms."""
    headings: tuple[str, ...]
    """HS headings of the load, true ones; look-alikes and hidden goods with it."""
    declared_dense: bool
    """The declaration has headings that hold pieces as dense as a shield, or there is none."""
    scores: dict[str, float]
    """Evidence scores of the report."""
    regions: dict[str, tuple[RegionTrial, ...]]
    """By detector: the bundle's own, and the rules that it is compared with."""
    shielding_alarm: bool
    """Any confirmed finding of shielding."""
    decision: str
    kinds: tuple[str, ...]
    """Kinds of all confirmed findings."""
    objects: tuple[ObjectTrial, ...]
    """In view: shields, then look-alikes."""
    cargo_areal_density: float
    """g/cm², mean over the pixels with cargo."""
    goods_kg: float
    """Cargo whose goods group is known, in any unit: weights of the next two."""
    goods_top1: float
    """Of this, where the goods group is the likeliest of the map."""
    goods_top3: float
    reliability: tuple[tuple[float, float, float], ...]
    """For ten steps of the likeliest group's probability: weight, weight × probability, weight
    right."""
    declared_empty: bool
    empty: bool
    true_cargo_kg: float
    true_total_kg: float
    seen_cargo_kg: float
    seen_total_kg: float
    mass_covered: bool
    """The true mass lies in the estimate's interval."""
    lower_bound_only: bool
    opaque_kg: float
    """Of what is seen, what is guessed to lie behind opaque parts."""
    features: tuple[float, ...]
    """Of the picture as a whole; empty for a bundle without them."""
    milliseconds: float
    """Inference and evidence."""

    @property
    def threats(self) -> tuple[ObjectTrial, ...]:
        return tuple(one for one in self.objects if one.kind == "shield")

    @property
    def look_alikes(self) -> tuple[ObjectTrial, ...]:
        return tuple(one for one in self.objects if one.kind == "look_alike")


def run_trials(
    bundle: Path,
    recipe: DatasetRecipe,
    *,
    workers: int = 1,
    label: str = "inspect",
    thresholds: Mapping[str, float] | None = None,
) -> list[Trial]:
    """Simulates and inspects every scan of the recipe; `thresholds` replace the bundle's."""
    return list(
        trials_of(
            bundle,
            recipe,
            range(recipe.count),
            workers=workers,
            label=label,
            thresholds=thresholds,
        )
    )


def trials_of(
    bundle: Path,
    recipe: DatasetRecipe,
    indices: Sequence[int],
    *,
    workers: int = 1,
    label: str = "inspect",
    thresholds: Mapping[str, float] | None = None,
    int8: bool = False,
) -> Iterator[Trial]:
    """Those scans of the recipe one by one, as `run_trials`; int8: by the graph in 8 bits."""
    changed = tuple(sorted((thresholds or {}).items()))
    task = partial(_trial, bundle, changed, int8, recipe)
    with tqdm(total=len(indices), desc=label, unit="scan") as progress:
        for trial in ordered(task, indices, workers):
            yield trial
            progress.update()


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


@cache
def _inspector(bundle: Path, thresholds: tuple[tuple[str, float], ...], int8: bool) -> Inspector:
    """One per process. A thread each: the processes fill the machine."""
    loaded = load_bundle(bundle, int8=int8)
    metadata = loaded.metadata
    changed = {
        name: msgspec.structs.replace(metadata.thresholds[name], value=value)
        for name, value in thresholds
    }
    metadata = msgspec.structs.replace(metadata, thresholds=metadata.thresholds | changed)
    return Inspector(Bundle(loaded.path, metadata, loaded.graph), threads=1)


def _trial(
    bundle: Path,
    thresholds: tuple[tuple[str, float], ...],
    int8: bool,
    recipe: DatasetRecipe,
    index: int,
) -> Trial:
    plan = plan_at(recipe, index)
    profile = RANDOM if plan.own_profile else plan.profile.name
    inspector = _inspector(bundle, thresholds, int8)
    return inspect_simulated(inspector, make_scan(plan), index, plan.spec.kind, profile)


def inspect_simulated(
    inspector: Inspector, simulated: SimulatedScan, index: int, kind: str, profile_name: str
) -> Trial:
    """One scan, inspected against its declaration and compared with its truth."""
    scan = calibrate(simulated.raw)
    manifest, truth, scene = simulated.manifest, simulated.truth, simulated.scene
    maps = inspector.infer(scan, manifest)
    report = inspector.inspect(scan, manifest, maps=maps)
    assert report.mass is not None
    assert scan.profile is not None
    point = inspector.bundle.metadata.operating_point(scan.profile.name)
    context = Context(measure(scan, scan.profile, point.thresholds["load_z"]), point)
    dense = dense_headings(manifest)
    found = _shielding_boxes(report)
    objects = _objects(simulated, found)
    boxes = [box for box, _ in objects]
    proposed = {OWN: _own_regions(maps, context, dense)}
    proposed |= {name: rule(context.measured) for name, rule in BASELINES.items()}
    weight, top1, top3, reliability = _goods_hits(maps, truth)
    tare = scene.unit.tare_kg
    cargo = float(truth.cargo_mass_kg)
    return Trial(
        index=index,
        kind=kind,
        profile=profile_name,
        unit_type=scene.unit.unit_type,
        forms=scene.load_forms,
        headings=tuple(sorted({item.heading for item in scene.objects if item.heading})),
        declared_dense=bool(dense),
        scores=report.evidence_scores,
        regions={
            name: tuple(RegionTrial(score, _target(box, boxes)) for box, score in regions)
            for name, regions in proposed.items()
        },
        shielding_alarm=bool(found),
        decision=report.verdict.decision,
        kinds=tuple(finding.kind for finding in report.findings if finding.confirmed),
        objects=tuple(one for _, one in objects),
        cargo_areal_density=_mean_where_loaded(truth),
        goods_kg=weight,
        goods_top1=top1,
        goods_top3=top3,
        reliability=reliability,
        declared_empty=manifest.declared_empty,
        empty=cargo <= 0,
        true_cargo_kg=cargo,
        true_total_kg=cargo + tare,
        seen_cargo_kg=report.mass.cargo_kg,
        seen_total_kg=report.mass.cargo_kg + report.mass.tare_kg,
        mass_covered=report.mass.low_kg <= cargo <= report.mass.high_kg,
        lower_bound_only=report.mass.lower_bound_only,
        opaque_kg=report.mass.opaque_kg,
        features=() if maps.features is None else tuple(maps.features.astype(float).tolist()),
        milliseconds=sum(report.timings_ms.values()),
    )


def _objects(simulated: SimulatedScan, found: Sequence[Box]) -> list[tuple[TruthBox, ObjectTrial]]:
    """Shields and look-alikes in view, with the limits of what could be told of each."""
    scene, truth = simulated.scene, simulated.truth
    pieces = [*scene.threats, *(one.piece for one in scene.look_alikes)]
    boxes = list(truth.boxes) + list(truth.look_alikes)
    result = []
    for box in boxes:
        # Truth boxes are of what is in view, in the order of the scene: told apart by their size.
        piece = next(one for one in pieces if _is_box_of(box, one))
        pieces.remove(piece)
        limits = limits_of(simulated, piece.objects) or Limits(0.0, 0.0, 0.0)
        trial = ObjectTrial(
            kind=box.kind,
            material=box.material,
            form=box.form,
            volume_cm3=box.volume_cm3,
            wall_mm=box.wall_mm,
            areal_density=box.areal_density,
            behind=limits.behind,
            d_prime=limits.d_prime,
            d_material=limits.d_material,
            found=any(_target(one, [box]) == 0 for one in found),
        )
        result.append((box, trial))
    return result


def _is_box_of(box: TruthBox, piece: Threat) -> bool:
    return (box.material, box.form, box.volume_cm3) == (
        piece.material,
        piece.form,
        float(piece.volume_cm3),
    )


def _own_regions(maps: Maps, context: Context, dense: Sequence[str]) -> list[tuple[Box, float]]:
    """The bundle's regions; the score is how far, in logits, one is above its threshold there."""
    name = "shielding_score" if score_name(dense) == SCORE else "shielding_score_in_dense_goods"
    threshold = _logit(context.threshold(name))
    return [
        (box, _logit(score) - threshold) for box, score in confirmed_regions(maps.regions, context)
    ]


def _logit(probability: float) -> float:
    inside = min(max(probability, 1e-6), 1 - 1e-6)
    return math.log(inside / (1 - inside))


def _shielding_boxes(report: Report) -> list[Box]:
    return [
        finding.region
        for finding in report.findings
        if finding.kind in SHIELDING_KINDS and finding.confirmed and finding.region is not None
    ]


def _target(found: Box, boxes: Sequence[TruthBox]) -> int:
    """Number of the box in which the middle of what was found lies; −1: none."""
    x, y = (found[0] + found[2]) / 2, (found[1] + found[3]) / 2
    inside = (box.x0 <= x < box.x1 and box.y0 <= y < box.y1 for box in boxes)
    return next((number for number, holds in enumerate(inside) if holds), -1)


def _mean_where_loaded(truth: Truth) -> float:
    loaded = truth.group_index > 0
    return float(truth.cargo_areal_density[loaded].mean()) if loaded.any() else 0.0


def _goods_hits(
    maps: Maps, truth: Truth
) -> tuple[float, float, float, tuple[tuple[float, float, float], ...]]:
    """Mass with a goods group; of this with the right one first, and among the first three; and
    for each step of the likeliest group's probability how often it is right. Mass is areal density
    by pixel, t."""
    height, width = truth.group_index.shape
    goods = maps.goods[1:]
    ranked = np.argpartition(-goods, 3, axis=0)[:3] + 1
    first = goods.argmax(axis=0)
    sure = goods.max(axis=0) / np.maximum(goods.sum(axis=0), 1e-6)
    cells = np.concatenate([(first + 1)[None], ranked])
    wide = _enlarged(cells, height, width)
    cargo = truth.group_index > 0
    weight = truth.cargo_areal_density[cargo].astype(np.float64) / 1e6
    right = wide[:, cargo] == truth.group_index[cargo]
    probability = _enlarged(sure[None], height, width)[0][cargo]
    step = np.minimum((probability * _RELIABILITY_STEPS).astype(int), _RELIABILITY_STEPS - 1)
    sums = [
        np.bincount(step, values, _RELIABILITY_STEPS)
        for values in (weight, weight * probability, weight * right[0])
    ]
    return (
        float(weight.sum()),
        float((weight * right[0]).sum()),
        float((weight * right[1:].any(axis=0)).sum()),
        tuple((float(a), float(b), float(c)) for a, b, c in zip(*sums, strict=True)),
    )


def _enlarged(cells: NDArray[_Value], height: int, width: int) -> NDArray[_Value]:
    """(n, h, w) cells → (n, height, width) pixels."""
    return cells.repeat(GOODS_STRIDE, axis=1).repeat(GOODS_STRIDE, axis=2)[:, :height, :width]
