"""Region records: the model's regions of simulated scans, their facts, and which are shields.

What region odds are learned from (`region_odds`); nothing is learned here. They cost half an hour
and can be kept in a folder, for a call that was stopped to go on with.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from scanai.inspect.evidence.context import Context
from scanai.inspect.evidence.region_facts import region_facts
from scanai.inspect.evidence.scored_regions import candidates, confirmed
from scanai.synth.dataset import DatasetRecipe
from scanai.train.kept import of_every_scan
from scanai.train.shared_scan import SharedScan
from scanai.train.trials import Contender, inspector_of
from scanai.train.truth_compared import target


@dataclass(frozen=True)
class RegionRecord:
    """The regions of one scan that physics confirms."""

    facts: NDArray[np.float64]
    """(n, FACTS)"""
    shield: NDArray[np.bool_]
    """(n,) True where the middle lies in the box of a shield."""


def region_records(
    bundle: Path, recipe: DatasetRecipe, *, keep: Path | None = None, workers: int = 1
) -> list[RegionRecord]:
    """Every scan of the recipe as the bundle's graph sees it.

    keep: folder for them; those that lie there of the same graph, recipe and code are not made
    again.
    """
    return of_every_scan(
        bundle,
        recipe,
        partial(_record, recipe, Contender(bundle)),
        _read,
        _write,
        module="train/region_records.py",
        label="regions of scans",
        keep=keep,
        workers=workers,
    )


def _write(record: RegionRecord, path: Path) -> None:
    np.savez(path, facts=record.facts, shield=record.shield)


def _read(path: Path) -> RegionRecord:
    with np.load(path, allow_pickle=False) as stored:
        return RegionRecord(stored["facts"], stored["shield"])


def _record(recipe: DatasetRecipe, contender: Contender, index: int) -> RegionRecord:
    shared = SharedScan(recipe, index)
    inspector = inspector_of(contender)
    scan, manifest = shared.scan, shared.manifest
    maps = inspector.infer(scan, manifest)
    assert scan.profile is not None
    point = inspector.bundle.metadata.operating_point(scan.profile.name)
    measured, _ = shared.measured(point.thresholds["load_z"])
    context = Context(measured, point)
    found = candidates(maps.regions, context)
    facts = region_facts(found, manifest.lines, measured)
    kept = np.array([confirmed(one.look, context) for one in found], bool)
    boxes = shared.simulated.truth.boxes
    shield = np.array([target(one.box, boxes) >= 0 for one in found], bool)
    return RegionRecord(facts[kept], shield[kept])
