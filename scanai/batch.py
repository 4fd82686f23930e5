"""Inspects many scan files one after another: find the manifest, read, inspect, write.

An input that cannot be read is an error of its scan's result, and the rest goes on, even where
ScanAI itself fails: a scan without its manifest is inspected all the same. No printing here; that
is `cli`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import Literal

import msgspec

from scanai.errors import FailureError, InputError, ManifestError, ScanAIError, ScanError
from scanai.inspect.inspector import Inspector
from scanai.inspect.report import Report
from scanai.manifest import Manifest, find_manifest, read_manifest
from scanai.render.folder import ReportFolder
from scanai.scan import Scan, ScannerProfile, read_scan

ManifestUse = Literal["used", "none", "unread", "foreign"]
"""What became of the manifest of a scan: foreign when it names another scan or transport unit."""
_UNUSED: dict[ManifestUse, str] = {
    "unread": "Its manifest could not be read",
    "foreign": "The manifest found for it is of another scan",
}


@dataclass(frozen=True)
class Result:
    """What became of one scan."""

    scan: str
    """Its name in the report and in messages, its own among the scans of the batch."""
    report: Report | None
    """None when the scan could not be read."""
    manifest: ManifestUse
    errors: tuple[ScanAIError, ...]
    """Of its manifest, of itself and of writing its report; a FailureError where ScanAI failed."""
    seconds: float
    """From opening the files to the last report file written."""


def inspect_files(
    scans: Mapping[Path, str],
    inspector: Inspector,
    *,
    profile: ScannerProfile | None = None,
    manifest: Path | None = None,
    folder: ReportFolder | None = None,
) -> Iterator[Result]:
    """One result for each scan, in order.

    `scans` are files and the names to tell them by (`scanai.scan.name_scans`); `manifest` stands
    for the one that would be looked for beside each scan; `profile` for the scanner where a file
    names none; reports are written to `folder`, if there is one.
    """
    for path, name in scans.items():
        start = perf_counter()
        declared = declared_for(path, manifest)
        try:
            scan = read_calibrated(path, profile)
            report, declared = _inspect(scan, inspector, declared)
        except Exception as error:
            told = error if isinstance(error, ScanAIError) else FailureError(path, error)
            errors = (*declared.errors, told)
            yield Result(name, None, declared.use, errors, perf_counter() - start)
            continue
        report = _named(report, name)
        errors = (*declared.errors,)
        if folder is not None:
            try:
                folder.add(report, scan, declared.manifest)
            except InputError as error:
                errors = (*errors, error)
        yield Result(name, report, declared.use, errors, perf_counter() - start)


@dataclass(frozen=True)
class Declared:
    """The manifest of one scan, or why there is none."""

    use: ManifestUse
    path: Path | None = None
    manifest: Manifest | None = None
    sha256: str | None = None
    errors: tuple[ManifestError, ...] = ()


def declared_for(scan: Path, given: Path | None = None) -> Declared:
    """The manifest given, or that beside the scan; what is wrong with it is among the errors."""
    try:
        path = given or find_manifest(scan)
        if path is None:
            return Declared("none")
        manifest = read_manifest(path)
        return Declared("used", path, manifest, hashlib.sha256(path.read_bytes()).hexdigest())
    except ManifestError as error:
        return Declared("unread", errors=(error,))
    except OSError as error:
        reason = error.strerror or str(error)
        found = ManifestError(given or scan, "a readable manifest", reason)
        return Declared("unread", errors=(found,))


def read_calibrated(path: Path, profile: ScannerProfile | None) -> Scan:
    """The scan, corrected; ScanError for whatever keeps it from being read."""
    try:
        return read_scan(path, profile)
    except OSError as error:
        raise ScanError(path, "a readable file", error.strerror or str(error)) from error


def _inspect(scan: Scan, inspector: Inspector, declared: Declared) -> tuple[Report, Declared]:
    """The report, and the manifest that it was really made with."""
    try:
        report = inspector.inspect(
            scan,
            declared.manifest,
            manifest_name=None if declared.path is None else str(declared.path),
            manifest_sha256=declared.sha256,
        )
    except ManifestError as error:
        return _inspect(scan, inspector, Declared("foreign", errors=(error,)))
    if declared.errors:
        report = _with_reason(report, _why_unused(declared))
    return report, declared


def _why_unused(declared: Declared) -> str:
    error = declared.errors[0]
    # A report names files without their folders.
    told = ManifestError(Path(error.source).name, error.expected, error.found)
    return f"{_UNUSED[declared.use]}: {told}."


def _with_reason(report: Report, reason: str) -> Report:
    verdict = msgspec.structs.replace(
        report.verdict,
        reasons=(*report.verdict.reasons, reason),
        caveats=(*report.verdict.caveats, reason),
    )
    return msgspec.structs.replace(report, verdict=verdict)


def _named(report: Report, name: str) -> Report:
    return msgspec.structs.replace(report, inputs=msgspec.structs.replace(report.inputs, scan=name))
