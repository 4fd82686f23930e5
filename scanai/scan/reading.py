"""Opens any scan file: which reader a name calls for, and which files of a folder are scans."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from scanai.errors import ScanError
from scanai.scan.calibration import calibrate
from scanai.scan.formats import tiff
from scanai.scan.model import RawScan, Scan
from scanai.scan.profile import ScannerProfile, load_profile

Reader = Callable[[Path, ScannerProfile | None], RawScan]
READERS: dict[str, Reader] = {
    ".tif": tiff.read,
    ".tiff": tiff.read,
}


def read_raw(path: str | Path, profile: ScannerProfile | None = None) -> RawScan:
    """Decode one scan file; `profile` names the scanner where the file does not.

    ScanError says what was expected and what was found.
    """
    path = Path(path)
    reader = READERS.get(path.suffix.lower())
    if reader is None:
        raise ScanError(path, f"a scan file ({', '.join(READERS)})", path.suffix or "no suffix")
    return reader(path, profile)


def read_scan(path: str | Path, profile: str | Path | ScannerProfile | None = None) -> Scan:
    """Read and calibrate one scan file; `profile` is a profile, its name or its TOML file."""
    if isinstance(profile, str | Path):
        profile = load_profile(profile)
    return calibrate(read_raw(path, profile))
