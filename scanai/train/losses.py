"""Losses of the heads. Targets and weights are made in `batches`."""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn import functional
from torchvision.ops import box_iou, generalized_box_iou_loss, sigmoid_focal_loss

from scanai.train.batches import Batch
from scanai.train.network import DENSITY_UNIT, Logits
from scanai.train.recipe import TrainingRecipe
from scanai.train.regions import SHIELD_STRIDE
from scanai.train.windows import UNKNOWN

# Open beam and empty corners are easy and fill half of every picture.
_NOTHING_WEIGHT = 0.3
# A region that hardly overlaps the threat its middle lies in is no fair example of either.
_LEAST_OVERLAP = 0.15
# Keeps the mean over positive cells finite, and quiet, in batches that have hardly any.
_LEAST_POSITIVE = 50.0


class Losses(NamedTuple):
    total: Tensor
    shielding: Tensor
    centre: Tensor
    box: Tensor
    goods: Tensor
    high_z: Tensor
    opaque: Tensor
    areal_density: Tensor
    second_look: Tensor


def losses(logits: Logits, batch: Batch, recipe: TrainingRecipe) -> Losses:
    shielding = _shielding(logits.shielding, batch)
    centre = _centre(logits.centre, batch)
    box = _box(logits.box, batch)
    goods = _goods(logits.goods, batch.goods)
    high_z = _high_z(logits.high_z, batch)
    opaque = functional.binary_cross_entropy_with_logits(logits.opaque, batch.opaque)
    areal_density = _areal_density(logits.areal_density, batch.areal_density)
    second_look = _second_look(logits, batch)
    total = (
        recipe.shielding_weight * shielding
        + recipe.centre_weight * centre
        + recipe.box_weight * box
        + recipe.goods_weight * goods
        + recipe.high_z_weight * high_z
        + recipe.opaque_weight * opaque
        + recipe.areal_density_weight * areal_density
        + recipe.second_look_weight * second_look
    )
    return Losses(total, shielding, centre, box, goods, high_z, opaque, areal_density, second_look)


def _shielding(logit: Tensor, batch: Batch) -> Tensor:
    """Focal loss (arXiv 1708.02002) by cell, over the number of shielded cells."""
    cell: Tensor = sigmoid_focal_loss(logit, batch.shield, alpha=0.5, gamma=2.0, reduction="none")
    positive = (batch.shield * batch.shield_weight).sum()
    return (cell * batch.shield_weight).sum() / (positive + _LEAST_POSITIVE)


def _centre(logit: Tensor, batch: Batch) -> Tensor:
    """Penalty-reduced focal loss of CenterNet (arXiv 1904.07850, equation 1), over the regions."""
    probability = torch.sigmoid(logit)
    peak = (batch.centre == 1.0).float()
    hit = (1 - probability) ** 2 * functional.logsigmoid(logit) * peak
    miss = (1 - batch.centre) ** 4 * probability**2 * functional.logsigmoid(-logit) * (1 - peak)
    # Where an object cannot be seen, there is nothing to say about its middle either.
    loss = -((hit + miss) * batch.shield_weight).sum()
    return loss / (peak.sum() + 1.0)


def _box(distances: Tensor, batch: Batch) -> Tensor:
    """Generalised IoU loss of the boxes drawn from the cells near a centre."""
    place = batch.box_weight[:, 0] > 0
    if not place.any():
        return distances.sum() * 0.0
    found = distances.permute(0, 2, 3, 1)[place]
    expected = batch.box.permute(0, 2, 3, 1)[place]
    weight = batch.box_weight[:, 0][place]
    loss: Tensor = generalized_box_iou_loss(_corners(found), _corners(expected), reduction="none")
    return (loss * weight).sum() / (weight.sum() + 1.0)


def _corners(distances: Tensor) -> Tensor:
    """(n, 4) left, top, right, lower distances → x0, y0, x1, y1 around the cell."""
    sign = distances.new_tensor([-1.0, -1.0, 1.0, 1.0]) / SHIELD_STRIDE
    return distances * sign


def _goods(logit: Tensor, goods: Tensor) -> Tensor:
    if not (goods != UNKNOWN).any():
        return logit.sum() * 0.0
    weight = logit.new_ones(logit.shape[1])
    weight[0] = _NOTHING_WEIGHT
    return functional.cross_entropy(
        logit, goods, weight, label_smoothing=0.05, ignore_index=UNKNOWN
    )


def _high_z(logit: Tensor, batch: Batch) -> Tensor:
    """Cross entropy over the cells of visible shields: elsewhere there is nothing to ask."""
    weight = batch.shield * batch.shield_weight
    cell = functional.binary_cross_entropy_with_logits(logit, batch.high_z, reduction="none")
    return (cell * weight).sum() / (weight.sum() + _LEAST_POSITIVE)


def _areal_density(found: Tensor, areal_density: Tensor) -> Tensor:
    """Smooth absolute error of ln(1 + g/cm² in DENSITY_UNIT): relative where there is much."""
    known = (areal_density >= 0).float()
    expected = torch.log1p(areal_density.clamp(min=0) / DENSITY_UNIT)
    cell = functional.smooth_l1_loss(found, expected, beta=0.1, reduction="none")
    return (cell * known).sum() / known.sum().clamp(min=1.0)


def _second_look(logits: Logits, batch: Batch) -> Tensor:
    """Cross entropy over the proposed regions, a threat's where their middle lies on one."""
    expected, weight = region_targets(logits.regions, batch.threats)
    cell = functional.binary_cross_entropy_with_logits(
        logits.second_look, expected, reduction="none"
    )
    return (cell * weight).sum() / (weight.sum() + 1.0)


def region_targets(regions: Tensor, threats: Tensor) -> tuple[Tensor, Tensor]:
    """(B, K) 1 for regions on a threat, and what each weighs: 0 where there is no fair answer.

    regions: (B, K, 5). threats: (B, n, 5) boxes and visibility.
    """
    overlap = torch.stack(
        [box_iou(one, other) for one, other in zip(regions[..., :4], threats[..., :4], strict=True)]
    ).nan_to_num()
    middle = (regions[:, :, None, :2] + regions[:, :, None, 2:4]) / 2
    low, high = threats[:, None, :, :2], threats[:, None, :, 2:4]
    on = ((middle >= low) & (middle < high)).all(dim=3)
    visible = threats[:, None, :, 4]
    fits = on & (overlap > _LEAST_OVERLAP)
    best = (fits * visible).amax(dim=2)
    expected = (best > 0).float()
    # Beside a threat, or on one that is lost in the noise, is neither here nor there.
    doubtful = (on | (overlap > _LEAST_OVERLAP)).any(dim=2) & (best <= 0)
    weight = torch.where(best > 0, best, 1.0 - doubtful.float())
    return expected, weight * (regions[..., 4] > 0).float()
