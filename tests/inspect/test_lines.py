"""Lines: what of the load each explains, and how its code fits what is assigned to it."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace

import msgspec
import numpy as np
import pytest
from reading_making import (
    BOARD,
    NOTHING,
    PAPER,
    SIGNED,
    STEEL,
    TYRES,
    goods_reading,
    signatures_of,
)

from scanai.inspect.evidence.assignment import Assignment, assign
from scanai.inspect.evidence.context import Context
from scanai.inspect.evidence.line_density import LinePart
from scanai.inspect.evidence.lines import (
    SCORE,
    line_parts,
    line_plausibility,
    line_score,
)
from scanai.inspect.evidence.reading import GoodsReading
from scanai.inspect.evidence.sections import FEATURES
from scanai.inspect.report import LinePlausibility, MassEstimate
from scanai.inspect.signatures import ALL, Signatures
from scanai.manifest.model import Line, Manifest

HONEST = {heading: np.linspace(0, 3, 61).tolist() for heading in (PAPER, BOARD, STEEL, TYRES)}
MASS = MassEstimate(
    cargo_kg=5000.0,
    low_kg=4500.0,
    high_kg=5500.0,
    lower_bound_only=False,
    declared_kg=None,
    tare_kg=2200.0,
    tare_from="standard",
)
HALVES = goods_reading((600.0, {PAPER: 0.9}), (400.0, {STEEL: 0.9}), headings=SIGNED)


def manifest(*lines: tuple[str, float | None], packages: int | None = None) -> Manifest:
    told = (Line(hs_code=code, mass_kg=kg, packages=packages) for code, kg in lines)
    return Manifest(lines=tuple(told))


def plausibility(
    declared: Manifest,
    reading: GoodsReading = HALVES,
    mass: MassEstimate | None = MASS,
    signatures: Signatures | None = None,
) -> tuple[tuple[LinePlausibility, ...], dict[str, float]]:
    assigned = assign(reading, declared.lines)
    return line_plausibility(declared, reading, assigned, mass, signatures)


def test_lines_that_explain_what_they_declare_are_plausible() -> None:
    lines, scores = plausibility(manifest((PAPER, 600.0), (STEEL, 400.0)))
    assert [line.line for line in lines] == [1, 2]
    assert [line.seen_share for line in lines] == pytest.approx([0.6, 0.4])
    assert [line.plausibility for line in lines] == [1.0, 1.0]
    assert [line.goods_group for line in lines] == ["paper", "iron_steel"]
    assert lines[1].reason == (
        "40 % of the seen mass goes to this line as “Iron and steel”; 40 % is declared."
    )
    # Without signatures nobody knows how honest lines look.
    assert [line.p_value for line in lines] == [None, None]
    assert scores == {}


def test_what_hardly_looks_like_a_line_is_said_to_be_left_for_it() -> None:
    reading = goods_reading((600.0, {PAPER: 0.1, STEEL: 0.9}), headings=SIGNED)
    lines, _ = plausibility(manifest((PAPER, 600.0)), reading)
    assert lines[0].reason == (
        "100 % of the seen mass is left for this line, though hardly any of it looks like “Paper, "
        "board and print”; 100 % is declared."
    )


def test_a_line_whose_goods_are_not_seen_is_not_plausible() -> None:
    lines, _ = plausibility(manifest((PAPER, 500.0), (STEEL, 300.0), ("8703", 200.0)))
    assert lines[2].seen_share == pytest.approx(0.0)
    assert lines[2].plausibility == pytest.approx(0.0)
    assert "0 % of the seen mass goes to this line" in lines[2].reason


@pytest.mark.parametrize("masses", [(None, 10.0), (None, None), (0.0, 0.0)])
def test_lines_without_mass_expect_equal_parts(masses) -> None:
    lines, _ = plausibility(manifest((PAPER, masses[0]), (STEEL, masses[1])))
    assert lines[0].plausibility == 1.0
    assert lines[1].plausibility == pytest.approx(0.8)
    assert lines[1].reason.endswith("as “Iron and steel”; not every line has a mass.")


def test_seen_mass_is_that_share_of_the_estimate() -> None:
    lines, _ = plausibility(manifest((PAPER, 600.0), (STEEL, 400.0), packages=40))
    assert [line.seen_kg for line in lines] == [3000, 2000]
    assert [(line.seen_kg_low, line.seen_kg_high) for line in lines] == [(2700, 3300), (1800, 2200)]
    assert [line.seen_kg_per_package for line in lines] == [75.0, 50.0]
    each = [(line.seen_kg_per_package_low, line.seen_kg_per_package_high) for line in lines]
    assert each == [(67.5, 82.5), (45.0, 55.0)]


def test_without_an_estimate_or_packages_no_mass_is_told() -> None:
    declared = manifest((PAPER, 600.0), packages=40)
    (line,), _ = plausibility(declared, mass=None)
    assert (line.seen_kg, line.seen_kg_per_package) == (None, None)
    (line,), _ = plausibility(manifest((PAPER, 600.0)))
    assert line.seen_kg_per_package is None
    # Nothing of the load is theirs: not zero kilograms in each package.
    lines, _ = plausibility(manifest((PAPER, 600.0), ("8703", None), packages=40))
    assert (lines[1].seen_kg, lines[1].seen_kg_per_package) == (0, None)


def test_a_line_without_code_is_given_what_is_left() -> None:
    (paper, uncoded), _ = plausibility(manifest((PAPER, 600.0), ("", 400.0)))
    assert paper.plausibility == 1.0
    assert (uncoded.plausibility, uncoded.goods_group, uncoded.p_value) == (None, "", None)
    assert uncoded.seen_share == pytest.approx(0.4)
    assert uncoded.reason == "No HS code is declared; 40 % of the seen mass is left for it."


@pytest.mark.parametrize(
    ("reading", "reason"),
    [
        (None, "Cannot be told: the picture gives no goods."),
        (HALVES, "Cannot be told: no goods are seen."),
    ],
)
def test_a_line_is_neither_plausible_nor_not_where_nothing_is_seen(reading, reason) -> None:
    declared = manifest((PAPER, 100.0), ("", 100.0))
    lines, scores = line_plausibility(declared, reading, None, MASS, signatures_of(*SIGNED))
    assert lines[0].goods_group == "paper"
    assert [(line.seen_share, line.plausibility, line.seen_kg) for line in lines] == [
        (None, None, None)
    ] * 2
    assert [line.reason for line in lines] == [reason, "No HS code is declared."]
    assert scores == {}


# How a code fits --------------------------------------------------------------------------------


def test_the_score_is_the_mean_price_of_what_is_assigned() -> None:
    reading = goods_reading((600.0, {PAPER: 0.9}), (400.0, {PAPER: 0.1}), headings=SIGNED)
    assert line_score(reading, PAPER, np.array([600.0, 0.0])) == pytest.approx(-math.log(0.9))
    both = -0.6 * math.log(0.9) - 0.4 * math.log(0.1)
    assert line_score(reading, PAPER, np.array([600.0, 400.0])) == pytest.approx(both)


def test_sections_that_show_no_known_goods_count_half() -> None:
    reading = goods_reading((600.0, {PAPER: 0.4, NOTHING: 0.6}), headings=SIGNED)
    assert line_score(reading, PAPER, np.array([600.0])) == pytest.approx(-math.log(0.7))


def test_a_perfect_fit_is_not_told_as_unlike() -> None:
    reading = goods_reading((600.0, {PAPER: 1.0}), headings=SIGNED)
    lines, _ = plausibility(
        manifest((PAPER, 600.0)), reading, signatures=signatures_of(*SIGNED, lines=HONEST)
    )
    assert lines[0].p_value == 1.0
    assert lines[0].reason.endswith(f"That is nothing unusual for honest loads of heading {PAPER}.")


def test_a_heading_that_is_out_of_the_question_has_a_finite_score() -> None:
    reading = goods_reading((600.0, {PAPER: 1.0}), headings=SIGNED)
    assert line_score(reading, STEEL, np.array([600.0])) == pytest.approx(-math.log(1e-6))


def test_a_line_is_compared_with_honest_lines_of_its_heading() -> None:
    reading = goods_reading(
        (600.0, {PAPER: 0.9}), (400.0, {STEEL: math.exp(-2.9)}), headings=SIGNED
    )
    signatures = signatures_of(*SIGNED, lines=HONEST)
    lines, scores = plausibility(
        manifest((PAPER, 600.0), (STEEL, 400.0)), reading, signatures=signatures
    )
    assert [line.p_value_of for line in lines] == [PAPER, STEEL]
    assert lines[0].p_value > 0.9
    assert lines[1].p_value < 0.1
    assert lines[1].reason.endswith(
        f"Of honest loads of heading 7208, {100 * lines[1].p_value:.1f} % look as unlike it."
    )
    # The rarest of two lines: as rare as that by chance in one of two loads.
    rare = signatures.lines[STEEL].tail_p(2.9)
    assert scores == {SCORE: pytest.approx(-math.log(2 * rare))}


def test_the_score_goes_on_where_no_honest_line_is_as_unlike() -> None:
    signatures = signatures_of(*SIGNED, lines=HONEST)
    told = []
    for share in (0.012, 0.006, 0.001):
        # The rest shows none of the known goods, so that the line still takes it.
        reading = goods_reading((600.0, {PAPER: share, NOTHING: 0.06}), headings=SIGNED)
        (line,), scores = plausibility(manifest((PAPER, 600.0)), reading, signatures=signatures)
        told.append((line.p_value, scores[SCORE]))
    assert len({p_value for p_value, _ in told}) == 1
    assert told[0][1] < told[1][1] < told[2][1]


def test_the_score_of_many_plausible_lines_is_none() -> None:
    signatures = signatures_of(*SIGNED, lines=HONEST)
    _, scores = plausibility(manifest((PAPER, 600.0), (STEEL, 400.0)), signatures=signatures)
    assert scores == {SCORE: 0.0}


FEW = [0.5] * 10
MANY = np.linspace(0, 3, 61).tolist()


@pytest.mark.parametrize(
    ("honest", "code", "of", "words"),
    [
        ({PAPER: MANY, BOARD: MANY}, "480256", PAPER, "heading 4802"),
        ({PAPER: FEW, BOARD: MANY}, "480256", "48", "chapter 48, "),
        ({PAPER: FEW, "4901": MANY}, "480256", "paper", "“Paper, board and print”"),
        ({PAPER: FEW, STEEL: MANY}, "480256", ALL, "all goods"),
        ({STEEL: MANY}, "480256", ALL, "all goods"),
    ],
    ids=["heading", "chapter", "group", "all", "never seen"],
)
def test_too_few_honest_lines_are_pooled_step_by_step(honest, code, of, words) -> None:
    lines, _ = plausibility(
        manifest((code, 600.0), (STEEL, 400.0)), signatures=signatures_of(*SIGNED, lines=honest)
    )
    assert lines[0].p_value_of == of
    assert f"Of honest loads of {words}" in lines[0].reason


def test_a_code_is_not_judged_by_a_scrap_of_the_load() -> None:
    reading = goods_reading((970.0, {PAPER: 0.9}), (30.0, {STEEL: 0.9}), headings=SIGNED)
    lines, scores = plausibility(
        manifest((PAPER, 960.0), (STEEL, 40.0)),
        reading,
        signatures=signatures_of(*SIGNED, lines=HONEST),
    )
    assert lines[0].p_value is not None
    assert lines[1].seen_share == pytest.approx(0.03)
    assert (lines[1].p_value, lines[1].p_value_of) == (None, "")
    assert scores.keys() == {SCORE}


def test_a_p_value_among_very_many_honest_lines_is_never_nought() -> None:
    signatures = signatures_of(*SIGNED, lines=HONEST)
    many = msgspec.structs.replace(signatures.lines[PAPER], lines=50_000)
    signatures = msgspec.structs.replace(signatures, lines=signatures.lines | {PAPER: many})
    reading = goods_reading((600.0, {PAPER: 0.03, BOARD: 0.9}), headings=SIGNED)
    (line,), scores = plausibility(manifest((PAPER, 600.0)), reading, signatures=signatures)
    assert line.p_value == 1e-4
    assert scores == {SCORE: pytest.approx(-math.log(many.tail_p(-math.log(0.03))))}


# What of the picture is a line's ----------------------------------------------------------------


@pytest.fixture
def parts(kit, context_of: Callable[..., Context]) -> Callable[..., list[LinePart]]:
    context = context_of(kit.walls, ("paper", kit.load, 45.0))

    def build(declared: Manifest, reading: GoodsReading = HALVES) -> list[LinePart]:
        assigned = assign(reading, declared.lines)
        assert assigned is not None
        return line_parts(declared, reading, assigned, MASS, context)

    return build


def test_each_line_has_the_sections_that_it_explains(parts) -> None:
    paper, steel = parts(manifest((PAPER, 600.0), (STEEL, 400.0)))
    assert (paper.number, paper.line.hs_code, paper.box) == (1, PAPER, (8, 64, 72, 136))
    assert (steel.number, steel.line.hs_code, steel.box) == (2, STEEL, (72, 64, 136, 136))
    assert (steel.kg, steel.low_kg, steel.high_kg) == pytest.approx((2000.0, 1800.0, 2200.0))
    # 1.5 m² across the rays, as wide as a container of ISO 668 inside.
    assert steel.volume_m3 == pytest.approx(1.5 * 2.35, rel=0.01)
    assert not steel.opaque


def test_from_above_the_room_of_a_line_reaches_from_floor_to_roof(kit, context_of) -> None:
    """And its area is that of the load, not of the larger picture of it."""
    context = context_of(kit.walls, ("paper", kit.load, 45.0))
    seen = context.measured
    geometry = msgspec.structs.replace(seen.profile.geometry, view="above", source_height_m=9.0)
    profile = msgspec.structs.replace(seen.profile, geometry=geometry)
    above = replace(context, measured=replace(seen, profile=profile))
    declared = manifest((PAPER, 600.0), (STEEL, 400.0))
    larger = msgspec.structs.replace(MASS, magnified=1.25)
    assigned = assign(HALVES, declared.lines)
    (side, _), (top, _) = (
        line_parts(declared, HALVES, assigned, mass, where)
        for mass, where in ((MASS, context), (larger, above))
    )
    assert (side.filled, top.filled) == (True, False)
    assert top.volume_m3 == pytest.approx(side.volume_m3 / 1.25 * 2.393 / 2.352, rel=0.01)


def test_a_line_without_code_or_of_a_scrap_of_the_load_has_no_part(parts) -> None:
    assert [part.number for part in parts(manifest((PAPER, 600.0), ("", 400.0)))] == [1]
    assert [part.number for part in parts(manifest((PAPER, 600.0), ("8703", 400.0)))] == [1]


def test_a_line_that_has_half_of_every_section_has_no_box_of_its_own(kit, context_of) -> None:
    context = context_of(kit.walls, ("paper", kit.load, 45.0))
    shared = Assignment(
        kg=np.array([[300.0] * 2, [200.0] * 2]), unexplained_kg=np.zeros(2), misfit=0
    )
    declared = manifest((PAPER, 500.0), (STEEL, 500.0))
    assert line_parts(declared, HALVES, shared, MASS, context) == []


def test_a_part_with_a_section_that_is_not_penetrated_is_opaque(parts) -> None:
    reading = goods_reading((600.0, {PAPER: 0.9}), (400.0, {STEEL: 0.9}), headings=SIGNED)
    reading.sections.features[1, FEATURES.index("opaque")] = 0.2
    opaque = [part.opaque for part in parts(manifest((PAPER, 600.0), (STEEL, 400.0)), reading)]
    assert opaque == [False, True]
