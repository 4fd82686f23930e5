"""Every format reads back what was written, and refuses what it cannot be sure of."""

from __future__ import annotations

import io
import json
import os
import struct
from contextlib import suppress
from pathlib import Path

import msgspec
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from PIL import Image
from scan_making import raw_counts
from shut_folders import shut

from scanai.errors import ProfileError, ScanError
from scanai.scan import (
    calibrate,
    discover,
    load_profile,
    name_scans,
    read_raw,
    read_scan,
    write_npy,
    write_png_pair,
    write_tiff,
)
from scanai.scan.limits import MAX_PIXELS
from scanai.scan.profile_toml import profile_toml

PORTAL = load_profile("portal-6-4")
FILES = settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
TEXT = st.text(max_size=20).filter(lambda text: not any("\ud800" <= c <= "\udfff" for c in text))


def message_of(path, profile=None):
    with pytest.raises(ScanError) as caught:
        read_raw(path, profile)
    text = str(caught.value)
    assert "\n" not in text
    return text.removeprefix(f"{path}: ")


def raw_scan(pixels, profile=PORTAL, **fields):
    count, height, _ = pixels.shape
    defaults = {
        "source": "SYNTH-0001",
        "air": np.full((count, height), 54_000, np.float32),
        "dark": np.full((count, height), 400, np.float32),
    }
    return raw_counts(pixels, profile, **{**defaults, **fields})


def small():
    return raw_scan(np.arange(2 * 6 * 8, dtype=np.uint16).reshape(2, 6, 8) * 600)


def tiff_bytes(pages, description):
    stream = io.BytesIO()
    images = [Image.fromarray(page) for page in pages]
    images[0].save(
        stream,
        "TIFF",
        save_all=True,
        append_images=images[1:],
        compression="tiff_adobe_deflate",
        tiffinfo={270: description},
    )
    return stream.getvalue()


def same(first, second):
    assert first.pixels.dtype == second.pixels.dtype
    np.testing.assert_array_equal(first.pixels, second.pixels)
    for one, other in ((first.air, second.air), (first.dark, second.dark)):
        assert (one is None) == (other is None)
        if one is not None:
            np.testing.assert_array_equal(one, other)
    for name in ("quantity", "profile", "energies_mv", "pitch_mm", "full_scale"):
        assert getattr(first, name) == getattr(second, name)
    for name in ("scan_id", "unit", "time"):
        assert getattr(first, name) == getattr(second, name)


@st.composite
def scans(draw):
    shape = (draw(st.integers(1, 2)), draw(st.integers(1, 9)), draw(st.integers(1, 9)))
    pixels = draw(hnp.arrays(np.uint16, shape))
    levels = hnp.arrays(np.float32, shape[:2], elements=st.floats(0, 65_535, width=32))
    counts = draw(st.booleans())
    return raw_scan(
        pixels,
        quantity="counts" if counts else "transmission",
        air=draw(st.none() | levels) if counts else None,
        dark=draw(st.none() | levels) if counts else None,
        full_scale=None if counts else draw(st.floats(1, 1e6)),
        pitch_mm=(draw(st.floats(0.5, 20)), draw(st.floats(0.5, 20))),
        scan_id=draw(TEXT),
        unit=draw(TEXT),
        time=draw(TEXT),
    )


@FILES
@given(raw=scans())
def test_tiff_loses_nothing(tmp_path, raw):
    path = tmp_path / "SYNTH-0001.tiff"
    write_tiff(raw, path)
    same(raw, read_raw(path))


@FILES
@given(raw=scans())
def test_png_pair_loses_nothing(tmp_path, raw):
    for old in tmp_path.iterdir():
        old.unlink()
    high = write_png_pair(raw, tmp_path / "SYNTH-0001")[0]
    same(raw, read_raw(high))


@FILES
@given(raw=scans(), name=st.sampled_from(["portal-6-4", "gantry-9-6", "truck-6-3"]))
def test_npy_loses_nothing(tmp_path, raw, name):
    profile = load_profile(name)
    raw = raw_scan(
        raw.pixels, profile, air=raw.air, dark=raw.dark, scan_id=raw.scan_id, unit=raw.unit
    )
    path = tmp_path / "SYNTH-0001.npy"
    write_npy(raw, path)
    same(raw, read_raw(path))


