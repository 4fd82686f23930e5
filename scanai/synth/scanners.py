"""Whole scanners drawn at random: the domain randomisation of training.

A model that has seen three scanners knows three scanners. Here energies, spectra, geometry, pixels,
dose, electronics and every imperfection are drawn together, and what must agree agrees: rows with
the size of what is scanned, noise floor with quanta, electronics and scatter. Ranges are project
estimates of what is on the market, unless a source is named.
"""

from __future__ import annotations

from math import ceil, exp, log, sqrt

import msgspec
import numpy as np
from numpy.random import Generator

from scanai.physics.beams import beam
from scanai.physics.materials import material
from scanai.physics.transmission import attenuation_matrix, effective_spectrum
from scanai.scan.fan import slopes_to
from scanai.scan.profile import (
    FileLayout,
    Geometry,
    Imperfections,
    Noise,
    ScannerProfile,
    SpectralFactors,
)

# End points that linacs are sold with, MV; half of the scanners have one of these.
_COMMON_MV = (3.5, 4.0, 4.5, 6.0, 7.5, 9.0, 10.0)
_END_POINTS = (3.0, 10.0)
_LEAST_DUAL = 5.0
_LOW_SHARE = (0.5, 0.8)
# Attenuation high ÷ low over ordinary cargo. Nominal spectra span 0.72 to 0.9 and a real set of
# 6/4 MV scans read 0.90 to 0.93: what a spectrum really is differs by as much.
_RATIO = (0.785, 0.935)
_SPECTRAL_ERROR = 0.12
_ORDINARY = (("cellulose", 30.0), ("water", 40.0), ("steel", 30.0))
# Pixels in the reference plane, mm.
_PITCH = (2.0, 8.0)
# What is scanned, m: a high-cube box, or a lorry or wagon on its wheels.
_BOX_TOP, _ROAD_TOP, _ROAD_SHARE = 2.9, 4.3, 0.4
_HALF_WIDTH = 1.46
# Noise is at the floor when the signal is this many times it.
_FLOOR_SNR = 2.5
# Scatter behind opaque matter in a load of about one mean free path, for each `scatter`.
_SCATTER_IN_LOAD = 0.35
_SATURATION = 65535
# Standard deviations that the open beam of a row stays below saturation by.
_HEADROOM = 3.5

# Smallest and largest size of each imperfection; drawn evenly in its logarithm.
_FLAWS: dict[str, tuple[float, float]] = {
    "level_spread": (0.005, 0.03),
    "gain_spread": (0.005, 0.05),
    "gain_drift": (0.0005, 0.008),
    "nonlinearity": (0.0005, 0.015),
    "dark_spread_counts": (2.0, 60.0),
    "dark_drift_counts": (0.05, 1.5),
    "dead_rows": (0.02, 5.0),
    "hot_pixel_share": (1e-7, 1e-4),
    "dropout_share": (1e-7, 5e-3),
    "missed_pulses": (0.01, 3.0),
    "output_drift": (0.001, 0.03),
    "output_wander": (0.001, 0.02),
    "spectrum_drift": (0.001, 0.015),
    "scatter": (2e-5, 2e-3),
    "scatter_reach_m": (0.2, 1.5),
    "focal_spot_mm": (0.8, 4.0),
    "cross_talk": (0.001, 0.04),
    "afterglow": (1e-4, 0.01),
    "afterglow_pulses": (0.7, 6.0),
    "speed_error": (0.002, 0.03),
    "speed_wander": (0.001, 0.02),
    "skew_mrad": (0.2, 6.0),
}


def draw_scanner(
    rng: Generator, *, top_m: float | None = None, most_rows: int = 1200
) -> ScannerProfile:
    """One scanner: equal generator states, equal profiles.

    `top_m`: height of what it has to see whole above its lower face; None: of a container box or of
    a road vehicle. With more rows than `most_rows` its pixels are made larger, up to 8 mm.
    """
    flaws = _draw_flaws(rng)
    energies = _draw_energies(rng)
    spectral = _draw_spectral(rng, energies)
    pitch, geometry, rows = _draw_picture(rng, top_m, most_rows)
    most = 1 / (1 + _HEADROOM * float(np.hypot(flaws.gain_spread, flaws.level_spread)))
    highest = _SATURATION * rng.uniform(0.6, most)
    open_beam = tuple(float(round(highest * rng.uniform(0.85, 1.0), -2)) for _ in energies)
    noise = _draw_noise(rng, len(energies))
    number = int(rng.integers(0, 16**6))
    return ScannerProfile(
        name=f"drawn-{number:06x}",
        description=f"Drawn at random: {'/'.join(f'{end:g}' for end in energies)} MV",
        energies_mv=energies,
        pitch_mm=pitch,
        rows=rows,
        geometry=geometry,
        spectral=spectral,
        noise=noise,
        open_beam_counts=open_beam,
        open_beam_range=(float(round(0.7 * min(open_beam), -2)), float(_SATURATION)),
        dark_counts=float(round(_log_uniform(rng, 50, 1500))),
        saturation_counts=_SATURATION,
        noise_floor=_noise_floor(noise, open_beam, flaws),
        file=FileLayout(dark_counts=(0.0,) * len(energies)),
        imperfections=flaws,
    )


