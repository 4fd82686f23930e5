from __future__ import annotations

import math
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scanai.inspect.evidence.line_density import LinePart, density_findings, package_evidence
from scanai.manifest.bands import density_band
from scanai.manifest.model import Line

BOX = (40, 60, 300, 140)
SHEET = Line(hs_code="7210", description="steel sheet", packages=20, package_type="CL")
BAND = density_band("7210")


def part(kg: float, volume_m3: float, line: Line = SHEET, *, opaque: bool = False) -> LinePart:
    """A part of line 2 that is known to 10 %."""
    return LinePart(2, line, kg, 0.9 * kg, 1.1 * kg, volume_m3, BOX, opaque)


@pytest.fixture
def context(kit, context_of):
    return context_of(kit.walls, density_ratio=math.log(2), package_mass_factor=5.0)


def test_a_density_inside_the_band_is_no_finding(context) -> None:
    line = Line(hs_code="7210")
    assert density_findings([part(20_000, 10, line)], context) == ([], {"density": 0.0})


def test_a_light_part_of_a_heavy_line_is_told_with_its_place(context) -> None:
    line = Line(hs_code="7210", description="steel sheet")
    (finding,), scores = density_findings([part(4100, 31, line)], context)
    assert finding.kind == "mass_mismatch"
    assert finding.region == BOX
    assert finding.confirmed
    assert scores["density"] == pytest.approx(math.log(BAND.low / (1.1 * 4100 / 31)))
    assert finding.score == pytest.approx(1 - math.exp(-scores["density"]))
    assert finding.sentence == (
        "Line 2 (7210, steel sheet) lies in 31 m³ and weighs 4.1 t: 132 kg/m³, well below what "
        f"such goods have ({BAND.low:,.0f} to {BAND.high:,.0f})."
    )
    density = finding.evidence[0]
    assert (density.value, density.low, density.high, density.unit) == (132, 119, 145, "kg/m³")


def test_from_above_no_part_is_too_light_for_nobody_sees_how_high_it_reaches(context) -> None:
    seen = replace(part(4100, 31, Line(hs_code="7210")), filled=False)
    assert density_findings([seen], context) == ([], {"density": 0.0})


def test_from_above_a_part_too_heavy_for_all_its_room_is_told(context) -> None:
    seen = replace(part(20_000, 25, Line(hs_code="9404", description="Mattresses")), filled=False)
    (finding,), _ = density_findings([seen], context)
    assert "weighs 20.0 t: at least 800 kg/m³, well above" in finding.sentence
    assert finding.evidence[0].high is None


def test_a_heavy_part_of_a_light_line_is_told(context) -> None:
    line = Line(hs_code="9404", description="Mattresses")
    (finding,), scores = density_findings([part(20_000, 25, line)], context)
    assert scores["density"] == pytest.approx(math.log(0.9 * 800 / density_band("9404").high))
    assert "800 kg/m³, well above what such goods have" in finding.sentence


def test_the_interval_counts_not_its_middle(context) -> None:
    line = Line(hs_code="7210")
    unsure = replace(part(4100, 31, line), high_kg=BAND.low * 31)
    assert density_findings([unsure], context) == ([], {"density": 0.0})


def test_an_opaque_part_may_be_heavier_than_it_looks(context) -> None:
    line = Line(hs_code="7210")
    assert density_findings([part(4100, 31, line, opaque=True)], context) == ([], {"density": 0.0})


def test_an_opaque_part_is_at_least_so_heavy(context) -> None:
    line = Line(hs_code="9404")
    (finding,), _ = density_findings([part(20_000, 25, line, opaque=True)], context)
    assert "weighs at least 20.0 t: at least 800 kg/m³, well above" in finding.sentence
    assert finding.evidence[0].high is None


def test_the_largest_distance_is_the_score_and_every_part_is_told(context) -> None:
    line = Line(hs_code="7210")
    parts = [part(4100, 31, line), part(20_000, 10, line), part(2000, 31, line)]
    findings, scores = density_findings(parts, context)
    assert len(findings) == 2
    assert scores["density"] == pytest.approx(math.log(BAND.low / (1.1 * 2000 / 31)))


def test_a_small_distance_is_scored_and_not_told(context) -> None:
    line = Line(hs_code="7210")
    kg = BAND.low * 10 / 1.1 / 1.8
    findings, scores = density_findings([part(kg, 10, line)], context)
    assert findings == []
    assert scores["density"] == pytest.approx(math.log(1.8))


@pytest.mark.parametrize(
    "unjudged",
    [
        part(4100, 31, Line(hs_code="")),
        part(4100, 0.0, Line(hs_code="7210")),
        part(0.0, 31, Line(hs_code="7210")),
    ],
)
def test_what_lacks_a_heading_a_volume_or_a_mass_is_not_judged(context, unjudged) -> None:
    assert density_findings([unjudged], context) == ([], {})


def test_no_parts_no_score(context) -> None:
    assert density_findings([], context) == ([], {})


def test_the_seen_mass_of_a_package_is_evidence(context) -> None:
    each = package_evidence(part(4000, 10))
    assert (each.value, each.low, each.high, each.unit) == (200.0, 180.0, 220.0, "kg")
    assert each.name == "seen mass per package, line 2"
    (finding, *_), _ = density_findings([part(1000, 31)], context)
    assert each.name in [evidence.name for evidence in finding.evidence]


@pytest.mark.parametrize("packages", [None, 0])
def test_without_packages_there_is_no_mass_of_one(packages) -> None:
    assert package_evidence(part(4000, 10, Line(hs_code="7210", packages=packages))) is None


def test_packages_far_heavier_than_usual_are_a_lead(context) -> None:
    line = Line(hs_code="190531", description="Biscuits", packages=20, package_type="CT")
    (lead,), _ = density_findings([part(9000, 40, line)], context)
    assert not lead.confirmed
    assert lead.kind == "mass_mismatch"
    assert lead.region == BOX
    assert lead.sentence.startswith(
        "Line 2 (190531, Biscuits) is seen with 450 kg in each of 20 packages; usual are "
    )
    assert lead.sentence.endswith(": a lead to check.")


def test_packages_a_little_out_are_no_lead(context) -> None:
    line = Line(hs_code="190531", packages=200, package_type="CT")
    assert density_findings([part(9000, 40, line)], context) == ([], {"density": 0.0})


# The context is made once for all examples, which change nothing in it.
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    kg=st.floats(0, 1e5),
    spread=st.floats(0, 1),
    volume=st.floats(0, 200),
    code=st.sampled_from(["", "7210", "9404", "2710", "0102"]),
    packages=st.none() | st.integers(0, 10**7),
    opaque=st.booleans(),
)
def test_any_part_has_a_finite_score(context, kg, spread, volume, code, packages, opaque) -> None:
    line = Line(hs_code=code, packages=packages, package_type="CT")
    seen = LinePart(1, line, kg, kg * (1 - spread), kg * (1 + spread), volume, BOX, opaque)
    findings, scores = density_findings([seen], context)
    assert all(0 <= score < math.inf for score in scores.values())
    assert all(0 <= finding.score <= 1 for finding in findings)
