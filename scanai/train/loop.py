"""The training loop, and the run folder that says what made a model.

Run folder: recipe.toml, run.json (versions, commit, device), windows/ (the cache), log.jsonl (one
record every few steps, one per validation), tensorboard/ (the same, with pictures), checkpoint.pt.
Started again on the same folder, a run goes on where its last checkpoint was.
"""

from __future__ import annotations

import json
import platform
import subprocess
import time
from dataclasses import dataclass
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from typing import Any

import torch
from torch import nn
from torch.optim import AdamW
from torch.optim.lr_scheduler import OneCycleLR
from tqdm import tqdm

from scanai.errors import RecipeError
from scanai.inspect.bundle import load_bundle
from scanai.synth.recipe_file import require_folder
from scanai.train.batches import Batch, TrainingBatches
from scanai.train.checkpoint import (
    CHECKPOINT_FILE,
    Checkpoint,
    load_checkpoint,
    load_weights,
    save_checkpoint,
    take_weights,
)
from scanai.train.losses import Losses, losses
from scanai.train.network import ShieldingNetwork
from scanai.train.own_scans import make_own_windows
from scanai.train.processes import Processes, processes
from scanai.train.recipe import TrainingRecipe, parse_recipe, read_recipe
from scanai.train.validation import validate
from scanai.train.watch import Watch
from scanai.train.windows import data_recipe, make_windows

LOG_FILE = "log.jsonl"
_LOG_STEPS = 20
_LARGEST_GRADIENT = 10.0
_PACKAGES = ("scanai", "torch", "torchvision", "numpy")


def train(
    recipe_path: str | Path,
    run: str | Path,
    *,
    workers: int = 1,
    data_only: bool = False,
    start_from: str | Path | None = None,
) -> Path:
    """Makes the windows, trains to the recipe's last step; returns the run folder.

    A folder that holds a run of another recipe is refused with RecipeError. `workers` simulate;
    the result does not depend on their number. `start_from`: a bundle whose weights a new run
    begins with. Under torchrun all processes call this and one of them writes.
    """
    recipe, text = read_recipe(recipe_path)
    run = Path(run)
    with processes() as together:
        if recipe.batch % together.count:
            expected = f"a batch that {together.count} processes share evenly"
            raise RecipeError(recipe_path, expected, str(recipe.batch))
        if together.leads:
            _claim(run, recipe, text, start_from)
        # Before the data: a checkpoint that cannot be read must not cost hours of simulation first.
        state, first = _start(recipe, run, start_from, together)
        if together.leads:
            make_data(recipe, run, workers)
        together.wait()
        training, validation = make_data(recipe, run, 1)
        own: list[Path] = []
        if recipe.own_scans:
            own = make_own_windows(recipe.own_scans, run / "windows" / "own", recipe.window_px)
        if data_only or first >= recipe.steps:
            return run
        watch = Watch(run, first, validation) if together.leads else None
        batches = TrainingBatches(recipe, training, together.rank, together.count, own)
        _steps(recipe, text, run, state, first, batches, together, watch)
        if watch is not None:
            record = validate(state.network.eval(), validation, together.device)
            _log(run, {"step": recipe.steps, "validation": record})
            watch.curves(recipe.steps, "validation", record)
            watch.close()
    return run


def make_data(recipe: TrainingRecipe, run: Path, workers: int) -> tuple[list[Path], list[Path]]:
    """(training, validation) windows under the run folder, made where missing."""
    parts = (("training", 0, recipe.windows), ("validation", 1, recipe.validation_windows))
    made = []
    for label, offset, count in parts:
        data = data_recipe(recipe, recipe.data_seed + offset, count)
        made.append(make_windows(data, run / "windows" / label, workers, f"{label} windows"))
    return made[0], made[1]


def _claim(run: Path, recipe: TrainingRecipe, text: str, start_from: str | Path | None) -> None:
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
        "device": torch.cuda.get_device_name() if torch.cuda.is_available() else "cpu",
        "start_from": None if start_from is None else load_bundle(start_from).metadata.sha256,
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


