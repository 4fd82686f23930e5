"""Batches: crops of windows, changed as threats and scanners differ, with the targets of all heads.

Batch number n of a recipe depends on the recipe and n alone, so that a resumed run sees what an
unbroken one would have seen. Windows are made in `windows`, what is put into them in `inserting`;
losses are in `losses`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from itertools import count as counted
from pathlib import Path
from typing import NamedTuple, TypeVar

import numpy as np
import torch
from numpy.random import Generator
from numpy.typing import NDArray
from torch import Tensor

from scanai.train.inserting import furnish
from scanai.train.network import (
    GOODS_STRIDE,
    STRIDE,
    TRANSMISSION_MAX,
    TRANSMISSION_MIN,
)
from scanai.train.recipe import TrainingRecipe
from scanai.train.regions import SHIELD_STRIDE
from scanai.train.windows import Window, load_window

Floats = NDArray[np.float32]
_Number = TypeVar("_Number", np.float32, np.uint8)

# A cell belongs to a shield when at least this share of it lies inside the outline.
_LEAST_SHARE = 0.25
# Rows of one detector share what is left of their gain error; the rest is common to all.
_ROW_SHARE = 0.3
_AHEAD = 3
# A simulated scan hides one, and at most two are put into a window besides.
_MOST_THREATS = 4


class Batch(NamedTuple):
    transmission: Tensor
    """(B, 2, H, W)"""
    presence: Tensor
    """(B, 1)"""
    pitch_mm: Tensor
    """(B, 2)"""
    declared: Tensor
    """(B, 27) 1 for the goods groups of the declaration"""
    goods: Tensor
    """(B, H/8, W/8) class, or UNKNOWN"""
    areal_density: Tensor
    """(B, 1, H/8, W/8) g/cm² of cargo"""
    shield: Tensor
    """(B, 1, H/4, W/4) 0 or 1"""
    shield_weight: Tensor
    """(B, 1, H/4, W/4) 0 where the picture cannot tell"""
    centre: Tensor
    """(B, 1, H/4, W/4) 1 in the middle of a region, falling to 0"""
    box: Tensor
    """(B, 4, H/4, W/4) distances to the left, top, right and lower edge, pixels"""
    box_weight: Tensor
    """(B, 1, H/4, W/4) 0 where no box is asked for"""
    high_z: Tensor
    """(B, 1, H/4, W/4) 1 for shields of high Z, where `shield` is 1"""
    opaque: Tensor
    """(B, 1, H/4, W/4) 0 or 1"""
    threats: Tensor
    """(B, 4, 5) x0, y0, x1, y1 of each threat, pixels, and its visibility; rows of 0 for none"""


@dataclass(frozen=True)
class Targets:
    """Of one picture; shapes as in Batch, without B."""

    shield: Floats
    shield_weight: Floats
    centre: Floats
    box: Floats
    box_weight: Floats


class TrainingBatches:
    """Endless batches from `first` on, prepared a few ahead in a thread.

    Of several processes each gets its share of every batch, picture by picture in turn.
    """

    def __init__(
        self,
        recipe: TrainingRecipe,
        paths: Sequence[Path],
        rank: int = 0,
        count: int = 1,
        own: Sequence[Path] = (),
    ) -> None:
        """`own`: windows of own scans, which take the recipe's share of the places."""
        self._recipe = recipe
        self._paths = list(paths)
        self._own = list(own)
        self._rank, self._count = rank, count

    def batch_at(self, step: int) -> Batch:
        """Batch number `step`: window after window of a new order for every epoch."""
        recipe = self._recipe
        pictures = []
        first, last = step * recipe.batch, (step + 1) * recipe.batch
        for position in range(first + self._rank, last, self._count):
            rng = np.random.default_rng((recipe.seed, 1, position))
            window = furnish(rng, load_window(self._path_at(position, rng)), recipe)
            pictures.append(_item(augment(rng, crop(rng, window, recipe), recipe), rng, recipe))
        return _stack(pictures)

    def _path_at(self, position: int, rng: Generator) -> Path:
        if self._own and rng.random() < self._recipe.own_share:
            return self._own[rng.integers(len(self._own))]
        epoch, place = divmod(position, len(self._paths))
        order = np.random.default_rng((self._recipe.seed, 0, epoch)).permutation(len(self._paths))
        return self._paths[int(order[place])]

    def starting_at(self, first: int, last: int) -> Iterator[tuple[int, Batch]]:
        """(step, batch) for first ≤ step < last."""
        with ThreadPoolExecutor(1) as pool:
            waiting: list[tuple[int, Future[Batch]]] = []
            for step in counted(first):
                if step < last:
                    waiting.append((step, pool.submit(self.batch_at, step)))
                if not waiting:
                    return
                if len(waiting) > _AHEAD or step >= last:
                    done, future = waiting.pop(0)
                    yield done, future.result()


