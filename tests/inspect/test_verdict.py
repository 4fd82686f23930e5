from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanai.inspect.bundle import BenignScores, OperatingPoint, initial_thresholds
from scanai.inspect.carrying import MAX_CARRYING, short
from scanai.inspect.report import Evidence, Finding
from scanai.inspect.verdict import MAX_REASONS, decide, weightiest_first


def finding(kind: str, score: float = 0.5, **fields: object) -> Finding:
    return Finding(kind=kind, score=score, sentence=f"{kind} {score}", **fields)


@pytest.fixture(scope="module")
def verdict_of(kit, graph):
    point = kit.tiny_metadata(graph).operating_point("coarse")

    def decide_on(*findings: Finding, suspicion: float = 0.0):
        return decide(
            findings,
            point,
            scores={},
            suspicion=suspicion,
            clear_reasons=["nothing stands out"],
            caveats=["a caveat"],
        )

    return decide_on


@pytest.mark.parametrize(
    ("one", "decision"),
    [
        (finding("high_z_shielding"), "inspect"),
        (finding("hidden_cavity"), "inspect"),
        (finding("empty_mismatch"), "inspect"),
        (finding("dense_block"), "review"),
        (finding("dense_block", p_value=0.5), "review"),
        (finding("dense_block", p_value=0.004), "inspect"),
        (finding("mass_mismatch", p_value=0.004), "inspect"),
        (finding("undeclared_goods", p_value=0.2), "review"),
        (finding("controlled_goods", p_value=0.001), "review"),
        (finding("image_quality", 1.0), "review"),
        (finding("radiation_alarm", asks_at_most="review", p_value=1e-9), "review"),
        (finding("high_z_shielding", asks_at_most="review"), "review"),
        (finding("high_z_shielding", confirmed=False), "clear"),
        (finding("controlled_goods", confirmed=False), "clear"),
        (finding("radiation_alarm", p_value=1e-9), "inspect"),
        (finding("radiation_alarm", p_value=1e-9, asks_at_most="review"), "review"),
        (finding("dense_block", p_value=0.004, asks_at_most="review"), "review"),
    ],
)
def test_one_finding_asks_for(verdict_of, one, decision) -> None:
    assert verdict_of(one).decision == decision


def test_no_finding_is_clear_with_its_reasons_and_caveats(verdict_of) -> None:
    verdict = verdict_of()
    assert verdict.decision == "clear"
    assert verdict.reasons == ("nothing stands out", "a caveat")


def test_the_weightiest_reason_comes_first_and_caveats_last(verdict_of) -> None:
    verdict = verdict_of(
        finding("controlled_goods", 0.9),
        finding("dense_block", 0.6),
        finding("high_z_shielding", 0.7),
    )
    assert verdict.reasons == (
        "high_z_shielding 0.7",
        "controlled_goods 0.9",
        "dense_block 0.6",
        "a caveat",
    )


def test_reasons_stay_few(verdict_of) -> None:
    verdict = verdict_of(*(finding("dense_block", i / 10) for i in range(9)))
    assert len(verdict.reasons) == MAX_REASONS + 1


KINDS = ["high_z_shielding", "dense_block", "mass_mismatch", "controlled_goods", "image_quality"]


@given(
    findings=st.lists(
        st.builds(
            finding,
            kind=st.sampled_from(KINDS),
            score=st.floats(0, 1),
            p_value=st.none() | st.floats(0.001, 1),
            confirmed=st.booleans(),
        ),
        max_size=6,
    ),
    suspicion=st.floats(0, 1),
)
def test_urgency_orders_inspect_above_review_above_clear(verdict_of, findings, suspicion) -> None:
    verdict = verdict_of(*findings, suspicion=suspicion)
    low, high = {"clear": (0, 1 / 3), "review": (1 / 3, 2 / 3), "inspect": (2 / 3, 1)}[
        verdict.decision
    ]
    assert low - 1e-4 <= verdict.urgency <= high + 1e-4


