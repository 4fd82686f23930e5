"""What `scanai calibrate` and `scanai drift` print and write; they themselves are beside this."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import msgspec
from tqdm import tqdm

from scanai.command_parts import DONE, UNREAD
from scanai.drift import ScoreDrift, drift_of
from scanai.errors import InputError, ScanAIError
from scanai.inspect.benign import least_scans
from scanai.inspect.bundle import load_bundle
from scanai.inspect.inspector import Inspector
from scanai.inspect.report import Report
from scanai.inspect.scanner_calibration import (
    ScannerCalibration,
    read_calibration,
    write_calibration,
)
from scanai.measure_scanner import calibration_of, fitted_profile, inspected, look_at_scan
from scanai.output_files import require_writable
from scanai.report_files import read_report, report_files
from scanai.resources import model_bundle_dir
from scanai.scan import ScannerProfile, load_profile, name_scans, read_scan


def calibrate(
    paths: Sequence[Path],
    out: Path,
    *,
    profile: str | None,
    model: Path | None,
    false_alarm_rate: float,
    as_json: bool,
) -> int:
    """Writes the calibration; scans that cannot be read are told and left out."""
    require_writable(out)
    scans = name_scans(paths)
    least = least_scans(false_alarm_rate)
    if len(scans) < least:
        expected = f"at least {least} benign scans for a false alarm rate of {false_alarm_rate:g}"
        raise InputError(", ".join(map(str, paths)), expected, str(len(scans)))
    inspector = Inspector(model)
    given = None if profile is None else load_profile(profile)
    seen, usable, scanners, failed = [], [], {}, 0
    for path, name in tqdm(scans.items(), desc="look at scans", unit="scan", disable=None):
        try:
            one, scanner = look_at_scan(path, inspector, given)
        except ScanAIError as error:
            tqdm.write(f"error    {error}", file=sys.stderr)
            failed += 1
            continue
        seen.append(one)
        usable.append(path)
        scanners[scanner.name] = (scanner, name)
    own = _one_scanner(scanners)
    fitted, low, both = fitted_profile(own, seen)
    bars = tqdm(usable, desc="score by what was found", unit="scan", disable=None)
    reports = [_inspected(inspector, path, given, fitted) for path in bars]
    calibration = calibration_of(inspector.bundle, fitted, reports, false_alarm_rate, (low, both))
    write_calibration(calibration, out)
    print(msgspec.json.encode(calibration).decode() if as_json else _told(calibration, out))
    return UNREAD if failed else DONE


def _one_scanner(scanners: dict[str, tuple[ScannerProfile, str]]) -> ScannerProfile:
    if len(scanners) != 1:
        found = ", ".join(f"{name} ({scan})" for name, (_, scan) in scanners.items()) or "none"
        raise InputError("calibration", "scans of one scanner", found)
    ((profile, _),) = scanners.values()
    return profile


def _inspected(
    inspector: Inspector, path: Path, given: ScannerProfile | None, fitted: ScannerProfile
) -> Report:
    return inspected(path, replace(read_scan(path, given), profile=fitted), inspector)


def _told(calibration: ScannerCalibration, out: Path) -> str:
    lines = [
        f"{out}: {calibration.profile.name}, {calibration.scans} benign scans, "
        f"each threshold for {100 * calibration.false_alarm_rate:g} % of such scans"
    ]
    for what, scale in (
        ("low energy", calibration.low_energy),
        ("both energies", calibration.both_energies),
    ):
        if scale is not None:
            lines.append(
                f"{what}: attenuates {100 * (scale.value - 1):+.1f} % of what the profile has, by "
                f"{scale.source} on {scale.scans} scans"
            )
    for name, value in calibration.benign.thresholds.items():
        lines.append(f"{name:<32} {value:.4g}")
    if calibration.not_set:
        lines.append(
            f"too few scans have the score for {', '.join(calibration.not_set)}: the model's stay"
        )
    return "\n".join(lines)


def drift(
    paths: Sequence[Path], *, calibration: Path | None, model: Path | None, as_json: bool
) -> int:
    """Prints how far the p-values of the reports are from uniform, score by score."""
    bundle = load_bundle(model if model is not None else model_bundle_dir())
    if calibration is not None:
        bundle = read_calibration(calibration).on(bundle)
    reports, errors = [], []
    for path in report_files(paths):
        try:
            reports.append(read_report(path))
        except InputError as error:
            errors.append(error)
            print(f"error    {error}", file=sys.stderr)
    own = {bundle.metadata.sha256, bundle.metadata.int8_sha256}
    other = {report.model.sha256 for report in reports} - own
    if other:
        expected = f"reports by {bundle.metadata.name} {bundle.metadata.version}"
        raise InputError(", ".join(map(str, paths)), expected, "some by another graph")
    rows = drift_of(reports, bundle.metadata)
    if as_json:
        print(msgspec.json.encode([row._asdict() for row in rows]).decode())
    else:
        print(_table(rows, len(reports)))
    return UNREAD if errors else DONE


def _table(rows: Sequence[ScoreDrift], count: int) -> str:
    if not rows:
        return (
            f"{count} reports: none of their scores has p-values on 20 scans of one scanner, which "
            "is the least to tell a drift by"
        )
    lines = [f"{'scanner':<18} {'score':<26} {'scans':>5}  {'p ≤ 0.05':>8}  {'by chance':>9}"]
    for row in rows:
        mark = "drifted" if row.drifted else ""
        lines.append(
            f"{row.scanner:<18} {row.score:<26} {row.scans:>5}  {100 * row.share_small:>6.1f} %  "
            f"{row.p_drift:>9.2g}  {mark}".rstrip()
        )
    return "\n".join(lines)
