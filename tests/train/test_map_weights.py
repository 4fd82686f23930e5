"""Map weights: what tells the true goods best counts most where the goods map is read again."""

from __future__ import annotations

import shutil
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import msgspec
import numpy as np
import onnx
import pytest
from reading_making import PAPER, STEEL, TYRES, goods_reading, signatures_of

from scanai.inspect.bundle import load_bundle
from scanai.manifest.goods_groups import goods_group_of, goods_groups
from scanai.synth.truth import Truth
from scanai.train.export import write_bundle
from scanai.train.map_weights import WEIGHTS, least_loss, map_losses, set_map_weights
from scanai.train.trials import Contender, inspector_of

GROUPS = len(goods_groups())
PAPER_GROUP, STEEL_GROUP = (goods_group_of(code).index for code in (PAPER, STEEL))


def truth(group: int, shape: tuple[int, int]) -> Truth:
    """All of one group, 50 g/cm² of it."""
    pixels = (8 * shape[0], 8 * shape[1])
    stand_in = SimpleNamespace(
        group_index=np.full(pixels, group, np.uint8),
        cargo_areal_density=np.full(pixels, 50.0, np.float32),
    )
    return cast("Truth", stand_in)


def goods_map(group: int, sure: float, shape: tuple[int, int]) -> np.ndarray:
    """What is left to 1 is shared by all other groups."""
    found = np.full((1 + GROUPS, *shape), (1 - sure) / (GROUPS - 1), np.float32)
    found[0], found[group] = 0.0, sure
    return found


def best(map_group: int, sections_code: str, true_group: int) -> tuple[float, float]:
    """The pair for a scan whose map and whose sections each take the load for one group."""
    shape = (18, 17)
    reading = goods_reading(*[(100.0, {sections_code: 0.6})] * 2, headings=(PAPER, STEEL))
    goods = goods_map(map_group, 0.6, shape)
    return least_loss([map_losses(goods, reading, truth(true_group, shape))])


def test_what_is_right_counts_most_and_what_is_wrong_least() -> None:
    of_map, of_sections = (sorted({pair[place] for pair in WEIGHTS}) for place in (0, 1))
    assert best(PAPER_GROUP, PAPER, PAPER_GROUP) == (of_map[-1], of_sections[-1])
    assert best(PAPER_GROUP, STEEL, PAPER_GROUP) == (of_map[-1], of_sections[0])
    assert best(PAPER_GROUP, STEEL, STEEL_GROUP) == (of_map[0], of_sections[-1])


def test_the_more_often_the_sections_are_right_the_more_they_count() -> None:
    shape = (18, 17)
    even = np.full((1 + GROUPS, *shape), 1 / GROUPS, np.float32)
    even[0] = 0.0
    reading = goods_reading(*[(100.0, {PAPER: 0.6})] * 2, headings=(PAPER, STEEL))
    counted = []
    for right in (5, 7, 9):
        shown = [PAPER_GROUP] * right + [goods_group_of(TYRES).index] * (10 - right)
        losses = [map_losses(even, reading, truth(one, shape)) for one in shown]
        counted.append(least_loss(losses)[1])
    assert counted == sorted(set(counted))


def test_the_weights_of_a_bundle_are_found_on_scans_of_their_own(
    untrained_bundle: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    exported = tmp_path / "bundle"
    shutil.copytree(untrained_bundle, exported)
    metadata = load_bundle(exported).metadata
    signed = msgspec.structs.replace(
        metadata,
        signatures=signatures_of(PAPER, STEEL, goods_features=metadata.goods_features),
    )
    # As an export in one process goes on: the bundle was inspected with before it had signatures.
    assert inspector_of(Contender(exported)).bundle.metadata.signatures is None
    write_bundle(exported, onnx.load(exported / "model.onnx"), signed)
    found_losses: list[np.ndarray] = []

    def spied(losses: list[np.ndarray]) -> tuple[float, float]:
        found_losses.extend(losses)
        return least_loss(losses)

    monkeypatch.setattr("scanai.train.map_weights.least_loss", spied)
    written = set_map_weights(exported, scans=2)
    # Without signatures all pairs are alike.
    assert max(np.ptp(losses) for losses in found_losses) > 0
    assert load_bundle(exported).metadata == written
    assert signed.signatures is not None
    assert written.signatures is not None
    found = (written.signatures.map_weight, written.signatures.sections_weight)
    assert found in WEIGHTS
    assert written.signatures.seeds == (9, 10)
    assert (
        msgspec.structs.replace(
            written.signatures, map_weight=0.25, sections_weight=0.8, seeds=(9,)
        )
        == signed.signatures
    )
    # No scan is looked at twice.
    again = set_map_weights(exported, scans=1).signatures
    assert again is not None
    assert again.seeds == (9, 10, 11)
