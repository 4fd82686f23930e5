"""The fit finds the factors that made its slabs."""

from __future__ import annotations

import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scanai.physics import SpectralFactors, beam, material, transmission
from scanai.physics.calibration import Measurement, fit_factors

near_one = st.floats(0.8, 1.2)


def measured(mv, factors, names=("C", "Fe", "Pb"), thickness=100.0):
    return [
        Measurement(
            material(name),
            thickness,
            float(transmission(beam(mv), [(material(name), thickness)], factors)),
        )
        for name in names
    ]


@settings(max_examples=25, deadline=None)
@given(
    mv=st.sampled_from([4.0, 6.0, 9.0, 10.0]),
    factors=st.builds(SpectralFactors, near_one, near_one, near_one),
)
def test_recovers_the_factors_that_made_the_slabs(mv, factors):
    found = fit_factors(beam(mv), measured(mv, factors))
    np.testing.assert_allclose(found, factors, rtol=1e-5)


def test_more_slabs_than_factors_average_their_errors():
    truth = SpectralFactors(1.1, 0.98, 1.05)
    rng = np.random.default_rng(1)
    slabs = [
        slab._replace(transmission=slab.transmission * (1 + 0.002 * rng.standard_normal()))
        for thickness in np.linspace(20, 160, 12)
        for slab in measured(6.0, truth, thickness=float(thickness))
    ]
    np.testing.assert_allclose(fit_factors(beam(6), slabs), truth, rtol=0.03)


@pytest.mark.parametrize(
    ("slabs", "message"),
    [
        (measured(6.0, SpectralFactors(), ("C", "Fe")), "expected three slabs or more, found 2"),
        (
            measured(6.0, SpectralFactors(), ("Fe", "Fe", "Fe")),
            "expected slabs of three elements far apart in atomic number, found Fe",
        ),
        (
            [Measurement(material(name), 100.0, 1.2) for name in ("C", "Fe", "Pb")],
            "expected transmissions between 0 and 1, found 1.2",
        ),
    ],
)
def test_refuses_slabs_that_leave_the_factors_open(slabs, message):
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        fit_factors(beam(6), slabs)
