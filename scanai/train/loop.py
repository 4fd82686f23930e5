"""The training loop, and the run folder that says what made a model.

Run folder: recipe.toml, run.json (what made it, see `run_record`), windows/ (the cache), log.jsonl
(one record every few steps, one per validation), tensorboard/ (the same, with pictures),
checkpoint.pt.
Started again on the same folder, a run goes on where its last checkpoint was.
"""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any, NamedTuple

import torch
from tqdm import tqdm

from scanai.errors import RecipeError
from scanai.inspect.bundle import load_bundle
from scanai.output_files import require_folder
from scanai.train.batches import Batch, TrainingBatches
from scanai.train.checkpoint import (
    CHECKPOINT_FILE,
    Checkpoint,
    load_checkpoint,
    save_checkpoint,
)
from scanai.train.losses import Losses, losses
from scanai.train.own_scans import make_own_windows, require_own_scans
from scanai.train.parts import Part, State, network_at_start, parts_of, state_of
from scanai.train.processes import Processes, processes
from scanai.train.recipe import TrainingRecipe, parse_recipe, read_recipe
from scanai.train.run_record import claim, note_data
from scanai.train.validation import validate
from scanai.train.watch import Watch
from scanai.train.windows import data_recipe, make_windows

LOG_FILE = "log.jsonl"
_LOG_STEPS = 20
_LARGEST_GRADIENT = 10.0


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
        require_own_scans(recipe, recipe_path)
        _require_own(run, recipe)
        # Before the data: a checkpoint that cannot be read must not cost hours of simulation first.
        network = network_at_start(recipe, start_from)
        checkpoint = load_checkpoint(run) if (run / CHECKPOINT_FILE).exists() else None
        first = 0 if checkpoint is None else checkpoint.step
        finished = first >= recipe.all_steps
        if together.leads:
            claim(run, text, start_from, first, finished=finished)
        together.wait()
        if checkpoint is not None:
            network.load_state_dict(checkpoint.weights)
        made = _Made(
            text, _earlier(start_from) if checkpoint is None else checkpoint.earlier_recipes
        )
        if together.leads:
            windows = _all_windows(recipe, run, workers)
        together.wait()
        if not together.leads:
            windows = _all_windows(recipe, run, 1)
        elif not finished:
            note_data(run, windows._asdict(), first)
        training, validation, own = windows
        if data_only or finished:
            return run
        watch = Watch(run, first, validation) if together.leads else None
        for part in parts_of(recipe):
            if first >= part.last:
                continue
            state = state_of(network, part, checkpoint, together)
            batches = TrainingBatches(part.recipe, training, together.rank, together.count, own)
            _steps(part, made, run, state, first, batches, together, watch)
            network, first = state.network, part.last
        if watch is not None:
            record = validate(network.eval(), validation, together.device)
            _log(run, {"step": recipe.all_steps, "validation": record})
            watch.curves(recipe.all_steps, "validation", record)
            watch.close()
    return run


class _Windows(NamedTuple):
    training: list[Path]
    validation: list[Path]
    own: list[Path]


def _all_windows(recipe: TrainingRecipe, run: Path, workers: int) -> _Windows:
    # Own scans first: what is wrong with them must not cost hours of simulation either.
    own = make_own_windows(recipe, run / "windows" / "own")
    return _Windows(*make_data(recipe, run, workers), own)


def make_data(recipe: TrainingRecipe, run: Path, workers: int) -> tuple[list[Path], list[Path]]:
    """(training, validation) windows under the run folder, made where missing."""
    parts = (("training", 0, recipe.windows), ("validation", 1, recipe.validation_windows))
    made = []
    for label, offset, count in parts:
        data = data_recipe(recipe, recipe.data_seed + offset, count)
        made.append(make_windows(data, run / "windows" / label, workers, f"{label} windows"))
    return made[0], made[1]


class _Made(NamedTuple):
    """By which recipes: this run's, and those of the weights that it began with."""

    recipe: str
    earlier: tuple[str, ...]


def _earlier(start_from: str | Path | None) -> tuple[str, ...]:
    if start_from is None:
        return ()
    metadata = load_bundle(start_from).metadata
    return (*metadata.earlier_recipes, metadata.recipe)


def _require_own(run: Path, recipe: TrainingRecipe) -> None:
    """RecipeError for the folder of another recipe; comments may change, values may not."""
    require_folder(run)
    copy = run / "recipe.toml"
    if copy.exists():
        known = parse_recipe(copy.read_text("utf-8"), copy)
        keys = TrainingRecipe.__struct_fields__
        other = [key for key in keys if getattr(known, key) != getattr(recipe, key)]
        if other:
            found = f"a run of another recipe (other {', '.join(other)})"
            raise RecipeError(run, "a run of this recipe or an empty folder", found)


def _steps(
    part: Part,
    made: _Made,
    run: Path,
    state: State,
    first: int,
    batches: TrainingBatches,
    together: Processes,
    watch: Watch | None,
) -> None:
    started = time.perf_counter()
    label = "second look" if part.fixed else "train"
    bar = tqdm(total=part.last, initial=first, desc=label, unit="step", disable=watch is None)
    with bar as progress:
        for step, batch in batches.starting_at(first, part.last):
            parts = _step(state, batch, part, together.device)
            done = step + 1
            progress.update()
            saves = done % part.recipe.checkpoint_steps == 0 or done == part.last
            logs = done % _LOG_STEPS == 0 or done == part.last
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
                _save(state, made, run, done)
                watch.pictures(done, state.network, together.device)


def _save(state: State, made: _Made, run: Path, done: int) -> None:
    checkpoint = Checkpoint(
        recipe_text=made.recipe,
        earlier_recipes=made.earlier,
        step=done,
        weights=state.network.state_dict(),
        optimiser=state.optimiser.state_dict(),
        schedule=state.schedule.state_dict(),
    )
    save_checkpoint(checkpoint, run)


def _step(state: State, batch: Batch, part: Part, device: torch.device) -> Losses:
    state.learns(part)
    recipe = part.recipe
    batch = Batch(*(one.to(device, non_blocking=True) for one in batch))
    pictures = batch.transmission.to(memory_format=torch.channels_last)
    mixed = recipe.precision == "bfloat16"
    logits = state.shared(
        pictures,
        batch.presence,
        batch.pitch_mm,
        batch.declared,
        mixed=mixed,
        regions=recipe.regions,
        fixed=part.fixed,
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
