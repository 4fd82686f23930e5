"""Crops of regions, kept by the ten thousand, and what each shows: what lumps are learned from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scanai.inspect.region_crops import RegionCrops

LUMP, GOODS, UNSURE = 1, 0, -1


@dataclass(frozen=True)
class LabelledCrops:
    crops: RegionCrops
    """In 16 bits."""
    shows: NDArray[np.int8]
    """(n,) LUMP, GOODS or UNSURE."""


def half_precise(crops: RegionCrops) -> RegionCrops:
    """In 16 bits: steps of 0.004 at an attenuation of 6, as noise has there."""
    return RegionCrops(*(one.astype(np.float16) for one in crops))  # type: ignore[arg-type]


def together(parts: Sequence[LabelledCrops]) -> LabelledCrops:
    fields = zip(*(part.crops for part in parts), strict=True)
    return LabelledCrops(
        RegionCrops(*(np.concatenate(one) for one in fields)),
        np.concatenate([part.shows for part in parts]),
    )
