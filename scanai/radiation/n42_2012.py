"""ANSI N42.42-2012: finds in a RadInstrumentData what a reading holds.

A RadMeasurement is a stretch of time; in it GrossCounts, or a Spectrum that is added up, of each
RadDetectorInformation of category Gamma or Neutron. The background is the measurements of class
Background, else the intervals whose OccupancyIndicator is false. Calibrations, derived data and
dose rates say nothing about a passage and are left out.
"""

from __future__ import annotations

from collections.abc import Iterator

from scanai.radiation.n42_intervals import (
    LONGEST,
    Interval,
    Timeline,
    counted_in,
    particle_of,
    reading_of,
    spectrum_counts,
)
from scanai.radiation.reading import Alarm, Particle, RadiationReading
from scanai.radiation.xml_tree import Node

NAMESPACE = "http://physics.nist.gov/N42/2011/N42"
ROOT = "RadInstrumentData"


def read(root: Node, source: str, sha256: str) -> RadiationReading:
    particles: dict[str, Particle] = {}
    names: dict[str, str] = {}
    known = set()
    for detector in root.children("RadDetectorInformation"):
        identifier = detector.attribute("id")
        known.add(identifier)
        names[identifier] = detector.child_text("RadDetectorName")[:LONGEST] or identifier
        particle = particle_of(detector.require("RadDetectorCategoryCode").text)
        if particle is not None:
            particles[identifier] = particle
    timeline = Timeline()
    speed = None
    for measurement in root.children("RadMeasurement"):
        interval = _interval(measurement, particles, known)
        if interval is None:
            continue
        timeline.add(interval, measurement)
        speed = _speed(measurement) if speed is None else speed
    about = root.child("RadInstrumentInformation")
    fields = ("RadInstrumentManufacturerName", "RadInstrumentModelName", "RadInstrumentIdentifier")
    words = [] if about is None else [about.child_text(name) for name in fields]
    results = list(root.children("AnalysisResults"))
    return reading_of(
        timeline.intervals,
        particles,
        names,
        source=source,
        sha256=sha256,
        format="N42-2012",
        instrument=" ".join(word for word in words if word)[:LONGEST],
        alarms=tuple(_alarms(results)),
        nuclides=tuple(dict.fromkeys(_nuclides(results))),
        speed_m_s=speed,
    )


def _interval(
    measurement: Node, particles: dict[str, Particle], known: set[str]
) -> Interval | None:
    """None for a measurement of nothing that passes, or of other radiation alone."""
    kind = measurement.require("MeasurementClassCode").text
    if kind in ("Calibration", "IntrinsicActivity"):
        return None
    if kind not in ("Foreground", "Background", "NotSpecified"):
        raise measurement.error("a known MeasurementClassCode", repr(kind[:60]))
    real = measurement.require("RealTimeDuration").seconds()
    occupied = measurement.child("OccupancyIndicator")
    interval = Interval(
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
            counts = spectrum_counts(one) if spectrum else one.require("CountData").counts()
            live = one.require("LiveTimeDuration")
            interval.counts[identifier] = counted_in(counts, live, real)
    return interval if interval.counts else None


def _speed(measurement: Node) -> float | None:
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
                category=alarm.require("RadAlarmCategoryCode").text[:LONGEST],
                description=alarm.child_text("RadAlarmDescription")[:LONGEST],
            )


def _nuclides(results: list[Node]) -> Iterator[str]:
    for result in results:
        for nuclide in result.below("Nuclide"):
            identified = nuclide.child("NuclideIdentifiedIndicator")
            name = nuclide.child_text("NuclideName")[:LONGEST]
            if name and (identified is None or identified.flag()):
                yield name
