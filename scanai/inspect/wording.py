"""Sentences that belong to no single finding: why a scan is clear, and what limits a verdict."""

from __future__ import annotations

from collections.abc import Sequence

from scanai.inspect.bundle import OperatingPoint
from scanai.inspect.evidence.goods import SeenGoods, declared_groups, short_title
from scanai.inspect.evidence.wording_checks import short
from scanai.inspect.report import MassEstimate, RadiationSummary
from scanai.manifest.model import Manifest
from scanai.manifest.room_inside import room_inside
from scanai.plain_text import mass_words
from scanai.radiation.counting import TYPICAL_NEUTRON_CPS
from scanai.scan.model import Scan

_MUCH = 0.3
"""Share of the seen mass that no line explains, from which a load does not simply fit. Project
estimate; no threshold: nothing is found by it."""
_MOSTLY = 0.5
"""Share of the seen mass, from which a load looks mostly like one goods group."""
_LEAST_GUESSED = 0.01
"""Share of the mass of unit and goods, from which it is told how much of it is a guess."""
_MOST_LINES = 5
_MOST_FAULTS = 2
"""Of detectors told one by one."""


def clear_reasons(
    seen: SeenGoods | None,
    mass: MassEstimate | None,
    manifest: Manifest | None,
    unexplained: float | None = None,
    put_down: int = 0,
) -> list[str]:
    """What was seen, in a scan where nothing was found. `unexplained`: share of the seen mass that
    no declared line explains, where that was told. `put_down`: dense parts that are no finding for
    what is declared."""
    reasons = [_dense_reason(put_down)]
    if manifest is not None and seen is not None:
        if manifest.declared_empty:
            reasons.append("Declared empty, and no load is seen.")
        else:
            reasons.append(_goods_reason(seen, manifest, unexplained or 0.0))
    empty = manifest is not None and manifest.declared_empty
    if mass is not None and mass.declared_kg is not None and not empty:
        within = f"{mass_words(mass.low_kg)} to {mass_words(mass.high_kg)}"
        if mass.lower_bound_only:
            within = f"at least {mass_words(mass.low_kg)}"
        declared = f"declared {mass_words(mass.declared_kg)}"
        reasons.append(f"Mass {mass_words(mass.cargo_kg)} ({within}), {declared}.")
    return reasons


def _dense_reason(put_down: int) -> str:
    if not put_down:
        return "Nothing dense stands out from its surroundings."
    parts = "A dense part stands" if put_down == 1 else "Dense parts stand"
    return f"{parts} out, put down to declared goods that may be as dense."


def _goods_reason(seen: SeenGoods, manifest: Manifest, unexplained: float) -> str:
    if not manifest.fully_coded:
        return "The goods were not compared: a line of the manifest has no HS code."
    group = seen.main_group
    if unexplained >= _MUCH:
        return (
            f"The declared lines explain no more than {100 * (1 - unexplained):.0f} % of what is "
            "seen, which by itself is no finding."
        )
    if group is None or seen.shares.max() < _MOSTLY:
        return "Nothing in the load clearly contradicts the declared goods."
    if group in declared_groups(manifest):
        return (
            "Nothing in the load clearly contradicts the declared goods; it looks mostly like "
            f"“{short_title(group)}”."
        )
    return (
        "No part of the load clearly differs from the declared goods, though as a whole it looks "
        f"more like “{short_title(group)}”."
    )


def caveats(
    scan: Scan,
    manifest: Manifest | None,
    point: OperatingPoint,
    mass: MassEstimate | None,
    ratio_fits: bool,
    pieces_untold: Sequence[int] = (),
    unused: bool = False,
) -> list[str]:
    """What the reader has to know before trusting any verdict on this scan. `pieces_untold`:
    numbers of the lines of dense goods that lack mass or packages, where these would count.
    `unused`: one came with the scan."""
    notes = []
    if pieces_untold:
        lines = "Line" if len(pieces_untold) == 1 else "Lines"
        named = ", ".join(map(str, pieces_untold[:_MOST_LINES]))
        more = " and others" if len(pieces_untold) > _MOST_LINES else ""
        notes.append(
            f"{lines} {named}{more} may hold dense pieces, without mass or number of packages: "
            "dense parts were judged by the model's own score, no pieces counted."
        )
    if manifest is None:
        why = "The declaration could not be used" if unused else "No manifest was used"
        notes.append(f"{why}: goods and mass were not compared with one.")
    if manifest is not None and manifest.unit_type and room_inside(manifest.unit_type) is None:
        notes.append(
            f"The declared unit type “{short(manifest.unit_type)}” is none that is known: its "
            "room, tare, floor and greatest load could not be gone by."
        )
    if manifest is not None and manifest.fully_coded and _masses_missing(manifest):
        notes.append(
            "Not every line has a mass: whether the load as a whole is what most of it is declared "
            "as was not judged."
        )
    if mass is not None and mass.tare_from == "none":
        notes.append(
            "Neither a tare nor a known type of unit is declared: the mass is that of unit and "
            "goods together."
        )
    if mass is not None and mass.lower_bound_only:
        notes.append(
            f"Parts are opaque: what lies behind them is guessed{_guessed(mass)}, and anything "
            "could be there."
        )
    if len(scan.energies_mv) == 2 and not ratio_fits:
        notes.append(
            "The two energies do not fit this scanner's spectral calibration: materials are not "
            "told apart, and the mass is less sure."
        )
    if scan.profile is not None and point.benign is None:
        notes.append(
            f"The model's thresholds were not set on the scanner {scan.profile.name}: how often it "
            "alarms on harmless loads is not known there."
        )
    elif scan.profile is not None and not point.own:
        notes.append(
            "The model's thresholds are those of scanners drawn at random: on the scanner "
            f"{scan.profile.name} it may alarm more or less often on harmless loads."
        )
    return notes


def _guessed(mass: MassEstimate) -> str:
    """How much that is; nothing where it is next to nothing."""
    share = mass.opaque_kg / max(mass.cargo_kg + mass.tare_kg, 1.0)
    return f" ({mass_words(mass.opaque_kg)} of the mass)" if share >= _LEAST_GUESSED else ""


def _masses_missing(manifest: Manifest) -> bool:
    """Of several lines: then nobody can say which is the largest."""
    return len(manifest.lines) > 1 and not all(line.mass_kg for line in manifest.lines)


def portal_caveats(radiation: RadiationSummary | None) -> list[str]:
    """What a portal reading could not tell. That it was quiet is no reason to trust a load."""
    if radiation is None:
        return []
    if radiation.gamma is None and radiation.neutron is None:
        return [
            "The portal reading holds no background: only the portal's own alarms count, its "
            "counts could not be judged."
        ]
    notes = [
        f"The portal's {fault.particle} detector “{fault.panel}” counted {fault.counts:,} where "
        f"{fault.expected:,.0f} are expected of the background, fewer than any cargo leaves: it is "
        "faulty, and what it did not count says nothing of the load."
        for fault in radiation.faults[:_MOST_FAULTS]
    ]
    if more := len(radiation.faults[_MOST_FAULTS:]):
        notes.append(f"{more} more detectors of the portal are faulty in the same way.")
    if radiation.neutron is not None and radiation.neutron.assumed:
        notes.append(
            "The portal reading holds no neutron background: a typical one of "
            f"{TYPICAL_NEUTRON_CPS:g} counts a second in each panel was assumed."
        )
    missing = [
        name
        for name, counts in (("gamma rays", radiation.gamma), ("neutrons", radiation.neutron))
        if counts is None
    ]
    return [*notes, *(f"The portal reading does not tell of {name}." for name in missing)]
