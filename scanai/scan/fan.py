"""Where each detector row looks: the one mapping from row to ray that a scanner profile implies.

The simulator casts its rays by it, the inspector turns rows into heights and areal density into
mass by it. World axes, metres: y across the transport unit with its centre plane at y = 0, z up
from its lower face. What lies in the way of a ray is not here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

if TYPE_CHECKING:
    from scanai.scan.profile import Geometry

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Frame:
    """Two directions in the plane of the fan, and where the focal spot is. All (2,) as (y, z)."""

    source: Floats
    forward: Floats
    """Unit vector from the source across the reference plane."""
    upward: Floats
    """Unit vector along the reference plane, from the last row of the picture to the first."""


@dataclass(frozen=True)
class Fan:
    """The rays of all rows of a picture; row 0 is the top one."""

    source_yz: Floats
    """(2,)"""
    direction_yz: Floats
    """(H, 2) unit vectors from the source to the detector."""
    slope: Floats
    """(H,) tangent of the angle between ray and central ray, falling from the first row on."""
    position_m: Floats
    """(H,) where the ray crosses the reference plane: height in a side view, y in the others."""
    width_m: Floats
    """(H,) of the strip that the row covers, across its ray, in the reference plane: times the
    pitch along the travel and areal density it is mass."""


def frame(geometry: Geometry) -> Frame:
    """Side view: the beam goes towards +y. From above or below: towards −z or +z, +y on top."""
    if geometry.view == "side":
        source, forward = (-geometry.source_to_centre_m, geometry.source_height_m), (1.0, 0.0)
        return Frame(np.array(source), np.array(forward), np.array((0.0, 1.0)))
    forward = (0.0, -1.0) if geometry.view == "above" else (0.0, 1.0)
    source = (0.0, geometry.source_height_m)
    return Frame(np.array(source), np.array(forward), np.array((1.0, 0.0)))


def fan(geometry: Geometry, rows: int, pitch_m: float) -> Fan:
    """Rays of a picture of so many rows; `pitch_m` across the travel, in the reference plane."""
    axes = frame(geometry)
    depth, side, on_arm = _reach(geometry, (rows - np.arange(0.5, rows)) * pitch_m)
    length = np.hypot(depth, side)
    direction = np.outer(depth, axes.forward) + np.outer(side, axes.upward)
    slope = side / depth
    # A detector as long as the pitch magnified, seen aslant, at the distance of the reference plane
    # instead of its own.
    magnified = pitch_m * geometry.source_to_detector_m / geometry.source_to_centre_m
    seen = magnified * np.where(on_arm, np.abs(side), depth) / length
    return Fan(
        source_yz=axes.source,
        direction_yz=direction / length[:, None],
        slope=slope,
        position_m=_across(axes) + geometry.source_to_centre_m * slope,
        width_m=seen * geometry.source_to_centre_m / depth,
    )


def position_m(geometry: Geometry, from_edge_m: ArrayLike) -> Floats:
    """Where rays cross the reference plane, by their distance from the picture's lower edge.

    from_edge_m: rows above the lower edge × pitch across, m; the result has its shape.
    """
    depth, side, _ = _reach(geometry, np.asarray(from_edge_m, np.float64))
    position: Floats = _across(frame(geometry)) + geometry.source_to_centre_m * side / depth
    return position


def _across(axes: Frame) -> float:
    """Coordinate of the source along the reference plane."""
    return float(axes.source @ axes.upward)


def _reach(geometry: Geometry, from_edge_m: Floats) -> tuple[Floats, Floats, NDArray[np.bool_]]:
    """Each detector as seen from the source: forward, upward, and whether it is on the upper arm.

    The array is one band of equal detectors. In an L it turns at the corner, back to the source.
    """
    across = _across(frame(geometry))
    magnification = geometry.source_to_detector_m / geometry.source_to_centre_m
    side = (geometry.view_bottom_m + from_edge_m - across) * magnification
    depth = np.full(side.shape, geometry.source_to_detector_m)
    if geometry.arm_height_m is None:
        return depth, side, np.zeros(side.shape, np.bool_)
    corner = geometry.arm_height_m - across
    beyond = np.maximum(side - corner, 0.0)
    return depth - beyond, np.minimum(side, corner), beyond > 0


def slopes_to(
    geometry: Geometry, half_width_m: float, bottom_m: float, top_m: float
) -> tuple[float, float]:
    """Lowest and highest slope of the rays that meet a unit of that size, for `Fan.slope`."""
    axes = frame(geometry)
    corners = np.array([(y, z) for y in (-half_width_m, half_width_m) for z in (bottom_m, top_m)])
    seen = corners - axes.source
    slope = (seen @ axes.upward) / np.maximum(seen @ axes.forward, 1e-6)
    return float(slope.min()), float(slope.max())
