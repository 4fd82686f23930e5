"""Scans of test objects on disk: the file that a scanner would write, and a picture to look at."""

from __future__ import annotations

from pathlib import Path

from scanai.scan import calibrate, write_tiff
from scanai.sheets.drawing import picture_of
from scanai.synth.image_quality import ObjectScan


def write_test_scan(test: ObjectScan, folder: Path) -> None:
    """NAME.tiff, raw counts, and NAME.png, pseudo-coloured."""
    folder.mkdir(parents=True, exist_ok=True)
    write_tiff(test.raw, folder / f"{test.name}.tiff")
    picture_of(calibrate(test.raw)).save(folder / f"{test.name}.png", "PNG")
