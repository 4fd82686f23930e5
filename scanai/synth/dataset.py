"""Data sets of simulated scans: a flat TOML recipe, and scan number i of it.

Scan number i depends on the recipe and i alone, whoever asks for it and in whatever order.
`iter_scans` feeds a training without files; files are written in `shards`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import msgspec
import numpy as np
from numpy.random import SeedSequence

from scanai.errors import RecipeError
from scanai.records import from_toml
from scanai.scan import load_profile
from scanai.scan.profile import ScannerProfile
from scanai.synth.cargo import library
from scanai.synth.recipe_file import (
    RANDOM,
    known_headings,
    read_text,
    require_known,
    require_left_out,
    require_profiles,
    require_weights,
)
from scanai.synth.scanners import draw_scanner
from scanai.synth.scenes import ScanSpec
from scanai.synth.simulate import SimulatedScan, simulate
from scanai.synth.units import CONTAINERS, UNIT_TYPES, fits, fits_view


class DatasetRecipe(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    seed: Annotated[int, msgspec.Meta(ge=0, le=2**63 - 1)]
    count: Annotated[int, msgspec.Meta(ge=1, le=10_000_000)]
    profiles: Annotated[tuple[str, ...], msgspec.Meta(min_length=1)]
    """Names of scanner profiles, TOML files (relative to the working folder), or "random", a whole
    scanner drawn anew for the scan; drawn evenly, an entry that stands twice twice as often."""
    kinds: dict[str, float]
    """Weight of each kind of scene."""
    unit_types: tuple[str, ...] = ()
    """Drawn evenly from those that the scanner sees whole and that can hold the heading, or from
    all where there are none; boxes count as seen. None: as the scene library likes."""
    headings: tuple[str, ...] = ()
    """HS headings of the first consignment, in turn; none: as trade has it."""
    without_headings: tuple[str, ...] = ()
    without_forms: tuple[str, ...] = ()
    """HS headings and load forms that no load has: what a model is later tried on."""
    x_window_px: Annotated[int, msgspec.Meta(ge=32, le=16_384)] | None = None
    """Columns of a scan; none: the whole unit."""
    air_line_share: Annotated[float, msgspec.Meta(ge=0, le=1)] = 1.0
    """Share of the scans that bring their air and dark levels."""


@dataclass(frozen=True)
class ScanPlan:
    """What scan number `index` of a recipe is to be."""

    index: int
    seed: int
    profile: ScannerProfile
    own_profile: bool
    """The scanner was drawn for this scan: no file says what it is."""
    spec: ScanSpec
    x_window_px: int | None
    air_line: bool


def read_recipe(path: str | Path) -> DatasetRecipe:
    """RecipeError names the key: unknown, of a wrong type, or a name that nothing bears."""
    path = Path(path)
    recipe = from_toml(
        read_text(path), DatasetRecipe, path, "a data set recipe in TOML", RecipeError
    )
    require_weights(recipe.kinds, path)
    require_known("unit_types", recipe.unit_types, UNIT_TYPES, path)
    require_known("headings", recipe.headings, known_headings(), path)
    require_left_out(recipe.without_headings, recipe.without_forms, path)
    both = sorted(set(recipe.headings) & set(recipe.without_headings))
    if both:
        raise RecipeError(path, "headings that without_headings does not name", ", ".join(both))
    for heading in recipe.headings:
        if set(recipe.unit_types) == {"tank"} and not _holds("tank", heading):
            raise RecipeError(path, f"unit_types that can hold goods of heading {heading}", "tank")
    require_profiles("profiles", recipe.profiles, path)
    return recipe


def plan_at(recipe: DatasetRecipe, index: int) -> ScanPlan:
    """What is drawn for scan number `index`, from 0, before anything is simulated."""
    sequence = SeedSequence((recipe.seed, index))
    rng = np.random.default_rng(sequence)
    profile = recipe.profiles[rng.integers(len(recipe.profiles))]
    weights = np.array(list(recipe.kinds.values()))
    kind = list(recipe.kinds)[rng.choice(weights.size, p=weights / weights.sum())]
    scanner = _scanner(profile, sequence)
    heading = recipe.headings[index % len(recipe.headings)] if recipe.headings else None
    unit_type = None
    if recipe.unit_types:
        choice = _suitable(recipe.unit_types, scanner, heading)
        unit_type = choice[int(rng.integers(len(choice)))]
    return ScanPlan(
        index=index,
        seed=int(sequence.generate_state(1, np.uint64)[0]),
        profile=scanner,
        own_profile=profile == RANDOM,
        spec=ScanSpec(
            kind=kind,
            unit_type=unit_type,
            heading=heading,
            without_headings=recipe.without_headings,
            without_forms=recipe.without_forms,
        ),
        x_window_px=recipe.x_window_px,
        air_line=bool(rng.random() < recipe.air_line_share),
    )


def _suitable(
    unit_types: Sequence[str], scanner: ScannerProfile, heading: str | None
) -> Sequence[str]:
    """The unit types that goods of the heading travel in, and of these what the scanner sees whole.

    Where they travel in none of them, the wish is granted all the same, but for a tank."""
    holding = [unit_type for unit_type in unit_types if _holds(unit_type, heading)]
    holding = holding or [unit_type for unit_type in unit_types if unit_type != "tank"]
    # Boxes are what all scanners are built for.
    seen = [
        unit_type
        for unit_type in holding
        if unit_type in CONTAINERS or fits_view(unit_type, scanner)
    ]
    return seen or holding


def _holds(unit_type: str, heading: str | None) -> bool:
    return any(
        fits(goods, unit_type) for goods in library() if heading is None or goods.heading == heading
    )


def _scanner(profile: str, sequence: SeedSequence) -> ScannerProfile:
    if profile != RANDOM:
        return load_profile(profile)
    # A stream of its own: what a scanner takes to draw must not change the scene before it.
    return draw_scanner(np.random.default_rng(sequence.spawn(1)[0]))


def make_scan(plan: ScanPlan) -> SimulatedScan:
    return simulate(plan.seed, plan.profile, plan.spec, plan.x_window_px, air_line=plan.air_line)


def scan_at(recipe: DatasetRecipe, index: int) -> SimulatedScan:
    """Scan number `index` of the recipe, from 0."""
    return make_scan(plan_at(recipe, index))


def iter_scans(recipe: DatasetRecipe) -> Iterator[SimulatedScan]:
    """All scans of the recipe in order, made one by one in this process."""
    for index in range(recipe.count):
        yield scan_at(recipe, index)