def ordinary_ratio(energies_mv: tuple[float, ...], spectral: tuple[SpectralFactors, ...]) -> float:
    """Mean of attenuation high ÷ low over ordinary cargo; two energies."""
    materials = [material(name) for name, _ in _ORDINARY]
    depths = np.array([depth for _, depth in _ORDINARY])
    attenuation = []
    for end_point, factors in zip(energies_mv, spectral, strict=True):
        energy, weight = effective_spectrum(beam(end_point))
        matrix = attenuation_matrix(materials, energy, factors)
        attenuation.append(-np.log(np.exp(-depths[:, None] * matrix) @ weight))
    return float(np.mean(attenuation[0] / attenuation[1]))


def _log_uniform(rng: Generator, low: float, high: float) -> float:
    return exp(rng.uniform(log(low), log(high)))


def _rounded(value: float) -> float:
    """Three figures are enough for a scanner that nobody built."""
    return float(f"{value:.3g}")


def _draw_flaws(rng: Generator) -> Imperfections:
    sizes = {name: _rounded(_log_uniform(rng, *ends)) for name, ends in _FLAWS.items()}
    aperture = tuple(round(float(width), 2) for width in rng.uniform(0.7, 1.6, 2))
    # One pulse for both energies is rare: it takes two layers of detectors.
    interlace = 0.0 if rng.random() < 0.15 else 0.5
    return msgspec.convert(sizes | {"aperture": aperture, "interlace": interlace}, Imperfections)


def _draw_energies(rng: Generator) -> tuple[float, ...]:
    single = rng.random() < 0.25
    lowest = _END_POINTS[0] if single else _LEAST_DUAL
    common = [end for end in _COMMON_MV if end >= lowest]
    high = round(float(rng.uniform(lowest, _END_POINTS[1])), 1)
    if rng.random() < 0.5:
        high = common[rng.integers(len(common))]
    if single:
        return (high,)
    # Steps of 0.1 MV: each end point has a spectrum that is computed once and kept.
    return high, max(round(high * float(rng.uniform(*_LOW_SHARE)), 1), _END_POINTS[0])


def _draw_spectral(rng: Generator, energies: tuple[float, ...]) -> tuple[SpectralFactors, ...]:
    """Spectra that differ from nominal ones; the ratio of two lies in the range that is seen."""
    drawn = [
        SpectralFactors(
            photoelectric=scale * exp(0.15 * rng.standard_normal()),
            compton=scale,
            pair=scale * exp(0.06 * rng.standard_normal()),
        )
        for scale in np.exp(0.03 * rng.standard_normal(len(energies))).tolist()
    ]
    if len(energies) == 2:
        nominal = ordinary_ratio(energies, (SpectralFactors(), SpectralFactors()))
        around = nominal * np.exp((-_SPECTRAL_ERROR, _SPECTRAL_ERROR))
        wanted = float(rng.uniform(*np.clip(around, *_RATIO)))
        for _ in range(3):  # nearly proportional, so that few steps do
            off = ordinary_ratio(energies, (drawn[0], drawn[1])) / wanted
            drawn = [_scaled(drawn[0], 1 / sqrt(off)), _scaled(drawn[1], sqrt(off))]
    return tuple(drawn)


def _scaled(factors: SpectralFactors, by: float) -> SpectralFactors:
    return SpectralFactors(
        photoelectric=factors.photoelectric * by,
        compton=factors.compton * by,
        pair=factors.pair * by,
    )


def _draw_noise(rng: Generator, energies: int) -> Noise:
    high = _log_uniform(rng, 5e4, 3e6)
    quanta = (high, high * rng.uniform(0.3, 0.9))[:energies]
    return Noise(
        quanta_open_beam=tuple(_rounded(number) for number in quanta),
        electronic_counts=_rounded(_log_uniform(rng, 1.0, 10.0)),
    )


