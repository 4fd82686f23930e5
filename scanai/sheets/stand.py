"""Scans of test objects on disk: the file that a scanner would write, and a picture to look at.

Test objects at the limit of what a scanner shows are too faint for the fixed scale of other
pictures: here grey runs over the attenuation of the block that they stand in, as an inspector sets
it by hand.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

from scanai.output_files import require_folder, require_writable, writing
from scanai.scan import calibrate, write_tiff
from scanai.scan.model import Scan
from scanai.sheets.drawing import INK, PAPER, font
from scanai.synth.image_quality import NAMES, ObjectScan

_MM_PER_PIXEL = 1.5
# Shares of the block's pixels that may end up plain white or black: noise, dead pixels.
_CUT = 0.005
_TEXT = 14


def require_test_scans(folder: Path) -> None:
    """InputError where those of one scanner cannot be written there."""
    for name in NAMES:
        for file in _files(folder, name):
            require_writable(file)


def write_test_scan(test: ObjectScan, folder: Path) -> None:
    """NAME.tiff, raw counts, and NAME.png, the object from near with its name below.

    InputError where they cannot be written.
    """
    require_folder(folder)
    scan, picture = _files(folder, test.name)
    with writing(scan):
        write_tiff(test.raw, scan)
    drawn = picture_from_near(test)
    with writing(picture):
        drawn.save(picture, "PNG")


def _files(folder: Path, name: str) -> tuple[Path, Path]:
    return folder / f"{name}.tiff", folder / f"{name}.png"


def picture_from_near(test: ObjectScan) -> Image.Image:
    scan = calibrate(test.raw)
    picture = _grey(scan, test.region)
    profile = "" if scan.profile is None else scan.profile.name
    page = Image.new("RGB", (picture.width, picture.height + 3 * _TEXT), PAPER)
    page.paste(picture)
    draw = ImageDraw.Draw(page)
    for number, text in enumerate((profile, test.title)):
        place = (4, picture.height + 3 + number * round(1.3 * _TEXT))
        draw.text(place, text, fill=INK, font=font(_TEXT))
    return page


def _grey(scan: Scan, region: tuple[slice, slice]) -> Image.Image:
    """High energy, dark is thick."""
    transmission = np.maximum(scan.transmission[0][region], scan.noise_floor / 10)
    attenuation = -np.log(transmission)
    low, high = np.quantile(attenuation, (_CUT, 1 - _CUT))
    grey = 1 - np.clip((attenuation - low) / max(float(high - low), 1e-6), 0, 1)
    along, across = scan.pitch_mm
    size = (
        round(grey.shape[1] * along / _MM_PER_PIXEL),
        round(grey.shape[0] * across / _MM_PER_PIXEL),
    )
    return Image.fromarray((255 * grey).astype(np.uint8)).resize(size, Image.Resampling.NEAREST)
