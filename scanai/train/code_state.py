"""A hash over the code and tables that a trial comes from: what is cached belongs to one of them.

Over the files' bytes, so that a changed comment counts as a change: a needless run costs minutes,
figures mixed of two states of the code cost trust. Not in it are the libraries underneath (numpy,
ONNX Runtime), and what a bundle or a recipe brings itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from hashlib import sha256
from pathlib import Path

import msgspec

from scanai.scan import load_profile
from scanai.synth.dataset import DatasetRecipe
from scanai.synth.recipe_file import RANDOM

TRIAL_PACKAGES = ("inspect", "manifest", "physics", "radiation", "scan", "synth")
TRIAL_MODULES = (
    "train/baselines.py",
    "train/limits.py",
    "train/shared_scan.py",
    "train/trial_records.py",
    "train/trials.py",
    "train/truth_compared.py",
)
"""Of training, what scans, inspects and compares with the truth."""
_ROOT = Path(__file__).resolve().parents[1]


@cache
def code_state(more: tuple[str, ...] = (), root: Path = _ROOT) -> str:
    """SHA-256 of the trial packages and modules, and of `more` modules, named below `root`."""
    digest = sha256()
    for path in sorted({*_files(root), *(root / name for name in more)}):
        content = sha256(path.read_bytes()).hexdigest()
        digest.update(f"{path.relative_to(root).as_posix()} {content}\n".encode())
    return digest.hexdigest()


def _files(root: Path) -> Iterator[Path]:
    for package in TRIAL_PACKAGES:
        for path in (root / package).rglob("*"):
            if path.is_file() and "__pycache__" not in path.parts:
                yield path
    yield from (root / name for name in TRIAL_MODULES)


def scans_key(recipe: DatasetRecipe, more: Sequence[str] = ()) -> bytes:
    """What scan number i of the recipe, and a trial on it, depends on beside the bundle and i.

    A recipe names its scanners; the profiles themselves are in the key as they are now.
    """
    profiles = [load_profile(name) for name in recipe.profiles if name != RANDOM]
    made = (msgspec.structs.replace(recipe, count=1), profiles, code_state(tuple(more)))
    return msgspec.json.encode(made)
