"""What a scanner profile must keep beyond its types: values that agree and that can be.

Reading the file is in `profile`, which turns a rule that is not kept into a ProfileError.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from scanai.scan.profile import Geometry, Imperfections, ScannerProfile

Rule = tuple[bool, str, str]
"""(kept, expected, found)"""

# A factor far from 1 is no calibration of this beam but a slip; 0.5 to 2 are usual.
_FACTORS = (0.1, 10.0)
# Pitches in metres or micrometres are such a slip as well.
_PITCH_MM = (0.5, 50.0)
_FARTHEST_M = 100.0
_LEAST_ABOVE_M, _LEAST_ROOF_M, _HIGHEST_REFERENCE_M = 2.9, 2.0, 3.0
"""A source from above clears a high-cube container, an array above the unit at least a van."""

# Imperfections are shares, 0 to 1, but for these.
_ABOVE_ZERO = ("scatter_reach_m", "afterglow_pulses")
_AMOUNTS = (
    "dark_spread_counts",
    "dark_drift_counts",
    "dead_rows",
    "missed_pulses",
    "focal_spot_mm",
    "skew_mrad",
)
# Half of its signal to either side is all that a detector row can lose.
_MOST = {"cross_talk": 0.5, "aperture": 4.0}


def rules(profile: ScannerProfile) -> Iterator[Rule]:
    """All rules; later ones may assume that the earlier ones are kept."""
    yield from _energy_rules(profile)
    yield from _picture_rules(profile)
    yield from _signal_rules(profile)
    yield from _geometry_rules(profile.geometry, profile)
    yield from _imperfection_rules(profile.imperfections)


def _energy_rules(profile: ScannerProfile) -> tuple[Rule, ...]:
    energies = profile.energies_mv
    count = len(energies)
    channels = {profile.file.high_channel, profile.file.low_channel}
    return (
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
    )


def _picture_rules(profile: ScannerProfile) -> tuple[Rule, ...]:
    low, high = profile.open_beam_range
    return (
        (profile.rows > 0, "rows > 0", f"{profile.rows}"),
        (profile.name.strip() != "", "a name", "none"),
        (
            all(_PITCH_MM[0] <= pitch <= _PITCH_MM[1] for pitch in profile.pitch_mm),
            f"pitch_mm within {_PITCH_MM[0]:g} and {_PITCH_MM[1]:g}",
            f"{list(profile.pitch_mm)}",
        ),
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
    )


def _signal_rules(profile: ScannerProfile) -> Iterator[Rule]:
    most = profile.saturation_counts
    for number, factors in enumerate(profile.spectral):
        for name, value in msgspec.structs.asdict(factors).items():
            yield (
                _FACTORS[0] <= value <= _FACTORS[1],
                f"spectral[{number}].{name} within {_FACTORS[0]:g} and {_FACTORS[1]:g}",
                f"{value}",
            )
    quanta, spread = profile.noise.quanta_open_beam, profile.noise.electronic_counts
    yield (
        all(1 <= value < math.inf for value in quanta),
        "noise.quanta_open_beam of 1 or more",
        f"{list(quanta)}",
    )
    yield 0 <= spread < most, f"noise.electronic_counts within 0 and {most}", f"{spread}"
    yield (
        all(0 < value <= most for value in profile.open_beam_counts),
        f"open_beam_counts above 0, at most {most}",
        f"{list(profile.open_beam_counts)}",
    )
    for key, levels in (
        ("dark_counts", (profile.dark_counts,)),
        ("file.dark_counts", profile.file.dark_counts),
    ):
        yield (
            all(0 <= level < most for level in levels),
            f"{key} from 0 to below {most}",
            f"{list(levels)}",
        )


def _geometry_rules(view: Geometry, profile: ScannerProfile) -> tuple[Rule, ...]:
    distances: Rule = (
        0 < view.source_to_centre_m < view.source_to_detector_m < _FARTHEST_M,
        f"geometry.source_to_centre_m below source_to_detector_m, that below {_FARTHEST_M:g}",
        f"{view.source_to_centre_m} and {view.source_to_detector_m}",
    )
    heights: Rule = (
        max(abs(view.source_height_m), abs(view.view_bottom_m)) < _FARTHEST_M,
        f"geometry.source_height_m and view_bottom_m within ±{_FARTHEST_M:g}",
        f"{view.source_height_m} and {view.view_bottom_m}",
    )
    upright = () if view.view == "side" or not distances[0] else _upright_rules(view)
    arm = view.arm_height_m
    if arm is None or not distances[0]:
        return (distances, heights, *upright)
    magnification = view.source_to_detector_m / view.source_to_centre_m
    array = profile.rows * profile.pitch_mm[1] / 1000 * magnification
    foot = view.source_height_m + (view.view_bottom_m - view.source_height_m) * magnification
    reach = array - (arm - foot)
    return (
        heights,
        (view.view == "side", "geometry.arm_height_m in a side view only", view.view),
        (
            arm > max(view.source_height_m, foot),
            "geometry.arm_height_m above the source and the lower end of the array",
            f"{arm}",
        ),
        (
            reach < view.source_to_detector_m,
            "rows on the level arm that end before the source",
            f"an arm of {reach:.2f} m at source_to_detector_m {view.source_to_detector_m}",
        ),
    )


def _upright_rules(view: Geometry) -> tuple[Rule, ...]:
    """A view from above or below: heights in m above the lower face of the unit."""
    above = view.view == "above"
    away = -1 if above else 1
    reference = view.source_height_m + away * view.source_to_centre_m
    array = view.source_height_m + away * view.source_to_detector_m
    source = f"of {_LEAST_ABOVE_M:g} and more" if above else "below 0"
    detectors = "at 0 or below it" if above else f"at {_LEAST_ROOF_M:g} or above it"
    return (
        (
            view.source_height_m >= _LEAST_ABOVE_M if above else view.source_height_m < 0,
            f"geometry.source_height_m {source}, seen from {view.view}, in m above the lower face "
            "of the unit",
            f"{view.source_height_m}",
        ),
        (
            0 <= reference <= _HIGHEST_REFERENCE_M,
            "geometry.source_height_m and source_to_centre_m with a reference plane 0 to "
            f"{_HIGHEST_REFERENCE_M:g} m above the lower face of the unit",
            f"one at {reference:.2f} m",
        ),
        (
            array <= 0 if above else array >= _LEAST_ROOF_M,
            "geometry.source_height_m and source_to_detector_m with detectors "
            f"{detectors}, seen from {view.view}, in m above the lower face of the unit",
            f"some at {array:.2f} m",
        ),
    )


def _imperfection_rules(flaws: Imperfections) -> Iterator[Rule]:
    for name, value in msgspec.structs.asdict(flaws).items():
        key = f"imperfections.{name}"
        if name == "aperture":
            yield (
                all(0 <= width <= _MOST[name] for width in value),
                f"{key} within 0 and 4",
                f"{list(value)}",
            )
        elif name in _ABOVE_ZERO:
            yield 0 < value < math.inf, f"{key} above 0", f"{value}"
        elif name in _AMOUNTS:
            yield 0 <= value < math.inf, f"{key} of 0 or more", f"{value}"
        else:
            most = _MOST.get(name, 1.0)
            yield 0 <= value <= most, f"{key} within 0 and {most:g}", f"{value}"
