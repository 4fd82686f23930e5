"""How long one scan takes from file to report, step by step (`scanai bench end-to-end`).

The bench of the physics model is in `scanai.physics.bench`.
"""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter

import msgspec

from scanai.inspect.inspector import Inspector
from scanai.manifest import read_manifest, write_manifest
from scanai.render.picture import annotate, png_bytes
from scanai.render.pseudo_colour import pseudo_colour
from scanai.scan import calibrate, load_profile, read_raw, write_tiff

STEPS = ("read", "calibrate", "infer", "report", "picture")
_PROFILE, _COLUMNS, _SEED = "portal-6-4", 2440, 20_000
"""A 40-ft scan of 640 × 2440 pixels and two energies."""


def end_to_end(bundle: Path | None = None, repeats: int = 9) -> dict[str, dict[str, float]]:
    """Median seconds of each step over `repeats` warm runs, and of all steps together.

    `{"seconds": {"total": …, "read": …, "calibrate": …, "infer": …, "report": …, "picture": …}}`;
    read: scan and manifest files; infer: the model; report: evidence, verdict and JSON; picture:
    pseudo-colour, boxes and PNG; the total is with the picture.
    """
    inspector = Inspector(bundle)
    with TemporaryDirectory(prefix="scanai-bench-") as folder:
        scan_file, manifest_file = _make_scan(Path(folder))
        runs = [_run(inspector, scan_file, manifest_file) for _ in range(repeats + 1)][1:]
    seconds = {step: median(run[step] for run in runs) for step in STEPS}
    total = median(sum(run.values()) for run in runs)
    return {"seconds": {"total": round(total, 4)} | {k: round(v, 4) for k, v in seconds.items()}}


def _make_scan(folder: Path) -> tuple[Path, Path]:
    from scanai.synth.scenes import ScanSpec
    from scanai.synth.simulate import simulate

    spec = ScanSpec(kind="concealed", unit_type="40HC")
    scan = simulate(_SEED, load_profile(_PROFILE), spec, _COLUMNS)
    scan_file, manifest_file = folder / "bench.tiff", folder / "bench.manifest.json"
    write_tiff(scan.raw, scan_file)
    write_manifest(scan.manifest, manifest_file)
    return scan_file, manifest_file


def _run(inspector: Inspector, scan_file: Path, manifest_file: Path) -> dict[str, float]:
    clock = [perf_counter()]
    raw = read_raw(scan_file)
    manifest = read_manifest(manifest_file)
    clock.append(perf_counter())
    scan = calibrate(raw)
    clock.append(perf_counter())
    report = inspector.inspect(scan, manifest)
    msgspec.json.encode(report)
    clock.append(perf_counter())
    png_bytes(annotate(pseudo_colour(scan), report))
    clock.append(perf_counter())
    read, calibrated, inspected, drawn = (b - a for a, b in pairwise(clock))
    infer = report.timings_ms["infer"] / 1000
    return dict(zip(STEPS, (read, calibrated, infer, inspected - infer, drawn), strict=True))
