"""A close look at one region: its dense core against the ring of pixels around it.

Physics alone, at full resolution; what a look means is decided in `shielding`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scanai.inspect.evidence.context import Box
from scanai.inspect.evidence.layers import Contrast, Layer
from scanai.inspect.evidence.measured import Measured

Floats = NDArray[np.float32]
Mask = NDArray[np.bool_]

_MARGIN_PX = (12, 48)
_GUARD_PX = 2
"""What is drawn a little too tight must not take its own object for surroundings."""
_MAX_SIDE_PX = 160
"""Larger regions are looked at with a stride: statistics need no more pixels."""
_MOSTLY = 0.5
"""Share of the core at the noise floor from which the region is opaque."""
_NEAR_FLOOR = 0.95
"""Share of the greatest attenuation from which the low energy bends: its ratio means nothing."""
_TOP = 0.95
"""Quantile that stands for the densest of a region: single noisy pixels lie above."""
_RIM, _MIDDLE = 0.7, 0.35
"""Of a box from −1 to 1: outside the first is its rim, inside the second its middle."""
_UNIT_WIDTH_MM = 2438.0  # ISO 668


@dataclass(frozen=True)
class Look:
    """What physics says of one region."""

    box: Box
    """Of the dense core, inside the model's region."""
    layer: Layer
    attenuation: float
    """Of the core, high energy."""
    surroundings: float
    """Attenuation of the ring, high energy."""
    denser_than: float
    """Share of the ring's pixels that attenuate less than the core."""
    ratio: float | None
    ratio_surroundings: float | None
    opaque: bool
    """At least half of the core is at the noise floor: everything else is a lower bound."""
    wall_contrast: float
    """Share of the rim's excess that the middle lacks; 0 for a solid block."""