def test_a_second_finding_is_more_urgent_than_one_alone(verdict_of) -> None:
    one = finding("dense_block", 0.6)
    both = verdict_of(one, finding("mass_mismatch", 0.3))
    assert both.urgency > verdict_of(one).urgency


# With p-values ----------------------------------------------------------------------------------

NAMES = (
    "shielding",
    "opaque_area",
    "unexplained_goods",
    "goods_misfit",
    "mass_mismatch",
    "unfamiliar",
)
EVEN = tuple(n / 100 for n in range(101))
TYPICAL = dict.fromkeys(NAMES, 0.5)
RANK = {"clear": 0, "review": 1, "inspect": 2}


def point_of(scans: int, **thresholds: float) -> OperatingPoint:
    """Scores of benign scans lie evenly from 0 to 1; thresholds at 0.99 of them."""
    benign = BenignScores(
        scans=scans,
        thresholds={},
        quantiles=dict.fromkeys(NAMES, EVEN),
        counts=dict.fromkeys(NAMES, scans),
    )
    values = {name: entry.value for name, entry in initial_thresholds().items()}
    on_scores = ("shielding_score", "opaque_area", "undeclared_ratio", "mass_deviation")
    return OperatingPoint(values | dict.fromkeys(on_scores, 0.99) | thresholds, benign)


def decided(*findings: Finding, point: OperatingPoint | None = None, **scores: float):
    return decide(
        findings,
        point or point_of(200),
        scores=TYPICAL | scores,
        suspicion=0.0,
        clear_reasons=["nothing stands out", "all fits"],
        caveats=["a caveat"],
    )


def of_score(kind: str, name: str, score: float, scans: int = 200, **fields: object) -> Finding:
    p_value = point_of(scans).p_value(name, score)
    return finding(kind, min(score, 1.0), p_value=p_value, **fields)


def test_typical_scores_are_clear_and_say_why() -> None:
    verdict = decided()
    assert verdict.decision == "clear"
    assert verdict.combined_p == pytest.approx(0.5, abs=0.02)
    assert [one.sentence for one in verdict.carried_by] == ["nothing stands out", "all fits"]
    assert verdict.caveats == ("a caveat",)
    assert {step.name for step in verdict.chain} == set(NAMES)
    assert sum(step.weight for step in verdict.chain) == pytest.approx(1)


def test_a_clear_scan_tells_what_is_nearest_to_a_review() -> None:
    assert decided(mass_mismatch=0.9).would_change == (
        "Nearest to a review: the mass mismatch; 11 of 100 harmless scans score as high.",
    )
    of_few = decided(point=point_of(19), opaque_area=1.5)
    assert of_few.decision == "clear"
    assert of_few.would_change == (
        "Nearest to a review: the opaque area; no harmless scan scores as high.",
    )
    assert decided(**dict.fromkeys(NAMES, 0.2)).would_change == ()


def test_rare_scores_ask_for_review_together_where_no_finding_stands() -> None:
    verdict = decided(mass_mismatch=0.985, unexplained_goods=0.985, opaque_area=0.985)
    assert verdict.decision == "review"
    assert verdict.combined_p <= 0.05
    assert [one.name for one in verdict.carried_by] == [
        "opaque_area", "unexplained_goods", "mass_mismatch",
    ]  # fmt: skip
    assert verdict.reasons[0] == verdict.carried_by[0].sentence
    assert verdict.reasons[0].startswith("Opaque area: 2 of 100 harmless scans score as high")
    assert verdict.would_change[0].startswith("Without the opaque area")
    assert verdict.would_change[0].endswith("it would be clear.")


def test_a_score_beyond_all_harmless_scans_is_not_said_to_be_usual() -> None:
    verdict = decided(mass_mismatch=1.5)
    assert verdict.decision == "review"
    assert verdict.reasons[0] == (
        "Mass mismatch: no harmless scan scores as high, but this is no finding."
    )


