"""Opaque regions: where the beam did not get through, whatever the model thinks.

Nothing can be said of what is behind such a region, so its size is the evidence. It is judged on
cells of 8 × 8 pixels, at least half of them at the noise floor.
"""

from __future__ import annotations

import numpy as np
from scipy import ndimage

from scanai.inspect.evidence.context import Box, Context
from scanai.inspect.evidence.measured import CELL
from scanai.inspect.report import Evidence, Finding

SCORE = "opaque_area"


def opaque_findings(context: Context) -> tuple[list[Finding], float]:
    """One finding for each region above the threshold; the largest region's area in cm²."""
    measured = context.measured
    labels, count = ndimage.label(measured.opaque >= 0.5)
    if count == 0:
        return [], 0.0
    areas = ndimage.sum_labels(measured.cell_area_cm2, labels, np.arange(1, count + 1))
    least = context.threshold("opaque_area")
    findings = []
    boxes = ndimage.find_objects(labels)
    for number in np.argsort(areas)[::-1]:
        area = float(areas[number])
        if area < least:
            break
        rows, columns = boxes[number]
        height, width = measured.attenuation.shape[1:]
        box = (
            columns.start * CELL,
            rows.start * CELL,
            min(columns.stop * CELL, width),
            min(rows.stop * CELL, height),
        )
        within = labels[rows, columns] == number + 1
        floor = float(np.median(measured.areal_density[rows, columns][within]))
        findings.append(_finding(box, area, floor, context))
    return findings, float(areas.max())


def _finding(box: Box, area: float, floor: float, context: Context) -> Finding:
    return Finding(
        kind="opaque_region",
        score=area / (area + context.threshold("opaque_area")),
        p_value=context.p_value(SCORE, area),
        region=box,
        sentence=(
            f"The beam does not get through {area / 1e4:.2f} m² at {context.place(box)}: at least "
            f"{floor:.0f} g/cm², and anything could be behind it."
        ),
        evidence=(
            Evidence(name="opaque area", value=round(area), unit="cm²"),
            Evidence(name="areal density", value=round(floor), low=round(floor), unit="g/cm²"),
        ),
    )
