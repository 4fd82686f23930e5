"""Scatter, blur, interlace and spectrum drift: each does what its size in the profile says."""

from __future__ import annotations

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanai.scan.profile import Imperfections
from scanai.synth.optics import add_scatter, blur, drift


def with_flaws(profile, **flaws):
    worse = msgspec.structs.replace(Imperfections.perfect(), **flaws)
    return msgspec.structs.replace(profile, imperfections=worse)


def position(line: np.ndarray) -> float:
    """Centre of gravity, px."""
    return float(line @ np.arange(line.size) / line.sum())


def variance(line: np.ndarray) -> float:
    return float(line @ (np.arange(line.size) - position(line)) ** 2 / line.sum())


def test_perfect_optics_change_nothing(coarse_scanner):
    picture = np.random.default_rng(1).random((40, 60), np.float32)
    before = picture.copy()
    drift(picture, np.zeros(60, np.float32))
    add_scatter(picture, coarse_scanner)
    np.testing.assert_array_equal(blur(picture, coarse_scanner, 0), before)


def test_drift_scales_attenuation_column_by_column():
    picture = np.exp(-np.random.default_rng(2).uniform(0, 12, (30, 50))).astype(np.float32)
    picture[0] = 0
    change = np.linspace(-0.02, 0.02, 50, dtype=np.float32)
    moved = picture.copy()
    drift(moved, change)
    assert not moved[0].any()
    np.testing.assert_allclose(np.log(moved[1:]), np.log(picture[1:]) * (1 + change), rtol=1e-4)


def test_scatter_behind_opaque_matter_is_that_of_the_load_around_it(coarse_scanner):
    """In a load of one mean free path, over all of the array, each row gets its share of 1/e."""
    profile = with_flaws(coarse_scanner, scatter=0.004, scatter_reach_m=0.1)
    picture = np.full((160, 30), np.exp(-1), np.float32)
    picture[72:88] = 1e-9
    add_scatter(picture, profile)
    assert picture[40, 10] == pytest.approx((1 + 0.004) * np.exp(-1), rel=1e-4)
    # 0.16 m of opaque matter to either side, 1.6 times the reach
    assert picture[80, 10] / (0.004 * np.exp(-1)) == pytest.approx(np.exp(-1.6), rel=0.03)


def test_scatter_falls_by_e_over_its_reach_and_stays_in_its_column(coarse_scanner):
    profile = with_flaws(coarse_scanner, scatter=0.01, scatter_reach_m=0.4)
    picture = np.ones((160, 30), np.float32)
    picture[0:8, 12] = np.exp(-1)
    add_scatter(picture, profile)
    extra = picture[:, 12] - 1
    assert extra[60] / extra[40] == pytest.approx(np.exp(-1), rel=0.01)
    assert np.all(picture[:, :12] == 1)
    assert np.all(picture[:, 13:] == 1)


def test_open_beam_scatters_nothing(coarse_scanner):
    picture = np.ones((160, 30), np.float32)
    add_scatter(picture, with_flaws(coarse_scanner, scatter=0.01))
    assert np.all(picture == 1)


@given(along=st.floats(0, 3), across=st.floats(0, 3), spot=st.floats(0, 10))
def test_blur_has_the_variance_of_aperture_and_focal_spot(along, across, spot):
    from scanai.scan import load_profile

    mobile = load_profile("mobile-4")
    profile = with_flaws(mobile, aperture=(along, across), focal_spot_mm=spot)
    point = np.zeros((61, 61), np.float32)
    point[30, 30] = 1
    seen = blur(point, profile, 0)
    assert seen.sum() == pytest.approx(1, abs=1e-5)
    drawn = spot / 2.3548 * (1 - 4.5 / 6.4)
    for axis, width, pitch in ((0, along, 6.0), (1, across, 7.5)):
        expected = width**2 / 12 + (drawn / pitch) ** 2
        assert variance(seen.sum(axis=axis)) == pytest.approx(expected, abs=1e-4)
        assert position(seen.sum(axis=axis)) == pytest.approx(30, abs=1e-4)


@pytest.mark.parametrize("interlace", [0.5, 1.0, 0.0])
def test_low_energy_is_seen_later_by_the_interlace(interlace, coarse_scanner):
    """x of a column is that of its middle; what is seen later lies at a lower column."""
    profile = with_flaws(coarse_scanner, interlace=interlace)
    point = np.zeros((5, 61), np.float32)
    point[:, 30] = 1
    high, low = (blur(point, profile, energy)[2] for energy in (0, 1))
    assert position(high) - position(low) == pytest.approx(interlace)
    assert variance(high) == pytest.approx(variance(low))
    assert high.min() >= 0


def test_interlace_is_nothing_to_a_single_energy(coarse_scanner):
    single = msgspec.structs.replace(with_flaws(coarse_scanner, interlace=0.5), energies_mv=(6.0,))
    picture = np.random.default_rng(1).random((20, 30), np.float32)
    np.testing.assert_array_equal(blur(picture, single, 0), picture)


def test_open_beam_stays_open_beam_to_the_edges(coarse_scanner):
    profile = with_flaws(coarse_scanner, interlace=0.5, aperture=(2.0, 2.0), focal_spot_mm=3.0)
    for energy in (0, 1):
        np.testing.assert_allclose(blur(np.ones((9, 9), np.float32), profile, energy), 1, rtol=1e-6)
