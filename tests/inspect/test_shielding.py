from __future__ import annotations

from dataclasses import replace

import msgspec
import numpy as np
import pytest
from odds_making import odds_by_excess

from scanai.inspect.bundle import BenignScores
from scanai.inspect.evidence.closeup import look_at
from scanai.inspect.evidence.layers import Layer
from scanai.inspect.evidence.region_facts import FACTS
from scanai.inspect.evidence.scored_regions import NO_REGION, regions_beyond
from scanai.inspect.evidence.shielding import _how_much, shielding_findings
from scanai.inspect.region_odds import RegionOdds
from scanai.manifest import Line, Manifest

BOX = (150.0, 90.0, 170.0, 106.0)
INSIDE = np.s_[90:106, 150:170]
PAPER = Manifest(lines=(Line(hs_code="480256"),))


def regions(*rows: tuple[float, ...]) -> np.ndarray:
    return np.array(rows, dtype=np.float32)


def only_finding(context, score=0.9):
    findings, _ = shielding_findings(regions((*BOX, score)), context, PAPER)
    assert len(findings) == 1
    return findings[0]


def test_lead_in_paper_is_heavy_metal(kit, context_of) -> None:
    context = context_of(kit.walls, ("paper", kit.load, 45.0), ("lead", INSIDE, 50.0))
    finding = only_finding(context)
    assert finding.kind == "high_z_shielding"
    assert finding.confirmed
    assert finding.region == (150, 90, 170, 106)
    by_name = {row.name: row for row in finding.evidence}
    excess = by_name["areal density above surroundings"]
    assert excess.low <= 50.0 <= excess.high
    assert by_name["effective Z"].low <= 82 <= by_name["effective Z"].high
    assert finding.sentence.startswith(
        "Heavy metal, 40 × 32 cm, at 2.9 m from the left end, 1.0 m up: "
    )


def test_steel_in_paper_is_a_dense_block(kit, context_of) -> None:
    finding = only_finding(
        context_of(kit.walls, ("paper", kit.load, 45.0), ("steel", INSIDE, 50.0))
    )
    assert finding.kind == "dense_block"
    assert finding.confirmed


def test_one_energy_never_claims_heavy_metal(kit, context_of) -> None:
    finding = only_finding(
        context_of(kit.walls, ("paper", kit.load, 45.0), ("lead", INSIDE, 50.0), energies_mv=(4.0,))
    )
    assert finding.kind == "dense_block"
    assert "material cannot be told." in finding.sentence
    assert "effective Z" not in {row.name for row in finding.evidence}


def test_a_region_like_its_surroundings_is_not_confirmed(kit, context_of) -> None:
    findings, best = shielding_findings(
        regions((*BOX, 0.9)), context_of(kit.walls, ("paper", kit.load, 45.0)), PAPER
    )
    assert [finding.confirmed for finding in findings] == [False]
    assert best == {"shielding": 0.0}


def test_what_the_beam_does_not_pass_is_a_lower_bound(kit, context_of) -> None:
    finding = only_finding(
        context_of(kit.walls, ("paper", kit.load, 45.0), ("lead", INSIDE, 300.0))
    )
    assert finding.kind == "opaque_region"
    excess = finding.evidence[0]
    assert excess.high is None
    assert excess.low < 300
    assert "at least" in finding.sentence


def test_a_wall_around_a_hollow_is_a_hidden_cavity(kit, context_of) -> None:
    context = context_of(
        kit.walls,
        ("paper", kit.load, 45.0),
        ("lead", np.s_[86:110, 146:174], 50.0),
        ("lead", np.s_[92:104, 152:168], -40.0),
    )
    findings, _ = shielding_findings(regions((146, 86, 174, 110, 0.9)), context, PAPER)
    assert [finding.kind for finding in findings] == ["hidden_cavity"]


@pytest.mark.parametrize("gap", [np.s_[86:110, 156:164], np.s_[94:102, 146:174]])
def test_two_blocks_side_by_side_are_no_cavity(kit, context_of, gap) -> None:
    context = context_of(
        kit.walls,
        ("paper", kit.load, 45.0),
        ("lead", np.s_[86:110, 146:174], 50.0),
        ("lead", gap, -50.0),
    )
    findings, _ = shielding_findings(regions((146, 86, 174, 110, 0.9)), context, PAPER)
    assert findings[0].kind != "hidden_cavity"


def test_scores_below_the_threshold_are_measured_but_not_reported(kit, context_of) -> None:
    context = context_of(kit.walls, ("paper", kit.load, 45.0), ("lead", INSIDE, 50.0))
    findings, best = shielding_findings(regions((*BOX, 0.3)), context, PAPER)
    assert findings == []
    assert best == {"shielding": pytest.approx(0.3)}


