"""Learns a bundle's lumps: which regions are a dense thing of their own, and not a part of goods.

From regions of simulated scans, as loaded and with more put in (`region_records`). Odds of regions
are learned from the same scans and must see lumps as they will be seen: each scan's are told by a
network that learned from the other half of the scans.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import onnxruntime
import torch
from numpy.typing import NDArray

from scanai.errors import BundleError
from scanai.inspect.bundle import LUMP_OUTPUTS, LUMPS_FILE, LumpGraph
from scanai.inspect.region_crops import CLOSE, FORM, TOLD, WIDE, RegionCrops
from scanai.train.export import MAX_DIFFERENCE
from scanai.train.labelled_crops import GOODS, LUMP, together
from scanai.train.lump_fit import log_odds, trained
from scanai.train.lump_net import LumpNet
from scanai.train.onnx_export import onnx_of
from scanai.train.region_records import RegionRecord

_PARTS = 2
_CHECKED = (1, 5, 32)
"""Numbers of regions that the graph is compared with torch for."""


def cross_fitted(
    records: Sequence[RegionRecord],
) -> tuple[LumpNet, list[NDArray[np.float64]]]:
    """The network of all records, and for each record the ln odds of one that never saw it."""
    told = [np.zeros(0)] * len(records)
    for part in range(_PARTS):
        network = _learned(records, part)
        for number in range(part, len(records), _PARTS):
            told[number] = log_odds(network, records[number].crops.crops)
    return _learned(records, None), told


def _learned(records: Sequence[RegionRecord], left_out: int | None) -> LumpNet:
    """From all records but those of one part."""
    seen = [
        record
        for number, record in enumerate(records)
        if left_out is None or number % _PARTS != left_out
    ]
    every = together([*(one.crops for one in seen), *(one.furnished for one in seen)])
    loaded = np.concatenate([record.crops.shows for record in seen])
    label = "lumps" if left_out is None else f"lumps without part {left_out + 1} of {_PARTS}"
    network = trained(every, 0 if left_out is None else 1 + left_out, label=label)
    # Lumps are rarer in scans as they are loaded than with more put in.
    network.shift(_ln_odds(loaded) - _ln_odds(every.shows))
    return network


def _ln_odds(shows: NDArray[np.int8]) -> float:
    """Of what is sure, that it is a lump."""
    lumps, goods = (max(int((shows == one).sum()), 1) for one in (LUMP, GOODS))
    return math.log(lumps / goods)


def onnx_of_lumps(network: LumpNet) -> bytes:
    """The network as lumps.onnx. BundleError where that answers other than torch does."""
    names = RegionCrops._fields
    tensors = [torch.from_numpy(one) for one in _example(3)]
    free = [{0: "regions"} for _ in names]
    model = onnx_of(network.eval(), tensors, names, LUMP_OUTPUTS, free)
    graph = bytes(model.SerializeToString(deterministic=True))
    if (difference := _greatest_difference(network, graph)) > MAX_DIFFERENCE:
        expected = f"answers within {MAX_DIFFERENCE:g} of torch's"
        raise BundleError(LUMPS_FILE, expected, f"a difference of {difference:g}")
    return graph


def write_lumps(bundle: Path, graph: bytes | None) -> LumpGraph | None:
    """Writes lumps.onnx into the bundle, or takes it away; returns what its metadata has to say."""
    (bundle / LUMPS_FILE).unlink(missing_ok=True)
    if graph is None:
        return None
    (bundle / LUMPS_FILE).write_bytes(graph)
    return LumpGraph(sha256=hashlib.sha256(graph).hexdigest(), crops=FORM)


def _example(count: int) -> RegionCrops:
    rng = np.random.default_rng(count)
    return RegionCrops(
        close=rng.uniform(0, 6, (count, 2, CLOSE, CLOSE)).astype(np.float32),
        wide=rng.uniform(0, 6, (count, 2, WIDE, WIDE)).astype(np.float32),
        near=rng.uniform(0, 1, (count, 2, WIDE, WIDE)).astype(np.float32),
        told=np.hstack(
            (np.arange(count)[:, None] % 2, rng.normal(0, 1, (count, len(TOLD) - 1)))
        ).astype(np.float32),
    )


def _greatest_difference(network: LumpNet, graph: bytes) -> float:
    session = onnxruntime.InferenceSession(graph, providers=["CPUExecutionProvider"])
    greatest = 0.0
    for count in _CHECKED:
        crops = _example(count)
        (found,) = session.run(None, crops._asdict())
        expected = log_odds(network, crops)
        if found.shape != expected.shape or not np.isfinite(found).all():
            return float("inf")
        apart = np.abs(found - expected) / (1 + np.abs(expected))
        greatest = max(greatest, float(apart.max()))
    return greatest
