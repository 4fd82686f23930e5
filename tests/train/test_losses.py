"""Losses: right answers cost little, and what cannot be seen costs nothing."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch

from scanai.train.batches import Batch, whole_window
from scanai.train.losses import Losses, losses, region_targets
from scanai.train.network import BOX_UNIT_PX, DENSITY_UNIT, Logits, ShieldingNetwork
from scanai.train.recipe import TrainingRecipe
from scanai.train.windows import Window

MakeWindow = Callable[..., Window]


def _right(batch: Batch) -> Logits:
    """The answer that the targets ask for, as sure as it gets."""
    goods = torch.nn.functional.one_hot(batch.goods, 27).permute(0, 3, 1, 2).float()
    centre = torch.logit(batch.centre.clamp(1e-4, 1 - 1e-4))
    elsewhere = torch.tensor([[[0.0, 0.0, 12.0, 12.0, 0.5]]])
    regions = torch.cat([batch.threats[:, :1], elsewhere], dim=1)
    return Logits(
        shielding=20 * batch.shield - 10,
        centre=centre,
        box=batch.box,
        high_z=20 * batch.high_z - 10,
        opaque=20 * batch.opaque - 10,
        goods=20 * goods,
        areal_density=torch.log1p(batch.areal_density / DENSITY_UNIT),
        features=torch.zeros(1, 16),
        goods_features=torch.zeros(1, 16, *batch.goods.shape[1:]),
        regions=regions,
        second_look=torch.tensor([[9.0, -9.0]]),
    )


def test_right_answers_cost_less_than_those_of_a_fresh_network(
    made_up: MakeWindow, recipe: TrainingRecipe
) -> None:
    batch = whole_window(made_up(2, threat=True))
    torch.manual_seed(0)
    fresh = ShieldingNetwork(recipe.size)(
        batch.transmission, batch.presence, batch.pitch_mm, batch.declared
    )
    expected = losses(_right(batch), batch, recipe)
    found = losses(fresh, batch, recipe)
    for name in Losses._fields:
        assert getattr(expected, name) < 0.5 * getattr(found, name), name


def test_box_that_fits_costs_nothing_and_one_far_off_more_than_one(
    made_up: MakeWindow, recipe: TrainingRecipe
) -> None:
    batch = whole_window(made_up(2, threat=True))
    right = _right(batch)
    assert losses(right, batch, recipe).box < 1e-5
    # Shrunk to a line beside the cell: no overlap at all.
    nothing = right._replace(
        box=torch.tensor([0.0, 0.0, 1.0, 1.0])[None, :, None, None] * right.box
    )
    assert losses(nothing, batch, recipe).box > 0.5


def test_an_invisible_threat_costs_the_same_whatever_is_said_of_it(
    made_up: MakeWindow, recipe: TrainingRecipe
) -> None:
    window = made_up(2, threat=True)
    window.boxes[0, 4] = 0.0
    batch = whole_window(window)
    inside = batch.shield_weight == 0
    alarmed = _right(batch)._replace(shielding=torch.where(inside, 9.0, -9.0))
    silent = _right(batch)._replace(shielding=torch.full_like(alarmed.shielding, -9.0))
    first, second = losses(alarmed, batch, recipe), losses(silent, batch, recipe)
    torch.testing.assert_close(first.shielding, second.shielding)


def test_network_without_threats_has_a_box_loss_of_nothing_and_finite_gradients(
    made_up: MakeWindow, recipe: TrainingRecipe
) -> None:
    batch = whole_window(made_up(1, threat=False))
    network = ShieldingNetwork(recipe.size)
    logits = network(batch.transmission, batch.presence, batch.pitch_mm, batch.declared)
    parts = losses(logits, batch, recipe)
    assert parts.box == 0
    parts.total.backward()
    gradients = {name: p.grad for name, p in network.named_parameters() if p.grad is not None}
    assert gradients.keys() >= {"stem.weight", "shield_head.weight", "goods_head.weight"}
    assert all(torch.isfinite(gradient).all() for gradient in gradients.values())


def test_fresh_boxes_are_of_the_size_of_a_threat(recipe: TrainingRecipe) -> None:
    torch.manual_seed(0)
    network = ShieldingNetwork(recipe.size).eval()
    air, pitch = torch.ones(1, 2, 64, 64), torch.full((1, 2), 5.0)
    box = network(air, torch.ones(1, 1), pitch, torch.zeros(1, 27)).box
    assert 0.2 * BOX_UNIT_PX < box.mean() < 3 * BOX_UNIT_PX


def test_a_region_is_a_threat_where_its_middle_lies_on_one_that_can_be_seen() -> None:
    threats = torch.tensor([[[20.0, 20, 40, 40, 0.8], [60, 60, 80, 80, 0.0], [0, 0, 0, 0, 0]]])
    regions = torch.tensor(
        [
            [
                [22.0, 22, 42, 42, 0.9],  # on the threat
                [28, 28, 31, 31, 0.9],  # on it, but hardly any of it
                [36, 20, 56, 40, 0.9],  # beside it, and touching little
                [24, 28, 62, 40, 0.9],  # beside it, with half of it inside
                [60, 60, 80, 80, 0.9],  # on one that is lost in the noise
                [100, 0, 120, 20, 0.9],  # elsewhere
                [20, 20, 40, 40, 0.0],  # no region at all
            ]
        ]
    )
    expected, weight = region_targets(regions, threats)
    assert expected[0, :6].tolist() == [1, 0, 0, 0, 0, 0]
    assert weight[0].tolist() == pytest.approx([0.8, 0, 1, 0, 0, 1, 0])