def whole_window(window: Window) -> Batch:
    """A batch of one whole window as it is, padded to the network's stride: for validation."""
    height, width = (-(-size // STRIDE) * STRIDE for size in window.attenuation.shape[1:])
    window = _place(window, 0, 0, (height, width))
    transmission = np.exp(-window.attenuation)
    return _stack([_tensors(window, transmission)])


def crop(rng: Generator, window: Window, recipe: TrainingRecipe) -> Window:
    """A part of the window, mostly around what is worth a look, by chance mirrored."""
    shape = recipe.crop_px
    spare = [have - want for have, want in zip(window.attenuation.shape[1:], shape, strict=True)]
    top, left = (int(rng.integers(min(extra, 0), max(extra, 0) + 1)) for extra in spare)
    chance, mirrored = rng.random() < recipe.threat_crops, rng.random() < 0.5
    if len(window.focus) and chance:
        x0, y0, x1, y1 = window.focus[rng.integers(len(window.focus))]
        top = _around(rng, y0, y1, shape[0], spare[0], top)
        left = _around(rng, x0, x1, shape[1], spare[1], left)
    part = _place(window, top - top % GOODS_STRIDE, left - left % GOODS_STRIDE, shape)
    return _mirror(part) if mirrored else part


def _around(rng: Generator, low: float, high: float, size: int, spare: int, else_: int) -> int:
    """Start of a crop of `size` that holds low … high, within the window where it is larger."""
    first, last = max(int(high) - size, min(spare, 0)), min(int(low), max(spare, 0))
    return int(rng.integers(first, last + 1)) if first <= last else else_


def _place(window: Window, top: int, left: int, shape: tuple[int, int]) -> Window:
    """The window seen through a frame; open beam where the frame reaches past it."""
    boxes = window.boxes.copy()
    boxes[:, [0, 2]] -= left
    boxes[:, [1, 3]] -= top
    size = np.array([shape[1], shape[0], shape[1], shape[0]], np.float32)
    area = (boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1])
    boxes[:, :4] = np.clip(boxes[:, :4], 0, size)
    seen = (boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1])
    # What is cut to less than a third is no fair example of a region; its cells stay in the map.
    boxes[seen < area / 3, 4] = 0.0
    return replace(
        window,
        attenuation=_frame(window.attenuation, top, left, shape, 1),
        goods=_frame(window.goods, top, left, shape, GOODS_STRIDE),
        areal_density=_frame(window.areal_density, top, left, shape, GOODS_STRIDE),
        shield=_frame(window.shield, top, left, shape, SHIELD_STRIDE),
        opaque=_frame(window.opaque, top, left, shape, SHIELD_STRIDE),
        boxes=boxes[seen > 0],
    )


def _frame(
    picture: NDArray[_Number], top: int, left: int, shape: tuple[int, int], stride: int
) -> NDArray[_Number]:
    rows, columns = shape[0] // stride, shape[1] // stride
    top, left = top // stride, left // stride
    out = np.zeros((*picture.shape[:-2], rows, columns), picture.dtype)
    part = picture[..., max(top, 0) : max(top + rows, 0), max(left, 0) : max(left + columns, 0)]
    y, x = max(-top, 0), max(-left, 0)
    out[..., y : y + part.shape[-2], x : x + part.shape[-1]] = part
    return out


def _mirror(window: Window) -> Window:
    """Left and right exchanged: scanners are driven through either way. Never top and bottom."""
    width = window.attenuation.shape[2]
    boxes = window.boxes.copy()
    boxes[:, [0, 2]] = width - window.boxes[:, [2, 0]]
    return replace(
        window,
        attenuation=window.attenuation[..., ::-1],
        goods=window.goods[:, ::-1],
        areal_density=window.areal_density[:, ::-1],
        shield=window.shield[..., ::-1],
        opaque=window.opaque[:, ::-1],
        boxes=boxes,
    )


def augment(rng: Generator, window: Window, recipe: TrainingRecipe) -> Window:
    """Another beam: both attenuations scaled, the higher one also on its own; maybe one energy.

    Maybe without its declaration.
    """
    attenuation = window.attenuation * np.float32(rng.uniform(*recipe.attenuation_scale))
    if attenuation.shape[0] == 2:
        attenuation[0] *= np.float32(rng.uniform(*recipe.ratio_scale))
        if rng.random() < recipe.energy_dropout:
            attenuation = attenuation[:1]
    declared = window.declared
    if rng.random() < recipe.declaration_dropout:
        declared = np.zeros_like(declared)
    return replace(window, attenuation=attenuation, declared=declared)


