"""Cases: the declarations, true and false, under which one simulated load is inspected.

Scan number i of the benchmark depends on the recipe and i alone, and so do its declarations.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import msgspec
import numpy as np
from numpy.random import Generator, SeedSequence

from scanai.manifest.goods_groups import goods_group_of
from scanai.manifest.model import Line, Manifest
from scanai.synth.cargo import Goods, library
from scanai.synth.dataset import ScanPlan, plan_at
from scanai.synth.papers import Shipped, goods_line
from scanai.synth.paperwork import vaguely, with_paperwork
from scanai.synth.scene import Scene
from scanai.synth.simulate import scene_of
from scanai.synth.units import fits
from scanai.train.mismatch.recipe import SORTS, MismatchRecipe
from scanai.train.shared_scan import SharedScan

CORRECT, VAGUE = "correct", "vague"
HONEST = (CORRECT, VAGUE, "empty")
SWAPS = ("group_swap", "chapter_swap", "heading_swap")
_PAPERS = 8
"""Stream of the declarations beside those of the scene and its scanner."""
_SHARE_WITHIN = (0.8, 1.25)
"""Factors within which the hidden share of a substituted load may lie from the one asked for."""
_TRIES = 4000


@dataclass(frozen=True)
class Case:
    name: str
    manifest: Manifest
    true_heading: str = ""
    """Of the largest line, before its code was swapped."""
    declared_heading: str = ""
    error: float = 0.0
    """Of a false mass: declared / true − 1. Of a substituted load: the hidden share."""


def bad_cases(recipe: MismatchRecipe) -> tuple[str, ...]:
    parts = tuple(part_name(share) for share in recipe.shares)
    return (*SWAPS, *parts, "false_mass", "false_empty", "concealed")


def part_name(share: float) -> str:
    return f"part_{100 * share:.0f}"


def sort_of(recipe: MismatchRecipe, index: int) -> tuple[str, float]:
    """The sort of load that scan number `index` is of, and the share that it hides."""
    counts = (
        recipe.honest,
        recipe.substituted * len(recipe.shares),
        recipe.concealed,
        recipe.empty,
    )
    place = index
    for sort, count in zip(SORTS, counts, strict=True):
        if place < count:
            hides = sort == "substituted"
            return sort, recipe.shares[place // recipe.substituted] if hides else 0.0
        place -= count
    raise IndexError(f"scan {index} beyond the {recipe.scans} of the recipe")


def shared_scan(recipe: MismatchRecipe, index: int) -> SharedScan:
    sort, share = sort_of(recipe, index)
    if sort == "substituted":
        data = recipe.data_set("undeclared", "second_consignment")
        return SharedScan(data, _hiding(recipe, index, share))
    kind = {"honest": "benign", "concealed": "concealed", "empty": "empty"}[sort]
    return SharedScan(recipe.data_set(kind), index)


def _hiding(recipe: MismatchRecipe, index: int, share: float) -> int:
    """Number of a scene that hides about that share; scenes are cheap, pictures are not."""
    data = recipe.data_set("undeclared", "second_consignment")
    low, high = (factor * share for factor in _SHARE_WITHIN)
    for trial in range(_TRIES):
        # Numbers beyond all others of the recipe, each tried for one scan alone.
        number = recipe.scans + index * _TRIES + trial
        scene = _scene(plan_at(data, number))
        hidden = hidden_lines(scene)
        if hidden and low <= _mass(hidden) / _mass(_true_lines(scene)) <= high:
            return number
    raise ValueError(f"no load hides {share:g} of its mass in {_TRIES} draws")


def _scene(plan: ScanPlan) -> Scene:
    return scene_of(plan.seed, plan.profile, plan.spec)


def _true_lines(scene: Scene) -> tuple[Line, ...]:
    assert scene.true_manifest is not None
    return scene.true_manifest.lines


def hidden_lines(scene: Scene) -> list[Line]:
    """Of headings that the papers do not name, where none of their groups is declared."""
    named = [line.hs_code[:4] not in scene.hidden_headings for line in _true_lines(scene)]
    shown = [line for line, told in zip(_true_lines(scene), named, strict=True) if told]
    hidden = [line for line, told in zip(_true_lines(scene), named, strict=True) if not told]
    return hidden if shown and not _groups(shown) & _groups(hidden) else []


def _groups(lines: Sequence[Line]) -> set[str]:
    return {goods_group_of(line.hs_code).name for line in lines}


def cases_of(recipe: MismatchRecipe, index: int, shared: SharedScan) -> Iterator[Case]:
    """All declarations of scan number `index`, the true one first."""
    rng = np.random.default_rng(SeedSequence((recipe.seed, index, _PAPERS)))
    sort, share = sort_of(recipe, index)
    scene = shared.simulated.scene
    honest = shared.simulated.manifest
    if sort == "empty":
        yield Case("empty", with_paperwork(rng, honest, false=False))
    elif sort == "concealed":
        yield Case("concealed", with_paperwork(rng, honest, false=True))
    elif sort == "substituted":
        told = _substituted(scene, honest)
        hidden = _mass(hidden_lines(scene)) / _mass(_true_lines(scene))
        yield Case(part_name(share), with_paperwork(rng, told, false=True), error=hidden)
    elif honest.lines:
        yield from _of_honest(rng, recipe, honest)


def _of_honest(rng: Generator, recipe: MismatchRecipe, honest: Manifest) -> Iterator[Case]:
    number = _largest(honest.lines)
    heading = honest.lines[number].hs_code[:4]
    true = with_paperwork(rng, honest, false=False)
    yield Case(CORRECT, true, heading, heading)
    yield Case(VAGUE, vaguely(rng, honest), heading, heading)
    for name in SWAPS:
        pool = _pool(name, heading, honest)
        if pool:
            other = pool[int(rng.integers(len(pool)))]
            told = with_paperwork(rng, _under(rng, honest, number, other), false=True)
            yield Case(name, told, heading, other.heading)
    error = float(rng.uniform(*recipe.mass_error)) * (1 if rng.integers(2) else -1)
    told = with_paperwork(rng, _scaled(honest, 1 + error), false=True)
    yield Case("false_mass", told, heading, heading, error)
    empty = msgspec.structs.replace(honest, lines=(), gross_mass_kg=0.0)
    yield Case("false_empty", with_paperwork(rng, empty, false=True), heading)


def _pool(swap: str, heading: str, manifest: Manifest) -> list[Goods]:
    """Goods that the unit carries and that the code may be swapped for: of another group; of the
    same group and another chapter; of the same group and chapter and another heading."""
    taken = {line.hs_code[:4] for line in manifest.lines}
    free = [
        goods
        for goods in library()
        if goods.heading not in taken and fits(goods, manifest.unit_type)
    ]
    group = goods_group_of(heading).name
    if swap == "group_swap":
        declared = {goods_group_of(code).name for code in taken}
        return [goods for goods in free if goods.group not in declared]
    same = [goods for goods in free if goods.group == group]
    other_chapter = swap == "chapter_swap"
    return [goods for goods in same if (goods.heading[:2] != heading[:2]) == other_chapter]


def _under(rng: Generator, manifest: Manifest, number: int, goods: Goods) -> Manifest:
    """One line declared as other goods of the same mass, in packages that such goods come in."""
    told = goods_line(rng, Shipped(goods, manifest.lines[number].mass_kg or 0.0))
    lines = (*manifest.lines[:number], told, *manifest.lines[number + 1 :])
    return msgspec.structs.replace(manifest, lines=lines)


def _substituted(scene: Scene, honest: Manifest) -> Manifest:
    """The hidden goods unnamed, their mass on the lines that are named."""
    hidden = {line.hs_code[:4] for line in hidden_lines(scene)}
    kept = [line for line in _true_lines(scene) if line.hs_code[:4] not in hidden]
    factor = _mass(_true_lines(scene)) / _mass(kept)
    lines = tuple(_times(line, factor) for line in kept)
    gross = float(round(_mass(_true_lines(scene))))
    return msgspec.structs.replace(honest, lines=lines, gross_mass_kg=gross)


def _scaled(manifest: Manifest, factor: float) -> Manifest:
    gross = manifest.gross_mass_kg
    return msgspec.structs.replace(
        manifest,
        lines=tuple(_times(line, factor) for line in manifest.lines),
        gross_mass_kg=None if gross is None else float(round(gross * factor)),
    )


def _times(line: Line, factor: float) -> Line:
    return msgspec.structs.replace(
        line,
        mass_kg=float(max(1, round((line.mass_kg or 0.0) * factor))),
        packages=max(1, round((line.packages or 1) * factor)),
    )


def _mass(lines: Sequence[Line]) -> float:
    return sum(line.mass_kg or 0.0 for line in lines)


def _largest(lines: Sequence[Line]) -> int:
    return max(range(len(lines)), key=lambda number: lines[number].mass_kg or 0.0)
