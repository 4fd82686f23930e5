from __future__ import annotations

from pathlib import Path

from PIL import Image

from scanai.scan import load_profile, read_scan
from scanai.sheets.stand import write_test_scan
from scanai.synth.image_quality import ObjectScan, _recorded, _Target


def test_scan_of_a_test_object_is_a_file_that_reads_and_a_picture(tmp_path: Path) -> None:
    raw = _recorded(load_profile("mobile-4"), _Target(100.0, plate_mm=20.0), 1)
    write_test_scan(ObjectScan("contrast", raw), tmp_path / "mobile-4")
    scan = read_scan(tmp_path / "mobile-4" / "contrast.tiff")
    assert scan.profile is not None
    assert scan.profile.name == "mobile-4"
    with Image.open(tmp_path / "mobile-4" / "contrast.png") as picture:
        assert picture.width > 100
