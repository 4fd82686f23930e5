"""Counts of a damaged detector become the transmission of the matter that was there."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scan_making import raw_counts

from scanai.errors import ScanError
from scanai.scan import RawScan, Scan, calibrate, load_profile

COUNTS = st.sampled_from([0, 1, 200, 400, 402, 9_000, 48_000, 54_000, 56_000, 65_535])


def error_of(scan: Scan, attenuation, below=4.0):
    """Median and 99.5th percentile of the error of attenuation where quanta are plenty."""
    seen = attenuation < below
    error = np.abs(scan.attenuation - attenuation)[seen]
    return float(np.median(error)), float(np.percentile(error, 99.5))


def test_array_without_air_line_reads_well(scan_by):
    damaged = scan_by(zeros=0.03, dead=(3, 60, 61, 150), missed=(100, 333))
    scan = calibrate(damaged.raw)
    median, worst = error_of(scan, damaged.attenuation)
    assert median < 0.004
    assert worst < 0.1
    assert scan.quality.open_beam_from == "air_regions"
    assert scan.quality.dead_rows == ((3, 60, 61, 150), (3, 60, 61, 150))
    assert scan.quality.open_beam == pytest.approx((54_500, 54_500), rel=0.01)
    assert scan.quality.stripe_percent == pytest.approx(1.0, abs=0.25)
    # dropouts, and two missed pulses of 480
    assert scan.quality.zero_share == pytest.approx(0.03 + 2 / 480, abs=0.004)
    assert scan.quality.notes == ()


@pytest.mark.parametrize("zeros", [0.02, 0.08, 0.14])
def test_dropouts_leave_no_dark_specks_in_air(scan_by, zeros):
    damaged = scan_by(zeros=zeros)
    scan = calibrate(damaged.raw)
    air = np.s_[:, :, :23]
    assert np.count_nonzero(scan.transmission[air] < 0.9) <= 1e-4 * scan.transmission[air].size


@pytest.mark.parametrize(("beside", "above"), [(16, 4), (0, 4), (16, 0)])
def test_little_air_among_many_dropouts_still_gives_the_open_beam(scan_by, beside, above):
    damaged = scan_by(beside=beside, above=above, zeros=0.14)
    raw = replace(damaged.raw, pixels=damaged.raw.pixels[:, :190])  # no air below the unit
    scan = calibrate(raw)
    assert scan.quality.open_beam == pytest.approx((54_500, 54_500), rel=0.02)
    assert error_of(scan, damaged.attenuation[:, :190])[0] < 0.015
    assert scan.valid[:, 4:-4].mean() > 0.7


def test_air_line_is_used_when_it_came_along(scan_by):
    damaged = scan_by(air_line=True, dark=400.0, dead=(7, 120))
    scan = calibrate(damaged.raw)
    median, worst = error_of(scan, damaged.attenuation)
    assert median < 0.004
    assert worst < 0.08
    assert scan.quality.open_beam_from == "air_line"
    assert scan.quality.dead_rows == ((7, 120), (7, 120))


def test_single_energy_scanner_reads_well(scan_by, mobile):
    damaged = scan_by(mobile, level=47_000.0, dark=900.0, zeros=0.02, dead=(50,))
    scan = calibrate(damaged.raw)
    assert scan.transmission.shape == (1, 200, 480)
    assert error_of(scan, damaged.attenuation)[0] < 0.006
    assert scan.quality.dead_rows == ((50,),)


@pytest.mark.parametrize("dark", [0.0, 400.0])
def test_opaque_block_is_starved_and_not_repaired(scan_by, dark):
    damaged = scan_by(dark=dark, air_line=dark > 0, zeros=0.05, dead=(160,))
    scan = calibrate(damaged.raw)
    block = damaged.attenuation[0] > 9
    floor = np.float32(scan.noise_floor)
    inside = scan.transmission[0][block]
    assert np.count_nonzero(inside <= 3 * floor) > 0.99 * inside.size
    share = np.count_nonzero(block) / block.size
    assert scan.quality.starved_share == pytest.approx(share, rel=0.1)


def test_plate_seen_edge_on_is_not_taken_for_a_missed_pulse(scan_by):
    damaged = scan_by()
    pixels = damaged.raw.pixels.copy()
    rng = np.random.default_rng(5)
    plate = (slice(None), slice(40, 140), slice(200, 202))
    pixels[plate] = np.clip(np.rint(3 * rng.standard_normal(pixels[plate].shape)), 0, None)
    scan = calibrate(replace(damaged.raw, pixels=pixels))
    assert np.mean(scan.transmission[plate] < 2e-3) > 0.9


def test_tip_of_a_steel_bar_is_not_taken_for_a_dropout(scan_by):
    damaged = scan_by(air_line=True, dark=400.0)
    pixels = damaged.raw.pixels.copy()
    pixels[:, 100:102, 200:202] = 402
    scan = calibrate(replace(damaged.raw, pixels=pixels))
    assert (scan.transmission[:, 100:102, 200:202] < 3 * scan.noise_floor).all()
    assert scan.valid[100:102, 200:202].all()


def test_load_that_is_opaque_all_along_is_not_taken_for_dead_rows(scan_by):
    """A window inside the unit shows no air beside it that would tell the rows alive."""
    damaged = scan_by(air_line=True, dark=400.0, beside=0)
    rng = np.random.default_rng(2)
    pixels = damaged.raw.pixels.copy()
    opaque = pixels[:, 120:160]
    opaque[:] = np.rint(400 + 3 * rng.standard_normal(opaque.shape))
    scan = calibrate(replace(damaged.raw, pixels=pixels))
    assert scan.quality.dead_rows == ((), ())
    assert (scan.transmission[:, 120:160] < 3 * scan.noise_floor).all()


def test_dead_detector_module_is_known_by_its_zeros(scan_by):
    damaged = scan_by(air_line=True, dark=400.0, dead=tuple(range(60, 76)))
    scan = calibrate(damaged.raw)
    assert scan.quality.dead_rows == (tuple(range(60, 76)),) * 2
    assert not scan.valid[60:76].any()


def test_dead_row_that_reads_its_dark_level_is_filled(scan_by):
    damaged = scan_by(air_line=True, dark=400.0)
    pixels = damaged.raw.pixels.copy()
    pixels[:, 80] = 400
    scan = calibrate(replace(damaged.raw, pixels=pixels))
    assert scan.quality.dead_rows == ((80,), (80,))
    error = np.abs(scan.attenuation[:, 80] - damaged.attenuation[:, 80])
    assert np.median(error) < 0.01


def test_missed_pulse_and_dead_rows_are_filled_from_their_neighbours(scan_by):
    damaged = scan_by(dead=(90, 91), missed=(250,))
    scan = calibrate(damaged.raw)
    for place in ((0, slice(88, 94), slice(100, 140)), (1, slice(100, 140), slice(248, 253))):
        error = np.abs(scan.attenuation[place] - damaged.attenuation[place])
        assert np.median(error) < 0.01
    assert not scan.valid[90:92].any()
    assert not scan.valid[:, 250].any()
    assert scan.valid[88, 100]


def test_weak_pulse_is_scaled_up_and_stays_valid(scan_by):
    damaged = scan_by(stripes=0.0)
    pixels = damaged.raw.pixels.copy()
    pixels[0, :, 77] = pixels[0, :, 77] * 0.6
    scan = calibrate(replace(damaged.raw, pixels=pixels))
    assert np.median(np.abs(scan.attenuation[0, :, 77] - damaged.attenuation[0, :, 77])) < 0.01
    assert scan.valid[:, 77].mean() > 0.99


def test_hot_pixel_is_filled_and_bright_gap_is_kept(scan_by):
    damaged = scan_by()
    pixels = damaged.raw.pixels.copy()
    pixels[0, 100, 60] = 60_000
    pixels[0, 12, 200] = 65_535
    scan = calibrate(replace(damaged.raw, pixels=pixels))
    assert scan.transmission[0, 100, 60] == pytest.approx(
        np.exp(-damaged.attenuation[0, 100, 60]), rel=0.1
    )
    assert scan.transmission[0, 12, 200] == pytest.approx(1, abs=0.02)
    assert not scan.valid[100, 60]
    assert scan.quality.hot_pixel_share == pytest.approx(2 / pixels.size)
    assert scan.quality.saturated_share == 0


def test_saturated_region_is_reported_and_not_measured(scan_by):
    damaged = scan_by()
    pixels = damaged.raw.pixels.copy()
    pixels[0, 5:15, 50:70] = 65_535
    scan = calibrate(replace(damaged.raw, pixels=pixels))
    assert scan.quality.saturated_share == pytest.approx(200 / pixels.size)
    assert not scan.valid[5:15, 50:70].any()


def test_unit_that_fills_the_width_is_read_by_the_air_above(scan_by):
    damaged = scan_by(beside=0)
    scan = calibrate(damaged.raw)
    assert error_of(scan, damaged.attenuation)[0] < 0.012
    assert scan.quality.notes == (
        "No open air beside the transport unit: detector rows behind it have the mean open beam "
        "of the rows above it.",
    )


def test_empty_unit_without_air_beside_it_is_not_taken_for_air(scan_by, portal):
    """Its walls let through 0.89: most of the picture, and within the believed counts."""
    damaged = scan_by(gain=0.01)
    attenuation = np.zeros((2, 200, 480), np.float32)
    attenuation[:, 30:] = 0.115
    attenuation[:, 180:] = 1.5
    rng = np.random.default_rng(1)
    counts = 54_000 * np.exp(-attenuation) * (1 + 0.002 * rng.standard_normal(attenuation.shape))
    scan = calibrate(replace(damaged.raw, pixels=counts.astype(np.uint16)))
    assert np.median(scan.attenuation[:, 60:170]) == pytest.approx(0.115, abs=0.005)
    assert np.median(scan.attenuation[:, :25]) == pytest.approx(0, abs=0.002)


def test_unit_that_fills_the_picture_has_no_open_beam(scan_by):
    raw = scan_by(beside=0, above=0).raw
    raw = replace(raw, pixels=raw.pixels[:, :190])
    with pytest.raises(ScanError) as caught:
        calibrate(raw)
    assert str(caught.value) == (
        "SYNTH-0001.npy: expected an air level, or open air of 40000 to 62000 counts in the "
        "picture, found missing air level and no such air at 6 MV"
    )


def test_air_line_serves_a_window_inside_the_unit(scan_by):
    whole = scan_by(air_line=True, dark=400.0, stripes=0.0)
    raw = replace(whole.raw, pixels=whole.raw.pixels[:, :, 100:300])
    scan = calibrate(raw)
    assert error_of(scan, whole.attenuation[:, :, 100:300])[0] < 0.004


def test_dark_offset_of_each_row_is_taken_off(scan_by):
    damaged = scan_by(air_line=True, dark=400.0)
    offset = np.linspace(0, 300, 200, dtype=np.float32)[None]
    raw = replace(
        damaged.raw,
        pixels=(damaged.raw.pixels + offset[:, :, None]).astype(np.uint16),
        air=damaged.raw.air + offset,
        dark=damaged.raw.dark + offset,
    )
    assert error_of(calibrate(raw), damaged.attenuation)[0] < 0.004


def test_transmission_is_read_to_its_scale(portal):
    pixels = np.full((2, 40, 60), 30_000, np.uint16)
    pixels[:, :, 30:] = 60_000
    pixels[1, 20, 10] = 0
    raw = RawScan("t.tiff", pixels, "transmission", portal, (6, 4), (5, 5), full_scale=60_000.0)
    scan = calibrate(raw)
    assert scan.transmission[0, 0, 0] == pytest.approx(0.5)
    assert scan.transmission[1, 20, 10] == pytest.approx(0.5)
    assert scan.transmission.max() == pytest.approx(1)
    assert scan.quality.open_beam_from == "scale"
    assert not scan.valid[20, 10]


def test_display_picture_has_no_transmission():
    grey = np.arange(1024, dtype=np.uint16).reshape(1, 32, 32).clip(0, 255).astype(np.uint8)
    scan = calibrate(RawScan("d.png", grey, "display", None, (), (0, 0)))
    assert scan.is_display
    assert scan.transmission[0, 31, 31] == 1
    assert scan.transmission.min() > 0
    assert scan.quality.open_beam_from == "none"
    assert scan.quality.notes == (
        "The grey scale of this picture is unknown: shape and texture only, no mass and no Z.",
    )


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (0, "x.tiff: expected a signal, found every pixel zero"),
        (
            65_535,
            "x.tiff: expected counts below saturation (65535), found all saturated at 6 MV",
        ),
    ],
)
def test_refuses_scan_without_information(portal, value, message):
    pixels = np.full((2, 50, 60), value, np.uint16)
    with pytest.raises(ScanError) as caught:
        calibrate(RawScan("x.tiff", pixels, "counts", portal, (6, 4), (5, 5)))
    assert str(caught.value) == message


def test_refuses_values_that_are_not_finite(portal):
    pixels = np.ones((2, 50, 60), np.float32)
    pixels[1, 3, 4] = np.nan
    with pytest.raises(ScanError, match=r"x\.npy: expected finite values, found NaN or infinite"):
        calibrate(RawScan("x.npy", pixels, "transmission", portal, (6, 4), (5, 5), full_scale=1.0))


def test_refuses_air_line_that_is_no_open_beam(scan_by):
    damaged = scan_by(air_line=True, dark=400.0)
    raw = replace(damaged.raw, air=np.full_like(damaged.raw.air, 900))
    with pytest.raises(ScanError) as caught:
        calibrate(raw)
    assert str(caught.value) == (
        "SYNTH-0001.npy: expected an air line of about 54500 counts above dark at 6 MV, found 500"
    )


@pytest.mark.parametrize("shape", [(2, 3, 3), (1, 400, 31), (1, 31, 400)])
@pytest.mark.parametrize("quantity", ["counts", "transmission", "display"])
def test_refuses_picture_that_is_too_small_for_a_scan(portal, shape, quantity):
    pixels = np.full(shape, 200, np.uint8 if quantity == "display" else np.uint16)
    with pytest.raises(ScanError) as caught:
        calibrate(RawScan("x.png", pixels, quantity, portal, (6, 4), (5, 5), full_scale=200.0))
    assert str(caught.value) == (
        f"x.png: expected at least 32 × 32 pixels, found {shape[1]} × {shape[2]}"
    )


# Columns that were not measured -----------------------------------------------------------------


@pytest.mark.parametrize("beside_and_above", [True, False], ids=["with air", "window in the unit"])
@pytest.mark.parametrize("share", [0.1, 0.9])
def test_columns_of_zeros_are_missing_and_not_opaque(scan_by, beside_and_above, share):
    damaged = scan_by(air_line=True)
    pixels, attenuation = damaged.raw.pixels.copy(), damaged.attenuation
    zero = np.random.default_rng(3).random(pixels.shape[2]) < share
    pixels[:, :, zero] = 0
    raw = replace(damaged.raw, pixels=pixels)
    if not beside_and_above:
        inside = np.s_[:, 31:185, 30:450]
        air, dark = raw.air[:, 31:185], raw.dark[:, 31:185]
        raw = replace(raw, pixels=raw.pixels[inside], air=air, dark=dark)
        attenuation, zero = attenuation[inside], zero[30:450]
    scan = calibrate(raw)
    assert scan.quality.missing_columns == (tuple(np.flatnonzero(zero).tolist()),) * 2
    assert not scan.valid[:, zero].any()
    assert scan.quality.zero_share == pytest.approx(zero.mean(), abs=0.01)
    assert scan.quality.starved_share < 0.05
    if share < 0.5:
        assert error_of(scan, attenuation)[0] < 0.02


def test_column_with_a_few_counts_among_its_zeros_is_missing(scan_by):
    damaged = scan_by()
    pixels = damaged.raw.pixels.copy()
    few = np.random.default_rng(3).random(pixels[:, :, 200:240].shape) < 0.05
    pixels[:, :, 200:240] *= few.astype(np.uint16)
    scan = calibrate(replace(damaged.raw, pixels=pixels))
    assert scan.quality.missing_columns == (tuple(range(200, 240)),) * 2
    assert scan.quality.widest_gap == 40
    assert scan.quality.notes == (
        "40 columns side by side were not measured and are filled in: nothing was seen there.",
    )


def test_single_missed_pulses_are_no_gap(scan_by):
    quality = calibrate(scan_by(missed=(100, 101, 200, 300, 301, 302)).raw).quality
    assert quality.widest_gap == 3
    assert quality.notes == ()


def test_stored_transmission_has_missing_columns_too(portal):
    pixels = np.full((2, 40, 60), 30_000, np.uint16)
    pixels[:, :, 20:35] = 0
    raw = RawScan("t.tiff", pixels, "transmission", portal, (6, 4), (5, 5), full_scale=60_000.0)
    scan = calibrate(raw)
    assert scan.quality.missing_columns == (tuple(range(20, 35)),) * 2
    assert not scan.valid[:, 20:35].any()
    assert scan.transmission == pytest.approx(0.5)


def test_opaque_load_over_the_whole_height_is_not_taken_for_missing_columns(scan_by):
    """Behind it noise is left, of which the half below dark reads zero."""
    damaged = scan_by(air_line=True)
    pixels = damaged.raw.pixels.copy()[:, 31:185, 30:450]
    rng = np.random.default_rng(2)
    pixels[:, :, 100:150] = np.rint(3 * rng.standard_normal((2, 154, 50))).clip(0)
    air, dark = damaged.raw.air[:, 31:185], damaged.raw.dark[:, 31:185]
    scan = calibrate(replace(damaged.raw, pixels=pixels, air=air, dark=dark))
    assert scan.quality.missing_columns == ((), ())
    assert (scan.transmission[:, :, 102:148] < 3 * scan.noise_floor).mean() > 0.99


# Is it air? -------------------------------------------------------------------------------------


def doubts(scan: Scan) -> list[str]:
    return [note for note in scan.quality.notes if "is doubtful" in note]


def counts_of(picture, portal) -> RawScan:
    pixels = np.broadcast_to(picture, (2, 300, 800)).astype(np.uint16)
    return RawScan("x.npy", pixels, "counts", portal, (6, 4), (5, 5))


@pytest.mark.parametrize(
    ("picture", "reason"),
    [
        (np.full((300, 800), 50_000), "the whole picture is as bright"),
        (np.linspace(20_000, 60_000, 800), "it has no edge"),
        (np.linspace(20_000, 60_000, 300)[:, None], "it has no edge"),
        (
            np.where(
                np.arange(800) < 200,
                54_000 + np.random.default_rng(0).normal(0, 3000, (300, 800)),
                9_000,
            ),
            "it is uneven by",
        ),
        (np.where(np.arange(800) < 5, 54_000, 9_000), "seen in 5 columns only"),
        (np.where(np.arange(800) < 200, 46_000, 9_000), "46000 counts where 54500 are usual"),
    ],
    ids=["even", "slope", "slope down", "texture", "few", "dark"],
)
def test_open_beam_that_may_be_no_air_is_doubtful(portal, picture, reason):
    scan = calibrate(counts_of(picture, portal))
    assert scan.quality.open_beam_doubtful
    assert f"is doubtful ({reason}" in doubts(scan)[0]


def test_clear_air_and_an_air_line_are_not_doubted(scan_by):
    for raw in (scan_by(zeros=0.1).raw, scan_by(beside=0).raw, scan_by(air_line=True).raw):
        scan = calibrate(raw)
        assert not scan.quality.open_beam_doubtful
        assert doubts(scan) == []


@pytest.mark.parametrize(("beside", "above"), [(4, 0), (6, 2), (12, 4)])
def test_thin_margin_beside_a_full_load_gives_the_open_beam(scan_by, beside, above):
    damaged = scan_by(beside=beside, above=above, zeros=0.05, dead=(50,))
    raw = replace(damaged.raw, pixels=damaged.raw.pixels[:, :190])
    scan = calibrate(raw)
    assert scan.quality.open_beam == pytest.approx((54_500, 54_500), rel=0.01)
    assert not scan.quality.open_beam_doubtful
    assert error_of(scan, damaged.attenuation[:, :190])[0] < 0.015


def test_three_rows_of_air_above_bright_walls_give_the_open_beam_and_a_doubt(scan_by):
    """Smoothed together with the walls, which let through 0.9, they would be lost."""
    damaged = scan_by(beside=0, above=3)
    raw = replace(damaged.raw, pixels=damaged.raw.pixels[:, :190])
    scan = calibrate(raw)
    assert scan.quality.open_beam == pytest.approx((54_500, 54_500), rel=0.02)
    assert "seen in 3 rows only" in doubts(scan)[0]


def test_same_counts_same_transmission(scan_by):
    raw = scan_by(zeros=0.05, dead=(9,)).raw
    first, second = calibrate(raw), calibrate(raw)
    assert first.transmission.tobytes() == second.transmission.tobytes()
    assert first.quality == second.quality


@settings(max_examples=150, deadline=None)
@given(
    pixels=hnp.arrays(
        np.uint16,
        st.tuples(st.integers(1, 2), st.integers(31, 44), st.integers(31, 44)),
        elements=COUNTS,
        fill=COUNTS,
    ),
    air=st.sampled_from([None, 400.0, 54_000.0]),
    dark=st.sampled_from([None, 0.0, 400.0]),
    scale=st.sampled_from([None, 60_000.0]),
)
def test_any_counts_give_finite_transmission_or_one_clear_error(pixels, air, dark, scale):
    profile = load_profile("portal-6-4")
    level = {
        name: None if value is None else np.full(pixels.shape[:2], value, np.float32)
        for name, value in (("air", air), ("dark", dark))
    }
    quantity = "transmission" if scale else "counts"
    raw = raw_counts(pixels, profile, quantity=quantity, full_scale=scale, **level)
    with suppress(ScanError):
        scan = calibrate(raw)
        assert np.isfinite(scan.transmission).all()
        assert scan.transmission.min() >= np.float32(profile.noise_floor)
        assert scan.transmission.shape == pixels.shape
        assert scan.valid.shape == pixels.shape[1:]


def test_a_picture_of_other_rows_than_the_scanner_has_is_told(scan_by):
    raw = scan_by().raw
    other = msgspec.structs.replace(raw.profile, rows=raw.profile.rows + 1)
    notes = calibrate(replace(raw, profile=other)).quality.notes
    assert notes[0].startswith("The picture has 200 rows and the scanner portal-6-4 has 201")
    assert "rows and the scanner" not in "".join(calibrate(raw).quality.notes)
