"""Cylinders, tubes and ellipsoids: sections are discs and rectangles, every chord is exact."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from scanai.synth.solids.sections import circle, coverage, half_width, rectangle, within
from scanai.synth.solids.solid import Array, Axis, Solid, Vec3, box_around, shifted


@dataclass(frozen=True)
class Cylinder(Solid):
    """A cylinder, or a tube when the inner radius is above zero."""

    centre: Vec3
    radius: float
    length: float
    axis: Axis
    inner_radius: float = 0.0

    @property
    def volume(self) -> float:
        return math.pi * (self.radius**2 - self.inner_radius**2) * self.length

    @property
    def bounds(self) -> tuple[Vec3, Vec3]:
        half = [self.radius] * 3
        half["xyz".index(self.axis)] = self.length / 2
        return box_around(self.centre, half)

    def moved(self, by: Vec3) -> Cylinder:
        return replace(self, centre=shifted(self.centre, by))

    def _rows(self, source_yz: Array, direction_yz: Array) -> Array:
        centre = self.centre[1:]
        chord = circle(source_yz, direction_yz, centre, self.radius**2)
        if self.inner_radius > 0:
            chord -= circle(source_yz, direction_yz, centre, self.inner_radius**2)
        return chord

    def _full(self, x: Array, source_yz: Array, direction_yz: Array, radius: float) -> Array:
        cx, cy, cz = self.centre
        half = half_width(x, cx, radius)
        end = self.length / 2
        if self.axis == "z":
            y, z = (cy - half, cy + half), (cz - end, cz + end)
            return rectangle(source_yz, direction_yz, y, z)
        depth = np.where(half > 0, np.float32(end), np.float32(0))
        y, z_slice = (cy - depth, cy + depth), (cz - half, cz + half)
        return rectangle(source_yz, direction_yz, y, z_slice)

    def chord(self, x: Array, source_yz: Array, direction_yz: Array) -> Array:
        if self.axis == "x":
            low, high = self.centre[0] - self.length / 2, self.centre[0] + self.length / 2
            return self._rows(source_yz, direction_yz) * within(x, low, high)
        chord = self._full(x, source_yz, direction_yz, self.radius)
        if self.inner_radius > 0:
            chord -= self._full(x, source_yz, direction_yz, self.inner_radius)
        return chord

    def separable(
        self, x: Array, pitch: float, source_yz: Array, direction_yz: Array
    ) -> tuple[Array, Array] | None:
        if self.axis != "x":
            return None
        half = self.length / 2
        columns = coverage(x, pitch, self.centre[0] - half, self.centre[0] + half)
        return self._rows(source_yz, direction_yz)[:, 0], columns


@dataclass(frozen=True)
class EllipticCylinder(Solid):
    """An upright cylinder of elliptic section: a row of bottles across the unit drawn as one."""

    centre: Vec3
    semi_axes: tuple[float, float]
    """Along x and along y."""
    height: float

    @property
    def volume(self) -> float:
        return math.pi * math.prod(self.semi_axes) * self.height

    @property
    def bounds(self) -> tuple[Vec3, Vec3]:
        return box_around(self.centre, (*self.semi_axes, self.height / 2))

    def moved(self, by: Vec3) -> EllipticCylinder:
        return replace(self, centre=shifted(self.centre, by))

    def chord(self, x: Array, source_yz: Array, direction_yz: Array) -> Array:
        cx, cy, cz = self.centre
        along, across = self.semi_axes
        half = half_width(x, cx, along) * np.float32(across / along)
        end = self.height / 2
        return rectangle(source_yz, direction_yz, (cy - half, cy + half), (cz - end, cz + end))


@dataclass(frozen=True)
class Ellipsoid(Solid):
    centre: Vec3
    semi_axes: Vec3

    @property
    def volume(self) -> float:
        return 4 / 3 * math.pi * math.prod(self.semi_axes)

    @property
    def bounds(self) -> tuple[Vec3, Vec3]:
        return box_around(self.centre, self.semi_axes)

    def moved(self, by: Vec3) -> Ellipsoid:
        return replace(self, centre=shifted(self.centre, by))

    def chord(self, x: Array, source_yz: Array, direction_yz: Array) -> Array:
        # y and z divided by their semi-axes make the section a disc of radius sqrt(1 − u²).
        scale = np.asarray(self.semi_axes[1:], np.float32)
        stretched = direction_yz / scale
        norm = np.linalg.norm(stretched, axis=1, keepdims=True)
        u = (x - self.centre[0]) / self.semi_axes[0]
        centre = (self.centre[1] / scale[0], self.centre[2] / scale[1])
        chord = circle(source_yz / scale, stretched / norm, centre, 1.0 - u * u)
        chord /= norm
        return chord