@settings(max_examples=100, deadline=None)
@given(cut=st.integers(0, 700), flip=st.integers(0, 700), value=st.integers(0, 255))
@pytest.mark.parametrize("kind", ["tiff", "high.png", "npy", "jpg"])
def test_damaged_file_is_refused_or_read_but_never_crashes(
    tmp_path_factory, kind, cut, flip, value
):
    folder = tmp_path_factory.mktemp("damaged", numbered=True)
    path = folder / f"SYNTH-0001.{kind}"
    raw = raw_scan(np.arange(2 * 36 * 40, dtype=np.uint16).reshape(2, 36, 40) * 20)
    if kind == "tiff":
        write_tiff(raw, path)
    elif kind == "npy":
        write_npy(raw, path)
    elif kind == "jpg":
        Image.fromarray(np.zeros((36, 40), np.uint8)).save(path)
    else:
        write_png_pair(raw, folder / "SYNTH-0001")
    content = bytearray(path.read_bytes())
    content[flip % len(content)] = value
    path.write_bytes(content[: len(content) - cut % len(content)])
    with suppress(ScanError):
        read_scan(path)


# What a file brings, and what it leaves to the profile -------------------------------------------


def test_array_of_a_scanner_without_air_line_reads_with_its_profile(tmp_path, scan_by):
    """H × W × 2, channel 0 the high energy, rows other than the profile's, nothing beside it."""
    damaged = scan_by(zeros=0.03, dead=(40,), missed=(9,))
    path = tmp_path / "SYNTH-0001.npy"
    np.save(path, damaged.raw.pixels.transpose(1, 2, 0))
    scan = read_scan(path, "portal-6-4")
    assert scan.transmission.shape == (2, 200, 480)
    assert scan.pitch_mm == PORTAL.pitch_mm
    assert scan.quality.dead_rows == ((40,), (40,))
    np.testing.assert_array_equal(scan.transmission, calibrate(damaged.raw).transmission)


def test_flat_file_is_cut_as_the_profile_says(tmp_path):
    gantry = load_profile("gantry-9-6")
    pixels = np.arange(2 * 800 * 5, dtype=np.uint16).reshape(2, 800, 5)
    path = tmp_path / "SYNTH-0001.raw"
    path.write_bytes(bytes(512) + pixels.astype(">u2").tobytes())
    np.testing.assert_array_equal(read_raw(path, gantry).pixels, pixels)


def test_single_energy_array_may_leave_out_its_energy_axis(tmp_path, mobile):
    """Column by column, the lowest detector first."""
    written = np.arange(7 * 544, dtype=np.uint16).reshape(7, 544)
    path = tmp_path / "SYNTH-0001.npy"
    np.save(path, written)
    np.testing.assert_array_equal(read_raw(path, mobile).pixels[0], written.T[::-1])


def test_sidecar_names_scanner_and_scan_of_an_array(tmp_path):
    path = tmp_path / "SYNTH-0001.npy"
    np.save(path, np.ones((6, 8, 2), np.uint16))
    sidecar = {"format": "scanai-scan/1", "scanner": "portal-6-4", "scan_id": "SYNTH-0001"}
    (tmp_path / "SYNTH-0001.scan.json").write_text(json.dumps(sidecar), encoding="utf-8")
    raw = read_raw(path)
    assert raw.profile == PORTAL
    assert raw.scan_id == "SYNTH-0001"
    assert raw.energies_mv == (6, 4)


@pytest.mark.parametrize(
    ("air", "rows"),
    [
        (5, [[5, 5, 5], [5, 5, 5]]),
        ([4, 5, 6], [[4, 5, 6], [4, 5, 6]]),
        ([[4], [7]], [[4, 4, 4], [7, 7, 7]]),
        ([[4, 5, 6], [7, 8, 9]], [[4, 5, 6], [7, 8, 9]]),
    ],
)
def test_air_is_one_level_or_one_for_each_row(tmp_path, air, rows):
    path = tmp_path / "x.tiff"
    description = {"format": "scanai-scan/1", "scanner": "portal-6-4", "air": air}
    path.write_bytes(tiff_bytes(np.ones((2, 3, 4), np.uint16), json.dumps(description)))
    np.testing.assert_array_equal(read_raw(path).air, np.array(rows, np.float32))


