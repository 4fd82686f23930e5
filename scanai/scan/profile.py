"""ScannerProfile: everything that ScanAI knows of one scanner, read from TOML.

The simulator makes scans from it, the readers decode files by it, inversion and thresholds depend
on it. One file a scanner under datasets/scanners; unknown keys are refused.
"""

from __future__ import annotations

from typing import Literal

import msgspec


class Geometry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Fan beam, side view. Heights are above the lower face of the transport unit, in metres."""

    source_to_centre_m: float
    """Horizontal distance from the focal spot to the centre plane of the transport unit."""
    source_to_detector_m: float
    source_height_m: float
    view_bottom_m: float
    """Height, in the centre plane, of the lower edge of the picture."""


class SpectralFactors(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Scale of each interaction for one energy (semiempirical model); 1 = nominal spectrum."""

    photoelectric: float = 1.0
    compton: float = 1.0
    pair: float = 1.0


class Noise(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    quanta_open_beam: tuple[float, ...]
    """Detected quanta in one open-beam pixel, for each energy: relative noise is 1/sqrt(quanta × T)."""
    electronic_counts: float
    """Standard deviation of the signal with the beam off, counts."""


class FileLayout(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How this scanner's NPY and flat binary arrays are laid out."""

    dtype: Literal["uint16"] = "uint16"
    byte_order: Literal["little", "big"] = "little"
    header_bytes: int = 0
    axis_order: Literal["hwc", "chw", "whc", "cwh"] = "hwc"
    """h: across the travel, w: along the travel, c: energy (absent for one energy)."""
    high_channel: int = 0
    low_channel: int = 1
    top_row_first: bool = True
    dark_counts: tuple[float, ...] = ()
    """Level with the beam off for each energy, where the file brings none; empty means 0."""


class Imperfections(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the simulator gets wrong on purpose, as this scanner does."""

    gain_spread: float = 0.03
    """Relative standard deviation of detector gain from row to row."""
    dark_spread_counts: float = 20.0
    dead_rows: float = 0.3
    """Expected number of dead detector rows in one scan."""
    hot_pixel_share: float = 1e-5
    output_drift: float = 0.01
    """Relative standard deviation of the beam output from pulse to pulse that is left uncorrected."""


class ScannerProfile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    name: str
    description: str
    energies_mv: tuple[float, ...]
    """End point of each energy in MV, highest first; one or two."""
    pitch_mm: tuple[float, float]
    """(along travel, across) at the centre plane of the transport unit."""
    rows: int
    """Detector rows, counted across the travel."""
    geometry: Geometry
    spectral: tuple[SpectralFactors, ...]
    noise: Noise
    open_beam_counts: tuple[float, ...]
    """Nominal open beam above dark for each energy."""
    open_beam_range: tuple[float, float]
    """Lowest and highest open beam in counts that is believed when it is found from air regions."""
    dark_counts: float
    saturation_counts: int
    noise_floor: float
    """Lowest transmission that still carries information."""
    file: FileLayout = FileLayout()
    imperfections: Imperfections = Imperfections()
