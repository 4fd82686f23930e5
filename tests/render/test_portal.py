from __future__ import annotations

import re

import msgspec
import pytest

from scanai.inspect.report import PortalCounts, PortalFault, RadiationSummary, Report
from scanai.render.html import report_page
from scanai.render.portal import plot_portal, portal_sentences

COUNTS = PortalCounts(
    panels=4,
    counts=3000,
    expected=2000.0,
    background_cps=200.0,
    background_live_s=240.0,
    sigma=20.3,
    peak_sigma=24.0,
    peak_s=(4.0, 6.0),
    p_value=1e-9,
    alarm=True,
    cps=(200.0, 210.0, 600.0, 500.0, 220.0),
)
SUMMARY = RadiationSummary(
    instrument="SYNTH <Lane>",
    alarms=("Gamma: <b>",),
    nuclides=("K-40",),
    background_from="measurement",
    quiet=False,
    speed_m_s=2.0,
    duration_s=10.0,
    times_s=(1.0, 3.0, 5.0, 7.0, 9.0),
    gamma=COUNTS,
    neutron=msgspec.structs.replace(
        COUNTS, counts=2, expected=1.5, alarm=False, p_value=0.8, cps=(0.0, 0.5, 0.0, 0.0, 0.5)
    ),
    areal_density=(10.0, 20.0, 80.0),
)


def test_strips_keep_to_the_picture_and_apart() -> None:
    plot = plot_portal(SUMMARY)
    assert [strip.kind for strip in plot.strips] == ["gamma", "neutron", "density"]
    for strip in plot.strips:
        numbers = [float(part) for part in re.findall(r"[\d.]+", strip.line)]
        places, heights = numbers[::2], numbers[1::2]
        assert 0 <= min(places) <= max(places) <= plot.width
        assert strip.top <= min(heights) <= max(heights) <= strip.top + 84 <= plot.height
    assert plot.strips[0].peak == "M240.0 82H360.0"
    assert plot.strips[1].peak == ""


def test_density_is_turned_round_as_the_report_says() -> None:
    ahead = plot_portal(SUMMARY).strips[-1].line
    back = plot_portal(msgspec.structs.replace(SUMMARY, reversed=True))
    assert back.strips[-1].line != ahead
    assert "right end of the picture first" in back.caption


def test_sentences_say_what_was_counted() -> None:
    text = " ".join(portal_sentences(SUMMARY))
    assert "Gamma rays: 3,000 counted, 2,000 expected of the background (+20.3 σ); alarm" in text
    assert "Alarms of the portal itself: Gamma: <b>." in text
    assumed = msgspec.structs.replace(
        SUMMARY,
        neutron=msgspec.structs.replace(SUMMARY.neutron, assumed=True),
        faults=(PortalFault(panel="left", particle="gamma", counts=0, expected=24_000.0),),
    )
    text = " ".join(portal_sentences(assumed))
    assert "expected of a typical background" in text
    assert "Faulty, for they lack more counts than any cargo hides: left (gamma)." in text
    quiet = msgspec.structs.replace(SUMMARY, quiet=True, alarms=(), gamma=None)
    text = " ".join(portal_sentences(quiet))
    assert "which does not speak for the load" in text
    assert "Gamma rays: not counted, or without a background." in text


@pytest.mark.parametrize("bare", [False, True])
def test_page_shows_the_portal_and_escapes_its_words(report: Report, bare: bool) -> None:
    summary = SUMMARY
    if bare:
        summary = msgspec.structs.replace(SUMMARY, gamma=None, neutron=None, times_s=())
        assert plot_portal(summary) is None
    page = report_page("N", msgspec.structs.replace(report, radiation=summary), None, b"")
    assert "<h2>Radiation portal</h2>" in page
    assert "SYNTH &lt;Lane&gt;" in page
    assert "<Lane>" not in page
    assert ('class="portal"' in page) is not bare


def test_page_without_a_reading_has_no_portal(report: Report) -> None:
    assert "Radiation portal" not in report_page("N", report, None, b"")


def test_chance_of_an_alarm_is_not_told_as_a_share_of_scans(report: Report) -> None:
    alarm = msgspec.structs.replace(report.findings[0], kind="radiation_alarm", p_value=0.001)
    page = report_page("N", msgspec.structs.replace(report, findings=(alarm,)), None, b"")
    assert "0.1 % chance by counting noise alone" in page
    assert "of benign scans reach it" not in page