def _item(window: Window, rng: Generator, recipe: TrainingRecipe) -> Batch:
    """Targets and transmission of an augmented window, with gain errors and noise added."""
    transmission = np.exp(-window.attenuation)
    energies, rows = transmission.shape[:2]
    gain = 1 + rng.normal(0, recipe.gain_error, (energies, 1, 1))
    gain = gain * (1 + rng.normal(0, recipe.gain_error * _ROW_SHARE, (energies, rows, 1)))
    sigma = np.float32(rng.uniform(*recipe.added_noise))
    noise = rng.standard_normal(transmission.shape, np.float32)
    noise *= np.sqrt(transmission)
    noise *= sigma
    transmission += noise
    transmission *= gain.astype(np.float32)
    return _tensors(window, transmission)


def _tensors(window: Window, transmission: Floats) -> Batch:
    goal = targets(window)
    return Batch(
        transmission=_tensor(np.clip(transmission, TRANSMISSION_MIN, TRANSMISSION_MAX)[[0, -1]]),
        presence=torch.tensor([transmission.shape[0] - 1.0]),
        pitch_mm=torch.tensor(window.pitch_mm),
        declared=_tensor(window.declared),
        goods=_tensor(window.goods).long(),
        areal_density=_tensor(window.areal_density)[None],
        shield=_tensor(goal.shield)[None],
        shield_weight=_tensor(goal.shield_weight)[None],
        centre=_tensor(goal.centre)[None],
        box=_tensor(goal.box),
        box_weight=_tensor(goal.box_weight)[None],
        high_z=_tensor((window.shield[1] >= _LEAST_SHARE).astype(np.float32))[None],
        opaque=_tensor(window.opaque)[None],
        threats=_tensor(_first_threats(window.boxes)),
    )


def _first_threats(boxes: Floats) -> Floats:
    """(_MOST_THREATS, 5)"""
    rows = np.zeros((_MOST_THREATS, 5), np.float32)
    rows[: len(boxes)] = boxes[:_MOST_THREATS]
    return rows


def _tensor(array: NDArray[np.generic]) -> Tensor:
    return torch.from_numpy(np.ascontiguousarray(array))


def _stack(pictures: list[Batch]) -> Batch:
    return Batch(*(torch.stack(parts) for parts in zip(*pictures, strict=True)))


def targets(window: Window) -> Targets:
    """What the shielding, centre and box heads should say of this window."""
    share = window.shield[0]
    shield = (share >= _LEAST_SHARE).astype(np.float32)
    # Cells that an outline merely touches are neither.
    shield_weight = np.where((share > 0) & (shield == 0), 0, 1).astype(np.float32)
    centre = np.zeros_like(shield)
    box = np.zeros((4, *shield.shape), np.float32)
    box_weight = np.zeros_like(shield)
    y, x = ((np.arange(size) + 0.5) * SHIELD_STRIDE for size in shield.shape)
    for x0, y0, x1, y1, visible in window.boxes:
        rows = slice(int(y0 // SHIELD_STRIDE), int(-(-y1 // SHIELD_STRIDE)))
        columns = slice(int(x0 // SHIELD_STRIDE), int(-(-x1 // SHIELD_STRIDE)))
        part = shield_weight[rows, columns]
        np.minimum(part, np.where(shield[rows, columns] > 0, visible, 1), out=part)
        if visible == 0:
            continue
        dx, dy = x - (x0 + x1) / 2, y - (y0 + y1) / 2
        # σ a sixth of each side, and at least a cell (CenterNet, arXiv 1904.07850, in spirit).
        spread_x = max((x1 - x0) / 6, SHIELD_STRIDE)
        spread_y = max((y1 - y0) / 6, SHIELD_STRIDE)
        hill = np.exp(-0.5 * ((dy / spread_y) ** 2)[:, None] - 0.5 * (dx / spread_x) ** 2)
        hill[hill == hill.max()] = 1.0
        np.maximum(centre, hill, out=centre, casting="same_kind")
        near = (hill > 0.6) & (hill >= centre)
        edges = np.stack(
            np.broadcast_arrays(x[None] - x0, y[:, None] - y0, x1 - x[None], y1 - y[:, None])
        )
        inside = near & (edges > 0).all(axis=0)
        box[:, inside] = edges[:, inside]
        box_weight[inside] = visible
    return Targets(shield, shield_weight, centre, box, box_weight)
