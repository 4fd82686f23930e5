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

from scanai.errors import (
    FailureError,
    InputError,
    ManifestError,
    RadiationError,
    ScanAIError,
)
from scanai.inspect.inspector import Inspector
from scanai.inspect.report import Report
from scanai.manifest import Manifest, find_manifest, read_manifests
from scanai.manifest.files import manifest_of
from scanai.radiation import RadiationReading, find_reading, read_reading
from scanai.render.folder import ReportFolder
from scanai.scan import Scan, ScannerProfile, read_scan

ManifestUse = Literal["used", "none", "unread", "foreign", "unmatched"]
"""What became of the manifest of a scan: foreign when it names another scan or transport unit,
unmatched when it has several units and none of them is known to be the scan's."""
_UNUSED: dict[ManifestUse, str] = {
    "unread": "Its manifest could not be read",
    "foreign": "The manifest found for it is of another scan",
    "unmatched": "None of the units of its manifest is known to be this one",
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
    papers: Papers | None = None,
    portal: Path | None = None,
    folder: ReportFolder | None = None,
) -> Iterator[Result]:
    """One result for each scan, in order.

    `scans` are files and the names to tell them by (`scanai.scan.name_scans`); `papers` and
    `portal` stand for those that would be looked for beside each scan; `profile` for the scanner
    where a file names none; reports are written to `folder`, if there is one.
    """
    for path, name in scans.items():
        start = perf_counter()
        found = papers or papers_beside(path)
        reading, unread = reading_for(path, portal)
        try:
            scan = read_scan(path, profile)
            report, declared = _inspect(scan, inspector, found.of(scan.unit), reading)
        except Exception as error:
            told = error if isinstance(error, ScanAIError) else FailureError(path, error)
            # Of which unit the scan is was not known: told is what is wrong with all of the file.
            errors = (*found.errors, *unread, told)
            yield Result(name, None, found.use, errors, perf_counter() - start)
            continue
        report = _named(report, name)
        for fault in unread:
            report = _with_reason(report, f"Its portal reading could not be read: {_told(fault)}")
        errors = (*declared.errors, *unread)
        if folder is not None:
            try:
                folder.add(report, scan, declared.manifest)
            except InputError as error:
                errors = (*errors, error)
        yield Result(name, report, declared.use, errors, perf_counter() - start)


@dataclass(frozen=True)
class Papers:
    """A manifest file and the units it tells of, or why it cannot be read."""

    path: Path | None = None
    """None: there is no manifest."""
    manifests: tuple[Manifest, ...] = ()
    sha256: str | None = None
    errors: tuple[ManifestError, ...] = ()

    @property
    def use(self) -> ManifestUse:
        """What becomes of it whatever the unit."""
        if self.errors:
            return "unread"
        return "none" if self.path is None else "used"

    def of(self, unit: str) -> Declared:
        """The manifest of the unit that a scan names; the only one there is may be of any."""
        if self.path is None or self.errors:
            return Declared(self.use, errors=self.errors)
        try:
            manifest = manifest_of(self.manifests, unit, self.path)
        except ManifestError as error:
            return Declared("unmatched", errors=(error,))
        return Declared("used", self.path, manifest, self.sha256)


@dataclass(frozen=True)
class Declared:
    """The manifest of one scan, or why there is none."""

    use: ManifestUse
    path: Path | None = None
    manifest: Manifest | None = None
    sha256: str | None = None
    errors: tuple[ManifestError, ...] = ()


def read_papers(path: Path) -> Papers:
    """The manifest file; what is wrong with it is among the errors."""
    try:
        manifests = read_manifests(path)
        return Papers(path, manifests, hashlib.sha256(path.read_bytes()).hexdigest())
    except ManifestError as error:
        return Papers(path, errors=(error,))
    except OSError as error:
        found = ManifestError(path, "a readable manifest", error.strerror or str(error))
        return Papers(path, errors=(found,))


def papers_beside(scan: Path) -> Papers:
    """The manifest file beside a scan, as `read_papers`."""
    try:
        path = find_manifest(scan)
    except ManifestError as error:
        return Papers(scan, errors=(error,))
    except OSError as error:
        found = ManifestError(scan, "a readable manifest", error.strerror or str(error))
        return Papers(scan, errors=(found,))
    return Papers() if path is None else read_papers(path)


def declared_for(scan: Path, unit: str) -> Declared:
    """The manifest beside a scan of a unit; what is wrong with it is among the errors."""
    return papers_beside(scan).of(unit)


def reading_for(
    scan: Path, given: Path | None = None
) -> tuple[RadiationReading | None, tuple[RadiationError, ...]]:
    """The portal reading given, or that beside the scan; what is wrong with it comes second."""
    try:
        path = given or find_reading(scan)
        return (None, ()) if path is None else (read_reading(path), ())
    except RadiationError as error:
        return None, (error,)
    except OSError as error:
        reason = error.strerror or str(error)
        return None, (RadiationError(given or scan, "a readable portal reading", reason),)


def _inspect(
    scan: Scan, inspector: Inspector, declared: Declared, reading: RadiationReading | None
) -> tuple[Report, Declared]:
    """The report, and the manifest that it was really made with."""
    try:
        report = inspector.inspect(
            scan,
            declared.manifest,
            manifest_name=None if declared.path is None else str(declared.path),
            manifest_sha256=declared.sha256,
            manifest_unused=_why_unused(declared),
            radiation=reading,
        )
    except ManifestError as error:
        return _inspect(scan, inspector, Declared("foreign", errors=(error,)), reading)
    return report, declared


def _why_unused(declared: Declared) -> str:
    """Empty where nothing is wrong with it."""
    if not declared.errors:
        return ""
    return f"{_UNUSED[declared.use]}: {_told(declared.errors[0])}"


def _told(error: InputError) -> str:
    """The end of a sentence; a report names files without their folders."""
    text = str(InputError(Path(error.source).name, error.expected, error.found))
    return text if text.endswith(".") else f"{text}."


def _with_reason(report: Report, reason: str) -> Report:
    verdict = msgspec.structs.replace(
        report.verdict,
        reasons=(*report.verdict.reasons, reason),
        caveats=(*report.verdict.caveats, reason),
    )
    return msgspec.structs.replace(report, verdict=verdict)


def _named(report: Report, name: str) -> Report:
    return msgspec.structs.replace(report, inputs=msgspec.structs.replace(report.inputs, scan=name))
