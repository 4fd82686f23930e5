from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanai.inspect.bundle import BenignScores, OperatingPoint, initial_thresholds
from scanai.inspect.evidence.room import room_findings
from scanai.manifest.bands import density_band
from scanai.manifest.model import Line, Manifest
from scanai.manifest.room_inside import room_inside

THRESHOLDS = {name: entry.value for name, entry in initial_thresholds().items()}
POINT = OperatingPoint(THRESHOLDS, None)
MATTRESSES = Line(
    hs_code="940421", description="Mattresses", mass_kg=22_000, packages=1100, package_type="PK"
)
BISCUITS = Line(
    hs_code="190531", description="Sweet biscuits", mass_kg=9000, packages=1200, package_type="CT"
)


def judged(*lines: Line, unit_type: str = "40HC", **fields: object):
    findings, scores = room_findings(Manifest(unit_type=unit_type, lines=lines, **fields), POINT)
    return findings, scores["room"]


def sentences(findings) -> list[str]:
    return [finding.sentence for finding in findings]


def test_a_usual_load_fits() -> None:
    assert judged(BISCUITS) == ([], 0.0)


def test_goods_too_light_for_their_mass_do_not_fit() -> None:
    (finding,), score = judged(MATTRESSES)
    need = 22_000 / density_band("9404").high
    assert score == pytest.approx(math.log(need / (1.05 * room_inside("40HC").volume_m3)))
    assert finding.kind == "document_risk"
    assert finding.confirmed
    assert finding.score == pytest.approx(1 - math.exp(-score))
    assert finding.sentence == (
        f"22.0 t of line 1 (940421, Mattresses) would need at least {need:.0f} m³; a 40′ "
        "high-cube container holds 76 m³."
    )
    assert [evidence.unit for evidence in finding.evidence] == ["m³", "m³"]
    assert (finding.rule, finding.asks_at_most) == ("unit_volume", "review")


def test_lines_are_added_up_and_the_largest_named() -> None:
    half = Line(hs_code="9404", mass_kg=11_000)
    small = Line(hs_code="6109", mass_kg=2000)
    alone = judged(half)[1]
    (finding,), together = judged(small, half, half)
    assert together > alone
    assert "most of it line 2 (9404); a 40′ high-cube" in finding.sentence


def test_the_gross_mass_stands_for_the_mass_of_a_single_line() -> None:
    line = Line(hs_code="940421")
    assert judged(line, gross_mass_kg=22_000.0)[1] == judged(MATTRESSES)[1]
    assert judged(line, line, gross_mass_kg=22_000.0)[1] == 0


def test_more_packages_than_the_unit_has_room_for_are_told() -> None:
    line = Line(
        hs_code="190531", description="Biscuits", mass_kg=9000, packages=3000, package_type="px"
    )
    findings, score = judged(line)
    assert score == pytest.approx(math.log(3000 * 0.05 / (1.05 * 76.4)))
    assert sentences(findings)[0] == (
        "3,000 packages (pallet) of line 1 (190531, Biscuits) would need at least 150 m³; a 40′ "
        "high-cube container holds 76 m³."
    )


def test_packages_without_a_mass_are_counted_all_the_same() -> None:
    line = Line(hs_code="", packages=3000, package_type="PX")
    assert judged(line)[1] == pytest.approx(math.log(3000 * 0.05 / (1.05 * 76.4)))


def test_an_open_unit_has_no_volume() -> None:
    findings, score = judged(MATTRESSES, unit_type="flat_rack")
    assert (findings, score) == ([], 0.0)


def test_a_unit_of_unknown_type_is_not_judged_its_packages_are() -> None:
    assert judged(MATTRESSES, unit_type="") == ([], 0.0)
    heavy = Line(hs_code="1905", mass_kg=20_000, packages=4, package_type="CT")
    assert judged(heavy, unit_type="")[1] > 0


def test_more_than_the_unit_carries_is_a_lead_and_far_more_confirmed() -> None:
    steel = Line(hs_code="7208")
    (lead,), _ = judged(steel, gross_mass_kg=36_000.0)
    assert not lead.confirmed
    assert lead.p_value is None
    assert lead.sentence == (
        "36.0 t are declared; a 40′ high-cube container carries 32.1 t at most."
    )
    (finding,), _ = judged(steel, gross_mass_kg=60_000.0)
    assert finding.confirmed


