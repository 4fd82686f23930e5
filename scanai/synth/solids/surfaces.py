"""Solids whose section changes along the travel: heaps, prisms and corrugated sheets."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from scanai.synth.solids.sections import coverage, rectangle, within
from scanai.synth.solids.solid import Array, Solid, Vec3, shifted


@dataclass(frozen=True)
class Heap(Solid):
    """Bulk goods: between two walls y[0] and y[1], top height piecewise linear in x."""

    x: tuple[float, ...]
    """Increasing."""
    top: tuple[float, ...]
    """Height of the surface at each x, not below `bottom`."""
    y: tuple[float, float]
    bottom: float

    @property
    def volume(self) -> float:
        top = np.asarray(self.top) - self.bottom
        area = float(np.sum((top[1:] + top[:-1]) / 2 * np.diff(self.x)))
        return area * (self.y[1] - self.y[0])

    @property
    def bounds(self) -> tuple[Vec3, Vec3]:
        return (self.x[0], self.y[0], self.bottom), (self.x[-1], self.y[1], max(self.top))

    def moved(self, by: Vec3) -> Heap:
        return Heap(
            tuple(x + by[0] for x in self.x),
            tuple(z + by[2] for z in self.top),
            (self.y[0] + by[1], self.y[1] + by[1]),
            self.bottom + by[2],
        )

    def chord(self, x: Array, source_yz: Array, direction_yz: Array) -> Array:
        top = np.interp(x, self.x, self.top, left=self.bottom, right=self.bottom)
        far = np.where(top > self.bottom, self.y[1], self.y[0])
        return rectangle(source_yz, direction_yz, (self.y[0], far), (self.bottom, top))


@dataclass(frozen=True)
class Prism(Solid):
    """Of the same outline, seen from the side, from y[0] to y[1]: both edges piecewise linear in x.

    Wedges, tapering beams, the side of a cab. An edge that is upright needs two x a hair apart.
    """

    x: tuple[float, ...]
    """Increasing."""
    bottom: tuple[float, ...]
    top: tuple[float, ...]
    """At each x, not below `bottom`."""
    y: tuple[float, float]

    @property
    def volume(self) -> float:
        high = np.asarray(self.top) - np.asarray(self.bottom)
        area = float(np.sum((high[1:] + high[:-1]) / 2 * np.diff(self.x)))
        return area * (self.y[1] - self.y[0])

    @property
    def bounds(self) -> tuple[Vec3, Vec3]:
        return (
            (self.x[0], self.y[0], min(self.bottom)),
            (self.x[-1], self.y[1], max(self.top)),
        )

    def moved(self, by: Vec3) -> Prism:
        return Prism(
            tuple(x + by[0] for x in self.x),
            tuple(z + by[2] for z in self.bottom),
            tuple(z + by[2] for z in self.top),
            (self.y[0] + by[1], self.y[1] + by[1]),
        )

    def chord(self, x: Array, source_yz: Array, direction_yz: Array) -> Array:
        top = np.interp(x, self.x, self.top)
        bottom = np.interp(x, self.x, self.bottom)
        there = (x >= self.x[0]) & (x <= self.x[-1]) & (top > bottom)
        far = np.where(there, self.y[1], self.y[0])
        return rectangle(source_yz, direction_yz, (self.y[0], far), (bottom, top))


@dataclass(frozen=True)
class Corrugated(Solid):
    """A corrugated sheet in the x–z plane, in the middle of lo[1] and hi[1].

    A quarter of each period runs at the crest, a quarter in the trough and the rest on the slopes,
    where a ray across meets more of the sheet: this is what draws the faint vertical lines of a
    container wall. The sheet is taken as flat with that thickness; its swing in y, some 36 mm, only
    moves its upper and lower edge by a pixel.
    """

    lo: Vec3
    hi: Vec3
    period: float
    depth: float
    thickness: float

    @property
    def _slope_factor(self) -> float:
        return math.hypot(1.0, 4 * self.depth / self.period)

    @property
    def volume(self) -> float:
        face = (self.hi[0] - self.lo[0]) * (self.hi[2] - self.lo[2])
        return face * self.thickness * (1 + self._slope_factor) / 2

    @property
    def bounds(self) -> tuple[Vec3, Vec3]:
        return self.lo, self.hi

    def moved(self, by: Vec3) -> Corrugated:
        return replace(self, lo=shifted(self.lo, by), hi=shifted(self.hi, by))

    def sheet_thickness(self, x: Array) -> Array:
        """Along y at each x, m."""
        quarter = np.floor((x - self.lo[0]) * (4 / self.period)).astype(np.int64) % 2
        thickness = np.where(quarter == 1, self.thickness * self._slope_factor, self.thickness)
        return thickness.astype(np.float32)

    def _rows(self, source_yz: Array, direction_yz: Array) -> Array:
        """Length of ray for each metre of sheet, where the ray meets the sheet."""
        middle = (self.lo[1] + self.hi[1]) / 2
        slope = direction_yz[:, 1] / direction_yz[:, 0]
        height = source_yz[1] + (middle - source_yz[0]) * slope
        meets = (height >= self.lo[2]) & (height <= self.hi[2])
        rows: Array = (meets / direction_yz[:, 0]).astype(np.float32)
        return rows

    def chord(self, x: Array, source_yz: Array, direction_yz: Array) -> Array:
        columns = self.sheet_thickness(x) * within(x, self.lo[0], self.hi[0])
        return self._rows(source_yz, direction_yz)[:, None] * columns

    def separable(
        self, x: Array, pitch: float, source_yz: Array, direction_yz: Array
    ) -> tuple[Array, Array]:
        columns = self.sheet_thickness(x) * coverage(x, pitch, self.lo[0], self.hi[0])
        return self._rows(source_yz, direction_yz), columns
