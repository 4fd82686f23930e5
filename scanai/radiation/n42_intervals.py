"""Intervals: what both schemas of N42 say, put together into one reading.

A schema's module finds the elements; here are the stretches of time, which of them are the passage
and which the background, and the limits on both.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from scanai.errors import RadiationError
from scanai.radiation.reading import Alarm, Panel, Particle, RadiationReading
from scanai.radiation.xml_tree import MAX_COUNTS, Node

MAX_INTERVALS = 20_000
"""Half an hour at ten a second."""
MAX_PANELS = 64
LONGEST = 200
"""Characters of a text that are kept."""
_LIVE_SLACK = 1.01
"""Live times are rounded; one that exceeds the real time by more is of several detectors."""

_Class = Literal["passage", "background"]


class Count(NamedTuple):
    counts: int
    live_s: float


@dataclass
class Interval:
    """One stretch of time, with what each panel counted in it."""

    of: _Class
    real_s: float
    start: str
    occupied: bool | None
    counts: dict[str, Count] = field(default_factory=dict)


def particle_of(category: str) -> Particle | None:
    words = category.lower()
    if "neutron" in words:
        return "neutron"
    return "gamma" if "gamma" in words else None


def counted_in(counts: int, live: Node, real_s: float) -> Count:
    seconds = live.seconds()
    if seconds > _LIVE_SLACK * real_s:
        expected = f"a live time of at most the real time, {real_s:g} s"
        raise live.error(expected, f"{seconds:g} s")
    if counts and not seconds:
        raise live.error("a live time above 0 where there are counts", "0 s")
    return Count(counts, seconds)


def spectrum_counts(spectrum: Node) -> int:
    """All channels together; of `CountedZeroes` the number after a zero is a length."""
    channels = spectrum.require("ChannelData")
    packing = channels.attribute("compressionCode") or channels.attribute("Compression")
    if packing in ("", "None"):
        return channels.counts()
    if packing != "CountedZeroes":
        raise channels.error("ChannelData without compression or of CountedZeroes", packing[:60])
    total, length_next = 0.0, False
    for value in channels.numbers():
        if value < 0 or value != int(value):
            raise channels.error("whole counts in ChannelData", f"{value:g}")
        total += 0.0 if length_next else value
        length_next = value == 0 and not length_next
    if total > MAX_COUNTS:
        raise channels.error("whole counts in ChannelData", f"{total:g}")
    return int(total)


@dataclass
class Timeline:
    """Intervals in the order of the file; what panels counted at the same time becomes one.

    Some instruments write a measurement for each panel. Start times may be rounded to seconds, so
    that several intervals share one: a panel goes into the first that it is not in yet.
    """

    intervals: list[Interval] = field(default_factory=list)
    _places: dict[tuple[str, float, str], list[Interval]] = field(default_factory=dict)
    _next: dict[tuple[str, float, str, str], int] = field(default_factory=dict)

    def add(self, new: Interval, node: Node) -> None:
        key = (new.start, new.real_s, new.of)
        same = self._places.setdefault(key, []) if new.start else []
        place = max(self._next.get((*key, panel), 0) for panel in new.counts)
        for panel in new.counts:
            self._next[(*key, panel)] = place + 1
        if place < len(same):
            same[place].counts |= new.counts
            same[place].occupied = _either(same[place].occupied, new.occupied)
            return
        if len(self.intervals) >= MAX_INTERVALS:
            raise node.error(f"at most {MAX_INTERVALS} intervals", "more")
        self.intervals.append(new)
        same.append(new)


def _either(one: bool | None, other: bool | None) -> bool | None:
    """Occupied where one of them says so."""
    if one is None or other is None:
        return one if other is None else other
    return one or other


def reading_of(
    intervals: list[Interval],
    particles: dict[str, Particle],
    names: dict[str, str],
    *,
    source: str,
    sha256: str,
    format: Literal["N42-2012", "N42-2006"],
    instrument: str,
    alarms: tuple[Alarm, ...] = (),
    nuclides: tuple[str, ...] = (),
    speed_m_s: float | None,
) -> RadiationReading:
    passage = [one for one in intervals if one.of == "passage"]
    background = [one for one in intervals if one.of == "background"]
    background_from: Literal["measurement", "unoccupied", "none"] = "measurement"
    if not background:
        # With a background of its own nothing is taken off the passage, whatever the sensor says.
        background = [one for one in passage if one.occupied is False]
        passage = [one for one in passage if one.occupied is not False]
        background_from = "unoccupied" if background else "none"
    if not passage and not alarms:
        found = "a background alone" if background else "none"
        raise RadiationError(source, "gamma or neutron counts of a passage", found)
    counting = {name for one in passage for name in one.counts}
    used = [name for name in particles if name in counting]
    if len(used) > MAX_PANELS:
        raise RadiationError(source, f"at most {MAX_PANELS} panels", f"{len(used)}")
    return RadiationReading(
        source=source,
        sha256=sha256,
        format=format,
        instrument=instrument,
        real_s=tuple(one.real_s for one in passage),
        panels=tuple(
            _panel(names.get(name, name), name, particles[name], passage, background)
            for name in used
        ),
        background_from=background_from,
        alarms=alarms,
        nuclides=nuclides,
        speed_m_s=speed_m_s,
    )


def _panel(
    title: str,
    name: str,
    particle: Particle,
    passage: list[Interval],
    background: list[Interval],
) -> Panel:
    nothing = Count(0, 0.0)
    counted = [one.counts.get(name, nothing) for one in passage]
    idle = [one.counts[name] for one in background if name in one.counts]
    return Panel(
        name=title,
        particle=particle,
        counts=tuple(one.counts for one in counted),
        live_s=tuple(one.live_s for one in counted),
        background_counts=sum(one.counts for one in idle),
        background_live_s=sum(one.live_s for one in idle),
    )
