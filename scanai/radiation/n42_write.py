"""Writes a reading as ANSI N42.42-2012: for simulated passages and for tests of the reader.

Only what a reading holds is written; a file of a real instrument tells more. What is written reads
back the same, but for the text of the instrument, which the standard has in three parts.
"""

from __future__ import annotations

from xml.sax.saxutils import escape, quoteattr

from scanai.radiation.n42_2012 import NAMESPACE
from scanai.radiation.reading import RadiationReading

_START = "2000-01-01T00:00:00Z"
"""No time is known of a passage that never was."""


def n42_bytes(reading: RadiationReading) -> bytes:
    """One RadMeasurement for the background, one for each interval, one AnalysisResults."""
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f'<RadInstrumentData xmlns="{NAMESPACE}">',
        '<RadInstrumentInformation id="instrument">'
        "<RadInstrumentManufacturerName>simulated</RadInstrumentManufacturerName>"
        f"<RadInstrumentModelName>{escape(reading.instrument)}</RadInstrumentModelName>"
        "<RadInstrumentClassCode>Portal Monitor</RadInstrumentClassCode>"
        "<RadInstrumentVersion>"
        "<RadInstrumentComponentName>Software</RadInstrumentComponentName>"
        "<RadInstrumentComponentVersion>0</RadInstrumentComponentVersion>"
        "</RadInstrumentVersion></RadInstrumentInformation>",
    ]
    for number, panel in enumerate(reading.panels):
        kind, made_of = ("Neutron", "He3") if panel.particle == "neutron" else ("Gamma", "PVT")
        lines.append(
            f'<RadDetectorInformation id="panel-{number}">'
            f"<RadDetectorName>{escape(panel.name)}</RadDetectorName>"
            f"<RadDetectorCategoryCode>{kind}</RadDetectorCategoryCode>"
            f"<RadDetectorKindCode>{made_of}</RadDetectorKindCode></RadDetectorInformation>"
        )
    idle = [(p.background_counts, p.background_live_s) for p in reading.panels]
    if any(live for _, live in idle):
        real = max(live for _, live in idle)
        lines += _measurement("background", "Background", real, idle)
    for number, real in enumerate(reading.real_s):
        counted = [(panel.counts[number], panel.live_s[number]) for panel in reading.panels]
        lines += _measurement(f"interval-{number}", "Foreground", real, counted, reading.speed_m_s)
    lines += _results(reading)
    return "\n".join([*lines, "</RadInstrumentData>", ""]).encode()


def _measurement(
    name: str,
    kind: str,
    real_s: float,
    counted: list[tuple[int, float]],
    speed_m_s: float | None = None,
) -> list[str]:
    lines = [
        f"<RadMeasurement id={quoteattr(name)}>",
        f"<MeasurementClassCode>{kind}</MeasurementClassCode>",
        f"<StartDateTime>{_START}</StartDateTime>",
        f"<RealTimeDuration>{_duration(real_s)}</RealTimeDuration>",
    ]
    lines += [
        f'<GrossCounts id="{name}-{number}" radDetectorInformationReference="panel-{number}">'
        f"<LiveTimeDuration>{_duration(live)}</LiveTimeDuration>"
        f"<CountData>{counts}</CountData></GrossCounts>"
        for number, (counts, live) in enumerate(counted)
        if live
    ]
    if speed_m_s is not None:
        lines.append(
            '<RadItemState radItemInformationReference="item"><StateVector>'
            f"<SpeedValue>{speed_m_s:.6g}</SpeedValue></StateVector></RadItemState>"
        )
    return [*lines, "</RadMeasurement>"]


def _results(reading: RadiationReading) -> list[str]:
    if not reading.alarms and not reading.nuclides:
        return []
    everyone = " ".join(f"panel-{number}" for number in range(len(reading.panels)))
    alarms = [
        f'<RadAlarm radDetectorInformationReferences="{everyone}">'
        f"<RadAlarmCategoryCode>{escape(alarm.category)}</RadAlarmCategoryCode>"
        f"<RadAlarmDescription>{escape(alarm.description)}</RadAlarmDescription></RadAlarm>"
        for alarm in reading.alarms
    ]
    nuclides = [
        "<Nuclide><NuclideIdentifiedIndicator>true</NuclideIdentifiedIndicator>"
        f"<NuclideName>{escape(name)}</NuclideName></Nuclide>"
        for name in reading.nuclides
    ]
    if nuclides:
        nuclides = ["<NuclideAnalysisResults>", *nuclides, "</NuclideAnalysisResults>"]
    return ["<AnalysisResults>", *alarms, *nuclides, "</AnalysisResults>"]


def _duration(seconds: float) -> str:
    """With digits enough to read back the same."""
    return f"PT{seconds:.9f}".rstrip("0").rstrip(".") + "S"
