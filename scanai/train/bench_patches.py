"""`scanai bench patches`: patch features beside a bundle, on the first scans of a benchmark.

Far slower than anything else here, so a run of its own and on few scans. The bank comes from benign
scans of the bundle's own training trade and scanners, by a seed of its own.
"""

from __future__ import annotations

from functools import cache, partial
from hashlib import sha256
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Literal, NamedTuple

import msgspec
import numpy as np
import torch
from tqdm import tqdm

from scanai.errors import RecipeError
from scanai.inspect.bundle import BundleMetadata, load_bundle
from scanai.output_files import require_folder
from scanai.scan import calibrate
from scanai.synth.dataset import DatasetRecipe, read_recipe, scan_at
from scanai.synth.workers import ordered
from scanai.train.benchmark import require_fresh, require_kinds
from scanai.train.code_state import scans_key
from scanai.train.figures import Figure, comparison, detector_of
from scanai.train.patch_features import Floats, PatchFeatures, patch_network
from scanai.train.patch_features import weights_key as key_of
from scanai.train.patch_features import weights_name as name_of
from scanai.train.patches import BANK_PATCHES, NAME, PATCHES_PER_SCAN, patch_bank, patch_regions
from scanai.train.recipe import parse_recipe
from scanai.train.shared_scan import SharedScan
from scanai.train.trial_lines import read_lines, write_line
from scanai.train.trial_records import OWN, Trial
from scanai.train.trials import Contender, fresh_scans, inspector_of, trial_of
from scanai.train.truth_compared import judged

RESULT_FILE = "patches.json"
BANK_SEED, BANK_SCANS = 650_000, 32
_OWN_MODULES = ("train/bench_patches.py", "train/patch_features.py", "train/patches.py")
_ROWS = ("detection.all_shields.1pct", "detection.all_shields.3pct")


class PatchTrial(msgspec.Struct, frozen=True):
    """One scan, seen by the bundle, the rules and the patches."""

    trial: Trial
    """With the regions of the patches among those of the rules."""
    milliseconds: float
    """From the calibrated scan to the regions of the patches."""

    @property
    def index(self) -> int:
        return self.trial.index


class DetectorRow(msgspec.Struct, frozen=True):
    detection: dict[str, Figure]
    roc_area: float
    milliseconds: float | None
    """Median for one scan, on one thread; None: not measured."""


class PatchResult(msgspec.Struct, frozen=True, kw_only=True):
    """patches.json"""

    format: Literal["scanai-patches/1"] = "scanai-patches/1"
    bundle: str
    sha256: str
    benchmark: str
    seed: int
    scans: dict[str, int]
    """Of each kind."""
    weights: str
    """SHA-256 of the file, or the seed of random ones."""
    bank_seed: int
    bank_scans: int
    bank_patches: int
    detectors: dict[str, DetectorRow]


class _Job(NamedTuple):
    contender: Contender
    recipe: DatasetRecipe
    weights: Path | None
    bank: Path


def bench_patches(
    bundle: str | Path,
    benchmark: str | Path,
    out: str | Path,
    *,
    first: int,
    weights: str | Path | None = None,
    bank_scans: int = BANK_SCANS,
    bank_patches: int = BANK_PATCHES,
    workers: int = 1,
) -> PatchResult:
    """Runs what `out` does not hold yet of the first scans; writes patches.json there, returns it.

    weights: of torchvision's resnet18; without, random ones. Before any scan is run, RecipeError
    when the model or the bank was made with the benchmark's seed, or when there is no benign or no
    concealed scan.
    """
    bundle, out = Path(bundle), Path(out)
    weights = None if weights is None else Path(weights)
    metadata, recipe = load_bundle(bundle).metadata, read_recipe(benchmark)
    recipe = msgspec.structs.replace(recipe, count=min(first, recipe.count))
    require_fresh(metadata, recipe.seed)
    bank_recipe = _bank_recipe(metadata, recipe, bank_scans)
    require_kinds(recipe, benchmark)
    require_folder(out)
    key = _key(metadata, bank_recipe, weights, bank_patches)
    bank = out / f"{NAME}-bank-{key}.npy"
    if not bank.exists():
        _make_bank(bank, bank_recipe, weights, bank_patches)
    scans = sha256(scans_key(recipe, _OWN_MODULES)).hexdigest()[:12]
    lines = out / f"{NAME}-{key}-{scans}.jsonl"
    found = _run(_Job(Contender(bundle), recipe, weights, bank), lines, workers)
    kinds = [one.trial.kind for one in found]
    result = PatchResult(
        bundle=metadata.name,
        sha256=metadata.sha256,
        benchmark=Path(benchmark).name,
        seed=recipe.seed,
        scans={kind: kinds.count(kind) for kind in sorted(set(kinds))},
        weights=key_of(weights),
        bank_seed=bank_recipe.seed,
        bank_scans=bank_scans,
        bank_patches=len(np.load(bank)),
        detectors=_rows(metadata.name, f"{NAME}, {name_of(weights)}", found),
    )
    text = msgspec.json.format(msgspec.json.encode(result), indent=2)
    (out / RESULT_FILE).write_bytes(text + b"\n")
    return result


