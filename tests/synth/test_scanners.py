"""Scanners drawn at random: whole, consistent in themselves, and as various as real ones."""

from __future__ import annotations

import math

import msgspec
import numpy as np
import pytest
from scan_making import sees

from scanai.scan.profile import Imperfections, ScannerProfile
from scanai.scan.profile_rules import rules
from scanai.synth.recording import record
from scanai.synth.scanners import draw_scanner, ordinary_ratio


@pytest.fixture(scope="module")
def drawn() -> list[ScannerProfile]:
    return [draw_scanner(np.random.default_rng(seed)) for seed in range(300)]


def test_equal_generators_draw_equal_scanners_and_others_differ(drawn):
    assert draw_scanner(np.random.default_rng(7)) == drawn[7]
    assert len({profile.name for profile in drawn}) == len(drawn)
    assert len({profile.imperfections for profile in drawn}) == len(drawn)


def test_every_drawn_scanner_keeps_the_rules_of_a_profile(drawn):
    broken = [rule for profile in drawn for rule in rules(profile) if not rule[0]]
    assert broken == []


def test_profile_survives_writing_and_reading(drawn):
    for profile in drawn[:20]:
        assert msgspec.convert(msgspec.to_builtins(profile), ScannerProfile) == profile


def test_every_drawn_scanner_sees_a_high_cube_box_whole_with_air(drawn):
    assert all(sees(profile, 1.219, 0.0, 2.896, air_m=0.15) for profile in drawn)
    tall = [draw_scanner(np.random.default_rng(seed), top_m=4.3) for seed in range(60)]
    assert all(sees(profile, 1.3, 0.0, 4.3, air_m=0.15) for profile in tall)


def test_rows_stay_below_what_is_asked_for():
    few = [
        draw_scanner(np.random.default_rng(seed), top_m=2.9, most_rows=700) for seed in range(80)
    ]
    assert max(profile.rows for profile in few) == 700


def test_end_points_pitch_and_views_span_the_market(drawn):
    high = [profile.energies_mv[0] for profile in drawn]
    low = [profile.energies_mv[-1] for profile in drawn]
    assert max(high) == 10.0
    assert min(low) == pytest.approx(3.0, abs=0.2)
    assert 0.15 < np.mean([len(profile.energies_mv) == 1 for profile in drawn]) < 0.35
    pitch = np.array([profile.pitch_mm for profile in drawn])
    assert pitch.min() >= 2
    assert pitch.max() <= 8
    assert np.ptp(pitch[:, 0]) > 5
    kinds = {(profile.geometry.view, profile.geometry.arm_height_m is None) for profile in drawn}
    assert kinds == {("side", True), ("side", False), ("above", True), ("below", True)}


def test_ratio_over_ordinary_cargo_spans_what_real_scanners_show(drawn):
    ratios = [
        ordinary_ratio(profile.energies_mv, profile.spectral)
        for profile in drawn
        if len(profile.energies_mv) == 2
    ]
    assert 0.78 <= min(ratios) < 0.80
    assert 0.92 < max(ratios) <= 0.95
    shares, _ = np.histogram(ratios, np.linspace(0.78, 0.95, 6))
    assert shares.min() > 0.05 * len(ratios)


def test_open_beam_does_not_saturate(drawn):
    for profile in drawn:
        spread = math.hypot(profile.imperfections.gain_spread, profile.imperfections.level_spread)
        assert max(profile.open_beam_counts) * (1 + 3 * spread) < profile.saturation_counts
        assert profile.open_beam_range[0] < min(profile.open_beam_counts) * (1 - 3 * spread)


def test_noise_floor_is_where_noise_is(drawn):
    """Transmission at the floor stands some two standard deviations above darkness, not many."""
    clean = [
        msgspec.structs.replace(profile, imperfections=Imperfections.perfect(), rows=64)
        for profile in drawn[:60]
        if profile.imperfections.scatter * 0.35 < 0.9 * profile.noise_floor  # else scatter sets it
    ]
    assert len(clean) > 20
    for profile in clean:
        shape = (len(profile.energies_mv), 64, 256)
        raw = record(
            np.random.default_rng(1),
            np.full(shape, profile.noise_floor, np.float32),
            profile,
            source="floor",
        )
        worst = min(
            (signal.mean() - profile.dark_counts) / signal.std()
            for signal in raw.pixels.astype(float)
        )
        assert 1.8 < worst < 3.6
