"""Crops keep picture and truth together; batches repeat exactly."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import msgspec
import numpy as np
import torch
from hypothesis import given
from hypothesis import strategies as st

from scanai.train.batches import (
    TrainingBatches,
    augment,
    crop,
    targets,
    whole_window,
)
from scanai.train.recipe import TrainingRecipe
from scanai.train.windows import Window

MakeWindow = Callable[..., Window]


def _plain(recipe: TrainingRecipe, **changes: object) -> TrainingRecipe:
    nothing = {
        "ratio_scale": (1.0, 1.0),
        "attenuation_scale": (1.0, 1.0),
        "gain_error": 0.0,
        "added_noise": (0.0, 0.0),
        "energy_dropout": 0.0,
        "declaration_dropout": 0.0,
    }
    return msgspec.structs.replace(recipe, **nothing | changes)


@given(
    seed=st.integers(0, 2**32), rows=st.sampled_from([32, 96, 160]), share=st.sampled_from([0, 1])
)
def test_crop_moves_box_and_map_with_the_picture(
    recipe: TrainingRecipe, made_up: MakeWindow, seed: int, rows: int, share: int
) -> None:
    recipe = _plain(recipe, crop_px=(rows, 64), threat_crops=float(share))
    rng = np.random.default_rng(seed)
    part = crop(rng, made_up(seed % 7, threat=True), recipe)
    assert part.attenuation.shape == (2, rows, 64)
    assert part.shield.shape == (2, rows // 4, 16)
    dense = part.attenuation[0] > 2.0
    assert np.array_equal(np.kron(part.shield[0], np.ones((4, 4))) > 0, dense)
    for x0, y0, x1, y1, _ in part.boxes.astype(int):
        assert dense[y0:y1, x0:x1].all()
    assert dense.any() == bool(len(part.boxes))


def test_crop_around_a_threat_always_shows_it_whole(
    recipe: TrainingRecipe, made_up: MakeWindow
) -> None:
    recipe = _plain(recipe, crop_px=(64, 64), threat_crops=1.0)
    for seed in range(20):
        rng = np.random.default_rng(seed)
        part = crop(rng, made_up(seed, threat=True), recipe)
        assert len(part.boxes) == 1
        assert (part.shield[0] > 0).sum() >= 25  # all 36 cells, less what rounding to 8 px may cut


def test_augmentation_moves_the_ratio_and_nothing_else(
    recipe: TrainingRecipe, made_up: MakeWindow
) -> None:
    window = made_up(1, threat=False)
    changed = augment(np.random.default_rng(0), window, _plain(recipe, ratio_scale=(1.1, 1.1)))
    np.testing.assert_allclose(changed.attenuation[0], window.attenuation[0] * 1.1, rtol=1e-6)
    np.testing.assert_array_equal(changed.attenuation[1], window.attenuation[1])


def test_energy_dropout_repeats_the_high_energy_and_says_so(
    recipe: TrainingRecipe, window_paths: list[Path]
) -> None:
    batch = TrainingBatches(_plain(recipe, energy_dropout=1.0), window_paths).batch_at(0)
    assert torch.equal(batch.transmission[:, 0], batch.transmission[:, 1])
    assert batch.presence.tolist() == [[0.0], [0.0]]


def test_declaration_is_dropped_for_that_share_and_left_alone_else(
    recipe: TrainingRecipe, window_paths: list[Path]
) -> None:
    told = TrainingBatches(_plain(recipe), window_paths).batch_at(0).declared
    assert told.tolist() == [[float(group == 5) for group in range(27)]] * 2
    dropped = TrainingBatches(_plain(recipe, declaration_dropout=1.0), window_paths)
    assert dropped.batch_at(0).declared.sum() == 0


def test_same_step_same_batch_and_every_window_once_an_epoch(
    recipe: TrainingRecipe, window_paths: list[Path]
) -> None:
    batches = TrainingBatches(recipe, window_paths)
    for first, second in zip(batches.batch_at(4), batches.batch_at(4), strict=True):
        assert torch.equal(first, second)
    loaded = TrainingBatches(_plain(recipe, crop_px=(96, 128)), window_paths)
    sums = {float(t.sum()) for step in range(3) for t in loaded.batch_at(step).transmission}
    assert len(sums) == 6


def test_batches_from_a_later_step_are_those_of_an_unbroken_run(
    recipe: TrainingRecipe, window_paths: list[Path]
) -> None:
    batches = TrainingBatches(recipe, window_paths)
    whole = dict(batches.starting_at(0, 5))
    rest = dict(batches.starting_at(3, 5))
    assert list(whole) == [0, 1, 2, 3, 4]
    assert list(rest) == [3, 4]
    assert torch.equal(whole[4].transmission, rest[4].transmission)


def test_box_targets_are_distances_to_the_four_edges(made_up: MakeWindow) -> None:
    window = made_up(2, threat=True)
    x0, y0, x1, y1, _ = window.boxes[0]
    goal = targets(window)
    rows, columns = np.nonzero(goal.box_weight)
    assert 4 <= rows.size < 36
    for row, column in zip(rows, columns, strict=True):
        x, y = 4 * column + 2, 4 * row + 2
        assert goal.box[:, row, column].tolist() == [x - x0, y - y0, x1 - x, y1 - y]
    assert goal.centre.max() == 1.0


def test_invisible_threats_weigh_nothing(made_up: MakeWindow) -> None:
    window = made_up(2, threat=True)
    window.boxes[0, 4] = 0.0
    goal = targets(window)
    assert (goal.shield_weight[window.shield[0] > 0] == 0).all()
    assert (goal.shield_weight[window.shield[0] == 0] == 1).all()
    assert goal.centre.max() == 0
    assert goal.box_weight.max() == 0


def test_cells_that_an_outline_touches_are_left_out(made_up: MakeWindow) -> None:
    window = made_up(2, threat=True)
    window = replace(window, shield=window.shield * 0.2)
    goal = targets(window)
    assert goal.shield.max() == 0
    assert (goal.shield_weight == 0).sum() == 36


def test_whole_window_is_padded_with_open_beam(made_up: MakeWindow) -> None:
    batch = whole_window(made_up(0, threat=False, energies=1))
    assert batch.transmission.shape == (1, 2, 128, 128)
    assert (batch.transmission[:, :, 104:] == 1).all()
    assert batch.goods.shape == (1, 16, 16)