def test_the_threshold_is_the_bundles(kit, context_of) -> None:
    context = context_of(
        kit.walls, ("paper", kit.load, 45.0), ("lead", INSIDE, 50.0), shielding_score=0.95
    )
    assert shielding_findings(regions((*BOX, 0.9)), context, PAPER)[0] == []


def test_a_block_at_the_very_edge_of_the_picture_is_looked_at(kit, context_of) -> None:
    context = context_of(("lead", np.s_[150:160, 320:330], 50.0))
    findings, _ = shielding_findings(regions((318, 148, 400, 300, 0.9)), context, PAPER)
    assert findings[0].confirmed
    assert findings[0].region == (320, 150, 330, 160)


def test_a_region_that_fills_the_picture_is_looked_at(kit, context_of) -> None:
    context = context_of(kit.walls, ("paper", kit.load, 45.0))
    findings, _ = shielding_findings(regions((0, 0, 330, 160, 0.9)), context, PAPER)
    assert len(findings) == 1


def test_repaired_pixels_do_not_speak(kit, context_of) -> None:
    context = context_of(kit.walls, ("paper", kit.load, 45.0), ("lead", INSIDE, 50.0))
    scan = context.measured.scan
    valid = scan.valid.copy()
    valid[96:100] = False
    attenuation = context.measured.attenuation.copy()
    attenuation[:, 96:100] = 0.0
    broken = replace(
        context,
        measured=replace(
            context.measured, scan=replace(scan, valid=valid), attenuation=attenuation
        ),
    )
    whole = look_at((150, 90, 170, 106), context.measured, 0.01).layer.areal_density
    assert look_at((150, 90, 170, 106), broken.measured, 0.01).layer.areal_density == pytest.approx(
        whole, rel=0.1
    )


def test_a_p_value_is_given_only_on_a_calibrated_scanner(kit, context_of) -> None:
    context = context_of(kit.walls, ("paper", kit.load, 45.0), ("lead", INSIDE, 50.0))
    scores = BenignScores(
        scans=199,
        thresholds={},
        quantiles={"shielding": tuple(np.linspace(0, 0.5, 101).tolist())},
        counts={"shielding": 199},
    )
    known = replace(context, point=replace(context.point, benign=scores))
    assert only_finding(known).p_value == pytest.approx(1 / 200)
    assert only_finding(replace(context, point=replace(context.point, benign=None))).p_value is None


def test_claims_no_heavy_metal_on_a_scanner_whose_calibration_does_not_fit(kit, context_of) -> None:
    context = context_of(kit.walls, ("paper", kit.load, 45.0), ("steel", INSIDE, 50.0))
    unfit = replace(context, measured=replace(context.measured, ratio_fits=False))
    finding = only_finding(unfit)
    assert finding.kind == "dense_block"
    assert "material cannot be told." in finding.sentence


def test_a_region_drawn_too_tight_is_still_confirmed(kit, context_of) -> None:
    context = context_of(kit.walls, ("paper", kit.load, 45.0), ("lead", INSIDE, 50.0))
    findings, _ = shielding_findings(regions((152, 92, 168, 104, 0.9)), context, PAPER)
    assert findings[0].confirmed


def test_a_block_at_the_edge_of_a_load_beside_air_is_confirmed(kit, context_of) -> None:
    context = context_of(
        kit.walls, ("paper", kit.load, 45.0), ("lead", np.s_[60:76, 285:300], 50.0)
    )
    findings, _ = shielding_findings(regions((285, 60, 300, 76, 0.9)), context, PAPER)
    assert findings[0].confirmed


def test_goods_as_dense_as_their_neighbours_are_not_confirmed(kit, context_of) -> None:
    # A grid of equal steel parts: none of them stands out.
    parts = [
        ("steel", np.s_[y : y + 10, x : x + 10], 30.0)
        for y in range(62, 130, 14)
        for x in range(42, 286, 14)
    ]
    context = context_of(kit.walls, ("paper", kit.load, 20.0), *parts)
    findings, best = shielding_findings(regions((154, 90, 164, 100, 0.9)), context, PAPER)
    assert [finding.confirmed for finding in findings] == [False]
    assert best == {"shielding": 0.0}


