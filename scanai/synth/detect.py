"""From areal density maps to raw counts: beam, matter, noise, and what a detector gets wrong.

`expected_transmission` is the physics without chance; `record` adds the scanner's imperfections as
its profile gives them. Scatter, afterglow and cross-talk are not modelled here.
"""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from scanai.physics.beams import beam
from scanai.physics.transmission import attenuation_matrix, effective_spectrum
from scanai.scan.model import RawScan
from scanai.scan.profile import ScannerProfile
from scanai.synth.solids import Array
from scanai.synth.trace import Layer, Layers, Window

# A tile of 32 × 256 pixels times some 60 energies stays within the second-level cache.
_TILE_ROWS, _TILE_COLUMNS = 32, 256
# Below this mean a Poisson count is drawn as such, above it a normal one will do.
_FEW_QUANTA = 50.0
# Pulses that an air or dark line is averaged over.
_LINE_PULSES = 256
# Share of dead rows that were dead already when the air line was taken.
_LONG_DEAD = 0.5


@cache
def _quadrature(end_point_mv: float) -> tuple[NDArray[np.float64], Array]:
    energy, weight = effective_spectrum(beam(end_point_mv))
    return energy, weight.astype(np.float32)


def expected_transmission(layers: Layers, profile: ScannerProfile) -> Array:
    """(energies, H, W) mean transmission, 1 where nothing is."""
    height, width = layers.shape
    picture = np.ones((len(profile.energies_mv), height, width), np.float32)
    materials = {layer.material.name: layer.material for layer in layers.layers}
    if not materials:
        return picture
    bands = [
        attenuation_matrix(tuple(materials.values()), _quadrature(end_point)[0], factors)
        for end_point, factors in zip(profile.energies_mv, profile.spectral, strict=True)
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


def record(
    rng: Generator,
    transmission: Array,
    profile: ScannerProfile,
    *,
    source: str,
    air_line: bool = True,
    scan_id: str = "",
    unit: str = "",
) -> RawScan:
    """Counts of one scan as the profile's detector would write them.

    transmission: (energies, H, W), H being the profile's rows. Without `air_line` the scan brings
    neither air nor dark level and lies on the dark level of the profile's file layout. Shot noise
    follows the profile's quanta, for each pixel a Poisson count of them; dead rows read zero.
    """
    flaws, noise = profile.imperfections, profile.noise
    energies, height, width = (int(size) for size in transmission.shape)
    dead = _dead_rows(rng, flaws.dead_rows, height)
    level = rng.normal(1.0, 0.02)
    gain = np.maximum(rng.normal(1.0, flaws.gain_spread, height), 0.1)
    counts = np.empty(transmission.shape, np.uint16)
    air = np.empty((energies, height), np.float32)
    dark = np.empty((energies, height), np.float32)
    for index in range(energies):
        quanta = noise.quanta_open_beam[index]
        # Channels differ between energies by much less than from row to row.
        own_gain = gain * rng.normal(1.0, flaws.gain_spread / 10, height)
        open_beam = (profile.open_beam_counts[index] * level * own_gain).astype(np.float32)
        offset = np.full(height, profile.dark_counts, np.float32)
        offset += rng.normal(0.0, flaws.dark_spread_counts, height)
        np.maximum(offset, 0, out=offset)
        if not air_line:  # the scanner's software took dark off down to what its layout says
            offset[:] = profile.file.dark_counts[index] if profile.file.dark_counts else 0.0
        output = rng.normal(1.0, flaws.output_drift, width).astype(np.float32)
        mean = transmission[index] * output
        mean *= np.float32(quanta)
        signal = _arrivals(rng, mean, np.float32(quanta), open_beam, noise.electronic_counts)
        signal += offset[:, None]
        _heat(rng, signal, flaws.hot_pixel_share, profile.saturation_counts)
        signal[dead] = 0
        np.clip(signal, 0, profile.saturation_counts, out=signal)
        counts[index] = np.rint(signal, out=signal).astype(np.uint16)
        sigma = noise.electronic_counts / np.sqrt(_LINE_PULSES)
        dark[index] = offset + rng.normal(0, sigma, height)
        spread = np.hypot(sigma, open_beam / np.sqrt(quanta * _LINE_PULSES))
        air[index] = offset + open_beam + rng.normal(0, 1, height) * spread
    for row in dead:
        if rng.random() < _LONG_DEAD:
            air[:, row] = 0
            dark[:, row] = 0
    return RawScan(
        source=source,
        pixels=counts,
        quantity="counts",
        profile=profile,
        energies_mv=profile.energies_mv,
        pitch_mm=profile.pitch_mm,
        air=air if air_line else None,
        dark=np.maximum(dark, 0) if air_line else None,
        scan_id=scan_id,
        unit=unit,
    )


def _dead_rows(rng: Generator, expected: float, height: int) -> NDArray[np.intp]:
    """Row numbers, without repetition; now and then two neighbours die together."""
    rows = rng.integers(0, height, rng.poisson(expected))
    neighbours = rows[rng.random(rows.size) < 0.2] + 1
    dead: NDArray[np.intp] = np.unique(np.append(rows, neighbours[neighbours < height]))
    return dead


def _arrivals(
    rng: Generator, mean: Array, quanta: np.float32, open_beam: Array, electronic: float
) -> Array:
    """Counts above dark for a mean number of quanta in each pixel; `mean` (H, W) is consumed.

    One normal number a pixel carries shot and electronic noise at once; only where quanta are few
    is the Poisson number itself drawn, at some ten times the cost.
    """
    scale = open_beam[:, None] / quanta
    few = mean < _FEW_QUANTA
    means = mean[few]
    noise = rng.standard_normal(mean.shape, np.float32)
    spread = np.where(few, np.float32(0), mean)
    spread *= scale
    spread *= scale
    spread += np.float32(electronic**2)
    np.sqrt(spread, out=spread)
    noise *= spread
    mean[few] = rng.poisson(means)
    mean *= scale
    mean += noise
    return mean


def _heat(rng: Generator, signal: Array, share: float, saturation: int) -> None:
    """Lone pixels that read anything up to saturation."""
    number = rng.poisson(share * signal.size)
    places = rng.integers(0, signal.size, number)
    signal.flat[places] = rng.uniform(0.5 * saturation, saturation, number)
