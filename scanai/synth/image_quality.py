"""Image quality of a simulated scanner by standard test objects: what it shows, in numbers.

Steel blocks, plates and wires in the manner of ANSI N42.46 and IEC 62523, in the middle of the fan:

- penetration: a plate of a fifth of the block's thickness, behind a block of steel;
- step wedge: a step of 10 mm more steel, behind a block;
- contrast: a thin plate behind 100 mm of steel, as a share of it;
- wire: a steel wire across the travel, in air and behind 100 mm of steel;
- staircase: twelve steps of 50 mm steel side by side, to look at.

The standards leave the verdict to people. Here a thing counts as seen when its mean attenuation
exceeds that of equal windows beside it, in the same rows, by at least five standard deviations of
these (Rose's criterion: 3 to 5), in most of several scans. The figures describe the simulator, and
by them a profile can be compared with what a real scanner of its class is sold as; they certify
nothing.
"""

from __future__ import annotations

from bisect import bisect
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import msgspec
import numpy as np
from numpy.typing import NDArray

from scanai.manifest.model import Manifest
from scanai.physics.materials import material
from scanai.scan import calibrate
from scanai.scan.fan import fan, frame
from scanai.scan.model import RawScan, Scan
from scanai.scan.profile import ScannerProfile
from scanai.synth.detect import expected_transmission
from scanai.synth.recording import record
from scanai.synth.scene import Scene, SceneObject, TransportUnit
from scanai.synth.solids import Box, Cylinder, Solid
from scanai.synth.solids.solid import Axis
from scanai.synth.trace import trace
from scanai.synth.view import view

STEEL_KG_M3 = 7850.0
NAMES = ("penetration", "step-wedge", "contrast", "wire-in-air", "wire-in-steel", "staircase")
"""Of the scans to look at."""
SEEN = 5.0
"""Standard deviations."""
_SCANS = 5
"""Of which the majority decides."""
# Thicknesses of blocks, mm. No cargo scanner gets through 600 mm.
_LADDER = tuple(range(20, 601, 10))
_STEP_MM = 10.0
_PLATE_SHARE = 0.2
_BEHIND_MM = 100.0
# Of the staircase, along the travel.
_STAIRS_MM = tuple(range(50, 601, 50))
# ISO 3, series R10: wires in mm, plates in per cent.
_WIRES = (0.25, 0.32, 0.4, 0.5, 0.63, 0.8, 1.0, 1.25, 1.6, 2.0, 2.5, 3.15, 4.0, 5.0, 6.3, 8.0, 10.0)
_CONTRASTS = (0.1, 0.16, 0.25, 0.4, 0.5, 0.63, 0.8, 1.0, 1.25, 1.6, 2.0, 2.5, 3.15, 4.0, 5.0, 6.3)
# Metres: block along the travel and across, plate, wire, air at either end.
_BLOCK, _PLATE, _WIRE, _AIR = 1.2, 0.1, 0.4, 0.3
# Metres of the block that are worth looking at when the object is small.
_LOOK = 0.6
# Of a plate, along and across: its edges are blurred.
_INNER = 0.6
# Rays for each column of a scan of wires, which are thinner than a column.
_FINE = 8


class Figures(msgspec.Struct, frozen=True):
    """None: not even the easiest object of the series is seen."""

    penetration_mm: float | None
    """Thickest steel behind which the plate is seen."""
    wedge_mm: float | None
    """Steel up to which a step of 10 mm is seen."""
    contrast_percent: float | None
    """Thinnest plate seen behind 100 mm of steel, as a share of it."""
    wire_air_mm: float | None
    """Thinnest wire seen in air."""
    wire_steel_mm: float | None
    """Thinnest wire seen behind 100 mm of steel."""


@dataclass(frozen=True)
class ObjectScan:
    """One test object as the scanner shows it, to look at."""

    name: str
    title: str
    """What stands in the beam."""
    raw: RawScan
    region: tuple[slice, slice]
    """(rows, columns) of the object and of the block around it."""


@dataclass(frozen=True)
class ImageQuality:
    figures: Figures
    scans: tuple[ObjectScan, ...]