def test_scanner_that_the_file_names_comes_before_the_one_given(tmp_path, mobile):
    path = tmp_path / "x.tiff"
    write_tiff(small(), path)
    assert read_raw(path, mobile).profile == PORTAL


def test_site_profile_serves_a_file_of_a_scanner_that_does_not_ship(tmp_path):
    path = tmp_path / "x.tiff"
    description = {"format": "scanai-scan/1", "scanner": "site-1"}
    path.write_bytes(tiff_bytes(np.ones((2, 3, 4), np.uint16), json.dumps(description)))
    assert read_raw(path, PORTAL).profile == PORTAL
    assert message_of(path) == (
        "expected a known scanner: the name of a scanner profile (gantry-9-6, mobile-4, "
        "portal-6-4, rail-10-6, relocatable-6-4, truck-6-3) or a .toml file, found 'site-1'"
    )


@pytest.mark.parametrize("name", ["one.tiff", "one.high.png", "one.npy"])
def test_profile_beside_a_scan_serves_a_scanner_that_does_not_ship(tmp_path, name):
    site = msgspec.structs.replace(PORTAL, name="site", noise_floor=2e-4)
    raw = raw_scan(np.full((2, 640, 32), 30_000, np.uint16), site)
    writers = {".tiff": write_tiff, ".png": lambda raw, _: write_png_pair(raw, tmp_path / "one"),
               ".npy": write_npy}  # fmt: skip
    writers[Path(name).suffix](raw, tmp_path / name)
    (tmp_path / "one.profile.toml").write_text(profile_toml(site))
    assert read_raw(tmp_path / name).profile == site
    assert read_raw(tmp_path / name, msgspec.structs.replace(site, name="x")).profile.name == "x"


def test_bad_profile_beside_a_scan_is_named(tmp_path):
    write_tiff(raw_scan(np.full((2, 640, 32), 30_000, np.uint16)), tmp_path / "one.tiff")
    (tmp_path / "one.profile.toml").write_text("name = 3")
    with pytest.raises(ProfileError, match=r"one\.profile\.toml: expected"):
        read_raw(tmp_path / "one.tiff")


def test_file_that_breaks_off_is_told_in_plain_words(tmp_path):
    path = tmp_path / "x.tiff"
    noise = np.random.default_rng(0).integers(400, 50_000, (2, 640, 64), np.uint16)
    write_tiff(raw_scan(noise), path)
    path.write_bytes(path.read_bytes()[:5000])
    assert message_of(path).startswith("expected a complete TIFF")
    assert "found one that breaks off or is damaged (" in message_of(path)


def test_file_cannot_name_a_profile_file(tmp_path):
    path = tmp_path / "x.tiff"
    description = {"format": "scanai-scan/1", "scanner": "/etc/site.toml"}
    path.write_bytes(tiff_bytes(np.ones((2, 3, 4), np.uint16), json.dumps(description)))
    assert message_of(path) == "expected a known scanner: a name, found '/etc/site.toml'"


@pytest.mark.parametrize(
    ("mode", "ending"),
    [("L", "png"), ("RGB", "png"), ("RGBA", "png"), ("P", "png"), ("L", "jpg"), ("RGB", "jpg")],
)
def test_display_picture_is_read_as_grey_without_scale(tmp_path, mode, ending):
    path = tmp_path / f"view.{ending}"
    Image.new("L", (40, 36), 200).convert(mode).save(path)
    scan = read_scan(path, "portal-6-4")
    assert scan.is_display
    assert scan.profile is None
    assert scan.transmission.shape == (1, 36, 40)
    assert scan.transmission == pytest.approx(200 / 255, abs=0.01)


def test_hash_is_that_of_all_parts(tmp_path):
    high, low, _ = write_png_pair(small(), tmp_path / "SYNTH-0001")
    first = read_raw(high).sha256
    Image.fromarray(np.zeros((6, 8), np.uint16)).save(low)
    assert read_raw(high).sha256 != first


# Bad input ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["x.tiff", "x.npy", "x.raw", "x.png"])
def test_refuses_empty_file(tmp_path, name):
    path = tmp_path / name
    path.write_bytes(b"")
    assert message_of(path, PORTAL) == "expected a scan, found an empty file"


