"""Undeclared goods: found where they lie and named; silent on what is declared or not compared."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from reading_making import (
    NOTHING,
    PAPER,
    SIGNED,
    STEEL,
    STEEL_BARS,
    TYRES,
    Row,
    goods_reading,
)

from scanai import Inspector
from scanai.inspect.evidence.context import Context
from scanai.inspect.evidence.undeclared import (
    SCORE,
    at_best,
    undeclared_findings,
    unlikeness,
)
from scanai.inspect.report import Report
from scanai.manifest.goods_groups import goods_group_of
from scanai.manifest.model import Line, Manifest
from scanai.synth.recipe_file import known_headings

PAPER_GROUP, STEEL_GROUP = goods_group_of(PAPER), goods_group_of(STEEL)
PAPER_LINE, STEEL_LINE = Line(hs_code=PAPER), Line(hs_code=STEEL)
STEEL_AMONG_PAPER = -math.log(0.01) + 0.7 * math.log(0.99)


@pytest.fixture
def context(kit, context_of: Callable[..., Context]) -> Context:
    return context_of(
        kit.walls, ("paper", kit.load, 45.0), unexplained_goods=3.0, load_taken_off=0.7
    )


def paper(kg: float = 100.0) -> Row:
    return kg, {PAPER: 0.99, STEEL: 0.01}


def steel(kg: float = 100.0, sure: float = 0.99) -> Row:
    return kg, {STEEL: sure, PAPER: 1 - sure}


@pytest.mark.parametrize(("sure", "x1", "share"), [(0.99, 136, 100), (0.5, 72, 50), (0.0, 72, 50)])
def test_a_part_reaches_as_far_as_half_of_the_sections_over_it_show_it(
    context, sure: float, x1: int, share: int
) -> None:
    # The long section lies over the steel and over the paper beside it.
    reading = goods_reading(
        steel(), paper(), steel(sure=sure), headings=SIGNED, long=[False, False, True]
    )
    (finding,) = undeclared_findings(reading, context, [PAPER_LINE]).findings
    assert finding.region == (8, 64, x1, 136)
    assert finding.evidence[0].value == share


def test_a_box_ends_where_the_goods_do(context) -> None:
    # The last section ends in the gap before the doors.
    reading = goods_reading(paper(), steel(), headings=SIGNED)
    shown = reading.sections.shown.copy()
    shown[13:] = False
    gap = replace(reading, sections=replace(reading.sections, shown=shown))
    (finding,) = undeclared_findings(gap, context, [PAPER_LINE]).findings
    assert finding.region == (72, 64, 104, 136)


def test_a_section_that_stands_alone_among_others_is_found_by_its_middle(context) -> None:
    # Two shorter ones and the long one itself lie over each of its columns.
    rows = [paper(), paper(), steel()]
    reading = goods_reading(*rows, headings=SIGNED, long=[False, False, True])
    more = replace(
        reading.sections, boxes=np.array([(1, 8, 17, 17), (1, 8, 17, 17), (1, 8, 17, 17)])
    )
    (finding,) = undeclared_findings(
        replace(reading, sections=more), context, [PAPER_LINE]
    ).findings
    assert finding.region == (40, 64, 104, 136)
    assert finding.evidence[0].value == 50


def test_a_part_of_other_goods_is_found_with_its_box_and_what_it_looks_like(context) -> None:
    reading = goods_reading(paper(), paper(), steel(), paper(), headings=SIGNED)
    found = undeclared_findings(reading, context, [PAPER_LINE])
    (finding,) = found.findings
    assert finding.kind == "undeclared_goods"
    assert finding.confirmed
    assert finding.region == (136, 64, 200, 136)
    assert finding.sentence == (
        f"25 % of the load, {context.place(finding.region)}, looks like “Iron and steel” (such as "
        "HS 7208), which is not declared (declared: Paper, board and print)."
    )
    assert found.scores == {SCORE: pytest.approx(STEEL_AMONG_PAPER)}
    assert finding.score == pytest.approx(-math.expm1(-STEEL_AMONG_PAPER))
    assert found.seen == [(STEEL_GROUP, finding.region, finding.score)]
    share, probability, elsewhere = finding.evidence
    assert (share.name, share.value, share.unit) == ("share of the seen mass", 25.0, "%")
    assert (probability.value, probability.unit) == (1.0, "%")
    assert (elsewhere.value, elsewhere.unit) == (99.0, "%")


def test_goods_of_a_declared_group_under_another_heading_are_told_as_such(strict) -> None:
    # Far from what is declared, but for the most part no goods of another group.
    bars = (100.0, {STEEL_BARS: 0.7, TYRES: 0.3})
    reading = goods_reading(steel(), steel(), bars, headings=SIGNED)
    (finding,) = undeclared_findings(reading, strict, [STEEL_LINE]).findings
    assert "looks like other goods of “Iron and steel” (such as HS 7214) than are" in (
        finding.sentence
    )
    assert finding.sentence.endswith("than are declared (declared: Iron and steel).")


def test_a_part_ends_where_goods_of_the_declared_groups_are_likelier_than_not(strict) -> None:
    # The neighbour's score, ln (0.2 + 0.016) / 0.016, is above half of the threshold.
    bars = (100.0, {STEEL_BARS: 0.8, TYRES: 0.2})
    tyres = (100.0, {TYRES: 0.999, STEEL: 0.001})
    reading = goods_reading(tyres, bars, steel(), steel(), headings=SIGNED)
    boxes = np.array([(1, 8, 9, 17), (5, 8, 13, 17), (17, 8, 25, 17), (25, 8, 33, 17)])
    over = replace(reading, sections=replace(reading.sections, boxes=boxes))
    (finding,) = undeclared_findings(over, strict, [STEEL_LINE]).findings
    assert finding.region == (8, 64, 72, 136)


@pytest.fixture
def strict(kit, context_of: Callable[..., Context]) -> Context:
    """As thresholds of today are set."""
    return context_of(
        kit.walls,
        ("paper", kit.load, 45.0),
        unexplained_goods=3.0,
        load_taken_off=0.7,
        same_group_share=0.02,
    )


def test_a_heading_that_does_not_stand_out_is_not_named(context) -> None:
    either = (100.0, {STEEL: 0.45, STEEL_BARS: 0.45, TYRES: 0.1})
    reading = goods_reading(paper(), either, headings=SIGNED)
    (finding,) = undeclared_findings(reading, context, [PAPER_LINE]).findings
    assert "looks like “Iron and steel”, which" in finding.sentence


def test_without_signatures_the_group_alone_is_named(context) -> None:
    (finding,) = undeclared_findings(
        goods_reading(paper(), steel()), context, [PAPER_LINE]
    ).findings
    assert "50 % of the load" in finding.sentence
    assert "looks like “Iron and steel”, which" in finding.sentence


def test_a_load_that_is_all_other_goods_is_said_to_be(context) -> None:
    # Too unlike its papers to be hard to read: no more is taken off than 0.7 of 5.
    sure = 1 - 1e-3
    whole = goods_reading(
        steel(sure=sure), steel(sure=sure), steel(200.0, sure), long=[False, False, True]
    )
    found = undeclared_findings(whole, context, [PAPER_LINE])
    (finding,) = found.findings
    assert found.scores == {SCORE: pytest.approx(-math.log(1e-3) - 0.7 * 5.0)}
    assert [one.value for one in finding.evidence] == [100.0, 0.1, 0.1]
    assert finding.sentence.startswith("Nearly the whole load looks like “Iron and steel”")


def test_declared_goods_raise_no_finding(context) -> None:
    reading = goods_reading(paper(), steel(), headings=SIGNED)
    found = undeclared_findings(reading, context, [PAPER_LINE, STEEL_LINE])
    assert found.findings == []
    assert found.seen == []
    assert found.scores == {SCORE: pytest.approx(0.0)}


def test_declared_goods_that_lie_elsewhere_are_not_held_against_the_rest(context) -> None:
    # Where cartons of either stand in one section, both are declared.
    mixed = (100.0, {PAPER: 0.5, STEEL: 0.5})
    found = undeclared_findings(goods_reading(mixed), context, [STEEL_LINE, PAPER_LINE])
    assert found.findings == []


def test_a_part_that_shows_no_goods_is_none_of_its_business(context) -> None:
    reading = goods_reading(paper(), (100.0, {NOTHING: 0.99}))
    assert undeclared_findings(reading, context, [PAPER_LINE]).findings == []


def test_a_part_in_doubt_is_scored_but_not_told(context) -> None:
    reading = goods_reading(paper(), steel(sure=0.9))
    found = undeclared_findings(reading, context, [PAPER_LINE])
    assert found.findings == []
    assert found.scores == {SCORE: pytest.approx(-math.log(0.1) + 0.7 * math.log(0.99))}


@pytest.mark.parametrize(
    ("rows", "declared"),
    [([paper(), steel()], []), ([], [PAPER_LINE])],
    ids=["nothing declared", "nothing seen"],
)
def test_what_cannot_be_compared_has_no_score(context, rows, declared) -> None:
    found = undeclared_findings(goods_reading(*rows), context, declared)
    assert found == ([], {}, [])


def test_neighbours_of_the_same_goods_are_one_finding(context) -> None:
    # Above half of the threshold they belong to it: -ln 0.2 is 1.6.
    reading = goods_reading(paper(), steel(), steel(sure=0.8), paper(), paper())
    (finding,) = undeclared_findings(reading, context, [PAPER_LINE]).findings
    assert finding.region == (72, 64, 136, 136)
    # Side by side they share no cell: the long section over both does.
    over_both = goods_reading(
        steel(), steel(sure=0.8), paper(), (200.0, {STEEL: 0.95}), long=[False] * 3 + [True]
    )
    (finding,) = undeclared_findings(over_both, context, [PAPER_LINE]).findings
    assert finding.region == (8, 64, 136, 136)
    # The mass of a long section is that of the short ones in it, told once.
    assert finding.evidence[0].value == pytest.approx(66.7)


def test_goods_in_two_places_are_two_findings_the_surer_first(context) -> None:
    reading = goods_reading(steel(sure=0.97), paper(), paper(), (100.0, {TYRES: 0.99, PAPER: 0.01}))
    found = undeclared_findings(reading, context, [PAPER_LINE])
    assert [finding.region for finding in found.findings] == [
        (200, 64, 264, 136),
        (8, 64, 72, 136),
    ]
    assert [group.name for group, _, _ in found.seen] == ["tyres", "iron_steel"]
    assert found.scores == {SCORE: pytest.approx(STEEL_AMONG_PAPER)}


def test_goods_that_look_like_others_throughout_are_no_part(context) -> None:
    # By itself each of these sections is as unlikely as the steel among paper that is found.
    found = undeclared_findings(goods_reading(steel(), steel(), steel()), context, [PAPER_LINE])
    assert found.findings == []
    assert found.scores == {SCORE: pytest.approx(-0.3 * math.log(0.01))}


def test_a_bundle_that_takes_nothing_off_holds_each_section_against_the_papers_alone(
    kit, context_of: Callable[..., Context]
) -> None:
    context = context_of(kit.walls, ("paper", kit.load, 45.0), unexplained_goods=3.0)
    found = undeclared_findings(goods_reading(steel(), steel(), steel()), context, [PAPER_LINE])
    assert found.scores == {SCORE: pytest.approx(-math.log(0.01))}
    assert [len(finding.evidence) for finding in found.findings] == [2, 2, 2]


def test_a_part_stands_out_of_goods_that_are_hard_to_read(context) -> None:
    # By themselves all four are above the threshold.
    rows = [*(steel(sure=0.96) for _ in range(3)), steel(sure=0.999)]
    reading = goods_reading(*rows, headings=SIGNED)
    (finding,) = undeclared_findings(reading, context, [PAPER_LINE]).findings
    assert finding.region == (200, 64, 264, 136)
    score = -math.log(0.001) + 0.7 * math.log(0.04)
    assert finding.score == pytest.approx(-math.expm1(-score))
    assert [(one.name, one.value, one.unit) for one in finding.evidence[1:]] == [
        ("probability of declared goods against those of other groups", 0.1, "%"),
        ("the same where the load looks most as declared", 4.0, "%"),
    ]


def test_a_load_is_at_best_as_the_last_of_its_best_quarter_by_mass() -> None:
    unlike = np.array([5.0, 1.0, 3.0])
    assert at_best(unlike, np.array([100.0, 10.0, 100.0])) == 3.0
    assert at_best(unlike, np.array([100.0, 70.0, 100.0])) == 1.0
    assert at_best(unlike + 4, np.array([100.0, 10.0, 100.0])) == 7.0


ONE_OF_EACH_GROUP = tuple(
    {goods_group_of(heading): Line(hs_code=heading) for heading in known_headings()}.values()
)


def test_only_the_first_of_many_declared_groups_are_listed(context) -> None:
    declared = [one for one in ONE_OF_EACH_GROUP if goods_group_of(one.hs_code) != STEEL_GROUP]
    (finding,) = undeclared_findings(goods_reading(steel(sure=1.0)), context, declared).findings
    assert finding.sentence.endswith(" and 22 more).")
    assert finding.sentence.count(";") == 2


LINES = st.sampled_from([Line(hs_code=code) for code in known_headings()])
ROWS = st.lists(
    st.tuples(
        st.floats(1, 1e4),
        st.dictionaries(st.sampled_from([PAPER, STEEL, NOTHING]), st.floats(0, 0.33)),
    ),
    min_size=1,
    max_size=5,
)


@given(
    rows=ROWS,
    declared=st.lists(LINES, min_size=1),
    more=LINES,
    signed=st.booleans(),
    same_group=st.floats(0, 1),
)
def test_declaring_more_never_makes_goods_less_explained(
    rows: list[Row], declared: list[Line], more: Line, signed: bool, same_group: float
) -> None:
    reading = goods_reading(*rows, headings=SIGNED if signed else ())
    fewer = unlikeness(reading, declared, same_group)
    assert (fewer >= 0).all()
    assert (unlikeness(reading, [*declared, more], same_group) <= fewer + 1e-9).all()


def test_other_headings_of_a_declared_group_count_for_the_share_in_force() -> None:
    bars = (100.0, {STEEL_BARS: 0.6, STEEL: 0.1, PAPER: 0.2})
    reading = goods_reading(bars, headings=SIGNED)
    for share, counts in ((1.0, 0.7), (0.02, 0.112), (0.0, 0.1)):
        (unlike,) = unlikeness(reading, [STEEL_LINE], share)
        assert unlike == pytest.approx(-math.log(counts / (counts + 0.3)))
    # Without signatures, and under a code that none is of, the group is all that is known.
    (group,) = unlikeness(goods_reading(bars), [STEEL_LINE], 0.0)
    (of_group,) = unlikeness(reading, [Line(hs_code="7219")], 0.0)
    assert group == of_group == pytest.approx(-math.log(0.7))


@given(st.lists(st.tuples(st.floats(0, 13.8), st.floats(0.1, 1e4)), min_size=1, max_size=30))
def test_a_quarter_of_the_mass_is_no_worse_than_the_load_at_best(
    rows: list[tuple[float, float]],
) -> None:
    unlike, kg = (np.array(column) for column in zip(*rows, strict=True))
    best = at_best(unlike, kg)
    assert best in unlike
    assert kg[unlike <= best].sum() >= 0.25 * kg.sum() - 1e-6
    assert kg[unlike < best].sum() <= 0.25 * kg.sum() + 1e-6


# Through the Inspector --------------------------------------------------------------------------


@pytest.fixture
def inspect(bundle_dir: Path, kit) -> Callable[..., Report]:
    """Report on paper with steel at its right end, under these codes."""
    inspector = Inspector(bundle_dir, threads=1)
    scan = kit.make_scan(
        kit.walls, ("paper", kit.load, 45.0), ("steel", np.s_[60:140, 210:300], 40.0)
    )

    def build(*codes: str) -> Report:
        lines = tuple(Line(hs_code=code, description="goods") for code in codes)
        return inspector.inspect(scan, Manifest(lines=lines, unit_type="20", tare_kg=480.0))

    return build


def told(report: Report) -> list[str]:
    return [one.sentence for one in report.findings if one.kind == "undeclared_goods"]


def test_a_report_tells_where_they_lie(inspect: Callable[..., Report]) -> None:
    report = inspect(PAPER)
    (finding,) = [one for one in report.findings if one.kind == "undeclared_goods"]
    x0, _, x1, _ = finding.region
    assert x0 <= 216
    assert x1 >= 296
    assert "Iron and steel" in finding.sentence
    assert report.evidence_scores[SCORE] > 3.0
    assert (
        report.evidence_scores["goods_misfit"]
        > inspect(PAPER, STEEL).evidence_scores["goods_misfit"]
    )
    assert told(inspect(PAPER, STEEL)) == []


def test_with_a_line_that_has_no_code_goods_are_not_compared(
    inspect: Callable[..., Report],
) -> None:
    report = inspect(PAPER, "")
    assert told(report) == []
    assert SCORE not in report.evidence_scores
