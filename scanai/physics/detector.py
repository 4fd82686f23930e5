"""How much of a photon's energy the detector records.

One response for all scanners: the simulated detector behind data/beams.csv. A scanner whose
detector differs is described by the spectral factors of its profile.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from scanai.physics.tables import FloatArray, columns


def deposited_energy_mev(energy_mev: ArrayLike) -> FloatArray:
    """Mean energy that one photon deposits, MeV, in the shape of `energy_mev` (0.005 to 10 MeV).

    ValueError outside. Source: Geant4, Lalor and Danagoulian (data/beams.csv).
    """
    energy = np.asarray(energy_mev, dtype=np.float64)
    table = columns("beams.csv")
    grid, deposited = table[0], table[5]
    outside = ~((energy >= grid[0]) & (energy <= grid[-1]))
    if outside.any():
        found = energy[outside].flat[0]
        raise ValueError(f"expected energies from {grid[0]:g} to {grid[-1]:g} MeV, found {found:g}")
    interpolated: FloatArray = np.interp(energy, grid, deposited)
    return interpolated
