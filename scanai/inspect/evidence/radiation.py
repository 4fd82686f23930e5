"""Radiation: what a portal's counts add to the picture and the papers.

Neutrons always ask for an inspection. Gamma rays do too, unless declared goods that are radioactive
by nature bear them out (`natural_alarm`): then the finding says so and asks for a review. Where the
portal is quiet but the picture holds a block that declared goods do not explain, a source behind it
would be quiet as well, and the suspicion of shielding rises. Nothing here lowers what another
finding says.

The p-value of an alarm is the chance of such counts by noise alone, not a share of benign scans.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from scanai.inspect.bundle import OperatingPoint
from scanai.inspect.evidence.goods import declared_groups, short_title
from scanai.inspect.evidence.natural_alarm import explain
from scanai.inspect.evidence.portal import Portal, judge
from scanai.inspect.report import Evidence, Finding, PortalCounts, RadiationSummary
from scanai.manifest import dense_headings
from scanai.manifest.model import Manifest
from scanai.radiation.reading import RadiationReading

GAMMA, NEUTRON, SUPPRESSION = "portal_gamma", "portal_neutron", "portal_suppression"
"""Evidence scores: standard deviations of the excess, and share of the background missing."""
_HALF_SIGMA = 5.0
"""Standard deviations of an alarm whose score is one half; orders alarms, decides nothing."""
_BY_INSTRUMENT = 0.5
"""Score of an alarm that the instrument raised by rules of its own."""
_SHIELDS = frozenset({"high_z_shielding", "hidden_cavity", "opaque_region"})
_NO_GOODS = "no goods"


class Radiation(NamedTuple):
    findings: list[Finding]
    scores: dict[str, float]
    summary: RadiationSummary


def radiation_findings(
    reading: RadiationReading,
    manifest: Manifest | None,
    seen: Sequence[Finding],
    point: OperatingPoint,
    density: NDArray[np.float64] | None = None,
) -> Radiation:
    """Findings of a reading beside those that the scan has already.

    `seen`: of the scan, shielding and opaque regions among them; they are added to, not changed.
    `density`: (n,) mean areal density along the transport unit, g/cm², if there is one.
    """
    portal = judge(reading, point, density)
    light = light_goods(manifest, point)
    findings = [
        *_neutron_alarm(portal),
        *_gamma_alarm(portal, manifest),
        *_behind_quiet(portal, seen, light),
        *_suppression(portal, light, point),
    ]
    return Radiation(findings, _scores(portal), portal.summary)


def light_goods(manifest: Manifest | None, point: OperatingPoint) -> str | None:
    """The declared goods in words where they are light and hold no dense pieces, else None."""
    if manifest is None or dense_headings(manifest):
        return None
    groups = declared_groups(manifest)
    if any(group.density[1] > point.thresholds["light_goods"] for group in groups):
        return None
    names = [f"“{short_title(group)}”" for group in groups[:2]]
    more = " and others" if len(groups) > 2 else ""
    return " and ".join(names) + more if names else _NO_GOODS


def _scores(portal: Portal) -> dict[str, float]:
    scores = {
        name: max(passage.peak_sigma, 0.0)
        for name, passage in ((GAMMA, portal.gamma), (NEUTRON, portal.neutron))
        if passage is not None
    }
    if portal.gamma is not None and portal.gamma.lowest is not None:
        scores[SUPPRESSION] = max(1.0 - portal.gamma.lowest.value, 0.0)
    return scores


# Alarms -----------------------------------------------------------------------------------------


def _neutron_alarm(portal: Portal) -> list[Finding]:
    counts = portal.summary.neutron
    own = [alarm.category for alarm in portal.reading.alarms if alarm.of_neutrons]
    by_counts = counts is not None and counts.alarm
    if not by_counts and not own:
        return []
    told = _excess("Neutron", counts) if by_counts else ""
    sentence = f"{told}{_raised(own)}Hardly any goods give neutrons: check for a source."
    return [_alarm("neutron", counts, by_counts, sentence)]


def _gamma_alarm(portal: Portal, manifest: Manifest | None) -> list[Finding]:
    counts = portal.summary.gamma
    # An alarm of a kind that is not known is no less an alarm.
    own = [alarm.category for alarm in portal.reading.alarms if not alarm.of_neutrons]
    by_counts = counts is not None and counts.alarm
    if not by_counts and not own:
        return []
    told = _excess("Gamma", counts) if by_counts else ""
    likely, why = explain(portal, manifest)
    ends = ". Check that the load is what the papers say." if likely else ": check for a source."
    asks = "review" if likely else "inspect"
    return [_alarm("gamma", counts, by_counts, f"{told}{_raised(own)}{why}{ends}", asks)]


def _excess(kind: str, counts: PortalCounts | None) -> str:
    if counts is None:
        return ""
    first, last = counts.peak_s
    what = "a typical background, for none was measured," if counts.assumed else "the background,"
    return (
        f"{kind} counts stand above {what} most of all {first:.1f} to {last:.1f} s into "
        f"the passage ({counts.peak_sigma:.1f} standard deviations). "
    )


def _raised(own: Sequence[str]) -> str:
    if not own:
        return ""
    return f"The portal itself raised an alarm ({', '.join(dict.fromkeys(own))}). "


def _alarm(
    particle: str,
    counts: PortalCounts | None,
    by_counts: bool,
    sentence: str,
    asks: str = "inspect",
) -> Finding:
    sigma = 0.0 if counts is None else max(counts.peak_sigma, 0.0)
    return Finding(
        kind="radiation_alarm",
        score=max(sigma / (sigma + _HALF_SIGMA), 0.0 if by_counts else _BY_INSTRUMENT),
        p_value=counts.p_value if counts is not None and by_counts else None,
        sentence=sentence,
        evidence=() if counts is None else _evidence(particle, counts),
        asks_at_most="review" if asks == "review" else "inspect",
    )


def _evidence(particle: str, counts: PortalCounts) -> tuple[Evidence, ...]:
    return (
        Evidence(
            name=f"{particle} counts in the passage",
            value=counts.counts,
            surroundings=counts.expected,
        ),
        Evidence(name=f"{particle} excess, whole passage", value=counts.sigma, unit="σ"),
        Evidence(
            name=f"{particle} excess, where it is greatest", value=counts.peak_sigma, unit="σ"
        ),
    )


# Shielding --------------------------------------------------------------------------------------


def _behind_quiet(portal: Portal, seen: Sequence[Finding], light: str | None) -> list[Finding]:
    """A second finding on the weightiest shield of the picture, without a p-value: how often the
    portal is quiet beside a harmless block is not known, so it adds its score to the urgency."""
    shields = [finding for finding in seen if finding.kind in _SHIELDS and finding.confirmed]
    if not shields or light is None or not portal.summary.quiet:
        return []
    block = max(shields, key=lambda finding: finding.score)
    # What and where, which findings say before a colon.
    seen_there = block.sentence.split(": ")[0].rstrip(".")
    return [
        Finding(
            kind=block.kind,
            score=1.0 - (1.0 - min(block.score, 1.0)) / 2,
            region=block.region,
            sentence=(
                f"Suspicion of shielding: {seen_there[:1].lower()}{seen_there[1:]}; the quiet "
                f"portal would not see a source there, and the declared goods ({light}) do not "
                "explain it."
            ),
            evidence=_missing(portal),
        )
    ]


def _suppression(portal: Portal, light: str | None, point: OperatingPoint) -> list[Finding]:
    """A load that hides more of the ground's radiation than light goods can."""
    if portal.gamma is None or portal.gamma.lowest is None or light is None:
        return []
    lowest = portal.gamma.lowest
    if 1.0 - lowest.high < point.thresholds["portal_suppression"]:
        return []
    missing, least, most = (100 * (1 - v) for v in (lowest.value, lowest.high, lowest.low))
    return [
        Finding(
            kind="dense_block",
            score=min(max(1.0 - lowest.value, 0.0), 1.0),
            sentence=(
                f"{missing:.0f} % ({least:.0f} to {most:.0f} %) of the portal's gamma background "
                f"is missing where the load hides most of it, as behind dense cargo; the declared "
                f"goods ({light}) are light."
            ),
            evidence=_missing(portal),
            asks_at_most="review",
        )
    ]


def _missing(portal: Portal) -> tuple[Evidence, ...]:
    lowest = None if portal.gamma is None else portal.gamma.lowest
    if lowest is None:
        return ()
    rows = [
        Evidence(
            name="gamma background missing, at most",
            value=round(100 * (1 - lowest.value), 1),
            low=round(100 * (1 - lowest.high), 1),
            high=round(100 * (1 - lowest.low), 1),
            unit="%",
        )
    ]
    if portal.summary.agreement is not None:
        rows.append(
            Evidence(
                name="missing counts follow areal density, correlation",
                value=portal.summary.agreement,
            )
        )
    return tuple(rows)
