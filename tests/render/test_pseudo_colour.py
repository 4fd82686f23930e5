from __future__ import annotations

from dataclasses import replace

import msgspec
import numpy as np
import pytest

from scanai.physics.beams import beam
from scanai.physics.materials import material
from scanai.physics.transmission import transmission
from scanai.render.pseudo_colour import MATERIAL_CLASSES, pseudo_colour, tone_of
from scanai.scan.model import Scan

BLOCK = np.s_[40:80, 40:80]


def with_slab(scan: Scan, name: str, areal_density: float) -> Scan:
    """Air, and a noise-free slab of one material in the middle."""
    pages = np.ones((2, 120, 120), dtype=np.float32)
    for page, energy in zip(pages, scan.energies_mv, strict=True):
        page[BLOCK] = transmission(beam(energy), [(material(name), np.array(areal_density))])
    return replace(scan, transmission=pages, valid=np.ones((120, 120), dtype=bool))


@pytest.mark.parametrize(
    ("name", "areal_density", "expected"),
    [
        ("polyethylene", 40.0, "organic"),
        ("aluminium", 60.0, "mineral, light metal"),
        ("steel", 60.0, "steel and like"),
    ],
)
def test_material_has_the_hue_of_its_class(
    scan: Scan, name: str, areal_density: float, expected: str
) -> None:
    red, green, blue = pseudo_colour(with_slab(scan, name, areal_density))[60, 60].astype(float)
    seen = np.array([blue - green, red - green])
    hues = {}
    for entry in MATERIAL_CLASSES:
        r, g, b = entry.rgb
        hue = np.array([b - g, r - g])
        hues[entry.title] = hue @ seen / np.linalg.norm(hue) / np.linalg.norm(seen)
    assert max(hues, key=lambda title: hues[title]) == expected
    assert hues[expected] > 0.95


def test_brightness_in_grey_is_the_high_energy(scan: Scan) -> None:
    red, green, blue = np.moveaxis(pseudo_colour(scan).astype(float), 2, 0)
    luma = 0.299 * red + 0.587 * green + 0.114 * blue
    floor = -np.log(scan.noise_floor)
    assert np.abs(luma - tone_of(scan.attenuation[0], floor)).mean() < 1.0


def test_brightness_does_not_depend_on_the_rest_of_the_picture(scan: Scan) -> None:
    alone = replace(scan, transmission=scan.transmission[:, :, :400])
    whole, part = pseudo_colour(scan), pseudo_colour(alone)
    # colour is smoothed over the cut
    np.testing.assert_array_equal(whole[:, :380], part[:, :380])


def test_darker_means_more_attenuation() -> None:
    tones = tone_of(np.linspace(0, 9, 200, dtype=np.float32), 8.8).astype(int)
    assert tones[0] == 250
    assert tones[-1] == 14
    assert (np.diff(tones) <= 0).all()


def test_opaque_matter_is_hatched_and_without_colour(scan: Scan) -> None:
    pages = np.ones((2, 120, 120), dtype=np.float32)
    pages[:, *BLOCK] = scan.noise_floor
    picture = pseudo_colour(replace(scan, transmission=pages))
    inside = picture[48:72, 48:72].reshape(-1, 3).astype(int)
    assert {tuple(pixel) for pixel in inside} == {(14, 14, 14), (150, 150, 150)}


def test_starved_low_energy_takes_the_colour_away(scan: Scan) -> None:
    pages = np.ones((2, 120, 120), dtype=np.float32)
    pages[0, *BLOCK] = np.exp(-7.5)
    pages[1, *BLOCK] = scan.noise_floor
    red, green, blue = pseudo_colour(replace(scan, transmission=pages))[60, 60].astype(int)
    assert max(red, green, blue) - min(red, green, blue) <= 2


@pytest.mark.parametrize("width", [6, 40], ids=["post", "slab"])
def test_energies_half_a_column_apart_make_no_edge_violet(scan: Scan, width: int) -> None:
    row = row_through_steel(scan, width, 0.5)
    assert (row[:, 0] - row[:, 1]).max() < 15  # more red than green: violet, or orange
    if width > 20:
        assert np.ptp(row[60]) > 100


def test_posts_keep_their_colour_where_one_pulse_serves_both_energies(scan: Scan) -> None:
    row = row_through_steel(scan, 8, 0.0)
    assert np.ptp(row, axis=1).max() > 80


def row_through_steel(scan: Scan, width: int, apart_px: float) -> np.ndarray:
    """(120, 3) through a slab so many pixels wide; the low energy is pulsed so much later."""
    assert scan.profile is not None
    imperfections = msgspec.structs.replace(scan.profile.imperfections, interlace=apart_px)
    profile = msgspec.structs.replace(scan.profile, imperfections=imperfections)
    steel = with_slab(scan, "steel", 60.0).attenuation[:, 60, 60]
    attenuation = np.zeros((2, 120, 120), np.float32)
    attenuation[:, 20:100, 40 : 40 + width] = steel[:, None, None]
    late = apart_px * (attenuation[1, :, :-1] - attenuation[1, :, 1:])
    attenuation[1, :, 1:] += late
    valid = np.ones((120, 120), dtype=bool)
    seen = replace(scan, transmission=np.exp(-attenuation), valid=valid, profile=profile)
    return pseudo_colour(seen)[60].astype(int)


def test_single_energy_is_grey(single_energy_scan: Scan) -> None:
    picture = pseudo_colour(single_energy_scan)
    assert (picture[..., 0] == picture[..., 1]).all()
    assert (picture[..., 1] == picture[..., 2]).all()


def test_display_picture_keeps_its_grey(display_scan: Scan) -> None:
    grey = np.rint(display_scan.transmission[0] * 255)
    assert np.abs(pseudo_colour(display_scan)[..., 0] - grey).max() <= 1


@pytest.mark.parametrize("shape", [(1, 1), (3, 500), (131, 257)])
def test_any_size_is_drawn(scan: Scan, shape: tuple[int, int]) -> None:
    small = replace(scan, transmission=np.full((2, *shape), 0.3, dtype=np.float32))
    assert pseudo_colour(small).shape == (*shape, 3)
