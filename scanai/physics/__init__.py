"""Photon physics of cargo radiography. Knows numpy and nothing else of ScanAI.

Units: energy MeV, end points MV, areal density g/cm², mass attenuation cm²/g, attenuation −ln T.
"""

from scanai.physics.beams import Beam, beam
from scanai.physics.calibration import Measurement, fit_factors
from scanai.physics.cross_sections import mass_attenuation, process_coefficients
from scanai.physics.detector import deposited_energy_mev
from scanai.physics.inversion import (
    DualEnergyTable,
    Inversion,
    dual_energy_table,
    single_energy_areal_density,
)
from scanai.physics.materials import (
    Material,
    element,
    from_formula,
    material,
    material_names,
    mixture,
)
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
    "DualEnergyTable",
    "Factors",
    "Inversion",
    "Material",
    "Measurement",
    "SpectralFactors",
    "attenuation_matrix",
    "beam",
    "deposited_energy_mev",
    "dual_energy_table",
    "effective_spectrum",
    "element",
    "fit_factors",
    "from_formula",
    "mass_attenuation",
    "material",
    "material_names",
    "mixture",
    "process_coefficients",
    "single_energy_areal_density",
    "transmission",
]
