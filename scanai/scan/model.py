"""What a scan is in memory: counts as a detector wrote them (RawScan), transmission (Scan).

Pictures lie as an analyst sees them: axis 0 across the travel (row 0 at the top), axis 1 along the
travel. The first energy is always the higher one. Plain data; reading is in the reader of each
format, air and dark correction in `calibration`.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from scanai.errors import ScanError
from scanai.scan.limits import check_side
from scanai.scan.profile import ScannerProfile

_STORED = (np.uint8, np.uint16, np.float32)
Quantity = Literal["counts", "transmission", "display"]


@dataclass(frozen=True)
class RawScan:
    """One scan as its file holds it, scale known but nothing corrected yet."""

    source: str
    """Its file as it was given, or what the data is called in messages."""
    pixels: NDArray[np.uint16] | NDArray[np.uint8] | NDArray[np.float32]
    """(energies, H, W): counts, stored transmission × full_scale, or 8-bit display grey."""
    quantity: Quantity
    profile: ScannerProfile | None
    """The scanner; None only for a display picture."""
    energies_mv: tuple[float, ...]
    """End point of each energy in MV, highest first; empty for a display picture."""
    pitch_mm: tuple[float, float]
    """(along travel, across) at the centre plane of the transport unit; (0, 0) when unknown."""
    air: NDArray[np.float32] | None = None
    """(energies, H) open-beam counts of each detector row; None when no air line came along."""
    dark: NDArray[np.float32] | None = None
    """(energies, H) counts of each detector row with the beam off; None means unknown."""
    full_scale: float | None = None
    """Stored value of transmission 1; only for quantity "transmission"."""
    scan_id: str = ""
    unit: str = ""
    """Identifier of the transport unit that was scanned, if the file names it."""
    time: str = ""
    """ISO 8601 time of the scan, if the file names it."""
    sha256: str = ""
    """Of the input file (of all its parts in order, for a pair of pictures)."""

    def check(self) -> None:
        """ScanError unless the fields fit each other, for pixels that no reader of ours read."""
        pixels = self.pixels
        if not (isinstance(pixels, np.ndarray) and pixels.ndim == 3 and pixels.dtype in _STORED):
            raise ScanError(self.source, "pixels as uint16 (energies, H, W)", _kind(pixels))
        check_side(self.source, *pixels.shape[1:])
        if self.quantity == "display":
            return
        if self.quantity not in ("counts", "transmission"):
            raise ScanError(self.source, "counts, transmission or display", str(self.quantity))
        _check_scale(self.source, len(pixels), self.energies_mv, self.pitch_mm)
        for name, level in (("air", self.air), ("dark", self.dark)):
            if level is not None and np.shape(level) != pixels.shape[:2]:
                expected = f"{name} of shape (energies, H) = {pixels.shape[:2]}"
                raise ScanError(self.source, expected, f"shape {np.shape(level)}")


@dataclass(frozen=True)
class ImageQuality:
    """What was wrong with the picture, and what was repaired. Shares are of all pixels, 0 to 1."""

    dead_rows: tuple[tuple[int, ...], ...] = ()
    """For each energy, the rows that carried no signal and were filled from their neighbours."""
    missing_columns: tuple[tuple[int, ...], ...] = ()
    """For each energy, the columns that were not measured (missed pulses, columns of zeros) and
    were filled from their neighbours; counted in `zero_share` as well."""
    hot_pixel_share: float = 0.0
    zero_share: float = 0.0
    """Pixels that read zero where the beam must have got through; repaired."""
    saturated_share: float = 0.0
    starved_share: float = 0.0
    """Pixels of the high energy at or below the noise floor: what is behind them is not seen."""
    stripe_percent: float = 0.0
    """Standard deviation of the column-to-column beam output that was corrected, in percent."""
    open_beam: tuple[float, ...] = ()
    """Counts of the open beam for each energy."""
    open_beam_from: Literal["file", "air_line", "air_regions", "scale", "none"] = "file"
    open_beam_doubtful: bool = False
    """The open beam was found in the picture, in a place that may be no open air: everything that
    is computed from transmission is in doubt. A note says why."""
    notes: tuple[str, ...] = ()
    """Sentences for the analyst; empty when there is nothing to say."""

    @property
    def widest_gap(self) -> int:
        """Most columns side by side that were not measured: what is as narrow may hide there."""
        widest = 0
        for columns in self.missing_columns:
            # In a run of neighbours the number less the place in the list stays the same.
            runs = Counter(column - place for place, column in enumerate(columns))
            widest = max([widest, *runs.values()])
        return widest


@dataclass(frozen=True)
class Scan:
    """One scan corrected for air and dark; `transmission` is never rescaled by its own extremes."""

    source: str
    transmission: NDArray[np.float32]
    """(energies, H, W), 1 = open beam, clipped below at `noise_floor`; for a display picture the
    grey values divided by 255, which are no transmission."""
    valid: NDArray[np.bool_]
    """(H, W) False where the value was filled in rather than measured."""
    quantity: Quantity
    profile: ScannerProfile | None
    energies_mv: tuple[float, ...]
    pitch_mm: tuple[float, float]
    noise_floor: float
    quality: ImageQuality = field(default_factory=ImageQuality)
    scan_id: str = ""
    unit: str = ""
    time: str = ""
    sha256: str = ""

    @property
    def is_display(self) -> bool:
        """True when the grey scale is unknown: no mass, no effective Z."""
        return self.quantity == "display"

    def check(self) -> None:
        """ScanError unless the fields fit each other, for scans that no reader of ours made."""
        pixels = self.transmission
        if not (isinstance(pixels, np.ndarray) and pixels.dtype == np.float32 and pixels.ndim == 3):
            raise ScanError(self.source, "transmission as float32 (energies, H, W)", _kind(pixels))
        check_side(self.source, *pixels.shape[1:])
        if not self.is_display:
            _check_scale(self.source, len(pixels), self.energies_mv, self.pitch_mm)
            if not 0 < self.noise_floor < 1:
                raise ScanError(self.source, "a noise floor within 0 and 1", f"{self.noise_floor}")
        if self.valid.dtype != np.bool_ or self.valid.shape != pixels.shape[1:]:
            found = f"{self.valid.dtype} {self.valid.shape}"
            raise ScanError(self.source, f"valid as bool {pixels.shape[1:]}", found)
        low, high = float(pixels.min()), float(pixels.max())
        if not (low > 0 and high < np.inf):
            raise ScanError(self.source, "transmission above 0 and finite", f"{low} to {high}")

    @property
    def attenuation(self) -> NDArray[np.float32]:
        """(energies, H, W) −ln transmission; 0 = open beam."""
        return -np.log(self.transmission)


def _kind(pixels: object) -> str:
    if isinstance(pixels, np.ndarray):
        return f"{pixels.dtype} of {pixels.ndim} axes"
    return type(pixels).__name__


def _check_scale(
    source: str, energies: int, end_points: tuple[float, ...], pitch_mm: tuple[float, float]
) -> None:
    if energies not in (1, 2) or len(end_points) != energies:
        found = f"{energies} and energies_mv {end_points}"
        raise ScanError(source, "one or two energies, an end point for each", found)
    if not all(high > low for high, low in pairwise((*end_points, 0.0))):
        raise ScanError(source, "end points above 0 MV, the higher first", str(end_points))
    if not all(0 < pitch < np.inf for pitch in pitch_mm):
        raise ScanError(source, "a pitch above 0 mm", str(pitch_mm))
