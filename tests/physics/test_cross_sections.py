"""Against published NIST tables, at edges and at the ends of the range."""

from __future__ import annotations

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanai.physics.cross_sections import (
    COHERENT_SHARE_LOST,
    MAX_Z,
    mass_attenuation,
    process_coefficients,
)

elements = st.integers(1, MAX_Z)
energies = st.floats(0.01, 20.0)


@pytest.mark.parametrize(
    ("z", "energy_mev", "expected"),
    [  # NISTIR 5632, table 3 (Hubbell and Seltzer)
        (1, 1.0, 1.263e-1),
        (6, 1.0, 6.361e-2),
        (13, 1.0, 6.146e-2),
        (26, 0.1, 3.717e-1),
        (26, 6.0, 3.057e-2),
        (74, 1.0, 6.618e-2),
        (82, 1.0, 7.102e-2),
        (92, 1.0, 7.896e-2),
    ],
)
def test_agrees_with_the_published_table(z, energy_mev, expected):
    assert mass_attenuation(z, energy_mev) == pytest.approx(expected, rel=0.004)


def test_jumps_at_the_k_edge_of_lead_and_nowhere_near_it():
    below, at, above = mass_attenuation(82, [0.08799, 0.088, 0.08801])
    assert below == pytest.approx(1.910, rel=0.01)
    assert at == pytest.approx(7.683, rel=0.01)
    assert above == pytest.approx(at, rel=1e-3)


def test_pair_production_starts_above_its_threshold():
    assert mass_attenuation(82, 1.02, "pair_nuclear") == 0
    assert mass_attenuation(82, 2.04, "pair_electron") == 0
    assert mass_attenuation(82, 1.5, "pair_nuclear") > 0


@given(z=elements, energy=energies)
def test_total_is_the_sum_of_the_processes(z, energy):
    parts = ("coherent", "compton", "photoelectric", "pair_nuclear", "pair_electron")
    summed = sum(mass_attenuation(z, energy, part) for part in parts)
    assert mass_attenuation(z, energy) == pytest.approx(summed)
    kept = (1 - COHERENT_SHARE_LOST) * mass_attenuation(z, energy, "coherent")
    assert process_coefficients(z, energy).sum() + kept == pytest.approx(summed)


@given(z=elements, energy=energies)
def test_lies_between_the_tabulated_energies_around_it(z, energy):
    """No interpolation overshoots: a step of 1 % in energy changes Compton by less than 2 %."""
    here, there = mass_attenuation(z, [energy, min(energy * 1.01, 20.0)], "compton")
    assert there == pytest.approx(here, rel=0.02)


def test_keeps_the_shape_of_the_energies():
    assert mass_attenuation(26, np.ones((2, 3))).shape == (2, 3)
    assert mass_attenuation(26, 1.0).shape == ()
    assert process_coefficients(26, np.ones(5)).shape == (3, 5)


@pytest.mark.parametrize(
    ("z", "energy", "message"),
    [
        (0, 1.0, "expected an atomic number from 1 to 94, found 0"),
        (95, 1.0, "expected an atomic number from 1 to 94, found 95"),
        (26, 0.009, "expected photon energies from 0.01 to 20 MeV, found 0.009"),
        (26, [1.0, 21.0], "expected photon energies from 0.01 to 20 MeV, found 21"),
        (26, float("nan"), "expected photon energies from 0.01 to 20 MeV, found nan"),
    ],
)
def test_refuses_what_the_table_does_not_hold(z, energy, message):
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        mass_attenuation(z, energy)


def test_names_the_processes_when_asked_for_another():
    with pytest.raises(ValueError, match=r"^expected one of total, coherent, .*, found 'fluor"):
        mass_attenuation(26, 1.0, "fluorescence")
