"""Recipe of a mismatch benchmark: how many loads of which sort, and what a queue is made of."""

from __future__ import annotations

import tomllib
from math import inf
from pathlib import Path
from typing import Annotated

import msgspec

from scanai.errors import RecipeError
from scanai.records import from_toml
from scanai.synth.dataset import DatasetRecipe
from scanai.synth.recipe_file import read_text, require_known, require_profiles

_Count = Annotated[int, msgspec.Meta(ge=1, le=1_000_000)]
_Share = Annotated[float, msgspec.Meta(gt=0, lt=1)]
SORTS = ("honest", "substituted", "concealed", "empty")
"""Sorts of loads, in the order in which their scans are numbered."""


class Queue(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    length: _Count
    bad_share: _Share
    draws: _Count
    """Queues drawn from the trials, each scan as often as chance has it."""
    kinds: dict[str, float]
    """Weights of the cases that the bad ones are of."""

    @property
    def bad(self) -> int:
        """How many of a queue are bad."""
        return round(self.length * self.bad_share)


class MismatchRecipe(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    seed: Annotated[int, msgspec.Meta(ge=0, le=2**63 - 1)]
    profiles: Annotated[tuple[str, ...], msgspec.Meta(min_length=1)]
    """As in a data set recipe."""
    honest: _Count
    """Loads that are declared truly and, each of them, in every false way that is known."""
    substituted: _Count
    """Loads for each of `shares`."""
    concealed: _Count
    empty: _Count
    shares: Annotated[tuple[_Share, ...], msgspec.Meta(min_length=1)]
    """Of the load's mass, what goods of another group have that the papers do not name."""
    mass_error: tuple[_Share, _Share]
    """Least and greatest relative error of a false mass."""
    queue: Queue

    @property
    def scans(self) -> int:
        return self.honest + self.substituted * len(self.shares) + self.concealed + self.empty

    def data_set(self, *kinds: str) -> DatasetRecipe:
        """Scans of these kinds on this recipe's scanners and seed."""
        return DatasetRecipe(
            seed=self.seed,
            count=self.scans,
            profiles=self.profiles,
            kinds=dict.fromkeys(kinds, 1.0),
        )


def is_mismatch_recipe(path: str | Path) -> bool:
    """Whether a TOML file is a recipe of this benchmark rather than of a data set."""
    try:
        return "mass_error" in tomllib.loads(read_text(Path(path)))
    except tomllib.TOMLDecodeError:
        return False  # told by whoever reads it as a data set


def read_mismatch_recipe(path: str | Path) -> MismatchRecipe:
    """RecipeError names the key: unknown, of a wrong type, or a name that nothing bears."""
    from scanai.train.mismatch.cases import bad_cases, part_name

    path = Path(path)
    what = "a recipe of a mismatch benchmark in TOML"
    recipe = from_toml(read_text(path), MismatchRecipe, path, what, RecipeError)
    require_profiles("profiles", recipe.profiles, path)
    require_known("queue.kinds", recipe.queue.kinds, bad_cases(recipe), path)
    _check_queue(recipe.queue, path)
    if len(set(map(part_name, recipe.shares))) < len(recipe.shares):
        expected = "shares that differ by a percent and more, which figures are named by"
        raise RecipeError(path, expected, str(recipe.shares))
    if recipe.mass_error[0] >= recipe.mass_error[1]:
        raise RecipeError(path, "a least mass_error below the greatest", str(recipe.mass_error))
    return recipe


def _check_queue(queue: Queue, path: Path) -> None:
    """What else shows only when queues are drawn, after all trials."""
    wrong = [f"{kind} = {weight}" for kind, weight in queue.kinds.items() if not 0 <= weight < inf]
    if wrong:
        raise RecipeError(path, "queue.kinds with finite weights from 0", ", ".join(wrong))
    if sum(queue.kinds.values()) <= 0:
        raise RecipeError(path, "queue.kinds with a weight above 0", "none")
    if not 1 <= queue.bad < queue.length:
        expected = "a queue with a bad one and more good ones"
        raise RecipeError(path, expected, f"{queue.bad} of {queue.length} bad")
