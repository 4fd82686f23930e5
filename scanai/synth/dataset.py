"""Data sets of simulated scans: a flat TOML recipe, an iterator, and files written by workers.

Scan number i of a recipe depends on the recipe and i alone, so any number of workers writes the
same bytes. For each scan: NAME.tiff, NAME.manifest.json and NAME.truth.npz.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import Annotated

import msgspec
import numpy as np
from numpy.random import SeedSequence
from tqdm import tqdm

from scanai.errors import RecipeError
from scanai.manifest import write_manifest
from scanai.records import from_toml
from scanai.scan import load_profile, write_tiff
from scanai.scan.profile import ScannerProfile
from scanai.synth.recipe_file import (
    RANDOM,
    read_text,
    require_known,
    require_profiles,
    require_weights,
)
from scanai.synth.scanners import draw_scanner
from scanai.synth.scenes import ScanSpec
from scanai.synth.simulate import SimulatedScan, simulate
from scanai.synth.truth import Truth
from scanai.synth.units import UNIT_TYPES


class DatasetRecipe(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    seed: Annotated[int, msgspec.Meta(ge=0, le=2**63 - 1)]
    count: Annotated[int, msgspec.Meta(ge=1, le=10_000_000)]
    profiles: Annotated[tuple[str, ...], msgspec.Meta(min_length=1)]
    """Names of scanner profiles, TOML files (relative to the working folder), or "random", a whole
    scanner drawn anew for the scan; drawn evenly, an entry that stands twice twice as often."""
    kinds: dict[str, float]
    """Weight of each kind of scene."""
    unit_types: tuple[str, ...] = ()
    """Drawn evenly; none: as the scene library likes."""
    x_window_px: Annotated[int, msgspec.Meta(ge=32)] | None = None
    """Columns of a scan; none: the whole unit."""
    air_line_share: Annotated[float, msgspec.Meta(ge=0, le=1)] = 1.0
    """Share of the scans that bring their air and dark levels."""


@dataclass(frozen=True)
class ScanPlan:
    """What scan number `index` of a recipe is to be."""

    index: int
    seed: int
    profile: ScannerProfile
    own_profile: bool
    """The scanner was drawn for this scan: no file says what it is."""
    spec: ScanSpec
    x_window_px: int | None
    air_line: bool


def read_recipe(path: str | Path) -> DatasetRecipe:
    """RecipeError names the key: unknown, of a wrong type, or a name that nothing bears."""
    path = Path(path)
    recipe = from_toml(
        read_text(path), DatasetRecipe, path, "a data set recipe in TOML", RecipeError
    )
    require_weights(recipe.kinds, path)
    require_known("unit_types", recipe.unit_types, UNIT_TYPES, path)
    require_profiles("profiles", recipe.profiles, path)
    return recipe


def plan_at(recipe: DatasetRecipe, index: int) -> ScanPlan:
    """What is drawn for scan number `index`, from 0, before anything is simulated."""
    sequence = SeedSequence((recipe.seed, index))
    rng = np.random.default_rng(sequence)
    profile = recipe.profiles[rng.integers(len(recipe.profiles))]
    weights = np.array(list(recipe.kinds.values()))
    kind = list(recipe.kinds)[rng.choice(weights.size, p=weights / weights.sum())]
    unit_type = None
    if recipe.unit_types:
        unit_type = recipe.unit_types[rng.integers(len(recipe.unit_types))]
    return ScanPlan(
        index=index,
        seed=int(sequence.generate_state(1, np.uint64)[0]),
        profile=_scanner(profile, sequence),
        own_profile=profile == RANDOM,
        spec=ScanSpec(kind=kind, unit_type=unit_type),
        x_window_px=recipe.x_window_px,
        air_line=bool(rng.random() < recipe.air_line_share),
    )


def _scanner(profile: str, sequence: SeedSequence) -> ScannerProfile:
    if profile != RANDOM:
        return load_profile(profile)
    # A stream of its own: what a scanner takes to draw must not change the scene before it.
    return draw_scanner(np.random.default_rng(sequence.spawn(1)[0]))


def make_scan(plan: ScanPlan) -> SimulatedScan:
    return simulate(plan.seed, plan.profile, plan.spec, plan.x_window_px, air_line=plan.air_line)


def scan_at(recipe: DatasetRecipe, index: int) -> SimulatedScan:
    """Scan number `index` of the recipe, from 0."""
    return make_scan(plan_at(recipe, index))


def iter_scans(recipe: DatasetRecipe) -> Iterator[SimulatedScan]:
    """All scans of the recipe in order, made one by one in this process."""
    for index in range(recipe.count):
        yield scan_at(recipe, index)


def write_dataset(recipe: DatasetRecipe, out: str | Path, workers: int = 1) -> list[Path]:
    """Writes all scans into the folder `out`, with a progress bar; returns the TIFF files."""
    folder = Path(out)
    folder.mkdir(parents=True, exist_ok=True)
    task = partial(_write_scan, recipe, folder)
    indices = range(recipe.count)
    if workers <= 1:
        return [task(index) for index in tqdm(indices, desc="simulate", unit="scan")]
    # Fresh processes: a fork would inherit the threads of whatever library runs some already.
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        done = pool.map(task, indices)
        return list(tqdm(done, total=recipe.count, desc="simulate", unit="scan"))


def _write_scan(recipe: DatasetRecipe, folder: Path, index: int) -> Path:
    scan = scan_at(recipe, index)
    stem = folder / f"{index:06d}"
    path = stem.with_suffix(".tiff")
    write_manifest(scan.manifest, stem.with_suffix(".manifest.json"))
    stem.with_suffix(".truth.npz").write_bytes(_truth_bytes(scan.truth))
    # Last, so that a scan is never there without its papers and its truth.
    write_tiff(scan.raw, path)
    return path


def _truth_bytes(truth: Truth) -> bytes:
    """Areal densities as float16 (0.1 % is enough for any use); boxes as JSON text."""
    boxes = msgspec.json.encode(truth.boxes).decode()
    buffer = io.BytesIO()
    np.savez_compressed(
        buffer,
        cargo_areal_density=truth.cargo_areal_density.astype(np.float16),
        total_areal_density=truth.total_areal_density.astype(np.float16),
        group_index=truth.group_index,
        shield_mask=truth.shield_mask,
        boxes=np.array(boxes),
        cargo_mass_kg=np.array(truth.cargo_mass_kg),
    )
    return buffer.getvalue()
