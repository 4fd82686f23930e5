"""Opens any scan file: which reader a name calls for, and which files of a folder are scans."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import NoReturn

from scanai.errors import ScanError
from scanai.input_files import is_folder, opened
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
    try:
        return _read(path, profile)
    except OSError as error:  # of a name that is too long, or where nobody may look
        raise ScanError(path, "a readable file", error.strerror or str(error)) from error


def _read(path: Path, profile: ScannerProfile | None) -> RawScan:
    name = path.name.lower()
    if is_folder(path):
        _refuse_folder(path)
    if name.endswith(png_pair.LOW):
        high = path.with_name(path.name[: -len(png_pair.LOW)] + png_pair.HIGH)
        if high.exists():
            raise ScanError(path, f"the high-energy picture, {high.name}", "the low-energy one")
        raise ScanError(path, f"{high.name} beside it", "no such file")
    for ending, reader in READERS.items():
        if name.endswith(ending):
            return reader(path, profile)
    if not path.exists():
        raise ScanError(path, "a readable file", "no such file")
    raise ScanError(path, f"a scan file ({', '.join(READERS)})", path.suffix or "no suffix")


def read_scan(path: str | Path, profile: str | Path | ScannerProfile | None = None) -> Scan:
    """Read one scan file, corrected for air and dark.

    `profile` is a profile, its name or its TOML file.
    """
    if isinstance(profile, str | Path):
        profile = load_profile(profile)
    return calibrate(read_raw(path, profile))


def discover(paths: Iterable[str | Path]) -> list[Path]:
    """The scan files among `paths`, in the order of `name_scans`."""
    return list(name_scans(paths))


def name_scans(paths: Iterable[str | Path]) -> dict[Path, str]:
    """The scan files among `paths`, each with a name of its own to be told by.

    A file is taken as it is and told by its file name. Of a folder, all files that can be scans are
    taken, folder by folder, each sorted, and told by their path below the folder; links to folders
    are not followed, hidden folders and pictures of earlier reports are left out. Where two names
    would be the same, both scans are told by their whole path.

    A PNG pair is one scan, its high-energy picture; a low-energy picture without one is kept, for
    its error to be seen. So are what does not exist, a folder without scans and one that cannot be
    listed: reading them says so.
    """
    names: dict[Path, str] = {}
    for given in map(Path, paths):
        for path in _scans_below(given) if is_folder(given) else [given]:
            below = path.name if path == given else path.relative_to(given).as_posix()
            names.setdefault(path, below or str(path))
    count = Counter(names.values())
    told = {path: name if count[name] == 1 else path.as_posix() for path, name in names.items()}
    # Reports tell them in UTF-8, whatever encoding the name of a folder is in.
    return {path: name.encode(errors="replace").decode() for path, name in told.items()}


def _scans_below(folder: Path) -> list[Path]:
    """The scans of a folder and its subfolders; folders that cannot be listed in their place."""
    found: list[Path] = []
    unlisted: list[OSError] = []
    for place, subfolders, files in os.walk(folder, onerror=unlisted.append):
        subfolders[:] = sorted(name for name in subfolders if not name.startswith("."))
        found.extend(sorted(path for path in map(Path(place).joinpath, files) if _is_scan(path)))
    found.extend(Path(error.filename) for error in unlisted)
    return found or [folder]


def _is_scan(path: Path) -> bool:
    name = path.name.lower()
    if name.startswith(".") or not name.endswith(tuple(READERS)):
        return False
    if name.endswith(png_pair.LOW):
        return not path.with_name(path.name[: -len(png_pair.LOW)] + png_pair.HIGH).exists()
    try:
        # A link to nowhere is kept for its error; what is no file at all, a pipe, would never end.
        kept = path.is_file() or not path.exists()
    except OSError:
        kept = True  # for its error as well
    return kept and not _is_report_picture(path)


def _is_report_picture(path: Path) -> bool:
    """Whether this is the annotated picture of an earlier inspection, its report beside it."""
    if path.suffix.lower() != ".png":
        return False
    try:
        with opened(path.with_suffix(".json")) as report:
            return b'"scanai-report/' in report.read(64)
    except OSError:
        return False


def _refuse_folder(folder: Path) -> NoReturn:
    try:
        next(folder.iterdir(), None)
    except OSError as error:
        raise ScanError(folder, "a readable folder", error.strerror or str(error)) from error
    if discover([folder]) == [folder]:
        raise ScanError(folder, "a folder with scan files", "none")
    raise ScanError(folder, "a scan file", "a folder")
