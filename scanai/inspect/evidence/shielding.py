"""Shielding: each region that the model names, looked at again with physics alone.

A region is compared with the pixels right around it. What it holds beyond its surroundings gives an
excess of areal density and, where both energies still get through, an interval for its effective Z.
The kind of finding follows from these; the score stays the model's. Regions that the physics does
not bear out are kept, marked as not confirmed, and count for nothing in the verdict.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from scanai.inspect.evidence.context import Box, Context, share_inside
from scanai.inspect.evidence.layers import Contrast, Layer
from scanai.inspect.evidence.measured import Measured
from scanai.inspect.report import Evidence, Finding

SCORE = "shielding"
_MARGIN_PX = (8, 48)
_MAX_SIDE_PX = 160
_OVERLAP = 0.3
_LOOKS = 12
"""Regions looked at when none is reported or confirmed: each costs some 1.5 ms."""

Kind = Literal["high_z_shielding", "dense_block", "hidden_cavity", "opaque_region"]


@dataclass(frozen=True)
class Look:
    """What physics says of one region."""

    box: Box
    """Of the dense core, inside the model's region."""
    layer: Layer
    attenuation: float
    """Of the core, high energy."""
    surroundings: float
    """Attenuation of the ring, high energy."""
    ratio: float | None
    ratio_surroundings: float | None
    opaque: bool
    """At least half of the core is at the noise floor: everything else is a lower bound."""
    wall_contrast: float
    """Share of the rim's excess that the middle lacks; 0 for a solid block."""


def shielding_findings(
    regions: NDArray[np.float32], context: Context
) -> tuple[list[Finding], float]:
    """Findings for the model's regions ((K, 5) boxes and scores), and the best confirmed score."""
    threshold = context.threshold("shielding_score")
    findings: list[Finding] = []
    best = 0.0
    distinct = distinct_regions(regions, context.measured.attenuation.shape[1:])
    for number, (box, score) in enumerate(distinct):
        if score < threshold and (best > 0.0 or number >= _LOOKS):
            break  # best first: nothing more to report, and the best confirmed score is known
        look = look_at(box, context)
        confirmed = _confirmed(look, context)
        if confirmed:
            best = max(best, score)
        if score >= threshold:
            findings.append(_finding(look, score, confirmed, context))
    return findings, best


def distinct_regions(
    regions: NDArray[np.float32], shape: tuple[int, ...]
) -> list[tuple[Box, float]]:
    """Boxes inside the picture, best first, without those that overlap a better one."""
    height, width = shape
    kept: list[tuple[Box, float]] = []
    usable = regions[np.isfinite(regions).all(axis=1) & (regions[:, 4] > 0)]
    for x0, y0, x1, y1, score in usable[np.argsort(-usable[:, 4], kind="stable")].tolist():
        box = (
            int(np.clip(np.floor(x0), 0, width - 1)),
            int(np.clip(np.floor(y0), 0, height - 1)),
            int(np.clip(np.ceil(x1), 1, width)),
            int(np.clip(np.ceil(y1), 1, height)),
        )
        if box[2] <= box[0] or box[3] <= box[1]:
            continue
        # Both ways: a box within a box is the same thing seen twice.
        if all(
            max(share_inside(box, other), share_inside(other, box)) <= _OVERLAP for other, _ in kept
        ):
            kept.append((box, min(float(score), 1.0)))
    return kept


