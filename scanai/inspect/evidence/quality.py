"""Image quality: when the picture itself limits what can be said."""

from __future__ import annotations

import numpy as np

from scanai.inspect.bundle import OperatingPoint
from scanai.inspect.report import Evidence, Finding
from scanai.scan.model import Scan


def quality_findings(scan: Scan, point: OperatingPoint) -> list[Finding]:
    """At most one finding: a display picture, or too much that was filled in."""
    if scan.is_display:
        return [
            Finding(
                kind="image_quality",
                score=1.0,
                sentence=(
                    "This is a display picture without a grey scale: mass, material and goods are "
                    "not available. Ask for the raw scan."
                ),
            )
        ]
    invalid = 1.0 - float(np.count_nonzero(scan.valid)) / scan.valid.size
    if invalid < point.thresholds["invalid_share"]:
        return []
    rows = len(set().union(*scan.quality.dead_rows))
    return [
        Finding(
            kind="image_quality",
            score=min(invalid, 1.0),
            sentence=(
                f"{100 * invalid:.0f} % of the picture was filled in rather than measured "
                f"({rows} dead detector rows): findings there may be missed."
            ),
            evidence=(Evidence(name="filled in", value=round(100 * invalid, 1), unit="%"),),
        )
    ]
