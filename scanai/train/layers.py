"""Layers that more than one network is made of."""

from __future__ import annotations

import torch
from torch import Tensor, nn


def convolved(inputs: int, outputs: int, stride: int = 1, dilation: int = 1) -> nn.Sequential:
    """3 × 3, batch norm and rectifier."""
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, 3, stride, dilation, dilation, bias=False),
        nn.BatchNorm2d(outputs),
        nn.ReLU(),
    )


def rim(crop: Tensor) -> Tensor:
    """(N, 1, 1, 1) mean of the outermost two rows and columns of (N, 1, S, S)."""
    edges = (crop[..., :2, :], crop[..., -2:, :], crop[..., :2].mT, crop[..., -2:].mT)
    return torch.cat(edges, dim=2).mean(dim=(1, 2, 3), keepdim=True)
