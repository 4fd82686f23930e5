"""Files of portal readings: finds the one beside a scan, and reads one within bounds."""

from __future__ import annotations

import hashlib
from os import PathLike
from pathlib import Path

from scanai.errors import RadiationError
from scanai.input_files import bounded_bytes, file_beside, scan_name
from scanai.radiation import n42_format
from scanai.radiation.reading import RadiationReading

MAX_BYTES = 32 * 1024 * 1024
"""A spectroscopic portal writes some 10 MB for a long passage; more is an attack on memory."""
SUFFIXES = (".n42", ".n42.xml")


def read_reading(path: str | PathLike[str]) -> RadiationReading:
    """Reads an ANSI N42.42 file, of 2012 or 2006.

    RadiationError for a file that cannot be read, is larger than MAX_BYTES, breaks the format or
    holds no gamma or neutron counts of a passage.
    """
    path = Path(path)
    data = bounded_bytes(path, MAX_BYTES, "a portal reading", RadiationError)
    return n42_format.parse(data, str(path), hashlib.sha256(data).hexdigest())


def find_reading(scan: str | PathLike[str]) -> Path | None:
    """The reading beside a scan: NAME.n42 or NAME.n42.xml, None if there is none.

    NAME is the scan's file name without its suffix, and without .high or .low of a PNG pair.
    RadiationError when both are there, for nobody can say which one holds, and for a folder of
    that name.
    """
    scan = Path(scan)
    name = scan_name(scan)
    names = [name + suffix for suffix in SUFFIXES]
    return file_beside(scan, names, "one portal reading", RadiationError)
