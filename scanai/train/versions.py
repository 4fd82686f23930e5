"""Versions of bundles: three numbers, and one graph for each.

Whoever has pinned a version must get the graph that was released under it. So a version that the
destination holds already is refused for any other graph; nothing here writes a bundle.
"""

from __future__ import annotations

import re
from pathlib import Path

import msgspec
import torch

from scanai.errors import BundleError, InputError
from scanai.inspect.bundle import METADATA_FILE, BundleMetadata
from scanai.train.checkpoint import WEIGHTS_FILE, Checkpoint, load_weights

_VERSION = re.compile(r"(0|[1-9][0-9]*)(\.(0|[1-9][0-9]*)){2}")


class Released(msgspec.Struct, frozen=True):
    """What of bundle.json says which release lies there; other fields may be of any format."""

    name: str
    version: str
    sha256: str
    recipe: str = ""
    earlier_recipes: tuple[str, ...] = ()


def require_version(version: str) -> None:
    """InputError for what is not X.Y.Z, which PEP 440 and semantic versioning read alike."""
    if not _VERSION.fullmatch(version):
        raise InputError("version of the bundle", "three numbers such as 1.2.0", repr(version))


def released_in(folder: Path) -> Released | None:
    """None where no bundle lies, or none that can still be told by its metadata."""
    try:
        return msgspec.json.decode((folder / METADATA_FILE).read_bytes(), type=Released)
    except (OSError, msgspec.MsgspecError, ValueError):
        return None


def require_not_of_other_weights(
    earlier: Released | None, folder: Path, name: str, version: str, checkpoint: Checkpoint
) -> None:
    """BundleError where other weights were released under this version: told before any work."""
    if earlier is None or (earlier.name, earlier.version) != (name, version):
        return
    recipes = (checkpoint.recipe_text, checkpoint.earlier_recipes)
    same = (earlier.recipe, earlier.earlier_recipes) == recipes
    if same and (folder / WEIGHTS_FILE).exists():
        known = load_weights(folder, checkpoint.recipe.size)
        same = known.keys() == checkpoint.weights.keys() and all(
            torch.equal(value, checkpoint.weights[key]) for key, value in known.items()
        )
    if not same:
        _refuse(folder, earlier, "other weights or another recipe")


def require_same_graph(earlier: Released | None, folder: Path, made: BundleMetadata) -> None:
    """BundleError where another graph was released under the version of this one."""
    if earlier is None or (earlier.name, earlier.version) != (made.name, made.version):
        return
    if earlier.sha256 != made.sha256:
        _refuse(folder, earlier, f"graph {made.sha256[:12]} instead of {earlier.sha256[:12]}")


def _refuse(folder: Path, earlier: Released, found: str) -> None:
    expected = f"a version other than {earlier.version}, under which {earlier.name} lies here"
    raise BundleError(folder, expected, found)
