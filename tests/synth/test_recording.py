"""Counts: counting statistics, levels of each row, defects."""

from __future__ import annotations

import msgspec
import numpy as np
import pytest

from scanai.synth.recording import record


def with_flaws(profile, **flaws):
    worse = msgspec.structs.replace(profile.imperfections, **flaws)
    return msgspec.structs.replace(profile, imperfections=worse)


def flat(value: float, columns: int = 400) -> np.ndarray:
    return np.full((2, 160, columns), value, np.float32)


@pytest.mark.parametrize("value", [0.9, 0.1, 0.003, 0.0008, 0.0003])
def test_noise_is_shot_noise_plus_electronic_noise(value, coarse_scanner):
    raw = record(np.random.default_rng(3), flat(value), coarse_scanner, source="flat")
    for index in range(2):
        counts = raw.pixels[index].astype(float) - coarse_scanner.dark_counts
        quanta = coarse_scanner.noise.quanta_open_beam[index]
        open_beam = float(raw.air[index].mean()) - coarse_scanner.dark_counts
        variance = (
            open_beam**2 * value / quanta + coarse_scanner.noise.electronic_counts**2 + 1 / 12
        )
        sigma = np.sqrt(variance / counts.size)
        assert counts.mean() == pytest.approx(open_beam * value, abs=6 * sigma + 2e-4 * open_beam)
        assert counts.var() == pytest.approx(variance, rel=0.04)


def test_few_quanta_are_skewed_as_poisson_numbers_are(coarse_scanner):
    raw = record(np.random.default_rng(5), flat(2e-4), coarse_scanner, source="dark")
    counts = raw.pixels[0].astype(float)
    third = np.mean(((counts - counts.mean()) / counts.std()) ** 3)
    mean = 2e-4 * coarse_scanner.noise.quanta_open_beam[0]
    scale = coarse_scanner.open_beam_counts[0] / coarse_scanner.noise.quanta_open_beam[0]
    shot = mean * scale**2
    noise = coarse_scanner.noise.electronic_counts**2
    assert third == pytest.approx(mean * scale**3 / (shot + noise) ** 1.5, abs=0.05)


def test_air_and_dark_lines_give_back_the_transmission_of_uneven_rows(coarse_scanner):
    profile = with_flaws(coarse_scanner, gain_spread=0.05, dark_spread_counts=30.0)
    raw = record(np.random.default_rng(1), flat(0.5), profile, source="rows")
    assert raw.air.std() > 1000
    seen = (raw.pixels - raw.dark[..., None]) / (raw.air - raw.dark)[..., None]
    np.testing.assert_allclose(seen.mean(axis=2), 0.5, atol=0.003)


def test_dead_rows_read_zero_at_both_energies(coarse_scanner):
    profile = with_flaws(coarse_scanner, dead_rows=6.0)
    raw = record(np.random.default_rng(2), flat(0.5), profile, source="dead")
    dead = np.all(raw.pixels == 0, axis=(0, 2))
    assert 1 <= dead.sum() <= 16
    assert np.all(raw.pixels[:, ~dead] > 0)


def test_output_drift_stripes_columns(coarse_scanner):
    profile = with_flaws(coarse_scanner, output_drift=0.02)
    raw = record(np.random.default_rng(2), flat(0.5), profile, source="stripes")
    columns = raw.pixels[0].astype(float).mean(axis=0)
    assert columns.std() / columns.mean() == pytest.approx(0.02, rel=0.2)


def test_hot_pixels_stand_alone_and_stay_below_saturation(coarse_scanner):
    profile = with_flaws(coarse_scanner, hot_pixel_share=1e-3)
    raw = record(np.random.default_rng(2), flat(0.01), profile, source="hot")
    hot = raw.pixels[0] > 0.4 * profile.saturation_counts
    assert hot.mean() == pytest.approx(1e-3, rel=0.4)
    assert raw.pixels.max() <= profile.saturation_counts


def test_saturation_cuts_the_open_beam(coarse_scanner):
    profile = msgspec.structs.replace(coarse_scanner, saturation_counts=40000)
    raw = record(np.random.default_rng(2), flat(1.0), profile, source="bright")
    assert np.all(raw.pixels == 40000)


def test_scan_without_air_line_brings_no_levels(coarse_scanner):
    rng = np.random.default_rng(2)
    raw = record(rng, flat(1e-9), coarse_scanner, source="bare", air_line=False)
    assert raw.air is None
    assert raw.dark is None
    # what the reader takes for dark then, so that opaque matter reads zero transmission
    level = coarse_scanner.file.dark_counts or (0.0,) * len(raw.pixels)
    spread = 3 * coarse_scanner.noise.electronic_counts
    assert np.median(raw.pixels, axis=(1, 2)) == pytest.approx(level, abs=spread)
