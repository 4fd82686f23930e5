"""Facts of a region by what is a lump: how many there are, what they weigh, and what was declared.

A lump is a dense thing of its own, a shield or an honest piece (`lumps.onnx` of a bundle tells it
from parts of goods). Declared pieces explain as many lumps as there are pieces, and no more mass
than they have; which of the lumps they explain nobody knows, so all are counted, each by how likely
it is one.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

Floats = NDArray[np.float64]

# Natural logarithm of the odds that it is a lump, and of the best two others; how many others there
# are, each by its probability; how many regions are lumps more surely.
_AMONG_LUMPS = ("lump", "best_other_lump", "second_other_lump", "other_lumps", "rank_as_lump")
# Lumps in all, and the rank, less the number of declared pieces; ln of the mass of the others,
# and of all, each by its probability, by that of the pieces.
_BESIDE_PIECES = (
    *("lumps_beyond_pieces", "rank_beyond_pieces"),
    *("mass_of_other_lumps_by_pieces", "mass_of_lumps_by_pieces"),
)
LUMP_FACTS = (*_AMONG_LUMPS, *_BESIDE_PIECES)
LUMP_ROOM = dict.fromkeys(_BESIDE_PIECES, 1)
"""As `region_facts.ROOM`."""
_NO_LUMP = -8.0
"""ln odds of no other region, and the least that one counts with."""
_SLACK_KG = 0.1
"""Added to all masses before their logarithms are taken: lighter ones count alike."""


def lump_facts(lump: Floats, kg: Floats, pieces: float, pieces_kg: float) -> Floats:
    """(n, LUMP_FACTS) of the regions of one picture.

    lump: (n,) ln odds. kg: (n,) mass. pieces, pieces_kg: of declared pieces of dense goods.
    """
    count = len(lump)
    likely = expit(lump)
    others = np.where(np.eye(count, dtype=bool), _NO_LUMP, lump[None])
    best = np.sort(np.hstack((others, np.full((count, 2), _NO_LUMP))), axis=1)[:, ::-1]
    surer = (lump[None] > lump[:, None]).sum(axis=1)
    mass = float((likely * kg).sum())
    declared = pieces_kg + _SLACK_KG
    return np.column_stack(
        (
            lump,
            best[:, 0],
            best[:, 1],
            likely.sum() - likely,
            surer,
            np.full(count, likely.sum() - pieces),
            surer - pieces,
            np.log((mass - likely * kg + _SLACK_KG) / declared),
            np.full(count, np.log((mass + _SLACK_KG) / declared)),
        )
    )
