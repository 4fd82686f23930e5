"""Emptiness: is the transport unit loaded, and does the declaration say so?

Two witnesses: the goods map (share of the picture that shows goods) and the mass. A unit counts
as loaded only when both say so, for the map takes a lorry's own engine and axles for goods now and
then; without a tare from the papers the mass has no say. It counts as empty when both say so, or
when the mass does and the goods declared are far heavier than anything that can be there.
"""

from __future__ import annotations

from scanai.inspect.evidence.context import Context
from scanai.inspect.evidence.goods import SeenGoods
from scanai.inspect.report import Evidence, Finding, MassEstimate
from scanai.manifest.model import Manifest
from scanai.plain_text import mass_words

SCORE = "empty_mismatch"
_FAR_HEAVIER = 2.0


def is_loaded(seen: SeenGoods, mass: MassEstimate, context: Context) -> bool:
    return _shows_goods(seen, context) and (mass.low_kg > 0 or mass.tare_from != "manifest")


def _shows_goods(seen: SeenGoods, context: Context) -> bool:
    return seen.loaded_share >= context.threshold("loaded_share")


def _looks_empty(seen: SeenGoods, mass: MassEstimate, context: Context) -> bool:
    if mass.low_kg > 0 or mass.lower_bound_only or context.measured.unit_cut:
        return False
    if not _shows_goods(seen, context):
        return True
    return mass.declared_kg is not None and mass.declared_kg > _FAR_HEAVIER * mass.high_kg


def emptiness_findings(
    seen: SeenGoods, mass: MassEstimate, context: Context, manifest: Manifest
) -> tuple[list[Finding], dict[str, float]]:
    """A finding when one of picture and declaration says empty and the other does not."""
    evidence = (
        Evidence(
            name="share of the picture that shows goods",
            value=round(100 * seen.loaded_share, 1),
            unit="%",
        ),
        Evidence(
            name="mass of goods",
            value=round(mass.cargo_kg),
            low=round(mass.low_kg),
            high=None if mass.lower_bound_only else round(mass.high_kg),
            unit="kg",
        ),
    )
    if manifest.declared_empty:
        scores = {SCORE: seen.loaded_share}
        if not _shows_goods(seen, context):
            return [], scores
        loaded = is_loaded(seen, mass, context)
        share = f"{100 * seen.loaded_share:.0f} % of the unit as it is seen"
        finding = Finding(
            kind="empty_mismatch",
            score=seen.loaded_share,
            p_value=context.p_value(SCORE, seen.loaded_share),
            sentence=(
                f"Declared empty, but {share} shows goods{_amount(mass)}."
                if loaded
                else f"Declared empty; {share} looks like goods, but it weighs no more than the "
                "unit itself may; not counted."
            ),
            evidence=evidence,
            confirmed=loaded,
        )
        return [finding], scores
    if not _looks_empty(seen, mass, context):
        return [], {}
    finding = Finding(
        kind="empty_mismatch",
        score=1.0 - seen.loaded_share,
        sentence="Goods are declared, but the unit looks empty.",
        evidence=evidence,
    )
    return [finding], {}


def _amount(mass: MassEstimate) -> str:
    if mass.low_kg <= 0:
        return ""
    if mass.lower_bound_only:
        return f", at least {mass_words(mass.low_kg)}"
    return f", about {mass_words(mass.cargo_kg)}"
