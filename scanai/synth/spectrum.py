"""How a wandering end point shows: what a linac's spectrum does to attenuation when it drifts.

Between scans the drift acts through the three spectral factors, so that each material moves as it
would; along a scan it scales attenuation as a whole. The open beam is normalised away by air.
"""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from scanai.physics.beams import Beam, bremsstrahlung
from scanai.physics.calibration import Measurement, fit_factors
from scanai.physics.materials import material
from scanai.physics.transmission import transmission
from scanai.scan.profile import ScannerProfile, SpectralFactors

# Light, middling and heavy; thick enough to tell the three processes apart.
_SLABS = (("polyethylene", 60.0), ("steel", 90.0), ("lead", 60.0))
_STEP = 0.03
# Slow changes along a scan: this many waves, from the shortest on, m.
_WAVES, _SHORTEST, _LONGEST = 3, 1.0, 15.0


def drifted(rng: Generator, profile: ScannerProfile) -> tuple[SpectralFactors, ...]:
    """The factors of one scan: those of the profile at the end points of that hour."""
    shifts = rng.normal(0.0, 1.0, len(profile.energies_mv)) * profile.imperfections.spectrum_drift
    if not np.any(shifts):
        return profile.spectral
    factors = []
    for end_point, own, shift in zip(profile.energies_mv, profile.spectral, shifts, strict=True):
        slopes = _factor_slopes(end_point)
        factors.append(
            SpectralFactors(
                photoelectric=own.photoelectric * (1 + float(shift) * slopes[0]),
                compton=own.compton * (1 + float(shift) * slopes[1]),
                pair=own.pair * (1 + float(shift) * slopes[2]),
            )
        )
    return tuple(factors)


def attenuation_drift(
    rng: Generator, profile: ScannerProfile, places_m: NDArray[np.float64]
) -> NDArray[np.float32]:
    """(energies, W) relative change of attenuation at each place along the travel."""
    drift = np.empty((len(profile.energies_mv), places_m.size), np.float32)
    for row, end_point in zip(drift, profile.energies_mv, strict=True):
        shift = profile.imperfections.spectrum_drift * slow_waves(rng, places_m)
        row[:] = _attenuation_slope(end_point) * shift
    return drift


def slow_waves(rng: Generator, places_m: NDArray[np.float64]) -> NDArray[np.float64]:
    """(W,) a slow change along the travel of standard deviation 1 over many scans."""
    lengths = np.exp(rng.uniform(np.log(_SHORTEST), np.log(_LONGEST), _WAVES))
    phases = rng.uniform(0, 2 * np.pi, _WAVES)
    waves = np.sin(2 * np.pi * places_m[None, :] / lengths[:, None] + phases[:, None])
    slow: NDArray[np.float64] = waves.sum(axis=0) * np.sqrt(2 / _WAVES)
    return slow


@cache
def _factor_slopes(end_point_mv: float) -> tuple[float, float, float]:
    """d(factor) / d ln(end point) of photoelectric absorption, Compton scattering, pairs."""
    beam = bremsstrahlung(end_point_mv)
    less = bremsstrahlung(end_point_mv * (1 - _STEP))
    slabs = [
        Measurement(material(name), depth, _through(less, name, depth)) for name, depth in _SLABS
    ]
    photoelectric, compton, pair = fit_factors(beam, slabs)
    return (1 - photoelectric) / _STEP, (1 - compton) / _STEP, (1 - pair) / _STEP


@cache
def _attenuation_slope(end_point_mv: float) -> float:
    """d ln(attenuation) / d ln(end point) of 50 g/cm² of steel; below 0."""
    ends = (end_point_mv, end_point_mv * (1 - _STEP))
    here, less = (np.log(-np.log(_through(bremsstrahlung(end), "steel", 50.0))) for end in ends)
    return float(here - less) / -float(np.log(1 - _STEP))


def _through(beam: Beam, name: str, areal_density: float) -> float:
    return float(transmission(beam, [(material(name), areal_density)]))
