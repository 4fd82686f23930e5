"""Context: what every kind of evidence may look at, and words for a place in it."""

from __future__ import annotations

from dataclasses import dataclass

from scanai.inspect.bundle import OperatingPoint
from scanai.inspect.evidence.measured import Measured

Box = tuple[int, int, int, int]
_AT_BOTTOM_M = 0.1
"""Above the lower face of the unit: no less is sure where the depth is not known."""


@dataclass(frozen=True)
class Context:
    measured: Measured
    point: OperatingPoint

    def threshold(self, name: str) -> float:
        return self.point.thresholds[name]

    def p_value(self, score_name: str, score: float) -> float | None:
        return self.point.p_value(score_name, score)

    def place(self, box: Box) -> str:
        """Where the middle of a box is, as one finds it at the transport unit."""
        measured = self.measured
        pitch_x = measured.scan.pitch_mm[0] / 1000
        along = max((box[0] + box[2]) / 2 - measured.unit_box[0], 0.0) * pitch_x
        position = measured.position_m((box[1] + box[3]) / 2)
        if measured.profile.geometry.view == "side":
            up = "at the bottom" if position < _AT_BOTTOM_M else f"{position:.1f} m up"
            return f"{along:.1f} m from the left end, {up}"
        side = "upper" if position > 0 else "lower"
        across = f"{abs(position):.1f} m from the middle towards the {side} side of the picture"
        return f"{along:.1f} m from the left end, {across}"


def share_inside(box: Box, other: Box) -> float:
    """Share of a box's area that lies inside another one."""
    width = min(box[2], other[2]) - max(box[0], other[0])
    height = min(box[3], other[3]) - max(box[1], other[1])
    if width <= 0 or height <= 0:
        return 0.0
    return width * height / ((box[2] - box[0]) * (box[3] - box[1]))