@dataclass(frozen=True)
class _Target:
    """A block of steel with something behind it. Millimetres of steel along the beam."""

    block_mm: float
    plate_mm: float = 0.0
    wire_mm: float = 0.0
    stairs_mm: tuple[float, ...] = ()

    def __str__(self) -> str:
        if self.stairs_mm:
            return f"steps of {self.stairs_mm[0]:g} to {self.stairs_mm[-1]:g} mm steel"
        thing = f"{self.plate_mm:g} mm plate" if self.plate_mm else f"{self.wire_mm:g} mm wire"
        return f"{thing} behind {self.block_mm:g} mm steel" if self.block_mm else f"{thing} in air"


def image_quality(profile: ScannerProfile, seed: int = 0) -> ImageQuality:
    """The figures of one scanner, and scans to look at: each test object at the limit that was
    found, where one was, and the staircase."""

    def seen(target: _Target) -> bool:
        votes = (
            contrast_to_noise(profile, target, (seed, number)) >= SEEN for number in range(_SCANS)
        )
        return sum(votes) > _SCANS // 2

    plate = [_Target(mm, plate_mm=_PLATE_SHARE * mm) for mm in _LADDER]
    step = [_Target(mm, plate_mm=_STEP_MM) for mm in _LADDER]
    thin = [
        _Target(_BEHIND_MM, plate_mm=share / 100 * _BEHIND_MM) for share in reversed(_CONTRASTS)
    ]
    wire = [_Target(0.0, wire_mm=mm) for mm in reversed(_WIRES)]
    covered = [_Target(_BEHIND_MM, wire_mm=mm) for mm in reversed(_WIRES)]
    last = [_last(series, seen) for series in (plate, step, thin, wire, covered)]
    through, wedge, thinnest, air, in_steel = last
    stairs = _Target(0.0, stairs_mm=_STAIRS_MM)
    return ImageQuality(
        Figures(
            penetration_mm=None if through is None else through.block_mm,
            wedge_mm=None if wedge is None else wedge.block_mm,
            contrast_percent=None if thinnest is None else 100 * thinnest.plate_mm / _BEHIND_MM,
            wire_air_mm=None if air is None else air.wire_mm,
            wire_steel_mm=None if in_steel is None else in_steel.wire_mm,
        ),
        tuple(
            object_scan(name, profile, target, (seed, 0))
            for name, target in zip(NAMES, (*last, stairs), strict=True)
            if target is not None
        ),
    )


def object_scan(
    name: str, profile: ScannerProfile, target: _Target, seed: int | tuple[int, ...]
) -> ObjectScan:
    side = _BLOCK if target.stairs_mm else _LOOK
    along = profile.pitch_mm[0] / 1000
    rows = np.flatnonzero(np.abs(_positions(profile) - _height(profile)) <= side / 2)
    middle = _AIR + _BLOCK / 2
    columns = slice(round((middle - side / 2) / along), round((middle + side / 2) / along))
    raw = _recorded(profile, target, seed)
    return ObjectScan(name, str(target), raw, (slice(rows[0], rows[-1] + 1), columns))


def _last(series: Sequence[_Target], seen: Callable[[_Target], bool]) -> _Target | None:
    """The last that is seen of a series from the easiest to the hardest, found by halving."""
    count = bisect(series, False, key=lambda target: not seen(target))
    return series[count - 1] if count else None