def test_what_a_finding_says_already_is_no_further_reason() -> None:
    # Both scores are of undeclared goods; one has a finding.
    scores = dict.fromkeys(("unexplained_goods", "goods_misfit", "opaque_area"), 0.985)
    told = of_score("undeclared_goods", "unexplained_goods", 0.985)
    verdict = decided(told, **scores)
    assert [reason.name for reason in verdict.carried_by] == ["unexplained_goods", "opaque_area"]
    assert verdict.would_change[0] == "Without the undeclared goods it would be clear."
    # Nor are two scores of one matter two reasons where none has a finding.
    scores = dict.fromkeys(("goods_misfit", "opaque_area"), 0.985) | {"unexplained_goods": 0.98}
    without = decided(**scores)
    assert {reason.name for reason in without.carried_by} == {"goods_misfit", "opaque_area"}
    # Opaque parts and dense ones are two matters, though a finding of either may be of one kind.
    opaque = of_score("opaque_region", "opaque_area", 0.985)
    other = decided(opaque, **dict.fromkeys(("opaque_area", "shielding", "mass_mismatch"), 0.985))
    assert {reason.name for reason in other.carried_by} >= {"opaque_area", "shielding"}


def test_two_findings_combine_to_an_inspection_that_neither_asks_for_alone() -> None:
    papers = finding("document_risk", p_value=1e-4)
    block = of_score("dense_block", "shielding", 0.991)
    alone = decided(block, shielding=0.991)
    together = decided(papers, block, shielding=0.991)
    assert [decided(papers).decision, alone.decision] == ["review", "review"]
    assert together.decision == "inspect"
    assert together.combined_p <= 0.01 < alone.combined_p
    assert [step.name for step in together.chain if step.asks == "inspect"] == ["shielding"]
    assert together.would_change[0] == "Without the dense block it would be review."


def test_what_no_benign_scan_reaches_asks_for_inspection_if_these_are_enough() -> None:
    for scans, decision in ((200, "inspect"), (50, "review")):
        mass = of_score("mass_mismatch", "mass_mismatch", 1.5, scans)
        verdict = decided(mass, point=point_of(scans), mass_mismatch=1.5)
        assert verdict.decision == decision
        assert verdict.chain[0].above_all


def test_papers_never_open_a_container_however_rare_all_is() -> None:
    papers = finding("document_risk", p_value=1e-6)
    verdict = decided(papers)
    assert verdict.combined_p < 0.001
    assert verdict.decision == "review"


def test_what_asks_for_review_at_most_does_so_however_rare_all_is() -> None:
    block = of_score("high_z_shielding", "shielding", 1.5, asks_at_most="review")
    assert decided(block, shielding=1.5).decision == "review"


def test_a_bundle_may_set_its_own_levels() -> None:
    rare = {"mass_mismatch": 0.985, "unexplained_goods": 0.985, "opaque_area": 0.985}
    assert decided(point=point_of(200, review_p=0.001), **rare).decision == "clear"


def test_three_reasons_carry_a_verdict_and_point_to_their_findings() -> None:
    findings = [
        finding("controlled_goods", 0.2),
        of_score("dense_block", "shielding", 0.995),
        of_score("high_z_shielding", "shielding", 1.2),
        of_score("mass_mismatch", "mass_mismatch", 0.998),
        finding("image_quality", 0.3),
    ]
    verdict = decided(*findings, shielding=1.2, mass_mismatch=0.998)
    assert len(verdict.carried_by) == MAX_CARRYING
    first = verdict.carried_by[0]
    assert (first.name, first.kind, first.finding) == ("shielding", "high_z_shielding", 3)
    assert first.sentence == "high_z_shielding 1.0 And 1 more."
    assert verdict.carried_by[1].kind == "mass_mismatch"


def test_leaving_out_tells_which_reason_decides_and_what_would_settle_it() -> None:
    mass = of_score(
        "mass_mismatch",
        "mass_mismatch",
        0.998,
        evidence=(Evidence(name="mass of goods", value=19600, low=18200, high=21000, unit="kg"),),
    )
    lead = Finding(
        kind="controlled_goods", score=0.2, sentence="Line 2, HS 810197, stands on a control list."
    )
    verdict = decided(mass, lead, mass_mismatch=0.998)
    assert verdict.would_change == (
        "Without the mass mismatch and the control lead it would be clear.",
        "A declared mass of 18.2 t to 21.0 t would agree with the picture.",
        "A weighing would settle the mass.",
        "A licence reference for line 2 would settle the control lead.",
    )
    assert decided(lead).would_change == (
        "Without the control lead it would be clear.",
        "A licence reference for line 2 would settle the control lead.",
    )


