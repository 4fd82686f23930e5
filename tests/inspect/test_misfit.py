"""Misfit: one score for the whole load; a finding where it is rare and no section stands out."""

from __future__ import annotations

import math
from collections.abc import Callable

import msgspec
import numpy as np
import pytest
from reading_making import (
    NOTHING,
    PAPER,
    SIGNED,
    STEEL,
    TYRES,
    Row,
    goods_reading,
    signatures_of,
)

from scanai.inspect.evidence.assignment import assign
from scanai.inspect.evidence.context import Context
from scanai.inspect.evidence.lines import line_score
from scanai.inspect.evidence.misfit import (
    FACTS,
    SCORE,
    facts,
    misfit_score,
    with_misfit,
)
from scanai.inspect.evidence.reading import GoodsReading
from scanai.inspect.evidence.undeclared import Undeclared
from scanai.inspect.signatures import Misfit
from scanai.manifest.goods_groups import goods_group_of
from scanai.manifest.model import Line

MOSTLY_STEEL: tuple[Row, ...] = (
    (100.0, {STEEL: 0.9, PAPER: 0.1}),
    (100.0, {STEEL: 0.8, PAPER: 0.2}),
    (200.0, {STEEL: 0.7, PAPER: 0.3}),
)


def told(
    *codes: str, rows: tuple[Row, ...] = MOSTLY_STEEL
) -> tuple[GoodsReading, dict[str, float]]:
    """The facts of a load declared under these codes, of equal mass."""
    reading = goods_reading(*rows, headings=SIGNED)
    lines = tuple(Line(code, mass_kg=100.0) for code in codes)
    assignment = assign(reading, lines)
    assert assignment is not None
    return reading, dict(zip(FACTS, facts(reading, assignment, lines).tolist(), strict=True))


def test_facts_of_a_load_under_a_false_code() -> None:
    reading, found = told(PAPER)
    assert found["highest_section"] == pytest.approx(-math.log(0.1))
    assert found["third_section"] == pytest.approx(-math.log(0.3))
    assert found["largest_line_on_average"] == pytest.approx(-math.log(0.225))
    assert found["largest_line_anywhere"] == pytest.approx(-math.log(0.3))
    # All that is cheaper than leaving it unexplained is handed to the one line.
    assert found["unexplained"] == pytest.approx(0.0)
    assert found["price"] == pytest.approx(-(math.log(0.1) + math.log(0.2) + 2 * math.log(0.3)) / 4)
    assert found["least_fitting_line"] == pytest.approx(
        line_score(reading, PAPER, np.array([100.0, 100.0, 200.0]))
    )
    entropies = [-sum(p * math.log(p) for p in (q, 1 - q)) for q in (0.1, 0.2, 0.3)]
    assert found["doubt"] == pytest.approx((entropies[0] + entropies[1] + 2 * entropies[2]) / 4)


def test_what_nothing_is_assigned_to_has_no_score_of_its_own() -> None:
    _, found = told(TYRES, rows=((100.0, {STEEL: 1.0}),))
    assert found["least_fitting_line"] == 0.0
    assert found["unexplained"] == pytest.approx(1.0)
    # No reading is believed beyond one in a thousand.
    assert found["third_section"] == found["highest_section"] == 7.0


def test_the_learned_odds_are_the_score_where_there_are_any_and_all_lines_have_codes() -> None:
    reading = goods_reading(*MOSTLY_STEEL, headings=SIGNED)
    weights = tuple(1.0 if name == "largest_line_anywhere" else 0.0 for name in FACTS)
    learned = Misfit(facts=FACTS, weights=weights, bias=-1.0)
    signatures = signatures_of(*SIGNED)
    with_odds = msgspec.structs.replace(signatures, misfit=learned)
    coded, uncoded = (Line(PAPER, mass_kg=1.0),), (Line(PAPER, mass_kg=1.0), Line("", mass_kg=1.0))
    assignment = assign(reading, coded)
    assert assignment is not None
    assert misfit_score(reading, assignment, coded, with_odds) == pytest.approx(-math.log(0.3) - 1)
    for lines, by in ((coded, signatures), (coded, None), (uncoded, None)):
        assigned = assign(reading, lines)
        assert assigned is not None
        assert misfit_score(reading, assigned, lines, by) == assigned.misfit
    # A line without a code could be any goods, and a mean price is no log odds.
    assert misfit_score(reading, assigned, uncoded, with_odds) is None


NONE = Undeclared([], {}, [])


@pytest.fixture
def whole(kit, context_of: Callable[..., Context]) -> Callable[..., Undeclared]:
    context = context_of(kit.walls, ("paper", kit.load, 45.0), goods_misfit=0.5)
    weights = tuple(float(name == "largest_line_on_average") for name in FACTS)
    learned = Misfit(facts=FACTS, weights=weights, bias=0.0)
    signatures = msgspec.structs.replace(signatures_of(*SIGNED), misfit=learned)

    def build(
        *lines: Line, rows: tuple[Row, ...] = MOSTLY_STEEL, undeclared: Undeclared = NONE
    ) -> Undeclared:
        reading = goods_reading(*rows, headings=SIGNED)
        assignment = assign(reading, lines)
        assert assignment is not None
        return with_misfit(undeclared, reading, assignment, lines, context, signatures)

    return build


