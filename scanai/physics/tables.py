"""Reading of the reference files that ship with the physics core.

Nothing is read at import; every table is read once and then kept. What the columns mean stands in
the comment lines of the files themselves.
"""

from __future__ import annotations

import gzip
from functools import cache
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]


def text(name: str) -> str:
    """The text of one reference file, unpacked where it is a .gz."""
    packed = files("scanai.physics").joinpath("data", name).read_bytes()
    return (gzip.decompress(packed) if name.endswith(".gz") else packed).decode("utf-8")


def rows(name: str) -> list[list[str]]:
    """Cells of a CSV reference file, without its comment lines and its heading."""
    lines = [line for line in text(name).splitlines() if line and not line.startswith("#")]
    return [line.split(",") for line in lines[1:]]


@cache
def columns(name: str) -> FloatArray:
    """(columns, rows) of a purely numeric CSV reference file."""
    table = np.array([[float(cell) for cell in row] for row in rows(name)]).T.copy()
    table.flags.writeable = False
    return table