@dataclass(frozen=True)
class _Window:
    """The region and what lies around it."""

    attenuation: Floats
    """(energies, h, w)"""
    valid: Mask
    rows: NDArray[np.int_]
    columns: NDArray[np.int_]
    """Pixels of the scan that the window's rows and columns are."""
    step: int

    def within(self, box: Box, margin: int = 0) -> Mask:
        """(h, w) True inside the box made larger by `margin` on all sides."""
        high = (self.rows >= box[1] - margin) & (self.rows < box[3] + margin)
        wide = (self.columns >= box[0] - margin) & (self.columns < box[2] + margin)
        return high[:, None] & wide[None, :]

    def around(self, box: Box) -> Mask:
        """(h, w) True in the ring around a box, a guard apart."""
        side = max(box[2] - box[0], box[3] - box[1])
        guard = max(_GUARD_PX, side // 8)
        return _pick(self.within(box, guard + _margin(box)) & ~self.within(box, guard), self.valid)


def look_at(region: Box, measured: Measured, ratio_error: float) -> Look:
    """Finds the dense core of a region and compares it with what is right beside the core.

    `ratio_error`: systematic error of the low energy's excess, as a share of it.
    """
    window = _window(region, measured)
    high = window.attenuation[0]
    dense = _core(window, region)
    box = _box(window, dense, measured)
    ring = window.around(box)
    core = np.median(window.attenuation[:, dense], axis=1)
    around = np.median(window.attenuation[:, ring], axis=1)
    thinnest, thinner, denser, densest = np.quantile(high[ring], (0.025, 0.16, 0.84, 0.975))
    end = measured.floor_attenuation
    opaque = float(np.mean(high[dense] >= end - 1e-3)) >= _MOSTLY
    dual = core.size == 2
    seen = Contrast(
        core=tuple(core.tolist()),
        ring=tuple(around.tolist()),
        noise=_noise(measured, core, around, int(dense.sum()), int(ring.sum())),
        uneven=(float(around[0] - thinnest), float(densest - around[0])),
        spread=float(denser - thinner) / 2,
        displaced=float(around[0]) * _depth_share(box, measured.scan.pitch_mm),
        relative=ratio_error,
        low_usable=dual and not opaque and core[-1] < _NEAR_FLOOR * end and measured.ratio_fits,
    )
    return Look(
        box=box,
        layer=measured.layered.invert(seen),
        attenuation=seen.core[0],
        surroundings=seen.ring[0],
        denser_than=float(np.mean(high[ring] < core[0])),
        ratio=seen.core[0] / seen.core[1] if seen.low_usable and seen.core[1] > 0 else None,
        ratio_surroundings=seen.ring[0] / seen.ring[1] if dual and seen.ring[1] > 0.05 else None,
        opaque=opaque,
        wall_contrast=_wall_contrast(high - around[0], dense, max(seen.uneven[1], 0.05)),
    )


def _margin(box: Box) -> int:
    side = max(box[2] - box[0], box[3] - box[1])
    return int(np.clip(side // 2, *_MARGIN_PX))


def _window(region: Box, measured: Measured) -> _Window:
    height, width = measured.attenuation.shape[1:]
    # Room for the ring around a core that fills the region.
    reach = _margin(region) + max(_GUARD_PX, max(region[2] - region[0], region[3] - region[1]) // 8)
    x0, y0 = max(region[0] - reach, 0), max(region[1] - reach, 0)
    x1, y1 = min(region[2] + reach, width), min(region[3] + reach, height)
    step = max(1, -(-max(x1 - x0, y1 - y0) // _MAX_SIDE_PX))
    return _Window(
        attenuation=measured.attenuation[:, y0:y1:step, x0:x1:step],
        valid=measured.scan.valid[y0:y1:step, x0:x1:step],
        rows=np.arange(y0, y1, step),
        columns=np.arange(x0, x1, step),
        step=step,
    )


def _core(window: _Window, region: Box) -> Mask:
    """Pixels of the region nearer to its densest than to its surroundings."""
    high = window.attenuation[0]
    inside = _pick(window.within(region), np.ones_like(window.valid))
    around = float(np.median(high[window.around(region)]))
    top = float(np.quantile(high[inside], _TOP))
    return _pick(inside & (high >= (around + top) / 2), window.valid)


def _box(window: _Window, core: Mask, measured: Measured) -> Box:
    height, width = measured.attenuation.shape[1:]
    rows, columns = window.rows[core.any(axis=1)], window.columns[core.any(axis=0)]
    return (
        int(columns[0]),
        int(rows[0]),
        min(int(columns[-1]) + window.step, width),
        min(int(rows[-1]) + window.step, height),
    )


def _depth_share(box: Box, pitch_mm: tuple[float, float]) -> float:
    """Share of the unit's width that an object takes which is as deep as it is wide or high."""
    sides = (box[2] - box[0]) * pitch_mm[0], (box[3] - box[1]) * pitch_mm[1]
    return min(max(sides) / _UNIT_WIDTH_MM, 1.0)


def _pick(wanted: Mask, valid: Mask) -> Mask:
    """The wanted pixels that were measured, or all wanted ones where none was."""
    measured = wanted & valid
    if measured.any():
        return measured
    return wanted if wanted.any() else np.ones_like(wanted)


def _noise(
    measured: Measured,
    core: Floats,
    around: Floats,
    in_core: int,
    in_ring: int,
) -> tuple[float, ...]:
    """Standard deviation of core − ring from quanta and electronics, for each energy."""
    electronic = measured.profile.noise.electronic_counts
    result = []
    for number, mv in enumerate(measured.scan.energies_mv):
        index = measured.profile.energy_index(mv)
        quanta = measured.profile.noise.quanta_open_beam[index]
        dark = electronic / measured.profile.open_beam_counts[index]
        variance = 0.0
        for level, pixels in ((core[number], in_core), (around[number], in_ring)):
            thinned = float(np.exp(level))
            variance += (thinned / quanta + (dark * thinned) ** 2) / pixels
        result.append(float(np.sqrt(variance)))
    return tuple(result)


def _wall_contrast(excess: Floats, dense: Mask, least: float) -> float:
    """How much less the middle of the core's box holds than its rim, as a share of the rim."""
    rows, columns = np.flatnonzero(dense.any(axis=1)), np.flatnonzero(dense.any(axis=0))
    box = excess[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    if min(box.shape) < 8:
        return 0.0
    across, along = np.linspace(-1, 1, box.shape[0]), np.linspace(-1, 1, box.shape[1])
    # The middle of all four sides must stand out: two lumps side by side are no wall around a
    # hollow, and the corners of a round one are empty.
    sides = (
        box[np.ix_(across <= -_RIM, np.abs(along) < _MIDDLE)],
        box[np.ix_(across >= _RIM, np.abs(along) < _MIDDLE)],
        box[np.ix_(np.abs(across) < _MIDDLE, along <= -_RIM)],
        box[np.ix_(np.abs(across) < _MIDDLE, along >= _RIM)],
    )
    wall = min(float(np.median(side)) for side in sides)
    if wall < least:
        return 0.0
    middle = float(np.median(box[np.ix_(np.abs(across) < _MIDDLE, np.abs(along) < _MIDDLE)]))
    return float(np.clip((wall - middle) / wall, 0.0, 1.0))