@pytest.mark.parametrize(
    ("dense", "name", "told"),
    [
        ((), "shielding", "No declared goods are as dense."),
        (("7801",), "shielding_in_dense_goods", "Goods declared under 7801 may be as dense."),
        (("7801", "8413", "8481"), "shielding_in_dense_goods",
         "Goods declared under 7801 and 8413 and others may be as dense."),
        (None, "shielding_in_dense_goods", "tungsten"),
    ],
)  # fmt: skip
def test_a_block_is_judged_by_what_the_declared_goods_hold(
    kit, context_of, dense, name, told
) -> None:
    context = context_of(kit.walls, ("paper", kit.load, 30.0), ("lead", INSIDE, 40.0))
    lines = [Line(hs_code=f"{heading}00") for heading in (dense if dense else ("4802",))]
    manifest = None if dense is None else Manifest(lines=tuple(lines))
    low = {"shielding_score": 0.4, "shielding_score_in_dense_goods": 0.8}
    for score, reported in ((0.3, False), (0.6, name == "shielding"), (0.9, True)):
        point = replace(context.point, thresholds=context.point.thresholds | low)
        findings, best = shielding_findings(
            regions((*BOX, score)), replace(context, point=point), manifest
        )
        assert best == {name: pytest.approx(score)}
        assert bool(findings) is reported
    if dense is not None:
        assert findings[0].sentence.endswith(told)
    else:
        assert "declared" not in findings[0].sentence


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        (40.0, 60.0, "50 g/cm² (64 mm of steel)"),
        (20.0, 120.0, "20 to 120 g/cm² (25 to 153 mm of steel)"),
        (0.0, 318.0, "0 to 318 g/cm² (likeliest 50 g/cm², 64 mm of steel)"),
    ],
    ids=["known", "roughly", "hardly"],
)
def test_how_much_more_is_told_as_surely_as_it_is_known(
    low: float, high: float, expected: str
) -> None:
    assert _how_much("dense_block", Layer(50.0, low, high)) == expected


FULL = Manifest(lines=(Line(hs_code="480256", mass_kg=900.0, packages=4),))


@pytest.mark.parametrize(("excess", "odds"), [(50.0, 2.0), (15.0, -3.0)])
def test_the_odds_count_where_they_are_learned(kit, context_of, excess, odds) -> None:
    context = context_of(kit.walls, ("paper", kit.load, 45.0), ("lead", INSIDE, excess))
    findings, scores = shielding_findings(regions((*BOX, 0.3)), context, FULL, odds_by_excess())
    assert scores == {"shielding": pytest.approx(0.3), "shielding_odds": odds}
    assert len(findings) == (odds > 0)
    if findings:
        assert findings[0].score == pytest.approx(0.881, abs=1e-3)
        assert findings[0].evidence[-1].name == "model's own score, without masses"
        assert findings[0].evidence[-1].value == 30.0


def test_of_a_picture_where_no_region_is_borne_out_the_odds_are_least(kit, context_of) -> None:
    context = context_of(kit.walls, ("paper", kit.load, 45.0))
    _, scores = shielding_findings(regions((*BOX, 0.9)), context, FULL, odds_by_excess())
    assert scores == {"shielding": 0.0, "shielding_odds": NO_REGION}


@pytest.mark.parametrize(
    "manifest",
    [
        None,
        Manifest(lines=(Line(description="Paper", mass_kg=900.0, packages=4),)),
        Manifest(lines=(*FULL.lines, Line(hs_code="780110", mass_kg=40.0))),
        Manifest(lines=(*FULL.lines, Line(hs_code="780110", packages=4))),
        Manifest(),
    ],
    ids=["no papers", "no code", "no packages of lead", "no mass of lead", "no lines"],
)
def test_papers_that_do_not_tell_enough_leave_the_models_own_score(
    kit, context_of, manifest
) -> None:
    context = context_of(kit.walls, ("paper", kit.load, 45.0), ("lead", INSIDE, 50.0))
    findings, scores = shielding_findings(regions((*BOX, 0.9)), context, manifest, odds_by_excess())
    assert "shielding_odds" not in scores
    assert [finding.score for finding in findings] == [pytest.approx(0.9)]


@pytest.mark.parametrize(
    ("counts", "name"),
    [
        ({"shielding": 90, "shielding_odds": 90}, "shielding_odds"),
        ({"shielding": 90, "shielding_odds": 12}, "shielding"),
        ({"shielding": 90}, "shielding"),
        ({"shielding_in_dense_goods": 22}, "shielding"),
        ({}, "shielding_odds"),
    ],
    ids=["both", "few odds", "no odds", "no papers at all", "neither"],
)
def test_a_scanner_calibrated_without_full_papers_keeps_the_models_own_score(
    kit, context_of, counts, name
) -> None:
    context = context_of(kit.walls, ("paper", kit.load, 45.0), ("lead", INSIDE, 50.0))
    quantiles = {score: tuple(np.linspace(-9, 0.5, 101).tolist()) for score in counts}
    benign = BenignScores(scans=200, thresholds={}, quantiles=quantiles, counts=counts)
    known = replace(context, point=replace(context.point, benign=benign))
    findings, scores = shielding_findings(regions((*BOX, 0.9)), known, FULL, odds_by_excess())
    assert ("shielding_odds" in scores) is (name == "shielding_odds")
    known_p = name in counts
    assert findings[0].p_value == (pytest.approx(1 / 91) if known_p else None)


