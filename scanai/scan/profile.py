"""ScannerProfile: everything that ScanAI knows of one scanner, read from TOML.

The simulator makes scans from it, the readers decode files by it, inversion and thresholds depend
on it. One file a scanner under datasets/scanners; unknown keys are refused.
"""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import msgspec

from scanai.errors import ProfileError
from scanai.records import from_toml
from scanai.resources import scanner_profiles_dir


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
    """Detected quanta in an open-beam pixel, for each energy: relative noise 1/sqrt(quanta × T)."""
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
    """Relative standard deviation of the beam output, pulse to pulse, that is left uncorrected."""


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

    def energy_index(self, energy_mv: float) -> int:
        """Which of the profile's energies this end point (MV) is; ValueError when it is none."""
        return self.energies_mv.index(energy_mv)


def load_profile(name_or_path: str | Path) -> ScannerProfile:
    """A profile by the name it ships under or from a TOML file; ProfileError if not valid."""
    path = Path(name_or_path)
    if path.suffix != ".toml":
        path = scanner_profiles_dir() / f"{name_or_path}.toml"
        if str(name_or_path) not in known_profiles():
            raise ProfileError(
                str(name_or_path),
                f"the name of a scanner profile ({', '.join(known_profiles())}) or a .toml file",
                "no such profile",
            )
    try:
        content = path.read_bytes()
    except OSError as error:
        raise ProfileError(path, "a readable TOML file", error.strerror or str(error)) from error
    profile = from_toml(content, ScannerProfile, path, "a scanner profile in TOML", ProfileError)
    _check(profile, path)
    return profile


def known_profiles() -> tuple[str, ...]:
    """Names of the profiles that ship with ScanAI."""
    return tuple(sorted(path.stem for path in scanner_profiles_dir().glob("*.toml")))


def _check(profile: ScannerProfile, path: Path) -> None:
    """Refuse what the types let through: values that contradict each other or cannot be."""
    energies = profile.energies_mv
    count = len(energies)
    low, high = profile.open_beam_range
    view = profile.geometry
    channels = {profile.file.high_channel, profile.file.low_channel}
    rules = (
        (count in (1, 2), "one or two energies_mv", f"{count}"),
        (
            list(energies) == sorted(set(energies), reverse=True),
            "energies_mv falling",
            f"{list(energies)}",
        ),
        (
            all(3 <= energy <= 10 for energy in energies),
            "energies_mv within 3 and 10",
            f"{list(energies)}",
        ),
        (len(profile.spectral) == count, f"{count} spectral tables", f"{len(profile.spectral)}"),
        (
            len(profile.noise.quanta_open_beam) == count,
            f"{count} noise.quanta_open_beam",
            f"{len(profile.noise.quanta_open_beam)}",
        ),
        (
            len(profile.open_beam_counts) == count,
            f"{count} open_beam_counts",
            f"{len(profile.open_beam_counts)}",
        ),
        (
            len(profile.file.dark_counts) in (0, count),
            f"0 or {count} file.dark_counts",
            f"{len(profile.file.dark_counts)}",
        ),
        (
            count == 1 or channels == {0, 1},
            "file.high_channel and file.low_channel 0 and 1",
            f"{profile.file.high_channel} and {profile.file.low_channel}",
        ),
        (profile.rows > 0, "rows > 0", f"{profile.rows}"),
        (min(profile.pitch_mm) > 0, "pitch_mm > 0", f"{list(profile.pitch_mm)}"),
        (
            0 < low < high <= profile.saturation_counts,
            "open_beam_range rising, within 0 and saturation_counts",
            f"{[low, high]}",
        ),
        (
            0 < profile.saturation_counts <= 65535,
            "saturation_counts within 1 and 65535",
            f"{profile.saturation_counts}",
        ),
        (0 < profile.noise_floor < 0.1, "noise_floor within 0 and 0.1", f"{profile.noise_floor}"),
        (profile.file.header_bytes >= 0, "file.header_bytes >= 0", f"{profile.file.header_bytes}"),
        (
            0 < view.source_to_centre_m < view.source_to_detector_m,
            "geometry.source_to_centre_m below source_to_detector_m",
            f"{view.source_to_centre_m} and {view.source_to_detector_m}",
        ),
    )
    for kept, expected, found in rules:
        if not kept:
            raise ProfileError(path, expected, found)
