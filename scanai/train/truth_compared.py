"""A simulated scan's truth beside what was made of it: objects, goods, and which region hit what.

Plain comparisons; who inspects, and by what, is in `trials`.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from scanai.inspect.evidence.context import Box
from scanai.inspect.evidence.measured import CELL
from scanai.synth.scene import Threat
from scanai.synth.simulate import SimulatedScan
from scanai.synth.truth import Truth, TruthBox
from scanai.train.limits import Limits, limits_of
from scanai.train.trial_records import ObjectTrial, RegionTrial

_RELIABILITY_STEPS = 10
Reliability = tuple[tuple[float, float, float], ...]


def objects_of(simulated: SimulatedScan) -> list[tuple[TruthBox, ObjectTrial]]:
    """Shields and look-alikes in view, none found yet, with the limits of what could be told."""
    scene, truth = simulated.scene, simulated.truth
    pieces = [*scene.threats, *(one.piece for one in scene.look_alikes)]
    boxes = list(truth.boxes) + list(truth.look_alikes)
    result = []
    for box in boxes:
        # Truth boxes are of what is in view, in the order of the scene: told apart by their size.
        piece = next(one for one in pieces if _is_box_of(box, one))
        pieces.remove(piece)
        limits = limits_of(simulated, piece.objects) or Limits(0.0, 0.0, 0.0)
        trial = ObjectTrial(
            kind=box.kind,
            material=box.material,
            form=box.form,
            volume_cm3=box.volume_cm3,
            wall_mm=box.wall_mm,
            areal_density=box.areal_density,
            behind=limits.behind,
            d_prime=limits.d_prime,
            d_material=limits.d_material,
            found=False,
        )
        result.append((box, trial))
    return result


def _is_box_of(box: TruthBox, piece: Threat) -> bool:
    return (box.material, box.form, box.volume_cm3) == (
        piece.material,
        piece.form,
        float(piece.volume_cm3),
    )


def judged(
    regions: Sequence[tuple[Box, float]], boxes: Sequence[TruthBox]
) -> tuple[RegionTrial, ...]:
    """Regions with their scores, each with the object that it hits."""
    return tuple(RegionTrial(score, target(box, boxes)) for box, score in regions)


def target(found: Box, boxes: Sequence[TruthBox]) -> int:
    """Number of the box in which the middle of what was found lies; −1: none."""
    x, y = (found[0] + found[2]) / 2, (found[1] + found[3]) / 2
    inside = (box.x0 <= x < box.x1 and box.y0 <= y < box.y1 for box in boxes)
    return next((number for number, holds in enumerate(inside) if holds), -1)


def mean_where_loaded(truth: Truth) -> float:
    loaded = truth.group_index > 0
    return float(truth.cargo_areal_density[loaded].mean()) if loaded.any() else 0.0


def goods_hits(
    goods_map: NDArray[np.float32], truth: Truth
) -> tuple[float, float, float, Reliability]:
    """Mass with a goods group; of this with the right one first, and among the first three; and
    for each step of the likeliest group's probability how often it is right. Mass is areal density
    by pixel, t."""
    goods = goods_map[1:]
    ranked = np.argpartition(-goods, 3, axis=0)[:3] + 1
    first = goods.argmax(axis=0)
    sure = goods.max(axis=0) / np.maximum(goods.sum(axis=0), 1e-6)
    named = np.concatenate([(first + 1)[None], ranked]).astype(np.uint8)
    cargo = truth.group_index > 0
    # Cells are looked up for pixels with cargo alone: maps made as large as the scan cost more.
    rows, columns = (np.arange(size) // CELL for size in cargo.shape)
    cell = np.add.outer(rows * first.shape[1], columns)[cargo]
    weight = truth.cargo_areal_density[cargo].astype(np.float64) / 1e6
    right = named.reshape(4, -1)[:, cell] == truth.group_index[cargo]
    probability = sure.ravel()[cell]
    step = np.minimum((probability * _RELIABILITY_STEPS).astype(int), _RELIABILITY_STEPS - 1)
    sums = [
        np.bincount(step, values, _RELIABILITY_STEPS)
        for values in (weight, weight * probability, weight * right[0])
    ]
    return (
        float(weight.sum()),
        float((weight * right[0]).sum()),
        float((weight * (right[1] | right[2] | right[3])).sum()),
        tuple((float(a), float(b), float(c)) for a, b, c in zip(*sums, strict=True)),
    )