def test_refuses_missing_file_and_unknown_kind(tmp_path):
    assert message_of(tmp_path / "x.tiff") == (
        "expected a readable file, found No such file or directory"
    )
    path = tmp_path / "x.gif"
    path.write_bytes(b"GIF89a")
    assert message_of(path) == (
        "expected a scan file (.high.png, .tif, .tiff, .npy, .raw, .bin, .png, .jpg, .jpeg), "
        "found .gif"
    )


@pytest.mark.parametrize("share", [0.1, 0.5, 0.95])
def test_refuses_truncated_tiff(tmp_path, share):
    path = tmp_path / "x.tiff"
    rng = np.random.default_rng(0)
    write_tiff(raw_scan(rng.integers(0, 60_000, (2, 40, 60)).astype(np.uint16)), path)
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * share)])
    assert message_of(path).startswith("expected ")


def test_refuses_truncated_png_and_npy(tmp_path):
    rng = np.random.default_rng(0)
    raw = raw_scan(rng.integers(0, 60_000, (2, 40, 60)).astype(np.uint16))
    high = write_png_pair(raw, tmp_path / "p")[0]
    high.write_bytes(high.read_bytes()[:2000])
    assert message_of(high).startswith("expected a complete picture, found ")
    path = tmp_path / "a.npy"
    write_npy(raw, path)
    path.write_bytes(path.read_bytes()[:2000])
    assert message_of(path) == "expected 9728 bytes for shape [40, 60, 2], found 2000 bytes"


def test_refuses_oversized_file(tmp_path, monkeypatch):
    path = tmp_path / "x.tiff"
    write_tiff(small(), path)
    monkeypatch.setattr("scanai.scan.limits.read_bytes.__defaults__", (100, "a scan"))
    assert message_of(path) == "expected at most 100 bytes, found a larger file"


def test_refuses_wrong_bit_depth(tmp_path):
    path = tmp_path / "x.tiff"
    description = json.dumps({"format": "scanai-scan/1", "scanner": "portal-6-4"})
    path.write_bytes(tiff_bytes(np.ones((2, 3, 4), np.uint8), description))
    assert message_of(path) == "expected 16-bit unsigned pixels of one channel, found mode L"
    path.write_bytes(tiff_bytes(np.ones((2, 3, 4), np.float32), description))
    assert message_of(path) == "expected 16-bit unsigned pixels of one channel, found mode F"


def test_refuses_low_energy_page_of_other_size(tmp_path):
    path = tmp_path / "x.tiff"
    description = json.dumps({"format": "scanai-scan/1", "scanner": "portal-6-4"})
    pages = [np.ones((6, 8), np.uint16), np.ones((6, 7), np.uint16)]
    path.write_bytes(tiff_bytes(pages, description))
    assert message_of(path) == (
        "expected low-energy page of 6 × 8 px like the high-energy page, found 6 × 7 px"
    )


def test_refuses_low_energy_picture_of_other_size(tmp_path):
    high, low, _ = write_png_pair(small(), tmp_path / "p")
    Image.fromarray(np.ones((5, 8), np.uint16)).save(low)
    with pytest.raises(ScanError, match=r"p\.low\.png: expected low-energy picture of 6 × 8 px"):
        read_raw(high)


def test_refuses_more_pages_than_energies(tmp_path):
    path = tmp_path / "x.tiff"
    description = json.dumps({"format": "scanai-scan/1", "scanner": "portal-6-4"})
    path.write_bytes(tiff_bytes(np.ones((3, 6, 8), np.uint16), description))
    assert message_of(path) == "expected one page for each energy, 1 or 2, found 3 pages"


def test_refuses_counts_without_air_level_where_no_air_is_seen(tmp_path):
    path = tmp_path / "x.tiff"
    pixels = np.random.default_rng(0).integers(100, 20_000, (2, 40, 60)).astype(np.uint16)
    write_tiff(raw_scan(pixels, air=None), path)
    with pytest.raises(ScanError, match="expected an air level, or open air of 40000 to 62000"):
        read_scan(path)


