"""TIFF: page 0 the high energy, page 1 the low one, 16-bit unsigned, described by its
ImageDescription. The format that ScanAI writes itself."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
from PIL import Image

from scanai.errors import ScanError
from scanai.scan.description import assemble, choose_profile, describe, parse
from scanai.scan.formats.pictures import PICTURE_ERRORS, damage, open_picture, pixels_16, quiet
from scanai.scan.limits import check_size, read_bytes
from scanai.scan.model import RawScan
from scanai.scan.profile import ScannerProfile

IMAGE_DESCRIPTION = 270
MAX_PAGES = 2


def read(path: Path, profile: ScannerProfile | None) -> RawScan:
    content = read_bytes(path)
    high = open_picture(content, path, "TIFF")
    # The tag of page 0, before another page is sought.
    tag = high.tag_v2.get(IMAGE_DESCRIPTION)  # type: ignore[attr-defined]
    if not isinstance(tag, str):
        raise ScanError(path, "an ImageDescription in JSON, scanai-scan/1", "none")
    if not tag.strip():
        raise ScanError(path, "an ImageDescription in JSON, scanai-scan/1", "an empty one")
    description = parse(tag, path)
    try:
        with quiet():
            count = int(getattr(high, "n_frames", 1))
            if count > MAX_PAGES:
                raise ScanError(path, "one page for each energy, 1 or 2", f"{count} pages")
            # An image of its own for each page: they are decoded at the same time.
            pages = [high, open_picture(content, path, "TIFF")][:count]
            low = pages[-1]
            low.seek(count - 1)
    except PICTURE_ERRORS as error:
        raise ScanError(path, "a complete TIFF", damage(error)) from error
    check_size(path, count, high.height, high.width)
    if low.size != high.size:
        raise ScanError(
            path,
            f"low-energy page of {high.height} × {high.width} px like the high-energy page",
            f"{low.height} × {low.width} px",
        )
    return assemble(
        path,
        pixels_16(pages, [path] * count),
        description,
        choose_profile(description, profile, path),
        hashlib.sha256(content).hexdigest(),
    )


def write_tiff(raw: RawScan, path: Path) -> None:
    """Write counts or transmission without loss, deflated; ValueError for anything but uint16."""
    if raw.pixels.dtype != np.uint16:
        raise ValueError(f"a scan file holds uint16, not {raw.pixels.dtype}")
    pages = [Image.fromarray(page) for page in raw.pixels]
    pages[0].save(
        path,
        "TIFF",
        save_all=True,
        append_images=pages[1:],
        compression="tiff_adobe_deflate",
        tiffinfo={IMAGE_DESCRIPTION: describe(raw)},
    )
