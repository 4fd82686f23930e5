"""The rays of one simulated scan: where each row looks, where the unit is at each column.

Row to ray is the profile's matter (`scanai.scan.fan`), column to place that of the `travel`.
Chords along the rays are in `trace`.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass, replace
from functools import cached_property
from math import ceil

import numpy as np

from scanai.scan.fan import Frame, fan, frame
from scanai.scan.profile import ScannerProfile
from scanai.synth.solids import Array, Solid
from scanai.synth.travel import EVEN, Travel

Window = tuple[slice, slice]

# The chord of a plumb ray is that of one which leaves the plumb by 0.3 mm in a metre: solids divide
# by the y component, which float32 still carries there.
_PLUMB = 3e-4
# Nearer than this to the focal spot, m, nothing is looked for.
_NEAREST = 0.05
# A skew that moves nothing by this share of a column is none.
_LEAST_LAG = 0.05


@dataclass(frozen=True)
class View:
    """The rays of one scan: row 0 at the top, column 0 at the lowest x. Metres."""

    x: Array
    """(W,) centre of each column, rising."""
    step: Array
    """(W,) travel from one column to the next."""
    source_yz: Array
    """(2,)"""
    direction_yz: Array
    """(H, 2) unit vectors along the rays, turned so that y is positive: chords are those of whole
    lines, and solids take no other."""
    slope: Array
    """(H,) tangent of the angle to the central ray, falling."""
    width: Array
    """(H,) of the strip that each row covers across its ray, in the reference plane."""
    pitch: tuple[float, float]
    """(along travel, across) in the reference plane, as the profile has it."""
    axes: Frame
    lag: Array | None = None
    """(H,) columns by which a row is late, because the fan plane is tilted; None: not tilted."""

    @property
    def shape(self) -> tuple[int, int]:
        return self.slope.size, self.x.size

    @cached_property
    def margin(self) -> int:
        """Columns that the most skewed row reaches beyond the picture."""
        return 0 if self.lag is None else ceil(float(np.abs(self.lag).max())) + 1

    @cached_property
    def upright(self) -> View:
        """The same rays without lag, `margin` columns more at either end."""
        if self.lag is None:
            return self
        beyond = self.step[0] * np.arange(1, self.margin + 1, dtype=np.float32)
        x = np.concatenate([self.x[0] - beyond[::-1], self.x, self.x[-1] + beyond])
        return replace(self, x=x, step=np.pad(self.step, self.margin, mode="edge"), lag=None)

    @cached_property
    def _columns(self) -> list[float]:
        return self.x.tolist()  # type: ignore[no-any-return]

    @cached_property
    def _slopes(self) -> list[float]:
        return self.slope[::-1].tolist()  # type: ignore[no-any-return]

    @cached_property
    def _forward_is_y(self) -> bool:
        return bool(self.axes.forward[1] == 0)

    def window(self, solid: Solid) -> Window | None:
        """Rows and columns that the solid can touch; None when it lies outside the view.

        Lag is not looked at: that is done with what was seen by the `upright` view.
        """
        (x0, y0, z0), (x1, y1, z1) = solid.bounds
        half = self.pitch[0] / 2
        first, last = bisect_left(self._columns, x0 - half), bisect_right(self._columns, x1 + half)
        if first >= last:
            return None
        low, high = self._rising(*self._reach((y0, y1), (z0, z1)))
        if low >= high:
            return None
        rows = len(self._slopes)
        return slice(rows - high, rows - low), slice(first, last)

    def _reach(
        self, y: tuple[float, float], z: tuple[float, float]
    ) -> tuple[tuple[float, float], tuple[float, float]]:
        """(nearest, farthest), (lowest, highest) as seen from the source."""
        source_y, source_z = float(self.source_yz[0]), float(self.source_yz[1])
        if self._forward_is_y:
            return (y[0] - source_y, y[1] - source_y), (z[0] - source_z, z[1] - source_z)
        side = (y[0] - source_y, y[1] - source_y)
        if self.axes.forward[1] < 0:
            return (source_z - z[1], source_z - z[0]), side
        return (z[0] - source_z, z[1] - source_z), side

    def _rising(self, depth: tuple[float, float], side: tuple[float, float]) -> tuple[int, int]:
        """First and last row, counted from the bottom, that a rectangle seen so can touch."""
        near, far = max(depth[0], _NEAREST), depth[1]
        if far < _NEAREST:
            return 0, 0
        least = min(side[0] / near, side[0] / far)
        most = max(side[1] / near, side[1] / far)
        return bisect_left(self._slopes, least), bisect_right(self._slopes, most)


def view(profile: ScannerProfile, x_range: tuple[float, float], travel: Travel = EVEN) -> View:
    """Rays of a scan from x_range[0] to x_range[1], m, which moved past the fan as given."""
    along, across = (pitch / 1000 for pitch in profile.pitch_mm)
    rays = fan(profile.geometry, profile.rows, across)
    columns = round((x_range[1] - x_range[0]) / (along * travel.speed))
    step = along * travel.speeds(np.arange(0.5, columns) * along)
    x = x_range[0] + np.cumsum(step) - step / 2
    direction = np.where(rays.direction_yz[:, :1] < 0, -rays.direction_yz, rays.direction_yz)
    direction[:, 0] = np.maximum(direction[:, 0], _PLUMB)
    lag = travel.tilt * (rays.position_m - rays.position_m.mean()) / along
    return View(
        x=x.astype(np.float32),
        step=step.astype(np.float32),
        source_yz=rays.source_yz.astype(np.float32),
        direction_yz=direction.astype(np.float32),
        slope=rays.slope.astype(np.float32),
        width=rays.width_m.astype(np.float32),
        pitch=(along, across),
        axes=frame(profile.geometry),
        lag=lag.astype(np.float32) if np.abs(lag).max() > _LEAST_LAG else None,
    )


def sheared(picture: Array, window: Window, rays: View) -> tuple[Window, Array] | None:
    """What the upright view of `rays` saw in `window`, moved to where the tilted fan has it.

    Linear between columns, so that mass is kept; None when nothing of it stays in the picture.
    """
    if rays.lag is None:
        return window, picture
    rows, columns = window
    margin, width = rays.margin, picture.shape[1]
    wide = np.zeros((picture.shape[0], width + 2 * margin), np.float32)
    lag = rays.lag[rows]
    whole = np.floor(lag).astype(np.int64)
    part = (lag - whole)[:, None]
    for late in np.unique(whole).tolist():
        at = np.flatnonzero(whole == late)
        band = slice(int(at[0]), int(at[-1]) + 1)  # the lag rises or falls from the first row on
        share = part[band]
        start = margin + late
        wide[band, start : start + width] += picture[band] * (1 - share)
        wide[band, start + 1 : start + 1 + width] += picture[band] * share
    # The upright view begins `margin` columns before the picture, and `wide` as many before that.
    left = columns.start - 2 * margin
    first, last = max(left, 0), min(left + wide.shape[1], rays.x.size)
    if first >= last:
        return None
    return (rows, slice(first, last)), wide[:, first - left : last - left]