def test_refuses_real_array_with_nan(tmp_path):
    path = tmp_path / "x.npy"
    array = np.ones((36, 40, 2), np.float32)
    array[2, 3, 0] = np.nan
    np.save(path, array)
    assert message_of(path, PORTAL) == "expected an array of uint16, found an array of float32"
    sidecar = {"format": "scanai-scan/1", "quantity": "transmission", "full_scale": 1}
    (tmp_path / "x.scan.json").write_text(json.dumps(sidecar), encoding="utf-8")
    with pytest.raises(ScanError, match="found NaN or infinite values"):
        read_scan(path, PORTAL)


def test_limit_is_below_that_of_pillow():
    assert MAX_PIXELS < 2 * Image.MAX_IMAGE_PIXELS


@pytest.mark.parametrize("side", [12_500, 16_000, 60_000])
def test_refuses_decompression_bomb_before_decoding(tmp_path, side):
    path = tmp_path / "bomb.tiff"
    content = bytearray(
        tiff_bytes(
            np.zeros((2, 6, 8), np.uint16),
            json.dumps({"format": "scanai-scan/1", "scanner": "portal-6-4"}),
        )
    )
    for width_or_height in (256, 257):  # the tags of the first page's size
        at = (
            content.index(struct.pack("<HH", width_or_height, 4)) + 8
            if struct.pack("<HH", width_or_height, 4) in content
            else content.index(struct.pack("<HH", width_or_height, 3)) + 8
        )
        content[at : at + 4] = struct.pack("<I", side)
        content[at - 6 : at - 4] = struct.pack("<H", 4)
    path.write_bytes(content)
    # Above 178,956,970 pixels Pillow refuses by itself, with words of its own.
    assert message_of(path).startswith("expected 1 to 150,000,000 pixels in all energies, found ")
    assert "limit" not in message_of(path)


@pytest.mark.parametrize(
    ("size", "found"),
    [((15_000, 12_000), "180,000,000"), ((13_000, 12_000), "1 × 12000 × 13000 = 156,000,000")],
)
def test_refuses_png_bomb(tmp_path, size, found):
    path = tmp_path / "bomb.png"
    Image.new("1", size).save(path)
    assert message_of(path) == f"expected 1 to 150,000,000 pixels in all energies, found {found}"


def test_never_loads_python_objects(tmp_path):
    path = tmp_path / "x.npy"
    np.save(path, np.array([{"a": 1}], dtype=object), allow_pickle=True)
    assert message_of(path, PORTAL) == (
        "expected an array of uint16, found Python objects, which are never loaded"
    )


@pytest.mark.parametrize(
    ("shape", "found"),
    [
        ((6, 8), "6 × 8"),
        ((2, 6, 8), "2 × 6 × 8"),
        ((6, 8, 3), "6 × 8 × 3"),
        ((), "a single number"),
    ],
)
def test_refuses_array_of_another_layout(tmp_path, shape, found):
    path = tmp_path / "x.npy"
    np.save(path, np.ones(shape, np.uint16))
    assert message_of(path, PORTAL) == (
        f"expected an array of H × W × 2 for scanner portal-6-4, found {found}"
    )


def test_refuses_array_without_a_scanner(tmp_path):
    path = tmp_path / "x.npy"
    np.save(path, np.ones((6, 8, 2), np.uint16))
    assert message_of(path) == (
        "expected a scanner named by the file or given as profile, found neither"
    )


def test_refuses_flat_file_of_odd_length(tmp_path):
    path = tmp_path / "x.raw"
    path.write_bytes(bytes(2561))
    assert message_of(path, PORTAL) == (
        "expected a header of 0 bytes and columns of 2560 bytes (2 × 640 pixels, scanner "
        "portal-6-4), found 2561 bytes"
    )


def test_refuses_16_bit_picture_without_description(tmp_path):
    path = tmp_path / "x.png"
    Image.fromarray(np.ones((6, 8), np.uint16)).save(path)
    assert message_of(path) == (
        "expected an 8-bit picture, or NAME.high.png with NAME.scan.json for 16 bits, "
        "found mode I;16"
    )
    pair = tmp_path / "p.high.png"
    path.rename(pair)
    assert message_of(pair) == "expected p.scan.json beside it, found no such file"


