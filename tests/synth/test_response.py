"""Afterglow, cross-talk and saturation: measurable, and none of it moves the open beam."""

from __future__ import annotations

import msgspec
import numpy as np
import pytest

from scanai.scan.profile import Imperfections
from scanai.synth.response import add_afterglow, cross_talk, saturate


def with_flaws(profile, **flaws):
    worse = msgspec.structs.replace(Imperfections.perfect(), **flaws)
    return msgspec.structs.replace(profile, imperfections=worse)


def single(profile):
    return msgspec.structs.replace(profile, energies_mv=(6.0,), open_beam_counts=(54000.0,))


def flash(columns: int = 60) -> np.ndarray:
    """One column of light in the dark."""
    picture = np.zeros((3, columns), np.float32)
    picture[:, 10] = 1
    return picture


def test_tail_of_afterglow_has_its_share_and_its_length(coarse_scanner):
    profile = single(with_flaws(coarse_scanner, afterglow=0.01, afterglow_pulses=3.0))
    seen = flash()
    add_afterglow([seen], profile)
    tail = seen[1, 11:40] / seen[1, 10]
    np.testing.assert_allclose(tail, 0.01 * np.exp(-np.arange(29) / 3), rtol=1e-3)
    assert not seen[:, :10].any()


def test_two_energies_glow_into_each_other_pulse_by_pulse(coarse_scanner):
    profile = with_flaws(coarse_scanner, afterglow=0.01, afterglow_pulses=4.0)
    high, low = flash(), np.zeros((3, 60), np.float32)
    add_afterglow([high, low], profile)
    levels = profile.open_beam_counts
    pulses = np.stack([high[1] * levels[0], low[1] * levels[1]], axis=1).ravel()
    # the order of pulses is high, low, high, low: one exponential tail over all of them
    tail = pulses[21:60] / pulses[20]
    np.testing.assert_allclose(tail, 0.01 * np.exp(-np.arange(39) / 4), rtol=0.01)


def test_open_beam_reads_one_with_any_afterglow(coarse_scanner):
    profile = with_flaws(coarse_scanner, afterglow=0.02, afterglow_pulses=5.0)
    signals = [np.ones((4, 50), np.float32) for _ in range(2)]
    add_afterglow(signals, profile)
    np.testing.assert_allclose(signals, 1, rtol=1e-5)


def test_no_afterglow_changes_nothing(coarse_scanner):
    seen = flash()
    add_afterglow([seen, seen.copy()], coarse_scanner)
    np.testing.assert_array_equal(seen, flash())


def test_cross_talk_gives_its_share_to_either_neighbour():
    signal = np.zeros((9, 4), np.float32)
    signal[4] = 1
    cross_talk(signal, 0.02)
    np.testing.assert_allclose(signal[:, 0], [0, 0, 0, 0.02, 0.96, 0.02, 0, 0, 0], atol=1e-7)
    open_beam = np.ones((9, 4), np.float32)
    cross_talk(open_beam, 0.02)
    np.testing.assert_allclose(open_beam, 1, rtol=1e-6)


@pytest.mark.parametrize("nonlinearity", [0.0, 0.01, 0.1])
def test_saturating_detector_reads_the_dark_too_bright(nonlinearity):
    signal = np.array([[1.0, 0.5, 0.01]], np.float32)
    saturate(signal, nonlinearity)
    assert signal[0, 0] == pytest.approx(1)
    assert signal[0, 2] / 0.01 == pytest.approx(1 + nonlinearity * 0.99, rel=2e-3)
    # at half of the open beam it falls short of proportional by half of that
    assert signal[0, 1] / 0.5 == pytest.approx((1 + nonlinearity) / (1 + nonlinearity / 2))
