"""PNG pair: NAME.high.png, NAME.low.png (none for one energy) and NAME.scan.json, 16-bit grey."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
from PIL import Image

from scanai.errors import ScanError
from scanai.scan.description import assemble, choose_profile, describe, read_sidecar
from scanai.scan.formats.pictures import open_picture, pixels_16
from scanai.scan.limits import check_size, read_bytes
from scanai.scan.model import RawScan
from scanai.scan.profile import ScannerProfile

HIGH, LOW, SIDECAR = ".high.png", ".low.png", ".scan.json"


def read(path: Path, profile: ScannerProfile | None) -> RawScan:
    """`path` names the high-energy picture, NAME.high.png."""
    name = path.name[: -len(HIGH)]
    sidecar = path.with_name(name + SIDECAR)
    if not sidecar.is_file():
        raise ScanError(path, f"{sidecar.name} beside it", "no such file")
    description = read_sidecar(sidecar)
    profile = choose_profile(description, profile, path)
    low = path.with_name(name + LOW)
    parts = [path, low] if low.is_file() else [path]
    energies = description.energies_mv or profile.energies_mv
    if len(energies) == 2 and len(parts) == 1:
        named = " and ".join(f"{energy:g} MV" for energy in energies)
        raise ScanError(path, f"{low.name} beside it, for {named}", "no such file")
    digest = hashlib.sha256()
    contents = [read_bytes(part) for part in parts]
    images = [
        open_picture(content, part, "PNG") for content, part in zip(contents, parts, strict=True)
    ]
    check_size(path, len(images), images[0].height, images[0].width)
    for image, part, content in zip(images, parts, contents, strict=True):
        if image.size != images[0].size:
            raise ScanError(
                part,
                f"low-energy picture of {images[0].height} × {images[0].width} px "
                "like the high-energy picture",
                f"{image.height} × {image.width} px",
            )
        digest.update(content)
    return assemble(
        path,
        pixels_16(images, parts),
        description,
        profile,
        digest.hexdigest(),
    )


def write_png_pair(raw: RawScan, stem: Path) -> list[Path]:
    """Write `stem`.high.png, .low.png and .scan.json without loss; returns them in that order."""
    if raw.pixels.dtype != np.uint16:
        raise ValueError(f"a scan file holds uint16, not {raw.pixels.dtype}")
    sidecar = stem.with_name(stem.name + SIDECAR)
    sidecar.write_text(describe(raw) + "\n", encoding="ascii")
    written = []
    for pixels, ending in zip(raw.pixels, (HIGH, LOW), strict=False):
        written.append(stem.with_name(stem.name + ending))
        Image.fromarray(pixels).save(written[-1], "PNG")
    return [*written, sidecar]