def _bank_recipe(metadata: BundleMetadata, recipe: DatasetRecipe, scans: int) -> DatasetRecipe:
    """Benign scans of the trade that the model was trained on, cut as the benchmark's are."""
    if recipe.seed == BANK_SEED:
        raise RecipeError(f"seed {recipe.seed}", "a seed other than the bank's", str(recipe.seed))
    trained = parse_recipe(metadata.recipe, f"recipe of the bundle {metadata.name}")
    return msgspec.structs.replace(
        fresh_scans(metadata, BANK_SEED, scans, {"benign": 1.0}),
        without_headings=trained.without_headings,
        without_forms=trained.without_forms,
        x_window_px=recipe.x_window_px,
    )


def _make_bank(path: Path, recipe: DatasetRecipe, weights: Path | None, patches: int) -> None:
    numbers = tqdm(range(recipe.count), desc="bank", unit="scan")
    scans = (calibrate(scan_at(recipe, number).raw) for number in numbers)
    bank = patch_bank(scans, patch_network(weights), recipe.seed, patches=patches)
    part = path.with_suffix(".part.npy")
    np.save(part, bank)
    part.replace(path)  # whole, or not at all


def _run(job: _Job, lines: Path, workers: int) -> list[PatchTrial]:
    known = read_lines(lines, PatchTrial)
    missing = [index for index in range(job.recipe.count) if index not in known]
    with lines.open("ab") as file, tqdm(total=len(missing), desc=NAME, unit="scan") as progress:
        for one in ordered(partial(_patch_trial, job), missing, workers):
            write_line(file, one)
            known[one.index] = one
            progress.update()
    return [known[index] for index in range(job.recipe.count)]


def _patch_trial(job: _Job, index: int) -> PatchTrial:
    shared = SharedScan(job.recipe, index)
    trial = trial_of(inspector_of(job.contender), shared)
    network, bank = _detector(job.weights, job.bank)
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        start = perf_counter()
        regions = patch_regions(shared.scan, network, bank)
        milliseconds = 1e3 * (perf_counter() - start)
    finally:
        torch.set_num_threads(threads)
    seen = trial.regions | {NAME: judged(regions, shared.boxes)}
    return PatchTrial(msgspec.structs.replace(trial, regions=seen), milliseconds)


@cache
def _detector(weights: Path | None, bank: Path) -> tuple[PatchFeatures, Floats]:
    """One per process."""
    return patch_network(weights), np.load(bank)


def _rows(own: str, patches: str, found: list[PatchTrial]) -> dict[str, DetectorRow]:
    trials = [one.trial for one in found]
    names = {own: OWN, patches: NAME}
    names |= {rule: rule for rule in sorted({*trials[0].regions} - {OWN, NAME})}
    times = {
        own: round(median(trial.milliseconds for trial in trials), 1),
        patches: round(median(one.milliseconds for one in found), 1),
    }
    detectors = {title: detector_of(trials, name) for title, name in names.items()}
    table = comparison(detectors)
    return {
        title: DetectorRow(
            detection={name: table[title][name] for name in _ROWS if name in table[title]},
            roc_area=round(detector.roc_area(), 4),
            milliseconds=times.get(title),
        )
        for title, detector in detectors.items()
    }


def _key(metadata: BundleMetadata, bank: DatasetRecipe, weights: Path | None, patches: int) -> str:
    """Of the bundle and of all that makes a bank."""
    made = (metadata, key_of(weights), patches, PATCHES_PER_SCAN, bank.count)
    scans = scans_key(bank, _OWN_MODULES)
    return sha256(msgspec.json.encode(made) + scans).hexdigest()[:12]
