"""Fit of the three spectral factors to slabs measured on a scanner.

The model that the factors belong to is in `transmission`; what a scanner's factors are is kept in
its profile.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from scanai.physics.beams import Beam
from scanai.physics.materials import Material
from scanai.physics.tables import FloatArray
from scanai.physics.transmission import (
    NOMINAL,
    SpectralFactors,
    attenuation_matrix,
    detected_spectrum,
)

_STEPS = 20
_CONVERGED = 1e-9


class Measurement(NamedTuple):
    """Transmission of one slab."""

    material: Material
    areal_density: float
    """g/cm²"""
    transmission: float
    """Above 0 and below 1."""


class _Slabs(NamedTuple):
    coefficients: FloatArray
    """(slabs, 3, N) areal density × coefficient of each process: what the factors multiply."""
    share: FloatArray
    measured: FloatArray
    """(slabs,) attenuation"""


def fit_factors(beam: Beam, measurements: Sequence[Measurement]) -> SpectralFactors:
    """The factors that reproduce the measured attenuations best (least squares, Gauss–Newton).

    Three slabs of one light, one middling and one heavy element determine them, the thicker the
    better: each process rules one. ValueError when there are fewer than three slabs, a
    transmission is not between 0 and 1, or the slabs leave a factor undetermined.
    Source: Lalor and Danagoulian, arXiv 2301.05783.
    """
    slabs = _slabs(beam, measurements)
    factors = np.array(NOMINAL)
    for _ in range(_STEPS):
        attenuation, slope = _modelled(slabs, factors)
        step, _, rank, _ = np.linalg.lstsq(slope, slabs.measured - attenuation, rcond=1e-6)
        if rank < 3:
            raise ValueError(
                "expected slabs of three elements far apart in atomic number, found "
                f"{', '.join(sorted({m.material.name for m in measurements}))}"
            )
        factors = factors + step
        if np.abs(step).max() < _CONVERGED:
            return SpectralFactors(*(float(factor) for factor in factors))
    raise ValueError(
        f"expected slabs that a beam of {beam.end_point_mv:g} MV can explain, found no fit"
    )


def _slabs(beam: Beam, measurements: Sequence[Measurement]) -> _Slabs:
    if len(measurements) < 3:
        raise ValueError(f"expected three slabs or more, found {len(measurements)}")
    energy, share = detected_spectrum(beam)
    materials = [m.material for m in measurements]
    by_process = np.stack(
        [
            attenuation_matrix(materials, energy, SpectralFactors(*unit))
            for unit in np.eye(3).tolist()
        ],
        axis=1,
    )
    areal_density = np.array([m.areal_density for m in measurements])
    measured = np.array([m.transmission for m in measurements])
    wrong = ~((measured > 0) & (measured < 1))
    if wrong.any():
        raise ValueError(f"expected transmissions between 0 and 1, found {measured[wrong][0]:g}")
    return _Slabs(areal_density[:, None, None] * by_process, share, -np.log(measured))


def _modelled(slabs: _Slabs, factors: FloatArray) -> tuple[FloatArray, FloatArray]:
    """(slabs,) attenuation and (slabs, 3) its derivative by the factors."""
    behind = slabs.share * np.exp(-np.einsum("p,spn->sn", factors, slabs.coefficients))
    transmitted = behind.sum(axis=1)
    slope = np.einsum("sn,spn->sp", behind, slabs.coefficients) / transmitted[:, None]
    return -np.log(transmitted), slope
