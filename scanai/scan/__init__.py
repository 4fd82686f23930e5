"""From a scanner file to transmission, corrected for open beam and dark.

`read_raw` decodes a file, `calibrate` turns counts into transmission, `read_scan` does both.
"""

from scanai.scan.calibration import calibrate
from scanai.scan.formats.arrays import write_npy
from scanai.scan.formats.png_pair import write_png_pair
from scanai.scan.formats.tiff import write_tiff
from scanai.scan.model import ImageQuality, RawScan, Scan
from scanai.scan.profile import ScannerProfile, load_profile
from scanai.scan.reading import discover, name_scans, read_raw, read_scan

__all__ = [
    "ImageQuality",
    "RawScan",
    "Scan",
    "ScannerProfile",
    "calibrate",
    "discover",
    "load_profile",
    "name_scans",
    "read_raw",
    "read_scan",
    "write_npy",
    "write_png_pair",
    "write_tiff",
]
