"""From expected transmission to raw counts: noise, and all that a scanner gets wrong.

`record` follows a pulse: what reaches the detectors (`optics`), how many quanta they catch, what
they make of them (`response`), then gain, dark level, defects and whole numbers. Sizes come from
the profile's imperfections, chance from one generator.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from scanai.scan.model import RawScan
from scanai.scan.profile import ScannerProfile
from scanai.synth.optics import add_scatter, blur, drift
from scanai.synth.response import add_afterglow, cross_talk, saturate
from scanai.synth.solids import Array
from scanai.synth.spectrum import attenuation_drift, slow_waves

# Below this mean a Poisson count is drawn as such, above it a normal one will do.
_FEW_QUANTA = 50.0
# Pulses that an air or dark line is averaged over.
_LINE_PULSES = 256
# Share of dead rows that were dead already when the air line was taken.
_LONG_DEAD = 0.5
# Data that is lost is that of a module of so many rows, for this many pulses on average.
_MODULE_ROWS, _LOST_PULSES = 16, 4.0
# Gains of the two energies differ by this share of what they differ from row to row.
_OWN_GAIN = 0.1


@dataclass(frozen=True)
class _Rows:
    """One energy of the detector array; all (H,), counts."""

    open_beam: Array
    """Above dark, when the scan was taken."""
    offset: Array
    air: Array
    dark: Array


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
    flaws = profile.imperfections
    energies, height = transmission.shape[:2]
    dead = _dead_rows(rng, flaws.dead_rows, height)
    level = rng.normal(1.0, flaws.level_spread)
    gain = np.maximum(rng.normal(1.0, flaws.gain_spread, height), 0.1)
    arrays = [_array(rng, profile, index, level * gain, air_line) for index in range(energies)]
    signals = _signals(rng, transmission, profile, arrays)
    counts = np.empty(transmission.shape, np.uint16)
    for index, (signal, rows) in enumerate(zip(signals, arrays, strict=True)):
        cross_talk(signal, flaws.cross_talk)
        saturate(signal, flaws.nonlinearity)
        signal *= rows.open_beam[:, None]
        signal += rows.offset[:, None]
        _heat(rng, signal, flaws.hot_pixel_share, profile.saturation_counts)
        _lose(rng, signal, flaws.dropout_share)
        signal[dead] = 0
        np.clip(signal, 0, profile.saturation_counts, out=signal)
        counts[index] = np.rint(signal, out=signal).astype(np.uint16)
    air, dark = np.stack([rows.air for rows in arrays]), np.stack([rows.dark for rows in arrays])
    long_dead = dead[rng.random(dead.size) < _LONG_DEAD]
    air[:, long_dead] = 0
    dark[:, long_dead] = 0
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


def _array(
    rng: Generator, profile: ScannerProfile, index: int, gain: NDArray[np.float64], air_line: bool
) -> _Rows:
    """The detector array for one energy, as it was at its air line and as it is in the scan."""
    flaws, noise = profile.imperfections, profile.noise
    height = gain.size
    # Channels differ between energies by much less than from row to row.
    own_gain = gain * rng.normal(1.0, flaws.gain_spread * _OWN_GAIN, height)
    before = (profile.open_beam_counts[index] * own_gain).astype(np.float32)
    now = before * rng.normal(1.0, flaws.gain_drift, height).astype(np.float32)
    offset = np.full(height, profile.dark_counts, np.float32)
    offset += rng.normal(0.0, flaws.dark_spread_counts, height)
    np.maximum(offset, 0, out=offset)
    if not air_line:  # the scanner's software took dark off down to what its layout says
        offset[:] = profile.file.dark_counts[index] if profile.file.dark_counts else 0.0
    sigma = noise.electronic_counts / np.sqrt(_LINE_PULSES)
    dark = offset + rng.normal(0, sigma, height)
    spread = np.hypot(sigma, before / np.sqrt(noise.quanta_open_beam[index] * _LINE_PULSES))
    air = offset + before + rng.normal(0, 1, height) * spread
    return _Rows(
        np.maximum(now, 1).astype(np.float32),
        (offset + rng.normal(0, flaws.dark_drift_counts, height)).astype(np.float32),
        air.astype(np.float32),
        dark.astype(np.float32),
    )


def _signals(
    rng: Generator, transmission: Array, profile: ScannerProfile, arrays: list[_Rows]
) -> list[Array]:
    """(H, W) of each energy, relative to open beam: what its pulses left in the detectors."""
    flaws, noise = profile.imperfections, profile.noise
    width = transmission.shape[2]
    places = np.arange(0.5, width) * (profile.pitch_mm[0] / 1000)
    drifts = attenuation_drift(rng, profile, places)
    signals = []
    for index, rows in enumerate(arrays):
        picture = transmission[index].astype(np.float32)
        drift(picture, drifts[index])
        add_scatter(picture, profile)
        picture = blur(picture, profile, index)
        pulses = 1 + flaws.output_drift * rng.standard_normal(width)
        output = pulses * (1 + flaws.output_wander * slow_waves(rng, places))
        output[rng.integers(0, width, rng.poisson(flaws.missed_pulses))] = 0
        picture *= np.maximum(output, 0).astype(np.float32)
        electronic = np.float32(noise.electronic_counts) / rows.open_beam
        quanta = np.float32(noise.quanta_open_beam[index])
        signals.append(_arrivals(rng, picture, quanta, electronic))
    add_afterglow(signals, profile)
    return signals


def _arrivals(rng: Generator, mean: Array, quanta: np.float32, electronic: Array) -> Array:
    """Relative signal for a mean (H, W) of the same, which is consumed; electronic noise (H,).

    One normal number a pixel carries shot and electronic noise at once; only where quanta are few
    is the Poisson number itself drawn, at some ten times the cost.
    """
    few = mean < np.float32(_FEW_QUANTA) / quanta
    noise = rng.standard_normal(mean.shape, np.float32)
    spread = mean * (1 / quanta)
    spread[few] = 0
    spread += np.square(electronic)[:, None]
    np.sqrt(spread, out=spread)
    noise *= spread
    mean[few] = rng.poisson(mean[few] * quanta) / quanta
    mean += noise
    return mean


def _dead_rows(rng: Generator, expected: float, height: int) -> NDArray[np.intp]:
    """Row numbers, without repetition; now and then two neighbours die together."""
    rows = rng.integers(0, height, rng.poisson(expected))
    neighbours = rows[rng.random(rows.size) < 0.2] + 1
    dead: NDArray[np.intp] = np.unique(np.append(rows, neighbours[neighbours < height]))
    return dead


def _heat(rng: Generator, signal: Array, share: float, saturation: int) -> None:
    """Lone pixels that read anything up to saturation."""
    number = rng.poisson(share * signal.size)
    places = rng.integers(0, signal.size, number)
    signal.flat[places] = rng.uniform(0.5 * saturation, saturation, number)


def _lose(rng: Generator, signal: Array, share: float) -> None:
    """Data of a module that never arrived, for a few pulses: zeros."""
    height, width = signal.shape
    number = rng.poisson(share * signal.size / (_MODULE_ROWS * _LOST_PULSES))
    modules = rng.integers(0, -(-height // _MODULE_ROWS), number)
    starts = rng.integers(0, width, number)
    for module, start, pulses in zip(
        modules, starts, rng.geometric(1 / _LOST_PULSES, number), strict=True
    ):
        top = module * _MODULE_ROWS
        signal[top : top + _MODULE_ROWS, start : start + pulses] = 0
