"""What every solid answers: its volume, the box around it, and the chord it cuts out of a ray.

World axes as in `scene`; metres throughout.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Literal, Self

import numpy as np
from numpy.typing import NDArray

Vec3 = tuple[float, float, float]
Axis = Literal["x", "y", "z"]
Array = NDArray[np.float32]


class Solid(ABC):
    """A body in space. Directions are unit vectors with positive y: the beam travels towards +y."""

    @property
    @abstractmethod
    def volume(self) -> float:
        """m³"""

    @property
    @abstractmethod
    def bounds(self) -> tuple[Vec3, Vec3]:
        """Lower and upper corner of the axis-aligned box around it, m."""

    @abstractmethod
    def chord(self, x: Array, source_yz: Array, direction_yz: Array) -> Array:
        """Length of each ray inside, m: x (W,), source (2,), directions (H, 2) → (H, W)."""

    @abstractmethod
    def moved(self, by: Vec3) -> Self:
        """The same solid elsewhere."""

    def separable(
        self, x: Array, pitch: float, source_yz: Array, direction_yz: Array
    ) -> tuple[Array, Array] | None:
        """(chord of each row (H,) m, weight of each column (W,)); None where no such pair exists.

        The weight holds the share of the column, `pitch` wide, that the solid covers.
        """
        return None


def shifted(point: Vec3, by: Vec3) -> Vec3:
    return point[0] + by[0], point[1] + by[1], point[2] + by[2]


def box_around(centre: Vec3, half: Sequence[float]) -> tuple[Vec3, Vec3]:
    """Lower and upper corner of the box of that half size about the centre."""
    (cx, cy, cz), (a, b, c) = centre, half
    return (cx - a, cy - b, cz - c), (cx + a, cy + b, cz + c)
