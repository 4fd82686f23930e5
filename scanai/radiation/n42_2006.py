"""ANSI N42.42-2006: finds in an N42InstrumentData what portals use of that schema.

Each DetectorData is a stretch of time, and `Occupied` tells the passage from the background. The
AnalysisResults are not read, for their alarms differ from maker to maker.
"""

from __future__ import annotations

from scanai.radiation.n42_intervals import (
    LONGEST,
    Interval,
    Timeline,
    counted_in,
    particle_of,
    reading_of,
    spectrum_counts,
)
from scanai.radiation.reading import Particle, RadiationReading
from scanai.radiation.xml_tree import Node

NAMESPACE = "http://physics.nist.gov/Divisions/Div846/Gp4/ANSIN4242/2005/ANSIN4242"
ROOT = "N42InstrumentData"
_SPEED_M_S = {"": 1.0, "m/s": 1.0, "km/h": 1 / 3.6, "mph": 0.44704}


def read(root: Node, source: str, sha256: str) -> RadiationReading:
    particles: dict[str, Particle] = {}
    timeline = Timeline()
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
            interval = Interval(
                of="passage",
                real_s=real,
                start=data.child_text("StartTime"),
                occupied=None if occupied is None else occupied.flag(),
            )
            for one in data.children("DetectorMeasurement"):
                _measure(data, one, interval, particles)
            if not interval.counts:
                continue
            timeline.add(interval, data)
            speed = _speed(data) if speed is None else speed
    return reading_of(
        timeline.intervals,
        particles,
        {},
        source=source,
        sha256=sha256,
        format="N42-2006",
        instrument=" ".join(word for word in words if word)[:LONGEST],
        speed_m_s=speed,
    )


def _measure(
    data: Node, measurement: Node, interval: Interval, particles: dict[str, Particle]
) -> None:
    for group, element in (("GrossCountMeasurement", "GrossCounts"), ("SpectrumMeasurement", "")):
        for one in measurement.children(group):
            for counted in [one] if element else one.children("Spectrum"):
                levels = (counted, one, measurement)
                kind = next(filter(None, (node.attribute("DetectorType") for node in levels)), "")
                kind = kind or counted.child_text("DetectorType")
                name = next(filter(None, (node.attribute("Detector") for node in levels)), "")
                particle = particle_of(kind)
                if particle is None:
                    continue
                panel = f"{name or 'panel'} {particle}"
                if panel in interval.counts:
                    continue
                counts = counted.require(element).counts() if element else spectrum_counts(counted)
                # Neutron counters often give no live time: they are hardly ever dead.
                live = counted.child("LiveTime") or data.require("SampleRealTime")
                particles[panel] = particle
                interval.counts[panel] = counted_in(counts, live, interval.real_s)


def _speed(data: Node) -> float | None:
    speed = data.child("Speed")
    if speed is None:
        return None
    values, factor = speed.numbers(), _SPEED_M_S.get(speed.attribute("Units").lower())
    return abs(values[0]) * factor if values and factor is not None else None
