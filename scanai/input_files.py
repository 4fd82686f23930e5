"""Files that come from others: read within bounds, named after the scan that they lie beside."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from scanai.errors import InputError


def bounded_bytes(path: Path, most: int, what: str, error: type[InputError]) -> bytes:
    """All of a file; `error` when it cannot be read, is empty where `what` was expected, or holds
    more than `most` bytes."""
    try:
        with path.open("rb") as stream:
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
