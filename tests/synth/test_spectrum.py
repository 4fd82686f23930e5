"""Drift of the end point: harder spectra attenuate less, each material by its own measure."""

from __future__ import annotations

import msgspec
import numpy as np
import pytest

from scanai.physics.beams import bremsstrahlung
from scanai.physics.materials import material
from scanai.physics.transmission import SpectralFactors, transmission
from scanai.scan.profile import Imperfections
from scanai.synth.spectrum import _factor_slopes, attenuation_drift, drifted, slow_waves


def attenuation(beam, name: str, depth: float, factors=None) -> float:
    stack = [(material(name), depth)]
    through = transmission(beam, stack) if factors is None else transmission(beam, stack, factors)
    return float(-np.log(through))


def drifting(profile, drift: float):
    flaws = msgspec.structs.replace(Imperfections.perfect(), spectrum_drift=drift)
    return msgspec.structs.replace(profile, imperfections=flaws)


@pytest.mark.parametrize("end_point", [4.0, 6.0, 9.0])
@pytest.mark.parametrize(("name", "depth"), [("cellulose", 40.0), ("steel", 60.0), ("lead", 50.0)])
def test_factors_stand_for_an_end_point_one_percent_off(end_point, name, depth):
    lower = attenuation(bremsstrahlung(0.99 * end_point), name, depth)
    nominal = attenuation(bremsstrahlung(end_point), name, depth)
    factors = SpectralFactors(*(1 - 0.01 * slope for slope in _factor_slopes(end_point)))
    by_factors = attenuation(bremsstrahlung(end_point), name, depth, factors)
    tolerance = 0.15 * abs(lower - nominal) + 1e-4 * nominal
    assert by_factors - nominal == pytest.approx(lower - nominal, abs=tolerance)


def test_a_steady_machine_has_the_factors_of_its_profile(coarse_scanner):
    assert drifted(np.random.default_rng(1), coarse_scanner) == coarse_scanner.spectral


def test_attenuation_moves_from_scan_to_scan_by_what_its_slope_says(coarse_scanner):
    rng = np.random.default_rng(3)
    profile = drifting(coarse_scanner, 0.01)
    beam = bremsstrahlung(6.0)
    seen = [attenuation(beam, "steel", 50.0, drifted(rng, profile)[0]) for _ in range(60)]
    assert np.std(seen) / np.mean(seen) == pytest.approx(0.0034, rel=0.3)  # slope −0.34 at 6 MV


def test_drift_along_a_scan_is_slow_and_of_its_size(coarse_scanner):
    places = np.arange(0, 12, 0.02)
    profile = drifting(coarse_scanner, 0.01)
    drifts = np.stack(
        [attenuation_drift(np.random.default_rng(seed), profile, places) for seed in range(60)]
    )
    assert drifts.shape == (60, 2, places.size)
    assert drifts[:, 0].std() == pytest.approx(0.0034, rel=0.2)
    assert np.abs(np.diff(drifts, axis=2)).max() < 0.3 * drifts.std()


def test_slow_waves_have_a_standard_deviation_of_one():
    waves = [slow_waves(np.random.default_rng(seed), np.arange(0, 15, 0.1)) for seed in range(200)]
    assert np.std(waves) == pytest.approx(1, rel=0.1)
