"""Rules on documents: each fires on what it is about, says why, and is silent on honest papers."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from papers_making import declarations

from scanai.inspect.bundle import OperatingPoint
from scanai.inspect.evidence.document_rules import DocumentRules, shipped_rules
from scanai.inspect.evidence.documents import document_findings, unused
from scanai.inspect.report import Finding
from scanai.inspect.verdict import decide
from scanai.manifest.model import Line, Manifest, Party


def judged(manifest: Manifest, rules: DocumentRules | None = None) -> dict[str, Finding]:
    findings, _ = document_findings(manifest, rules or shipped_rules(), lambda name, score: None)
    return {finding.rule: finding for finding in findings}


def described(*texts: str, code: str = "840999") -> Manifest:
    return Manifest(lines=tuple(Line(hs_code=code, description=text) for text in texts))


def parties(**roles: str) -> Manifest:
    found = (Party(role.replace("_", " "), name) for role, name in roles.items())
    return Manifest(parties=tuple(found))


def weighed(*masses: float | None, gross: float | None = None, **more) -> Manifest:
    lines = tuple(Line(hs_code="840999", mass_kg=mass) for mass in masses)
    return Manifest(lines=lines, gross_mass_kg=gross, **more)


LOOP = Manifest(route=("CNSHA", "SGSIN", "AEJEA", "SG SIN"))
FIRES = {
    "vague_description": described("Said to contain: parts"),
    "freight_of_all_kinds": described("F.A.K."),
    "described_elsewhere": described("as per attached list"),
    "samples_or_gifts": described("Muestras sin valor comercial"),
    "personal_effects": described("Effets personnels"),
    "said_to_contain": described("STC pistons"),
    "only_digits_or_symbols": described("4711-22/1"),
    "description_against_code": described("Coffee beans"),
    "line_without_description": described("Pistons", ""),
    "transit": Manifest(regime="transit"),
    "transhipment": Manifest(regime="transhipment"),
    "free_zone": Manifest(regime="free_zone"),
    "free_zone_named": parties(consignee="SYNTHETIC TRADER FZE"),
    "route_returns_to_a_place": LOOP,
    "route_returns_to_a_country": Manifest(route=("CNSHA", "SGSIN", "CNNGB")),
    "long_route": Manifest(route=("CNSHA", "SGSIN", "LKCMB", "AEJEA", "GRPIR", "NLRTM")),
    "wrong_check_digit": Manifest(unit="CSQU3054384"),
    "over_usual_rating": weighed(29_000.0, unit_type="20"),
    "over_every_rating": weighed(35_000.0, unit_type="40HC", tare_kg=3900.0),
    "lines_heavier_than_all": weighed(600.0, 500.0, gross=1000.0),
    "lines_lighter_than_all": weighed(300.0, 200.0, gross=1000.0),
    "line_without_mass": weighed(300.0, None),
    "sender_is_receiver": parties(exporter="Synthetic Trader 1", consignee="SYNTHETIC TRADER 1"),
    "forwarder_is_receiver": parties(freight_forwarder="SYNTHETIC F 1", consignee="Synthetic F. 1"),
    "receiver_to_order": parties(consignee="TO ORDER OF SYNTHETIC BANK 1"),
}
SILENT = {
    "goods in plain words": described("Pistons for diesel engines", code="840991"),
    "no description at all": described("", ""),
    "goods after general cargo": described("General cargo: pistons"),
    "no code": described("Coffee beans", code=""),
    "a straight route": Manifest(regime="import", route=("CNSHA", "SGSIN", "NLRTM")),
    "one stay in two rows": Manifest(route=("CNSHA", "SGSIN", "SGSIN", "NLRTM")),
    "names of places": Manifest(route=("Shanghai", "Singapore", "Rotterdam")),
    "who is told is the receiver": parties(consignee="SYNTHETIC 1", notify="SYNTHETIC 1"),
    "parties without names": parties(consignor="", consignee=""),
    "a right check digit": Manifest(unit="CSQU 305438-3"),
    "a number without check digit": Manifest(unit="CSQU305438"),
    "a unit that is no container": Manifest(unit="B-XY 1234"),
    "a heavy tank": weighed(33_000.0, unit_type="tank"),
    "a heavy unit of no known type": weighed(33_000.0),
    "rounded masses": weighed(600.0, 410.0, gross=1000.0),
    "packing beside the lines": weighed(600.0, 300.0, gross=1000.0),
    "declared empty": Manifest(gross_mass_kg=0.0, tare_kg=2200.0, unit_type="20"),
}


def test_every_rule_that_is_switched_on_has_an_example_here() -> None:
    assert set(FIRES) == {rule.id for rule in shipped_rules().rules if rule.enabled}


@pytest.mark.parametrize("rule", FIRES)
def test_a_rule_fires_on_what_it_is_about_and_says_why(rule: str) -> None:
    finding = judged(FIRES[rule])[rule]
    assert finding.kind == "document_risk"
    assert finding.region is None
    assert "{" not in finding.sentence
    assert "“”" not in finding.sentence.replace("Line 2, “”", "")
    weights = [one.value for one in finding.evidence if one.name == "weight of the rule"]
    assert finding.score == pytest.approx(1 - math.exp(-weights[0]))


@pytest.mark.parametrize("what", SILENT)
def test_ordinary_papers_raise_nothing(what: str) -> None:
    assert judged(SILENT[what]) == {}


def test_vague_words_are_not_held_against_the_code_as_well() -> None:
    assert list(judged(described("Equipment", code="020230"))) == ["vague_description"]


def test_a_place_that_comes_back_is_not_told_again_by_its_country() -> None:
    assert "route_returns_to_a_country" not in judged(LOOP)


def test_sentences_quote_what_is_declared() -> None:
    sentence = judged(FIRES["route_returns_to_a_place"])["route_returns_to_a_place"].sentence
    assert sentence.startswith("The route CNSHA–SGSIN–AEJEA–SG SIN comes back to SG SIN:")
    (finding,) = judged(described("Parts", "Pistons", "Parts", "Repuestos", "parts")).values()
    assert finding.sentence.startswith("Lines 1, 3, 4 and 1 more, “Parts”, only says “part”:")
    assert finding.evidence[0].value == 4


def test_said_to_contain_and_nothing_names_no_goods() -> None:
    finding = judged(described("Said to contain"))["vague_description"]
    assert finding.sentence.startswith("Line 1, “Said to contain”, only says “said to contain”:")


def test_a_blank_description_is_none() -> None:
    assert "line_without_description" in judged(described("Pistons", "   "))


def test_a_wrong_check_digit_is_told_with_the_right_one() -> None:
    sentence = judged(FIRES["wrong_check_digit"])["wrong_check_digit"].sentence
    assert sentence.startswith("Container number CSQU3054384: its check digit would be 3.")


def test_a_long_declared_text_is_cut_and_one_line() -> None:
    sentence = judged(described("parts\n" * 300))["vague_description"].sentence
    assert "\n" not in sentence
    assert len(sentence) < 250


def test_weak_rules_are_context_and_strong_ones_are_reasons() -> None:
    found = judged(
        Manifest(regime="transit", route=LOOP.route, lines=(Line("840999", description="Parts"),))
    )
    assert {name for name, finding in found.items() if finding.confirmed} == {
        "route_returns_to_a_place"
    }
    assert list(found) == ["route_returns_to_a_place", "vague_description", "transit"]


def test_the_score_is_the_total_and_its_rarity_is_that_of_all_findings() -> None:
    asked = []

    def rarity(name: str, score: float) -> float:
        asked.append((name, score))
        return 0.03

    manifest = Manifest(regime="transit", lines=(Line("840999", description="Parts"),))
    findings, scores = document_findings(manifest, shipped_rules(), rarity)
    assert scores == {"documents": pytest.approx(1.5)}
    assert asked == [("documents", scores["documents"])]
    assert {finding.p_value for finding in findings} == {0.03}


def test_a_rule_that_is_switched_off_does_not_fire() -> None:
    manifest = Manifest(regime="transit")
    assert "transit_without_route" not in judged(manifest)
    off = DocumentRules((), report_from=0.0)
    assert document_findings(manifest, off, lambda name, score: None) == ([], {"documents": 0.0})


def test_few_honest_declarations_give_a_reason_for_review_and_many_false_ones_do() -> None:
    shares = {}
    for false in (False, True):
        papers = declarations(21, 2000, false=false)
        told = [any(one.confirmed for one in judged(paper).values()) for paper in papers]
        shares[false] = sum(told) / len(told)
    assert shares[False] <= 0.05
    assert shares[True] >= 4 * shares[False]


def test_lines_made_of_one_of_several_codes_do_not_lack_a_mass() -> None:
    text = "Fertiliser HS 3105.20, HS 3104.20"
    parts = tuple(Line(code, text, code_from="description") for code in ("310520", "310420"))
    lines = (*parts, Line("850710", "Lead batteries", 100.0))
    assert "line_without_mass" not in judged(Manifest(lines=lines))
    assert "line_without_mass" in judged(Manifest(lines=lines[1:]))


TEXT = st.text(max_size=40)
MANIFESTS = st.builds(
    Manifest,
    regime=st.sampled_from(["import", "transit", "free_zone", None]),
    route=st.lists(TEXT, max_size=6).map(tuple),
    parties=st.lists(st.builds(Party, TEXT, TEXT, TEXT), max_size=3).map(tuple),
    gross_mass_kg=st.none() | st.floats(0, 1e6),
    unit_type=st.sampled_from(["20", "40HC", "", "van"]),
    lines=st.lists(
        st.builds(
            Line,
            hs_code=st.sampled_from(["", "0901", "854231", "8409919000"]),
            description=TEXT,
            mass_kg=st.none() | st.floats(0, 1e6),
        ),
        max_size=4,
    ).map(tuple),
)


@given(MANIFESTS)
def test_any_declaration_is_judged_without_a_failure(manifest: Manifest) -> None:
    found = judged(manifest)
    assert all(0 <= finding.score < 1 and finding.sentence for finding in found.values())


def test_a_declaration_that_cannot_be_used_asks_for_a_look() -> None:
    why = unused("Its manifest could not be read: x.json: expected JSON, found nothing.")
    point = OperatingPoint({"review_p": 0.05, "inspect_p": 0.01}, None)
    verdict = decide(
        [why], point, scores={}, suspicion=0.0, clear_reasons=["nothing stands out"], caveats=[]
    )
    assert verdict.decision == "review"
    assert verdict.reasons[0] == why.sentence
    assert verdict.would_change == (
        "Without the declaration that cannot be used it would be clear.",
        "The declaration of this unit, in a form that can be read, would settle it.",
    )
