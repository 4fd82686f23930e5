"""Trains the network of lumps on crops of regions, and writes it as an ONNX graph."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn.functional import binary_cross_entropy_with_logits
from torch.nn.utils import clip_grad_norm_
from torch.optim import AdamW
from torch.optim.lr_scheduler import OneCycleLR
from tqdm import tqdm

from scanai.errors import InputError
from scanai.inspect.region_crops import RegionCrops
from scanai.train.labelled_crops import GOODS, LUMP, UNSURE, LabelledCrops
from scanai.train.lump_net import LumpNet

_EPOCHS, _LEAST_STEPS = 8, 100
_BATCH = 128
_RATE, _DECAY = 2e-3, 0.02
_GREATEST_GRADIENT = 2.0
_SCALES = 0.04
"""Standard deviation of a factor on the attenuation: scanners differ by as much."""
_READ_AT_ONCE = 512


def trained(labelled: LabelledCrops, seed: int, *, label: str = "lumps") -> LumpNet:
    """The network after some rounds over what is sure. Equal crops and seeds give equal networks on
    one machine, with as many threads of torch. InputError where no lump is surely shown, or nothing
    else."""
    for what, code in (("lumps", LUMP), ("goods", GOODS)):
        if not (labelled.shows == code).any():
            raise InputError("lumps", f"regions that surely show {what}", "none")
    sure = np.flatnonzero(labelled.shows != UNSURE)
    rng = np.random.default_rng(seed)
    torch.manual_seed(seed)
    network = LumpNet().to(memory_format=torch.channels_last)
    optimiser = AdamW(network.parameters(), lr=_RATE, weight_decay=_DECAY)
    steps = max(_LEAST_STEPS, _EPOCHS * sure.size // _BATCH)
    schedule = OneCycleLR(optimiser, _RATE, total_steps=steps + 1, pct_start=0.15)
    network.train()
    for chosen in tqdm(_batches(rng, sure, steps), desc=label, unit="step", total=steps):
        inputs = _augmented(rng, _tensors(labelled.crops, chosen))
        shows = torch.from_numpy((labelled.shows[chosen] == LUMP).astype(np.float32))
        with torch.autocast("cpu", torch.bfloat16):
            answer = network(*inputs)
        optimiser.zero_grad()
        loss = binary_cross_entropy_with_logits(answer.float(), shows)
        loss.backward()  # type: ignore[no-untyped-call]
        clip_grad_norm_(network.parameters(), _GREATEST_GRADIENT)
        optimiser.step()
        schedule.step()
    return network.eval()


def log_odds(network: LumpNet, crops: RegionCrops) -> NDArray[np.float64]:
    """(n,) that each region is a lump."""
    count = len(crops.told)
    answers = [np.zeros(0)]
    with torch.no_grad():
        for first in range(0, count, _READ_AT_ONCE):
            chosen = np.arange(first, min(first + _READ_AT_ONCE, count))
            answers.append(network(*_tensors(crops, chosen)).double().numpy())
    return np.concatenate(answers)


def _batches(
    rng: np.random.Generator, sure: NDArray[np.intp], steps: int
) -> Sequence[NDArray[np.intp]]:
    size = min(_BATCH, sure.size)
    rounds = -(-steps * size // (sure.size // size * size))
    order = [rng.permutation(sure)[: sure.size // size * size] for _ in range(rounds)]
    return list(np.concatenate(order).reshape(-1, size)[:steps])


def _tensors(crops: RegionCrops, chosen: NDArray[np.intp]) -> tuple[Tensor, ...]:
    return tuple(torch.from_numpy(one[chosen].astype(np.float32)) for one in crops)


def _augmented(rng: np.random.Generator, inputs: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
    """Mirrored along the travel by half, and as other scanners would measure it."""
    close, wide, near, told = inputs
    count = len(told)
    mirrored = torch.from_numpy(rng.random(count) < 0.5)
    for one in (close, wide, near):
        one[mirrored] = one[mirrored].flip(3)
    factor = torch.from_numpy(rng.normal(1.0, _SCALES, (count, 1, 1, 1)).astype(np.float32))
    return close * factor, wide * factor, near, told
