"""The network of `lumps.onnx`: is this region a lump, a dense thing of its own, or part of goods?

It sees crops of a region (`scanai.inspect.region_crops`) and nothing of the papers: a shield and an
honest ingot are lumps alike, the motor of a washing machine among washing machines is none. What a
lump means is for the odds of regions to say.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from scanai.inspect.region_crops import TOLD
from scanai.train.layers import convolved, rim

_BACKGROUND = -2.5
"""ln odds to begin with: hardly one region in twelve is a lump."""
_DROPOUT = 0.2
_TOLD_UNITS, _UNITS = 32, 96


class LumpNet(nn.Module):
    """(n,) ln odds of n regions."""

    def __init__(self) -> None:
        super().__init__()
        self.close = nn.Sequential(
            convolved(5, 24),
            convolved(24, 40, 2),
            convolved(40, 56),
            convolved(56, 64, 2),
            convolved(64, 64),
        )
        self.wide = nn.Sequential(
            convolved(5, 16, 2),
            convolved(16, 32),
            convolved(32, 48, 2),
            convolved(48, 64),
            convolved(64, 64, 2),
        )
        self.told = nn.Sequential(nn.Linear(len(TOLD), _TOLD_UNITS), nn.ReLU())
        self.answer = nn.Sequential(
            nn.Dropout(_DROPOUT),
            nn.Linear(4 * 64 + _TOLD_UNITS, _UNITS),
            nn.ReLU(),
            nn.Dropout(_DROPOUT),
            nn.Linear(_UNITS, 1),
        )
        self.shift(_BACKGROUND)

    def forward(self, close: Tensor, wide: Tensor, near: Tensor, told: Tensor) -> Tensor:
        """As the fields of RegionCrops. Once it has learned, it sees each crop mirrored as well."""
        seen = self._seen(close, wide, near, told)
        if self.training:
            return seen
        return (seen + self._seen(close.flip(3), wide.flip(3), near.flip(3), told)) / 2

    def shift(self, ln_odds: float) -> None:
        """Adds to every answer."""
        with torch.no_grad():
            self._last.bias.add_(ln_odds)

    @property
    def _last(self) -> nn.Linear:
        last = self.answer[-1]
        assert isinstance(last, nn.Linear)
        return last

    def _seen(self, close: Tensor, wide: Tensor, near: Tensor, told: Tensor) -> Tensor:
        dual = told[:, :1, None, None]
        seen = (self.close(_close_up(close, dual)), self.wide(_around(wide, near, dual)))
        pooled = [pool for one in seen for pool in (one.mean(dim=(2, 3)), one.amax(dim=(2, 3)))]
        answer: Tensor = self.answer(torch.cat([*pooled, self.told(told)], dim=1))[:, 0]
        return answer


def _close_up(crop: Tensor, dual: Tensor) -> Tensor:
    """(n, 5, S, S) attenuation, what it exceeds its rim by, thick and thin, and the same of what
    the lower energy has more than the higher one."""
    high, low = crop[:, :1], crop[:, 1:]
    more, more_low = high - rim(high), low - rim(low)
    return torch.cat(
        [
            high * 0.25,
            more.clamp(-1.0, 5.0) * 0.4,
            more.clamp(-0.4, 0.4) * 2.0,
            (low - high) * dual,
            (more_low - more) * dual * 1.5,
        ],
        dim=1,
    )


def _around(crop: Tensor, near: Tensor, dual: Tensor) -> Tensor:
    """(n, 5, S, S)"""
    high, low = crop[:, :1], crop[:, 1:]
    usual = high.mean(dim=(2, 3), keepdim=True)
    return torch.cat(
        [high * 0.25, (high - usual).clamp(-1.0, 2.0) * 0.6, (low - high) * dual * 0.5, near], dim=1
    )
