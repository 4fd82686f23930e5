"""metrics.json of a bundle: what `scanai evaluate` measured, on which benchmarks.

Each benchmark writes its own part and leaves the other's alone, as long as both are of one graph.
"""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import msgspec

from scanai.inspect.bundle import BundleMetadata
from scanai.train.card import write_card
from scanai.train.figures import Figure
from scanai.train.int8_accepted import Int8

METRICS_FILE = "metrics.json"


class Metrics(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    format: Literal["scanai-metrics/2", "scanai-metrics/3"] = "scanai-metrics/3"
    """2 had no mismatch benchmark; it is read, never written."""
    bundle: str
    version: str
    sha256: str
    """Of the graph that was measured."""
    benchmark: str = ""
    """File name of the data set recipe; empty where none was run."""
    seed: int | None = None
    scans: dict[str, int] = {}
    """Of each kind."""
    part_of: int | None = None
    """How many scans the benchmark has, where its first alone were run; None: all of them were."""
    milliseconds: float | None = None
    """Median of inference and evidence for one scan, on one thread."""
    figures: dict[str, Figure] = {}
    compared: dict[str, dict[str, Figure]] = {}
    """The main figures of the bundle and of each detector that it was compared with."""
    int8: Int8 | None = None
    """Whether its graph in 8 bits is accepted; None: it was not measured, or there is none."""
    mismatch_benchmark: str = ""
    """File name of the recipe of the mismatch benchmark; empty where none was run."""
    mismatch_seed: int | None = None
    mismatch: dict[str, Figure] = {}


def write_metrics(folder: Path, metadata: BundleMetadata, metrics: Metrics) -> Metrics:
    """Writes what a benchmark measured into the folder, and the card beside it."""
    known = _known(folder, metadata)
    metrics = msgspec.structs.replace(
        metrics,
        int8=metrics.int8 or _known_int8(known, metadata),
        mismatch_benchmark=known.mismatch_benchmark,
        mismatch_seed=known.mismatch_seed,
        mismatch=known.mismatch,
    )
    return _written(folder, metadata, metrics)


def write_mismatch(
    folder: Path, metadata: BundleMetadata, benchmark: str, seed: int, figures: dict[str, Figure]
) -> Metrics:
    """The same of a mismatch benchmark."""
    metrics = msgspec.structs.replace(
        _known(folder, metadata),
        mismatch_benchmark=benchmark,
        mismatch_seed=seed,
        mismatch=figures,
    )
    return _written(folder, metadata, metrics)


def _known(folder: Path, metadata: BundleMetadata) -> Metrics:
    """What was measured of this graph before."""
    none = Metrics(bundle=metadata.name, version=metadata.version, sha256=metadata.sha256)
    try:
        known = msgspec.json.decode((folder / METRICS_FILE).read_bytes(), type=Metrics)
    except (OSError, msgspec.MsgspecError):
        return none  # there is none, or it is of an earlier format: of an earlier graph then
    if known.sha256 != metadata.sha256:
        return none
    return msgspec.structs.replace(known, format=none.format)


def _known_int8(known: Metrics, metadata: BundleMetadata) -> Int8 | None:
    """What was measured of the graph in 8 bits that is there, or of one that had to leave."""
    if known.int8 is None or metadata.int8_sha256 not in (None, known.int8.sha256):
        return None
    return known.int8


def _written(folder: Path, metadata: BundleMetadata, metrics: Metrics) -> Metrics:
    text = msgspec.json.format(msgspec.json.encode(metrics), indent=2)
    (folder / METRICS_FILE).write_bytes(text + b"\n")
    count = sum(metrics.scans.values())
    part = None if metrics.part_of is None else f"the first {count} of {metrics.part_of} scans"
    write_card(
        folder,
        metadata,
        metrics.figures,
        part=part,
        int8=_known_int8(metrics, metadata),
        mismatch=metrics.mismatch,
    )
    return metrics
