"""Map weights: how much the goods map counts, and the sections over it, where it is read again.

The pair of least log loss over the mass of honest scans, whose goods are mixed as they travel: the
signatures are learned from all headings alike, and what they answer is then too sure or not sure
enough of what travels often.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from itertools import product
from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from scanai.inspect.bundle import BundleMetadata, load_bundle
from scanai.inspect.evidence.measured import CELL
from scanai.inspect.evidence.reading import GoodsReading, goods_by_sections
from scanai.synth.dataset import DatasetRecipe
from scanai.synth.truth import Truth
from scanai.synth.workers import ordered
from scanai.train.shared_scan import SharedScan
from scanai.train.signatures import write_signatures
from scanai.train.trials import Contender, fresh_scans, goods_read, inspector_of, scanners_of

MAP_SCANS = 400
WEIGHTS = tuple(product((0.1, 0.2, 0.35, 0.5), (0.5, 0.65, 0.8, 1.0, 1.25, 1.5, 1.9, 2.4)))
"""Pairs of map and sections that are tried."""
_STRIDE = 4
"""Every so many pixels the truth is looked up: cells are twice as wide."""
_LEAST = 1e-6


def set_map_weights(
    bundle: str | Path, *, scans: int = MAP_SCANS, workers: int = 1
) -> BundleMetadata:
    """Rewrites the bundle in place, its signatures with the weights found on so many fresh honest
    scans of the training's scanners, by the seed after those of the signatures, which it joins."""
    bundle = Path(bundle)
    metadata = load_bundle(bundle).metadata
    assert metadata.signatures is not None
    seed = max(metadata.signatures.seeds) + 1
    recipe = msgspec.structs.replace(
        fresh_scans(metadata, seed, scans, {"benign": 1.0}), profiles=scanners_of(metadata)
    )
    made = ordered(partial(_losses_of, recipe, Contender(bundle)), range(scans), workers)
    losses = list(tqdm(made, desc="weights of the goods map", unit="scan", total=scans))
    of_map, of_sections = least_loss(losses)
    signatures = msgspec.structs.replace(
        metadata.signatures,
        map_weight=of_map,
        sections_weight=of_sections,
        seeds=(*metadata.signatures.seeds, seed),
    )
    return write_signatures(bundle, signatures)


def least_loss(losses: Sequence[NDArray[np.float64]]) -> tuple[float, float]:
    """The pair of WEIGHTS whose losses, (pairs,) of each scan, add up to the least."""
    return WEIGHTS[int(np.sum(losses, axis=0).argmin())]


def map_losses(
    goods: NDArray[np.float32], reading: GoodsReading, truth: Truth
) -> NDArray[np.float64]:
    """(pairs,) −ln of the probability of the true group, by areal density, g/cm², summed over the
    pixels that are looked up."""
    cells, groups, weight = _true_pixels(truth, goods.shape[1:])
    losses = []
    for pair in WEIGHTS:
        named = goods_by_sections(goods, replace(reading, exponents=pair))[1:].reshape(
            goods.shape[0] - 1, -1
        )
        sure = named[groups - 1, cells] / np.maximum(named[:, cells].sum(axis=0), _LEAST)
        losses.append(-float(weight @ np.log(np.maximum(sure, _LEAST))))
    return np.array(losses)


def _true_pixels(
    truth: Truth, shape: tuple[int, ...]
) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.float64]]:
    """(cell, group, g/cm²) of every pixel with cargo that is looked up."""
    groups = truth.group_index[::_STRIDE, ::_STRIDE]
    rows, columns = np.nonzero(groups)
    per_cell = CELL // _STRIDE
    cells = np.ravel_multi_index((rows // per_cell, columns // per_cell), shape)
    density = truth.cargo_areal_density[::_STRIDE, ::_STRIDE][rows, columns]
    return cells, groups[rows, columns].astype(np.intp), density.astype(np.float64)


def _losses_of(recipe: DatasetRecipe, contender: Contender, index: int) -> NDArray[np.float64]:
    shared = SharedScan(recipe, index)
    inspector = inspector_of(contender)
    maps = inspector.infer(shared.scan, shared.simulated.manifest)
    reading = goods_read(inspector, shared, maps)
    return map_losses(maps.goods, reading, shared.simulated.truth)
