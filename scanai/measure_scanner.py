"""Measures a scanner on its own benign scans: spectral factors, open beam, conformal thresholds.

A few dozen scans that are known to be harmless, with their declarations or without. Nothing is
trained. What the result holds is in `scanai.inspect.scanner_calibration`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec
import numpy as np

from scanai.batch import declared_for
from scanai.errors import InputError
from scanai.inspect.benign import benign_scores, least_scans, not_set
from scanai.inspect.bundle import Bundle
from scanai.inspect.evidence.measured import measure
from scanai.inspect.inspector import Inspector
from scanai.inspect.report import Report
from scanai.inspect.scanner_calibration import ScannerCalibration, SpectralScale
from scanai.physics.inversion import dual_energy_table
from scanai.scan import Scan, ScannerProfile, read_scan
from scanai.scan.profile import SpectralFactors

_PENETRATED = (0.5, 3.0)
"""Attenuation of cells whose ratio is told well: more than walls, far from the noise floor."""
_LEAST_CELLS = 200
_LIGHT_QUANTILE, _LIGHT_Z = 0.1, 9.6
"""The tenth of the loads that is lightest has a median effective Z of this: of 60 simulated benign
scans of three scanners, cells of attenuation 0.5 to 3 (seed 4242), with a standard error of 0.9 for
40 scans."""
_SCALES = np.linspace(0.85, 1.15, 61)
_LEAST_SCALE = 0.04
"""Scales nearer to 1 are within their error, and left: 24 simulated scans of a scanner that is as
its profile says gave 3.5 % by the ratio and 2 % by declared masses."""
_LEAST_SCANS, _LEAST_DECLARED = 10, 10
"""Of a spectral scale by the ratio, and by declared masses."""
_MASS_SCANS, _MASS_ERROR_SHARE = 19, 0.95
"""A 95 % quantile takes 19 scans."""


@dataclass(frozen=True)
class ScanSeen:
    """What the first look at one scan gave."""

    z_by_scale: tuple[float, ...]
    """Median effective Z of the load if the low energy's attenuation were so much less; empty where
    it cannot be told."""
    open_beam: tuple[float, ...]
    mass_ratio: float | None
    """Seen mass by declared mass, transport unit included."""


def look_at_scan(
    path: Path, inspector: Inspector, profile: ScannerProfile | None
) -> tuple[ScanSeen, ScannerProfile]:
    """The first look, and the scanner. ScanAIError when the scan is of no use."""
    scan = read_scan(path, profile)
    if scan.profile is None or scan.is_display:
        raise InputError(path, "a scan with a grey scale and a scanner", "a display picture")
    report = inspected(path, scan, inspector)
    seen = ScanSeen(
        _z_by_scale(scan, scan.profile), tuple(scan.quality.open_beam), _scale_ratio(report)
    )
    return seen, scan.profile


def inspected(path: Path, scan: Scan, inspector: Inspector) -> Report:
    """Beside the declaration that lies beside the scan; ManifestError when it cannot be used, for
    what is calibrated must not depend on which of the papers happen to be readable."""
    declared = declared_for(path, scan.unit)
    if declared.errors:
        raise declared.errors[0]
    name = None if declared.path is None else str(declared.path)
    return inspector.inspect(scan, declared.manifest, manifest_name=name)


def fitted_profile(
    profile: ScannerProfile, seen: Sequence[ScanSeen]
) -> tuple[ScannerProfile, SpectralScale | None, SpectralScale | None]:
    """(the profile as the scanner really is, scale of the low energy, scale of both)."""
    low = _low_scale([one.z_by_scale for one in seen if one.z_by_scale])
    both = _mass_scale([one.mass_ratio for one in seen if one.mass_ratio is not None])
    spectral = list(profile.spectral)
    if both is not None:
        spectral = [_times(factors, both.value) for factors in spectral]
    if low is not None and len(spectral) > 1:
        spectral[1] = _times(spectral[1], low.value)
    levels = np.array([one.open_beam for one in seen if len(one.open_beam) == len(spectral)])
    counts = profile.open_beam_counts
    if len(levels):
        counts = tuple(float(level) for level in np.median(levels, axis=0).round(1))
    fitted = msgspec.structs.replace(profile, spectral=tuple(spectral), open_beam_counts=counts)
    return fitted, low, both


def calibration_of(
    bundle: Bundle,
    profile: ScannerProfile,
    reports: Sequence[Report],
    false_alarm_rate: float,
    scales: tuple[SpectralScale | None, SpectralScale | None],
) -> ScannerCalibration:
    """From the reports of the second look, by the fitted profile.

    InputError when they are fewer than the rate takes.
    """
    least = least_scans(false_alarm_rate)
    if len(reports) < least:
        raise InputError(
            f"calibration of {profile.name}",
            f"at least {least} benign scans for a false alarm rate of {false_alarm_rate:g}",
            str(len(reports)),
        )
    benign = benign_scores(
        [report.evidence_scores for report in reports], false_alarm_rate, _mass_error(reports)
    )
    metadata = bundle.metadata
    return ScannerCalibration(
        model=metadata.name,
        model_version=metadata.version,
        model_sha256=bundle.sha256,
        profile=profile,
        benign=benign,
        false_alarm_rate=false_alarm_rate,
        scans=len(reports),
        low_energy=scales[0],
        both_energies=scales[1],
        not_set=tuple(not_set(benign)),
    )


def _z_by_scale(scan: Scan, profile: ScannerProfile) -> tuple[float, ...]:
    if len(scan.energies_mv) != 2:
        return ()
    cells = measure(scan, profile, np.inf).cell_attenuation
    told = (cells[0] > _PENETRATED[0]) & (cells[0] < _PENETRATED[1])
    if told.sum() < _LEAST_CELLS:
        return ()
    factors = [profile.spectral[profile.energy_index(mv)] for mv in scan.energies_mv]
    table = dual_energy_table(*scan.energies_mv, *factors)
    high, low = cells[:, told]
    medians = [np.nanmedian(table.invert(high, low / scale).effective_z) for scale in _SCALES]
    return tuple(float(median) for median in medians)


def _low_scale(curves: Sequence[Sequence[float]]) -> SpectralScale | None:
    """The scale at which the lightest loads are as light as those of other scanners."""
    if len(curves) < _LEAST_SCANS:
        return None
    light = np.quantile(np.array(curves), _LIGHT_QUANTILE, axis=0)
    scale = float(_SCALES[np.abs(light - _LIGHT_Z).argmin()])
    if abs(scale - 1) < _LEAST_SCALE:
        return None
    return SpectralScale(value=round(scale, 4), source="ratio of ordinary cargo", scans=len(curves))


def _mass_scale(ratios: Sequence[float]) -> SpectralScale | None:
    if len(ratios) < _LEAST_DECLARED:
        return None
    scale = float(np.median(ratios))
    if abs(scale - 1) < _LEAST_SCALE:
        return None
    return SpectralScale(value=round(scale, 4), source="declared masses", scans=len(ratios))


def _times(factors: SpectralFactors, scale: float) -> SpectralFactors:
    return SpectralFactors(
        photoelectric=factors.photoelectric * scale,
        compton=factors.compton * scale,
        pair=factors.pair * scale,
    )


def _mass_ratio(report: Report) -> float | None:
    mass = report.mass
    if mass is None or mass.declared_kg is None or mass.lower_bound_only or mass.declared_kg <= 0:
        return None
    return (mass.cargo_kg + mass.tare_kg) / (mass.declared_kg + mass.tare_kg)


def _scale_ratio(report: Report) -> float | None:
    """The same as far as it tells of the scanner and not of how high loads reach."""
    ratio = _mass_ratio(report)
    return None if ratio is None or _height_share(report) > _LEAST_SCALE else ratio


def _mass_error(reports: Sequence[Report]) -> dict[str, float]:
    """Beside what comes of the height of the load, which the interval has apart from it."""
    errors = [
        math.sqrt(max((ratio - 1) ** 2 - _height_share(report) ** 2, 0.0))
        for report in reports
        if (ratio := _mass_ratio(report)) is not None
    ]
    if len(errors) < _MASS_SCANS:
        return {}
    return {"mass_error": round(float(np.quantile(errors, _MASS_ERROR_SHARE)), 4)}


def _height_share(report: Report) -> float:
    """Of the declared mass and tare, for a report that `_mass_ratio` knows."""
    mass = report.mass
    assert mass is not None
    assert mass.declared_kg is not None
    return mass.height_kg / (mass.declared_kg + mass.tare_kg)
