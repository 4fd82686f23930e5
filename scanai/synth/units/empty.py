"""EmptyUnit: what every module of this package returns, and how its solids are put together."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from scanai.physics.materials import material
from scanai.synth.scene import SceneObject, TransportUnit
from scanai.synth.solids import Box, Solid, Vec3

Space = tuple[Vec3, Vec3]
"""Lower and upper corner of a box, m."""

STEEL = 7850.0
ALUMINIUM = 2700.0
"""kg/m³ of the bare metal; parts drawn solid though they are hollow get less."""


@dataclass(frozen=True)
class EmptyUnit:
    unit: TransportUnit
    """Its tare is what `parts` weigh, to 10 kg."""
    parts: tuple[SceneObject, ...]
    space: Space
    """Where cargo goes; for a tank, the box around the inside of its shell."""
    payload_kg: float
    liquids_only: bool = False
    """No piece of goods gets in, nor anything beside the liquid."""
    voids: tuple[Space, ...] = ()
    """Hollows of the structure that could hide something: under the floor, in walls, in a cab."""


class Assembly:
    """Collects the solids of a unit."""

    def __init__(self) -> None:
        self.parts: list[SceneObject] = []

    def add(self, solid: Solid, name: str, density: float) -> None:
        """`density` in kg/m³: that of the part as drawn, its hollows included."""
        self.parts.append(SceneObject(solid, material(name), density, "unit"))

    def box(self, lo: Vec3, hi: Vec3, name: str, density: float) -> None:
        self.add(Box(lo, hi), name, density)

    def pair(self, lo: Vec3, hi: Vec3, name: str, density: float) -> None:
        """A box and its mirror image on the other side of the centre plane."""
        self.box(lo, hi, name, density)
        self.box((lo[0], -hi[1], lo[2]), (hi[0], -lo[1], hi[2]), name, density)

    def channel(
        self, x: tuple[float, float], y: float, z: tuple[float, float], flange: float, thick: float
    ) -> None:
        """A pair of steel channels along the travel: webs at ±y, flanges turned inwards."""
        (x0, x1), (z0, z1) = x, z
        self.pair((x0, y - thick, z0), (x1, y, z1), "steel", STEEL)
        for low in (z0, z1 - thick):
            lo, hi = (x0, y - flange, low), (x1, y - thick, low + thick)
            self.pair(lo, hi, "steel", STEEL)

    def include(self, parts: Iterable[SceneObject], by: Vec3) -> None:
        """Parts of another unit, moved."""
        self.parts += [replace(part, solid=part.solid.moved(by)) for part in parts]

    @property
    def mass_kg(self) -> float:
        return sum(part.solid.volume * part.density for part in self.parts)

    def finish(
        self,
        unit_type: str,
        size: Vec3,
        space: Space,
        payload_kg: float,
        *,
        liquids_only: bool = False,
        voids: tuple[Space, ...] = (),
    ) -> EmptyUnit:
        """`size`: external length, width and height, m."""
        unit = TransportUnit(unit_type, *size, round(float(self.mass_kg), -1))
        return EmptyUnit(unit, tuple(self.parts), space, payload_kg, liquids_only, voids)
