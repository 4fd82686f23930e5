"""Shields: what they are made of, how they are built, and where they are hidden.

`conceal` picks a hiding place, builds a shield that fits and puts it there; honest goods that look
like one are in `look_alikes`, the geometry of places in `placing`. Which scenes get which is
decided in `scenes`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.random import Generator

from scanai.physics.materials import material
from scanai.synth.forms import Space
from scanai.synth.placing import (
    Piece,
    Site,
    Stage,
    at_wall,
    behind,
    force,
    in_insulation,
    in_liquid,
    in_load,
    in_unit,
    in_void,
    on_floor,
    put,
)
from scanai.synth.scene import Threat
from scanai.synth.solids import Axis, Box, Cylinder, Solid, TiltedBox, Vec3

# Least and most volume of shielding, cm³, and wall, mm.
VOLUME_CM3 = (30.0, 3000.0)
WALL_MM = (5.0, 150.0)
SHIELD_MATERIALS = {
    "lead": 0.35,
    "tungsten": 0.18,
    "uranium": 0.12,
    "steel": 0.13,
    "copper": 0.08,
    "polyethylene+lead": 0.09,
    "boron+lead": 0.05,
}
# Layer of neutron moderator or absorber about the lead: material, density in kg/m³, thickness, m.
_LAYERS = {
    "polyethylene+lead": (
        ("polyethylene", 940.0, (0.02, 0.08)),
        ("polyethylene_borated", 950.0, (0.02, 0.08)),
    ),
    "boron+lead": (("B", 1500.0, (0.008, 0.03)),),
}
# Hiding places and how often each is chosen; one that has no room gives way to the load.
SITES: dict[str, tuple[Site, float]] = {
    "load": (in_load, 0.4),
    "floor": (on_floor, 0.06),
    "void": (in_void, 0.16),
    "behind": (behind, 0.14),
    "unit": (in_unit, 0.1),
    "insulation": (in_insulation, 0.06),
    "wall": (at_wall, 0.08),
    "liquid": (in_liquid, 0.0),
}
# Sites that are no thicker than so much, m: a shield there is a flat plate or a flat box.
_FLAT = {"unit": (0.05, 0.11), "insulation": (0.02, 0.055), "wall": (0.015, 0.08)}
SHIELD_FORMS = ("solid", "box", "pig", "sheet_lined", "drum_in_drum")
_AXES: tuple[Axis, ...] = ("x", "y", "z")
# Shields that are tried at a site before it counts as without room: some are too large for it.
_SHIELD_DRAWS = 4
# What lies in a cavity, its packed density in kg/m³, and how often.
_CONTENTS = (
    ("air", 1.2, 0.42),
    ("polystyrene", 30.0, 0.17),
    ("uranium", 9000.0, 0.13),
    ("steel", 5000.0, 0.14),
    ("ceramic", 2000.0, 0.14),
)
# What a carton lined with sheet carries besides, for whoever opens it.
_CARTON_GOODS = (("cotton", 180.0), ("electronics", 350.0), ("paper", 500.0), ("polystyrene", 30.0))


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
    layered = name in _LAYERS
    if layered and form in ("solid", "sheet_lined", "drum_in_drum"):
        form = "box"
    low, high = VOLUME_CM3
    volume = float(np.exp(rng.uniform(np.log(low), np.log(high)))) * 1e-6
    metal = "lead" if layered else name
    if form == "solid":
        solid, wall = lump(rng, volume)
        piece = Piece(solid, metal, _density(metal), "shield")
        return Shield((piece,), form, name, solid.volume * 1e6, wall * 1e3)
    thinnest, thickest = (end / 1e3 for end in WALL_MM)
    if form == "sheet_lined":
        wall = rng.uniform(thinnest, 0.008)
    else:
        # A wall that leaves a cavity: at most what a cube of that volume would need.
        most = min(thickest, 0.33 * volume ** (1 / 3))
        wall = float(np.clip(rng.uniform(0.25, 1.0) * most, thinnest, thickest))
    if form in ("pig", "drum_in_drum"):
        pieces = _tube(rng, volume, wall, metal, drum=form == "drum_in_drum")
    else:
        pieces = _box(rng, volume, wall, metal)
    if form == "sheet_lined":
        pieces = _carton(rng, pieces)
    if layered:
        pieces = _layered(rng, pieces, name)
    shielding = [p for p in pieces if p.role == "shield" and p.material == metal]
    used = shielding[0].solid.volume - pieces[pieces.index(shielding[0]) + 1].solid.volume
    if form != "sheet_lined":
        pieces = _filled(rng, pieces)
    return Shield(tuple(pieces), form, name, used * 1e6, wall * 1e3)


def draw_flat_shield(rng: Generator, thick: float) -> Shield:
    """A plate or a flat box no thicker than `thick`, m, across one of the axes."""
    names = [name for name in SHIELD_MATERIALS if name not in _LAYERS]
    shares = np.array([SHIELD_MATERIALS[name] for name in names])
    name = names[rng.choice(len(names), p=shares / shares.sum())]
    low, high = VOLUME_CM3
    volume = float(np.exp(rng.uniform(np.log(low), np.log(high)))) * 1e-6
    across = int(rng.choice(3, p=(0.25, 0.5, 0.25)))
    hollow = rng.random() < 0.5 and thick > 0.03
    wall = float(rng.uniform(0.005, min(0.012, thick / 4))) if hollow else 0.0
    # Solid plates: half of their thickness is what VOLUME and WALL count as the wall.
    deep = thick if hollow else float(np.clip(thick * rng.uniform(0.5, 1.0), 0.0101, thick))
    ratio = float(rng.uniform(0.5, 2.0))
    side = float(np.sqrt(volume / deep / ratio))
    if hollow:  # the faces alone make up the volume of metal, the edges next to nothing
        side = float(np.sqrt(volume / (2 * wall) / ratio)) * 0.9
    side = max(side, 2.2 * wall, 0.012)
    spans = [side, side * ratio]
    spans.insert(across, deep)
    half = (spans[0] / 2, spans[1] / 2, spans[2] / 2)
    outer = Piece(_cuboid(half), name, _density(name), "shield")
    if not hollow:
        least = min(half)
        return Shield((outer,), "solid", name, outer.solid.volume * 1e6, least * 1e3)
    inner = Piece(_cuboid(_shrunk(half, wall)), "air", 1.2, "contents", 0)
    used = (outer.solid.volume - inner.solid.volume) * 1e6
    return Shield(tuple(_filled(rng, [outer, inner])), "box", name, used, wall * 1e3)


def _shrunk(half: Vec3, by: float) -> Vec3:
    return half[0] - by, half[1] - by, half[2] - by


def lump(rng: Generator, volume: float) -> tuple[Solid, float]:
    """A block, cylinder or turned block about the origin, and half of its least side, m."""
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


def _carton(rng: Generator, pieces: list[Piece]) -> list[Piece]:
    """The lined space holds goods, and a carton is about it."""
    name, density = _CARTON_GOODS[rng.integers(len(_CARTON_GOODS))]
    skin = _around(pieces[0].solid, 0.005)
    filled = replace(pieces[-1], material=name, density=density)
    return [Piece(skin, "cardboard", 300.0, "packing"), *_one_deeper([*pieces[:-1], filled])]


def _layered(rng: Generator, pieces: list[Piece], name: str) -> list[Piece]:
    """Neutron moderator or absorber around the metal."""
    layers = _LAYERS[name]
    matter, density, (thin, thick) = layers[rng.integers(len(layers))]
    outer = _around(pieces[0].solid, float(rng.uniform(thin, thick)))
    return [Piece(outer, matter, density, "shield"), *_one_deeper(pieces)]


def _around(solid: Solid, by: float) -> Solid:
    if isinstance(solid, Cylinder):
        return replace(solid, radius=solid.radius + by, length=solid.length + 2 * by)
    return _cuboid(_shrunk(solid.bounds[1], -by))


def _one_deeper(pieces: list[Piece]) -> list[Piece]:
    """The same pieces, to stand behind a new one that encloses them all."""
    return [
        replace(piece, inside=0 if piece.inside is None else piece.inside + 1) for piece in pieces
    ]


def _filled(rng: Generator, pieces: list[Piece]) -> list[Piece]:
    """More than half of the cavities hold something: packing, a source holder, metal."""
    name, density, _ = _CONTENTS[rng.choice(len(_CONTENTS), p=[entry[2] for entry in _CONTENTS])]
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


@dataclass(frozen=True)
class Concealed:
    """A shield in its hiding place."""

    shield: Shield
    number: int
    """In `Stage.placed`."""
    site: str
    """Key of SITES: where it really went."""

    def mass_kg(self, stage: Stage) -> float:
        """Of the shield and all that is in it."""
        total, indices = 0.0, stage.placed[self.number]
        for index in indices:
            item = stage.objects[index]
            total += item.solid.volume * item.density
            if item.displaces in indices:
                total -= item.solid.volume * stage.objects[item.displaces].density
        return total

    def threat(self, stage: Stage) -> Threat:
        """As scenes name it; its indices hold once the stage changes no more."""
        shield = self.shield
        return Threat(
            stage.placed[self.number],
            shield.form,
            shield.material,
            shield.volume_cm3,
            shield.wall_mm,
        )


def conceal(rng: Generator, stage: Stage, space: Space, site: str | None = None) -> Concealed:
    """Hides one shield at the site, a key of SITES; None: as smugglers like it."""
    if site is None:
        names = list(SITES)
        site = names[rng.choice(len(names), p=[share for _, share in SITES.values()])]
    for name in (site,) * _SHIELD_DRAWS + ("load",):
        if name in _FLAT:
            shield = draw_flat_shield(rng, float(rng.uniform(*_FLAT[name])))
        else:
            shield = draw_shield(rng)
        number = put(rng, stage, space, shield.pieces, SITES[name][0])
        if number is not None:
            return Concealed(shield, number, name)
    return Concealed(shield, force(rng, stage, space, shield.pieces), "floor")