@dataclass(frozen=True)
class _State:
    network: ShieldingNetwork
    shared: nn.Module
    """The same, with gradients averaged over all processes."""
    optimiser: AdamW
    schedule: OneCycleLR


def _start(
    recipe: TrainingRecipe, run: Path, start_from: str | Path | None, together: Processes
) -> tuple[_State, int]:
    """State as the last checkpoint left it, or as the bundle has it, or fresh; steps done."""
    torch.manual_seed(recipe.seed)
    network = ShieldingNetwork(recipe.size)
    if start_from is not None:
        take_weights(network, load_weights(Path(start_from), recipe.size), start_from)
    checkpoint = load_checkpoint(run) if (run / CHECKPOINT_FILE).exists() else None
    if checkpoint is not None:
        network.load_state_dict(checkpoint.weights)
    network = network.to(together.device, memory_format=torch.channels_last)  # type: ignore[call-overload]
    shared = together.shared(network)
    optimiser = AdamW(
        network.parameters(), lr=recipe.learning_rate, weight_decay=recipe.weight_decay
    )
    schedule = OneCycleLR(
        optimiser, recipe.learning_rate, total_steps=recipe.steps + 1, pct_start=0.1
    )
    if checkpoint is None:
        return _State(network, shared, optimiser, schedule), 0
    optimiser.load_state_dict(checkpoint.optimiser)
    schedule.load_state_dict(checkpoint.schedule)
    return _State(network, shared, optimiser, schedule), checkpoint.step


def _steps(
    recipe: TrainingRecipe,
    text: str,
    run: Path,
    state: _State,
    first: int,
    batches: TrainingBatches,
    together: Processes,
    watch: Watch | None,
) -> None:
    state.shared.train()
    started = time.perf_counter()
    bar = tqdm(total=recipe.steps, initial=first, desc="train", unit="step", disable=watch is None)
    with bar as progress:
        for step, batch in batches.starting_at(first, recipe.steps):
            parts = _step(state, batch, recipe, together.device)
            done = step + 1
            progress.update()
            saves = done % recipe.checkpoint_steps == 0 or done == recipe.steps
            logs = done % _LOG_STEPS == 0 or done == recipe.steps
            if (saves or logs) and not torch.isfinite(parts.total):
                expected = "losses that stay finite (a smaller learning_rate may help)"
                raise RecipeError(run / "recipe.toml", expected, f"{parts.total} at step {done}")
            if watch is None:
                continue
            if logs:
                values = {
                    name: round(float(part.detach()), 5) for name, part in parts._asdict().items()
                }
                progress.set_postfix(loss=values["total"])
                rate = (done - first) / (time.perf_counter() - started)
                _log(run, {"step": done, "loss": values, "steps_per_s": round(rate, 3)})
                watch.curves(done, "loss", values)
            if saves:
                _save(state, text, run, done)
                watch.pictures(done, state.network, together.device)


def _save(state: _State, text: str, run: Path, done: int) -> None:
    checkpoint = Checkpoint(
        recipe_text=text,
        step=done,
        weights=state.network.state_dict(),
        optimiser=state.optimiser.state_dict(),
        schedule=state.schedule.state_dict(),
    )
    save_checkpoint(checkpoint, run)


def _step(state: _State, batch: Batch, recipe: TrainingRecipe, device: torch.device) -> Losses:
    batch = Batch(*(one.to(device, non_blocking=True) for one in batch))
    pictures = batch.transmission.to(memory_format=torch.channels_last)
    precise = recipe.precision == "bfloat16"
    logits = state.shared(
        pictures,
        batch.presence,
        batch.pitch_mm,
        batch.declared,
        mixed=precise,
        regions=recipe.regions,
    )
    parts = losses(logits, batch, recipe)
    state.optimiser.zero_grad()
    parts.total.backward()  # type: ignore[no-untyped-call]
    torch.nn.utils.clip_grad_norm_(state.network.parameters(), _LARGEST_GRADIENT)
    state.optimiser.step()
    state.schedule.step()
    return parts


def _log(run: Path, record: dict[str, Any]) -> None:
    with (run / LOG_FILE).open("a", encoding="utf-8") as file:
        file.write(json.dumps(record) + "\n")
