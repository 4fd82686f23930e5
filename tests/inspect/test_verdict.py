from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanai.inspect.report import Finding
from scanai.inspect.verdict import MAX_REASONS, decide


def finding(kind: str, score: float = 0.5, **fields: object) -> Finding:
    return Finding(kind=kind, score=score, sentence=f"{kind} {score}", **fields)


@pytest.fixture(scope="module")
def verdict_of(kit, graph):
    point = kit.tiny_metadata(graph).operating_point("coarse")

    def decide_on(*findings: Finding, suspicion: float = 0.0):
        return decide(
            findings,
            point,
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
