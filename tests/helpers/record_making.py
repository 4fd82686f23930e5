"""Region records made up: what tests of all that is learned of regions are made with."""

from __future__ import annotations

import numpy as np

from scanai.inspect.evidence.region_facts import EARLIER_FACTS
from scanai.inspect.region_crops import CLOSE, TOLD, WIDE, RegionCrops
from scanai.train.labelled_crops import LabelledCrops
from scanai.train.region_records import RegionRecord

EXCESS = EARLIER_FACTS.index("excess")


def labelled(seed: int, count: int = 20) -> LabelledCrops:
    """Crops of even goods, in some of which the middle is denser: these are lumps."""
    rng = np.random.default_rng(seed)
    shows = (rng.random(count) < 0.4).astype(np.int8)
    close = rng.normal(2.0, 0.05, (count, 2, CLOSE, CLOSE))
    close[:, :, 12:20, 12:20] += shows[:, None, None, None]
    wide = rng.normal(2.0, 0.05, (count, 2, WIDE, WIDE))
    arrays = (close, wide, np.zeros_like(wide), np.zeros((count, len(TOLD))))
    crops = RegionCrops(*(one.astype(np.float16) for one in arrays))
    return LabelledCrops(crops, shows)


def record(
    seed: int, share: float = 0.3, *, more: float = 20.0, confirmed: bool = True
) -> RegionRecord:
    """Regions of which those that hold more are shields."""
    rng = np.random.default_rng(seed)
    facts = rng.normal(size=(20, len(EARLIER_FACTS)))
    shield = rng.random(20) < share
    facts[:, EXCESS] = rng.normal(10, 3, 20) + more * shield
    return RegionRecord(
        facts=facts,
        confirmed=np.full(20, confirmed),
        shield=shield,
        crops=labelled(seed),
        furnished=labelled(seed + 10_000),
    )