def _noise_floor(noise: Noise, open_beam: tuple[float, ...], flaws: Imperfections) -> float:
    """Transmission that stands out of shot and electronic noise, or is drowned by scatter."""
    floor = 0.0
    for quanta, level in zip(noise.quanta_open_beam, open_beam, strict=True):
        shot = _FLOOR_SNR**2 / quanta
        dark = np.hypot(noise.electronic_counts, flaws.dark_drift_counts) / level
        # T = SNR · sqrt(T/quanta + dark²), solved for T
        floor = max(floor, (shot + sqrt(shot**2 + 4 * (_FLOOR_SNR * float(dark)) ** 2)) / 2)
    return _rounded(max(floor, _SCATTER_IN_LOAD * flaws.scatter))


def _draw_picture(
    rng: Generator, top_m: float | None, most_rows: int
) -> tuple[tuple[float, float], Geometry, int]:
    """Pitch in mm, geometry and number of rows that see the whole unit and some air above it."""
    top = top_m or (_ROAD_TOP if rng.random() < _ROAD_SHARE else _BOX_TOP)
    along = float(rng.uniform(*_PITCH))
    across = float(np.clip(along * exp(rng.uniform(log(0.75), log(1.35))), *_PITCH))
    draw = (_draw_side, _draw_l_shaped, _draw_above, _draw_below)
    geometry = draw[rng.choice(len(draw), p=(0.6, 0.2, 0.13, 0.07))](rng, top)
    low, high = slopes_to(geometry, _HALF_WIDTH, 0.0, top)
    distance = geometry.source_to_centre_m
    air = float(rng.uniform(0.2, 0.5)) / distance
    under = air if geometry.view != "side" else float(rng.uniform(0.03, 0.2)) / distance
    origin = geometry.source_height_m if geometry.view == "side" else 0.0
    bottom = round(origin + (low - under) * distance, 3)
    geometry = msgspec.structs.replace(geometry, view_bottom_m=bottom)
    length = _array_length(geometry, high + air) * distance / geometry.source_to_detector_m
    across = float(np.clip(across, 1000 * length / most_rows, _PITCH[1]))
    pitch = (round(along, 2), ceil(100 * across) / 100)
    return pitch, geometry, ceil(1000 * length / pitch[1])


def _array_length(geometry: Geometry, slope: float) -> float:
    """m of detectors from the lower edge of the picture to a ray of this slope."""
    reach = geometry.source_to_detector_m
    origin = geometry.source_height_m if geometry.view == "side" else 0.0
    foot = (geometry.view_bottom_m - origin) * reach / geometry.source_to_centre_m
    top = slope * reach
    if geometry.arm_height_m is None:
        return top - foot
    corner = geometry.arm_height_m - origin
    return min(top, corner) - foot + max(reach - corner / slope, 0.0)


def _draw_side(rng: Generator, top: float) -> Geometry:
    centre = float(rng.uniform(3.8, 9.0))
    return Geometry(
        source_to_centre_m=round(centre, 2),
        source_to_detector_m=round(centre + float(rng.uniform(1.7, 4.0)), 2),
        source_height_m=round(float(rng.uniform(-0.3, 0.5 * top)), 2),
        view_bottom_m=0.0,
    )


def _draw_l_shaped(rng: Generator, top: float) -> Geometry:
    """Mobile units: a low source near to the load, a boom that folds over it."""
    centre = float(rng.uniform(3.4, 5.5))
    return Geometry(
        source_to_centre_m=round(centre, 2),
        source_to_detector_m=round(centre + float(rng.uniform(1.6, 2.2)), 2),
        source_height_m=round(float(rng.uniform(-0.3, 0.3 * top)), 2),
        view_bottom_m=0.0,
        arm_height_m=round(top + float(rng.uniform(0.4, 1.2)), 2),
    )


def _draw_above(rng: Generator, top: float) -> Geometry:
    height = top + float(rng.uniform(3.0, 5.0))
    reference = top * float(rng.uniform(0.35, 0.5))
    return Geometry(
        source_to_centre_m=round(height - reference, 2),
        source_to_detector_m=round(height + float(rng.uniform(0.3, 1.6)), 2),
        source_height_m=round(height, 2),
        view_bottom_m=0.0,
        view="above",
    )


def _draw_below(rng: Generator, top: float) -> Geometry:
    depth = float(rng.uniform(1.8, 3.0))
    reference = top * float(rng.uniform(0.35, 0.5))
    return Geometry(
        source_to_centre_m=round(depth + reference, 2),
        source_to_detector_m=round(depth + top + float(rng.uniform(0.5, 2.0)), 2),
        source_height_m=round(-depth, 2),
        view_bottom_m=0.0,
        view="below",
    )