@pytest.mark.parametrize(
    ("description", "message"),
    [
        ("", "expected an ImageDescription in JSON, scanai-scan/1, found an empty one"),
        (" ", "expected an ImageDescription in JSON, scanai-scan/1, found an empty one"),
        (
            "ImageJ=1.53",
            "expected a description in JSON, scanai-scan/1, "
            "found malformed JSON: invalid character (byte 0)",
        ),
        ({"format": "scanai-scan/2"}, "expected scanai-scan/1 at $.format, found 'scanai-scan/2'"),
        (
            {"pitch": 5},
            "expected only known fields (format, quantity, energies_mv, pitch_mm, air, ",
        ),
        ({"pitch": 5}, "full_scale, scanner, scan_id, unit, time), found pitch"),
        ({"pitch_mm": "5"}, "expected a list or null at $.pitch_mm, found '5'"),
        ({"pitch_mm": [5, 0]}, "expected pitch_mm within 0 and 1000, found [5.0, 0.0]"),
        ({"energies_mv": [6]}, "expected 1 energies (6 MV), found 2"),
        (
            {"energies_mv": [9, 4]},
            "expected energies of scanner portal-6-4, the higher first: [6.0, 4.0], "
            "found [9.0, 4.0]",
        ),
        (
            {"air": [1, 2]},
            "expected air: one level, one for each of 3 detector rows, or those for each energy, "
            "found 2 levels",
        ),
        (
            {"air": [[1], [2], [3]]},
            "expected air: one level, one for each of 3 detector rows, or those for each energy, "
            "found 3 energies, not 2",
        ),
        (
            {"quantity": "transmission"},
            "expected full_scale above 0 for transmission, found None",
        ),
        (
            {"quantity": "transmission", "full_scale": 60000, "air": 5},
            "expected air and dark with quantity counts only, found transmission",
        ),
        ({"full_scale": 5}, "expected full_scale with quantity transmission only, found counts"),
    ],
)
def test_refuses_wrong_description(tmp_path, description, message):
    path = tmp_path / "x.tiff"
    if isinstance(description, dict):
        text = json.dumps({"format": "scanai-scan/1", "scanner": "portal-6-4"} | description)
    else:
        text = description
    path.write_bytes(tiff_bytes(np.ones((2, 3, 4), np.uint16), text))
    assert message in message_of(path)


# Folders -----------------------------------------------------------------------------------------


def test_folder_gives_its_scans_once_and_nothing_else(tmp_path):
    write_tiff(small(), tmp_path / "b.tiff")
    write_png_pair(small(), tmp_path / "a")
    write_npy(small(), tmp_path / "c.npy")
    for name in ("b.manifest.json", "b.truth.npz", "README.md", ".hidden.tiff", "d.jpeg"):
        (tmp_path / name).write_bytes(b"x")
    names = [path.name for path in discover([tmp_path, tmp_path / "b.tiff"])]
    assert names == ["a.high.png", "b.tiff", "c.npy", "d.jpeg"]


def touched(folder, *names):
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).touch()


def test_folders_in_folders_are_searched_in_order_but_links_are_not_followed(tmp_path):
    touched(tmp_path / "in", "z.tiff", "b/a.tiff", "b/a/c.tiff", "a/a.tiff", ".git/x.tiff")
    touched(tmp_path, "other/far.tiff")
    (tmp_path / "in" / "link").symlink_to(tmp_path / "other", target_is_directory=True)
    (tmp_path / "in" / "a" / "loop").symlink_to(tmp_path / "in", target_is_directory=True)
    assert list(name_scans([tmp_path / "in"]).values()) == [
        "z.tiff", "a/a.tiff", "b/a.tiff", "b/a/c.tiff",
    ]  # fmt: skip


