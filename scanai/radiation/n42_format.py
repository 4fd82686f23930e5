"""ANSI N42.42, the XML of radiation detectors: the 2012 schema, and of 2006 what portals use of it.

Of 2012: a RadMeasurement is a stretch of time; in it GrossCounts, or a Spectrum that is added up,
of each RadDetectorInformation of category Gamma or Neutron. The background is the measurements of
class Background, else the intervals whose OccupancyIndicator is false. Calibrations, derived data
and dose rates say nothing about a passage and are left out. Of 2006: each DetectorData is a stretch
of time, `Occupied` tells the passage from the background, and its AnalysisResults are not read, for
their alarms differ from maker to maker.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from scanai.errors import RadiationError
from scanai.radiation.reading import Alarm, Panel, Particle, RadiationReading
from scanai.radiation.xml_tree import Node, parse_tree

NS_2012 = "http://physics.nist.gov/N42/2011/N42"
NS_2006 = "http://physics.nist.gov/Divisions/Div846/Gp4/ANSIN4242/2005/ANSIN4242"
MAX_INTERVALS = 20_000
"""Half an hour at ten a second."""
MAX_PANELS = 64
_LIVE_SLACK = 1.01
"""Live times are rounded; one that exceeds the real time by more is of several detectors."""
_LONGEST = 200
"""Characters of a text that are kept."""
_SPEED_M_S = {"": 1.0, "m/s": 1.0, "km/h": 1 / 3.6, "mph": 0.44704}

_Class = Literal["passage", "background"]


class _Count(NamedTuple):
    counts: int
    live_s: float


@dataclass
class _Interval:
    """One stretch of time, with what each panel counted in it."""

    of: _Class
    real_s: float
    start: str
    occupied: bool | None
    counts: dict[str, _Count] = field(default_factory=dict)


def parse(data: bytes, source: str, sha256: str = "") -> RadiationReading:
    """One passage; RadiationError for whatever keeps it from being one."""
    root = parse_tree(data, source)
    if root.tag == f"{{{NS_2012}}}RadInstrumentData":
        return _of_2012(Node(root, NS_2012, source), source, sha256)
    if root.tag == f"{{{NS_2006}}}N42InstrumentData":
        return _of_2006(Node(root, NS_2006, source), source, sha256)
    expected = f"RadInstrumentData of {NS_2012} or N42InstrumentData of {NS_2006}"
    raise RadiationError(source, expected, root.tag[:300])


# The 2012 schema --------------------------------------------------------------------------------


def _of_2012(root: Node, source: str, sha256: str) -> RadiationReading:
    particles: dict[str, Particle] = {}
    names: dict[str, str] = {}
    known = set()
    for detector in root.children("RadDetectorInformation"):
        identifier = detector.attribute("id")
        known.add(identifier)
        names[identifier] = detector.child_text("RadDetectorName")[:_LONGEST] or identifier
        particle = _particle(detector.require("RadDetectorCategoryCode").text)
        if particle is not None:
            particles[identifier] = particle
    timeline = _Timeline()
    speed = None
    for measurement in root.children("RadMeasurement"):
        interval = _interval_2012(measurement, particles, known)
        if interval is None:
            continue
        timeline.add(interval, measurement)
        speed = _speed_2012(measurement) if speed is None else speed
    about = root.child("RadInstrumentInformation")
    fields = ("RadInstrumentManufacturerName", "RadInstrumentModelName", "RadInstrumentIdentifier")
    words = [] if about is None else [about.child_text(name) for name in fields]
    results = list(root.children("AnalysisResults"))
    return _reading(
        timeline.intervals,
        particles,
        names,
        source=source,
        sha256=sha256,
        format="N42-2012",
        instrument=" ".join(word for word in words if word)[:_LONGEST],
        alarms=tuple(_alarms(results)),
        nuclides=tuple(dict.fromkeys(_nuclides(results))),
        speed_m_s=speed,
    )


def _particle(category: str) -> Particle | None:
    words = category.lower()
    if "neutron" in words:
        return "neutron"
    return "gamma" if "gamma" in words else None


def _interval_2012(
    measurement: Node, particles: dict[str, Particle], known: set[str]
) -> _Interval | None:
    """None for a measurement of nothing that passes, or of other radiation alone."""
    kind = measurement.require("MeasurementClassCode").text
    if kind in ("Calibration", "IntrinsicActivity"):
        return None
    if kind not in ("Foreground", "Background", "NotSpecified"):
        raise measurement.error("a known MeasurementClassCode", repr(kind[:60]))
    real = measurement.require("RealTimeDuration").seconds()
    occupied = measurement.child("OccupancyIndicator")
    interval = _Interval(
        of="background" if kind == "Background" else "passage",
        real_s=real,
        start=measurement.child_text("StartDateTime"),
        occupied=None if occupied is None else occupied.flag(),
    )
    for element in ("GrossCounts", "Spectrum"):
        for one in measurement.children(element):
            identifier = one.attribute("radDetectorInformationReference")
            if identifier not in known:
                expected = f"{element} that refers to a RadDetectorInformation"
                raise measurement.error(expected, repr(identifier[:60]))
            # A detector that gives both has counted once; several spectra are the same counts too.
            if identifier not in particles or identifier in interval.counts:
                continue
            spectrum = element == "Spectrum"
            counts = _spectrum_counts(one) if spectrum else one.require("CountData").counts()
            live = one.require("LiveTimeDuration")
            interval.counts[identifier] = _count(counts, live, real)
    return interval if interval.counts else None


def _count(counts: int, live: Node, real_s: float) -> _Count:
    seconds = live.seconds()
    if seconds > _LIVE_SLACK * real_s:
        expected = f"a live time of at most the real time, {real_s:g} s"
        raise live.error(expected, f"{seconds:g} s")
    if counts and not seconds:
        raise live.error("a live time above 0 where there are counts", "0 s")
    return _Count(counts, seconds)


def _spectrum_counts(spectrum: Node) -> int:
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
    if total > 1e9:
        raise channels.error("whole counts in ChannelData", f"{total:g}")
    return int(total)


@dataclass
class _Timeline:
    """Intervals in the order of the file; what panels counted at the same time becomes one.

    Some instruments write a measurement for each panel. Start times may be rounded to seconds, so
    that several intervals share one: a panel goes into the first that it is not in yet.
    """

    intervals: list[_Interval] = field(default_factory=list)
    _places: dict[tuple[str, float, str], list[_Interval]] = field(default_factory=dict)
    _next: dict[tuple[str, float, str, str], int] = field(default_factory=dict)

    def add(self, new: _Interval, node: Node) -> None:
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


def _speed_2012(measurement: Node) -> float | None:
    for state in measurement.below("StateVector"):
        speed = state.child("SpeedValue")
        if speed is not None:
            values = speed.numbers()
            return abs(values[0]) if values else None
    return None


def _alarms(results: list[Node]) -> Iterator[Alarm]:
    for result in results:
        for alarm in result.children("RadAlarm"):
            yield Alarm(
                category=alarm.require("RadAlarmCategoryCode").text[:_LONGEST],
                description=alarm.child_text("RadAlarmDescription")[:_LONGEST],
            )


def _nuclides(results: list[Node]) -> Iterator[str]:
    for result in results:
        for nuclide in result.below("Nuclide"):
            identified = nuclide.child("NuclideIdentifiedIndicator")
            name = nuclide.child_text("NuclideName")[:_LONGEST]
            if name and (identified is None or identified.flag()):
                yield name


# The 2006 schema --------------------------------------------------------------------------------


def _of_2006(root: Node, source: str, sha256: str) -> RadiationReading:
    particles: dict[str, Particle] = {}
    timeline = _Timeline()
    speed = None
    words: list[str] = []
    for measurement in root.children("Measurement"):
        about = measurement.child("InstrumentInformation")
        if about is not None and not words:
            fields = ("Manufacturer", "InstrumentModel", "InstrumentID")
            words = [about.child_text(name) for name in fields]
        for data in measurement.children("DetectorData"):
            real = data.require("SampleRealTime").seconds()
            occupied = data.child("Occupied")
            interval = _Interval(
                of="passage",
                real_s=real,
                start=data.child_text("StartTime"),
                occupied=None if occupied is None else occupied.flag(),
            )
            for one in data.children("DetectorMeasurement"):
                _count_2006(data, one, interval, particles)
            if not interval.counts:
                continue
            timeline.add(interval, data)
            speed = _speed_2006(data) if speed is None else speed
    return _reading(
        timeline.intervals,
        particles,
        {},
        source=source,
        sha256=sha256,
        format="N42-2006",
        instrument=" ".join(word for word in words if word)[:_LONGEST],
        speed_m_s=speed,
    )


def _count_2006(
    data: Node, measurement: Node, interval: _Interval, particles: dict[str, Particle]
) -> None:
    for group, element in (("GrossCountMeasurement", "GrossCounts"), ("SpectrumMeasurement", "")):
        for one in measurement.children(group):
            for counted in [one] if element else one.children("Spectrum"):
                levels = (counted, one, measurement)
                kind = next(filter(None, (node.attribute("DetectorType") for node in levels)), "")
                kind = kind or counted.child_text("DetectorType")
                name = next(filter(None, (node.attribute("Detector") for node in levels)), "")
                particle = _particle(kind)
                if particle is None:
                    continue
                panel = f"{name or 'panel'} {particle}"
                if panel in interval.counts:
                    continue
                counts = counted.require(element).counts() if element else _spectrum_counts(counted)
                # Neutron counters often give no live time: they are hardly ever dead.
                live = counted.child("LiveTime") or data.require("SampleRealTime")
                particles[panel] = particle
                interval.counts[panel] = _count(counts, live, interval.real_s)


def _speed_2006(data: Node) -> float | None:
    speed = data.child("Speed")
    if speed is None:
        return None
    values, factor = speed.numbers(), _SPEED_M_S.get(speed.attribute("Units").lower())
    return abs(values[0]) * factor if values and factor is not None else None


# Both -------------------------------------------------------------------------------------------


def _reading(
    intervals: list[_Interval],
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
    used = [name for name in particles if any(name in one.counts for one in passage)]
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
    passage: list[_Interval],
    background: list[_Interval],
) -> Panel:
    nothing = _Count(0, 0.0)
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
