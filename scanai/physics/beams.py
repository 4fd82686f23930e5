"""Photon spectra of cargo linacs, by end point.

Four come from a simulation (data/beams.csv); for any other end point from 3 to 10 MV there is a
parametric thick-target bremsstrahlung that reproduces those four. Detector response and
attenuation are elsewhere.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache

import numpy as np

from scanai.physics.cross_sections import ENERGY_RANGE_MEV, mass_attenuation
from scanai.physics.tables import FloatArray, columns

END_POINT_RANGE_MV = (3.0, 10.0)
_COLUMN = {4.0: 1, 6.0: 2, 9.7: 3, 10.0: 4}


@dataclass(frozen=True, eq=False)
class Beam:
    """One spectrum; the same object is handed out for the same end point."""

    name: str
    end_point_mv: float
    energy_mev: FloatArray = field(repr=False)
    """(N,) centres of 10 keV bins."""
    photons: FloatArray = field(repr=False)
    """(N,) relative photons per bin, summing to 1."""

    @property
    def mean_energy_mev(self) -> float:
        """Mean photon energy, MeV."""
        return float(self.photons @ self.energy_mev)


def beam(end_point_mv: float) -> Beam:
    """The beam of a linac by its end point: 4, 6, 9.7 and 10 MV simulated, others parametric.

    ValueError outside 3 to 10 MV. Source: Geant4, Lalor and Danagoulian (data/beams.csv).
    """
    low, high = END_POINT_RANGE_MV
    if not low <= end_point_mv <= high:
        raise ValueError(
            f"expected an end point from {low:g} to {high:g} MV, found {end_point_mv:g}"
        )
    return _known(float(end_point_mv))  # 6 and 6.0 are one beam, also to a cache


@cache
def _known(end_point_mv: float) -> Beam:
    if end_point_mv not in _COLUMN:
        return bremsstrahlung(end_point_mv)
    table = columns("beams.csv")
    return _beam(f"{end_point_mv:g} MV", end_point_mv, table[0], table[_COLUMN[end_point_mv]])


def bremsstrahlung(end_point_mv: float) -> Beam:
    """Parametric spectrum n(E) ∝ x^-1 (1−x)^0.401 (1−0.493 x) exp(−1.735 μ_W − 0.889 V μ_Cu).

    x = E/V with the end point V in MV; μ in cm²/g: self-absorption in a tungsten target and a
    copper-equivalent target backing and filter that grow with V. The four constants were fitted at
    once to the energy deposited by each of the four simulated beams. Against these the mean energy
    is within 1.3 % and the attenuation of 10 to 150 g/cm² of carbon, iron or lead within 0.7 %
    (tests/physics/test_beams.py). No annihilation line.
    """
    energy = columns("beams.csv")[0]
    energy = energy[energy >= ENERGY_RANGE_MEV[0]]
    share = np.clip(energy / end_point_mv, 0.0, 1.0)
    produced = (1 - share) ** 0.401 * (1 - 0.493 * share) / share
    tungsten, copper = mass_attenuation(74, energy), mass_attenuation(29, energy)
    photons = produced * np.exp(-1.735 * tungsten - 0.889 * end_point_mv * copper)
    return _beam(f"{end_point_mv:g} MV, parametric", end_point_mv, energy, photons)


def _beam(name: str, end_point_mv: float, energy: FloatArray, photons: FloatArray) -> Beam:
    present = photons > 0
    energy, photons = energy[present], photons[present] / photons.sum()
    energy.flags.writeable = photons.flags.writeable = False
    return Beam(name, end_point_mv, energy, photons)
