"""Display pictures: 8-bit PNG or JPEG whose grey scale nobody knows. Shape and texture only."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np

from scanai.errors import ScanError
from scanai.scan.formats.pictures import decode, open_picture, quiet
from scanai.scan.limits import read_bytes
from scanai.scan.model import RawScan
from scanai.scan.profile import ScannerProfile

# Grey, colour (pseudo-coloured screenshots) and their kinds with transparency or a palette.
MODES = ("L", "LA", "RGB", "RGBA", "P", "CMYK", "1")


def read(path: Path, profile: ScannerProfile | None) -> RawScan:
    """A scanner profile changes nothing: it does not say what the grey values mean."""
    content = read_bytes(path)
    with open_picture(content, path, "PNG", "JPEG") as image:
        if image.mode not in MODES:
            raise ScanError(
                path,
                "an 8-bit picture, or NAME.high.png with NAME.scan.json for 16 bits",
                f"mode {image.mode}",
            )
        with quiet():
            decode(image, path)
            grey = decode(image.convert("L"), path).astype(np.uint8, copy=False)
    return RawScan(
        source=str(path),
        pixels=grey[None],
        quantity="display",
        profile=None,
        energies_mv=(),
        pitch_mm=(0.0, 0.0),
        sha256=hashlib.sha256(content).hexdigest(),
    )