def test_odds_tell_of_confirmed_regions_alone(kit, context_of) -> None:
    context = context_of(kit.walls, ("paper", kit.load, 45.0))
    always = odds_by_excess(-1000.0)
    findings, scores = shielding_findings(regions((*BOX, 0.9)), context, FULL, always)
    assert (findings, scores["shielding_odds"]) == ([], NO_REGION)


def test_evidence_tells_mass_and_declared_pieces_beside_the_odds(kit, context_of) -> None:
    context = context_of(kit.walls, ("paper", kit.load, 45.0), ("lead", INSIDE, 50.0))
    pieces = Line(hs_code="780110", mass_kg=40.0, packages=2)
    told = Manifest(lines=(*FULL.lines, pieces))
    (finding,), _ = shielding_findings(regions((*BOX, 0.3)), context, told, odds_by_excess())
    rows = {row.name: row.value for row in finding.evidence}
    assert rows["declared packages that may be such pieces"] == 2
    assert rows["declared mass of these packages"] == 40
    # 50 g/cm² over 40 × 32 cm, not quite filled.
    assert rows["mass beyond its surroundings"] == pytest.approx(45, rel=0.3)


def odds_by_declared(kit_odds: float = 2.0) -> RegionOdds:
    """ln odds 2 where no dense goods are declared, else −3."""
    fact = FACTS.index("dense_declared")
    return msgspec.structs.replace(odds_by_excess(0.5), fact=(fact,), leaves=(kit_odds, -3.0))


def test_what_declared_goods_explain_is_told_for_the_record(kit, context_of) -> None:
    context = context_of(kit.walls, ("paper", kit.load, 45.0), ("lead", INSIDE, 50.0))
    rows = regions((*BOX, 0.9))
    (reported,), _ = shielding_findings(rows, context, FULL, odds_by_declared())
    assert (reported.confirmed, reported.rule) == (True, "")
    told = Manifest(lines=(*FULL.lines, Line(hs_code="780110", mass_kg=40.0, packages=2)))
    (put_down,), scores = shielding_findings(rows, context, told, odds_by_declared())
    assert scores["shielding_odds"] == -3.0
    assert (put_down.confirmed, put_down.rule) == (False, "declared_goods")
    assert put_down.region == reported.region
    assert put_down.sentence.startswith("Heavy metal, 40 × 32 cm, at")
    assert put_down.sentence.endswith(
        "Put down to goods declared under 7801: without these it would be reported."
    )


def test_papers_that_lack_a_number_hide_no_more_than_full_ones(kit, context_of) -> None:
    context = context_of(kit.walls, ("paper", kit.load, 45.0), ("lead", INSIDE, 50.0))
    told = Manifest(lines=(*FULL.lines, Line(hs_code="780110", packages=2)))
    findings, scores = shielding_findings(regions((*BOX, 0.01)), context, told, odds_by_declared())
    assert set(scores) == {"shielding_in_dense_goods"}
    assert [(one.confirmed, one.rule) for one in findings] == [(False, "declared_goods")]


def test_what_would_be_nothing_anyway_is_not_put_down_to_goods(kit, context_of) -> None:
    context = context_of(kit.walls, ("paper", kit.load, 45.0), ("lead", INSIDE, 50.0))
    told = Manifest(lines=(*FULL.lines, Line(hs_code="780110", mass_kg=40.0, packages=2)))
    findings, _ = shielding_findings(regions((*BOX, 0.9)), context, told, odds_by_declared(-1.0))
    assert findings == []


def test_curves_tell_how_far_a_region_is_beyond_its_threshold(kit, context_of) -> None:
    context = context_of(
        kit.walls, ("paper", kit.load, 45.0), ("lead", INSIDE, 50.0), shielding_odds=0.5
    )
    rows = regions((*BOX, 0.9))
    ((box, beyond),) = regions_beyond(rows, context, FULL, odds_by_excess())
    assert (box, beyond) == ((150, 90, 170, 106), 1.5)
    ((_, own),) = regions_beyond(rows, context, FULL, None)
    threshold = context.threshold("shielding_score")
    assert own == pytest.approx(np.log(9) - np.log(threshold / (1 - threshold)))
