"""NPY and flat binary (.raw, .bin) arrays, laid out as the scanner profile says.

An NPY file brings its own shape and byte order; a flat file has the profile's rows and byte order
and as many columns as its length gives. NAME.scan.json beside either may name the scanner, the scan
and its levels. Arrays of Python objects (pickles) are refused: loading one runs code.
"""

from __future__ import annotations

import hashlib
import io
import tokenize
import warnings
from pathlib import Path

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray

from scanai.errors import ScanError
from scanai.scan.description import Description, assemble, choose_profile, describe, read_sidecar
from scanai.scan.limits import check_size, read_bytes
from scanai.scan.model import RawScan
from scanai.scan.profile import ScannerProfile

SIDECAR = ".scan.json"
# What numpy is known to raise on damaged headers, which it reads as Python source.
NPY_ERRORS = (
    ValueError,
    OSError,
    EOFError,
    SyntaxError,
    TypeError,
    MemoryError,
    RecursionError,
    tokenize.TokenError,
)


def read_npy(path: Path, profile: ScannerProfile | None) -> RawScan:
    content = read_bytes(path)
    shape, fortran, dtype, start = _npy_header(content, path)
    description = _sidecar(path)
    profile = choose_profile(description, profile, path)
    # Stored transmission may be real numbers; counts are what a detector wrote.
    real = description is not None and description.quantity == "transmission"
    kinds = "uint16 or float32" if real else "uint16"
    if not (dtype.kind == "u" and dtype.itemsize == 2) and not (
        real and dtype.kind == "f" and dtype.itemsize == 4
    ):
        raise ScanError(path, f"an array of {kinds}", f"an array of {dtype}")
    energies = _energies(description, profile)
    order = profile.file.axis_order
    if len(shape) == 2 and energies == 1:  # the axis of energies may be left out
        at = order.index("c")
        shape = (*shape[:at], 1, *shape[at:])
    if len(shape) != 3 or shape[order.index("c")] != energies:
        axes = {"h": "H", "w": "W", "c": str(energies)}
        raise ScanError(
            path,
            f"an array of {' × '.join(axes[axis] for axis in order)} for scanner {profile.name}",
            " × ".join(map(str, shape)) or "a single number",
        )
    check_size(path, energies, shape[order.index("h")], shape[order.index("w")])
    expected = start + int(np.prod(shape)) * dtype.itemsize
    if len(content) != expected:
        raise ScanError(path, f"{expected} bytes for shape {list(shape)}", f"{len(content)} bytes")
    stored = np.frombuffer(content, dtype, offset=start)
    array = stored.reshape(shape, order="F" if fortran else "C")
    return _assemble(path, content, array, order, description, profile)


def read_flat(path: Path, profile: ScannerProfile | None) -> RawScan:
    content = read_bytes(path)
    description = _sidecar(path)
    profile = choose_profile(description, profile, path)
    layout = profile.file
    energies = _energies(description, profile)
    dtype = np.dtype(layout.dtype).newbyteorder("<" if layout.byte_order == "little" else ">")
    column = energies * profile.rows * dtype.itemsize
    length = len(content) - layout.header_bytes
    if length < column or length % column:
        raise ScanError(
            path,
            f"a header of {layout.header_bytes} bytes and columns of {column} bytes "
            f"({energies} × {profile.rows} pixels, scanner {profile.name})",
            f"{len(content)} bytes",
        )
    sizes = {"h": profile.rows, "w": length // column, "c": energies}
    check_size(path, energies, sizes["h"], sizes["w"])
    array = np.frombuffer(content, dtype, offset=layout.header_bytes)
    array = array.reshape([sizes[axis] for axis in layout.axis_order])
    return _assemble(path, content, array, layout.axis_order, description, profile)


def write_npy(raw: RawScan, path: Path) -> None:
    """Write the array as the scanner's own software does, with a sidecar that says the rest."""
    if raw.profile is None:
        raise ValueError("an array is laid out by a scanner profile")
    layout = raw.profile.file
    stored = raw.pixels if layout.top_row_first else raw.pixels[:, ::-1]
    if len(stored) == 2 and layout.high_channel == 1:
        stored = stored[::-1]
    stored = stored.transpose(["chw".index(axis) for axis in layout.axis_order])
    np.save(path, np.ascontiguousarray(stored), allow_pickle=False)
    path.with_name(path.stem + SIDECAR).write_text(describe(raw) + "\n", encoding="ascii")


def _npy_header(content: bytes, path: Path) -> tuple[tuple[int, ...], bool, np.dtype, int]:
    stream = io.BytesIO(content)
    if not content.startswith(npy.MAGIC_PREFIX):
        raise ScanError(path, "a complete NPY file", "something else")
    try:
        version = npy.read_magic(stream)
        read = npy.read_array_header_1_0 if version == (1, 0) else npy.read_array_header_2_0
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of headers of Python 2, and they are read as well
            shape, fortran, dtype = read(stream)
    except NPY_ERRORS as error:
        # numpy's own words run over several lines
        found = str(error).split("\n")[0] or type(error).__name__
        raise ScanError(path, "a complete NPY file", found) from error
    if dtype.hasobject:
        raise ScanError(path, "an array of uint16", "Python objects, which are never loaded")
    return shape, fortran, dtype, stream.tell()


def _sidecar(path: Path) -> Description | None:
    sidecar = path.with_name(path.stem + SIDECAR)
    return read_sidecar(sidecar) if sidecar.is_file() else None


def _energies(description: Description | None, profile: ScannerProfile) -> int:
    named = description.energies_mv if description else None
    return len(named or profile.energies_mv)


def _assemble(
    path: Path,
    content: bytes,
    array: NDArray[np.generic],
    order: str,
    description: Description | None,
    profile: ScannerProfile,
) -> RawScan:
    pixels = array.transpose([order.index(axis) for axis in "chw"])
    if len(pixels) == 2 and profile.file.high_channel == 1:
        pixels = pixels[::-1]
    if not profile.file.top_row_first:
        pixels = pixels[:, ::-1]
    native = np.ascontiguousarray(pixels, pixels.dtype.newbyteorder("="))
    return assemble(path, native, description, profile, hashlib.sha256(content).hexdigest())
