"""The portal's part of a page: its counts over time beside the areal density of the unit.

Layout and wording alone: every number comes from the report. The strips lie above each other at one
width, for the passage is taken for an even drive past the whole unit.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from scanai.inspect.report import PortalCounts, RadiationSummary
from scanai.render import words

_WIDTH, _STRIP, _GAP = 600, 84, 6
_TITLE = 18
"""Of a strip's height, above its highest value."""
_BACKGROUNDS = {
    "measurement": "measured without a vehicle",
    "unoccupied": "of the intervals before and after the vehicle",
    "none": "none",
}


class Strip(NamedTuple):
    kind: str
    title: str
    top: int
    line: str
    area: str
    background: str | None
    """Its height."""
    peak: str


class Plot(NamedTuple):
    width: int
    height: int
    label: str
    strips: tuple[Strip, ...]
    caption: str


def plot_portal(radiation: RadiationSummary) -> Plot | None:
    """None where there is nothing to draw."""
    strips: list[Strip] = []
    for kind, counts in (("gamma", radiation.gamma), ("neutron", radiation.neutron)):
        if counts is not None and counts.cps:
            strips.append(_counts_strip(kind, counts, radiation, _top(strips)))
    density = radiation.areal_density
    if not strips:
        return None
    if density:
        shown = density[::-1] if radiation.reversed else density
        places = [(at + 0.5) / len(shown) for at in range(len(shown))]
        most = max(max(shown), 1.0)
        title = f"areal density of the picture, up to {words.quantity(max(shown))} g/cm²"
        line, area = _paths(places, shown, most, _top(strips))
        strips.append(Strip("density", title, _top(strips), line, area, None, ""))
    caption = f"0 to {words.quantity(radiation.duration_s)} s. Dashed: background."
    if density:
        turned = "right end of the picture first" if radiation.reversed else "left end first"
        caption += f" The unit is drawn evenly over the passage, {turned}, which is a guess."
    return Plot(
        width=_WIDTH,
        height=_top(strips) - _GAP,
        label="Counts of the portal over the passage",
        strips=tuple(strips),
        caption=caption,
    )


def portal_sentences(radiation: RadiationSummary) -> list[str]:
    """What was counted, and who alarmed."""
    told = []
    for name, counts in (("Gamma rays", radiation.gamma), ("Neutrons", radiation.neutron)):
        if counts is None:
            told.append(f"{name}: not counted, or without a background.")
            continue
        rare = f"counting noise alone rises as high in {words.share(counts.p_value)} of passages"
        background = "a typical background" if counts.assumed else "the background"
        told.append(
            f"{name}: {counts.counts:,} counted, {words.quantity(counts.expected)} expected of "
            f"{background} ({counts.sigma:+.1f} σ); {'alarm, ' if counts.alarm else ''}{rare}."
        )
    if radiation.faults:
        faulty = ", ".join(f"{one.panel} ({one.particle})" for one in radiation.faults)
        told.append(f"Faulty, for they lack more counts than any cargo hides: {faulty}.")
    if radiation.alarms:
        told.append(f"Alarms of the portal itself: {'; '.join(radiation.alarms)}.")
    if radiation.nuclides:
        told.append(f"The portal names {', '.join(radiation.nuclides)}.")
    if radiation.quiet:
        told.append("The portal was quiet, which does not speak for the load.")
    told.append(
        f"{radiation.instrument or 'Instrument not named'}; background "
        f"{_BACKGROUNDS[radiation.background_from]}."
    )
    return told


def _counts_strip(kind: str, counts: PortalCounts, radiation: RadiationSummary, top: int) -> Strip:
    duration = max(radiation.duration_s, 1e-9)
    places = [time / duration for time in radiation.times_s]
    most = max(*counts.cps, counts.background_cps, 1e-9)
    title = f"{kind}, up to {words.quantity(max(counts.cps))} counts a second"
    line, area = _paths(places, counts.cps, most, top)
    first, last = (_WIDTH * at / duration for at in counts.peak_s)
    peak = f"M{first:.1f} {top + _STRIP - 2}H{last:.1f}" if counts.alarm else ""
    return Strip(kind, title, top, line, area, _height(counts.background_cps, most, top), peak)


def _paths(
    places: Sequence[float], values: Sequence[float], most: float, top: int
) -> tuple[str, str]:
    """A line through the values, and the area below it. `places`: 0 to 1 along the strip."""
    points = [
        f"{_WIDTH * place:.1f} {_height(value, most, top)}"
        for place, value in zip(places, values, strict=True)
    ]
    line = "M" + "L".join(points)
    floor = top + _STRIP
    return line, f"{line}L{_WIDTH * places[-1]:.1f} {floor}L{_WIDTH * places[0]:.1f} {floor}Z"


def _height(value: float, most: float, top: int) -> str:
    return f"{top + _STRIP - (_STRIP - _TITLE) * min(value / most, 1.0):.1f}"


def _top(strips: Sequence[Strip]) -> int:
    return len(strips) * (_STRIP + _GAP)
