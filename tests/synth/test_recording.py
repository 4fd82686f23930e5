"""Counts: counting statistics, levels of each row, defects."""

from __future__ import annotations

import msgspec
import numpy as np
import pytest

from scanai.scan.profile import Imperfections
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


def test_gain_drift_leaves_level_streaks_after_air_correction(coarse_scanner):
    profile = with_flaws(coarse_scanner, gain_drift=0.01)
    raw = record(np.random.default_rng(4), flat(0.5), profile, source="streaks")
    seen = (raw.pixels - raw.dark[..., None]) / (raw.air - raw.dark)[..., None]
    rows = seen[0].mean(axis=1) / 0.5
    assert rows.std() == pytest.approx(0.01, rel=0.2)


def test_dark_drift_moves_the_dark_rows_only_by_its_counts(coarse_scanner):
    profile = with_flaws(coarse_scanner, dark_drift_counts=5.0)
    raw = record(np.random.default_rng(4), flat(1e-9), profile, source="dark")
    rows = (raw.pixels[0] - raw.dark[0][:, None]).mean(axis=1)
    assert rows.std() == pytest.approx(5.0, rel=0.2)


def test_level_spread_moves_the_open_beam_of_a_scan_as_a_whole(coarse_scanner):
    profile = with_flaws(coarse_scanner, level_spread=0.03)
    levels = [
        record(np.random.default_rng(seed), flat(1.0, 4), profile, source="level").air.mean()
        for seed in range(80)
    ]
    assert np.std(levels) / np.mean(levels) == pytest.approx(0.03, rel=0.25)


def test_output_wanders_slowly_along_the_scan(coarse_scanner):
    profile = with_flaws(coarse_scanner, output_wander=0.02)
    columns = np.stack(
        [
            record(np.random.default_rng(seed), flat(0.9), profile, source="slow")
            .pixels[0]
            .astype(float)
            .mean(axis=0)
            for seed in range(20)
        ]
    )
    relative = columns / columns.mean()
    assert relative.std() == pytest.approx(0.02, rel=0.3)
    assert np.diff(relative, axis=1).std() < 0.15 * relative.std()


def test_missed_pulses_leave_columns_of_one_energy_dark(coarse_scanner):
    profile = with_flaws(coarse_scanner, missed_pulses=6.0)
    raw = record(np.random.default_rng(4), flat(0.5), profile, source="missed")
    dark = raw.pixels.astype(float).mean(axis=1) < 2 * profile.dark_counts
    assert 4 <= dark.sum() <= 24
    assert not np.all(dark[0] == dark[1])


def test_lost_data_is_zero_over_a_module_for_some_pulses(coarse_scanner):
    profile = with_flaws(coarse_scanner, dropout_share=0.02)
    raw = record(np.random.default_rng(4), flat(0.5), profile, source="lost")
    zero = raw.pixels == 0
    assert zero.mean() == pytest.approx(0.02, rel=0.3)
    modules = zero.reshape(2, 10, 16, 400)
    np.testing.assert_array_equal(modules.all(axis=2), modules.any(axis=2))


def test_cross_talk_ties_the_noise_of_neighbouring_rows(coarse_scanner):
    profile = with_flaws(coarse_scanner, cross_talk=0.05)
    raw = record(np.random.default_rng(4), flat(0.5, 2000), profile, source="tied")
    noise = raw.pixels[0].astype(float) - raw.pixels[0].mean()
    tied = np.mean(noise[1:] * noise[:-1]) / noise.var()
    share = 2 * 0.05 * 0.9 / (0.9**2 + 2 * 0.05**2)
    assert tied == pytest.approx(share, rel=0.1)


def test_opaque_matter_reads_the_scatter_of_its_surroundings(coarse_scanner):
    profile = with_flaws(coarse_scanner, scatter=0.01)
    through = flat(np.exp(-1))
    through[:, 70:90] = 1e-9
    raw = record(np.random.default_rng(4), through, profile, source="scatter")
    seen = (raw.pixels[0] - raw.dark[0][:, None]) / (raw.air[0] - raw.dark[0])[:, None]
    assert 0.3 < seen[78:82].mean() / (0.01 * np.exp(-1)) < 0.9


def test_same_generator_gives_the_same_bytes_with_every_imperfection(coarse_scanner):
    profile = msgspec.structs.replace(coarse_scanner, imperfections=Imperfections(dead_rows=3.0))
    first, again = (
        record(np.random.default_rng(9), flat(0.2), profile, source="same") for _ in range(2)
    )
    other = record(np.random.default_rng(10), flat(0.2), profile, source="other")
    for name in ("pixels", "air", "dark"):
        assert getattr(first, name).tobytes() == getattr(again, name).tobytes()
        assert getattr(first, name).tobytes() != getattr(other, name).tobytes()


def test_transmission_that_is_recorded_is_not_changed(coarse_scanner):
    profile = msgspec.structs.replace(coarse_scanner, imperfections=Imperfections())
    through = flat(0.2)
    record(np.random.default_rng(9), through, profile, source="kept")
    assert np.all(through == np.float32(0.2))
