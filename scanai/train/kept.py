"""Kept: what is worked out of each scan of a recipe, in a folder, a file of its own each.

Some of what is learned of a graph comes from thousands of scans: a call that was stopped finds
again what it had made. What lies there belongs to one graph, recipe and state of the code.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from hashlib import sha256
from pathlib import Path
from typing import TypeVar

import onnx

from scanai.inspect.bundle import GRAPH_FILE
from scanai.synth.dataset import DatasetRecipe
from scanai.train.code_state import scans_key

Made = TypeVar("Made")


def kept_in(
    keep: Path | None, bundle: Path, recipe: DatasetRecipe, modules: Sequence[str]
) -> Path | None:
    """The folder for scans of this recipe as this graph sees them; None where nothing is kept.

    modules: of training, that beside those of a trial say what is made of a scan.
    """
    if keep is None:
        return None
    # What is written into a graph beside its nodes, its version above all, changes no answer.
    model = onnx.load(bundle / GRAPH_FILE)
    del model.metadata_props[:]
    graph = model.SerializeToString(deterministic=True)
    folder = keep / sha256(graph + scans_key(recipe, modules)).hexdigest()[:12]
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def found_or_made(
    folder: Path | None,
    index: int,
    make: Callable[[], Made],
    read: Callable[[Path], Made],
    write: Callable[[Made, Path], None],
) -> Made:
    """What is kept of scan number `index`, or made and kept now."""
    if folder is None:
        return make()
    path = folder / f"{index:06d}.npz"
    if path.exists():
        return read(path)
    made = make()
    partial_path = path.with_suffix(".partial.npz")
    write(made, partial_path)
    partial_path.replace(path)
    return made