def test_a_rare_misfit_is_a_finding_on_the_whole_load(whole: Callable[..., Undeclared]) -> None:
    found = whole(Line(PAPER))
    score = -math.log(0.225)
    assert found.scores == {SCORE: pytest.approx(score)}
    (finding,) = found.findings
    assert finding.kind == "undeclared_goods"
    assert finding.score == pytest.approx(1 / (1 + math.exp(-score)))
    assert finding.sentence == (
        "The load looks little like “Paper, board and print” (line 1); as a whole it looks more "
        "like “Iron and steel”."
    )
    # From the first column of cells that shows goods to the last.
    assert finding.region == (0, 64, 200, 136)
    assert found.seen == [(goods_group_of(STEEL), finding.region, finding.score)]


@pytest.mark.parametrize(
    ("codes", "row", "expected", "leads"),
    [
        (
            (PAPER, TYRES),
            {STEEL: 0.97, PAPER: 0.03},
            "Hardly anywhere does the load look like “Tyres” (line 2); what no line explains looks "
            "more like “Iron and steel”.",
            1,
        ),
        (
            (STEEL, PAPER),
            {STEEL: 0.97, PAPER: 0.03},
            "Hardly anywhere does the load look like “Paper, board and print” (line 2); what no "
            "line explains looks more like “Iron and steel” (line 1).",
            0,
        ),
        (
            (STEEL, PAPER),
            {STEEL: 0.1, PAPER: 0.1, NOTHING: 0.7},
            "Hardly anywhere does the load look like “Paper, board and print” (line 2); what it is "
            "instead cannot be told.",
            0,
        ),
        (
            (PAPER,),
            {STEEL: 0.45, PAPER: 0.55},
            "The load as a whole does not fit its lines; as a whole it is perhaps “Iron and "
            "steel”.",
            0,
        ),
    ],
    ids=["of no line", "of another line", "of nothing", "seen after all"],
)
def test_it_says_what_is_seen_of_the_largest_line_and_what_instead(
    whole: Callable[..., Undeclared],
    codes: tuple[str, ...],
    row: dict[str, float],
    expected: str,
    leads: int,
) -> None:
    lines = tuple(Line(code, mass_kg=1.0 + 9.0 * number) for number, code in enumerate(codes))
    found = whole(*lines, rows=((100.0, row), (100.0, row)))
    assert [one.sentence for one in found.findings] == [expected]
    # What may be other goods, or is declared elsewhere, is no lead.
    assert len(found.seen) == leads


def test_a_usual_misfit_or_a_section_that_stands_out_leaves_the_load_alone(
    whole: Callable[..., Undeclared],
) -> None:
    usual = whole(Line(STEEL))
    assert (usual.findings, usual.seen) == ([], [])
    assert usual.scores[SCORE] < 0.5
    section = Undeclared(whole(Line(PAPER)).findings, {"unexplained_goods": 3.0}, [])
    beside = whole(Line(PAPER), undeclared=section)
    assert beside.findings == section.findings
    assert list(beside.scores) == ["unexplained_goods", SCORE]


def test_goods_of_one_heading_in_several_lines_are_as_large_as_in_one(
    whole: Callable[..., Undeclared],
) -> None:
    one = whole(Line(STEEL, mass_kg=40.0), Line(f"{PAPER}20", mass_kg=60.0))
    split = whole(
        Line(STEEL, mass_kg=40.0),
        Line(f"{PAPER}20", mass_kg=30.0),
        Line(f"{PAPER}61", mass_kg=30.0),
    )
    assert split.scores == pytest.approx(one.scores)
    assert [finding.sentence for finding in split.findings] == [
        finding.sentence for finding in one.findings
    ]
    assert one.findings


def test_the_box_is_around_what_no_line_explains(whole: Callable[..., Undeclared]) -> None:
    other: Row = (100.0, {STEEL: 1.0})
    own: Row = (100.0, {PAPER: 0.1, STEEL: 0.9})
    (finding,) = whole(Line(PAPER, mass_kg=1.0), rows=(own, other, own)).findings
    assert finding.region == (72, 64, 136, 136)


@pytest.mark.parametrize(
    "lines",
    [
        (Line(PAPER), Line(STEEL)),
        (Line(STEEL), Line(PAPER)),
        (Line(PAPER, mass_kg=50.0), Line(STEEL)),
        (Line(PAPER, mass_kg=50.0), Line("", mass_kg=50.0)),
    ],
    ids=["no masses", "the other way round", "one mass", "no code"],
)
def test_lines_that_do_not_tell_enough_are_not_held_against_the_load(
    whole: Callable[..., Undeclared], lines: tuple[Line, ...]
) -> None:
    """Which line is the largest is not known, or which goods it could be."""
    assert whole(*lines) == NONE


def test_facts_do_not_depend_on_the_order_of_lines() -> None:
    reading = goods_reading(*MOSTLY_STEEL, headings=SIGNED)
    lines = (Line(PAPER, mass_kg=100.0), Line(STEEL, mass_kg=300.0), Line(TYRES, mass_kg=50.0))
    both = []
    for order in (lines, lines[::-1]):
        assignment = assign(reading, order)
        assert assignment is not None
        both.append(facts(reading, assignment, order))
    assert both[0] == pytest.approx(both[1], abs=1e-6)
