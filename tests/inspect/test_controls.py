"""Controlled goods: leads by code, licence and words, and metals that are seen undeclared."""

from __future__ import annotations

import pytest

from scanai.inspect.evidence.controls import control_findings, lists_in_force, seen_controlled
from scanai.inspect.report import Evidence, Finding
from scanai.manifest import ControlEntry, ControlList, group_named
from scanai.manifest.model import Line, Manifest

BOX = (10, 20, 60, 70)


def nothing_known(name: str, score: float) -> None:
    return None


def found(*own: ControlList, **line: str) -> tuple[list[Finding], dict[str, float]]:
    manifest = Manifest(lines=(Line(hs_code="4802"), Line(**line)))
    return control_findings(manifest, lists_in_force(own), nothing_known)


def test_a_controlled_code_without_licence_is_a_lead_that_names_list_and_edition() -> None:
    (finding,), scores = found(hs_code="854231", description="Processors")
    assert finding.kind == "controlled_goods"
    assert finding.confirmed
    assert finding.sentence == (
        "Line 2, HS 854231, stands on a control list (common high priority list, February 2024, "
        "tier 1) and no licence is given: a lead to check."
    )
    assert scores == {"controls": finding.score}


def test_a_lead_says_to_machines_what_fired_and_never_asks_for_more_than_a_review() -> None:
    (finding,), _ = found(hs_code="854231", description="Processors")
    assert finding.rule == "common_high_priority/February 2024/854231/tier 1"
    assert finding.asks_at_most == "review"


def test_an_own_list_that_is_met_in_part_is_told_beside_one_that_is_met_in_full() -> None:
    own = ControlList("own", "Own list", "2031", "", (ControlEntry("85423190", "3A001.a"),))
    (finding,), _ = found(own, hs_code="854231", description="Processors")
    assert finding.confirmed
    assert "stands on a control list (common high priority list" in finding.sentence
    assert "and covers codes on a control list (Own list, 2031)" in finding.sentence


def test_with_a_licence_it_is_kept_for_the_record_only() -> None:
    (finding,), scores = found(hs_code="854231", licence="SYNTH-LIC-1")
    assert not finding.confirmed
    assert "licence SYNTH-LIC-1 is given: check that it covers these goods" in finding.sentence
    assert scores["controls"] < 0.1


def test_a_heading_above_controlled_codes_does_not_count() -> None:
    (finding,), _ = found(hs_code="8542", description="Processors")
    assert not finding.confirmed
    assert "covers codes on a control list" in finding.sentence


@pytest.mark.parametrize("text", ["Parts", "Said to contain: equipment", "4711-22", "Repuestos"])
@pytest.mark.parametrize("code", ["854231", "8542"])
def test_a_description_that_names_no_goods_makes_the_lead_stronger(code: str, text: str) -> None:
    (plain,), _ = found(hs_code=code, description="Processors")
    (finding,), _ = found(hs_code=code, description=text)
    assert finding.score > plain.score
    assert finding.confirmed
    assert f"“{text}” does not say which goods they are: a lead to check." in finding.sentence


def test_other_goods_and_lines_without_a_code_raise_nothing() -> None:
    assert found(hs_code="7208") == ([], {"controls": 0.0})
    assert found(hs_code="") == ([], {"controls": 0.0})


def test_an_own_list_is_asked_beside_those_that_ship() -> None:
    entries = (ControlEntry("8542319010", "3A001.a"),)
    own = ControlList("own", "synthetic national list", "2031-01", "own.csv", entries)
    (finding,), _ = found(own, hs_code="8542319010", description="Processors")
    assert (
        "(synthetic national list, 2031-01, 3A001.a; common high priority list, February 2024, "
        "tier 1)"
    ) in finding.sentence
    (other,), _ = found(own, hs_code="8542390000", description="Processors")
    assert "synthetic national list" not in other.sentence


def test_the_rarity_among_benign_scans_is_asked_for() -> None:
    manifest = Manifest(lines=(Line(hs_code="854231"),))
    (finding,), _ = control_findings(manifest, lists_in_force(()), lambda name, score: 0.25)
    assert finding.p_value == 0.25


# Seen, but not declared -------------------------------------------------------------------------


def seen(*lines: str, group: str = "high_z_metals", shielding=()) -> list[Finding]:
    manifest = Manifest(lines=tuple(Line(hs_code=code) for code in lines))
    undeclared = [(group_named(group), BOX, 0.8)] if group else []
    lists, place = lists_in_force(()), "3.0 m from the left end"
    return seen_controlled(undeclared, shielding, manifest, lists, lambda box: place, 40.0)


def test_controlled_metal_that_is_seen_and_not_declared_is_a_lead() -> None:
    (finding,) = seen("4802")
    assert (finding.kind, finding.region, finding.score) == ("controlled_goods", BOX, 0.8)
    assert finding.sentence.startswith("At 3.0 m from the left end it looks like “Lead, tungsten")
    assert finding.sentence.endswith("a lead to check.")


def test_where_such_goods_are_declared_it_is_none() -> None:
    assert seen("4802", "7801") == []


def test_other_undeclared_goods_are_none() -> None:
    assert seen("4802", group="paper") == []


def test_a_line_without_a_code_declares_no_metal() -> None:
    assert len(seen("")) == 1


@pytest.mark.parametrize(
    ("kind", "z_low", "confirmed", "count"),
    [
        ("high_z_shielding", 45.0, True, 1),
        ("high_z_shielding", 45.0, False, 0),
        ("hidden_cavity", 45.0, True, 1),
        ("hidden_cavity", 24.0, True, 0),
        ("dense_block", None, True, 0),
    ],
)
def test_only_confirmed_heavy_metal_counts_among_shielding(
    kind, z_low: float | None, confirmed: bool, count: int
) -> None:
    told = (Evidence(name="effective Z", value=60.0, low=z_low, high=94.0),)
    shielding = [
        Finding(kind=kind, score=0.9, region=BOX, sentence="", confirmed=confirmed, evidence=told)
    ]
    assert len(seen("4802", group="", shielding=shielding)) == count
