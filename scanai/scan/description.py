"""The JSON that says what the pixels of a scan file are: `scanai-scan/1`.

It is the ImageDescription of a TIFF and the sidecar NAME.scan.json of the other formats. Here it is
read, written and checked against the scanner profile; the pixels are the business of `formats`.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Literal

import msgspec
import numpy as np
from numpy.typing import NDArray

from scanai.errors import ProfileError, ScanError
from scanai.records import from_json
from scanai.scan.limits import MAX_DESCRIPTION_BYTES, check_size, read_bytes
from scanai.scan.model import RawScan
from scanai.scan.profile import ScannerProfile, load_profile

Level = float | list[float | list[float]]
"""One level; or one for each detector row; or for each energy a list of one level or one a row."""


class Description(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What is left out is taken from the scanner profile."""

    format: Literal["scanai-scan/1"]
    quantity: Literal["counts", "transmission"] = "counts"
    energies_mv: tuple[float, ...] | None = None
    pitch_mm: tuple[float, float] | None = None
    """(along travel, across) at the centre plane of the transport unit."""
    air: Level | None = None
    dark: Level | None = None
    full_scale: float | None = None
    """Stored value of transmission 1."""
    scanner: str = ""
    scan_id: str = ""
    unit: str = ""
    time: str = ""


def parse(content: bytes | str, source: Path) -> Description:
    if len(content) > MAX_DESCRIPTION_BYTES:
        raise ScanError(source, f"a description of at most {MAX_DESCRIPTION_BYTES} bytes", "more")
    return from_json(
        content, Description, source, "a description in JSON, scanai-scan/1", ScanError
    )


def read_sidecar(path: Path) -> Description:
    return parse(read_bytes(path, MAX_DESCRIPTION_BYTES, "a description in JSON"), path)


def describe(raw: RawScan) -> str:
    """JSON in ASCII (a TIFF tag takes nothing else) from which `assemble` makes the same scan."""
    if raw.quantity == "display":
        raise ValueError("a display picture has no scale to describe")
    description = Description(
        format="scanai-scan/1",
        quantity=raw.quantity,
        energies_mv=raw.energies_mv,
        pitch_mm=raw.pitch_mm,
        air=_levels(raw.air),
        dark=_levels(raw.dark),
        full_scale=raw.full_scale,
        scanner=raw.profile.name if raw.profile else "",
        scan_id=raw.scan_id,
        unit=raw.unit,
        time=raw.time,
    )
    fields: dict[str, Any] = {"quantity": raw.quantity, **msgspec.to_builtins(description)}
    return json.dumps(fields)


def choose_profile(
    description: Description | None, given: ScannerProfile | None, source: Path
) -> ScannerProfile:
    """The scanner the file names; the given one when it names none, or one that does not ship.

    A file NAME.profile.toml beside the scan counts as given, unless another one is.
    """
    named = description.scanner if description else ""
    given = given or _beside(source)
    if given and (not named or named == given.name):
        return given
    if not named:
        raise ScanError(source, "a scanner named by the file or given as profile", "neither")
    try:
        return load_profile(named) if not named.endswith(".toml") else _no_path(source, named)
    except ProfileError as error:
        if given:
            return given
        raise ScanError(source, f"a known scanner: {error.expected}", repr(named)) from error


def _beside(source: Path) -> ScannerProfile | None:
    """The profile that came with the scan: of scanners that do not ship, such as drawn ones."""
    name = source.stem.removesuffix(".high") if source.suffix == ".png" else source.stem
    path = source.with_name(f"{name}.profile.toml")
    return load_profile(path) if path.is_file() else None


def assemble(
    source: Path,
    pixels: NDArray[np.uint16] | NDArray[np.float32],
    description: Description | None,
    profile: ScannerProfile,
    sha256: str,
) -> RawScan:
    """The scan of these (energies, H, W) pixels, every field of the description checked."""
    if description is None:
        description = Description(format="scanai-scan/1")
    count, height, width = pixels.shape
    check_size(source, count, height, width)
    energies = description.energies_mv or profile.energies_mv
    if len(energies) != count:
        named = " and ".join(f"{energy:g} MV" for energy in energies)
        raise ScanError(source, f"{len(energies)} energies ({named})", f"{count}")
    if list(energies) != sorted(energies, reverse=True) or not set(energies) <= set(
        profile.energies_mv
    ):
        raise ScanError(
            source,
            f"energies of scanner {profile.name}, the higher first: {list(profile.energies_mv)}",
            f"{list(energies)}",
        )
    pitch = description.pitch_mm or profile.pitch_mm
    if not 0 < min(pitch) <= max(pitch) < 1000:
        raise ScanError(source, "pitch_mm within 0 and 1000", f"{list(pitch)}")
    if description.quantity == "counts":
        if description.full_scale is not None:
            raise ScanError(source, "full_scale with quantity transmission only", "counts")
    elif description.full_scale is None or description.full_scale <= 0:
        raise ScanError(source, "full_scale above 0 for transmission", f"{description.full_scale}")
    elif description.air is not None or description.dark is not None:
        raise ScanError(source, "air and dark with quantity counts only", "transmission")
    return RawScan(
        source=str(source),
        pixels=pixels,
        quantity=description.quantity,
        profile=profile,
        energies_mv=tuple(energies),
        pitch_mm=pitch,
        air=_rows(description.air, count, height, "air", source),
        dark=_rows(description.dark, count, height, "dark", source),
        full_scale=description.full_scale,
        scan_id=description.scan_id,
        unit=description.unit,
        time=description.time,
        sha256=sha256,
    )


def _no_path(source: Path, named: str) -> ScannerProfile:
    # A scan file is foreign input: it may name a scanner, never a file of this machine.
    raise ProfileError(source, "a name", named)


def _levels(values: NDArray[np.float32] | None) -> list[float | list[float]] | None:
    # str() of a float32 is the shortest text that reads back to it: a third of the bytes.
    return None if values is None else [[float(str(v)) for v in row] for row in values]


def _rows(
    level: Level | None, energies: int, height: int, name: str, source: Path
) -> NDArray[np.float32] | None:
    """(energies, H) counts from any of the shapes a Level may have."""
    if level is None:
        return None
    expected = (
        f"{name}: one level, one for each of {height} detector rows, or those for each energy"
    )
    out = np.empty((energies, height), np.float32)
    if isinstance(level, float):
        out[:] = level
        return out
    lines = level if any(isinstance(line, list) for line in level) else [level] * energies
    if len(lines) != energies:
        raise ScanError(source, expected, f"{len(lines)} energies, not {energies}")
    for row, line in zip(out, lines, strict=True):
        values = np.asarray(line, np.float32)
        if values.size not in (1, height):
            raise ScanError(source, expected, f"{values.size} levels")
        row[:] = values
    return out
