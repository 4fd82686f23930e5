"""Sections: the load cut across the travel into stretches, each in the numbers that tell goods.

Every number is a mean over the cells of a section that show goods, so that a section of two goods
is the mixture of theirs. What the numbers of which goods are is in `signatures`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scanai.inspect.evidence.context import Box
from scanai.inspect.evidence.measured import CELL, Measured
from scanai.inspect.evidence.spacing import SPACING, spacing
from scanai.inspect.evidence.texture import TEXTURE, goods_pixels, texture
from scanai.inspect.maps import Maps
from scanai.manifest.goods_groups import goods_groups

LENGTHS_M = (1.2, 2.4)
"""Of the sections along the travel: a pallet across, and two. They overlap by half."""
DENSITIES = (2.0, 5.0, 10.0, 20.0, 35.0, 55.0, 80.0, 120.0)
"""Areal densities of cargo, g/cm²: each section tells which share of it lies near each of them."""
EFFECTIVE_ZS = (3.0, 4.5, 5.5, 6.1, 6.6, 7.1, 7.7, 8.5, 10.0, 12.0, 14.5, 19.0, 26.0, 35.0, 60.0)
"""The same of effective Z; finer where most goods lie. The same for matter of one kind on every
scanner, which the ratio of the energies is not."""
SCANNER = (
    "vertical_beam",
    "pitch_along",
    "pitch_across",
    "quanta",
    "end_point",
    "low_end_point",
)
"""What the scanner is, for goods look otherwise from above, in coarse pixels or in noise: 1 where
the beam runs from above or below; natural logarithm of the pitch in mm along and across the travel,
of the quanta detected in an open-beam pixel, and of the end points in MV."""
FEATURES = (
    "nothing",
    *(group.name for group in goods_groups()),
    "cargo_areal_density",
    "attenuation",
    "ratio",
    "change_along",
    "change_across",
    "opaque",
    "height",
    "cells",
    "long",
    "dual_energy",
    *SCANNER,
    *(f"near_{density:g}_g_cm2" for density in DENSITIES),
    *(f"near_z_{z:g}" for z in EFFECTIVE_ZS),
    *TEXTURE,
)
"""Natural logarithm of the probability that the goods map gives to nothing and to each group; of
1 + the cargo's areal density in g/cm²; of 1 + the high-energy attenuation; attenuation at high over
low energy; change of attenuation from cell to cell as a share of it, along the travel and across;
share that the beam does not get through; height over the unit's, 0 to 1; logarithm of the number of
cells; 1 for the longer sections; 1 with two energies; what the scanner is; shares near each of
DENSITIES; shares of the attenuation near each of EFFECTIVE_ZS; the texture. Behind these come mean
and spread of each of the goods features, where the graph tells them, and the spacing of packages:
`feature_names`."""
_LOG_DENSITIES = np.log1p(np.array(DENSITIES))
_NO_WEIGHT = 1e-6
"""Differences of sums leave as much where nothing was added."""
_LEAST_PROBABILITY = 1e-3
"""Below this the model's probabilities say no more than "hardly"."""
_LEAST_FILLED, _LEAST_CELLS = 0.2, 12
"""Share of a section that shows goods, and cells that do, from which it is judged."""
_RATIO_RANGE = (0.5, 1.2)
_FLAT = 0.2
"""Attenuation added before a change is divided by it, or noise in thin cells would count."""


def feature_names(goods_features: int) -> tuple[str, ...]:
    """Names of all numbers of a section, for a graph that tells so many goods features."""
    numbers = range(goods_features)
    return (
        *FEATURES,
        *(f"goods_feature_{number}" for number in numbers),
        *(f"goods_feature_{number}_spread" for number in numbers),
        *SPACING,
    )


def earlier_feature_names(goods_features: int) -> tuple[str, ...]:
    """Those of signatures up to `scanai-v1` 1.7.0, the first of `feature_names`."""
    return feature_names(goods_features)[: -len(SPACING)]


