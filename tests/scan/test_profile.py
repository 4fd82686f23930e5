"""Scanner profiles: the ones that ship hold together, and wrong ones are refused by name."""

from __future__ import annotations

from math import inf, nan

import msgspec
import numpy as np
import pytest
from scan_making import sees

from scanai.errors import ProfileError
from scanai.resources import scanner_profiles_dir
from scanai.scan import load_profile
from scanai.scan.profile import (
    FileLayout,
    Geometry,
    Imperfections,
    Noise,
    SpectralFactors,
    known_profiles,
)
from scanai.scan.profile_toml import profile_toml

# Upper edge of a 9 ft 6 in container, and half its width (ISO 668), metres.
HIGH_CUBE, HALF_WIDTH = 2.896, 1.219


def text_of(name="portal-6-4"):
    return (scanner_profiles_dir() / f"{name}.toml").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("name", "energies"),
    [
        ("portal-6-4", (6, 4)),
        ("gantry-9-6", (9, 6)),
        ("mobile-4", (4,)),
        ("rail-10-6", (10, 6)),
        ("relocatable-6-4", (6, 4)),
        ("truck-6-3", (6, 3)),
    ],
)
def test_shipped_profile_loads_by_name(name, energies):
    profile = load_profile(name)
    assert profile.name == name
    assert profile.energies_mv == energies


@pytest.mark.parametrize("name", known_profiles())
def test_fan_sees_a_high_cube_container_whole_with_air_above(name):
    """Beam output is corrected in the air above the unit, so every profile must show some."""
    profile = load_profile(name)
    air = 8 * profile.pitch_mm[1] / 1000
    assert sees(profile, HALF_WIDTH, 0.0, HIGH_CUBE, air)
    assert not sees(profile, HALF_WIDTH, 0.0, HIGH_CUBE + 3.0, air)


@pytest.mark.parametrize("name", ["truck-6-3", "rail-10-6", "relocatable-6-4"])
def test_fan_sees_a_lorry_whole(name):
    assert sees(load_profile(name), 1.28, 0.06, 4.1, 0.1)


@pytest.mark.parametrize("name", known_profiles())
def test_simulated_open_beam_is_one_that_is_believed(name):
    profile = load_profile(name)
    low, high = profile.open_beam_range
    for level in profile.open_beam_counts:
        assert low < level * (1 - 3 * profile.imperfections.gain_spread)
        assert level * (1 + 3 * profile.imperfections.gain_spread) < high


def test_unknown_name_lists_the_known_ones():
    with pytest.raises(ProfileError) as caught:
        load_profile("portal-7-5")
    assert str(caught.value) == (
        "portal-7-5: expected the name of a scanner profile (gantry-9-6, mobile-4, portal-6-4, "
        "rail-10-6, relocatable-6-4, truck-6-3) or a .toml file, found no such profile"
    )


def test_name_cannot_leave_the_folder_of_profiles():
    with pytest.raises(ProfileError, match="found no such profile"):
        load_profile("../scanners/portal-6-4")


def test_profile_file_of_a_site_is_read(tmp_path):
    path = tmp_path / "site.toml"
    path.write_text(text_of().replace('name = "portal-6-4"', 'name = "site-1"'), encoding="utf-8")
    assert load_profile(path).name == "site-1"
    assert load_profile(str(path)).name == "site-1"


@pytest.mark.parametrize(
    ("old", "new", "found"),
    [
        ("rows = 640", "rows = 640\nrow_pitch = 5", "imperfections), found row_pitch"),
        ("rows = 640", 'rows = "640"', "expected a whole number at $.rows, found '640'"),
        ("rows = 640", "rows = [", "found malformed TOML: invalid value (at line 11, column 1)"),
        ("[6.0, 4.0]", "[4.0, 6.0]", "expected energies_mv falling, found [4.0, 6.0]"),
        ("[6.0, 4.0]", "[6.0]", "expected 1 spectral tables, found 2"),
        ("[6.0, 4.0]", "[16.0, 4.0]", "expected energies_mv within 3 and 10, found [16.0, 4.0]"),
        ("[6.0, 4.0]", "[]", "expected one or two energies_mv, found 0"),
        ("[40000.0, 62000.0]", "[62000.0, 40000.0]", "open_beam_range rising"),
        ("low_channel = 1", "low_channel = 0", "file.low_channel 0 and 1, found 0 and 0"),
        ("noise_floor = 1.5e-4", "noise_floor = nan", "noise_floor within 0 and 0.1, found nan"),
        (
            "pitch_mm = [5.0, 5.6]",
            "pitch_mm = [5.0, 0.0]",
            "pitch_mm within 0.5 and 50, found [5.0, 0.0]",
        ),
        ("dark_counts = [0.0, 0.0]", "dark_counts = [0.0]", "0 or 2 file.dark_counts, found 1"),
        ("gain_spread", "afterglow = 1.5\ngain_spread", "imperfections.afterglow within 0 and 1, "),
        ("gain_spread", "cross_talk = 0.6\ngain_spread", "cross_talk within 0 and 0.5, found 0.6"),
        ("dead_rows = 0.6", "dead_rows = -1.0", "imperfections.dead_rows of 0 or more, found -1.0"),
        ("dead_rows = 0.6", "skew_mrad = inf", "imperfections.skew_mrad of 0 or more, found inf"),
        ("dead_rows", "scatter_reach_m = 0.0\ndead_rows", "scatter_reach_m above 0, found 0.0"),
        (
            "dead_rows",
            "aperture = [1.0, 9.0]\ndead_rows",
            "aperture within 0 and 4, found [1.0, 9.",
        ),
        ("dead_rows", "ghosts = 1.0\ndead_rows", "expected only known fields at $.imperfections"),
        (
            "view_bottom_m",
            'view = "front"\nview_bottom_m',
            "expected above, below or side at $.geometry.view, found",
        ),
        (
            "view_bottom_m",
            'view = "above"\narm_height_m = 3.0\nview_bottom_m',
            "geometry.arm_height_m in a side view only, found above",
        ),
        (
            "view_bottom_m",
            "arm_height_m = 0.5\nview_bottom_m",
            "arm_height_m above the source and the lower end of the array, found 0.5",
        ),
    ],
)
def test_refuses_profile_and_names_what_is_wrong(tmp_path, old, new, found):
    text = text_of()
    assert old in text
    path = tmp_path / "site.toml"
    path.write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(ProfileError) as caught:
        load_profile(path)
    assert str(caught.value).startswith(f"{path}: expected ")
    assert found in str(caught.value)


