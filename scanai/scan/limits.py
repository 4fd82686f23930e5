"""How large and how small a scan may be. In one place, so that no reader forgets it.

The largest scans known are some 20 Mpx an energy; the limits leave room and still keep a small
hostile file from filling the memory.
"""

from __future__ import annotations

from pathlib import Path

from scanai.errors import ScanError
from scanai.input_files import bounded_bytes

MAX_PIXELS = 150_000_000
"""Pixels of all energies together. Below the 178,956,970 at which Pillow refuses by itself, so that
there is one limit and not two."""
MIN_SIDE = 32
"""Pixels: a smaller picture is no scan. At 5 mm a pixel it would show 16 cm of cargo, and open air,
noise and load are not told apart in so little."""
MAX_FILE_BYTES = 512 * 1024 * 1024
"""Of one file; MAX_PIXELS stored without compression is 300 MB."""
MAX_DESCRIPTION_BYTES = 4 * 1024 * 1024
"""Of the JSON that comes with the pixels: two lines of numbers for each detector row."""


def read_bytes(path: Path, limit: int = MAX_FILE_BYTES, what: str = "a scan") -> bytes:
    """The whole file, refused when it is empty or larger than `limit` bytes."""
    return bounded_bytes(path, limit, what, ScanError)


def check_size(path: Path, energies: int, height: int, width: int) -> None:
    """Refuse a picture of no pixels or of too many, before it is decoded."""
    pixels = energies * height * width
    if min(energies, height, width) < 1 or pixels > MAX_PIXELS:
        raise wrong_size(path, f"{energies} × {height} × {width} = {pixels:,}")


def wrong_size(path: Path, found: str) -> ScanError:
    return ScanError(path, f"1 to {MAX_PIXELS:,} pixels in all energies", found)


def check_side(source: str, height: int, width: int) -> None:
    """Refuse a picture too small to be a scan of cargo."""
    if min(height, width) < MIN_SIDE:
        raise ScanError(source, f"at least {MIN_SIDE} × {MIN_SIDE} pixels", f"{height} × {width}")
