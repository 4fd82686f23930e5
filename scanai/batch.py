"""Inspects many scan files one after another: find the manifest, read, inspect, write.

One unreadable input is one `Failed` and the rest goes on. No printing here; that is `cli`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

from scanai.errors import InputError
from scanai.inspect.inspector import Inspector
from scanai.inspect.report import Report
from scanai.manifest import find_manifest, read_manifest
from scanai.render.folder import ReportFolder
from scanai.scan import ScannerProfile, read_scan


@dataclass(frozen=True)
class Inspected:
    path: Path
    report: Report
    seconds: float
    """From opening the files to the last report file written."""


@dataclass(frozen=True)
class Failed:
    path: Path
    error: InputError


def inspect_files(
    paths: Iterable[Path],
    inspector: Inspector,
    *,
    profile: ScannerProfile | None = None,
    manifest: Path | None = None,
    folder: ReportFolder | None = None,
) -> Iterator[Inspected | Failed]:
    """One result for each path, in order.

    `manifest` stands for the one that would be looked for beside each scan; `profile` for the
    scanner where a file names none; reports are written to `folder`, if there is one.
    """
    for path in paths:
        try:
            yield _inspect(path, inspector, profile, manifest, folder)
        except InputError as error:
            yield Failed(path, error)


def _inspect(
    path: Path,
    inspector: Inspector,
    profile: ScannerProfile | None,
    manifest_path: Path | None,
    folder: ReportFolder | None,
) -> Inspected:
    start = perf_counter()
    manifest_path = manifest_path or find_manifest(path)
    manifest = None if manifest_path is None else read_manifest(manifest_path)
    scan = read_scan(path, profile)
    report = inspector.inspect(
        scan,
        manifest,
        manifest_name=None if manifest_path is None else str(manifest_path),
        manifest_sha256=None if manifest_path is None else _sha256(manifest_path),
    )
    if folder is not None:
        folder.add(report, scan, manifest)
    return Inspected(path, report, perf_counter() - start)


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
