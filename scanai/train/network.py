"""The network: transmission in, maps of logits out.

One plain fully convolutional network, 3×3 convolutions with batch norm and ReLU on a stem of stride
4, down to stride 32 and back: what runs fast on a processor without accelerator. What turns a
scanner's counts into transmission and logits into probabilities and regions is in `graph`; losses
are in `losses`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional

from scanai.train.layers import convolved
from scanai.train.regions import REGIONS, SHIELD_STRIDE, candidates, peaks
from scanai.train.second_look import SecondLook

GOODS_CLASSES = 27
"""Nothing, and 26 goods groups in the order of the table of goods groups."""
STRIDE = 32
"""H and W of the network's input are multiples of this."""
GOODS_STRIDE = 8
TRANSMISSION_MIN = 1e-4
"""Below the noise floor of any scanner: smaller values carry nothing and would blow up the log."""
TRANSMISSION_MAX = 1.2
DENSITY_UNIT = 5.0
"""g/cm²: about where noise and the transport unit stop to matter beside the cargo."""
BOX_UNIT_PX = 8.0
"""The box head answers in units of this many pixels, so that its outputs stay near 1."""


@dataclass(frozen=True)
class NetworkSize:
    """Channels at strides 4, 8, 16 and 32, and the 3×3 convolutions of stride 1 at each."""

    channels: tuple[int, int, int, int] = (32, 48, 96, 128)
    depth: tuple[int, int, int, int] = (1, 2, 2, 3)

    def __post_init__(self) -> None:
        if len(self.channels) != 4 or any(c < 16 or c % 16 for c in self.channels):
            raise ValueError(f"channels: expected 4 multiples of 16, found {self.channels}")
        if len(self.depth) != 4 or any(d < 1 for d in self.depth):
            raise ValueError(f"depth: expected 4 counts from 1, found {self.depth}")


class Logits(NamedTuple):
    """What the heads say, before any sigmoid or softmax; h × w is the input at that stride."""

    shielding: Tensor
    """(B, 1, H/4, W/4) is there shielding in this cell"""
    centre: Tensor
    """(B, 1, H/4, W/4) is this the middle of a shielded region"""
    box: Tensor
    """(B, 4, H/4, W/4) distances to the left, top, right and lower edge, pixels, ≥ 0"""
    high_z: Tensor
    """(B, 1, H/4, W/4) if there is shielding, is it of high Z"""
    opaque: Tensor
    """(B, 1, H/4, W/4) could a shield hide here for want of radiation"""
    goods: Tensor
    """(B, 27, H/8, W/8)"""
    areal_density: Tensor
    """(B, 1, H/8, W/8) ln(1 + areal density of the cargo in DENSITY_UNIT), no logit, ≥ 0"""
    features: Tensor
    """(B, n) the coarsest features, mean over the picture: no logit either"""
    goods_features: Tensor
    """(B, m, H/8, W/8) what goods and areal density are told from: no logit, ≥ 0"""
    regions: Tensor
    """(B, K, 5) the best regions of these maps, boxes in pixels and score; no logit"""
    second_look: Tensor
    """(B, K) is there shielding in this region, looked at by itself"""


