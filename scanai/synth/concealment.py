"""What is hidden in cargo, shields above all, and honest goods that look like it.

`hide` puts a shield among the solids of a load: inside one that holds it whole, in a hollow cut
into boxes, or in free space. `add_look_alike` adds pieces of the same size and areal density that a
manifest declares as what they are. Which scenes get which is decided in `scenes`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.random import Generator

from scanai.manifest.goods_groups import goods_group_of
from scanai.physics.materials import material
from scanai.synth.forms import Space
from scanai.synth.placing import Piece, put
from scanai.synth.scene import SceneObject, Threat
from scanai.synth.solids import Axis, Box, Cylinder, Solid, TiltedBox, Vec3

# Least and most volume of shielding, cm³, and wall, mm.
VOLUME_CM3 = (30.0, 3000.0)
WALL_MM = (5.0, 150.0)
SHIELD_MATERIALS = {
    "lead": 0.36,
    "tungsten": 0.18,
    "uranium": 0.12,
    "steel": 0.14,
    "copper": 0.08,
    "polyethylene+lead": 0.12,
}
SHIELD_FORMS = ("solid", "box", "pig", "sheet_lined", "drum_in_drum")
# Heading of dense honest goods: material and density in kg/m³.
LOOK_ALIKES = {
    "7325": ("cast_iron", 7200.0),
    "7326": ("steel", 7850.0),
    "8431": ("steel", 7850.0),
    "8481": ("brass", 8000.0),
    "8480": ("steel", 7850.0),
    "8209": ("tungsten_carbide", 6500.0),
    "7801": ("lead", 11340.0),
    "8507": ("battery", 2700.0),
    "8504": ("steel", 7400.0),
    "7407": ("copper", 8900.0),
}
_AXES: tuple[Axis, ...] = ("x", "y", "z")
# Sold in crates, never as a single lump.
_CRATED = ("7801", "8209")
_CONTENTS = (("air", 1.2), ("polystyrene", 30.0), ("uranium", 9000.0), ("ceramic", 2000.0))


@dataclass(frozen=True)
class Shield:
    pieces: tuple[Piece, ...]
    """The first one encloses all others."""
    form: str
    material: str
    volume_cm3: float
    wall_mm: float

    @property
    def half(self) -> Vec3:
        """Half the size of the box around it."""
        return self.pieces[0].solid.bounds[1]


def _density(name: str) -> float:
    return material(name).density_g_cm3 * 1000


def draw_shield(rng: Generator) -> Shield:
    """A shield whose volume of material and wall lie within VOLUME_CM3 and WALL_MM."""
    names = list(SHIELD_MATERIALS)
    name = names[rng.choice(len(names), p=list(SHIELD_MATERIALS.values()))]
    form = SHIELD_FORMS[rng.choice(len(SHIELD_FORMS), p=[0.28, 0.26, 0.24, 0.12, 0.1])]
    if name == "polyethylene+lead" and form in ("solid", "sheet_lined", "drum_in_drum"):
        form = "box"
    low, high = VOLUME_CM3
    volume = float(np.exp(rng.uniform(np.log(low), np.log(high)))) * 1e-6
    metal = "lead" if name == "polyethylene+lead" else name
    if form == "solid":
        solid, wall = _solid(rng, volume)
        piece = Piece(solid, metal, _density(metal), "shield")
        return Shield((piece,), form, name, solid.volume * 1e6, wall * 1e3)
    if form == "sheet_lined":
        wall = rng.uniform(0.005, 0.008)
    else:
        # A wall that leaves a cavity: at most what a cube of that volume would need.
        most = min(0.15, 0.33 * volume ** (1 / 3))
        wall = float(np.clip(rng.uniform(0.25, 1.0) * most, 0.005, 0.15))
    if form in ("pig", "drum_in_drum"):
        pieces = _tube(rng, volume, wall, metal, drum=form == "drum_in_drum")
    else:
        pieces = _box(rng, volume, wall, metal)
    if name == "polyethylene+lead":
        pieces = _moderated(rng, pieces)
    shielding = [p for p in pieces if p.role == "shield" and p.material == metal]
    used = shielding[0].solid.volume - pieces[pieces.index(shielding[0]) + 1].solid.volume
    return Shield(tuple(_filled(rng, pieces)), form, name, used * 1e6, wall * 1e3)


def _solid(rng: Generator, volume: float) -> tuple[Solid, float]:
    a, b = rng.uniform(0.7, 1.6, 2)
    side = (volume / (a * b)) ** (1 / 3)
    sides = [side * a, side * b, side]
    order = rng.permutation(3)
    size = (sides[order[0]], sides[order[1]], sides[order[2]])
    wall = max(0.005, min(size) / 2)
    if rng.random() < 0.3:
        radius = (volume / (2 * np.pi * a)) ** (1 / 3)
        axis = _AXES[rng.integers(3)]
        solid = Cylinder((0.0, 0.0, 0.0), float(radius), float(2 * a * radius), axis)
        return solid, max(0.005, min(float(radius), float(a * radius)))
    if rng.random() < 0.3:
        return TiltedBox((0.0, 0.0, 0.0), size, float(rng.uniform(5, 60)), "y"), wall
    return _cuboid((size[0] / 2, size[1] / 2, size[2] / 2)), wall


def _cuboid(half: Vec3) -> Box:
    return Box((-half[0], -half[1], -half[2]), half)


def _box(rng: Generator, volume: float, wall: float, name: str) -> list[Piece]:
    """Walls of one thickness round a cavity; the sides follow from the volume of material."""
    a, b = rng.uniform(0.8, 1.6, 2)
    low, high = 0.0, 2.0
    for _ in range(40):  # the volume grows with the cavity: bisect
        s = (low + high) / 2
        cavity = s * a * s * b * s
        outer = (s * a + 2 * wall) * (s * b + 2 * wall) * (s + 2 * wall)
        low, high = (s, high) if outer - cavity < volume else (low, s)
    inner = (s * a / 2, s * b / 2, s / 2)
    outer_half = (inner[0] + wall, inner[1] + wall, inner[2] + wall)
    return [
        Piece(_cuboid(outer_half), name, _density(name), "shield"),
        Piece(_cuboid(inner), "air", 1.2, "contents", 0),
    ]


def _tube(rng: Generator, volume: float, wall: float, name: str, *, drum: bool) -> list[Piece]:
    """A pig, or a lined drum inside another drum."""
    slim = float(rng.uniform(1.2, 2.4))
    low, high = 0.0, 2.0
    for _ in range(40):
        r = (low + high) / 2
        inside = np.pi * r**2 * 2 * r * slim
        outside = np.pi * (r + wall) ** 2 * (2 * r * slim + 2 * wall)
        low, high = (r, high) if outside - inside < volume else (low, r)
    axis = _AXES[2] if drum or rng.random() < 0.6 else _AXES[rng.integers(2)]
    long = 2 * r * slim
    centre = (0.0, 0.0, 0.0)
    pieces = [
        Piece(Cylinder(centre, r + wall, long + 2 * wall, axis), name, _density(name), "shield"),
        Piece(Cylinder(centre, r, long, axis), "air", 1.2, "contents", 0),
    ]
    if not drum:
        return pieces
    gap = float(rng.uniform(0.02, 0.06))
    skin = Cylinder(centre, r + wall + gap + 0.002, long + 2 * (wall + gap) + 0.004, axis)
    filler = Cylinder(centre, r + wall + gap, long + 2 * (wall + gap), axis)
    return [
        Piece(skin, "steel", 7850.0, "packing"),
        Piece(filler, "sand" if rng.random() < 0.4 else "polyethylene", 900.0, "packing", 0),
        replace(pieces[0], inside=1),
        replace(pieces[1], inside=2),
    ]


def _moderated(rng: Generator, pieces: list[Piece]) -> list[Piece]:
    """Polyethylene, with boron or without, around the metal."""
    thick = float(rng.uniform(0.02, 0.06))
    inner = pieces[0].solid
    outer: Solid
    if isinstance(inner, Cylinder):
        outer = replace(inner, radius=inner.radius + thick, length=inner.length + 2 * thick)
    else:
        hi = inner.bounds[1]
        outer = _cuboid((hi[0] + thick, hi[1] + thick, hi[2] + thick))
    name = "polyethylene_borated" if rng.random() < 0.5 else "polyethylene"
    shifted = [
        replace(piece, inside=0 if piece.inside is None else piece.inside + 1) for piece in pieces
    ]
    return [Piece(outer, name, _density(name), "shield"), *shifted]


def _filled(rng: Generator, pieces: list[Piece]) -> list[Piece]:
    """Half of the cavities hold something: packing, a source holder, metal."""
    name, density = _CONTENTS[rng.choice(len(_CONTENTS), p=[0.5, 0.2, 0.15, 0.15])]
    cavity = pieces[-1]
    if name == "air":
        return pieces
    if name == "polystyrene":
        return [*pieces[:-1], replace(cavity, material=name, density=density)]
    hi = cavity.solid.bounds[1]
    share = float(rng.uniform(0.3, 0.7))
    half = (hi[0] * share, hi[1] * share, hi[2] * share)
    if isinstance(cavity.solid, Cylinder):
        half = (half[0] * 0.7, half[1] * 0.7, half[2] * 0.7)
    core = Piece(_cuboid(half), name, density, "contents", len(pieces) - 1)
    return [*pieces, core]


def hide(
    rng: Generator, objects: list[SceneObject], space: Space, shield: Shield
) -> tuple[list[SceneObject], Threat]:
    """The scene with the shield in it; `objects` may begin with the unit, which stays as it is."""
    objects, first = put(rng, objects, space, shield.pieces)
    threat = Threat(
        tuple(range(first, len(objects))),
        shield.form,
        shield.material,
        shield.volume_cm3,
        shield.wall_mm,
    )
    return objects, threat


def add_look_alike(
    rng: Generator, objects: list[SceneObject], space: Space, heading: str
) -> list[SceneObject]:
    """The scene with a few dense pieces of that heading of LOOK_ALIKES among the load."""
    name, density = LOOK_ALIKES[heading]
    for _ in range(int(rng.integers(1, 5))):
        pieces = tuple(_dense_piece(rng, heading, name, density))
        objects, first = put(rng, objects, space, pieces)
        group = goods_group_of(heading).name
        objects[first:] = [
            replace(item, group=group, heading=heading) if item.role == "cargo" else item
            for item in objects[first:]
        ]
    return objects


def _dense_piece(rng: Generator, heading: str, name: str, density: float) -> list[Piece]:
    """A block, a bored cylinder, a flanged body, a case of cells: of the size of a shield."""
    if heading in _CRATED:
        return _crate(rng, name, density)
    volume = float(np.exp(rng.uniform(np.log(100.0), np.log(6000.0)))) * 1e-6
    solid, _ = _solid(rng, volume)
    if heading == "8481":  # a body with a bore and a flange at each end
        r = (volume / 10) ** (1 / 3)
        axis = _AXES[rng.integers(3)]
        body = Cylinder((0.0, 0.0, 0.0), 1.6 * r, 3.4 * r, axis)
        bore = Cylinder((0.0, 0.0, 0.0), 0.8 * r, 3.4 * r, axis)
        return [Piece(body, name, density, "cargo"), Piece(bore, "air", 1.2, "cargo", 0)]
    if heading == "8507":  # cells: plates between thin walls
        side = (volume * 3) ** (1 / 3)
        return [Piece(_cuboid((side * 0.7, side * 0.4, side * 0.45)), name, density, "cargo")]
    if rng.random() < 0.35 and isinstance(solid, Cylinder):
        hole = replace(solid, radius=0.3 * solid.radius)
        return [Piece(solid, name, density, "cargo"), Piece(hole, "air", 1.2, "cargo", 0)]
    return [Piece(solid, name, density, "cargo")]


def _crate(rng: Generator, name: str, density: float) -> list[Piece]:
    """Bars or boxes of heavy metal in a regular stack in a wooden crate, as they are sold."""
    across, high = int(rng.integers(2, 5)), int(rng.integers(1, 4))
    side, gap = float(rng.uniform(0.035, 0.08)), float(rng.uniform(0.006, 0.015))
    deep = float(rng.uniform(0.15, 0.5))
    half = (
        (across * side + (across + 1) * gap) / 2,
        deep / 2 + gap,
        (high * side + (high + 1) * gap) / 2,
    )
    pieces = [Piece(_cuboid(half), "wood", 250.0, "packing")]
    for column in range(across):
        for tier in range(high):
            x = -half[0] + gap + column * (side + gap)
            z = -half[2] + gap + tier * (side + gap)
            bar = Box((x, -deep / 2, z), (x + side, deep / 2, z + side))
            pieces.append(Piece(bar, name, density, "cargo", 0))
    return pieces
