"""Whole scenes: a transport unit, one to three consignments, what is hidden, and the papers.

`make_scene` is the only way in. What goods there are is in `cargo`, how they lie in `forms` and
`loading`, shields in `concealment`, false declarations in `papers`, the empty unit in `units`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal, get_args

import numpy as np
from numpy.random import Generator

from scanai.manifest.model import Line, Manifest
from scanai.physics.materials import material
from scanai.scan.profile import ScannerProfile
from scanai.synth import papers
from scanai.synth.cargo import Goods, beside_others, library_without
from scanai.synth.concealment import Concealed, conceal
from scanai.synth.forms import Space
from scanai.synth.loading import Consignment, Hold, capacity_kg, in_a_row, under_cover
from scanai.synth.look_alikes import Added, add_look_alikes, draw_kind
from scanai.synth.placing import Stage
from scanai.synth.scene import Packing, Scene, SceneObject
from scanai.synth.solids import Box
from scanai.synth.units import (
    CONTAINER_PAYLOAD_KG,
    UNIT_TYPES,
    EmptyUnit,
    build_unit,
    choose,
    draw_unit_and_goods,
    fits,
)

Kind = Literal[
    "benign",
    "concealed",
    "undeclared",
    "second_consignment",
    "swapped_codes",
    "short_quantity",
    "over_quantity",
    "false_mass",
    "empty",
    "false_empty",
    "empty_declared_loaded",
]
KINDS: tuple[str, ...] = get_args(Kind)
_MISMATCH = {
    "undeclared": "undeclared_goods",
    "second_consignment": "second_consignment",
    "swapped_codes": "swapped_codes",
    "short_quantity": "short_quantity",
    "over_quantity": "over_quantity",
    "false_mass": "false_mass",
    "false_empty": "false_empty",
    "empty_declared_loaded": "empty_declared_loaded",
}
_HIDES_GOODS = ("undeclared", "second_consignment")

# Mass that a sender would load in a container, t, by share: what weighs less fills the unit before.
# With the densities of `cargo` the loads come out near those of 5,000 export containers, of which
# 2.7, 19.9 and 27.1 t at 5, 50 and 95 % are known.
_MASS_SHARE = (0.0, 0.1, 0.5, 0.9, 1.0)
_MASS_T = (18.0, 23.5, 26.0, 27.5, 28.3)
# Loads that neither fill the unit nor its payload, and the least share of it that they reach: small
# consignments are the more common the smaller they are.
_PART_LOADS = 0.08
_LEAST_PART = 0.02
_LOOK_ALIKE_SHARE = 0.42
# Undeclared goods that are the whole load, as against some under a cover.
_WHOLE_LOAD = 0.2
_COVER_DRAWS = 8


@dataclass(frozen=True)
class ScanSpec:
    """What kind of scene is wanted; None: as trade has it."""

    kind: str = "benign"
    unit_type: str | None = None
    group: str | None = None
    """Goods group of the first consignment."""
    heading: str | None = None
    """HS heading of the first consignment; before `group`."""
    without_headings: tuple[str, ...] = ()
    without_forms: tuple[str, ...] = ()
    """Goods of these headings, and these load forms, are in no load (look-alikes may be)."""

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"expected a kind among {', '.join(KINDS)}, found {self.kind!r}")
        if self.unit_type is not None and self.unit_type not in UNIT_TYPES:
            raise ValueError(
                f"expected a unit type among {', '.join(UNIT_TYPES)}, found {self.unit_type!r}"
            )

    @property
    def goods(self) -> tuple[Goods, ...]:
        """All that loads are drawn from."""
        return library_without(self.without_headings, self.without_forms)


def make_scene(rng: Generator, spec: ScanSpec, profile: ScannerProfile | None = None) -> Scene:
    """One scene: equal generator states and specs, equal scenes. ValueError: no such goods.

    With `profile`, the unit that is drawn is one that the scanner sees whole.
    """
    unit_type, first = draw_unit_and_goods(rng, _wanted_goods(spec), spec.unit_type, profile)
    empty = build_unit(unit_type, rng)
    target = _mass_to_load(rng, first, empty)
    if spec.kind in ("empty", "empty_declared_loaded"):
        return _empty_scene(rng, spec, empty, first, target)
    if spec.kind == "short_quantity":
        target = papers.short_of(min(target, capacity_kg(first, empty.space)))
    loads = _loads(rng, spec, first, empty, target)
    objects = [*empty.parts, *(item for load in loads for item in load.objects)]
    stage = Stage(objects, empty.voids)
    added, shield = None, None
    if not empty.liquids_only and rng.random() < _LOOK_ALIKE_SHARE:
        added = add_look_alikes(rng, stage, empty.space, draw_kind(rng))
    if spec.kind == "concealed":
        shield = conceal(rng, stage, empty.space, "liquid" if empty.liquids_only else None)
    return _declared(rng, spec, empty, loads, stage, added, shield)


# --- goods and units -----------------------------------------------------------------------------


def _wanted_goods(spec: ScanSpec) -> list[Goods]:
    goods = list(spec.goods)
    if spec.heading is not None:
        goods = [entry for entry in goods if entry.heading == spec.heading]
    elif spec.group is not None:
        goods = [entry for entry in goods if entry.group == spec.group]
    if not goods:
        raise ValueError(f"no goods of heading {spec.heading} or group {spec.group} in the library")
    return goods


def _mass_to_load(rng: Generator, first: Goods, empty: EmptyUnit) -> float:
    """Mass to load, kg."""
    target = 1000 * float(np.interp(rng.random(), _MASS_SHARE, _MASS_T))
    target *= empty.payload_kg / CONTAINER_PAYLOAD_KG
    if rng.random() < _PART_LOADS:
        most = min(target, capacity_kg(first, empty.space))
        return most * float(np.exp(rng.uniform(np.log(_LEAST_PART), 0.0)))
    return target


def _loads(
    rng: Generator, spec: ScanSpec, first: Goods, empty: EmptyUnit, target_kg: float
) -> list[Consignment]:
    """What lies in the unit; where goods are hidden, those come last."""
    hold = Hold(empty.unit.unit_type, empty.space)
    if empty.liquids_only:
        return in_a_row(rng, [first], target_kg, hold, [])
    fitting = [entry for entry in spec.goods if fits(entry, hold.unit_type)]
    others = [one for entry in fitting if (one := beside_others(entry)) is not None]
    if spec.kind in _HIDES_GOODS:
        return _with_hidden(rng, spec, first, hold, others, target_kg)
    count = int(rng.choice([1, 2, 3], p=[0.62, 0.26, 0.12]))
    packed = beside_others(first)
    if count == 1 or packed is None or hold.length / count < 1.15 * first.package[0] + 0.5:
        return in_a_row(rng, [first], target_kg, hold, others)
    goods = [packed, *(choose(rng, others) for _ in range(count - 1))]
    return in_a_row(rng, goods, target_kg, hold, others)


def _with_hidden(
    rng: Generator,
    spec: ScanSpec,
    first: Goods,
    hold: Hold,
    others: Sequence[Goods],
    target_kg: float,
) -> list[Consignment]:
    """A load, and goods of another group that the papers will not name."""
    pool = [goods for goods in others if goods.group != first.group]
    packed = beside_others(first)
    # What lies from wall to wall hides nothing but itself.
    if packed is None or (spec.kind == "undeclared" and rng.random() < _WHOLE_LOAD):
        return in_a_row(rng, [first], target_kg, hold, others)
    for _ in range(_COVER_DRAWS):
        hidden = choose(rng, pool)
        if spec.kind == "undeclared":
            loads = under_cover(rng, packed, hidden, target_kg, hold)
        else:
            loads = in_a_row(rng, [packed, hidden], target_kg, hold, [])
        if len(loads) == 2:
            return loads
    return in_a_row(rng, [first], target_kg, hold, others)


def _empty_scene(
    rng: Generator, spec: ScanSpec, empty: EmptyUnit, goods: Goods, target_kg: float
) -> Scene:
    """Nothing but what was left behind, declared so or declared as a load."""
    objects = [*empty.parts, *([] if empty.liquids_only else _leftovers(rng, empty.space))]
    lines: list[Line] = []
    if spec.kind == "empty_declared_loaded":
        mass = min(target_kg, capacity_kg(goods, empty.space))
        lines.append(papers.goods_line(rng, papers.Shipped(goods, mass)))
    declared = papers.honest(rng, empty.unit, lines)
    mismatch = _MISMATCH.get(spec.kind, "")
    scene = Scene(empty.unit, tuple(objects), declared, ("empty",), mismatch=mismatch)
    true = papers.true_papers(declared, [], scene.cargo_mass_kg)
    return replace(scene, true_manifest=true)


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


def _declared(
    rng: Generator,
    spec: ScanSpec,
    empty: EmptyUnit,
    loads: Sequence[Consignment],
    stage: Stage,
    added: Added | None,
    shield: Concealed | None,
) -> Scene:
    """The finished stage with its papers, true and false."""
    lines = [papers.goods_line(rng, papers.Shipped(load.goods, load.mass_kg)) for load in loads]
    if added is not None:
        mass, pieces = added.mass_kg(stage), len(added.numbers)
        lines.append(papers.piece_line(added.kind.code, added.kind.text, mass, pieces))
    honest = papers.honest(rng, empty.unit, lines)
    declared = _falsified(rng, spec, honest, loads, empty)
    if shield is not None:
        lines.append(papers.shield_line(shield.shield.material, shield.mass_kg(stage)))
    named = {line.hs_code[:4] for line in declared.lines}
    there = {item.heading for item in stage.objects if item.heading}
    scene = Scene(
        empty.unit,
        tuple(stage.objects),
        declared,
        load_forms=tuple(dict.fromkeys(load.form for load in loads)),
        packings=tuple(Packing(load.goods.heading, load.form, load.package) for load in loads),
        threats=() if shield is None else (shield.threat(stage),),
        mismatch=_mismatch(spec.kind, loads),
        look_alikes=() if added is None else added.look_alikes(stage),
        hidden_headings=tuple(sorted(there - named)),
        sites=() if shield is None else (shield.site,),
    )
    true = papers.true_papers(honest, lines, scene.cargo_mass_kg)
    return replace(scene, true_manifest=true)


def _mismatch(kind: str, loads: Sequence[Consignment]) -> str:
    """What the papers hide: a second consignment only where there are two."""
    if kind == "second_consignment" and len(loads) < 2:
        kind = "swapped_codes"
    return _MISMATCH.get(kind, "")


def _falsified(
    rng: Generator,
    spec: ScanSpec,
    honest: Manifest,
    loads: Sequence[Consignment],
    empty: EmptyUnit,
) -> Manifest:
    """The declaration as the sender wants it read."""
    match spec.kind:
        case "false_empty":
            return papers.emptied(honest)
        case "false_mass":
            return papers.false_mass(rng, honest, empty.payload_kg)
        case "short_quantity" | "over_quantity":
            short = spec.kind == "short_quantity"
            return papers.false_quantity(rng, honest, empty.payload_kg, short=short)
        case "swapped_codes":
            return papers.swapped_codes(rng, honest, _carried(spec, empty))
        case "undeclared" | "second_consignment" if len(loads) > 1:
            hidden = frozenset({loads[-1].goods.heading})
            follows = spec.kind == "second_consignment"
            return papers.without(honest, hidden, mass_follows=follows)
        case "undeclared" | "second_consignment":
            return papers.swapped_codes(rng, honest, _carried(spec, empty))
        case _:
            return honest


def _carried(spec: ScanSpec, empty: EmptyUnit) -> list[Goods]:
    """Goods that such a unit carries: nobody believes in fibreboard in a tank."""
    return [goods for goods in spec.goods if fits(goods, empty.unit.unit_type)]
