"""The second look: every proposed region judged on its own crop, beside all others of the picture.

The maps see a region in passing and rank what is within one picture well; how one picture's best
compares with another's takes the pixels themselves. So each region is cut out at full resolution,
with what is around it taken off, and told what the declaration says. Then all regions of a picture
look at each other: of goods there are many alike, of a threat there is one.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional
from torchvision.ops import roi_align

from scanai.train.layers import convolved, rim

_CROP = 24
"""Cells on a side of a crop: a 100 cm³ cube with its surroundings fills them pixel by pixel."""
_WIDER, _WIDER_PX = 1.75, 6.0
"""Half the crop's side is so many times that of the box, and so many pixels more."""
_AROUND_MM = 600.0
"""How far beyond the box the wider surroundings reach: the piece of goods that it lies in."""
_AROUND = 8
_LEAST_TRANSMISSION = 1e-4
_EMBEDDED, _HEADS = 64, 4
_SCALARS = 9
_NO_REGION = -1e4
_MOST_LOGIT = 8.0


class SecondLook(nn.Module):
    """Logits of the proposed regions: is this one shielding."""

    def __init__(self, fine: int, middle: int, declared: int) -> None:
        """fine, middle: channels of the features at strides 4 and 8; declared: goods classes."""
        super().__init__()
        self.first = convolved(5, 32)
        self.second = convolved(32, 48, 2)
        self.third = convolved(48 + fine, 64)
        self.fourth = convolved(64, 64, 2)
        self.fifth = convolved(64, 64)
        self.narrow = nn.Conv2d(middle, 16, 1)
        self.around = nn.Linear(16 * _AROUND**2, _EMBEDDED)
        self.crop = nn.Linear(128 + _SCALARS, 2 * _EMBEDDED)
        self.declaration = nn.Linear(declared, _EMBEDDED, bias=False)
        self.embed = nn.Linear(2 * _EMBEDDED, _EMBEDDED)
        self.attend = nn.Linear(_EMBEDDED, 3 * _EMBEDDED)
        self.gather = nn.Linear(_EMBEDDED, _EMBEDDED)
        self.last = nn.Linear(2 * _EMBEDDED, _EMBEDDED)
        self.answer = nn.Linear(_EMBEDDED, 1)
        with torch.no_grad():  # Hardly one proposal in twenty is a threat.
            self.answer.bias.fill_(-3.0)

    def forward(
        self,
        transmission: Tensor,
        fine: Tensor,
        middle: Tensor,
        regions: Tensor,
        presence: Tensor,
        pitch_mm: Tensor,
        declared: Tensor,
    ) -> Tensor:
        """(B, K) logits.

        transmission: (B, 2, H, W). fine: (B, C, H/4, W/4), middle: (B, D, H/8, W/8) features.
        regions: (B, K, 5) boxes in pixels with the score they were proposed with, 0 for no region.
        presence: (B, 1), pitch_mm: (B, 2), declared: (B, 27) as the network's.
        """
        pictures, count = regions.shape[:2]
        boxes = regions[:, :, :4]
        middle_xy = (boxes[..., :2] + boxes[..., 2:]) / 2
        # Of a cell that the picture merely reaches into, the box may be cut to less than nothing.
        half = torch.clamp((boxes[..., 2:] - boxes[..., :2]) / 2, min=0.0)
        close = _rows(middle_xy, half * _WIDER + _WIDER_PX)
        wide = _rows(middle_xy, half + _AROUND_MM / pitch_mm[:, None])
        # Beyond the picture there is open beam, where roi_align would see 0.
        seen = 1 + roi_align(transmission - 1, close, _CROP, 1.0, 2, aligned=True)
        attenuation = -torch.log(torch.clamp(seen, min=_LEAST_TRANSMISSION))
        pixels, measured = _layers(attenuation)
        x = self.second(self.first(pixels))
        x = torch.cat([x, roi_align(fine, close, _CROP // 2, 0.25, 1, aligned=True)], dim=1)
        x = self.fifth(self.fourth(self.third(x)))
        goods = roi_align(self.narrow(middle), wide, _AROUND, 0.125, 1, aligned=True)
        scalars = torch.cat([measured, self._told(regions, half, presence, pitch_mm)], dim=1)
        x = torch.cat([x.mean(dim=(2, 3)), x.amax(dim=(2, 3)), scalars], dim=1)
        told = self.declaration(declared)[:, None].expand(-1, count, -1).flatten(0, 1)
        x = functional.relu(self.crop(x))
        x = functional.relu(self.embed(x) + self.around(goods.flatten(1)) + told)
        return self._together(x.reshape(pictures, count, -1), regions[..., 4])

    def _told(self, regions: Tensor, half: Tensor, presence: Tensor, pitch_mm: Tensor) -> Tensor:
        """(B K, 4) size, what the maps thought, whether there is a second energy."""
        size = torch.log((2 * half * pitch_mm[:, None] + 10.0) / 100.0)
        score = torch.clamp(regions[..., 4:], 1e-4, 1 - 1e-4)
        first = torch.log(score / (1 - score)) / _MOST_LOGIT
        both = presence[:, None].expand(-1, regions.shape[1], -1)
        return torch.cat([size, first, both], dim=2).flatten(0, 1)

    def _together(self, x: Tensor, score: Tensor) -> Tensor:
        """(B, K) logits of (B, K, C) regions, each beside the others."""
        heads = (_HEADS, _EMBEDDED // _HEADS)
        query, key, value = self.attend(x).chunk(3, dim=2)
        query, key, value = (
            one.reshape(*one.shape[:2], *heads).transpose(1, 2) for one in (query, key, value)
        )
        near = query @ key.transpose(2, 3) / heads[1] ** 0.5
        near = near + torch.where(score > 0, 0.0, _NO_REGION)[:, None, None]
        others = (torch.softmax(near, dim=3) @ value).transpose(1, 2).flatten(2)
        x = torch.cat([x, functional.relu(self.gather(others))], dim=2)
        answer: Tensor = self.answer(functional.relu(self.last(x)))[..., 0]
        return answer


def _rows(middle: Tensor, half: Tensor) -> Tensor:
    """(B K, 5) number of the picture and box, as roi_align takes them."""
    boxes = torch.cat([middle - half, middle + half], dim=2)
    number = torch.arange(boxes.shape[0], device=boxes.device).to(boxes.dtype)
    number = number[:, None, None].expand(-1, boxes.shape[1], 1)
    return torch.cat([number, boxes], dim=2).flatten(0, 1)


def _layers(attenuation: Tensor) -> tuple[Tensor, Tensor]:
    """Crops of both energies (N, 2, S, S) with and without their surroundings, and numbers.

    The second energy is given as what it exceeds the first by. Numbers, (N, 5): attenuation of the
    surroundings, what the middle adds at both energies, the ratio of these, and the whole sum.
    """
    high, low = attenuation[:, :1], attenuation[:, 1:]
    rim_high, rim_low = rim(high), rim(low)
    more_high, more_low = high - rim_high, low - rim_low
    margin = _CROP * 3 // 8
    core = (..., slice(margin, -margin), slice(margin, -margin))
    core_high, core_low = more_high[core].mean(dim=(2, 3)), more_low[core].mean(dim=(2, 3))
    # As of the whole picture, the constants keep what is thin near ordinary cargo.
    ratio = (core_high.clamp(min=0) + 0.17) / (core_low.clamp(min=0) + 0.2) - 0.85
    total = torch.log1p(more_high.clamp(min=0).sum(dim=(2, 3)) / 10.0)
    pixels = torch.cat(
        [high * 0.25, low - high, more_high, more_low - more_high, more_high.clamp(-0.5, 0.5) * 2],
        dim=1,
    )
    numbers = [rim_high[:, :, 0, 0] * 0.25, core_high * 0.5, core_low * 0.5, ratio * 8, total]
    return pixels, torch.cat(numbers, dim=1)
