"""Whole scenes: a transport unit, one to three consignments, what is hidden, and the papers.

`make_scene` is the only way in. What goods there are is in `cargo`, how they lie in `forms`,
shields in `concealment`, the empty unit in `units`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.random import Generator

from scanai.manifest.model import Line, Manifest
from scanai.physics.materials import material
from scanai.scan.profile import ScannerProfile
from scanai.synth.cargo import Goods, draw_item, library
from scanai.synth.concealment import LOOK_ALIKES, add_look_alike, draw_shield, hide
from scanai.synth.forms import Space
from scanai.synth.scene import Scene, SceneObject, Threat, TransportUnit
from scanai.synth.solids import Box
from scanai.synth.units import (
    CONTAINER_PAYLOAD_KG,
    UNIT_TYPES,
    EmptyUnit,
    build_unit,
    choose,
    draw_unit_and_goods,
    fits,
    packed_for,
    stow,
)

Kind = Literal["benign", "concealed", "undeclared", "false_mass", "empty", "false_empty"]
KINDS: tuple[str, ...] = get_args(Kind)
_MISMATCH = {
    "undeclared": "undeclared_goods",
    "false_mass": "false_mass",
    "false_empty": "false_empty",
}

# Gross mass of 5,000 export containers, t, by share: 5, 50 and 95 % are known, the rest is drawn.
_MASS_SHARE = (0.0, 0.05, 0.25, 0.5, 0.75, 0.95, 1.0)
_MASS_T = (0.9, 2.7, 11.0, 19.9, 24.6, 27.1, 28.3)
# Goods that fill the unit before they reach their mass pull the distribution down; this exponent
# of the draw makes up for them, but for part loads.
_LOADED = 0.25
_PART_LOADS = 0.3
_LOOK_ALIKE_SHARE = 0.36
# Fill of the space that is left at most, and length that a consignment gets at least.
_LEAST_LENGTH = 1.25


@dataclass(frozen=True)
class ScanSpec:
    """What kind of scene is wanted; None: as trade has it."""

    kind: str = "benign"
    unit_type: str | None = None
    group: str | None = None
    """Goods group of the first consignment."""
    heading: str | None = None
    """HS heading of the first consignment; before `group`."""

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"expected a kind among {', '.join(KINDS)}, found {self.kind!r}")
        if self.unit_type is not None and self.unit_type not in UNIT_TYPES:
            raise ValueError(
                f"expected a unit type among {', '.join(UNIT_TYPES)}, found {self.unit_type!r}"
            )


@dataclass(frozen=True)
class _Consignment:
    goods: Goods
    form: str
    objects: tuple[SceneObject, ...]

    @property
    def mass_kg(self) -> float:
        return sum(item.solid.volume * item.density for item in self.objects)


def make_scene(rng: Generator, spec: ScanSpec, profile: ScannerProfile | None = None) -> Scene:
    """One scene: equal generator states and specs, equal scenes. ValueError: no such goods.

    With `profile`, the unit that is drawn is one that the scanner sees whole.
    """
    unit_type, first = draw_unit_and_goods(rng, _wanted_goods(spec), spec.unit_type, profile)
    empty = build_unit(unit_type, rng)
    unit, space = empty.unit, empty.space
    if spec.kind == "empty":
        left = [] if empty.liquids_only else _leftovers(rng, space)
        return Scene(unit, (*empty.parts, *left), _papers(rng, unit, []), ("empty",))
    loads = _load(rng, spec, first, empty)
    objects = [*empty.parts, *(item for load in loads for item in load.objects)]
    declared = [_line(rng, load.goods, load.mass_kg) for load in loads]
    if rng.random() < _LOOK_ALIKE_SHARE and not empty.liquids_only:
        headings = list(LOOK_ALIKES)
        heading = headings[rng.integers(len(headings))]
        before = _mass(objects)
        objects = add_look_alike(rng, objects, space, heading)
        declared.append(_look_alike_line(heading, _mass(objects) - before))
    threats: tuple[Threat, ...] = ()
    # Last of all: what is added later may cut boxes in two, and a threat names objects by index.
    if spec.kind == "concealed":
        objects, threat = hide(rng, objects, space, draw_shield(rng))
        threats = (threat,)
    manifest = _papers(rng, unit, declared)
    manifest = _falsify(rng, spec.kind, manifest, loads)
    forms = tuple(dict.fromkeys(load.form for load in loads))
    return Scene(unit, tuple(objects), manifest, forms, threats, _MISMATCH.get(spec.kind, ""))


def _mass(objects: list[SceneObject]) -> float:
    total = 0.0
    for item in objects:
        total += item.solid.volume * item.density
        if item.displaces is not None:
            total -= item.solid.volume * objects[item.displaces].density
    return total


# --- goods and where they stand ------------------------------------------------------------------


def _wanted_goods(spec: ScanSpec) -> list[Goods]:
    goods = list(library())
    if spec.heading is not None:
        goods = [entry for entry in goods if entry.heading == spec.heading]
    elif spec.group is not None:
        goods = [entry for entry in goods if entry.group == spec.group]
    if not goods:
        raise ValueError(f"no goods of heading {spec.heading} or group {spec.group} in the library")
    return goods


def _load(rng: Generator, spec: ScanSpec, first: Goods, empty: EmptyUnit) -> list[_Consignment]:
    """One to three consignments one behind the other, each in its share of the length."""
    space, unit_type = empty.space, empty.unit.unit_type
    count = int(rng.choice([1, 2, 3], p=[0.62, 0.26, 0.12]))
    long = space[1][0] - space[0][0]
    if empty.liquids_only or long / count < 1.15 * first.package[0] + 0.5:
        count = 1
    if spec.kind == "undeclared":
        count = max(count, 2)
    others = [entry for entry in library() if fits(entry, unit_type)]
    goods = [first]
    while len(goods) < count:
        pool = others
        if spec.kind == "undeclared" and len(goods) == count - 1:
            pool = [entry for entry in others if entry.group not in {g.group for g in goods}]
        goods.append(choose(rng, pool or others))
    drawn = rng.random() ** (1.0 if rng.random() < _PART_LOADS else _LOADED)
    target = 1000 * float(np.interp(drawn, _MASS_SHARE, _MASS_T))
    target *= empty.payload_kg / CONTAINER_PAYLOAD_KG
    (x0, y0, z0), (x1, y1, z1) = space
    area = (y1 - y0) * (z1 - z0)
    least = _LEAST_LENGTH / (x1 - x0)
    shares = np.sort(least + rng.dirichlet(np.full(count, 3.0)) * (1 - least * count))[::-1]
    loads: list[_Consignment] = []
    x = x0
    for place in rng.permutation(count):  # the first goods get the longest part, anywhere
        length = float(shares[place]) * (x1 - x0)
        room = ((x, y0, z0), (x + length - 0.02, y1, z1))
        entry = goods[place]
        for _ in range(20):
            most = sum(entry.density) / 2 * area * length * rng.uniform(0.86, 0.98)
            item = draw_item(rng, entry, min(target * float(shares[place]), most))
            item = packed_for(item, entry, unit_type)
            objects = stow(rng, item, unit_type, room)
            if objects:
                load = _Consignment(entry, item.form, tuple(objects))
                loads.insert(0 if place == 0 else len(loads), load)
                break
            # Too long for its part of the unit, such as a car: something else stands there.
            entry = entry if place == 0 else choose(rng, others)
        x += length
    return loads


def _leftovers(rng: Generator, space: Space) -> list[SceneObject]:
    """What is found in empty units: nothing, dunnage, a few pallets, straps."""
    (x0, y0, z0), (x1, y1, _) = space
    left = []
    if rng.random() < 0.5:
        for _ in range(int(rng.integers(1, 6))):
            x, y = rng.uniform(x0, x1 - 1.3), rng.uniform(y0, y1 - 0.9)
            high = float(rng.choice([0.02, 0.08, 0.14]) * rng.integers(1, 4))
            box = Box((x, y, z0), (x + rng.uniform(0.3, 1.2), y + 0.8, z0 + high))
            left.append(SceneObject(box, material("wood"), float(rng.uniform(150, 500)), "packing"))
    return left


# --- papers --------------------------------------------------------------------------------------


def _line(rng: Generator, goods: Goods, mass_kg: float) -> Line:
    choice = int(rng.integers(len(goods.codes)))
    text = goods.texts[min(choice, len(goods.texts) - 1)]
    volume = np.prod([max(side, 0.05) for side in goods.package])
    each = max(5.0, float(volume) * sum(goods.density) / 2)
    return Line(
        hs_code=goods.codes[choice],
        description=text,
        mass_kg=float(round(mass_kg)),
        packages=max(1, round(mass_kg / each)),
        package_type=goods.package_type,
    )


_LOOK_ALIKE_PAPERS = {
    "7325": ("732599", "Counterweights of cast iron"),
    "7326": ("732690", "Forged blocks of steel"),
    "8431": ("843149", "Machine parts, pins and blocks"),
    "8481": ("848180", "Valve bodies of brass"),
    "8480": ("848071", "Mould inserts"),
    "8209": ("820900", "Carbide tooling"),
    "7801": ("780110", "Lead ingots"),
    "8507": ("850710", "Lead-acid accumulators"),
    "8504": ("850490", "Transformer cores"),
    "7407": ("740710", "Copper bars"),
}


def _look_alike_line(heading: str, mass_kg: float) -> Line:
    code, text = _LOOK_ALIKE_PAPERS[heading]
    return Line(
        hs_code=code,
        description=text,
        mass_kg=float(max(1, round(mass_kg))),
        packages=1,
        package_type="PX",
    )


def _papers(rng: Generator, unit: TransportUnit, lines: list[Line]) -> Manifest:
    number = int(rng.integers(0, 1_000_000))
    return Manifest(
        unit=f"SYNTH-{number:06d}",
        unit_type=unit.unit_type,
        scan_id=f"SYNTH-{number:06d}-{int(rng.integers(0, 10_000)):04d}",
        regime=("import", "export", "transit", "transhipment")[rng.integers(4)],
        gross_mass_kg=_weighed(rng, lines),
        tare_kg=unit.tare_kg,
        lines=tuple(lines),
    )


def _weighed(rng: Generator, lines: list[Line]) -> float:
    """Declared mass strays from the true one by a percent or two."""
    total = sum(line.mass_kg or 0.0 for line in lines)
    return float(round(total * (1 + 0.012 * float(np.clip(rng.standard_normal(), -2.5, 2.5)))))


def _falsify(rng: Generator, kind: str, manifest: Manifest, loads: list[_Consignment]) -> Manifest:
    """The declaration as the sender wants it read."""
    if kind == "false_empty":
        return _with(manifest, (), 0.0)
    if kind == "undeclared":
        hidden = loads[-1].goods
        codes = set(hidden.codes)
        lines = tuple(line for line in manifest.lines if line.hs_code not in codes)
        total = sum(line.mass_kg or 0.0 for line in manifest.lines)
        kept = sum(line.mass_kg or 0.0 for line in lines)
        scale = total / kept if kept else 1.0
        return _with(manifest, _scaled(lines, scale), manifest.gross_mass_kg)
    if kind == "false_mass":
        scale = rng.uniform(0.35, 0.7) if rng.random() < 0.5 else rng.uniform(1.4, 2.5)
        lines = _scaled(manifest.lines, float(scale))
        gross = manifest.gross_mass_kg or 0.0
        return _with(manifest, lines, float(round(gross * float(scale))))
    return manifest


def _scaled(lines: tuple[Line, ...], scale: float) -> tuple[Line, ...]:
    return tuple(
        Line(
            hs_code=line.hs_code,
            description=line.description,
            mass_kg=float(round((line.mass_kg or 0.0) * scale)),
            packages=max(1, round((line.packages or 1) * scale)),
            package_type=line.package_type,
        )
        for line in lines
    )


def _with(manifest: Manifest, lines: tuple[Line, ...], gross: float | None) -> Manifest:
    return Manifest(
        unit=manifest.unit,
        unit_type=manifest.unit_type,
        scan_id=manifest.scan_id,
        regime=manifest.regime,
        gross_mass_kg=gross,
        tare_kg=manifest.tare_kg,
        lines=lines,
    )
