"""Files that come from others: read within bounds, named after the scan that they lie beside."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterable
from io import BufferedReader
from pathlib import Path

from scanai.errors import InputError


def is_folder(path: Path) -> bool:
    """Path.is_dir, but for a name that no file can have: opening it as a file says why."""
    try:
        return path.is_dir()
    except OSError:
        return False


def opened(path: Path) -> BufferedReader:
    """A file to read; OSError also for a pipe or a device, for they may never end, and for a name
    that no report can tell."""
    try:
        path.name.encode()
    except UnicodeEncodeError as error:
        raise OSError(errno.EILSEQ, "a name that is not UTF-8", path) from error
    mode = path.stat().st_mode
    if not (stat.S_ISREG(mode) or stat.S_ISDIR(mode)):  # of a folder opening it tells
        raise OSError(errno.EINVAL, "a pipe or a device", path)
    return path.open("rb")


def bounded_bytes(path: Path, most: int, what: str, error: type[InputError]) -> bytes:
    """All of a file; `error` when it cannot be read, is empty where `what` was expected, or holds
    more than `most` bytes."""
    try:
        with opened(path) as stream:
            data = stream.read(most + 1)
    except (OSError, ValueError) as fault:  # ValueError: a name that no file can have
        reason = getattr(fault, "strerror", None) or str(fault)
        raise error(path, "a readable file", reason) from fault
    if not data:
        raise error(path, what, "an empty file")
    if len(data) > most:
        raise error(path, f"at most {most} bytes", "a larger file")
    return data


def scan_name(scan: Path) -> str:
    """What files beside a scan are named after: its name without suffix, and without .high or .low
    of a PNG pair."""
    if scan.suffix.lower() != ".png":
        return scan.stem
    return scan.stem.removesuffix(".high").removesuffix(".low")


def file_beside(
    scan: Path, names: Iterable[str], what: str, error: type[InputError]
) -> Path | None:
    """The file beside a scan that has one of these names, None without.

    `error` about several, where `what` was expected, and about a folder or a link to nothing: who
    put it there meant something by it.
    """
    found = [path for name in names if os.path.lexists(path := scan.with_name(name))]
    if len(found) > 1:
        raise error(scan, what, " and ".join(path.name for path in found))
    for path in found:
        if not path.is_file():
            raise error(path, "a file", "a folder" if path.is_dir() else "none that can be read")
    return found[0] if found else None
