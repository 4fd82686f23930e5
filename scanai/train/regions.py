"""Regions that the first maps propose: a box for every cell, and the best cells of a picture.

What a proposal is worth is judged in `second_look`.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

SHIELD_STRIDE = 4
REGIONS = 32
"""Proposals of a picture: as many as the smallest padded scan has cells for, and plenty."""
_NEIGHBOURHOOD = 5
"""Cells on a side of the square in which a proposal is the best: 20 pixels."""


def candidates(shielding: Tensor, centre: Tensor, box: Tensor, height: int, width: int) -> Tensor:
    """(B, 5, h, w) x0, y0, x1, y1 and score of the region that each cell is the middle of.

    shielding, centre: (B, 1, h, w) logits. box: (B, 4, h, w) distances to the left, top, right and
    lower edge, pixels. Boxes are cut at `height` × `width`, the picture without its padding, and
    cells of the padding have score 0.
    """
    score = torch.sqrt(torch.sigmoid(centre) * torch.sigmoid(shielding))[:, 0]
    left, upper, right, lower = box.unbind(1)
    zero = torch.zeros_like(score)
    y = torch.arange(score.shape[1], device=score.device).float()[:, None] + zero
    x = torch.arange(score.shape[2], device=score.device).float()[None, :] + zero
    y, x = (y + 0.5) * SHIELD_STRIDE, (x + 0.5) * SHIELD_STRIDE
    # A cell that the picture merely reaches into is of the picture.
    inside = (y < height + SHIELD_STRIDE / 2).float() * (x < width + SHIELD_STRIDE / 2).float()
    return torch.stack(
        [
            torch.maximum(x - left, zero),
            torch.maximum(y - upper, zero),
            torch.minimum(x + right, zero + width),
            torch.minimum(y + lower, zero + height),
            score * inside,
        ],
        dim=1,
    )


def peaks(found: Tensor, count: int = REGIONS) -> Tensor:
    """(B, count, 5) the highest local maxima of `candidates`, highest first; unused rows are 0."""
    score = found[:, 4]
    highest = functional.max_pool2d(score[:, None], _NEIGHBOURHOOD, 1, _NEIGHBOURHOOD // 2)[:, 0]
    best, cell = torch.topk((score * (score == highest).float()).flatten(1), count)
    rows = torch.gather(found.flatten(2), 2, cell[:, None].expand(-1, 5, -1)).transpose(1, 2)
    # Rows past the last peak are all zero: their order among equals is no answer. And roi_align
    # reads beyond its picture for a box that is no number, as of a run that diverges.
    rows = torch.nan_to_num(rows, nan=0.0, posinf=0.0, neginf=0.0)
    return rows * (best > 0.0).float()[:, :, None]