@dataclass(frozen=True)
class Sections:
    """All sections of one scan that show goods, the shorter ones first, from left to right."""

    boxes: NDArray[np.intp]
    """(n, 4) x0, y0, x1, y1 in cells, half-open."""
    long: NDArray[np.bool_]
    """(n,) of the greater length."""
    apart: NDArray[np.bool_]
    """(n,) those of the lesser length that together cover the load once."""
    kg: NDArray[np.float64]
    """(n,) what the cells that show goods hold, transport unit included."""
    area_m2: NDArray[np.float64]
    """(n,) of these cells, across the rays in the reference plane of the scanner."""
    features: NDArray[np.float64]
    """(n, features) as `feature_names` has them; ratio, Z and the low end point are nan with one
    energy."""
    shown: NDArray[np.bool_]
    """(columns of cells,) of the scan: whether they show any goods. A section may begin or end in a
    gap of the load."""

    def pixels(self, number: int, shape: tuple[int, ...]) -> Box:
        """The box of one section in pixels of a picture (H, W)."""
        x0, y0, x1, y1 = (int(value) * CELL for value in self.boxes[number])
        return x0, y0, min(x1, shape[1]), min(y1, shape[0])


def cut(maps: Maps, measured: Measured, grams: NDArray[np.float32]) -> Sections:
    """The sections of a scan. `grams`: mass of each cell that shows goods, 0 elsewhere."""
    loaded = grams > 0
    spans = _spans(loaded, measured)
    cells = np.cumsum(np.pad(loaded.sum(axis=0), (1, 0)))
    area = np.where(loaded, measured.cell_area_cm2, 0.0).sum(axis=0, dtype=np.float64)
    areas = np.cumsum(np.pad(area, (1, 0))) / 1e4
    mass = np.cumsum(np.pad(grams.sum(axis=0, dtype=np.float64), (1, 0))) / 1000
    rows = np.flatnonzero(loaded.any(axis=1))
    top, bottom = (int(rows[0]), int(rows[-1]) + 1) if rows.size else (0, 0)
    kept = [
        (x0, x1, long, apart)
        for x0, x1, long, apart in spans
        if cells[x1] - cells[x0] >= max(_LEAST_CELLS, _LEAST_FILLED * (x1 - x0) * (bottom - top))
    ]
    x0s = np.array([span[0] for span in kept], np.intp)
    x1s = np.array([span[1] for span in kept], np.intp)
    counts = (cells[x1s] - cells[x0s]).astype(np.float64)
    long = np.array([span[2] for span in kept], np.bool_)
    means = _means(_cell_values(maps, measured), loaded, x0s, x1s)
    dual = len(measured.scan.energies_mv) == 2
    if not dual:
        means[FEATURES.index("ratio")] = np.nan
    told = np.array([np.log(np.maximum(counts, 1)), long, np.full(len(kept), dual)], np.float64)
    pixels = goods_pixels(measured, loaded, x0s, x1s)
    scanner = np.repeat(_scanner(measured)[:, None], len(kept), axis=1)
    return Sections(
        boxes=np.array([(x0, top, x1, bottom) for x0, x1, _, _ in kept], np.intp).reshape(-1, 4),
        long=long,
        apart=np.array([span[3] for span in kept], np.bool_),
        kg=mass[x1s] - mass[x0s],
        area_m2=areas[x1s] - areas[x0s],
        features=np.vstack(
            (
                means,
                told,
                scanner,
                _means(near(np.log1p(_cargo(maps, measured)), _LOG_DENSITIES), loaded, x0s, x1s),
                _shares_of_z(measured, loaded, x0s, x1s),
                texture(pixels),
                _goods_features(maps, loaded, x0s, x1s),
                spacing(pixels),
            )
        ).T,
        shown=np.asarray(loaded.any(axis=0), np.bool_),
    )


def _scanner(measured: Measured) -> NDArray[np.float64]:
    """(SCANNER,) of one scan; nan for an energy that it does not have."""
    scan, profile = measured.scan, measured.profile
    ends = (*scan.energies_mv, np.nan)[:2]
    high = profile.energy_index(scan.energies_mv[0])
    positive = (*scan.pitch_mm, profile.noise.quanta_open_beam[high], *ends)
    return np.array([profile.geometry.view != "side", *np.log(positive)], np.float64)


def near(values: NDArray[np.floating], knots: NDArray[np.float64]) -> NDArray[np.float32]:
    """(knots, …) how far each value belongs to each knot: 1 at it, falling to 0 at its neighbours;
    shares of it add up to 1. What lies beyond the ends belongs to them."""
    place = np.interp(values, knots, np.arange(knots.size))
    apart = np.abs(place[None] - np.arange(knots.size).reshape(-1, *[1] * place.ndim))
    return np.asarray(np.maximum(1.0 - apart, 0.0), np.float32)


