"""The training loop, and the run folder that says what made a model.

Run folder: recipe.toml, run.json (versions, commit, data), windows/ (the cache), log.jsonl (one
record every few steps, one per validation), checkpoint.pt. Started again on the same folder, a run
goes on where its last checkpoint was.
"""

from __future__ import annotations

import json
import platform
import subprocess
import time
from collections.abc import Sequence
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from typing import Any

import torch
from torch.optim import AdamW
from torch.optim.lr_scheduler import OneCycleLR
from tqdm import tqdm

from scanai.errors import RecipeError
from scanai.synth.recipe_file import require_folder
from scanai.train.batches import Batch, TrainingBatches
from scanai.train.checkpoint import (
    CHECKPOINT_FILE,
    Checkpoint,
    load_checkpoint,
    save_checkpoint,
)
from scanai.train.losses import Losses, losses
from scanai.train.network import ShieldingNetwork
from scanai.train.recipe import TrainingRecipe, parse_recipe, read_recipe
from scanai.train.validation import validate
from scanai.train.windows import data_recipe, make_windows

LOG_FILE = "log.jsonl"
_LOG_STEPS = 20
_LARGEST_GRADIENT = 10.0
_PACKAGES = ("scanai", "torch", "torchvision", "numpy")


def train(
    recipe_path: str | Path, run: str | Path, *, workers: int = 1, data_only: bool = False
) -> Path:
    """Makes the windows, trains to the recipe's last step; returns the run folder.

    A folder that holds a run of another recipe is refused with RecipeError. `workers` simulate;
    the result does not depend on their number.
    """
    recipe, text = read_recipe(recipe_path)
    run = Path(run)
    _claim(run, recipe, text)
    # Before the data: a checkpoint that cannot be read must not cost hours of simulation first.
    network, optimiser, schedule, first = _start(recipe, run)
    training, validation = make_data(recipe, run, workers)
    if data_only:
        return run
    if first < recipe.steps:
        _steps(recipe, text, run, (network, optimiser, schedule), first, training)
        record = validate(network.eval(), validation)
        _log(run, {"step": recipe.steps, "validation": record})
    return run


def make_data(recipe: TrainingRecipe, run: Path, workers: int) -> tuple[list[Path], list[Path]]:
    """(training, validation) windows under the run folder, made where missing."""
    parts = (("training", 0, recipe.windows), ("validation", 1, recipe.validation_windows))
    made = []
    for label, offset, count in parts:
        data = data_recipe(recipe, recipe.data_seed + offset, count)
        made.append(make_windows(data, run / "windows" / label, workers, f"{label} windows"))
    return made[0], made[1]


def _claim(run: Path, recipe: TrainingRecipe, text: str) -> None:
    """The folder for this recipe; its comments may change, its values may not."""
    require_folder(run)
    copy = run / "recipe.toml"
    if copy.exists():
        known = parse_recipe(copy.read_text("utf-8"), copy)
        keys = TrainingRecipe.__struct_fields__
        other = [key for key in keys if getattr(known, key) != getattr(recipe, key)]
        if other:
            found = f"a run of another recipe (other {', '.join(other)})"
            raise RecipeError(run, "a run of this recipe or an empty folder", found)
    copy.write_text(text, "utf-8")
    about = {
        "recipe_sha256": sha256(text.encode()).hexdigest(),
        "commit": _commit(),
        "python": platform.python_version(),
        "machine": platform.machine(),
        "threads": torch.get_num_threads(),
        **{package: version(package) for package in _PACKAGES},
    }
    (run / "run.json").write_text(json.dumps(about, indent=2) + "\n", "utf-8")


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


_State = tuple[ShieldingNetwork, AdamW, OneCycleLR]


def _start(recipe: TrainingRecipe, run: Path) -> tuple[ShieldingNetwork, AdamW, OneCycleLR, int]:
    """Network, optimiser and schedule as the last checkpoint left them, or fresh; steps done."""
    torch.manual_seed(recipe.seed)
    network = ShieldingNetwork(recipe.size)
    network = network.to(memory_format=torch.channels_last)
    optimiser = AdamW(
        network.parameters(), lr=recipe.learning_rate, weight_decay=recipe.weight_decay
    )
    schedule = OneCycleLR(
        optimiser, recipe.learning_rate, total_steps=recipe.steps + 1, pct_start=0.1
    )
    if not (run / CHECKPOINT_FILE).exists():
        return network, optimiser, schedule, 0
    checkpoint = load_checkpoint(run)
    network.load_state_dict(checkpoint.weights)
    optimiser.load_state_dict(checkpoint.optimiser)
    schedule.load_state_dict(checkpoint.schedule)
    return network, optimiser, schedule, checkpoint.step


def _steps(
    recipe: TrainingRecipe, text: str, run: Path, state: _State, first: int, paths: Sequence[Path]
) -> None:
    network, optimiser, schedule = state
    network.train()
    batches = TrainingBatches(recipe, paths)
    started = time.perf_counter()
    with tqdm(total=recipe.steps, initial=first, desc="train", unit="step") as progress:
        for step, batch in batches.starting_at(first, recipe.steps):
            parts = _step(network, optimiser, schedule, batch, recipe)
            done = step + 1
            progress.update()
            saves = done % recipe.checkpoint_steps == 0 or done == recipe.steps
            if (saves or done % _LOG_STEPS == 0) and not torch.isfinite(parts.total):
                expected = "losses that stay finite (a smaller learning_rate may help)"
                raise RecipeError(run / "recipe.toml", expected, f"{parts.total} at step {done}")
            if done % _LOG_STEPS == 0 or done == recipe.steps:
                values = {
                    name: round(float(part.detach()), 5) for name, part in parts._asdict().items()
                }
                progress.set_postfix(loss=values["total"])
                rate = (done - first) / (time.perf_counter() - started)
                _log(run, {"step": done, "loss": values, "steps_per_s": round(rate, 3)})
            if saves:
                save_checkpoint(
                    Checkpoint(
                        recipe_text=text,
                        step=done,
                        weights=network.state_dict(),
                        optimiser=optimiser.state_dict(),
                        schedule=schedule.state_dict(),
                    ),
                    run,
                )


def _step(
    network: ShieldingNetwork,
    optimiser: AdamW,
    schedule: OneCycleLR,
    batch: Batch,
    recipe: TrainingRecipe,
) -> Losses:
    pictures = batch.transmission.to(memory_format=torch.channels_last)
    entry = network.entry(pictures, batch.presence, batch.pitch_mm)
    with torch.autocast("cpu", torch.bfloat16, enabled=recipe.precision == "bfloat16"):
        logits = network.trunk(entry, batch.declared)
    parts = losses(logits, batch, recipe)
    optimiser.zero_grad()
    parts.total.backward()  # type: ignore[no-untyped-call]
    torch.nn.utils.clip_grad_norm_(network.parameters(), _LARGEST_GRADIENT)
    optimiser.step()
    schedule.step()
    return parts


def _log(run: Path, record: dict[str, Any]) -> None:
    with (run / LOG_FILE).open("a", encoding="utf-8") as file:
        file.write(json.dumps(record) + "\n")
