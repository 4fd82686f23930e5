"""Spectra, and the parametric one against the four simulated ones."""

from __future__ import annotations

import numpy as np
import pytest

from scanai.physics import beam, deposited_energy_mev, effective_spectrum, material, transmission
from scanai.physics.beams import bremsstrahlung

GIVEN = [4.0, 6.0, 9.7, 10.0]


@pytest.mark.parametrize("mv", [*GIVEN, 3.0, 5.0, 9.0])
def test_photons_add_up_to_one_and_stop_at_the_end_point(mv):
    found = beam(mv)
    assert found.end_point_mv == mv
    assert found.photons.sum() == pytest.approx(1)
    assert (found.photons > 0).all()
    assert mv - 0.02 < found.energy_mev[-1] < mv


def test_the_same_beam_is_read_once():
    assert beam(6) is beam(6.0)


@pytest.mark.parametrize("mv", GIVEN)
def test_parametric_spectrum_has_the_mean_energy_of_the_simulated_one(mv):
    assert bremsstrahlung(mv).mean_energy_mev == pytest.approx(beam(mv).mean_energy_mev, rel=0.015)


@pytest.mark.parametrize("mv", GIVEN)
@pytest.mark.parametrize("name", ["C", "Fe", "Pb"])
def test_parametric_spectrum_attenuates_as_the_simulated_one(mv, name):
    thickness = np.array([10.0, 50.0, 150.0])
    slabs = [(material(name), thickness)]
    simulated, parametric = (
        -np.log(transmission(b, slabs)) for b in (beam(mv), bremsstrahlung(mv))
    )
    np.testing.assert_allclose(parametric, simulated, rtol=0.007)


def test_beams_harden_as_the_end_point_rises():
    means = [beam(mv).mean_energy_mev for mv in (3.0, 4.0, 5.0, 6.0, 7.5, 9.0, 9.7, 10.0)]
    assert means == sorted(means)


@pytest.mark.parametrize(("mv", "found"), [(2.9, "2.9"), (10.1, "10.1"), (float("nan"), "nan")])
def test_refuses_end_points_outside_the_range(mv, found):
    with pytest.raises(ValueError, match=f"^expected an end point from 3 to 10 MV, found {found}$"):
        beam(mv)


def test_detector_records_less_than_the_photon_brings():
    energy = np.linspace(0.01, 9.99, 50)
    deposited = deposited_energy_mev(energy)
    assert (deposited > 0).all()
    assert (deposited <= energy).all()
    assert deposited_energy_mev(0.005) == pytest.approx(0.00498051)  # first row of the table


def test_detector_refuses_energies_beyond_its_table():
    with pytest.raises(ValueError, match=r"^expected energies from 0.005 to 9.995 MeV, found 12$"):
        deposited_energy_mev([1.0, 12.0])


def test_tables_cannot_be_written_to():
    for array in (beam(6).photons, effective_spectrum(beam(6))[1]):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 1
