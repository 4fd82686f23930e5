"""Opens any scan file: which reader a name calls for, and which files of a folder are scans."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

from scanai.errors import ScanError
from scanai.scan.calibration import calibrate
from scanai.scan.formats import arrays, display, png_pair, tiff
from scanai.scan.model import RawScan, Scan
from scanai.scan.profile import ScannerProfile, load_profile

Reader = Callable[[Path, ScannerProfile | None], RawScan]
# In this order: the first ending that fits decides.
READERS: dict[str, Reader] = {
    png_pair.HIGH: png_pair.read,
    ".tif": tiff.read,
    ".tiff": tiff.read,
    ".npy": arrays.read_npy,
    ".raw": arrays.read_flat,
    ".bin": arrays.read_flat,
    ".png": display.read,
    ".jpg": display.read,
    ".jpeg": display.read,
}


def read_raw(path: str | Path, profile: ScannerProfile | None = None) -> RawScan:
    """Decode one scan file; `profile` names the scanner where the file does not.

    ScanError says what was expected and what was found.
    """
    path = Path(path)
    name = path.name.lower()
    if name.endswith(png_pair.LOW):
        raise ScanError(path, f"the high-energy picture, NAME{png_pair.HIGH}", "the low-energy one")
    for ending, reader in READERS.items():
        if name.endswith(ending):
            return reader(path, profile)
    raise ScanError(path, f"a scan file ({', '.join(READERS)})", path.suffix or "no suffix")


def read_scan(path: str | Path, profile: str | Path | ScannerProfile | None = None) -> Scan:
    """Read and calibrate one scan file; `profile` is a profile, its name or its TOML file."""
    if isinstance(profile, str | Path):
        profile = load_profile(profile)
    return calibrate(read_raw(path, profile))


def discover(paths: Iterable[str | Path]) -> list[Path]:
    """The scan files among `paths`: files as they are, of a folder those that can be scans, sorted.

    A PNG pair is one scan, its high-energy picture; a low-energy picture without one is kept, for
    its error to be seen. Folders in folders are left alone. What does not exist is kept as well:
    reading it says so.
    """
    found: list[Path] = []
    for path in map(Path, paths):
        if path.is_dir():
            found.extend(sorted(entry for entry in path.iterdir() if _is_scan(entry)))
        else:
            found.append(path)
    return list(dict.fromkeys(found))


def _is_scan(path: Path) -> bool:
    name = path.name.lower()
    if name.endswith(png_pair.LOW):
        return not path.with_name(path.name[: -len(png_pair.LOW)] + png_pair.HIGH).exists()
    return path.is_file() and not name.startswith(".") and name.endswith(tuple(READERS))