def look_at(region: Box, context: Context) -> Look:
    """Core against ring. Regions too large to need every pixel are looked at with a stride."""
    measured = context.measured
    energies, height, width = measured.attenuation.shape
    margin = int(np.clip(max(region[2] - region[0], region[3] - region[1]) / 2, *_MARGIN_PX))
    x0, y0 = max(region[0] - margin, 0), max(region[1] - margin, 0)
    x1, y1 = min(region[2] + margin, width), min(region[3] + margin, height)
    step = max(1, -(-max(x1 - x0, y1 - y0) // _MAX_SIDE_PX))
    window = measured.attenuation[:, y0:y1:step, x0:x1:step]
    valid = measured.scan.valid[y0:y1:step, x0:x1:step]
    rows = y0 + step * np.arange(window.shape[1])
    columns = x0 + step * np.arange(window.shape[2])
    inside = ((rows >= region[1]) & (rows < region[3]))[:, None] & (
        (columns >= region[0]) & (columns < region[2])
    )[None, :]

    ring = _pick(~inside, valid)
    around = np.median(window[:, ring], axis=1)
    structure = 1.4826 * float(np.median(np.abs(window[0][ring] - around[0])))
    top = float(np.quantile(window[0][inside], 0.95))
    dense = _pick(inside & (window[0] >= (around[0] + top) / 2), valid)
    core = np.median(window[:, dense], axis=1)
    floor = measured.floor_attenuation
    opaque = float(np.mean(window[0][dense] >= floor - 1e-3)) >= 0.5

    seen = Contrast(
        core=tuple(float(value) for value in core),
        ring=tuple(float(value) for value in around),
        noise=_noise(measured, core, around, int(dense.sum()), int(ring.sum())),
        structure=structure,
        relative=context.threshold("ratio_error"),
        low_usable=energies == 2 and not opaque and float(core[-1]) < 0.95 * floor,
    )
    found_rows, found_columns = rows[dense.any(axis=1)], columns[dense.any(axis=0)]
    return Look(
        box=(
            int(found_columns[0]),
            int(found_rows[0]),
            min(int(found_columns[-1]) + step, width),
            min(int(found_rows[-1]) + step, height),
        ),
        layer=measured.layered.invert(seen),
        attenuation=float(core[0]),
        surroundings=float(around[0]),
        ratio=float(core[0] / core[1]) if seen.low_usable and core[1] > 0 else None,
        ratio_surroundings=float(around[0] / around[1])
        if energies == 2 and around[1] > 0.05
        else None,
        opaque=opaque,
        wall_contrast=_wall_contrast(window[0] - around[0], dense, max(3 * structure, 0.05)),
    )


def _pick(wanted: NDArray[np.bool_], valid: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """The wanted pixels that were measured, or all wanted ones where none was."""
    measured = wanted & valid
    if measured.any():
        return measured
    return wanted if wanted.any() else np.ones_like(wanted)


def _noise(
    measured: Measured,
    core: NDArray[np.float32],
    around: NDArray[np.float32],
    in_core: int,
    in_ring: int,
) -> tuple[float, ...]:
    """Standard deviation of core − ring from quanta and electronics, for each energy."""
    electronic = measured.profile.noise.electronic_counts
    result = []
    for number, mv in enumerate(measured.scan.energies_mv):
        index = measured.profile.energy_index(mv)
        quanta = measured.profile.noise.quanta_open_beam[index]
        dark = electronic / measured.profile.open_beam_counts[index]
        variance = 0.0
        for level, pixels in ((core[number], in_core), (around[number], in_ring)):
            thinned = float(np.exp(level))
            variance += (thinned / quanta + (dark * thinned) ** 2) / pixels
        result.append(float(np.sqrt(variance)))
    return tuple(result)


def _wall_contrast(excess: NDArray[np.float32], dense: NDArray[np.bool_], least: float) -> float:
    """How much less the middle of the core's box holds than its rim, as a share of the rim."""
    rows, columns = np.flatnonzero(dense.any(axis=1)), np.flatnonzero(dense.any(axis=0))
    box = excess[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    if min(box.shape) < 8:
        return 0.0
    across, along = np.linspace(-1, 1, box.shape[0]), np.linspace(-1, 1, box.shape[1])
    # The middle of all four sides must stand out: two lumps side by side are no wall around a
    # hollow, and the corners of a round one are empty.
    sides = (
        box[np.ix_(across <= -0.7, np.abs(along) < 0.35)],
        box[np.ix_(across >= 0.7, np.abs(along) < 0.35)],
        box[np.ix_(np.abs(across) < 0.35, along <= -0.7)],
        box[np.ix_(np.abs(across) < 0.35, along >= 0.7)],
    )
    wall = min(float(np.median(side)) for side in sides)
    if wall < least:
        return 0.0
    middle = float(np.median(box[np.ix_(np.abs(across) < 0.35, np.abs(along) < 0.35)]))
    return float(np.clip((wall - middle) / wall, 0.0, 1.0))


def _confirmed(look: Look, context: Context) -> bool:
    if look.opaque:  # nothing can be measured behind, so physics cannot speak against the model
        return look.attenuation > look.surroundings
    layer = look.layer
    least = context.threshold("shielding_excess")
    return layer.areal_density >= least and layer.areal_density_low > 0


def _kind(look: Look, context: Context) -> Kind:
    if look.opaque:
        return "opaque_region"
    if look.wall_contrast >= context.threshold("cavity_contrast"):
        return "hidden_cavity"
    z_low = look.layer.z_low
    if z_low is not None and z_low >= context.threshold("shielding_z"):
        return "high_z_shielding"
    return "dense_block"


def _finding(look: Look, score: float, confirmed: bool, context: Context) -> Finding:
    kind = _kind(look, context)
    return Finding(
        kind=kind,
        score=score,
        p_value=context.p_value(SCORE, score),
        region=look.box,
        sentence=_sentence(kind, look, confirmed, context),
        evidence=_evidence(look),
        confirmed=confirmed,
    )


def _sentence(kind: Kind, look: Look, confirmed: bool, context: Context) -> str:
    pitch = context.measured.scan.pitch_mm
    size = (
        f"{(look.box[2] - look.box[0]) * pitch[0] / 10:.0f} × "
        f"{(look.box[3] - look.box[1]) * pitch[1] / 10:.0f} cm"
    )
    layer, place = look.layer, context.place(look.box)
    if not confirmed:
        return (
            f"The model marks {size} at {place}, but nothing there is clearly denser than its "
            "surroundings; not counted."
        )
    extra = f"{layer.areal_density:.0f} g/cm² more than beside it"
    if kind == "opaque_region":
        return (
            f"Opaque block, {size}, at {place}: the beam does not get through, at least "
            f"{layer.areal_density_low:.0f} g/cm² more than beside it."
        )
    if kind == "hidden_cavity":
        return f"Dense wall around a hollow, {size}, at {place}: {extra}{_of_what(layer)}."
    if kind == "high_z_shielding":
        return f"Heavy metal, {size}, at {place}: {extra}{_of_what(layer)}."
    return f"Dense block, {size}, at {place}: {extra}{_of_what(layer)}."


def _of_what(layer: Layer) -> str:
    if layer.z_low is None or layer.z_high is None:
        return ", material cannot be told"
    return f", effective Z {layer.z_low:.0f} to {layer.z_high:.0f}"


def _evidence(look: Look) -> tuple[Evidence, ...]:
    layer = look.layer
    rows = [
        Evidence(
            name="areal density above surroundings",
            value=round(layer.areal_density_low if look.opaque else layer.areal_density, 1),
            low=round(layer.areal_density_low, 1),
            high=None if look.opaque else round(layer.areal_density_high, 1),
            unit="g/cm²",
        ),
        Evidence(
            name="attenuation, high energy",
            value=round(look.attenuation, 3),
            surroundings=round(look.surroundings, 3),
        ),
    ]
    if look.ratio is not None:
        beside = look.ratio_surroundings
        rows.append(
            Evidence(
                name="ratio",
                value=round(look.ratio, 3),
                surroundings=None if beside is None else round(beside, 3),
            )
        )
    if layer.z is not None:
        rows.append(
            Evidence(name="effective Z", value=round(layer.z), low=layer.z_low, high=layer.z_high)
        )
    if look.wall_contrast > 0:
        rows.append(
            Evidence(name="middle below wall", value=round(100 * look.wall_contrast), unit="%")
        )
    return tuple(rows)
