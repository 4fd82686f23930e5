"""Policy: what each kind of finding, and all evidence together, asks for.

A proposal to a person, never a decision. How rare is rare enough comes from the bundle; how rare
all evidence is together, from `combination`.
"""

from __future__ import annotations

from collections.abc import Sequence

from scanai.inspect.bundle import OperatingPoint
from scanai.inspect.families import Family, combined
from scanai.inspect.report import Decision, Finding, FindingKind

RANK: dict[Decision, int] = {"clear": 0, "review": 1, "inspect": 2}

# What asks for an inspection by itself; every other kind does only when the evidence as a whole is
# rare among benign scans, or when none of these reached it, and for a review otherwise. Papers,
# picture quality and strangeness never open a container alone.
_INSPECT: frozenset[FindingKind] = frozenset(
    {"high_z_shielding", "hidden_cavity", "empty_mismatch", "radiation_alarm"}
)
_REVIEW_AT_MOST: frozenset[FindingKind] = frozenset(
    {"controlled_goods", "document_risk", "image_quality", "unknown_anomaly"}
)


def weigh(families: Sequence[Family], point: OperatingPoint) -> Decision:
    """What the evidence asks for, all in all."""
    together = combined(families)
    asked = [
        asks_for(finding, family, together, point)
        for family in families
        for finding in family.findings
    ]
    if together is not None and together <= point.thresholds["review_p"]:
        asked.append("review")
    return max(asked, key=RANK.__getitem__, default="clear")


def asks_for(
    finding: Finding, family: Family, together: float | None, point: OperatingPoint
) -> Decision:
    """What one confirmed finding asks for, beside the combined p-value of all evidence."""
    if finding.asks_at_most == "review" or finding.kind in _REVIEW_AT_MOST:
        return "review"
    if finding.kind in _INSPECT:
        return "inspect"
    rare = point.thresholds["inspect_p"]
    if together is not None and together <= rare:
        return "inspect"
    # With few benign scans the combined p-value cannot fall that far, however far beyond all of
    # them one finding lies: of 200, and among four kinds of evidence, to 0.02.
    if finding.p_value is None or finding.p_value > rare:
        return "review"
    return "inspect" if point.above_all(family.name, finding.p_value) else "review"
