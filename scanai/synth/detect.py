"""From areal density maps to transmission: beam and matter, without chance or detector.

What a scanner makes of it is in `recording`.
"""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

from scanai.physics.beams import beam
from scanai.physics.transmission import attenuation_matrix, effective_spectrum
from scanai.scan.profile import ScannerProfile, SpectralFactors
from scanai.synth.solids import Array
from scanai.synth.trace import Layer, Layers, Window

# A tile of 32 × 256 pixels times some 60 energies stays within the second-level cache.
_TILE_ROWS, _TILE_COLUMNS = 32, 256


@cache
def _quadrature(end_point_mv: float) -> tuple[NDArray[np.float64], Array]:
    energy, weight = effective_spectrum(beam(end_point_mv))
    return energy, weight.astype(np.float32)


def expected_transmission(
    layers: Layers, profile: ScannerProfile, spectral: tuple[SpectralFactors, ...] = ()
) -> Array:
    """(energies, H, W) mean transmission, 1 where nothing is.

    `spectral`: factors of each energy on the day of the scan; none, those of the profile.
    """
    height, width = layers.shape
    picture = np.ones((len(profile.energies_mv), height, width), np.float32)
    materials = {layer.material.name: layer.material for layer in layers.layers}
    if not materials:
        return picture
    bands = [
        attenuation_matrix(tuple(materials.values()), _quadrature(end_point)[0], factors)
        for end_point, factors in zip(
            profile.energies_mv, spectral or profile.spectral, strict=True
        )
    ]
    coefficients = -np.concatenate(bands, axis=1).astype(np.float32)
    row_of = {name: row for row, name in enumerate(materials)}
    for top in range(0, height, _TILE_ROWS):
        for left in range(0, width, _TILE_COLUMNS):
            tile = (
                slice(top, min(top + _TILE_ROWS, height)),
                slice(left, min(left + _TILE_COLUMNS, width)),
            )
            depths = _depths(layers, tile)
            if not depths:
                continue
            present = coefficients[[row_of[name] for name in depths]]
            through = present.T @ np.stack([depth.ravel() for depth in depths.values()])
            np.exp(through, out=through)
            start = 0
            for index, end_point in enumerate(profile.energies_mv):
                weight = _quadrature(end_point)[1]
                seen = weight @ through[start : start + weight.size]
                picture[(index, *tile)] = seen.reshape(_size(tile))
                start += weight.size
    return picture


def _size(window: Window) -> tuple[int, int]:
    return window[0].stop - window[0].start, window[1].stop - window[1].start


def _depths(layers: Layers, tile: Window) -> dict[str, Array]:
    """Areal density in the tile of every material that occurs there, g/cm²."""
    depths: dict[str, Array] = {}
    for layer in layers.layers:
        part = _cut(layer, tile)
        if part is None:
            continue
        name = layer.material.name
        depths[name] = depths[name] + part if name in depths else part
    return depths


def _cut(layer: Layer, tile: Window) -> Array | None:
    """The layer in the tile, zero outside its window; None where the tile has none of it."""
    rows, columns = layer.window
    top, bottom = max(rows.start, tile[0].start), min(rows.stop, tile[0].stop)
    left, right = max(columns.start, tile[1].start), min(columns.stop, tile[1].stop)
    if top >= bottom or left >= right:
        return None
    part = layer.areal_density[
        top - rows.start : bottom - rows.start, left - columns.start : right - columns.start
    ]
    if not part.any():
        return None
    if part.shape == _size(tile):
        return part
    whole = np.zeros(_size(tile), np.float32)
    whole[
        top - tile[0].start : bottom - tile[0].start, left - tile[1].start : right - tile[1].start
    ] = part
    return whole
