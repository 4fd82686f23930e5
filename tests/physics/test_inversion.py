"""What went into a beam comes out of the table, and what cannot be told is not told."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scanai.physics import SpectralFactors, beam, material, transmission
from scanai.physics.inversion import (
    DualEnergyTable,
    dual_energy_table,
    single_energy_areal_density,
)
from scanai.physics.materials import element

PAIRS = [(6.0, 4.0), (9.0, 6.0), (10.0, 6.0)]


def attenuation(mv, stack, factors=None):
    return -np.log(transmission(beam(mv), stack, *([factors] if factors else [])))


@settings(deadline=None)
@given(
    pair=st.sampled_from(PAIRS),
    z=st.integers(4, 94),
    wanted=st.floats(0.3, 8.0),
    relative_error=st.floats(0.001, 0.02),
)
def test_the_interval_holds_the_element_that_was_in_the_beam(pair, z, wanted, relative_error):
    high, low = slab(pair, z, wanted)
    found = dual_energy_table(*pair).invert(high, low, relative_error * high, relative_error * low)
    assert found.z_low - 0.5 <= z <= found.z_high + 0.5
    assert found.z_low <= found.effective_z <= found.z_high


@settings(deadline=None)
@given(pair=st.sampled_from(PAIRS), z=st.integers(4, 94), wanted=st.floats(0.05, 8.0))
def test_areal_density_of_a_known_element(pair, z, wanted):
    high, _ = slab(pair, z, wanted)
    thickness = thickness_of(pair[0], z, wanted)
    table = dual_energy_table(*pair)
    assert table.areal_density(high, z) == pytest.approx(thickness, rel=0.005)
    alone = single_energy_areal_density(high, z, beam(pair[0]))
    assert alone == pytest.approx(thickness, rel=0.005)


def thickness_of(mv, z, wanted):
    grid = np.geomspace(0.01, 2000, 400)
    return float(np.interp(wanted, attenuation(mv, [(element(z), grid)]), grid))


def slab(pair, z, wanted):
    thickness = thickness_of(pair[0], z, wanted)
    return tuple(float(attenuation(mv, [(element(z), thickness)])) for mv in pair)


@pytest.mark.parametrize(
    ("name", "areal_density", "z"),
    [("wood", 40.0, 6.4), ("aluminium", 60.0, 13.0), ("concrete", 60.0, 11.0), ("steel", 60.0, 26)],
)
def test_everyday_cargo_comes_out_as_what_it_is(name, areal_density, z):
    stack = [(material(name), areal_density)]
    found = dual_energy_table(6, 4).invert(attenuation(6, stack), attenuation(4, stack))
    assert found.effective_z == pytest.approx(z, abs=0.7)
    assert found.areal_density == pytest.approx(areal_density, rel=0.07)


def test_thick_lead_cannot_be_told_from_tungsten_or_uranium_at_6_and_4_mv():
    stack = [(material("lead"), 100.0)]
    high, low = attenuation(6, stack), attenuation(4, stack)
    found = dual_energy_table(6, 4).invert(high, low, 0.005 * high, 0.005 * low)
    assert found.z_low < 74
    assert found.z_high > 92


def test_more_spread_of_energies_tells_more():
    widths = []
    for pair in ((6.0, 4.0), (10.0, 6.0)):
        high, low = slab(pair, 50, 3.0)
        found = dual_energy_table(*pair).invert(high, low, 0.004 * high, 0.004 * low)
        widths.append(float(found.z_high - found.z_low))
    assert widths[1] < widths[0]


def test_shared_ratio_gives_the_lighter_element_and_an_interval_with_both():
    stack = [(material("C"), 5.0)]
    found = dual_energy_table(6, 4).invert(attenuation(6, stack), attenuation(4, stack))
    assert found.effective_z == pytest.approx(6, abs=1)
    assert found.z_high > 60


def test_a_pair_of_no_element_has_no_interval():
    """A real scanner's ratios lie off the nominal ones: that must not look like a heavy metal."""
    found = dual_energy_table(6, 4).invert(3.0, 3.0 / 0.97, 0.003, 0.003)
    assert (found.z_low, found.z_high) == (1, 94)
    assert found.areal_density > 0


