"""Rings of round section. Their chord is a quartic, and each axis has its own way round it."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from scanai.synth.solids.sections import circle, half_width
from scanai.synth.solids.solid import Array, Axis, Solid, Vec3, box_around, shifted


@dataclass(frozen=True)
class Torus(Solid):
    """A ring of round section; with `wall` only the wall of the tube, as in a tyre."""

    centre: Vec3
    radius: float
    """From the centre to the middle of the tube."""
    tube_radius: float
    axis: Axis
    wall: float = 0.0
    """0: full."""

    @property
    def volume(self) -> float:
        hole = self.tube_radius - self.wall if self.wall > 0 else 0.0
        return 2 * math.pi**2 * self.radius * (self.tube_radius**2 - hole**2)

    @property
    def bounds(self) -> tuple[Vec3, Vec3]:
        half = [self.radius + self.tube_radius] * 3
        half["xyz".index(self.axis)] = self.tube_radius
        return box_around(self.centre, half)

    def moved(self, by: Vec3) -> Torus:
        return replace(self, centre=shifted(self.centre, by))

    def chord(self, x: Array, source_yz: Array, direction_yz: Array) -> Array:
        chord = self._full(x, source_yz, direction_yz, self.tube_radius)
        if self.wall > 0:
            chord -= self._full(x, source_yz, direction_yz, self.tube_radius - self.wall)
        return chord

    def _full(self, x: Array, source_yz: Array, direction_yz: Array, tube: float) -> Array:
        if self.axis == "x":
            half = half_width(x, self.centre[0], tube)
            centre = self.centre[1:]
            outer = circle(source_yz, direction_yz, centre, (self.radius + half) ** 2)
            outer -= circle(source_yz, direction_yz, centre, (self.radius - half) ** 2)
            return outer
        if self.axis == "y":
            return self._across(x, source_yz, direction_yz, tube)
        return self._sampled(x, source_yz, direction_yz, tube)

    def _across(self, x: Array, source_yz: Array, direction_yz: Array, tube: float) -> Array:
        """Axis y: the distance from the axis is taken as linear in y over the width of the tube.

        That turns the quartic into a quadratic; it is off by some 0.1 mm for a tyre.
        """
        _, cy, cz = self.centre
        slope = (direction_yz[:, 1] / direction_yz[:, 0])[:, None]
        height = source_yz[1] - cz + (cy - source_yz[0]) * slope
        away = np.sqrt(np.square(x - np.float32(self.centre[0])) + height * height)
        rise = slope * height / np.maximum(away, np.float32(1e-6))
        stretch = 1 + rise * rise
        away -= np.float32(self.radius)
        chord: Array = np.sqrt(np.maximum(stretch * np.float32(tube**2) - away * away, 0))
        chord *= 2 / (stretch * direction_yz[:, :1])
        return chord

    def _sampled(self, x: Array, source_yz: Array, direction_yz: Array, tube: float) -> Array:
        """Axis z: the quartic is not solved but followed in steps of y, edges interpolated.

        Steps of a tenth of the tube leave the chord within about 1 % of the tube's width: far
        dearer than the other axes.
        """
        _, cy, cz = self.centre
        reach = self.radius + tube
        steps = math.ceil(20 * reach / tube)
        slope = (direction_yz[:, 1] / direction_yz[:, 0])[:, None]
        step = np.float32(2 * reach / steps)
        inside = np.zeros((direction_yz.shape[0], x.size), np.float32)
        before: Array | None = None
        u_squared = np.square(x - np.float32(self.centre[0]))[None, :]
        for y in np.linspace(cy - reach, cy + reach, steps + 1, dtype=np.float32):
            height = source_yz[1] - cz + (y - source_yz[0]) * slope
            ring = np.sqrt(u_squared + np.float32((y - cy) ** 2)) - np.float32(self.radius)
            now = np.float32(tube**2) - ring * ring - height * height
            if before is not None:
                # Share of the step with the function above zero, it being taken as linear.
                positive = np.maximum(before, 0) + np.maximum(now, 0)
                total = np.abs(before) + np.abs(now)
                inside += positive / np.maximum(total, np.float32(1e-12))
            before = now
        inside *= step
        inside /= direction_yz[:, :1]
        return inside
