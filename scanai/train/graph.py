"""The graph that is exported: from counts or transmission, as a scanner delivers them, to answers.

Open-beam correction, features, padding, probabilities, regions and scores all happen inside, so
that another host language needs ONNX Runtime and nothing else. Every axis but the batch is free. No
threshold is applied that a user could want to move: those are in the bundle.

The host may be C++ that checks nothing, so no input spoils answers that do not depend on it. What
was not measured is read as open beam: the network knows that from the air around every transport
unit, and nothing is found there. Read as opaque, a dead row would be the best of shields.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional

from scanai.train.network import (
    DENSITY_UNIT,
    GOODS_STRIDE,
    STRIDE,
    TRANSMISSION_MAX,
    TRANSMISSION_MIN,
    Logits,
    ShieldingNetwork,
)
from scanai.train.regions import REGIONS, SHIELD_STRIDE

LEVEL_MIN = 1e-3
"""An open beam of less is a dead row: the least real one is 1, of transmission or of counts."""
VALUE_MAX = 1e30
"""Far above any count, far below what overflows: more is as little a measurement as infinity."""
PITCH_MIN_MM, PITCH_MAX_MM = 2.0, 20.0
"""Cargo scanners have 4 to 8; the network extrapolates beyond what it was trained on."""
_DENSEST = 4.5
"""ln(1 + areal density): 450 g/cm², more than any beam gets through."""
PITCH_UNKNOWN_MM = 5.0
"""Stands for a pitch that is not a positive number; the network is neutral there."""


class Answers(NamedTuple):
    """Outputs of the graph, in this order and by these names."""

    shielding: Tensor
    """(1, 1, ⌈H/4⌉, ⌈W/4⌉) probability of shielding"""
    goods: Tensor
    """(1, 27, ⌈H/8⌉, ⌈W/8⌉) probability of nothing and of each goods group; sums to 1"""
    undeclared: Tensor
    """(1, 1, ⌈H/8⌉, ⌈W/8⌉) probability of goods of a group that was not declared"""
    regions: Tensor
    """(32, 5) x0, y0, x1, y1 in pixels of the scan and a score from 0 to 1, highest first"""
    scores: Tensor
    """(3,) greatest shielding probability; share of the loaded picture that is more likely
    undeclared than not; share of the picture that is loaded"""
    high_z: Tensor
    """(1, 1, ⌈H/4⌉, ⌈W/4⌉) probability that shielding, if there is any, is of Z ≥ 72"""
    opaque: Tensor
    """(1, 1, ⌈H/4⌉, ⌈W/4⌉) probability that a shield could hide here for want of radiation"""
    areal_density: Tensor
    """(1, 1, ⌈H/8⌉, ⌈W/8⌉) g/cm² of cargo along the ray, the transport unit not counted"""
    features: Tensor
    """(n,) the coarsest features, mean over the picture: tells scans unlike all others"""
    goods_features: Tensor
    """(1, m, ⌈H/8⌉, ⌈W/8⌉) what goods are told from: more than the groups name"""


class ScanGraph(nn.Module):
    """ShieldingNetwork with everything before and after it."""

    def __init__(self, network: ShieldingNetwork) -> None:
        super().__init__()
        self.network = network

    def forward(
        self,
        scan: Tensor,
        open_beam: Tensor,
        dark: Tensor,
        pitch_mm: Tensor,
        declared_groups: Tensor,
    ) -> Answers:
        """Answers for one scan.

        scan: (1, E, H, W) float, E = 1 or 2 (high, low): counts or transmission.
        open_beam, dark: (1, E, R, 1), R = 1 or H, each its own: level of transmission 1 above dark;
        of no beam. Pixels that are not finite, and rows without a positive open beam or a finite
        dark, count as not measured, at every energy when they are at one.
        pitch_mm: (2,) along travel, across. declared_groups: (27,) 1 if declared, anything
        up to 0.5 and NaN if not; entry 0 unused.
        """
        height, width = scan.shape[2], scan.shape[3]
        rows, columns = _cells(height, SHIELD_STRIDE), _cells(width, SHIELD_STRIDE)
        declared = _declared(declared_groups)
        logits = self._logits(scan, open_beam, dark, pitch_mm, declared)
        shielding = torch.sigmoid(logits.shielding)[:, :, :rows, :columns]
        goods = torch.softmax(logits.goods, dim=1)
        goods = goods[:, :, : _cells(height, GOODS_STRIDE), : _cells(width, GOODS_STRIDE)]
        # Nothing is never undeclared.
        accepted = torch.cat([torch.ones_like(declared[:1]), declared[1:]])
        undeclared = (goods * (1.0 - accepted)[None, :, None, None]).sum(dim=1, keepdim=True)
        loaded = (goods[:, :1] < 0.5).float()
        suspect = loaded * (undeclared > 0.5).float()
        scores = torch.stack(
            [
                shielding.max(),
                suspect.sum() / torch.clamp(loaded.sum(), min=1.0),
                loaded.mean(),
            ]
        )
        areal_density = torch.expm1(torch.clamp(logits.areal_density, max=_DENSEST)) * DENSITY_UNIT
        return Answers(
            shielding,
            goods,
            undeclared,
            _judged(logits),
            scores,
            torch.sigmoid(logits.high_z)[:, :, :rows, :columns],
            torch.sigmoid(logits.opaque)[:, :, :rows, :columns],
            areal_density[:, :, : goods.shape[2], : goods.shape[3]],
            logits.features[0],
            logits.goods_features[:, :, : goods.shape[2], : goods.shape[3]],
        )

    def _logits(
        self,
        scan: Tensor,
        open_beam: Tensor,
        dark: Tensor,
        pitch_mm: Tensor,
        declared: Tensor,
    ) -> Logits:
        transmission, presence = _calibrate(scan, open_beam, dark)
        # Open beam all round: what a detector sees beyond the transport unit.
        padding = (0, (-scan.shape[3]) % STRIDE, 0, (-scan.shape[2]) % STRIDE)
        transmission = functional.pad(transmission, padding, value=1.0)
        logits: Logits = self.network(
            transmission,
            presence,
            _sane_pitch(pitch_mm)[None],
            declared[None],
            size=(scan.shape[2], scan.shape[3]),
        )
        return logits


def _declared(groups: Tensor) -> Tensor:
    """(27,) 1 for a declared group, else 0, for NaN too; entry 0 is no group."""
    declared = torch.where(groups > 0.5, 1.0, 0.0)
    return torch.cat([torch.zeros_like(declared[:1]), declared[1:]])


def _cells(pixels: int, stride: int) -> int:
    return (pixels + stride - 1) // stride


def _calibrate(scan: Tensor, open_beam: Tensor, dark: Tensor) -> tuple[Tensor, Tensor]:
    """Transmission (1, 2, H, W), clamped, and presence (1, 1) of a second energy."""
    level, offset = _of_rows(open_beam, scan.shape[2]), _of_rows(dark, scan.shape[2])
    alive = (level >= LEVEL_MIN) & (level <= VALUE_MAX) & (torch.abs(offset) <= VALUE_MAX)
    # Dead rows are lifted out of what can be measured, at the cost of rows instead of pixels.
    gain = torch.where(alive, 1.0 / torch.clamp(level, min=LEVEL_MIN), torch.zeros_like(level))
    lift = (1.0 - alive.float()) * (2 * VALUE_MAX)
    transmission = (scan - torch.where(alive, offset, torch.zeros_like(offset))) * gain + lift
    # One energy alone at a pixel would be a ratio that no cargo has. False for NaN.
    measured = torch.abs(transmission).sum(dim=1, keepdim=True) <= VALUE_MAX
    transmission = torch.where(measured, transmission, torch.ones_like(transmission))
    transmission = torch.clamp(transmission, TRANSMISSION_MIN, TRANSMISSION_MAX)
    presence = torch.ones_like(open_beam[:, :, 0, :]).sum(dim=1) - 1.0
    pair = torch.arange(2, device=scan.device) * (scan.shape[1] - 1)
    return torch.index_select(transmission, 1, pair), presence


def _of_rows(levels: Tensor, height: int) -> Tensor:
    """(1, E, R, 1) → (1, E, H, 1), R = 1 or H."""
    # Gathered, not broadcast: the exporter would fix R at 1 or at H. Sizes are read from tensors
    # for the same reason.
    row = torch.arange(height, device=levels.device) * (levels.shape[2] - 1) // max(height - 1, 1)
    return torch.index_select(levels, 2, row)


def _sane_pitch(pitch_mm: Tensor) -> Tensor:
    known = (pitch_mm > 0.0) & (pitch_mm <= VALUE_MAX)  # False for NaN
    pitch_mm = torch.where(known, pitch_mm, torch.full_like(pitch_mm, PITCH_UNKNOWN_MM))
    return torch.clamp(pitch_mm, PITCH_MIN_MM, PITCH_MAX_MM)


def _judged(logits: Logits) -> Tensor:
    """(32, 5) the proposed regions with what the second look says of each, highest first."""
    proposed = logits.regions[0]
    score = torch.sigmoid(logits.second_look[0]) * (proposed[:, 4] > 0.0).float()
    score, order = torch.topk(score, REGIONS)
    rows = torch.cat([proposed.index_select(0, order)[:, :4], score[:, None]], dim=1)
    return rows * (score > 0.0).float()[:, None]
