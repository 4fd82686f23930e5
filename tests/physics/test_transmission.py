"""Beer–Lambert over the spectrum, and the few energies that stand for it."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanai.physics import (
    SpectralFactors,
    attenuation_matrix,
    beam,
    effective_spectrum,
    material,
    transmission,
)

BEAMS = [3.0, 4.0, 6.0, 9.0, 10.0]
NAMES = ["polyethylene", "wood", "aluminium", "steel", "tin", "tungsten", "lead", "salt", "H"]


def test_nothing_in_the_beam_lets_all_through():
    assert transmission(beam(6), [(material("steel"), 0.0)]) == pytest.approx(1)


def test_a_stack_broadcasts_and_its_order_does_not_matter():
    steel, wood = (material("steel"), np.ones((3, 1))), (material("wood"), np.full(4, 20.0))
    both = transmission(beam(6), [steel, wood])
    assert both.shape == (3, 4)
    np.testing.assert_allclose(both, transmission(beam(6), [wood, steel]))


@given(name=st.sampled_from(NAMES), thickness=st.floats(0.1, 300), mv=st.sampled_from(BEAMS))
def test_more_matter_lets_less_through_and_hardens_the_beam(name, thickness, mv):
    once, twice = -np.log(transmission(beam(mv), [(material(name), np.array([1, 2]) * thickness)]))
    assert once < twice < 2 * once


def test_refuses_negative_areal_density():
    with pytest.raises(
        ValueError, match=r"^expected areal densities of 0 g/cm² or more, found -1$"
    ):
        transmission(beam(6), [(material("steel"), [1.0, -1.0])])


@pytest.mark.parametrize("mv", BEAMS)
@pytest.mark.parametrize("name", NAMES)
def test_few_energies_stand_for_the_whole_spectrum(mv, name):
    thickness = np.geomspace(0.3, 500, 60)
    exact = -np.log(transmission(beam(mv), [(material(name), thickness)]))
    energy, weight = effective_spectrum(beam(mv))
    matrix = attenuation_matrix([material(name)], energy)
    fast = -np.log(np.exp(-thickness[:, None] * matrix) @ weight)
    seen = exact <= 9
    np.testing.assert_allclose(fast[seen], exact[seen], rtol=1e-3)


def test_few_energies_stand_for_thin_uranium_within_their_stated_error():
    thickness = np.geomspace(0.3, 500, 60)
    uranium = material("uranium")
    exact = -np.log(transmission(beam(4), [(uranium, thickness)]))
    energy, weight = effective_spectrum(beam(4))
    fast = -np.log(np.exp(-thickness[:, None] * attenuation_matrix([uranium], energy)) @ weight)
    np.testing.assert_allclose(fast[exact <= 9], exact[exact <= 9], rtol=3e-3)


@pytest.mark.parametrize("bins", [1, 2, 8, 24, 64])
def test_weights_are_a_probability(bins):
    energy, weight = effective_spectrum(beam(6), bins)
    assert energy.shape == weight.shape == (bins,)
    assert (weight >= 0).all()
    assert weight.sum() == pytest.approx(1)
    assert (np.diff(energy) > 0).all()
    assert energy[0] >= beam(6).energy_mev[0]
    assert energy[-1] <= 6


def test_refuses_more_energies_than_the_spectrum_has():
    with pytest.raises(ValueError, match=r"^expected 1 to \d+ energies, found 2000$"):
        effective_spectrum(beam(6), 2000)


def test_factors_scale_their_process_only():
    grid = np.array([0.1, 1.0, 5.0])
    nominal = attenuation_matrix([material("lead")], grid)[0]
    parts = [
        attenuation_matrix([material("lead")], grid, SpectralFactors(*one))[0]
        for one in ((1, 0, 0), (0, 1, 0), (0, 0, 1))
    ]
    np.testing.assert_allclose(sum(parts), nominal)
    assert parts[2][1] == 0  # no pairs at 1 MeV
    assert parts[0][0] > 10 * parts[1][0]  # lead absorbs 100 keV photons rather than scatter them


def test_a_mixture_attenuates_as_its_parts():
    energy, _ = effective_spectrum(beam(6))
    battery = material("battery")
    parts = attenuation_matrix([material(name) for name in ("Pb", "O", "S", "H", "C")], energy)
    share = dict(battery.mass_fractions)
    expected = np.array([share[z] for z in (82, 8, 16, 1, 6)]) @ parts
    np.testing.assert_allclose(attenuation_matrix([battery], energy)[0], expected)