def test_interval_widens_with_noise():
    high, low = slab((6.0, 4.0), 26, 3.0)
    sigma = np.array([0.0, 0.003, 0.01, 0.05])
    found = dual_energy_table(6, 4).invert(high, low, sigma * high, sigma * low)
    width = found.z_high - found.z_low
    assert (np.diff(width) >= 0).all()
    assert width[-1] > 20
    assert width[0] < 1


@pytest.mark.parametrize(
    ("high", "low"), [(0.0, 0.0), (-0.1, -0.1), (0.01, 0.5), (1.0, 0.0), (np.nan, np.nan)]
)
def test_air_and_nonsense_have_no_z(high, low):
    found = dual_energy_table(6, 4).invert(high, low)
    assert np.isnan(found.effective_z)
    assert (found.z_low, found.z_high) == (1, 94)


@given(high=st.floats(-1, 50, width=32), low=st.floats(-1, 50, width=32))
def test_any_finite_pair_gives_a_finite_mass_and_an_ordered_interval(high, low):
    found = dual_energy_table(6, 4).invert(high, low, 0.01, 0.01)
    assert 0 <= found.areal_density < 1500
    assert 1 <= found.z_low <= found.z_high <= 94


def test_images_keep_their_shape_and_agree_with_single_pixels():
    table = dual_energy_table(6, 4)
    high, low = np.random.default_rng(3).uniform(0.1, 7, (2, 5, 7))
    image = table.invert(high, low, 0.01 * high, 0.01)
    assert all(part.shape == (5, 7) and part.dtype == np.float32 for part in image)
    pixel = table.invert(high[2, 3], low[2, 3], 0.01 * high[2, 3], 0.01)
    np.testing.assert_array_equal([part[2, 3] for part in image], [part[()] for part in pixel])


def test_areal_density_is_linear_in_the_open_and_flat_beyond_the_end():
    table = dual_energy_table(6, 4)
    thin = table.areal_density([0.0, 0.005, 0.01], 26.0)
    assert thin[0] == 0
    assert thin[2] == pytest.approx(2 * thin[1])
    assert table.areal_density(20.0, 26.0) == table.areal_density(np.inf, 26.0)
    assert single_energy_areal_density(-1.0, 7.0, beam(4)) == 0


def test_unknown_z_counts_as_a_middling_element():
    table = dual_energy_table(6, 4)
    assert table.areal_density(2.0, np.nan) == table.areal_density(2.0, 13.0)


def test_factors_of_the_scanner_are_used():
    factors = (SpectralFactors(1.1, 0.99, 1.05), SpectralFactors(0.9, 0.97, 1.1))
    stack = [(material("Fe"), 80.0)]
    high, low = (attenuation(mv, stack, f) for mv, f in zip((6, 4), factors, strict=True))
    found = dual_energy_table(6, 4, *factors).invert(high, low)
    assert found.effective_z == pytest.approx(26, abs=0.5)
    assert found.areal_density == pytest.approx(80, rel=0.005)
    assert dual_energy_table(6, 4).invert(high, low).effective_z != pytest.approx(26, abs=2)


def test_a_table_is_made_once():
    assert dual_energy_table(6, 4) is dual_energy_table(6, 4)


def test_refuses_beams_the_wrong_way_round():
    with pytest.raises(
        ValueError, match=r"^expected the high energy above the low one, found 4 and 6 MV$"
    ):
        DualEnergyTable(beam(4), beam(6))


def test_single_energy_refuses_a_z_that_is_none():
    with pytest.raises(ValueError, match=r"^expected an atomic number from 1 to 94, found 0.5$"):
        single_energy_areal_density(1.0, 0.5, beam(4))
