from __future__ import annotations

from itertools import pairwise

import msgspec
import numpy as np
import pytest

from scanai.scan import calibrate, load_profile
from scanai.synth import image_quality as quality
from scanai.synth.image_quality import SEEN, contrast_to_noise


def target(block_mm: float, plate_mm: float = 0.0, wire_mm: float = 0.0) -> quality._Target:
    return quality._Target(block_mm, plate_mm, wire_mm)


@pytest.mark.parametrize(
    ("profile", "seen_mm", "lost_mm"),
    [("portal-6-4", 240, 420), ("gantry-9-6", 320, 480), ("mobile-4", 150, 280)],
)
def test_penetration_is_that_of_the_scanners_class(
    profile: str, seen_mm: float, lost_mm: float
) -> None:
    scanner = load_profile(profile)
    assert contrast_to_noise(scanner, target(seen_mm, 0.2 * seen_mm), 1) > SEEN
    assert contrast_to_noise(scanner, target(lost_mm, 0.2 * lost_mm), 1) < SEEN


def test_nothing_stands_out_where_nothing_is(coarse_scanner) -> None:
    found = [contrast_to_noise(coarse_scanner, target(100), seed) for seed in range(5)]
    assert max(found) < SEEN


def test_thicker_plates_and_wires_stand_out_more(coarse_scanner) -> None:
    assert contrast_to_noise(coarse_scanner, target(100, 8.0), 3) > contrast_to_noise(
        coarse_scanner, target(100, 2.0), 3
    )
    assert contrast_to_noise(coarse_scanner, target(0, wire_mm=10.0), 3) > contrast_to_noise(
        coarse_scanner, target(0, wire_mm=2.5), 3
    )


def test_more_quanta_show_thinner_plates() -> None:
    scanner = load_profile("portal-6-4")
    dim = msgspec.structs.replace(
        scanner.noise, quanta_open_beam=tuple(n / 100 for n in scanner.noise.quanta_open_beam)
    )
    few = msgspec.structs.replace(scanner, noise=dim)
    plate = target(200, 10.0)
    assert contrast_to_noise(scanner, plate, 2) > 3 * contrast_to_noise(few, plate, 2)


def test_search_by_halves_ends_at_the_last_that_is_seen() -> None:
    series = [target(mm) for mm in range(10)]
    for last in range(10):
        assert quality._last(series, lambda one, last=last: one.block_mm <= last) == series[last]
    assert quality._last(series, lambda _: False) is None


def test_figures_come_with_a_scan_of_each_object(monkeypatch, coarse_scanner) -> None:
    monkeypatch.setattr(quality, "_SCANS", 1)
    monkeypatch.setattr(quality, "_LADDER", (50, 100, 600))
    measured = quality.image_quality(coarse_scanner)
    assert measured.figures.penetration_mm in (50, 100)
    assert measured.figures.wire_air_mm <= measured.figures.wire_steel_mm
    names = [scan.name for scan in measured.scans]
    assert names[0] == "penetration"
    assert len(names) == 6
    assert all(calibrate(scan.raw).transmission.max() < 1.3 for scan in measured.scans)


def test_staircase_gets_darker_step_by_step(coarse_scanner) -> None:
    stairs = quality._Target(0.0, stairs_mm=(20.0, 60.0, 100.0, 140.0))
    test = quality.object_scan("staircase", coarse_scanner, stairs, 1)
    assert test.title == "steps of 20 to 140 mm steel"
    strip = calibrate(test.raw).transmission[0][test.region].mean(axis=0)
    # Away from the edges between steps, which the beam blurs.
    steps = [part[len(part) // 4 : -len(part) // 4].mean() for part in np.array_split(strip, 4)]
    assert all(before > 1.5 * after for before, after in pairwise(steps))
