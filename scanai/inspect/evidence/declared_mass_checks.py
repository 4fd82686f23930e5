"""Checks of document rules on declared masses: more than a container may weigh, sums that differ.

What the picture weighs is another kind of evidence (`mass`).
"""

from __future__ import annotations

from scanai.inspect.evidence.document_rules import Fired, GrossMassRule, MassSumRule
from scanai.inspect.report import Evidence
from scanai.manifest.model import Manifest


def gross_mass(rule: GrossMassRule, manifest: Manifest) -> Fired | None:
    tare, goods = rule.tare_kg.get(manifest.unit_type), manifest.declared_mass_kg
    if tare is None or goods is None:
        return None
    total = goods + (tare if manifest.tare_kg is None else manifest.tare_kg)
    if total <= rule.most_kg:
        return None
    words = {"mass": _kilograms(total), "most": _kilograms(rule.most_kg)}
    evidence = Evidence(name="declared mass with the container", value=round(total), unit="kg")
    return Fired(words, (evidence, Evidence(name="rating", value=rule.most_kg, unit="kg")))


def mass_sum(rule: MassSumRule, manifest: Manifest) -> Fired | None:
    masses = [line.mass_kg for line in manifest.lines]
    gross = manifest.gross_mass_kg
    if not gross or not masses or any(mass is None for mass in masses):
        return None
    total = float(sum(mass for mass in masses if mass is not None))
    share = total / gross
    if share >= rule.least_share and (rule.most_share is None or share <= rule.most_share):
        return None
    words = {
        "sum": _kilograms(total),
        "gross": _kilograms(gross),
        "rest": _kilograms(max(gross - total, 0.0)),
    }
    return Fired(
        words,
        (
            Evidence(name="sum of the lines", value=round(total), unit="kg"),
            Evidence(name="declared gross mass", value=round(gross), unit="kg"),
        ),
    )


def _kilograms(mass: float) -> str:
    return f"{mass:,.0f} kg"
