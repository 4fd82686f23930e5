"""Whole simulated scans: the same seed gives the same bytes, windows show what they should."""

from __future__ import annotations

import msgspec
import numpy as np
import pytest

from scanai.scan import calibrate
from scanai.synth.scanners import draw_scanner
from scanai.synth.scenes import ScanSpec
from scanai.synth.simulate import simulate

CONCEALED = ScanSpec(kind="concealed", unit_type="20")


def contents(scan) -> tuple[bytes, ...]:
    raw, truth = scan.raw, scan.truth
    arrays = (raw.pixels, raw.air, raw.dark, truth.group_index, truth.total_areal_density)
    return tuple(array.tobytes() for array in arrays)


def test_same_seed_gives_same_bytes_and_another_seed_others(coarse_scanner):
    first, again = (simulate(11, coarse_scanner, CONCEALED) for _ in range(2))
    other = simulate(12, coarse_scanner, CONCEALED)
    assert contents(first) == contents(again)
    assert first.manifest == again.manifest
    assert first.scene == again.scene
    assert first.raw.pixels.shape != other.raw.pixels.shape or contents(first) != contents(other)


def test_scan_shows_the_whole_unit_with_air_around_it(coarse_scanner):
    scan = simulate(3, coarse_scanner, ScanSpec(kind="benign", unit_type="20"))
    assert scan.raw.pixels.dtype == np.uint16
    assert scan.raw.pixels.shape[0] == 2
    assert scan.truth.group_index.shape == scan.raw.pixels.shape[1:]
    width_m = scan.raw.pixels.shape[2] * 0.02
    assert scan.scene.unit.length + 0.15 < width_m < scan.scene.unit.length + 0.85
    matter = np.flatnonzero(scan.truth.total_areal_density.any(axis=0))
    assert matter[0] > 2
    assert matter[-1] < scan.raw.pixels.shape[2] - 3
    top = scan.raw.pixels[0, 0].astype(float)
    assert top.mean() == pytest.approx(scan.raw.air[0, 0], rel=0.01)


def test_scan_names_its_unit_as_the_manifest_does(coarse_scanner):
    scan = simulate(3, coarse_scanner, ScanSpec(kind="benign", unit_type="20"))
    assert scan.raw.scan_id == scan.manifest.scan_id
    assert scan.raw.unit == scan.manifest.unit != ""


def test_picture_weighs_about_what_the_load_weighs(coarse_scanner):
    scan = simulate(5, coarse_scanner, ScanSpec(kind="benign", unit_type="20"))
    pixel_kg = 0.02 * 0.02 * 10
    assert scan.truth.cargo_mass_kg == pytest.approx(scan.scene.cargo_mass_kg)
    seen = float(scan.truth.cargo_areal_density.sum()) * pixel_kg
    assert seen == pytest.approx(scan.scene.cargo_mass_kg, rel=0.08)


def test_window_has_the_width_asked_for_and_mostly_shows_the_threat(coarse_scanner):
    scans = [simulate(seed, coarse_scanner, CONCEALED, x_window_px=64) for seed in range(12)]
    assert {scan.raw.pixels.shape for scan in scans} == {(2, 160, 64)}
    shown = [scan for scan in scans if scan.truth.boxes]
    assert len(shown) >= 7
    for scan in shown:
        assert scan.truth.shield_mask.any()
        box = scan.truth.boxes[0]
        assert 0 <= box.x0 < box.x1 <= 64


def test_window_without_threat_mostly_shows_a_look_alike(coarse_scanner):
    benign = ScanSpec(kind="benign")
    scans = [simulate(seed, coarse_scanner, benign, x_window_px=32) for seed in range(30)]
    having = [scan for scan in scans if scan.scene.look_alikes]
    assert len(having) >= 6
    assert sum(bool(scan.truth.look_alikes) for scan in having) >= 0.7 * len(having)


def test_benign_and_empty_scans_hide_nothing(coarse_scanner):
    for kind in ("benign", "empty"):
        scan = simulate(9, coarse_scanner, ScanSpec(kind=kind))
        assert scan.truth.boxes == ()
        assert not scan.truth.shield_mask.any()


def test_window_wider_than_the_unit_is_padded_with_air(coarse_scanner):
    scan = simulate(3, coarse_scanner, CONCEALED, x_window_px=512)
    assert scan.raw.pixels.shape[2] == 512
    assert not scan.truth.total_areal_density[:, :50].any()
    assert not scan.truth.total_areal_density[:, -50:].any()


def test_truth_boxes_lie_on_shields_and_nothing_else(coarse_scanner):
    boxes = []
    for seed in range(40):
        scan = simulate(seed, coarse_scanner, CONCEALED, x_window_px=100)
        boxes += scan.truth.boxes
        assert scan.scene.threats
        for threat in scan.scene.threats:
            roles = {scan.scene.objects[position].role for position in threat.objects}
            assert "shield" in roles <= {"shield", "contents", "packing"}
    assert len(boxes) > 20
    assert min(box.areal_density for box in boxes) > 1.0


@pytest.mark.parametrize("seed", range(6))
def test_scan_of_a_drawn_scanner_is_read_with_the_profile_that_it_carries(seed):
    scanner = draw_scanner(np.random.default_rng(seed), top_m=2.9, most_rows=400)
    spec = ScanSpec(kind="benign", unit_type="20")
    scan = simulate(seed, scanner, spec, x_window_px=200)
    assert contents(scan) == contents(simulate(seed, scanner, spec, x_window_px=200))
    assert scan.raw.profile == scanner
    seen = calibrate(scan.raw)
    outside = scan.truth.total_areal_density == 0
    assert np.median(seen.transmission[:, outside]) == pytest.approx(1, abs=0.01)
    # what the truth calls thick is dark: rows and columns lie alike in picture and truth
    depth, attenuation = scan.truth.total_areal_density, seen.attenuation[0]
    assert np.corrcoef(depth.clip(0, 120)[seen.valid], attenuation[seen.valid])[0, 1] > 0.9


def test_drawn_factors_move_attenuation_from_scan_to_scan(coarse_scanner):
    flaws = msgspec.structs.replace(coarse_scanner.imperfections, spectrum_drift=0.02)
    drifting = msgspec.structs.replace(coarse_scanner, imperfections=flaws)
    spec = ScanSpec(kind="benign", unit_type="20")
    steady, moved = (simulate(3, scanner, spec) for scanner in (coarse_scanner, drifting))
    assert steady.raw.pixels.shape == moved.raw.pixels.shape
    loaded = (steady.truth.total_areal_density > 20) & (steady.truth.total_areal_density < 80)
    before, after = (calibrate(scan.raw).attenuation[0][loaded] for scan in (steady, moved))
    assert 0.001 < abs(float(np.median(after / before)) - 1) < 0.03