def test_scans_of_one_name_are_told_by_their_whole_path(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    touched(tmp_path, "a/one.tiff", "b/one.tiff", "b/two.tiff")
    assert list(name_scans(["a/one.tiff", "b"]).values()) == [
        "a/one.tiff",
        "b/one.tiff",
        "two.tiff",
    ]


def test_link_to_nowhere_is_found_and_a_pipe_is_not(tmp_path):
    (tmp_path / "gone.tiff").symlink_to(tmp_path / "no.tiff")
    os.mkfifo(tmp_path / "pipe.raw")
    assert discover([tmp_path]) == [tmp_path / "gone.tiff"]


def test_pictures_of_earlier_reports_are_no_scans(tmp_path):
    touched(tmp_path, "report/one.png", "report/photo.png", "report/two.png")
    (tmp_path / "report" / "one.json").write_text('{\n  "format": "scanai-report/1"}')
    (tmp_path / "report" / "two.json").write_text("{}")
    assert list(name_scans([tmp_path]).values()) == ["report/photo.png", "report/two.png"]


def test_folder_without_scans_and_one_that_cannot_be_listed_are_refused(tmp_path, monkeypatch):
    touched(tmp_path, "in/one.tiff", "in/shut/two.tiff", "in/none/README.md")
    assert discover([tmp_path / "in" / "none"]) == [tmp_path / "in" / "none"]
    assert message_of(tmp_path / "in" / "none") == "expected a folder with scan files, found none"
    assert message_of(tmp_path / "in") == "expected a scan file, found a folder"
    shut("shut", monkeypatch)
    found = discover([tmp_path / "in"])
    assert found == [tmp_path / "in" / "one.tiff", tmp_path / "in" / "shut"]
    assert message_of(found[1]) == "expected a readable folder, found Permission denied"


def test_low_energy_picture_alone_is_found_and_refused(tmp_path):
    high, low, _ = write_png_pair(small(), tmp_path / "a")
    assert message_of(low) == (
        "expected the high-energy picture, a.high.png, found the low-energy one"
    )
    high.unlink()
    assert discover([tmp_path]) == [low]
    assert message_of(low) == "expected a.high.png beside it, found no such file"


def test_missing_low_energy_picture_is_named(tmp_path):
    high, low, sidecar = write_png_pair(small(), tmp_path / "a")
    low.unlink()
    expected = "expected a.low.png beside it, for 6 MV and 4 MV, found no such file"
    assert message_of(high) == expected
    # The scanner's energies count where the sidecar names none.
    sidecar.write_text('{"format": "scanai-scan/1", "scanner": "portal-6-4"}')
    assert message_of(high) == expected


def test_single_energy_picture_needs_no_other(tmp_path, mobile):
    raw = raw_scan(np.ones((1, 40, 60), np.uint16), mobile)
    assert read_raw(write_png_pair(raw, tmp_path / "a")[0]).pixels.shape == (1, 40, 60)


def test_empty_sidecar_is_no_scan_but_a_description(tmp_path):
    high, _, sidecar = write_png_pair(small(), tmp_path / "a")
    sidecar.write_bytes(b"")
    with pytest.raises(ScanError) as caught:
        read_raw(high)
    assert str(caught.value) == f"{sidecar}: expected a description in JSON, found an empty file"


def test_path_that_does_not_exist_is_kept_for_its_error():
    assert discover(["none.tiff"]) == [Path("none.tiff")]


@pytest.mark.parametrize(
    "name",
    [
        "x" * 300 + ending
        for ending in (".high.png", ".low.png", ".tiff", ".npy", ".raw", ".jpg", "")
    ]
    + ["\0.tiff", "\0.high.png", "\0", "x" * 300 + "/a.tiff"],
)
def test_a_name_that_no_file_can_have_is_an_error_of_the_scan(name):
    with pytest.raises(ScanError, match=r"expected .*, found "):
        read_scan(name)


@pytest.mark.parametrize("ending", [".tiff", ".npy", ".png", ".high.png"])
def test_a_pipe_is_no_scan(tmp_path, ending):
    path = tmp_path / f"a{ending}"
    os.mkfifo(path)
    (tmp_path / "a.scan.json").write_text('{"format": "scanai-scan/1", "scanner": "mobile-4"}')
    assert message_of(path) == "expected a readable file, found a pipe or a device"


def test_what_is_found_after_decoding_names_the_file_as_it_was_given(tmp_path):
    (tmp_path / "a").mkdir()
    array, picture = tmp_path / "a" / "const.npy", tmp_path / "a" / "small.png"
    np.save(array, np.zeros((160, 60, 2), np.uint16))
    Image.new("L", (8, 8)).save(picture)
    for path in (array, picture):
        with pytest.raises(ScanError) as caught:
            read_scan(path, PORTAL)
        assert caught.value.source == str(path)
