"""run.json: what made a run, from its first step on, and what was another later.

A run may go on for weeks, on other machines, with other versions, with own scans added. So the
record of its beginning is never written over once a step was learnt from it: what differs when it
goes on is added, with the step from which it holds.
"""

from __future__ import annotations

import json
import platform
import subprocess
from collections.abc import Mapping, Sequence
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from typing import Any

import torch

from scanai.errors import InputError, RecipeError
from scanai.inspect.bundle import load_bundle
from scanai.records import from_json
from scanai.train.data_hash import data_sha256

RUN_FILE = "run.json"
_LATER = "later"
_PACKAGES = ("scanai", "torch", "torchvision", "numpy")


def claim(
    run: Path, text: str, start_from: str | Path | None, step: int, *, finished: bool = False
) -> None:
    """Writes down recipe, code, machine and first weights of a run that has done `step` steps.

    finished: nothing more will be learnt, so that nothing of the record changes. RecipeError for
    weights other than those it began with.
    """
    start = None if start_from is None else load_bundle(start_from).metadata.sha256
    known = _read(run)
    if known:
        first = known.get("start_from")
        if start is not None and start != first:
            expected = f"the weights that this run began with ({str(first)[:12]})"
            raise RecipeError(run, expected, f"others ({start[:12]})")
        start = first
    (run / "recipe.toml").write_text(text, "utf-8")
    if finished:
        return
    about = {
        "recipe_sha256": sha256(text.encode()).hexdigest(),
        "commit": _commit(),
        "python": platform.python_version(),
        "machine": platform.machine(),
        "threads": torch.get_num_threads(),
        "device": torch.cuda.get_device_name() if torch.cuda.is_available() else "cpu",
        "start_from": start,
        **{package: version(package) for package in _PACKAGES},
    }
    _remember(run, about, step)


def note_data(run: Path, windows: Mapping[str, Sequence[Path]], step: int) -> None:
    """Writes down what the run learns from, from `step` on: number and hash of each sort."""
    data = {
        name: {"windows": len(paths), "sha256": data_sha256(paths)}
        for name, paths in windows.items()
        if paths
    }
    _remember(run, {"data": data}, step)


def _remember(run: Path, facts: Mapping[str, Any], step: int) -> None:
    """Facts that hold from `step` on; at step 0 nothing was learnt from what was there before."""
    known = _read(run)
    later = [entry for entry in known.pop(_LATER, []) if 0 < entry["from_step"] <= step]
    if not step:
        known |= facts
    now = dict(known)
    for entry in later:
        now |= entry
    changed = {key: value for key, value in facts.items() if key not in now or now[key] != value}
    if changed and later and later[-1]["from_step"] == step:
        later[-1] |= changed
    elif changed:
        later.append({"from_step": step, **changed})
    content = known | ({_LATER: later} if later else {})
    partial = run / f"{RUN_FILE}.partial"
    partial.write_text(json.dumps(content, indent=2) + "\n", "utf-8")
    partial.replace(run / RUN_FILE)


def _read(run: Path) -> dict[str, Any]:
    path = run / RUN_FILE
    if not path.exists():
        return {}
    return from_json(path.read_bytes(), dict[str, Any], path, "the record of a run", InputError)


def _commit() -> str:
    """Of the checkout that this code lies in; empty when it is installed from a wheel."""
    here = Path(__file__).parent
    try:
        done = subprocess.run(
            ["git", "-C", str(here), "describe", "--always", "--dirty", "--abbrev=40"],
            capture_output=True,
            text=True,
            check=False,
        )
    except OSError:
        return ""
    return done.stdout.strip()
