"""ScannerProfile: everything that ScanAI knows of one scanner, read from TOML.

The simulator makes scans from it, the readers decode files by it, inversion and thresholds depend
on it. One file a scanner under datasets/scanners; unknown keys are refused.
"""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import msgspec

from scanai.errors import ProfileError
from scanai.input_files import bounded_bytes
from scanai.records import from_toml
from scanai.resources import scanner_profiles_dir
from scanai.scan.profile_rules import rules

_WHAT = "a scanner profile in TOML"
_MAX_BYTES = 2**20
"""A profile takes some 3 kB."""


class Geometry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Fan beam. Heights are above the lower face of the transport unit, in metres.

    The reference plane is the vertical centre plane of the unit in a side view; in a view from
    above or below it is the level plane at `source_to_centre_m` from the focal spot. What this
    means for each detector row is in `scanai.scan.fan`.
    """

    source_to_centre_m: float
    """Distance from the focal spot to the reference plane."""
    source_to_detector_m: float
    """Same direction: to the vertical arm in a side view, else to the array below or above."""
    source_height_m: float
    """Of the focal spot; below 0 for a source underneath."""
    view_bottom_m: float
    """Lower edge of the picture in the reference plane: a height in a side view, else y (m from
    the centre plane, negative)."""
    view: Literal["side", "above", "below"] = "side"
    """Where the source is; rows lie across the unit when it is above or below."""
    arm_height_m: float | None = None
    """L-shaped array: height of the level arm that goes on from the top of the vertical one towards
    the source, with the same detectors. None: a flat array. Side view only."""


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
    """What the simulator gets wrong on purpose, as this scanner does.

    Sizes are project estimates for linac scanners with arrays of scintillators on photodiodes,
    unless a source is named; `scanai.synth.recording` says how each one acts. `perfect()` has none.
    """

    level_spread: float = 0.02
    """Relative standard deviation of the open beam from scan to scan."""
    gain_spread: float = 0.03
    """Relative standard deviation of detector gain from row to row."""
    gain_drift: float = 0.002
    """The same, of what changed since the air line was taken: level streaks after correction."""
    nonlinearity: float = 0.004
    """How much less than proportional a detector reads at open beam, as a share of it."""
    dark_spread_counts: float = 20.0
    dark_drift_counts: float = 0.5
    """Standard deviation from row to row of the dark level since its line was taken."""
    dead_rows: float = 0.3
    """Expected number of dead detector rows in one scan."""
    hot_pixel_share: float = 1e-5
    dropout_share: float = 1e-5
    """Share of pixels that read zero because the data of a module was lost for some pulses."""
    missed_pulses: float = 0.1
    """Expected number of pulses in one scan of which the machine made nothing."""
    output_drift: float = 0.01
    """Relative standard deviation of the beam output, pulse to pulse, that is left uncorrected."""
    output_wander: float = 0.005
    """Relative standard deviation of the slow change of the output along the scan."""
    spectrum_drift: float = 0.004
    """Relative standard deviation of the end point, from scan to scan and slowly along each: it
    moves attenuation, and the ratio of two energies, but not the open beam."""
    scatter: float = 0.0002
    """Scattered radiation for each mean free path of matter, as a share of the transmitted one. It
    fills opaque regions, and so belongs with the noise floor."""
    scatter_reach_m: float = 0.5
    """Distance in the reference plane over which it falls to 1/e, along the detector array."""
    focal_spot_mm: float = 2.0
    """Full width at half maximum; 1 to 3 for cargo linacs."""
    aperture: tuple[float, float] = (1.0, 1.0)
    """(along travel, across) width that a detector sees in the reference plane, in pitches."""
    cross_talk: float = 0.01
    """Share of its signal that a detector row loses to each neighbouring row; light that crosses
    the reflector between two crystals, 0.5 to 3 %."""
    afterglow: float = 0.001
    """Share of the signal of a pulse that is read once more in the next pulse. CdWO4 has less than
    0.1 % after 3 ms, CsI(Tl) 1 % and more."""
    afterglow_pulses: float = 2.0
    """Pulses over which it falls to 1/e."""
    interlace: float = 0.5
    """How far along the travel the low energy is seen after the high one, in pitches; 0 where one
    pulse serves both."""
    speed_error: float = 0.01
    """Relative standard deviation of the mean speed from scan to scan: pixels that are not as long
    as the pitch says."""
    speed_wander: float = 0.005
    """Relative standard deviation of the speed along the scan."""
    skew_mrad: float = 2.0
    """Standard deviation, from scan to scan, of the tilt of the fan plane along the travel."""

    @classmethod
    def perfect(cls) -> Imperfections:
        """No imperfection at all: what is left is counting statistics and electronic noise."""
        none = dict.fromkeys(cls.__struct_fields__, 0.0)
        return msgspec.convert(
            none | {"scatter_reach_m": 0.5, "aperture": (0.0, 0.0), "afterglow_pulses": 1.0}, cls
        )


class ScannerProfile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    name: str
    description: str
    energies_mv: tuple[float, ...]
    """End point of each energy in MV, highest first; one or two."""
    pitch_mm: tuple[float, float]
    """(along travel, across) in the reference plane of the geometry; across, of a row of the
    vertical arm where the array is an L."""
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
    content = bounded_bytes(path, _MAX_BYTES, _WHAT, ProfileError)
    profile = from_toml(content, ScannerProfile, path, _WHAT, ProfileError)
    for kept, expected, found in rules(profile):
        if not kept:
            raise ProfileError(path, expected, found)
    # Thresholds and p-values are looked up by name: another scanner must not take those of one.
    ships = path.parent == scanner_profiles_dir()
    if not ships and profile.name in known_profiles() and profile != load_profile(profile.name):
        raise ProfileError(path, "a name that no scanner that ships has", profile.name)
    return profile


def known_profiles() -> tuple[str, ...]:
    """Names of the profiles that ship with ScanAI."""
    return tuple(sorted(path.stem for path in scanner_profiles_dir().glob("*.toml")))
