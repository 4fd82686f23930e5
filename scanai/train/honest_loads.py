"""Honest loads: simulated scans with true papers, cut into sections whose goods are known.

What signatures are learned from (`signatures`); nothing is learned here. They cost minutes and can
be kept in a folder, each in a file of its own, for a call that was stopped to go on with.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray

from scanai.inspect.evidence.context import Context
from scanai.inspect.evidence.goods import seen_goods
from scanai.inspect.evidence.mass import estimate_mass
from scanai.inspect.evidence.measured import CELL
from scanai.inspect.evidence.reading import reading_of
from scanai.inspect.evidence.sections import Sections, cut
from scanai.manifest.model import Line
from scanai.synth.dataset import DatasetRecipe
from scanai.synth.scene import Packing
from scanai.synth.truth import Truth
from scanai.train.kept import of_every_scan
from scanai.train.shared_scan import SharedScan
from scanai.train.trials import Contender, inspector_of

_STRIDE = 4
"""Every so many pixels the truth is looked up: sections are hundreds wide."""
_LEAST_CARGO = 0.1
"""Share of a section's pixels that show known goods, below which it counts as none."""
_Told = tuple[
    tuple[dict[str, float], ...], tuple[Line, ...], tuple[Packing, ...], float | None, float
]
_ARRAYS = ("boxes", "long", "apart", "kg", "area_m2", "features", "shown")


@dataclass(frozen=True)
class HonestLoad:
    sections: Sections
    goods: tuple[dict[str, float], ...]
    """For each section the share of its cargo's mass by true HS heading; empty: no goods."""
    lines: tuple[Line, ...]
    """As declared, truly."""
    packings: tuple[Packing, ...] = ()
    """How the goods of each consignment are packed, truly."""
    missing_kg: float | None = None
    """What the cargo weighs more than areal density adds up to; None of a cut, and where the beam
    does not get through everywhere."""
    total_kg: float = 0.0
    """Cargo and transport unit, truly."""


def honest_loads(
    bundle: Path, recipe: DatasetRecipe, *, keep: Path | None = None, workers: int = 1
) -> list[HonestLoad]:
    """Every scan of the recipe as the bundle's graph sees it; scans that show no load left out.

    keep: folder for them; those that lie there of the same graph, recipe and code are not made
    again.
    """
    loads = of_every_scan(
        bundle,
        recipe,
        partial(_load, recipe, Contender(bundle)),
        read_load,
        write_load,
        modules=("train/honest_loads.py",),
        label="honest loads" if recipe.x_window_px is None else "cuts of honest loads",
        keep=keep,
        workers=workers,
    )
    return [load for load in loads if load.goods and load.lines]


def write_load(load: HonestLoad, path: Path) -> None:
    told = np.frombuffer(
        msgspec.json.encode(
            (load.goods, load.lines, load.packings, load.missing_kg, load.total_kg)
        ),
        np.uint8,
    )
    np.savez(path, told=told, **{name: getattr(load.sections, name) for name in _ARRAYS})


def read_load(path: Path) -> HonestLoad:
    with np.load(path, allow_pickle=False) as stored:
        sections = Sections(**{name: stored[name] for name in _ARRAYS})
        told = msgspec.json.decode(stored["told"].tobytes(), type=_Told)
    return HonestLoad(sections, *told)


def _load(recipe: DatasetRecipe, contender: Contender, index: int) -> HonestLoad:
    shared = SharedScan(recipe, index)
    inspector = inspector_of(contender)
    scan, manifest = shared.scan, shared.simulated.manifest
    maps = inspector.infer(scan, manifest)
    assert scan.profile is not None
    point = inspector.bundle.metadata.operating_point(scan.profile.name)
    measured, _ = shared.measured(point.thresholds["load_z"])
    context = Context(measured, point)
    seen = seen_goods(maps, context)
    sections = cut(maps, measured, seen.grams)
    truth, scene = shared.simulated.truth, shared.simulated.scene
    goods = tuple(_true_goods(truth, box) for box in sections.boxes)
    # Papers may leave out the tare, and a guessed one is no error of areal density.
    tared = msgspec.structs.replace(manifest, tare_kg=scene.unit.tare_kg)
    # No signatures are known yet: what goods look like is the graph's own word.
    mass = estimate_mass(context, tared, maps.areal_density, reading_of(sections, None))
    missing = float(truth.cargo_mass_kg - mass.cargo_kg)
    unseen = measured.unit_cut or mass.lower_bound_only
    total = float(truth.cargo_mass_kg + scene.unit.tare_kg)
    lacking = None if unseen else missing
    return HonestLoad(sections, goods, manifest.lines, scene.packings, lacking, total)


def _true_goods(truth: Truth, box: Sequence[int] | NDArray[np.intp]) -> dict[str, float]:
    """Share of the cargo's mass by heading in a box of cells; empty where there is hardly any."""
    x0, y0, x1, y1 = (int(value) * CELL for value in box)
    rows, columns = slice(y0, y1, _STRIDE), slice(x0, x1, _STRIDE)
    headings = truth.heading[rows, columns].ravel()
    known = headings > 0
    if known.mean() < _LEAST_CARGO:
        return {}
    weights = truth.cargo_areal_density[rows, columns].ravel()[known]
    sums = np.bincount(headings[known], weights)
    return {f"{heading:04d}": float(sums[heading] / sums.sum()) for heading in np.flatnonzero(sums)}