def test_level_arm_ends_before_the_source(tmp_path):
    text = text_of().replace("portal-6-4", "site")
    text = text.replace("view_bottom_m", "arm_height_m = 3.0\nview_bottom_m")
    path = tmp_path / "site.toml"
    path.write_text(text, encoding="utf-8")
    assert load_profile(path).geometry.arm_height_m == 3.0
    path.write_text(text.replace("rows = 640", "rows = 2000"), encoding="utf-8")
    with pytest.raises(ProfileError, match="rows on the level arm that end before the source"):
        load_profile(path)


def test_profile_without_the_newer_keys_has_plausible_imperfections(tmp_path):
    path = tmp_path / "old.toml"
    text = text_of().split("[imperfections]")[0].replace("portal-6-4", "site")
    path.write_text(text, encoding="utf-8")
    flaws = load_profile(path).imperfections
    assert flaws == Imperfections()
    assert min(flaws.scatter, flaws.afterglow, flaws.cross_talk, flaws.spectrum_drift) > 0


def test_perfect_scanner_has_every_imperfection_at_zero():
    flaws = msgspec.structs.asdict(Imperfections.perfect())
    lengths = {"scatter_reach_m", "afterglow_pulses"}
    assert {name for name, value in flaws.items() if np.any(value)} == lengths


def test_missing_profile_file_is_named(tmp_path):
    with pytest.raises(ProfileError, match="found No such file or directory"):
        load_profile(tmp_path / "none.toml")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"name": " "}, "a name, found none"),
        ({"pitch_mm": (0.005, 0.0056)}, "pitch_mm within 0.5 and 50"),
        ({"spectral": (SpectralFactors(compton=0.0), SpectralFactors())}, r"spectral\[0\].compton"),
        ({"spectral": (SpectralFactors(), SpectralFactors(pair=nan))}, r"spectral\[1\].pair"),
        ({"noise": Noise((0.0, 1e5), 5.0)}, "noise.quanta_open_beam of 1 or more"),
        ({"noise": Noise((1e5, 1e5), -3.0)}, "noise.electronic_counts within 0"),
        ({"open_beam_counts": (nan, 5e4)}, "open_beam_counts above 0"),
        ({"dark_counts": -5.0}, "dark_counts from 0"),
        ({"file": FileLayout(dark_counts=(-500.0, 0.0))}, "file.dark_counts from 0"),
        ({"geometry": Geometry(4.5, inf, 0.9, -0.3)}, "source_to_detector_m, that below 100"),
        ({"geometry": Geometry(4.5, 6.4, 0.4, -2.0, "below")}, "below 0, seen from below"),
        ({"geometry": Geometry(4.5, 6.4, 1.2, -2.0, "above")}, "2.9 and more, seen from above"),
        ({"geometry": Geometry(6.6, 8.6, 30.0, -2.4, "above")}, "found one at 23.40 m"),
        ({"geometry": Geometry(6.6, 8.6, 8.7, -2.4, "above")}, "with detectors at 0 or below it"),
        (
            {"geometry": Geometry(3.0, 3.4, -2.0, -2.4, "below")},
            "at 2 or above it, seen from below",
        ),
        ({"geometry": Geometry(4.5, 6.4, nan, -0.3)}, "source_height_m and view_bottom_m within"),
    ],
)
def test_refuses_values_that_cannot_be(tmp_path, change, words):
    path = tmp_path / "site.toml"
    profile = msgspec.structs.replace(load_profile("portal-6-4"), **{"name": "site"} | change)
    path.write_text(profile_toml(profile), encoding="utf-8")
    with pytest.raises(ProfileError, match=words):
        load_profile(path)


def test_another_scanner_cannot_take_the_name_of_one_that_ships(tmp_path):
    path = tmp_path / "site.toml"
    path.write_text(text_of(), encoding="utf-8")
    assert load_profile(path) == load_profile("portal-6-4")
    path.write_text(text_of().replace("rows = 640", "rows = 512"), encoding="utf-8")
    with pytest.raises(
        ProfileError, match="a name that no scanner that ships has, found portal-6-4"
    ):
        load_profile(path)
