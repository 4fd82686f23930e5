from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanai.errors import RadiationError
from scanai.radiation import Alarm, Panel, RadiationReading, n42_intervals, read_reading
from scanai.radiation.n42_format import parse
from scanai.radiation.n42_write import n42_bytes

DATA = Path(__file__).parent / "data"
TEXT = (DATA / "two-panels.n42").read_text("utf-8")


def read(text: str, encoding: str = "utf-8") -> RadiationReading:
    return parse(text.encode(encoding), "a.n42")


def test_reads_what_the_2012_schema_holds() -> None:
    reading = read_reading(DATA / "two-panels.n42")
    assert reading.format == "N42-2012"
    assert reading.instrument == "SYNTH Lane 0001"
    assert reading.real_s == (0.1, 0.1)
    assert reading.speed_m_s == 2.5
    assert reading.background_from == "measurement"
    assert len(reading.sha256) == 64
    gamma, neutron = reading.panels
    # Energy windows are added up; 22+5+0+2+1+0+3+4+0+1 of the spectrum, lengths of zeroes are not.
    assert gamma == Panel(
        name="left gamma",
        particle="gamma",
        counts=(51, 38),
        live_s=(0.099, 0.098),
        background_counts=30000,
        background_live_s=59.5,
    )
    assert (neutron.name, neutron.counts, neutron.background_counts) == ("n", (0, 1), 12)
    assert reading.alarms == (Alarm(category="Neutron", description="above limit"),)
    assert reading.nuclides == ("K-40",)


def test_reads_the_2006_schema_with_the_idle_portal_as_background() -> None:
    reading = read_reading(DATA / "of-2006.n42")
    assert reading.format == "N42-2006"
    assert reading.background_from == "unoccupied"
    assert reading.speed_m_s == pytest.approx(2.5)
    gamma, neutron = reading.panels
    assert (gamma.counts, gamma.live_s) == ((220,), (0.49,))
    assert (gamma.background_counts, gamma.background_live_s) == (5000, 10.0)
    assert (neutron.counts, neutron.live_s, neutron.background_counts) == ((0,), (0.5,), 3)


@pytest.mark.parametrize("encoding", ["UTF-8", "UTF-16", "ISO-8859-1"])
def test_reads_every_encoding_that_xml_declares(encoding: str) -> None:
    text = TEXT.replace('encoding="UTF-8"', f'encoding="{encoding}"').replace(">Lane<", ">Läne<")
    assert read(text, encoding).instrument == "SYNTH Läne 0001"


def test_intervals_without_a_vehicle_are_the_background_where_there_is_no_other() -> None:
    one = TEXT.replace("<OccupancyIndicator>true<", "<OccupancyIndicator>false<")
    assert read(one).panels[0].counts == (51, 38)
    alone = re.sub(r'<RadMeasurement id="b">.*?</RadMeasurement>', "", one, flags=re.DOTALL)
    reading = read(alone)
    assert reading.background_from == "unoccupied"
    assert reading.panels[0].counts == (38,)
    assert reading.panels[0].background_counts == 51


def test_no_background_is_told() -> None:
    alone = re.sub(r'<RadMeasurement id="b">.*?</RadMeasurement>', "", TEXT, flags=re.DOTALL)
    reading = read(alone)
    assert reading.background_from == "none"
    assert {panel.background_live_s for panel in reading.panels} == {0.0}


def test_measurements_of_one_panel_each_become_one_interval() -> None:
    def measurement(panel: str, counts: int) -> str:
        return (
            f'<RadMeasurement id="{panel}{counts}">'
            "<MeasurementClassCode>Foreground</MeasurementClassCode>"
            "<StartDateTime>2000-01-01T00:01:00Z</StartDateTime>"
            "<RealTimeDuration>PT0.1S</RealTimeDuration>"
            f'<GrossCounts id="x{panel}{counts}" radDetectorInformationReference="{panel}">'
            f"<LiveTimeDuration>PT0.1S</LiveTimeDuration><CountData>{counts}</CountData>"
            "</GrossCounts></RadMeasurement>"
        )

    body = TEXT[: TEXT.index('  <RadMeasurement id="m1">')] + "".join(
        measurement(panel, counts) for panel in "gn" for counts in (7, 8, 9)
    )
    reading = read(body + "</RadInstrumentData>")
    assert [panel.counts for panel in reading.panels] == [(7, 8, 9), (7, 8, 9)]
    assert reading.real_s == (0.1,) * 3