def _cargo(maps: Maps, measured: Measured) -> NDArray[np.float32]:
    """(⌈H/8⌉, ⌈W/8⌉) areal density of the cargo alone where the model tells it, g/cm²."""
    cargo = measured.areal_density if maps.areal_density is None else maps.areal_density
    above: NDArray[np.float32] = np.maximum(cargo, np.float32(0))
    return above


def _shares_of_z(
    measured: Measured, loaded: NDArray[np.bool_], x0s: NDArray[np.intp], x1s: NDArray[np.intp]
) -> NDArray[np.float64]:
    """(EFFECTIVE_ZS, sections) shares of the attenuation: thick cells tell more, and weigh more."""
    told = loaded & np.isfinite(measured.effective_z)
    weights = np.where(told, measured.cell_attenuation[0], np.float32(0))
    of_z = near(np.where(told, measured.effective_z, 0.0), np.array(EFFECTIVE_ZS))
    return _means(of_z, weights, x0s, x1s)


def _means(
    values: NDArray[np.floating],
    weights: NDArray[np.floating] | NDArray[np.bool_],
    x0s: NDArray[np.intp],
    x1s: NDArray[np.intp],
) -> NDArray[np.float64]:
    """(values, sections) mean of (values, h, w) from x0 to x1 by the weights (h, w); nan where
    nothing weighs."""
    # Sums over columns once: a section is a difference of two.
    of_columns = np.einsum("vhw,hw->vw", values, weights.astype(np.float64))
    sums = np.cumsum(np.pad(of_columns, ((0, 0), (1, 0))), axis=1)
    whole = np.cumsum(np.pad(weights.sum(axis=0, dtype=np.float64), (1, 0)))
    weight = whole[x1s] - whole[x0s]
    known = np.where(weight > _NO_WEIGHT, weight, np.nan)
    means: NDArray[np.float64] = (sums[:, x1s] - sums[:, x0s]) / known
    return means


def _goods_features(
    maps: Maps, loaded: NDArray[np.bool_], x0s: NDArray[np.intp], x1s: NDArray[np.intp]
) -> NDArray[np.float64]:
    """(2 m, sections) mean and spread of the m goods features; m is 0 for graphs without them."""
    if maps.goods_features is None:
        return np.zeros((0, x0s.size))
    mean = _means(maps.goods_features, loaded, x0s, x1s)
    squares = _means(np.square(maps.goods_features), loaded, x0s, x1s)
    return np.vstack((mean, np.sqrt(np.maximum(squares - mean**2, 0.0))))


def _spans(loaded: NDArray[np.bool_], measured: Measured) -> list[tuple[int, int, bool, bool]]:
    """(first column, last one, long, apart) along the transport unit."""
    left, right = measured.unit_box[0] // CELL, -(-measured.unit_box[2] // CELL)
    right = min(right, loaded.shape[1])
    spans = []
    for number, length in enumerate(LENGTHS_M):
        width = max(round(length * 1000 / (CELL * measured.scan.pitch_mm[0])), 2)
        last = max(right - width, left)
        starts = list(range(left, last + 1, width // 2))
        for place, start in enumerate(starts):
            apart = number == 0 and place % 2 == 0
            spans.append((start, min(start + width, right), number == 1, apart))
        # What the last whole one leaves over; it is no longer than half a section.
        end = spans[-1][1] if len(starts) % 2 else spans[-2][1]
        if end < right:
            spans.append((end if number == 0 else last, right, number == 1, number == 0))
    return spans


def _cell_values(maps: Maps, measured: Measured) -> NDArray[np.float64]:
    """(features of a cell, ⌈H/8⌉, ⌈W/8⌉)"""
    attenuation = measured.cell_attenuation[0].astype(np.float64)
    low = measured.cell_attenuation[-1]
    y0, y1 = measured.unit_box[1] / CELL, measured.unit_box[3] / CELL
    height = np.clip((y1 - np.arange(attenuation.shape[0])) / max(y1 - y0, 1), 0, 1)
    across, along = np.gradient(attenuation)
    return np.concatenate(
        (
            np.log(np.maximum(maps.goods, _LEAST_PROBABILITY)),
            [
                np.log1p(_cargo(maps, measured)),
                np.log1p(np.maximum(attenuation, 0)),
                np.clip(attenuation / np.maximum(low, 0.05), *_RATIO_RANGE),
                np.abs(along) / (np.maximum(attenuation, 0) + _FLAT),
                np.abs(across) / (np.maximum(attenuation, 0) + _FLAT),
                measured.opaque_cells,
                np.broadcast_to(height[:, None], attenuation.shape),
            ],
        )
    )
