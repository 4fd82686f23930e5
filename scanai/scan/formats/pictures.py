"""What TIFF, PNG and JPEG share: opening with Pillow, size checked before anything is decoded."""

from __future__ import annotations

import io
import re
import struct
import warnings
import zlib
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, UnidentifiedImageError

from scanai.errors import ScanError
from scanai.scan.limits import check_size, wrong_size

# What Pillow is known to raise on damaged files, besides the decompression bomb.
PICTURE_ERRORS = (
    OSError,
    ValueError,
    TypeError,
    KeyError,
    IndexError,
    SyntaxError,
    EOFError,
    OverflowError,
    MemoryError,
    struct.error,
    zlib.error,
    RuntimeError,
    UserWarning,
)


@contextmanager
def quiet() -> Iterator[None]:
    """No warnings of Pillow, but those of a truncated or corrupt file are raised."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", module="PIL")
        warnings.simplefilter("ignore", Image.DecompressionBombWarning)
        warnings.filterwarnings("error", message="Truncated|Corrupt", category=UserWarning)
        yield


def open_picture(content: bytes, path: Path, *formats: str) -> Image.Image:
    """Only the header is read; ScanError for another format and for too many pixels."""
    expected = f"a complete {' or '.join(formats)} file"
    try:
        with quiet():
            image = Image.open(io.BytesIO(content), formats=formats)
    except Image.DecompressionBombError as error:
        # Pillow's words name a limit of its own, above ours.
        pixels = re.search(r"[0-9]+", str(error))
        raise wrong_size(path, f"{int(pixels[0]):,}" if pixels else "more") from error
    except UnidentifiedImageError as error:
        raise ScanError(path, expected, "something else, or a truncated file") from error
    except PICTURE_ERRORS as error:
        raise ScanError(path, expected, damage(error)) from error
    check_size(path, 1, image.height, image.width)
    return image


def damage(error: Exception) -> str:
    """What was found instead of a whole file, with the decoder's own words behind it."""
    words = " ".join(str(error).split()).rstrip(".")
    return f"one that breaks off or is damaged ({words or type(error).__name__})"


def pixels_16(images: Sequence[Image.Image], paths: Sequence[Path]) -> NDArray[np.uint16]:
    """(energies, H, W) of pictures of one size and one 16-bit unsigned channel each.

    Each is decoded in a thread of its own (Pillow lets go of the interpreter lock): half the time.
    """
    for image, path in zip(images, paths, strict=True):
        if image.mode not in ("I;16", "I;16B", "I;16L"):
            raise ScanError(path, "16-bit unsigned pixels of one channel", f"mode {image.mode}")
    pixels = np.empty((len(images), images[0].height, images[0].width), np.uint16)

    def decode_one(index: int) -> None:
        pixels[index] = decode(images[index], paths[index])

    # The filters of warnings belong to all threads, hence outside of them.
    with quiet(), ThreadPoolExecutor(len(images)) as threads:
        list(threads.map(decode_one, range(len(images))))
    return pixels


def decode(image: Image.Image, path: Path) -> NDArray[np.generic]:
    """The pixels as Pillow has them, (H, W) or (H, W, channels); ScanError for a damaged file."""
    try:
        return np.asarray(image)
    except PICTURE_ERRORS as error:
        raise ScanError(path, "a complete picture", damage(error)) from error
