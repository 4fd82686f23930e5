"""A scan that another program put together is checked before it is believed."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from scanai.errors import ScanError
from scanai.scan.calibration import calibrate
from scanai.scan.model import RawScan, Scan

SCAN = Scan(
    source="from memory",
    transmission=np.full((2, 40, 50), 0.5, np.float32),
    valid=np.ones((40, 50), np.bool_),
    quantity="transmission",
    profile=None,
    energies_mv=(6.0, 4.0),
    pitch_mm=(5.0, 5.0),
    noise_floor=1e-4,
)
FULL = SCAN.transmission


def test_a_scan_whose_fields_fit_is_accepted() -> None:
    SCAN.check()
    replace(SCAN, quantity="display", energies_mv=(), pitch_mm=(0.0, 0.0)).check()


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"transmission": FULL.astype(np.float64)}, "as float32 .* found float64 of 3 axes"),
        ({"transmission": FULL[0]}, "found float32 of 2 axes"),
        ({"transmission": FULL.tolist()}, "expected transmission as float32"),
        ({"transmission": FULL[:, :5]}, "at least 32 × 32 pixels, found 5 × 50"),
        ({"transmission": FULL[[0, 1, 1]]}, "one or two energies, .* found 3 and"),
        ({"energies_mv": (6.0,)}, "one or two energies, an end point for each"),
        ({"pitch_mm": (5.0, 0.0)}, "a pitch above 0 mm"),
        ({"pitch_mm": (np.nan, 5.0)}, "a pitch above 0 mm"),
        ({"valid": SCAN.valid[1:]}, r"valid as bool \(40, 50\), found bool \(39, 50\)"),
        ({"valid": SCAN.valid.astype(np.uint8)}, "found uint8"),
        ({"transmission": FULL * np.float32(np.nan)}, "above 0 and finite, found nan"),
        ({"transmission": FULL * np.float32(np.inf)}, "above 0 and finite, found inf"),
        ({"transmission": FULL * 0}, "above 0 and finite, found 0.0"),
    ],
)
def test_fields_that_do_not_fit_are_refused(changed: dict[str, object], words: str) -> None:
    with pytest.raises(ScanError, match=f"^from memory: .*{words}"):
        replace(SCAN, **changed).check()


RAW = RawScan(
    source="from memory",
    pixels=np.full((2, 40, 50), 500, np.uint16),
    quantity="counts",
    profile=None,
    energies_mv=(6.0, 4.0),
    pitch_mm=(5.0, 5.0),
)


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"pixels": RAW.pixels[0]}, "pixels as uint16 .* found uint16 of 2 axes"),
        ({"pixels": RAW.pixels.astype(np.float64)}, "found float64 of 3 axes"),
        ({"pixels": None}, "found NoneType"),
        ({"quantity": "foo"}, "counts, transmission or display, found foo"),
        ({"energies_mv": (6.0,)}, "an end point for each"),
        ({"energies_mv": (4.0, 6.0)}, r"the higher first, found \(4\.0, 6\.0\)"),
        ({"energies_mv": (6.0, 0.0)}, "end points above 0 MV"),
        ({"pitch_mm": (0.0, 0.0)}, "a pitch above 0 mm"),
        ({"air": np.float32(5e4)}, r"air of shape \(energies, H\) = \(2, 40\), found shape \(\)"),
        ({"dark": np.zeros((2, 39), np.float32)}, r"dark of shape .* found shape \(2, 39\)"),
    ],
)
def test_raw_fields_that_do_not_fit_are_refused(changed: dict[str, object], words: str) -> None:
    RAW.check()
    with pytest.raises(ScanError, match=f"^from memory: .*{words}"):
        calibrate(replace(RAW, **changed))
