"""Photon physics of cargo radiography. Knows numpy and nothing else of ScanAI.

Units: energy MeV, end points MV, areal density g/cm², mass attenuation cm²/g, attenuation −ln T.
"""

from scanai.physics.beams import Beam, beam
from scanai.physics.cross_sections import mass_attenuation, process_coefficients
from scanai.physics.detector import deposited_energy_mev
from scanai.physics.materials import Material, from_formula, material, material_names, mixture
from scanai.physics.transmission import (
    NOMINAL,
    Factors,
    SpectralFactors,
    attenuation_matrix,
    effective_spectrum,
    transmission,
)

__all__ = [
    "NOMINAL",
    "Beam",
    "Factors",
    "Material",
    "SpectralFactors",
    "attenuation_matrix",
    "beam",
    "deposited_energy_mev",
    "effective_spectrum",
    "from_formula",
    "mass_attenuation",
    "material",
    "material_names",
    "mixture",
    "process_coefficients",
    "transmission",
]