def contrast_to_noise(
    profile: ScannerProfile, target: _Target, seed: int | tuple[int, ...]
) -> float:
    """Standard deviations by which the target is darker than what is beside it, on one scan."""
    scan = calibrate(_recorded(profile, target, seed))
    values = -np.log(np.maximum(_windows(scan, profile, target), scan.noise_floor / 10))
    middle, beside = values[values.size // 2], np.delete(values, _near(values.size))
    spread = float(beside.std(ddof=1))
    return float((middle - beside.mean()) / spread) if spread > 0 else 0.0


def _near(count: int) -> list[int]:
    """The middle window and its neighbours, which the target reaches into."""
    return [count // 2 - 1, count // 2, count // 2 + 1]


def _windows(scan: Scan, profile: ScannerProfile, target: _Target) -> NDArray[np.float64]:
    """Mean transmission of equal windows in a row along the block, the middle one on the target."""
    along = profile.pitch_mm[0] / 1000
    position = _positions(profile)
    high = _PLATE * _INNER if target.plate_mm else _WIRE * _INNER
    # The target lies behind the reference plane; within its inner part that makes no difference.
    rows = np.abs(position - _height(profile)) <= high / 2
    wide = _PLATE * _INNER if target.plate_mm else max(target.wire_mm / 1000, 1.5 * along)
    columns = max(1, round(wide / along))
    half = int((_BLOCK / 2 - _PLATE / 2) / (columns * along))
    middle = (_AIR + _BLOCK / 2) / along
    first = round(middle - (half + 0.5) * columns)
    strip = scan.transmission[0][rows, first : first + (2 * half + 1) * columns]
    means: NDArray[np.float64] = (
        strip.mean(axis=0, dtype=np.float64).reshape(2 * half + 1, columns).mean(axis=1)
    )
    return means


def _recorded(profile: ScannerProfile, target: _Target, seed: int | tuple[int, ...]) -> RawScan:
    fine = _FINE if target.wire_mm else 1
    finer = msgspec.structs.replace(
        profile, pitch_mm=(profile.pitch_mm[0] / fine, profile.pitch_mm[1])
    )
    rays = view(finer, (0.0, _BLOCK + 2 * _AIR))
    columns = rays.x.size // fine
    picture = expected_transmission(trace(_scene(profile, target), rays), profile)
    picture = picture[..., : columns * fine].reshape(*picture.shape[:2], columns, fine).mean(axis=3)
    name = f"TEST-{target.block_mm:g}-{target.plate_mm:g}-{target.wire_mm:g}"
    rng = np.random.default_rng(seed)
    # Whole rows that are dead say nothing of the scanner's image quality.
    whole = _without_dead_rows(profile)
    return record(rng, picture.astype(np.float32), whole, source=f"{name}.tiff", scan_id=name)


def _without_dead_rows(profile: ScannerProfile) -> ScannerProfile:
    flaws = msgspec.structs.replace(profile.imperfections, dead_rows=0.0)
    return msgspec.structs.replace(profile, imperfections=flaws)


def _positions(profile: ScannerProfile) -> NDArray[np.float64]:
    """(H,) m along the reference plane, of each row."""
    return fan(profile.geometry, profile.rows, profile.pitch_mm[1] / 1000).position_m


def _height(profile: ScannerProfile) -> float:
    """Where the objects stand along the reference plane: in the central ray, or as near as fits."""
    position = _positions(profile)
    axes = frame(profile.geometry)
    edge = _BLOCK / 2
    return float(np.clip(axes.source @ axes.upward, position[-1] + edge, position[0] - edge))


def _scene(profile: ScannerProfile, target: _Target) -> Scene:
    axes = frame(profile.geometry)
    middle = axes.source + axes.forward * profile.geometry.source_to_centre_m
    middle = middle + axes.upward * (_height(profile) - middle @ axes.upward)
    x = _AIR + _BLOCK / 2
    steel = material("steel")

    def plate(
        length: float, across: float, near_mm: float, far_mm: float, centre: float = x
    ) -> Solid:
        """Steel between two depths behind the middle."""
        sides = [
            middle + axes.upward * across / 2 + axes.forward * near_mm / 1000,
            middle - axes.upward * across / 2 + axes.forward * far_mm / 1000,
        ]
        low, high = np.minimum(*sides), np.maximum(*sides)
        return Box(
            (centre - length / 2, float(low[0]), float(low[1])),
            (centre + length / 2, float(high[0]), float(high[1])),
        )

    solids: list[Solid] = []
    far = target.block_mm / 2
    if target.block_mm:
        solids.append(plate(_BLOCK, _BLOCK, -far, far))
    if target.plate_mm:
        solids.append(plate(_PLATE, _PLATE, far, far + target.plate_mm))
    if target.wire_mm:
        radius = target.wire_mm / 2000
        place = middle + axes.forward * (far / 1000 + radius)
        axis: Axis = "z" if axes.upward[1] else "y"
        centre = (x, float(place[0]), float(place[1]))
        solids.append(Cylinder(centre, radius, _WIRE, axis))
    stair = _BLOCK / max(1, len(target.stairs_mm))
    for number, mm in enumerate(target.stairs_mm):
        solids.append(plate(stair, _BLOCK, -mm / 2, mm / 2, _AIR + (number + 0.5) * stair))
    objects = tuple(SceneObject(solid, steel, STEEL_KG_M3, "cargo") for solid in solids)
    stand = TransportUnit("test stand", _BLOCK, _BLOCK, _BLOCK, 0.0)
    return Scene(stand, objects, Manifest(), ())
