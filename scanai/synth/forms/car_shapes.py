"""Body shapes of cars, and where things lie in a car of one shape.

Lengths, wheelbases, heights and outlines are a project estimate after makers' drawings of common
models. x runs from the front bumper backwards, z from the ground.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from scanai.synth.solids import Box, Prism, Vec3


@dataclass(frozen=True)
class Shape:
    """One body shape. Lengths in m; places along by shares of the length, heights of the height."""

    size: Vec3
    """Length, width, height."""
    axles: tuple[float, float]
    """Along."""
    wheel: float
    """Radius over the tyre, m."""
    outline: tuple[tuple[float, ...], tuple[float, ...]]
    """Upper edge from front to rear: along, and up."""
    cabin: tuple[float, float, float, float]
    """Along: foot of the windscreen, front edge of the roof, its rear edge, end of the cabin."""
    seats: tuple[float, ...]
    """Along, where the cushions of each row begin."""
    waist: float = 0.63
    """Lower edge of the windows, up."""
    lengthwise: float = 0.2
    """Chance that the engine stands along the car."""


SALOON = Shape(
    (4.6, 1.79, 1.45),
    (0.195, 0.785),
    0.315,
    (
        (0, 0.015, 0.1, 0.25, 0.395, 0.5, 0.64, 0.725, 0.825, 0.96, 0.99, 1),
        (0.4, 0.5, 0.585, 0.65, 0.95, 1.0, 0.985, 0.9, 0.72, 0.68, 0.6, 0.42),
    ),
    (0.25, 0.4, 0.66, 0.83),
    (0.38, 0.57),
    lengthwise=0.35,
)
HATCHBACK = Shape(
    (3.95, 1.71, 1.49),
    (0.195, 0.825),
    0.3,
    (
        (0, 0.015, 0.1, 0.22, 0.38, 0.5, 0.8, 0.88, 0.97, 0.99, 1),
        (0.38, 0.5, 0.6, 0.655, 0.94, 1.0, 0.975, 0.92, 0.64, 0.55, 0.4),
    ),
    (0.22, 0.39, 0.84, 0.96),
    (0.37, 0.62),
    lengthwise=0.0,
)
ESTATE = Shape(
    (4.65, 1.8, 1.49),
    (0.195, 0.785),
    0.315,
    (
        (0, 0.015, 0.1, 0.25, 0.385, 0.48, 0.82, 0.91, 0.98, 0.995, 1),
        (0.4, 0.5, 0.585, 0.64, 0.94, 1.0, 0.98, 0.94, 0.66, 0.55, 0.4),
    ),
    (0.25, 0.39, 0.88, 0.975),
    (0.38, 0.57),
    lengthwise=0.3,
)
SUV = Shape(
    (4.6, 1.85, 1.7),
    (0.195, 0.785),
    0.36,
    (
        (0, 0.015, 0.07, 0.24, 0.345, 0.45, 0.83, 0.92, 0.98, 0.995, 1),
        (0.42, 0.56, 0.62, 0.665, 0.94, 1.0, 0.985, 0.95, 0.65, 0.56, 0.4),
    ),
    (0.24, 0.35, 0.88, 0.975),
    (0.37, 0.58),
    lengthwise=0.35,
)
PICK_UP = Shape(
    (5.2, 1.82, 1.78),
    (0.175, 0.775),
    0.38,
    (
        (0, 0.015, 0.07, 0.235, 0.325, 0.4, 0.54, 0.595, 0.615, 0.985, 1),
        (0.42, 0.55, 0.61, 0.65, 0.95, 1.0, 0.99, 0.93, 0.66, 0.66, 0.6),
    ),
    (0.235, 0.33, 0.57, 0.612),
    (0.33, 0.46),
    lengthwise=1.0,
)
VAN = Shape(
    (4.9, 1.9, 1.96),
    (0.175, 0.79),
    0.335,
    (
        (0, 0.02, 0.12, 0.17, 0.275, 0.34, 0.5, 0.95, 0.98, 0.995, 1),
        (0.3, 0.42, 0.53, 0.58, 0.92, 0.98, 1.0, 0.985, 0.93, 0.5, 0.3),
    ),
    (0.17, 0.28, 0.95, 0.985),
    (0.27,),
    waist=0.56,
    lengthwise=0.1,
)


@dataclass(frozen=True)
class Body:
    """One car where it stands; its parts are placed by shares of its size."""

    shape: Shape
    place: Vec3
    """Lower front edge on the centre line, m."""
    size: Vec3

    def at(self, along: float, across: float, up: float) -> Vec3:
        """Along and up in shares, across in metres from the centre line."""
        x, y, z = self.place
        return x + along * self.size[0], y + across, z + up * self.size[2]

    def slab(
        self, along: tuple[float, float], across: tuple[float, float], up: tuple[float, float]
    ) -> Box:
        lo, hi = (self.at(along[i], across[i], up[i]) for i in (0, 1))
        return Box(lo, hi)

    @property
    def half(self) -> float:
        return self.size[1] / 2

    def top(self, along: Sequence[float]) -> list[float]:
        """Height of the outline above the ground, m."""
        return [float(up) * self.size[2] for up in np.interp(along, *self.shape.outline)]

    def knots(self, start: float, end: float) -> list[float]:
        """The outline's own corners between the two, and both of them."""
        inner = [place for place in self.shape.outline[0] if start < place < end]
        return [start, *inner, end]

    def prism(
        self,
        along: Sequence[float],
        bottom: Sequence[float],
        top: Sequence[float],
        across: tuple[float, float],
    ) -> Prism:
        """`bottom` and `top` in metres above the ground."""
        x, y, z = self.place
        return Prism(
            tuple(x + share * self.size[0] for share in along),
            tuple(z + low for low in bottom),
            tuple(z + max(low, high) for low, high in zip(bottom, top, strict=True)),
            (y + across[0], y + across[1]),
        )
