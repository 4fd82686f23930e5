"""How much of a beam comes through matter: Beer–Lambert over the spectrum.

The semiempirical model of Lalor and Danagoulian (arXiv 2301.05783): transmission is the deposited
energy behind the matter over that of the open beam, and three factors scale photoelectric
absorption, Compton scattering and pair production to fit a real scanner. Scatter and noise are
not here; fitting the factors is in `calibration`, the way back from attenuation in `inversion`.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import ArrayLike

from scanai.physics.beams import Beam
from scanai.physics.cross_sections import process_coefficients
from scanai.physics.detector import deposited_energy_mev
from scanai.physics.materials import Material
from scanai.physics.tables import FloatArray


class Factors(Protocol):
    """Anything hashable with the three scales, such as the record in a scanner profile."""

    @property
    def photoelectric(self) -> float: ...
    @property
    def compton(self) -> float: ...
    @property
    def pair(self) -> float: ...
    def __hash__(self) -> int: ...


class SpectralFactors(NamedTuple):
    """Scale of each interaction for one beam of one scanner; 1 = nominal."""

    photoelectric: float = 1.0
    compton: float = 1.0
    pair: float = 1.0


NOMINAL = SpectralFactors()


def detected_spectrum(beam: Beam) -> tuple[FloatArray, FloatArray]:
    """(energy (N,) MeV, share (N,) of the open-beam signal that photons of this energy make)."""
    signal = beam.photons * deposited_energy_mev(beam.energy_mev)
    return beam.energy_mev, signal / signal.sum()


@cache
def effective_spectrum(beam: Beam, bins: int = 24) -> tuple[FloatArray, FloatArray]:
    """(energy (K,) MeV, weight (K,)): few energies that stand for the whole detected spectrum.

    Gauss quadrature for the spectrum as the weight, in ln energy: 24 energies give the attenuation
    of any slab up to attenuation 9 within 0.1 % of the full sum over some hundred bins (thin
    uranium, whose absorption edge lies within the spectrum, within 0.3 %). Weights are positive and
    add up to 1, so transmission stays between 0 and 1.
    """
    energy, share = detected_spectrum(beam)
    if not 1 <= bins <= energy.size:
        raise ValueError(f"expected 1 to {energy.size} energies, found {bins}")
    nodes, weights = _gauss_quadrature(np.log(energy), share, bins)
    # Rounding may put the outermost node a hair outside the spectrum.
    nodes, weights = np.clip(np.exp(nodes), energy[0], energy[-1]), weights / weights.sum()
    nodes.flags.writeable = weights.flags.writeable = False
    return nodes, weights


def _gauss_quadrature(
    x: FloatArray, share: FloatArray, count: int
) -> tuple[FloatArray, FloatArray]:
    """Nodes and weights that integrate polynomials up to degree 2·count−1 as the sum does.

    Golub and Welsch: eigenvalues of the Jacobi matrix, itself from Lanczos steps, whose vectors
    are made orthogonal twice because rounding would otherwise bring in spurious nodes.
    """
    basis = np.zeros((count, x.size))
    diagonal, off_diagonal = np.zeros(count), np.zeros(count)
    vector = np.sqrt(share)
    for k in range(count):
        basis[k] = vector / np.linalg.norm(vector)
        vector = x * basis[k]
        diagonal[k] = vector @ basis[k]
        for _ in range(2):
            vector = vector - (basis[: k + 1] @ vector) @ basis[: k + 1]
        off_diagonal[k] = np.linalg.norm(vector)
    jacobi = np.diag(diagonal) + np.diag(off_diagonal[:-1], 1) + np.diag(off_diagonal[:-1], -1)
    nodes, vectors = np.linalg.eigh(jacobi)
    return nodes, np.square(vectors[0])


def attenuation_matrix(
    materials: Sequence[Material], energies: ArrayLike, factors: Factors = NOMINAL
) -> FloatArray:
    """(M, K) mass attenuation coefficients, cm²/g, of M materials at K energies in MeV.

    With `energy, weight = effective_spectrum(beam)` and areal densities t (…, M) in g/cm²:
    transmission = exp(−t @ attenuation_matrix(materials, energy, factors)) @ weight.
    """
    grid = np.ascontiguousarray(energies, dtype=np.float64)
    scale = np.array([factors.photoelectric, factors.compton, factors.pair])
    matrix = np.zeros((len(materials), grid.size))
    key = grid.tobytes()
    for row, material in zip(matrix, materials, strict=True):
        for z, share in material.mass_fractions:
            row += share * (scale @ _coefficients(z, key))
    return matrix


@cache
def _coefficients(z: int, energies: bytes) -> FloatArray:
    """(3, K); the simulator asks for the same few grids again and again."""
    return process_coefficients(z, np.frombuffer(energies))


def transmission(
    beam: Beam, stack: Sequence[tuple[Material, ArrayLike]], factors: Factors = NOMINAL
) -> FloatArray:
    """Transmission 0 to 1 behind a stack of (material, areal density in g/cm², one or an array).

    The areal densities broadcast against each other; the full spectrum is summed, so this is the
    reference that faster ways are checked against. ValueError for a negative areal density.
    """
    energy, share = detected_spectrum(beam)
    matrix = attenuation_matrix([material for material, _ in stack], energy, factors)
    layers = np.broadcast_arrays(*(np.asarray(t, dtype=np.float64) for _, t in stack))
    areal_density = np.stack(layers, axis=-1)
    if not (areal_density >= 0).all():
        raise ValueError(
            f"expected areal densities of 0 g/cm² or more, found {areal_density.min():g}"
        )
    return np.exp(-areal_density @ matrix) @ share
