"""What every load form is built with: the goods to load, the space, and a builder that weighs.

The forms themselves are in the sibling modules; which goods take which form is in `cargo`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from scanai.physics.materials import Material, material
from scanai.synth.scene import Role, SceneObject
from scanai.synth.solids import Box, Solid, Vec3

Space = tuple[Vec3, Vec3]


@dataclass(frozen=True)
class Item:
    """Goods of one kind to be loaded in one form."""

    heading: str
    group: str
    material: Material
    """What is inside a package, with its share of packing."""
    density: float
    """kg/m³ of one package, or of the solid piece where goods travel unpacked."""
    package: Vec3
    """Length along x, width across, height of one package, m."""
    mass_kg: float
    """To load; a form stops when it is reached."""
    form: str = ""


class Load:
    """Collects the solids of one load and knows when its mass is reached."""

    def __init__(self, rng: Generator, item: Item, space: Space) -> None:
        self.rng = rng
        self.item = item
        self.lo, self.hi = space
        self.objects: list[SceneObject] = []
        self.mass = 0.0

    @property
    def size(self) -> Vec3:
        (x0, y0, z0), (x1, y1, z1) = self.lo, self.hi
        return x1 - x0, y1 - y0, z1 - z0

    @property
    def full(self) -> bool:
        return self.mass >= self.item.mass_kg

    @property
    def fraction(self) -> float:
        """Share of the space that the mass would fill at the package's density, at most 1."""
        length, width, height = self.size
        return min(1.0, self.item.mass_kg / (self.item.density * length * width * height))

    def goods(self, solid: Solid, share: float = 1.0) -> None:
        """The item's own material at `share` times its density."""
        self._add(solid, self.item.material, self.item.density * share, "cargo")

    def goods_solid(self, solid: Solid) -> None:
        """A piece without voids, at the density of the material itself."""
        self._add(solid, self.item.material, self.item.material.density_g_cm3 * 1000, "cargo")

    def part_of(self, solid: Solid, matter: Material, density: float) -> None:
        """A part of the goods of that matter, voids within it averaged into the density."""
        self._add(solid, matter, density, "cargo")

    def part(self, solid: Solid, name: str, density: float) -> None:
        """A part of the goods that is of another material."""
        self._add(solid, material(name), density, "cargo")

    def packing(self, solid: Solid, name: str, density: float) -> None:
        self._add(solid, material(name), density, "packing")

    def _add(self, solid: Solid, matter: Material, density: float, role: Role) -> None:
        group, heading = self.item.group, self.item.heading
        if role == "packing":
            group = heading = ""
        self.objects.append(SceneObject(solid, matter, density, role, group, heading))
        self.mass += solid.volume * density

    def uniform(self, low: float, high: float) -> float:
        """Between the two; `low` itself where there is no room between."""
        return float(self.rng.uniform(low, max(low, high)))

    def vary(self, sigma: float) -> float:
        """Factor around 1, as packages of one kind differ; never beyond 3 sigma."""
        return 1.0 + sigma * float(np.clip(self.rng.standard_normal(), -3, 3))

    def chance(self, probability: float) -> bool:
        return bool(self.rng.random() < probability)

    def spread(self, count: int, size: float) -> list[float]:
        """Where `count` pieces of that length stand, their mass divided evenly along the floor."""
        room = self.size[0] - count * size
        gap = max(0.0, room) / (count + 1)
        if self.chance(0.3):
            gap = min(gap, self.uniform(0.02, 0.4))
        return [self.lo[0] + gap + index * (size + gap) for index in range(count)]

    def shell(self, lo: Vec3, hi: Vec3, wall: float, name: str, density: float) -> None:
        """Six walls of a hollow body that is part of the goods."""
        for box in shell_boxes(lo, hi, wall):
            self.part(box, name, density)

    def crate(self, lo: Vec3, hi: Vec3) -> None:
        """Boards and battens around something heavy: part of the goods, as an analyst sees them."""
        for box in shell_boxes(lo, hi, 0.02):
            self.part(box, "wood", 420.0)
        (x0, y0, z0), (x1, y1, z1) = lo, hi
        for x in np.linspace(x0, x1 - 0.08, max(2, round((x1 - x0) / 0.9) + 1)):
            batten = Box((float(x), y0 - 0.02, z0), (float(x) + 0.08, y1 + 0.02, z1))
            self.part(batten, "wood", 520.0 * 0.08 / max(y1 - y0, 0.1))


def shell_boxes(lo: Vec3, hi: Vec3, wall: float) -> list[Box]:
    """Six boxes, none overlapping, that wall in the space between lo and hi."""
    (x0, y0, z0), (x1, y1, z1) = lo, hi
    return [
        Box((x0, y0, z0), (x0 + wall, y1, z1)),
        Box((x1 - wall, y0, z0), (x1, y1, z1)),
        Box((x0 + wall, y0, z0), (x1 - wall, y1, z0 + wall)),
        Box((x0 + wall, y0, z1 - wall), (x1 - wall, y1, z1)),
        Box((x0 + wall, y0, z0 + wall), (x1 - wall, y0 + wall, z1 - wall)),
        Box((x0 + wall, y1 - wall, z0 + wall), (x1 - wall, y1, z1 - wall)),
    ]


def starts(lo: float, hi: float, size: float, gap: float = 0.0) -> NDArray[np.float64]:
    """Where pieces of one size begin when they are set from lo on; at least one."""
    count = max(1, int((hi - lo + gap) / (size + gap) + 1e-9))
    return lo + np.arange(count, dtype=np.float64) * (size + gap)


def centred(lo: float, hi: float, size: float, gap: float = 0.0) -> NDArray[np.float64]:
    """As `starts`, what is left over divided between both ends."""
    begin = starts(lo, hi, size, gap)
    return begin + max(0.0, float(hi - (begin[-1] + size)) / 2)


def tiers_of_columns(
    rng: Generator, columns: int, tiers: int, fraction: float, *, ragged: float = 0.15
) -> NDArray[np.int64]:
    """How many tiers stand in each column, front to doors, so that `fraction` of all is filled.

    Men load to one height, lower where the goods are heavy, and step down in the last columns.
    `ragged` is the chance that a column differs from its neighbour by one tier.
    """
    wanted = max(1.0, fraction * columns * tiers)
    level = rng.uniform(fraction, min(1.0, 1.25 * fraction + 0.25))
    height = np.full(columns, min(tiers, max(1, int(np.ceil(level * tiers)))), np.int64)
    lower = (rng.random(columns) < ragged) & (rng.random(columns) < 0.7)
    height = np.clip(height - lower, 1, tiers)
    steps = int(rng.integers(0, 4))
    for used in range(min(int(np.ceil(wanted / tiers)), columns), columns + 1):
        trial = height.copy()
        trial[used:] = 0
        if used < columns:
            for back in range(min(steps, used - 1)):
                trial[used - 1 - back] = max(1, height[used - 1] * (back + 1) // (steps + 1))
        if trial.sum() >= wanted or used == columns:
            return trial
    return height