def test_where_no_reason_decides_alone_it_says_so() -> None:
    kinds = ("controlled_goods", "document_risk", "image_quality", "unknown_anomaly")
    verdict = decided(*(finding(kind) for kind in kinds))
    assert verdict.would_change == (
        "No single reason decides it: without those named it would still be review.",
    )


@given(
    scores=st.fixed_dictionaries({name: st.floats(0, 3) for name in NAMES}),
    which=st.sampled_from(NAMES[:-1]),
    more=st.floats(0, 3),
)
def test_more_evidence_never_lowers_verdict_or_urgency(scores, which, more) -> None:
    kinds = {
        "shielding": "dense_block",
        "opaque_area": "opaque_region",
        "unexplained_goods": "undeclared_goods",
        "mass_mismatch": "mass_mismatch",
    }

    def verdict_of_scores(values):
        found = [of_score(kinds[n], n, values[n]) for n in kinds if values[n] >= 0.99]
        return decided(*found, **values)

    before = verdict_of_scores(scores)
    after = verdict_of_scores(scores | {which: scores[which] + more})
    assert RANK[after.decision] >= RANK[before.decision]
    assert after.urgency >= before.urgency - 1e-6
    assert after.combined_p <= before.combined_p + 1e-9
    tier = RANK[after.decision] / 3
    assert tier - 1e-6 <= after.urgency <= tier + 1 / 3 + 1e-6


def test_scores_beyond_all_benign_scans_are_put_in_order() -> None:
    urgencies = [
        decided(of_score("mass_mismatch", "mass_mismatch", s), mass_mismatch=s).urgency
        for s in (1.1, 1.3, 1.6, 2.0)
    ]
    assert urgencies == sorted(urgencies)
    assert len(set(urgencies)) == 4


# In few words -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("Declared empty, but 62 % shows goods.", "Declared empty, but 62 % shows goods."),
        (
            "Dense block, 7 × 8 cm, at 4.5 m from the left end, 0.0 m up: up to 78 g/cm² (99 mm of "
            "steel) more than beside it, material cannot be told. No declared goods are as dense.",
            "Dense block, 7 × 8 cm, at 4.5 m from the left end, 0.0 m up: up to 78 g/cm² more than "
            "beside it.",
        ),
        (
            "12 % of the load, 13.1 m from the left end, 1.2 m up, looks like “Fruit, vegetables, "
            "nuts and young plants, fresh or dried”, which is not declared (declared: Paper).",
            "12 % of the load, 13.1 m from the left end, 1.2 m up, looks like “Fruit, "
            "vegetables…”, which is not declared.",
        ),
        ("word " * 30, "word " * 27 + "…"),
    ],
)
def test_long_sentences_are_cut_where_a_clause_ends(sentence: str, expected: str) -> None:
    assert short(sentence) == expected


@given(st.text(alphabet="ab .,;:“”()", max_size=300))
def test_a_short_sentence_has_some_25_words_at_most(sentence: str) -> None:
    assert len(short(sentence).split()) <= 28


def test_findings_stand_in_the_order_of_what_they_ask_for() -> None:
    record = finding("document_risk", confirmed=False)
    risk = finding("document_risk")
    mass = finding("mass_mismatch", p_value=0.001)
    empty = finding("empty_mismatch")
    ordered = weightiest_first(
        [record, risk, mass, empty], {"mass_mismatch": 0.999}, point_of(2000)
    )
    assert [one.kind for one in ordered] == [
        "empty_mismatch",
        "mass_mismatch",
        "document_risk",
        "document_risk",
    ]
    assert ordered[-1] is record