def test_a_carton_of_four_tonnes_is_no_carton() -> None:
    line = Line(
        hs_code="731815", description="Bolts", mass_kg=12_000, packages=3, package_type="CT"
    )
    (finding,), score = judged(line, unit_type="20")
    assert score == pytest.approx(math.log(4))
    assert finding.confirmed
    assert finding.sentence == (
        "Line 1 (731815, Bolts) declares 3 packages of 4.0 t each; such a package (carton) weighs "
        "1.0 t at most."
    )


def test_a_package_holds_no_more_than_its_volume_of_such_goods() -> None:
    line = Line(hs_code="940421", mass_kg=900, packages=1, package_type="CT")
    (finding,), score = judged(line)
    most = 3 * density_band("9404").high
    assert score == pytest.approx(math.log(900 / most))
    assert "declares 1 package of 900 kg; such a package (carton) is 3.0 m³ at most" in (
        finding.sentence
    )


def test_a_package_of_less_than_a_few_grams_is_told() -> None:
    line = Line(hs_code="190531", mass_kg=1000, packages=1_000_000, package_type="CT")
    findings, score = judged(line, unit_type="")
    assert score == pytest.approx(math.log(5))
    assert "1,000,000 packages of 1 g each; hardly anything" in findings[0].sentence


def test_unusual_packages_are_leads_only() -> None:
    heavy = Line(hs_code="190531", mass_kg=9000, packages=12, package_type="CT")
    light = Line(hs_code="845811", mass_kg=9000, packages=900, package_type="CR")
    (first,), first_score = judged(heavy)
    (second,), second_score = judged(light)
    assert not first.confirmed
    assert not second.confirmed
    assert (first_score, second_score) == (0.0, 0.0)
    assert "declares 12 packages of 750 kg each; usual are " in first.sentence
    assert second.sentence.endswith(": a lead to check.")


def test_a_few_light_packages_are_ordinary() -> None:
    assert judged(Line(hs_code="845811", mass_kg=40, packages=4, package_type="CR")) == ([], 0.0)


def test_the_worst_is_told_first_and_scored() -> None:
    carton = Line(hs_code="731815", mass_kg=12_000, packages=3, package_type="CT")
    findings, score = judged(MATTRESSES, carton)
    assert score == pytest.approx(math.log(4))
    assert "carton" in findings[0].sentence
    assert "would need" in findings[1].sentence


def test_how_rare_it_is_comes_from_benign_scans() -> None:
    benign = BenignScores(
        scans=99, thresholds={}, quantiles={"room": (0.0,) * 101}, counts={"room": 99}
    )
    manifest = Manifest(unit_type="40HC", lines=(MATTRESSES,))
    (finding,), _ = room_findings(manifest, OperatingPoint(THRESHOLDS, benign))
    assert finding.p_value == pytest.approx(0.01)


def test_the_threshold_of_the_bundle_decides() -> None:
    manifest = Manifest(unit_type="40HC", lines=(MATTRESSES,))
    strict = OperatingPoint(THRESHOLDS | {"room_ratio": 2.0}, None)
    findings, scores = room_findings(manifest, strict)
    assert findings == []
    assert scores["room"] > 0


def test_an_empty_unit_has_no_score() -> None:
    assert room_findings(Manifest(unit_type="20"), POINT) == ([], {})


LINES = st.builds(
    Line,
    hs_code=st.sampled_from(["", "9999", "940421", "7208", "190531", "2710"]),
    description=st.text(max_size=60),
    mass_kg=st.none() | st.floats(0, 1e6),
    packages=st.none() | st.integers(0, 10_000_000),
    package_type=st.sampled_from(["", "CT", "ct", "VR", "NE", "cartons", "PX", "BG"]),
)


@given(
    st.lists(LINES, min_size=1, max_size=4),
    st.sampled_from(["", "20", "40HC", "tank", "gondola", "?"]),
    st.none() | st.floats(0, 1e6),
)
def test_whatever_the_papers_say_the_score_is_a_number_and_never_negative(
    lines, unit_type, gross
) -> None:
    manifest = Manifest(unit_type=unit_type, lines=tuple(lines), gross_mass_kg=gross)
    findings, scores = room_findings(manifest, POINT)
    assert 0 <= scores["room"] < math.inf
    for finding in findings:
        assert 0 <= finding.score <= 1
        assert finding.sentence.isprintable()
        assert finding.sentence.endswith(".")
    confirmed = [finding for finding in findings if finding.confirmed]
    assert bool(confirmed) == (scores["room"] >= THRESHOLDS["room_ratio"])
