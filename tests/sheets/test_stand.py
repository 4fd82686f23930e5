from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image

from scanai.scan import load_profile, read_scan
from scanai.sheets.stand import picture_from_near, write_test_scan
from scanai.synth.image_quality import _Target, object_scan

PLATE = object_scan("contrast", load_profile("mobile-4"), _Target(100.0, plate_mm=20.0), 1)


def test_scan_of_a_test_object_is_a_file_that_reads_and_a_picture(tmp_path: Path) -> None:
    write_test_scan(PLATE, tmp_path / "mobile-4")
    scan = read_scan(tmp_path / "mobile-4" / "contrast.tiff")
    assert scan.profile is not None
    assert scan.profile.name == "mobile-4"
    with Image.open(tmp_path / "mobile-4" / "contrast.png") as picture:
        assert picture.width > 300


def test_plate_stands_in_the_middle_of_its_picture_and_is_darker() -> None:
    picture = np.asarray(picture_from_near(PLATE).convert("L"), dtype=float)
    side = picture.shape[1]
    middle = picture[side // 2 - 15 : side // 2 + 15, side // 2 - 15 : side // 2 + 15].mean()
    beside = picture[side // 2 - 15 : side // 2 + 15, side // 8 : side // 4].mean()
    assert middle < beside - 60
