"""One call from a run folder to a released bundle: export, then thresholds."""

from __future__ import annotations

from pathlib import Path

from scanai.inspect.bundle import BundleMetadata
from scanai.train.checkpoint import load_checkpoint
from scanai.train.export import export_bundle
from scanai.train.thresholds import DEFAULT_SEED, set_thresholds


def export_run(
    run: str | Path,
    out: str | Path,
    *,
    name: str,
    version: str,
    benign_scans: int = 200,
    seed: int = DEFAULT_SEED,
    false_alarm_rate: float = 0.02,
    workers: int = 1,
) -> BundleMetadata:
    """Writes the bundle folder `out` from the run's last checkpoint.

    benign_scans: scans to set the thresholds on; 0 leaves the initial ones. InputError when the
    run has no checkpoint, BundleError when the graph does not answer as torch does.
    """
    out = Path(out)
    metadata = export_bundle(load_checkpoint(Path(run)), out, name, version)
    if not benign_scans:
        return metadata
    return set_thresholds(
        out, scans=benign_scans, seed=seed, false_alarm_rate=false_alarm_rate, workers=workers
    )
