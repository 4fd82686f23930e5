"""Running a benchmark: every scan of a data set recipe through one Inspector or several, kept as it
goes.

One line of JSON a trial, in a file of each contender in the folder that is given: a run that was
stopped goes on where it was, and figures and pictures are made from the lines alone. The name of a
file holds a key of all that made it, ScanAI's own code included (`code_state`).
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from hashlib import sha256
from pathlib import Path

import msgspec

from scanai.errors import InputError, RecipeError
from scanai.inspect.bundle import BundleMetadata, load_bundle
from scanai.output_files import require_folder
from scanai.synth.dataset import DatasetRecipe, plan_at
from scanai.train.code_state import scans_key
from scanai.train.recipe import seeds_of
from scanai.train.trial_lines import read_lines, write_line
from scanai.train.trial_records import Trial
from scanai.train.trials import Contender, trials_of


def run_benchmark(
    contenders: Sequence[Contender],
    recipe: DatasetRecipe,
    folder: str | Path,
    *,
    workers: int = 1,
) -> dict[str, list[Trial]]:
    """Trials of all scans of the recipe, in order, by the label of each contender.

    Those that `folder` holds already are not run; a scan is simulated once, and only when some
    contender lacks it. A label is the bundle's name, with "-int8" for its graph in 8 bits.

    RecipeError when a model was trained on the recipe's seed, or its thresholds set on it,
    InputError when two contenders share a label, BundleError when one cannot be used.
    """
    folder = Path(folder)
    by_label = _labelled(contenders)
    paths = {}
    for label, (contender, metadata) in by_label.items():
        require_fresh(metadata, recipe.seed)
        paths[label] = folder / f"{label}-{_key(contender, metadata, recipe)}.jsonl"
    require_folder(folder)
    known = {label: read_lines(path, Trial) for label, path in paths.items()}
    lacking = {
        index: [label for label in by_label if index not in known[label]]
        for index in range(recipe.count)
    }
    work = {index: labels for index, labels in lacking.items() if labels}
    tasks = [(index, tuple(by_label[one][0] for one in labels)) for index, labels in work.items()]
    with ExitStack() as stack:
        files = {label: stack.enter_context(path.open("ab")) for label, path in paths.items()}
        made = trials_of(recipe, tasks, workers=workers, label=", ".join(by_label))
        for labels, trials in zip(work.values(), made, strict=True):
            for label, trial in zip(labels, trials, strict=True):
                write_line(files[label], trial)
                known[label][trial.index] = trial
    return {
        label: [trials[index] for index in range(recipe.count)] for label, trials in known.items()
    }


def _labelled(
    contenders: Sequence[Contender],
) -> dict[str, tuple[Contender, BundleMetadata]]:
    found: dict[str, tuple[Contender, BundleMetadata]] = {}
    for contender in contenders:
        metadata = load_bundle(contender.bundle, int8=contender.int8).metadata
        label = label_of(metadata, contender.int8)
        if label in found:
            raise InputError(contender.bundle, "a name that no other contender has", label)
        found[label] = contender, metadata
    return found


def label_of(metadata: BundleMetadata, int8: bool) -> str:
    return f"{metadata.name}-int8" if int8 else metadata.name


def require_fresh(metadata: BundleMetadata, seed: int) -> None:
    """RecipeError for a seed that the model has seen scans of."""
    used = {*seeds_of(metadata), *metadata.threshold_seeds}
    if metadata.signatures is not None:
        used.update(metadata.signatures.seeds)
    if metadata.region_odds is not None:
        used.update(metadata.region_odds.seeds)
    if seed in used:
        expected = f"a seed that {metadata.name} was neither trained on nor set its thresholds on"
        raise RecipeError(f"seed {seed}", expected, str(seed))


def require_kinds(recipe: DatasetRecipe, source: str | Path) -> None:
    """RecipeError about `source` when none of the scans is benign, or none holds a threat.

    Goes by what is drawn for each scan: nothing is simulated.
    """
    for kind in ("benign", "concealed"):
        kinds = (plan_at(recipe, index).spec.kind for index in range(recipe.count))
        if kind not in kinds:
            raise RecipeError(source, f"scans of kind {kind}", f"none among {recipe.count}")


def _key(contender: Contender, metadata: BundleMetadata, recipe: DatasetRecipe) -> str:
    """Of the graph, its thresholds, the scans and the code: other ones are another run."""
    changed = msgspec.json.encode(contender.thresholds) if contender.thresholds else b""
    if not contender.int8:  # the other graph may come and go without a change of this one
        metadata = msgspec.structs.replace(metadata, int8_sha256=None)
    return sha256(msgspec.json.encode(metadata) + changed + scans_key(recipe)).hexdigest()[:12]
