"""Boxes: along the axes, and turned about one of them."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from scanai.synth.solids.sections import coverage, rectangle, rotated_slice, within
from scanai.synth.solids.solid import Array, Axis, Solid, Vec3, box_around, shifted


@dataclass(frozen=True)
class Box(Solid):
    lo: Vec3
    hi: Vec3

    @property
    def volume(self) -> float:
        return math.prod(b - a for a, b in zip(self.lo, self.hi, strict=True))

    @property
    def bounds(self) -> tuple[Vec3, Vec3]:
        return self.lo, self.hi

    def moved(self, by: Vec3) -> Box:
        return Box(shifted(self.lo, by), shifted(self.hi, by))

    def _rows(self, source_yz: Array, direction_yz: Array) -> Array:
        return rectangle(
            source_yz, direction_yz, (self.lo[1], self.hi[1]), (self.lo[2], self.hi[2])
        )

    def chord(self, x: Array, source_yz: Array, direction_yz: Array) -> Array:
        return self._rows(source_yz, direction_yz) * within(x, self.lo[0], self.hi[0])

    def separable(
        self, x: Array, pitch: float, source_yz: Array, direction_yz: Array
    ) -> tuple[Array, Array]:
        columns = coverage(x, pitch, self.lo[0], self.hi[0])
        return self._rows(source_yz, direction_yz)[:, 0], columns


@dataclass(frozen=True)
class TiltedBox(Solid):
    """A box turned about one axis through its centre.

    Positive angles turn y towards z (axis x), x towards z (axis y: a lean along the travel), or x
    towards y (axis z).
    """

    centre: Vec3
    size: Vec3
    angle_deg: float
    axis: Axis

    @property
    def volume(self) -> float:
        return math.prod(self.size)

    @property
    def bounds(self) -> tuple[Vec3, Vec3]:
        c = abs(math.cos(math.radians(self.angle_deg)))
        s = abs(math.sin(math.radians(self.angle_deg)))
        half = [side / 2 for side in self.size]
        first, second = {"x": (1, 2), "y": (0, 2), "z": (0, 1)}[self.axis]
        a, b = half[first], half[second]
        half[first], half[second] = a * c + b * s, a * s + b * c
        return box_around(self.centre, half)

    def moved(self, by: Vec3) -> TiltedBox:
        return replace(self, centre=shifted(self.centre, by))

    def _rows(self, source_yz: Array, direction_yz: Array) -> Array:
        """Axis x: the ray is turned back instead of the box, whereupon dy may change sign."""
        c, s = math.cos(math.radians(self.angle_deg)), math.sin(math.radians(self.angle_deg))
        back = np.array([[c, -s], [s, c]])
        origin = (source_yz - np.array(self.centre[1:])) @ back
        direction = direction_yz @ back
        direction = np.where(np.abs(direction) < 1e-9, 1e-9, direction)
        half = np.array(self.size[1:]) / 2
        ends = np.stack([(-half - origin) / direction, (half - origin) / direction])
        enter = ends.min(axis=0).max(axis=1)
        leave = ends.max(axis=0).min(axis=1)
        rows: Array = np.maximum(leave - enter, 0.0).astype(np.float32)
        return rows

    def chord(self, x: Array, source_yz: Array, direction_yz: Array) -> Array:
        cx, cy, cz = self.centre
        if self.axis == "x":
            columns = within(x, cx - self.size[0] / 2, cx + self.size[0] / 2)
            return self._rows(source_yz, direction_yz)[:, None] * columns
        if self.axis == "y":
            low, high = rotated_slice(x, (cx, cz), (self.size[0], self.size[2]), self.angle_deg)
            half = np.where(high > low, self.size[1] / 2, 0.0)
            return rectangle(source_yz, direction_yz, (cy - half, cy + half), (low, high))
        low, high = rotated_slice(x, (cx, cy), (self.size[0], self.size[1]), self.angle_deg)
        half_z = self.size[2] / 2
        return rectangle(source_yz, direction_yz, (low, high), (cz - half_z, cz + half_z))

    def separable(
        self, x: Array, pitch: float, source_yz: Array, direction_yz: Array
    ) -> tuple[Array, Array] | None:
        if self.axis != "x":
            return None
        half = self.size[0] / 2
        columns = coverage(x, pitch, self.centre[0] - half, self.centre[0] + half)
        return self._rows(source_yz, direction_yz), columns
