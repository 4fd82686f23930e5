"""Emptiness: is the transport unit loaded, and does the declaration say so?

Two witnesses: the goods map (share of the side view that shows goods) and the mass. A unit counts
as seen empty only when both say so; as loaded when the goods map does.
"""

from __future__ import annotations

from scanai.inspect.evidence.context import Context
from scanai.inspect.evidence.goods import SeenGoods
from scanai.inspect.evidence.mass import tonnes
from scanai.inspect.report import Evidence, Finding, MassEstimate
from scanai.manifest.model import Manifest

SCORE = "empty_mismatch"


def is_loaded(seen: SeenGoods, context: Context) -> bool:
    return seen.loaded_share >= context.threshold("loaded_share")


def emptiness_findings(
    seen: SeenGoods, mass: MassEstimate, context: Context, manifest: Manifest
) -> tuple[list[Finding], dict[str, float]]:
    """A finding when one of picture and declaration says empty and the other does not."""
    loaded = is_loaded(seen, context)
    evidence = (
        Evidence(
            name="side view that shows goods", value=round(100 * seen.loaded_share, 1), unit="%"
        ),
        Evidence(
            name="mass of goods",
            value=round(mass.cargo_kg),
            low=round(mass.low_kg),
            high=round(mass.high_kg),
            unit="kg",
        ),
    )
    if manifest.declared_empty:
        scores = {SCORE: seen.loaded_share}
        if not loaded:
            return [], scores
        amount = ("at least " if mass.lower_bound_only else "about ") + tonnes(mass.cargo_kg)
        weight = f", {amount}" if mass.low_kg > 0 else ""
        finding = Finding(
            kind="empty_mismatch",
            score=seen.loaded_share,
            p_value=context.p_value(SCORE, seen.loaded_share),
            sentence=(
                f"Declared empty, but {100 * seen.loaded_share:.0f} % of the side view shows goods"
                f"{weight}."
            ),
            evidence=evidence,
        )
        return [finding], scores
    if loaded or mass.low_kg > 0 or mass.lower_bound_only or context.measured.unit_cut:
        return [], {}
    finding = Finding(
        kind="empty_mismatch",
        score=1.0 - seen.loaded_share,
        sentence="Goods are declared, but the unit looks empty.",
        evidence=evidence,
    )
    return [finding], {}