DOCTYPE = '<!DOCTYPE a [<!ENTITY x "y">]>'
FAULTS = {
    "no xml": (lambda text: "counts: 5", "XML, found malformed XML"),
    "entity": (
        lambda text: text.replace("?>", f"?>{DOCTYPE}", 1),
        "XML without DTD and entities, found a DTD",
    ),
    "other root": (
        lambda text: text.replace("2011/N42", "2099/N42"),
        r"RadInstrumentData of .*, found \{http://physics.nist.gov/N42/2099/N42\}",
    ),
    "rate instead of counts": (
        lambda text: text.replace(">40.0 11<", ">40.5<"),
        "whole counts from 0 to 1000000000 in CountData, found '40.5'",
    ),
    "negative": (lambda text: text.replace(">40.0 11<", ">-4<"), "found '-4'"),
    "not a number": (lambda text: text.replace(">40.0 11<", ">NaN<"), "finite numbers in CountD"),
    "words": (lambda text: text.replace(">40.0 11<", ">many<"), "numbers in CountData, found 'ma"),
    "nothing": (lambda text: text.replace(">40.0 11<", "><"), "counts in CountData, found ''"),
    "duration": (
        lambda text: text.replace("PT0.099S", "0.1 s"),
        "a duration such as PT0.1S in LiveTimeDuration, found '0.1 s'",
    ),
    "live above real": (
        lambda text: text.replace("PT0.099S", "PT0.2S"),
        "a live time of at most the real time, 0.1 s, found 0.2 s",
    ),
    "counts in no time": (
        lambda text: text.replace("PT0.099S", "PT0S"),
        "a live time above 0 where there are counts",
    ),
    "unknown panel": (
        lambda text: text.replace('Reference="g"', 'Reference="x"'),
        "GrossCounts that refers to a RadDetectorInformation, found 'x'",
    ),
    "class": (lambda text: text.replace(">Foreground<", ">Front<"), "known MeasurementClassCode"),
    "no live time": (
        lambda text: text.replace("<LiveTimeDuration>PT0.099S</LiveTimeDuration>", ""),
        "an element LiveTimeDuration in GrossCounts, found none",
    ),
    "occupancy": (lambda text: text.replace(">true<", ">perhaps<"), "true or false in Occupancy"),
    "packing": (lambda text: text.replace("CountedZeroes", "Zip"), "of CountedZeroes, found Zip"),
    "no passage": (
        lambda text: re.sub(
            r"<AnalysisResults>.*</AnalysisResults>", "", text, flags=re.DOTALL
        ).replace(">Foreground<", ">Background<"),
        "gamma or neutron counts of a passage, found a background alone",
    ),
    "depth": (
        lambda text: text.replace("</RadInst", "<a>" * 50 + "</a>" * 50 + "</RadInst", 1),
        "elements at most 40 deep, found deeper ones",
    ),
}


@pytest.mark.parametrize("name", FAULTS)
def test_refuses_with_what_was_expected_and_found(name: str) -> None:
    spoil, message = FAULTS[name]
    with pytest.raises(RadiationError, match=rf"^a\.n42: expected .*{message}"):
        read(spoil(TEXT))


def test_an_alarm_without_counts_is_still_a_reading() -> None:
    alarm_only = re.sub(r"<RadMeasurement.*</RadMeasurement>", "", TEXT, flags=re.DOTALL)
    reading = read(alarm_only)
    assert reading.panels == ()
    assert reading.alarms[0].of_neutrons


def test_stays_within_bounds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("scanai.radiation.xml_tree.MAX_ELEMENTS", 20)
    with pytest.raises(RadiationError, match="at most 20 elements, found more"):
        read(TEXT)
    monkeypatch.undo()
    monkeypatch.setattr(n42_intervals, "MAX_INTERVALS", 2)
    with pytest.raises(RadiationError, match="at most 2 intervals, found more"):
        read(TEXT)
    monkeypatch.undo()
    monkeypatch.setattr(n42_intervals, "MAX_PANELS", 1)
    with pytest.raises(RadiationError, match="at most 1 panels, found 2"):
        read(TEXT)


@given(
    counts=st.lists(st.tuples(st.integers(0, 10**6), st.integers(0, 50)), min_size=1, max_size=30),
    background=st.tuples(st.integers(0, 10**7), st.integers(0, 500)),
    real=st.sampled_from([0.1, 0.2, 1.0, 5.0]),
)
def test_what_is_written_reads_back(counts, background, real) -> None:
    panels = tuple(
        Panel(
            name=kind,
            particle=kind,
            counts=tuple(pair[place] for pair in counts),
            live_s=(real,) * len(counts),
            background_counts=background[place],
            background_live_s=60.0,
        )
        for place, kind in enumerate(("gamma", "neutron"))
    )
    reading = RadiationReading(
        source="a.n42",
        format="N42-2012",
        instrument="simulated",
        real_s=(real,) * len(counts),
        panels=panels,
        background_from="measurement",
        alarms=(Alarm(category="Gamma", description="<&>"),),
        nuclides=("K-40",),
    )
    again = parse(n42_bytes(reading), "a.n42")
    assert again.panels == panels
    assert np.allclose(again.real_s, reading.real_s)
    assert (again.alarms, again.nuclides) == (reading.alarms, reading.nuclides)
