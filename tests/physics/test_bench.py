"""The published figures, from the slabs that ship with the package."""

from __future__ import annotations

import numpy as np
import pytest

from scanai.physics import NOMINAL, beam, transmission
from scanai.physics.bench import reference_slabs, rms_percent
from scanai.physics.calibration import fit_factors


@pytest.fixture(scope="module")
def rms():
    return rms_percent()["rms_percent"]


@pytest.mark.parametrize("mv", ["4", "6", "10"])
def test_nominal_spectra_reproduce_the_slabs(rms, mv):
    assert rms["plain"][mv] <= 0.65


@pytest.mark.parametrize("mv", ["6", "10"])
def test_three_factors_halve_the_error(rms, mv):
    assert rms["fitted"][mv] <= 0.35
    assert rms["fitted"][mv] < rms["plain"][mv] / 2


def test_the_other_measure_of_the_error_meets_the_same_limits():
    """Row by row in percent of the row, over the slabs of the rows marked "test"."""
    for mv, fitted_limit in ((4.0, 0.35), (6.0, 0.25), (10.0, 0.25)):
        rows = [row for row in reference_slabs() if row.beam_mv == mv]
        fitted = fit_factors(beam(mv), [row.slab for row in rows if row.use == "calibration"])
        for factors, limit in ((NOMINAL, 0.65), (fitted, fitted_limit)):
            errors = [
                np.log(transmission(beam(mv), [(slab.material, slab.areal_density)], factors))
                / np.log(slab.transmission)
                - 1
                for slab in (row.slab for row in rows if row.use == "test")
            ]
            assert 100 * np.sqrt(np.mean(np.square(errors))) <= limit


def test_every_reference_slab_is_read():
    slabs = reference_slabs()
    assert len(slabs) == 573
    assert {row.use for row in slabs} == {"calibration", "thin", "test"}
