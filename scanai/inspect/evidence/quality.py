"""Image quality: when the picture itself limits what can be said."""

from __future__ import annotations

import numpy as np

from scanai.inspect.bundle import OperatingPoint
from scanai.inspect.report import Evidence, Finding
from scanai.scan.model import Scan


def quality_findings(scan: Scan, point: OperatingPoint) -> list[Finding]:
    """One finding for each reason to trust the picture less; one only for a display picture."""
    if scan.is_display:
        sentence = (
            "This is a display picture without a grey scale: mass, material and goods are not "
            "available. Ask for the raw scan."
        )
        return [Finding(kind="image_quality", score=1.0, sentence=sentence)]
    findings = [*_other_rows(scan), *_doubtful_open_beam(scan), *_wide_gap(scan, point)]
    invalid = 1.0 - float(np.count_nonzero(scan.valid)) / scan.valid.size
    if invalid >= point.thresholds["invalid_share"]:
        findings.append(_filled_in(scan, invalid))
    return findings


def _other_rows(scan: Scan) -> list[Finding]:
    rows = scan.transmission.shape[1]
    if scan.profile is None or rows == scan.profile.rows:
        return []
    sentence = (
        f"The picture has {rows} rows and the scanner {scan.profile.name} has {scan.profile.rows}: "
        "turned, cut or of another scanner, it can be trusted neither in height nor in mass."
    )
    return [Finding(kind="image_quality", score=1.0, sentence=sentence)]


def _doubtful_open_beam(scan: Scan) -> list[Finding]:
    if not scan.quality.open_beam_doubtful:
        return []
    sentence = (
        "The open beam was found in the picture, perhaps where there is no open air: mass, "
        "material and dense parts may all be wrong."
    )
    return [Finding(kind="image_quality", score=1.0, sentence=sentence)]


def _wide_gap(scan: Scan, point: OperatingPoint) -> list[Finding]:
    columns = scan.quality.widest_gap
    width = columns * scan.pitch_mm[0]
    if width < point.thresholds["missing_width"]:
        return []
    sentence = (
        f"{columns} columns side by side ({width / 10:.0f} cm) were not measured: nothing was seen "
        "there."
    )
    evidence = Evidence(name="widest gap", value=round(width), unit="mm")
    return [Finding(kind="image_quality", score=1.0, sentence=sentence, evidence=(evidence,))]


def _filled_in(scan: Scan, invalid: float) -> Finding:
    quality = scan.quality
    rows = len(set().union(*quality.dead_rows))
    columns = len(set().union(*quality.missing_columns))
    return Finding(
        kind="image_quality",
        score=min(invalid, 1.0),
        sentence=(
            f"{100 * invalid:.0f} % of the picture was filled in rather than measured "
            f"({rows} dead detector rows, {columns} missing columns): findings there may be missed."
        ),
        evidence=(Evidence(name="filled in", value=round(100 * invalid, 1), unit="%"),),
    )
