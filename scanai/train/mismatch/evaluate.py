"""Measures a bundle on a mismatch benchmark; writes its figures into the bundle's metrics.json.

Trials are kept in the folder as they come, so that a stopped run goes on; pages and figures are
made of these lines alone.
"""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

import msgspec

from scanai.errors import InputError
from scanai.inspect.bundle import load_bundle
from scanai.output_files import require_folder
from scanai.train.benchmark import require_fresh
from scanai.train.code_state import scans_key
from scanai.train.figures import Figure
from scanai.train.metrics import write_mismatch
from scanai.train.mismatch.figures import mismatch_figures
from scanai.train.mismatch.page import write_mismatch_page
from scanai.train.mismatch.recipe import MismatchRecipe, read_mismatch_recipe
from scanai.train.mismatch.trials import LoadTrial, load_trials
from scanai.train.recipe import parse_recipe
from scanai.train.trial_lines import read_lines, write_line
from scanai.train.trials import Contender

PAGE_FILE = "mismatch.html"
_MODULES = ("train/mismatch/cases.py", "train/mismatch/trials.py", "train/mismatch/suspicion.py")


def evaluate_mismatch(
    bundle: str | Path,
    benchmark: str | Path,
    out: str | Path,
    *,
    first: int | None = None,
    workers: int = 1,
) -> dict[str, Figure]:
    """Runs what `out` does not hold yet, writes the figures into the bundle's metrics.json under
    `mismatch` and a page into `out`; returns the figures.

    first: so many loads of each sort at most; figures then go into `out` alone. RecipeError when
    the model was trained on the benchmark's seed.
    """
    bundle, out = Path(bundle), Path(out)
    metadata = load_bundle(bundle).metadata
    if out.resolve() == bundle.resolve():
        raise InputError(out, "a folder for the trials beside the bundle", "the bundle")
    recipe = read_mismatch_recipe(benchmark)
    if first is not None:
        recipe = _first(recipe, first)
    require_fresh(metadata, recipe.seed)
    require_folder(out)
    path = out / f"{metadata.name}-{_key(bundle, recipe)}.jsonl"
    known = read_lines(path, LoadTrial)
    lacking = [index for index in range(recipe.scans) if index not in known]
    with path.open("ab") as file:
        for trial in load_trials(Contender(bundle), recipe, lacking, workers=workers):
            write_line(file, trial)
            known[trial.index] = trial
    trials = [known[index] for index in range(recipe.scans)]
    trained_on = parse_recipe(metadata.recipe, "recipe of the bundle")
    figures = mismatch_figures(trials, recipe, trained_on)
    write_mismatch(
        bundle if first is None else out, metadata, Path(benchmark).name, recipe.seed, figures
    )
    write_mismatch_page(out / PAGE_FILE, metadata, recipe, trials, figures)
    return figures


def _first(recipe: MismatchRecipe, first: int) -> MismatchRecipe:
    sorts = ("honest", "substituted", "concealed", "empty")
    counts = {sort: min(getattr(recipe, sort), first) for sort in sorts}
    return msgspec.structs.replace(recipe, **counts)


def _key(bundle: Path, recipe: MismatchRecipe) -> str:
    """Of the graph, its thresholds, the loads and the code: other ones are another run."""
    # The graph in 8 bits may come and go beside it.
    metadata = msgspec.structs.replace(load_bundle(bundle).metadata, int8_sha256=None)
    loads = msgspec.json.encode(recipe) + scans_key(recipe.data_set("benign"), _MODULES)
    return sha256(msgspec.json.encode(metadata) + loads).hexdigest()[:12]
