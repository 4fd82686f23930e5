"""Running a benchmark: every scan of a data set recipe through the Inspector, kept as it goes.

One line of JSON a trial, in the folder that is given: a run that was stopped goes on where it was,
and figures and pictures are made from the lines alone.
"""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

import msgspec

from scanai.errors import InputError, RecipeError
from scanai.inspect.bundle import BundleMetadata, load_bundle
from scanai.synth.dataset import DatasetRecipe
from scanai.synth.recipe_file import require_folder
from scanai.train.recipe import parse_recipe
from scanai.train.trials import Trial, trials_of

_ENCODER = msgspec.json.Encoder()
_DECODER = msgspec.json.Decoder(Trial)


def run_benchmark(
    bundle: str | Path,
    recipe: DatasetRecipe,
    folder: str | Path,
    *,
    int8: bool = False,
    workers: int = 1,
) -> list[Trial]:
    """Trials of all scans of the recipe, in order; those that `folder` holds already are not run.

    int8: by the bundle's graph in 8 bits.

    RecipeError when the model was trained on the recipe's seed, or its thresholds set on it.
    """
    metadata = load_bundle(bundle).metadata
    require_fresh(metadata, recipe.seed)
    folder = Path(folder)
    require_folder(folder)
    label = f"{metadata.name}-int8" if int8 else metadata.name
    path = folder / f"{label}-{_key(metadata, recipe)}.jsonl"
    known = _read(path)
    missing = [index for index in range(recipe.count) if index not in known]
    with path.open("ab") as file:
        trials = trials_of(Path(bundle), recipe, missing, workers=workers, label=label, int8=int8)
        for trial in trials:
            file.write(_ENCODER.encode(trial) + b"\n")
            file.flush()
            known[trial.index] = trial
    return [known[index] for index in range(recipe.count)]


def require_fresh(metadata: BundleMetadata, seed: int) -> None:
    """RecipeError for a seed that the model has seen scans of."""
    trained = parse_recipe(metadata.recipe, f"recipe of the bundle {metadata.name}")
    used = (trained.data_seed, trained.data_seed + 1, *metadata.threshold_seeds)
    if seed in used:
        expected = f"a seed that {metadata.name} was neither trained on nor set its thresholds on"
        raise RecipeError(f"seed {seed}", expected, str(seed))


def _key(metadata: BundleMetadata, recipe: DatasetRecipe) -> str:
    """Of the graph, its thresholds and the scans: other ones are another run."""
    scans = msgspec.json.encode(msgspec.structs.replace(recipe, count=1))
    return sha256(msgspec.json.encode(metadata) + scans).hexdigest()[:12]


def _read(path: Path) -> dict[int, Trial]:
    """Trials by number. A line that breaks off, as when a run was killed, is cut away."""
    try:
        lines = path.read_bytes().split(b"\n") if path.exists() else []
    except OSError as error:
        raise InputError(path, "a readable file of trials", str(error.strerror)) from error
    found: dict[int, Trial] = {}
    for line in lines:
        try:
            trial = _DECODER.decode(line)
        except msgspec.DecodeError:
            continue
        found[trial.index] = trial
    if lines and lines[-1]:
        path.write_bytes(b"".join(_ENCODER.encode(trial) + b"\n" for trial in found.values()))
    return found
