"""Opaque regions: where the beam did not get through, whatever the model thinks.

Nothing can be said of what is behind such a region, so its size is the evidence, and how little
the declared goods explain it: a load of steel is opaque as a matter of course, a load of garments
never. It is judged on cells of 8 × 8 pixels, at least half of them at the noise floor.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy import ndimage

from scanai.inspect.evidence.context import Box, Context
from scanai.inspect.evidence.measured import CELL
from scanai.inspect.report import Evidence, Finding
from scanai.manifest.goods_groups import GoodsGroup

SCORE = "opaque_area"
_INSIDE_WIDTH_CM = 233.0  # ISO 668, least internal width


def opaque_findings(
    context: Context, declared: Sequence[GoodsGroup]
) -> tuple[list[Finding], float]:
    """One finding for each region above the threshold; the largest score in cm².

    A region's score is its area times its least areal density over the most that the declared goods
    can have; its area alone when nothing is declared.
    """
    measured = context.measured
    labels, count = ndimage.label(measured.opaque_cells)
    if count == 0:
        return [], 0.0
    numbers = np.arange(1, count + 1)
    areas = ndimage.sum_labels(measured.cell_area_cm2, labels, numbers)
    bounds = ndimage.median(measured.areal_density, labels, numbers)
    most = densest_load(declared)
    scores = areas if most is None else areas * bounds / most
    least = context.threshold("opaque_area")
    findings = []
    boxes = ndimage.find_objects(labels)
    for number in np.argsort(scores)[::-1]:
        if scores[number] < least:
            break
        rows, columns = boxes[number]
        height, width = measured.attenuation.shape[1:]
        box = (
            columns.start * CELL,
            rows.start * CELL,
            min(columns.stop * CELL, width),
            min(rows.stop * CELL, height),
        )
        findings.append(
            _finding(
                box,
                score=float(scores[number]),
                area=float(areas[number]),
                bound=float(bounds[number]),
                most=most,
                context=context,
            )
        )
    return findings, float(scores.max())


def densest_load(declared: Sequence[GoodsGroup]) -> float | None:
    """g/cm² of the densest declared goods packed across the whole unit; None without any."""
    if not declared:
        return None
    return max(group.density[1] for group in declared) / 1000 * _INSIDE_WIDTH_CM


def _finding(
    box: Box, *, score: float, area: float, bound: float, most: float | None, context: Context
) -> Finding:
    evidence = [
        Evidence(name="opaque area", value=round(area), unit="cm²"),
        Evidence(name="areal density", value=round(bound), low=round(bound), unit="g/cm²"),
    ]
    explained = "anything could be behind it"
    if most is not None:
        evidence.append(
            Evidence(name="most that declared goods can have", value=round(most), unit="g/cm²")
        )
        if most < bound:
            explained = f"the declared goods could give {most:.0f} g/cm² at most"
    return Finding(
        kind="opaque_region",
        score=score / (score + context.threshold("opaque_area")),
        p_value=context.p_value(SCORE, score),
        region=box,
        sentence=(
            f"The beam does not get through {area / 1e4:.2f} m² at {context.place(box)}: at least "
            f"{bound:.0f} g/cm², and {explained}."
        ),
        evidence=tuple(evidence),
    )
