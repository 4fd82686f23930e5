"""Region records: the model's regions of simulated scans, their facts and crops, and what they are.

What region odds (`region_odds`) and lumps (`lumps`) are learned from; nothing is learned here.
Each scan is seen as it was loaded, and again with more put in: lumps are learned from all of it,
odds from the first alone, whose papers are of what is there. They cost more than an hour and can be
kept in a folder, for a call that was stopped to go on with.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.random import SeedSequence
from numpy.typing import NDArray

from scanai.inspect import Inspector
from scanai.inspect.evidence.context import Box, Context
from scanai.inspect.evidence.region_facts import region_facts
from scanai.inspect.evidence.scored_regions import candidates, confirmed
from scanai.inspect.region_crops import RegionCrops, region_crops
from scanai.inspect.regions import LOOKS, distinct_regions
from scanai.scan.model import Scan
from scanai.synth.dataset import DatasetRecipe
from scanai.synth.truth import Truth
from scanai.train.furnished import PutIn, furnished
from scanai.train.kept import of_every_scan
from scanai.train.labelled_crops import (
    GOODS,
    LUMP,
    UNSURE,
    LabelledCrops,
    half_precise,
    together,
)
from scanai.train.shared_scan import SharedScan
from scanai.train.trials import Contender, inspector_of
from scanai.train.truth_compared import target

_SHOWS = 0.25
"""Visible share of a thing from which it is surely a lump; below it may be seen or not."""
_GOODS_AGAIN = 0.25
"""Share of the goods of a furnished scan that are kept: they are those of the scan before."""
_FURNISHED = 11
"""Stream of what is put in, beside that of the scene."""
_TIMES = 2
"""Each scan is furnished anew so often: simulating it costs twice as much."""
_MODULES = tuple(
    f"train/{name}.py" for name in ("region_records", "furnished", "putting", "labelled_crops")
)


@dataclass(frozen=True)
class RegionRecord:
    """The regions of one scan."""

    facts: NDArray[np.float64]
    """(n, EARLIER_FACTS): without those of lumps, which are not known yet."""
    confirmed: NDArray[np.bool_]
    """(n,) whether physics confirms it: odds are of such regions alone."""
    shield: NDArray[np.bool_]
    """(n,) True where the middle lies in the box of a shield."""
    crops: LabelledCrops
    """Of the same n regions."""
    furnished: LabelledCrops
    """Regions of the same scan with more put in."""


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
        modules=_MODULES,
        label="regions of scans",
        keep=keep,
        workers=workers,
    )


def _write(record: RegionRecord, path: Path) -> None:
    np.savez(
        path,
        facts=record.facts,
        confirmed=record.confirmed,
        shield=record.shield,
        **_arrays("loaded", record.crops),
        **_arrays("furnished", record.furnished),
    )


def _arrays(name: str, labelled: LabelledCrops) -> dict[str, Any]:
    fields = labelled.crops._asdict() | {"shows": labelled.shows}
    return {f"{name}_{field}": array for field, array in fields.items()}


def _read(path: Path) -> RegionRecord:
    with np.load(path, allow_pickle=False) as stored:
        loaded, more = (
            LabelledCrops(
                RegionCrops(*(stored[f"{name}_{field}"] for field in RegionCrops._fields)),
                stored[f"{name}_shows"],
            )
            for name in ("loaded", "furnished")
        )
        return RegionRecord(stored["facts"], stored["confirmed"], stored["shield"], loaded, more)


def _record(recipe: DatasetRecipe, contender: Contender, index: int) -> RegionRecord:
    return _record_of(inspector_of(contender), SharedScan(recipe, index), (recipe.seed, index))


def _record_of(inspector: Inspector, shared: SharedScan, entropy: tuple[int, int]) -> RegionRecord:
    """The record of one scan; equal `entropy`, equal things put in."""
    scan, manifest, truth = shared.scan, shared.manifest, shared.simulated.truth
    assert scan.profile is not None
    point = inspector.bundle.metadata.operating_point(scan.profile.name)
    measured, _ = shared.measured(point.thresholds["load_z"])
    context = Context(measured, point)
    found = candidates(inspector.infer(scan, manifest).regions, context)
    boxes = [one.box for one in found]
    more = [
        _with_more(inspector, shared, (*entropy, _FURNISHED, number)) for number in range(_TIMES)
    ]
    return RegionRecord(
        facts=region_facts(found, manifest.lines, measured),
        confirmed=np.array([confirmed(one.look, context) for one in found], bool),
        shield=np.array([target(box, truth.boxes) >= 0 for box in boxes], bool),
        crops=_labelled(boxes, scan, truth, ()),
        furnished=together(more),
    )


def _with_more(inspector: Inspector, shared: SharedScan, entropy: tuple[int, ...]) -> LabelledCrops:
    """Lumps of the scan with more put in, and some of its goods."""
    rng = np.random.default_rng(SeedSequence(entropy))
    scan, put = furnished(rng, shared.scan)
    regions = inspector.infer(scan, shared.manifest).regions
    found = distinct_regions(regions, scan.transmission.shape[1:])[:LOOKS]
    every = _labelled([one.box for one in found], scan, shared.simulated.truth, put)
    again = rng.random(every.shows.size) < _GOODS_AGAIN
    kept = (every.shows == LUMP) | ((every.shows == GOODS) & again)
    return LabelledCrops(RegionCrops(*(one[kept] for one in every.crops)), every.shows[kept])


def _labelled(
    boxes: Sequence[Box], scan: Scan, truth: Truth, put: Sequence[PutIn]
) -> LabelledCrops:
    """Crops of the regions, and what each shows."""
    pixels = np.array(boxes, np.float64).reshape(-1, 4)
    crops = region_crops(scan.attenuation, pixels, scan.pitch_mm)
    shows = [_shows(box, truth, put) for box in boxes]
    return LabelledCrops(half_precise(crops), np.array(shows, np.int8))


def _shows(box: Box, truth: Truth, put: Sequence[PutIn]) -> int:
    """What lies in the middle of the box."""
    things = (*truth.boxes, *truth.look_alikes)
    there = [one.visible_share >= _SHOWS for one in things if target(box, (one,)) >= 0]
    there += [one.shows for one in put if _holds_middle(one.box, box)]
    if not there:
        return GOODS
    return LUMP if any(there) else UNSURE


def _holds_middle(outer: Box, inner: Box) -> bool:
    x, y = (inner[0] + inner[2]) / 2, (inner[1] + inner[3]) / 2
    return outer[0] <= x < outer[2] and outer[1] <= y < outer[3]
