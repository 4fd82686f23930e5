"""Learns a bundle's region odds: what tells a shield from honest goods among the model's regions.

Boosted trees on the facts of every region that physics confirms, in fresh simulated scans with and
without a shield. The network saw windows; here whole loads stand beside their papers, as the
Inspector sees them.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import onnx
from numpy.typing import NDArray

from scanai.errors import InputError
from scanai.inspect.bundle import BundleMetadata, load_bundle
from scanai.inspect.evidence.region_facts import FACTS, ROOM, with_lumps
from scanai.inspect.region_odds import RegionOdds
from scanai.train.export import write_bundle
from scanai.train.lumps import cross_fitted, onnx_of_lumps, write_lumps
from scanai.train.region_records import RegionRecord, region_records
from scanai.train.trials import fresh_scans

DEFAULT_SCANS = 6000
LEAST_SCANS = 500
"""Fewer show hardly a hundred shields, and odds would be worth less than the model's own score."""
DEFAULT_SEED = 741_001
KINDS = {"benign": 1.0, "concealed": 1.0}
_TREES = 400
_SETTINGS: dict[str, Any] = {
    "objective": "binary",
    "num_leaves": 31,
    "learning_rate": 0.03,
    "min_data_in_leaf": 40,
    "feature_fraction_bynode": 0.4,
    "lambda_l2": 5.0,
    "bagging_fraction": 0.7,
    "bagging_freq": 1,
    "use_missing": False,
    "monotone_constraints": [ROOM.get(fact, 0) for fact in FACTS],
    "monotone_constraints_method": "intermediate",
    # Equal facts, equal trees, whatever the machine has of processors.
    "deterministic": True,
    "force_row_wise": True,
    "num_threads": 1,
    "seed": 0,
    "verbose": -1,
}


def learn_region_odds(
    bundle: str | Path,
    *,
    scans: int = DEFAULT_SCANS,
    seed: int = DEFAULT_SEED,
    keep: Path | None = None,
    workers: int = 1,
) -> BundleMetadata:
    """Rewrites the bundle in place with the odds of regions learned from so many scans.

    On the scanners of the training alone, as signatures are. keep: folder where what was seen
    stays, for a call that was stopped to go on with. RecipeError when the seed is of the training,
    of signatures or of thresholds.
    """
    bundle = Path(bundle)
    recipe = fresh_scans(load_bundle(bundle).metadata, seed, scans, KINDS)
    records = region_records(bundle, recipe, keep=keep, workers=workers)
    _require_both(records)
    network, lumps = cross_fitted(records)
    return write_region_odds(bundle, learned_odds(records, lumps, (seed,)), onnx_of_lumps(network))


def write_region_odds(bundle: str | Path, odds: RegionOdds, lumps: bytes | None) -> BundleMetadata:
    """Rewrites the bundle in place with these odds, learned from its own weights, and the graph of
    the lumps that they count; None where they count none."""
    loaded = load_bundle(bundle)
    named = write_lumps(Path(bundle), lumps)
    return write_bundle(
        Path(bundle),
        onnx.load_from_string(loaded.graph),
        msgspec.structs.replace(loaded.metadata, region_odds=odds, lumps=named),
    )


def learned_odds(
    records: Sequence[RegionRecord],
    lumps: Sequence[NDArray[np.float64]],
    seeds: tuple[int, ...] = (),
) -> RegionOdds:
    """The trees of least log loss on these regions. InputError where they show no shield, or
    nothing else. lumps: for each record the ln odds of each region, by a network that never saw
    it."""
    facts = np.vstack(
        [
            with_lumps(record.facts, lump)[record.confirmed]
            for record, lump in zip(records, lumps, strict=True)
        ]
    )
    shield = _require_both(records)
    return _as_rows(_boosted(facts, shield), len(records), seeds)


def _require_both(records: Sequence[RegionRecord]) -> NDArray[np.bool_]:
    """Which of all confirmed regions are shields. InputError where none is, or all."""
    shield = np.concatenate([record.shield[record.confirmed] for record in records])
    if not shield.any() or shield.all():
        expected = "regions with and without a shield"
        raise InputError("odds of regions", expected, f"{int(shield.sum())} of {shield.size}")
    return shield


def _boosted(facts: NDArray[np.float64], shield: NDArray[np.bool_]) -> Any:
    """A booster of LightGBM."""
    # Here, so that whoever learns no odds does not need what LightGBM needs of the system.
    try:
        import lightgbm
    except OSError as error:
        expected = "LightGBM with the libraries that it needs (libgomp on Linux)"
        raise InputError("odds of regions", expected, str(error)) from error
    data = lightgbm.Dataset(facts, shield.astype(float), params={"verbose": -1})
    return lightgbm.train(_SETTINGS, data, _TREES)


def _as_rows(booster: Any, scans: int, seeds: tuple[int, ...]) -> RegionOdds:
    questions: list[dict[str, Any]] = []
    leaves: list[float] = []

    def put(node: dict[str, Any]) -> int:
        """Its number, below 0 of a leaf."""
        if "split_index" not in node:
            leaves.append(round(float(node["leaf_value"]), 6))
            return -len(leaves)
        number = len(questions)
        questions.append({"fact": int(node["split_feature"]), "most": float(node["threshold"])})
        questions[number]["lower"] = put(node["left_child"])
        questions[number]["upper"] = put(node["right_child"])
        return number

    first = [put(tree["tree_structure"]) for tree in booster.dump_model()["tree_info"]]
    columns = {
        name: tuple(one[name] for one in questions) for name in ("fact", "most", "lower", "upper")
    }
    return RegionOdds(
        facts=FACTS, first=tuple(first), leaves=tuple(leaves), scans=scans, seeds=seeds, **columns
    )
