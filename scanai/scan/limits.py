"""How much one scan file may ask for. In one place, so that no reader forgets it.

The largest scans known are some 20 Mpx an energy; the limits leave room and still keep a small
hostile file from filling the memory.
"""

from __future__ import annotations

from pathlib import Path

from scanai.errors import ScanError

MAX_PIXELS = 200_000_000
"""Pixels of all energies together."""
MAX_FILE_BYTES = 512 * 1024 * 1024
"""Of one file; MAX_PIXELS stored without compression is 400 MB."""
MAX_DESCRIPTION_BYTES = 4 * 1024 * 1024
"""Of the JSON that comes with the pixels: two lines of numbers for each detector row."""


def read_bytes(path: Path, limit: int = MAX_FILE_BYTES) -> bytes:
    """The whole file, refused before it is read when it is empty or larger than `limit` bytes."""
    try:
        with path.open("rb") as file:
            content = file.read(limit + 1)
    except OSError as error:
        raise ScanError(path, "a readable file", error.strerror or str(error)) from error
    if not content:
        raise ScanError(path, "a scan", "an empty file")
    if len(content) > limit:
        raise ScanError(path, f"at most {limit} bytes", "a larger file")
    return content


def check_size(path: Path, energies: int, height: int, width: int) -> None:
    """Refuse a picture of no pixels or of too many, before it is decoded."""
    if min(energies, height, width) < 1 or energies * height * width > MAX_PIXELS:
        raise ScanError(
            path,
            f"1 to {MAX_PIXELS} pixels in all energies",
            f"{energies} × {height} × {width} = {energies * height * width}",
        )
