"""How well the transmission model reproduces the reference slabs.

The rows of data/transparency.csv marked "calibration" fit the factors, all others check the model.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from scanai.physics import tables
from scanai.physics.beams import beam
from scanai.physics.calibration import Measurement, fit_factors
from scanai.physics.materials import Material, from_formula, material
from scanai.physics.transmission import NOMINAL, Factors, transmission

BEAMS_MV = (4.0, 6.0, 10.0)


class ReferenceSlab(NamedTuple):
    beam_mv: float
    use: str
    """ "calibration", "thin" or "test" """
    slab: Measurement


def reference_slabs() -> list[ReferenceSlab]:
    """All slabs of data/transparency.csv (Geant4, Lalor and Danagoulian)."""
    return [
        ReferenceSlab(
            float(mv), use, Measurement(_material(name), float(density), float(transmitted))
        )
        for mv, use, name, density, transmitted, _ in tables.rows("transparency.csv")
    ]


def _material(name: str) -> Material:
    return from_formula("AgCl", name, 5.56) if name == "silver chloride" else material(name)


def _attenuations(
    end_point_mv: float, factors: Factors, slabs: list[Measurement]
) -> tuple[tables.FloatArray, tables.FloatArray]:
    """(modelled, measured) attenuation of each slab."""
    modelled = [transmission(beam(end_point_mv), [slab[:2]], factors) for slab in slabs]
    return -np.log(np.array(modelled)), -np.log([slab.transmission for slab in slabs])


def rms_percent() -> dict[str, dict[str, dict[str, float]]]:
    """Rms error of attenuation in percent of the rms attenuation, per beam, over the check rows.

    `{"rms_percent": {"plain": {"4": …, "6": …, "10": …}, "fitted": {…}}}`; plain is the nominal
    spectrum, fitted has the three factors of the beam's calibration rows. Errors are taken in
    attenuation, not row by row in percent of the row: thin slabs of attenuation 0.1 carry the
    common error of their open-beam run, 3 to 5 % of so little.
    """
    plain: dict[str, float] = {}
    fitted: dict[str, float] = {}
    for mv in BEAMS_MV:
        rows = [row for row in reference_slabs() if row.beam_mv == mv]
        factors = fit_factors(beam(mv), [row.slab for row in rows if row.use == "calibration"])
        check = [row.slab for row in rows if row.use != "calibration"]
        for result, used in ((plain, NOMINAL), (fitted, factors)):
            modelled, measured = _attenuations(mv, used, check)
            error = np.linalg.norm(modelled - measured) / np.linalg.norm(measured)
            result[f"{mv:g}"] = round(100 * float(error), 3)
    return {"rms_percent": {"plain": plain, "fitted": fitted}}
