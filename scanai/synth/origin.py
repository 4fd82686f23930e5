"""Where the scans of a data set come from: recipe, scanner profiles, and the simulator itself.

Two scans are of one data set when all three are the same. The number of scans alone may differ:
scan number i is the same in a longer data set.
"""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

import msgspec
import numpy as np

from scanai.scan import load_profile
from scanai.synth.dataset import DatasetRecipe
from scanai.synth.recipe_file import RANDOM

_PACKAGE = Path(__file__).resolve().parent.parent
# What a simulated scan is made by; import contracts say that nothing else can have a part in it.
_SIMULATOR = ("physics", "scan", "manifest", "synth")


class Origin(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    format: str = "scanai-dataset/1"
    recipe: DatasetRecipe
    profiles: dict[str, str]
    """SHA-256 of each scanner profile, as it was read."""
    simulator: str
    """SHA-256 of the simulator's source and data, with numpy's version."""

    def differs_from(self, found: Origin) -> tuple[str, str] | None:
        """(expected, found) in words; None when these scans can lie beside those found."""
        if found.format != self.format:
            return f"a data set of format {self.format}", found.format
        ours, theirs = (_without_count(origin.recipe) for origin in (self, found))
        for key, value in ours.items():
            if theirs[key] != value:
                return f"a data set of this recipe, {key} {value}", f"another's, {theirs[key]}"
        if found.recipe.count > self.recipe.count:
            more = f"{found.recipe.count} scans of this recipe"
            return f"at most the {self.recipe.count} scans of this recipe", more
        for name, digest in self.profiles.items():
            if found.profiles.get(name) != digest:
                return f"scans of profile {name} as it is now", "scans of another version of it"
        if found.simulator != self.simulator:
            return "scans of this version of the simulator", "those of another; take a new folder"
        return None


def origin_of(recipe: DatasetRecipe) -> Origin:
    profiles = {
        name: hashlib.sha256(msgspec.json.encode(load_profile(name))).hexdigest()
        for name in sorted(set(recipe.profiles) - {RANDOM})
    }
    return Origin(recipe=recipe, profiles=profiles, simulator=_simulator())


def _without_count(recipe: DatasetRecipe) -> dict[str, object]:
    values: dict[str, object] = msgspec.to_builtins(recipe)
    del values["count"]
    return values


@cache
def _simulator() -> str:
    digest = hashlib.sha256(np.__version__.encode())
    for part in _SIMULATOR:
        for path in sorted((_PACKAGE / part).rglob("*")):
            if path.is_file() and path.suffix != ".pyc":
                digest.update(path.relative_to(_PACKAGE).as_posix().encode())
                digest.update(path.read_bytes())
    return digest.hexdigest()
