"""Lying vessels with dished ends, whole, as a shell, or as the liquid in them."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from scanai.synth.solids.sections import circle
from scanai.synth.solids.solid import Array, Solid, Vec3, box_around, shifted

# Slope of a ray that counts as level.
_LEVEL = 1e-6


@dataclass(frozen=True)
class Vessel(Solid):
    """A cylinder along x between two half ellipsoids: body of a tank, its shell, its liquid."""

    centre: Vec3
    radius: float
    length: float
    """Of the cylindrical part, m."""
    dish: float
    """How far each end bulges, m."""
    wall: float = 0.0
    """Of the shell, m; 0: full."""
    level: float | None = None
    """Height z that it is filled to; None: to the top."""

    @property
    def _hole(self) -> Vessel:
        """What the shell encloses."""
        return replace(
            self, radius=self.radius - self.wall, dish=self.dish - self.wall, wall=0.0, level=None
        )

    @property
    def _depth(self) -> float:
        """Of the liquid's surface above the axis, between −radius and radius."""
        if self.level is None:
            return self.radius
        return min(max(self.level - self.centre[2], -self.radius), self.radius)

    @property
    def volume(self) -> float:
        r, h = self.radius, self._depth
        segment = r**2 * math.acos(-h / r) + h * math.sqrt(r**2 - h**2)
        ends = self.dish / r * math.pi / 3 * (h + r) ** 2 * (2 * r - h)
        full = segment * self.length + ends
        return full - self._hole.volume if self.wall > 0 else full

    @property
    def bounds(self) -> tuple[Vec3, Vec3]:
        half = (self.length / 2 + self.dish, self.radius, self.radius)
        (lo, hi) = box_around(self.centre, half)
        return lo, (hi[0], hi[1], self.centre[2] + self._depth)

    def moved(self, by: Vec3) -> Vessel:
        level = None if self.level is None else self.level + by[2]
        return replace(self, centre=shifted(self.centre, by), level=level)

    def chord(self, x: Array, source_yz: Array, direction_yz: Array) -> Array:
        radius_squared = self._radius_squared(x)
        if self.level is not None:
            return self._below(radius_squared, source_yz, direction_yz)
        chord = circle(source_yz, direction_yz, self.centre[1:], radius_squared)
        if self.wall > 0:
            chord -= self._hole.chord(x, source_yz, direction_yz)
        return chord

    def _radius_squared(self, x: Array) -> Array:
        """(W,) of the section; negative beyond the ends."""
        beyond = np.maximum(np.abs(x - self.centre[0]) - self.length / 2, 0.0)
        squared: Array = (self.radius**2 * (1.0 - (beyond / self.dish) ** 2)).astype(np.float32)
        return squared

    def _below(self, radius_squared: Array, source_yz: Array, direction_yz: Array) -> Array:
        """The disc's part below the level: where the ray passes it, one end moves to there."""
        half = circle(source_yz, direction_yz, self.centre[1:], radius_squared) / 2
        offset = np.asarray(self.centre[1:], np.float32) - source_yz
        nearest = (direction_yz @ offset)[:, None]
        rise = direction_yz[:, 1:]
        rise = np.where(np.abs(rise) < _LEVEL, np.float32(_LEVEL), rise)
        level = self.centre[2] + self._depth
        passes = (np.float32(level) - source_yz[1]) / rise
        enter, leave = nearest - half, nearest + half
        enter = np.where(rise > 0, enter, np.maximum(enter, passes))
        leave = np.where(rise > 0, np.minimum(leave, passes), leave)
        chord: Array = np.maximum(leave - enter, 0.0).astype(np.float32)
        return chord
