"""What a simulated scene is: solids of material in a transport unit, and what its papers say.

World axes, metres: x along the travel, y across (beam travels towards +y, centre plane of the
transport unit at y = 0), z up from the lower face of the unit. Plain data: shapes and chords are in
`solids`, cargo in `cargo` and `forms`, rays in `trace`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from scanai.manifest.model import Manifest
from scanai.physics.materials import Material
from scanai.synth.solids import Solid

Role = Literal["unit", "packing", "cargo", "shield", "contents"]


@dataclass(frozen=True)
class SceneObject:
    """One solid filled with one material at its packed density."""

    solid: Solid
    material: Material
    density: float
    """Packed density, kg/m³ (air between packages included)."""
    role: Role
    group: str = ""
    """Goods group of cargo; empty for the unit and for shields."""
    heading: str = ""
    displaces: int | None = None
    """Index of the object that this one lies wholly inside and takes the place of."""


@dataclass(frozen=True)
class Threat:
    """Something that is hidden: what the truth box is drawn around."""

    objects: tuple[int, ...]
    """Indices into Scene.objects: the shield and what is inside it."""
    form: str
    """solid, box, pig, sheet_lined, drum_in_drum"""
    material: str
    volume_cm3: float
    """Volume of shielding material."""
    wall_mm: float
    """Wall thickness; for a solid, half of its least dimension."""


@dataclass(frozen=True)
class LookAlike:
    """Honest goods of the size and areal density of a shield."""

    piece: Threat
    heading: str


@dataclass(frozen=True)
class Packing:
    """How the goods of one consignment are packed."""

    heading: str
    form: str
    """As `forms.FORMS` has them."""
    package: tuple[float, float, float]
    """Length along x, width across, height of one package, m."""


@dataclass(frozen=True)
class TransportUnit:
    unit_type: str
    """As `scanai.synth.units.UNIT_TYPES` has them."""
    length: float
    width: float
    height: float
    """External, metres."""
    tare_kg: float


@dataclass(frozen=True)
class Scene:
    unit: TransportUnit
    objects: tuple[SceneObject, ...]
    manifest: Manifest
    """As declared, which may be false."""
    load_forms: tuple[str, ...]
    threats: tuple[Threat, ...] = ()
    mismatch: str = ""
    """What the papers hide beside shields, as `scenes` names it; empty: nothing.

    undeclared_goods, second_consignment, swapped_codes, short_quantity, over_quantity, false_mass,
    false_empty, empty_declared_loaded.
    """
    true_manifest: Manifest | None = None
    """What lies in the unit, line by line, shields included; None: `manifest` is true."""
    look_alikes: tuple[LookAlike, ...] = ()
    hidden_headings: tuple[str, ...] = ()
    """Headings of goods that lie in the unit and that no line of `manifest` names."""
    packings: tuple[Packing, ...] = ()
    """Of each consignment."""
    sites: tuple[str, ...] = ()
    """Where each threat is hidden: load, floor, void, behind, unit, insulation, wall, liquid.

    None given: unknown.
    """

    @property
    def cargo_mass_kg(self) -> float:
        """True mass of everything but the unit, displacement taken into account."""
        total = 0.0
        for item in self.objects:
            volume = item.solid.volume
            if item.role != "unit":
                total += volume * item.density
            if item.displaces is not None and self.objects[item.displaces].role != "unit":
                total -= volume * self.objects[item.displaces].density
        return total
