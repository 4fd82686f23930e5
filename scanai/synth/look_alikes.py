"""Hard benign look-alikes: honest dense goods of the size and areal density of a shield.

Without them a detector would win by calling every dense blob a threat. Each kind is declared as
what it is, and its pieces lie in the same places as shields do.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.random import Generator

from scanai.manifest.goods_groups import goods_group_of
from scanai.physics.materials import material
from scanai.synth.concealment import lump
from scanai.synth.forms import Space
from scanai.synth.placing import Piece, Site, Stage, behind, force, in_load, in_void, on_floor, put
from scanai.synth.scene import LookAlike, Threat
from scanai.synth.solids import Axis, Box, Cylinder, Vec3

_AXES: tuple[Axis, ...] = ("x", "y", "z")
# Volume of one lump, cm³: as of shields.
_LUMP_CM3 = (35.0, 3500.0)
# Where they lie: packed with the load, on the floor, in gaps, behind other dense parts.
_SITES: tuple[tuple[Site, float], ...] = (
    (in_load, 0.6),
    (on_floor, 0.14),
    (in_void, 0.16),
    (behind, 0.1),
)
_ORIGIN = (0.0, 0.0, 0.0)


@dataclass(frozen=True)
class Kind:
    """One sort of dense goods and how it is declared."""

    code: str
    text: str
    material: str
    density: float
    """kg/m³ of the dense part."""
    build: Callable[[Generator, Kind], list[Piece]]
    most: int = 4
    """Pieces or cases of one consignment, at most."""

    @property
    def heading(self) -> str:
        return self.code[:4]


@dataclass(frozen=True)
class Added:
    """Pieces of one kind that were put on the stage."""

    kind: Kind
    numbers: tuple[int, ...]
    """In `Stage.placed`, one each."""

    def look_alikes(self, stage: Stage) -> tuple[LookAlike, ...]:
        """As scenes name them; indices hold once the stage changes no more."""
        return tuple(self._look_alike(stage, number) for number in self.numbers)

    def mass_kg(self, stage: Stage) -> float:
        """Of all pieces with their cases."""
        objects, total = stage.objects, 0.0
        for number in self.numbers:
            for index in stage.placed[number]:
                item = objects[index]
                total += item.solid.volume * item.density
                if item.displaces in stage.placed[number]:
                    total -= item.solid.volume * objects[item.displaces].density
        return total

    def _look_alike(self, stage: Stage, number: int) -> LookAlike:
        indices = stage.placed[number]
        dense = [
            stage.objects[index].solid
            for index in indices
            if stage.objects[index].role == "cargo"
            and stage.objects[index].material.name == self.kind.material
        ]
        volume = sum(solid.volume for solid in dense)
        for index in indices:
            host = stage.objects[index].displaces
            if host in indices and stage.objects[host].material.name == self.kind.material:
                volume -= stage.objects[index].solid.volume
        sides = [high - low for low, high in zip(*dense[0].bounds, strict=True)]
        half = min(sides) / 2 * 1e3
        piece = Threat(indices, self.kind.text, self.kind.material, volume * 1e6, half)
        return LookAlike(piece, self.kind.heading)


def add_look_alikes(rng: Generator, stage: Stage, space: Space, kind: Kind) -> Added:
    """Puts a few pieces of that kind on the stage."""
    group = goods_group_of(kind.heading).name
    numbers = []
    for _ in range(int(rng.integers(1, kind.most + 1))):
        pieces = kind.build(rng, kind)
        site = _SITES[rng.choice(len(_SITES), p=[share for _, share in _SITES])][0]
        number = put(rng, stage, space, pieces, site)
        if number is None:
            number = put(rng, stage, space, pieces, in_load)
        if number is None:
            number = force(rng, stage, space, pieces)
        for index in stage.placed[number]:
            if stage.objects[index].role == "cargo":
                item = stage.objects[index]
                stage.objects[index] = replace(item, group=group, heading=kind.heading)
        numbers.append(number)
    return Added(kind, tuple(numbers))


def draw_kind(rng: Generator) -> Kind:
    return KINDS[rng.integers(len(KINDS))]


# --- what they look like -------------------------------------------------------------------------


def _volume(rng: Generator) -> float:
    """m³"""
    low, high = _LUMP_CM3
    return float(np.exp(rng.uniform(np.log(low), np.log(high)))) * 1e-6


def _goods(solid: Box | Cylinder, kind: Kind, inside: int | None = None) -> Piece:
    return Piece(solid, kind.material, kind.density, "cargo", inside)


def _air(solid: Box | Cylinder, inside: int) -> Piece:
    return Piece(solid, "air", 1.2, "cargo", inside)


def _cuboid(half: Vec3) -> Box:
    return Box((-half[0], -half[1], -half[2]), half)


def _block(rng: Generator, kind: Kind) -> list[Piece]:
    """A forged or cast block, sometimes bored through."""
    solid, _ = lump(rng, _volume(rng))
    piece = Piece(solid, kind.material, kind.density, "cargo")
    if isinstance(solid, Cylinder) and rng.random() < 0.5:
        hole = replace(solid, radius=float(rng.uniform(0.2, 0.5)) * solid.radius)
        return [piece, _air(hole, 0)]
    return [piece]


def _weights(rng: Generator, kind: Kind) -> list[Piece]:
    """Counterweight plates in a stack on a board."""
    count = int(rng.integers(2, 7))
    long, wide, thick = rng.uniform(0.08, 0.32), rng.uniform(0.06, 0.2), rng.uniform(0.015, 0.04)
    step = thick + 0.002
    half = (float(long / 2), float(wide / 2), float(count * step / 2 + 0.012))
    pieces = [Piece(_cuboid(half), "wood", 60.0, "packing")]
    for number in range(count):
        z = -half[2] + 0.022 + number * step
        slip = float(rng.uniform(0, 0.01))
        lo = (-half[0] + slip, -half[1], float(z))
        hi = (half[0] - 0.01 + slip, half[1], float(z + thick))
        pieces.append(_goods(Box(lo, hi), kind, 0))
    return pieces


def _valve(rng: Generator, kind: Kind) -> list[Piece]:
    """A valve body with its bore, a bonnet and a flange at each end, in a case."""
    radius = (_volume(rng) / 16) ** (1 / 3)
    axis = _AXES[rng.integers(2)]
    along = "xyz".index(axis)
    long = 3.4 * radius
    half = [1.75 * radius] * 3
    half[along] = long / 2 + 0.1 * radius
    half[2] = 2.7 * radius
    middle = (0.0, 0.0, -0.8 * radius)
    pieces = [Piece(_cuboid((half[0], half[1], half[2])), "cardboard", 40.0, "packing")]
    pieces.append(_goods(Cylinder(middle, 1.25 * radius, 0.7 * long, axis), kind, 0))
    for side in (-1, 1):
        at = list(middle)
        at[along] = side * 0.425 * long
        flange = Cylinder((at[0], at[1], at[2]), 1.65 * radius, 0.15 * long, axis)
        pieces.append(_goods(flange, kind, 0))
        bore = Cylinder((at[0], at[1], at[2]), 0.8 * radius, 0.15 * long, axis)
        pieces.append(_air(bore, len(pieces) - 1))
    pieces.append(_air(Cylinder(middle, 0.8 * radius, 0.7 * long, axis), 1))
    bonnet = Cylinder((0.0, 0.0, 1.55 * radius), 0.75 * radius, 2.1 * radius, "z")
    pieces.append(_goods(bonnet, kind, 0))
    return pieces


def _battery(rng: Generator, kind: Kind) -> list[Piece]:
    """An accumulator: cells of lead plates side by side in a plastic box."""
    cells = int(rng.integers(3, 8))
    long, wide, high = rng.uniform(0.1, 0.35), rng.uniform(0.07, 0.2), rng.uniform(0.09, 0.22)
    half = (float(long / 2), float(wide / 2), float(high / 2))
    pieces = [Piece(_cuboid(half), "polypropylene", 500.0, "packing")]
    step = (long - 0.006) / cells
    for cell in range(cells):
        x = -half[0] + 0.004 + cell * step
        lo = (float(x), -half[1] + 0.005, -half[2] + 0.01)
        hi = (float(x + step - 0.004), half[1] - 0.005, half[2] - 0.03)
        pieces.append(_goods(Box(lo, hi), kind, 0))
    return pieces


def _crate(rng: Generator, kind: Kind) -> list[Piece]:
    """Bars of heavy metal, or boxes of it, in a regular stack in a wooden crate, as sold."""
    across, high = int(rng.integers(1, 5)), int(rng.integers(1, 4))
    side, gap = float(rng.uniform(0.02, 0.06)), float(rng.uniform(0.004, 0.012))
    deep = float(rng.uniform(0.06, 0.3))
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
            pieces.append(_goods(bar, kind, 0))
    return pieces


def _core(rng: Generator, kind: Kind) -> list[Piece]:
    """A transformer core: a frame of laminated steel with one or two windows, some wound."""
    size = float(rng.uniform(0.06, 0.28))
    limb, deep = 0.26 * size, float(rng.uniform(0.25, 0.6)) * size
    windows = int(rng.integers(1, 3))
    long = (windows + 1) * limb + windows * 0.36 * size
    half = (long / 2, deep / 2, size / 2)
    pieces = [_goods(_cuboid(half), kind)]
    wound = rng.random() < 0.6
    for window in range(windows):
        x = -half[0] + limb + window * (limb + 0.36 * size)
        lo, hi = (x, -half[1], -half[2] + limb), (x + 0.36 * size, half[1], half[2] - limb)
        name, density = ("copper", 4500.0) if wound else ("air", 1.2)
        pieces.append(Piece(Box(lo, hi), name, density, "cargo", 0))
    return pieces


def _roll(rng: Generator, kind: Kind) -> list[Piece]:
    """Sheet or wire rolled up on a core."""
    radius, long = float(rng.uniform(0.025, 0.1)), float(rng.uniform(0.05, 0.3))
    axis = _AXES[rng.integers(3)]
    body = Cylinder(_ORIGIN, radius, long, axis)
    hole = Cylinder(_ORIGIN, float(rng.uniform(0.2, 0.55)) * radius, long, axis)
    return [_goods(body, kind), _air(hole, 0)]


def _cans(rng: Generator, kind: Kind) -> list[Piece]:
    """Small cans of heavy powder or shot, standing in a carton."""
    across, deep = int(rng.integers(1, 4)), int(rng.integers(1, 3))
    radius, high = float(rng.uniform(0.02, 0.06)), float(rng.uniform(0.05, 0.15))
    half = (across * radius + 0.006, deep * radius + 0.006, high / 2 + 0.006)
    pieces = [Piece(_cuboid(half), "cardboard", 80.0, "packing")]
    for column in range(across):
        for row in range(deep):
            x = -half[0] + 0.006 + (2 * column + 1) * radius
            y = -half[1] + 0.006 + (2 * row + 1) * radius
            pieces.append(_goods(Cylinder((x, y, 0.0), radius - 0.002, high, "z"), kind, 0))
    return pieces


def _pump(rng: Generator, kind: Kind) -> list[Piece]:
    """The housing of a pump or gear: thick walls about a cavity, with a rotor in it."""
    radius = float(rng.uniform(0.035, 0.12))
    long, wall = float(rng.uniform(1.2, 2.4)) * radius, float(rng.uniform(0.15, 0.4)) * radius
    axis = _AXES[rng.integers(3)]
    room = Cylinder(_ORIGIN, radius - wall, long - 2 * wall, axis)
    rotor = Cylinder(_ORIGIN, float(rng.uniform(0.3, 0.7)) * (radius - wall), room.length, axis)
    body = _goods(Cylinder(_ORIGIN, radius, long, axis), kind)
    return [body, _air(room, 0), Piece(rotor, "steel", 7850.0, "cargo", 1)]


def _solid_density(name: str) -> float:
    return material(name).density_g_cm3 * 1000


KINDS = (
    Kind("732599", "Counterweights of cast iron", "cast_iron", 7200.0, _weights, 3),
    Kind("732690", "Forged blocks of steel", "steel", 7850.0, _block),
    Kind("843149", "Machine parts, pins and blocks", "steel", 7850.0, _block),
    Kind("848180", "Valve bodies of brass", "brass", 8400.0, _valve),
    Kind("848180", "Valves of cast steel", "steel", 7850.0, _valve, 3),
    Kind("848071", "Mould inserts", "steel", 7850.0, _block),
    Kind("820900", "Carbide tooling", "tungsten_carbide", 9500.0, _crate, 3),
    Kind("780110", "Lead ingots", "lead", _solid_density("lead"), _crate, 3),
    Kind("780411", "Lead sheet in rolls", "lead", 11000.0, _roll, 3),
    Kind("810110", "Tungsten powder in cans", "tungsten", 8500.0, _cans, 2),
    Kind("850710", "Lead-acid accumulators", "battery", 2900.0, _battery),
    Kind("850490", "Transformer cores", "steel", 7400.0, _core),
    Kind("740710", "Copper bars", "copper", 8900.0, _crate, 3),
    Kind("740811", "Copper wire on spools", "copper", 5500.0, _roll),
    Kind("841391", "Pump housings", "cast_iron", 7200.0, _pump, 3),
    Kind("848340", "Gears and shafts", "steel", 7850.0, _roll),
    Kind("780600", "Diving weights of lead", "lead", 10900.0, _crate, 2),
)