class ShieldingNetwork(nn.Module):
    """Heads for shielding (stride 4) and goods groups (stride 8) on one trunk."""

    def __init__(self, size: NetworkSize | None = None) -> None:
        super().__init__()
        size = size or NetworkSize()
        self.size = size
        channels = size.channels
        # Full resolution carries texture. Attenuation of 4×4 means of transmission carries the
        # dense parts, where the logarithm of single noisy pixels is biased and clipped.
        self.stem = nn.Conv2d(2, channels[0], 4, 4)
        self.pooled = nn.Conv2d(3, channels[0], 1)
        self.condition = nn.Linear(3, channels[0], bias=False)
        self.stem_norm = nn.BatchNorm2d(channels[0])
        self.down = nn.ModuleList()
        for level, (width, depth) in enumerate(zip(channels, size.depth, strict=True)):
            layers = [convolved(channels[level - 1], width, 2)] if level else []
            # At the coarsest level each convolution reaches twice as far as the one before: goods
            # are known by their stowage, metres wide.
            layers += [
                convolved(width, width, dilation=2**step if level == 3 else 1)
                for step in range(depth)
            ]
            self.down.append(nn.Sequential(*layers))
        steps = [(channels[level], channels[level - 1]) for level in (3, 2, 1)]
        self.lateral = nn.ModuleList(nn.Conv2d(deep, fine, 1) for deep, fine in steps)
        self.up = nn.ModuleList(convolved(fine, fine) for _, fine in steps)
        # The declaration speaks to the heads for shielding alone. Those for goods must not hear it:
        # they would see what they are told.
        self.declaration = nn.Linear(GOODS_CLASSES, channels[0], bias=False)
        self.judge = nn.Conv2d(channels[0], channels[0], 3, 1, 1, bias=False)
        self.judge_norm = nn.BatchNorm2d(channels[0])
        self.shield_head = nn.Conv2d(channels[0], 8, 1)
        self.goods_head = nn.Conv2d(channels[1], GOODS_CLASSES + 1, 1)
        self.second_look = SecondLook(channels[0], channels[1], GOODS_CLASSES)
        # Shields are rare: start at 1 % rather than 50 % (focal loss, arXiv 1708.02002).
        with torch.no_grad():
            self.shield_head.bias[:2].fill_(-4.6)  # type: ignore[index]

    def forward(
        self,
        transmission: Tensor,
        presence: Tensor,
        pitch_mm: Tensor,
        declared: Tensor,
        mixed: bool = False,
        size: tuple[int, int] | None = None,
        regions: int = REGIONS,
        fixed: bool = False,
    ) -> Logits:
        """Logits of a batch.

        transmission: (B, 2, H, W) high and low energy within TRANSMISSION_MIN … MAX, H and W
        multiples of 32; a single-energy scan repeats its one energy.
        presence: (B, 1) 1 where the second energy was measured. pitch_mm: (B, 2).
        declared: (B, 27) 1 for each declared goods group, 0 throughout where nothing is declared.
        mixed: the trunk in bfloat16, for training. size: rows and columns of the picture without
        its padding. regions: how many are proposed and looked at again. fixed: only the second look
        learns.
        """
        with torch.set_grad_enabled(torch.is_grad_enabled() and not fixed):
            entry = self.entry(transmission, presence, pitch_mm)
            with torch.autocast(transmission.device.type, torch.bfloat16, enabled=mixed):
                features = self.trunk(entry, declared)
            fine, middle, coarse = (one.float() for one in features)
            maps = self.heads(fine, middle, coarse)
        height, width = transmission.shape[2:] if size is None else size
        with torch.no_grad():
            found = candidates(maps["shielding"], maps["centre"], maps["box"], height, width)
            proposed = peaks(found, regions)
        answer = self.second_look(
            transmission, fine, middle, proposed, presence, pitch_mm, declared
        )
        return Logits(**maps, regions=proposed, second_look=answer)

    def entry(self, transmission: Tensor, presence: Tensor, pitch_mm: Tensor) -> Tensor:
        """(B, C, H/4, W/4) first features, of forward's arguments.

        Apart from `trunk` because it must stay in float32: bfloat16 would round an attenuation of 6
        by 0.02, more than many a shield adds.
        """
        fine = -torch.log(transmission)
        texture = torch.cat([fine[:, :1] * 0.25, fine[:, 1:] - fine[:, :1]], dim=1)
        coarse = -torch.log(functional.avg_pool2d(transmission, SHIELD_STRIDE))
        high, low = coarse[:, :1], coarse[:, 1:]
        # The ratio moves with atomic number; 0.85 is about the middle of ordinary cargo, and the
        # 0.2 keeps thin layers, where the ratio is all noise, near it.
        ratio = (high + 0.17) / (low + 0.2) - 0.85
        pooled = torch.cat([high * 0.25, low - high, ratio * 8], dim=1)
        condition = torch.cat([presence, torch.log(pitch_mm / 5.0)], dim=1)
        x = self.stem(texture) + self.pooled(pooled)
        x = x + self.condition(condition)[:, :, None, None]
        return functional.relu(self.stem_norm(x))

    def trunk(self, x: Tensor, declared: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Features at strides 4, 8 and 32 from the first ones; may run under autocast.

        Those at stride 4 have heard the declaration.
        """
        levels = []
        for stage in self.down:
            x = stage(x)
            levels.append(x)
        rising = []
        for lateral, convolve, skip in zip(self.lateral, self.up, levels[2::-1], strict=True):
            x = functional.interpolate(lateral(x), scale_factor=2.0, mode="nearest") + skip
            x = convolve(x)
            rising.append(x)
        told = self.declaration(declared)[:, :, None, None]
        x = functional.relu(self.judge_norm(self.judge(x) + told))
        return x, rising[1], levels[3]

    def heads(self, fine: Tensor, middle: Tensor, coarse: Tensor) -> dict[str, Tensor]:
        """Logits but those of regions, from the trunk's features.

        Apart from `trunk` because they must stay in float32: bfloat16 has 8 binary digits, in which
        neighbouring cells tie, and of cells that tie each is a peak.
        """
        shield, goods = self.shield_head(fine), self.goods_head(middle)
        return {
            "shielding": shield[:, :1],
            "centre": shield[:, 1:2],
            "box": functional.softplus(shield[:, 2:6]) * BOX_UNIT_PX,
            "high_z": shield[:, 6:7],
            "opaque": shield[:, 7:8],
            "goods": goods[:, :GOODS_CLASSES],
            "areal_density": functional.softplus(goods[:, GOODS_CLASSES:]),
            "features": coarse.mean(dim=(2, 3)),
            "goods_features": middle,
        }
