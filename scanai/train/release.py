"""One call from a run folder to a released bundle: export, what is learned of it, then thresholds.

A bundle without its thresholds looks like any other and must never lie where a user looks for one:
it is made in a folder beside its destination and moves there when it is complete.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec

from scanai.errors import InputError
from scanai.inspect.benign import least_scans
from scanai.inspect.bundle import (
    GRAPH_FILE,
    INT8_FILE,
    LUMPS_FILE,
    METADATA_FILE,
    Bundle,
    BundleMetadata,
    load_bundle,
)
from scanai.inspect.inspector import require_known
from scanai.synth.recipe_file import require_profiles
from scanai.train.card import CARD_FILE
from scanai.train.checkpoint import (
    WEIGHTS_FILE,
    Checkpoint,
    load_checkpoint,
    load_released,
    save_weights,
)
from scanai.train.export import export_bundle
from scanai.train.map_weights import MAP_SCANS, set_map_weights
from scanai.train.metrics import METRICS_FILE
from scanai.train.quantise import add_int8
from scanai.train.region_odds import DEFAULT_SCANS as DEFAULT_REGION_SCANS
from scanai.train.region_odds import LEAST_SCANS as LEAST_REGION_SCANS
from scanai.train.region_odds import learn_region_odds, write_region_odds
from scanai.train.signatures import (
    DEFAULT_CUTS,
    DEFAULT_LOADS,
    LEAST_LOADS,
    learn_signatures,
    write_signatures,
)
from scanai.train.thresholds import DEFAULT_SCANS, DEFAULT_SEED, set_thresholds
from scanai.train.versions import (
    released_in,
    require_not_of_other_weights,
    require_same_graph,
    require_version,
)

_BUNDLE_FILES = frozenset(
    {GRAPH_FILE, METADATA_FILE, CARD_FILE, METRICS_FILE, WEIGHTS_FILE, INT8_FILE, LUMPS_FILE}
)


def export_run(
    run: str | Path,
    out: str | Path,
    *,
    name: str,
    version: str,
    benign_scans: int = DEFAULT_SCANS,
    honest_loads: int = DEFAULT_LOADS,
    cuts: int = DEFAULT_CUTS,
    same_signatures: bool = False,
    further_signatures: bool = False,
    region_scans: int = DEFAULT_REGION_SCANS,
    same_odds: bool = False,
    keep: Path | None = None,
    seed: int = DEFAULT_SEED,
    false_alarm_rate: float = 0.02,
    more_scanners: Sequence[str] = (),
    int8: bool = False,
    workers: int = 1,
) -> BundleMetadata:
    """Writes the bundle folder `out` from the run's last checkpoint; whole, or not at all.

    `run` may be a bundle as well, whose weights are then exported anew.

    An earlier bundle there is replaced, its metrics with it: they are of another graph. One of the
    same name and version is replaced by the same graph alone.
    benign_scans: scans of each scanner to set the thresholds on, those of the training and
    `more_scanners`; 0 leaves the initial ones. honest_loads, cuts: whole loads, and
    cuts through further ones, that signatures are learned from; no loads leave the goods map to be
    read alone. region_scans: that the odds of regions are learned from; 0 leaves the graph's own
    score. same_signatures, same_odds: instead those of `run`, a bundle that has them.
    further_signatures: signatures go on from those of `run`, on other loads and cuts; what lines
    score and what tells a false code is then of these loads alone. keep: folder
    for loads and regions, which an export that was stopped goes on with. int8: also the graph in 8
    bits.
    InputError when they are too few, when `version` is not of the form X.Y.Z, when `out` holds
    anything but a bundle, or when the run has no checkpoint or not what is to stay of a bundle.
    BundleError when the graph does not answer as torch does, or when another one has the version;
    before any work where it is of other weights, else at the end.
    """
    out = Path(out).resolve()
    require_version(version)
    _check_scans(benign_scans, false_alarm_rate)
    _check_loads(honest_loads)
    _check_further(further_signatures, same_signatures, honest_loads)
    _check_regions(region_scans)
    _check_replaceable(out)
    require_profiles("the scanners", more_scanners, "thresholds")
    from_run = same_signatures or further_signatures
    signatures = _learned_of(Path(run), "signatures").metadata.signatures if from_run else None
    with_odds = _learned_of(Path(run), "region_odds") if same_odds else None
    checkpoint = _to_export(Path(run))
    earlier = released_in(out)
    require_not_of_other_weights(earlier, out, name, version, checkpoint)
    with _complete_or_absent(out) as bundle:
        metadata = export_bundle(checkpoint, bundle, name, version)
        save_weights(checkpoint, bundle)
        if same_signatures and signatures is not None:
            metadata = write_signatures(bundle, signatures)
        elif honest_loads:
            metadata = learn_signatures(
                bundle,
                loads=honest_loads,
                cuts=cuts,
                start=signatures,
                keep=keep,
                workers=workers,
            )
            scans = min(honest_loads, MAP_SCANS)
            metadata = set_map_weights(bundle, scans=scans, workers=workers)
        if with_odds is not None and with_odds.metadata.region_odds is not None:
            metadata = write_region_odds(bundle, with_odds.metadata.region_odds, with_odds.lumps)
        elif region_scans:
            metadata = learn_region_odds(bundle, scans=region_scans, keep=keep, workers=workers)
        if benign_scans:
            metadata = set_thresholds(
                bundle,
                scans=benign_scans,
                seed=seed,
                false_alarm_rate=false_alarm_rate,
                more_scanners=more_scanners,
                workers=workers,
            )
        if int8:
            metadata = add_int8(bundle)
        require_same_graph(earlier, out, metadata)
    return metadata


def _to_export(run: Path) -> Checkpoint:
    return load_released(run) if (run / WEIGHTS_FILE).exists() else load_checkpoint(run)


def _check_scans(scans: int, false_alarm_rate: float) -> None:
    least = least_scans(false_alarm_rate)
    if scans != 0 and scans < least:
        raise InputError(
            f"thresholds for a false alarm rate of {false_alarm_rate:g}",
            f"at least {least} benign scans, or 0 for the initial thresholds",
            str(scans),
        )


def _check_loads(loads: int) -> None:
    if loads != 0 and loads < LEAST_LOADS:
        expected = f"at least {LEAST_LOADS} honest loads, or 0 for none"
        raise InputError("signatures of HS headings", expected, str(loads))


def _check_further(further: bool, same: bool, loads: int) -> None:
    if further and (same or not loads):
        found = "signatures that stay the same" if same else "none"
        raise InputError("signatures that go on", "honest loads to learn from", found)


def _check_regions(scans: int) -> None:
    if scans != 0 and scans < LEAST_REGION_SCANS:
        expected = f"at least {LEAST_REGION_SCANS} scans, or 0 for none"
        raise InputError("odds of regions", expected, str(scans))


_LEARNED = {"signatures": "signatures", "region_odds": "odds of regions"}


def _learned_of(bundle: Path, wanted: str) -> Bundle:
    """A bundle whose weights are exported again, without what else was learned of them:
    it may be of another ScanAI when it is learned anew."""
    expected = f"a bundle with weights and {_LEARNED[wanted]}"
    if not (bundle / WEIGHTS_FILE).exists():
        raise InputError(bundle, expected, "no weights")
    loaded = load_bundle(bundle)
    if getattr(loaded.metadata, wanted) is None:
        raise InputError(bundle, expected, f"no {_LEARNED[wanted]}")
    others: dict[str, None] = dict.fromkeys(_LEARNED.keys() - {wanted})
    if wanted != "region_odds":  # which lumps belong to
        others["lumps"] = None
    metadata = msgspec.structs.replace(loaded.metadata, **others)
    learned = replace(loaded, metadata=metadata)
    require_known(learned)
    return learned


def _check_replaceable(out: Path) -> None:
    """A folder is replaced as a whole, so nothing may lie in it that is not a bundle's."""
    expected = "a model bundle to replace, an empty folder or none"
    if not out.exists():
        return
    if not out.is_dir():
        raise InputError(out, expected, "a file")
    foreign = sorted(entry.name for entry in out.iterdir() if entry.name not in _BUNDLE_FILES)
    if foreign:
        raise InputError(out, expected, f"{foreign[0]} in it")


@contextmanager
def _complete_or_absent(out: Path) -> Iterator[Path]:
    """A folder to fill that takes the place of `out` at the end, unless something is raised."""
    out.parent.mkdir(parents=True, exist_ok=True)
    # Beside `out`, so that moving it is one step of one file system.
    with TemporaryDirectory(prefix=f".{out.name}-", dir=out.parent) as workshop:
        new, old = Path(workshop) / out.name, Path(workshop) / "replaced"
        yield new
        if out.exists():
            out.rename(old)
        try:
            new.rename(out)
        except OSError:
            if old.exists():
                old.rename(out)
            raise
