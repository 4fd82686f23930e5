"""Kept: what is worked out of each scan of a recipe, in a folder, a file of its own each.

Some of what is learned of a graph comes from thousands of scans: a call that was stopped finds
again what it had made. What lies there belongs to one graph, recipe and state of the code.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import TypeVar

import onnx
from tqdm import tqdm

from scanai.inspect.bundle import GRAPH_FILE
from scanai.synth.dataset import DatasetRecipe
from scanai.synth.workers import ordered
from scanai.train.code_state import scans_key

Made = TypeVar("Made")


def of_every_scan(
    bundle: Path,
    recipe: DatasetRecipe,
    make: Callable[[int], Made],
    read: Callable[[Path], Made],
    write: Callable[[Made, Path], None],
    *,
    modules: Sequence[str],
    label: str,
    keep: Path | None,
    workers: int,
) -> list[Made]:
    """What is made of scan number 0, 1, … of the recipe, as the bundle's graph sees it.

    modules: of training, whose code says what is made. label: of the progress bar. keep: folder
    where it stays; what lies there of the same graph, recipe and code is read and not made again.
    """
    folder = None if keep is None else _folder(keep, bundle, recipe, modules)
    task = partial(_found_or_made, folder, make, read, write)
    made = ordered(task, range(recipe.count), workers)
    return list(tqdm(made, desc=label, unit="scan", total=recipe.count))


def _folder(keep: Path, bundle: Path, recipe: DatasetRecipe, modules: Sequence[str]) -> Path:
    # What is written into a graph beside its nodes, its version above all, changes no answer.
    model = onnx.load(bundle / GRAPH_FILE)
    del model.metadata_props[:]
    graph = model.SerializeToString(deterministic=True)
    folder = keep / sha256(graph + scans_key(recipe, modules)).hexdigest()[:12]
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _found_or_made(
    folder: Path | None,
    make: Callable[[int], Made],
    read: Callable[[Path], Made],
    write: Callable[[Made, Path], None],
    index: int,
) -> Made:
    if folder is None:
        return make(index)
    path = folder / f"{index:06d}.npz"
    if path.exists():
        return read(path)
    made = make(index)
    partial_path = path.with_suffix(".partial.npz")
    write(made, partial_path)
    partial_path.replace(path)
    return made
