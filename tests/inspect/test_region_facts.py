from __future__ import annotations

import math

import numpy as np
import pytest

from scanai.inspect.evidence.closeup import look_at
from scanai.inspect.evidence.region_facts import (
    EARLIER_FACTS,
    FACTS,
    ROOM,
    Candidate,
    pieces_of,
    region_facts,
    tell_enough,
    untold,
    with_lumps,
)
from scanai.manifest import Line

PAPER = Line(hs_code="480256", mass_kg=900.0, packages=4)
TWO_PIECES = Line(hs_code="780110", mass_kg=40.0, packages=2)
BOXES = ((150, 90, 170, 106), (220, 90, 240, 106), (80, 120, 90, 128))
EXCESS = (50.0, 50.0, 20.0)
SCORES = (0.9, 0.6, 0.1)
LUMPS = (0.0, 2.0, -3.0)
PINNED = {
    "score": 2.197, "excess": 52.355, "least_excess": 45.917, "most_excess": 58.307, "z": 72.979,
    "z_low": 44.0, "z_high": 94.0, "attenuation": 3.8, "surroundings": 1.54, "denser_than": 1.0,
    "ratio": 0.888, "ratio_change": 0.059, "opaque": 0.0, "wall_contrast": 0.0, "width": 5.991,
    "height": 5.768, "region_width": 5.991, "region_height": 5.768, "mass": 3.848,
    "share_of_floor": 0.432, "place_across": 0.516, "place_along": 2.88, "place_up": 1.04,
    "compactness": 1.463, "higher": 0.0, "likely": 1.0, "possible": 2.0, "best_other": 0.405,
    "second_other": -2.197, "alike": 1.0, "possible_alike": 1.0, "best_alike": 0.405,
    "mass_of_possible": 3.965, "mass_of_higher": -4.605, "mass_by_pieces": 0.157,
    "mass_by_one_piece": 0.85, "higher_beyond_pieces": -2.0, "possible_beyond_pieces": 1.0,
    "mass_so_far_by_pieces": 0.157, "dense_declared": 1.0,
    "dense_mass": 3.691, "dense_packages": 2.0, "pieces_mass": 3.691,
    "pieces": 2.0,
    "energy": 6.0, "energies": 2.0, "energy_ratio": 0.667, "pitch": 20.0,
    "floor": 8.805, "rows": 160.0, "from_the_side": 1.0, "unit_length": 6.08, "unit_height": 2.56,
    "regions": 3.0,
    "lump": 0.0, "best_other_lump": 2.0, "second_other_lump": -3.0, "other_lumps": 0.928,
    "rank_as_lump": 1.0, "lumps_beyond_pieces": -0.572, "rank_beyond_pieces": -1.0,
    "mass_of_other_lumps_by_pieces": 0.055, "mass_of_lumps_by_pieces": 0.495,
}  # fmt: skip


@pytest.fixture
def context(kit, context_of):
    """Two equal blocks of lead in paper, and a smaller and thinner one."""
    blocks = [
        ("lead", np.s_[y0:y1, x0:x1], excess)
        for (x0, y0, x1, y1), excess in zip(BOXES, EXCESS, strict=True)
    ]
    return context_of(kit.walls, ("paper", kit.load, 30.0), *blocks)


def facts_of(context, *lines: Line) -> list[dict[str, float]]:
    candidates = [
        Candidate(box, score, look_at(box, context.measured, 0.01))
        for box, score in zip(BOXES, SCORES, strict=True)
    ]
    rows = with_lumps(region_facts(candidates, lines, context.measured), np.array(LUMPS))
    return [dict(zip(FACTS, row.tolist(), strict=True)) for row in rows]


def test_a_region_is_told_by_what_it_holds_and_where_it_lies(context) -> None:
    first, _, small = facts_of(context, PAPER)
    width, height = (20 * context.measured.scan.pitch_mm[n] * (0.8 if n else 1) for n in (0, 1))
    assert first["score"] == pytest.approx(math.log(9))
    assert first["excess"] == pytest.approx(50, rel=0.2)
    assert first["least_excess"] < first["excess"] < first["most_excess"]
    assert first["width"] == pytest.approx(math.log(width), abs=0.1)
    assert first["height"] == pytest.approx(math.log(height), abs=0.1)
    # 50 g/cm² over the box, not quite filled.
    assert math.exp(first["mass"]) == pytest.approx(0.7 * 50 * width * height / 1e5, rel=0.25)
    assert small["mass"] < first["mass"]
    assert small["place_up"] < first["place_up"]
    assert small["place_along"] < first["place_along"]


def test_regions_are_told_from_one_another(context) -> None:
    first, second, small = facts_of(context, PAPER)
    assert [one["higher"] for one in (first, second, small)] == [0, 1, 2]
    assert [one["alike"] for one in (first, second, small)] == [1, 1, 0]
    assert first["best_other"] == first["best_alike"] == pytest.approx(second["score"])
    assert small["best_alike"] == -15
    assert math.exp(small["mass_of_higher"]) == pytest.approx(
        math.exp(first["mass"]) + math.exp(second["mass"]), abs=0.02
    )


def test_declared_pieces_leave_room_for_as_many_regions(context) -> None:
    without, with_two = facts_of(context, PAPER), facts_of(context, PAPER, TWO_PIECES)
    assert [one["dense_declared"] for one in (without[0], with_two[0])] == [0, 1]
    assert [one["higher_beyond_pieces"] for one in without] == [0, 1, 2]
    assert [one["higher_beyond_pieces"] for one in with_two] == [-2, -1, 0]
    assert with_two[0]["mass_by_one_piece"] == pytest.approx(
        with_two[0]["mass"] - math.log(20), abs=0.01
    )
    assert with_two[0]["mass_by_pieces"] < without[0]["mass_by_pieces"]


def test_a_load_of_dense_goods_is_no_line_of_pieces(context) -> None:
    bulk = Line(hs_code="780110", mass_kg=20_000.0, packages=20)
    told = facts_of(context, bulk)[0]
    assert (told["dense_packages"], told["pieces"]) == (20, 0)


def test_a_load_that_is_split_over_many_lines_is_a_load(context) -> None:
    part = Line(hs_code="780110", mass_kg=250.0, packages=5)
    assert pieces_of((PAPER, part)) == (250.0, 5)
    assert pieces_of((PAPER, part, part)) == (0.0, 0)
    assert pieces_of((part, TWO_PIECES, Line(hs_code="841391", mass_kg=9.0, packages=1))) == (
        299.0,
        8,
    )


def test_what_was_not_measured_is_nothing(context_of, kit) -> None:
    one_energy = context_of(
        kit.walls, ("paper", kit.load, 30.0), ("lead", np.s_[90:106, 150:170], 50.0),
        energies_mv=(4.0,),
    )  # fmt: skip
    told = facts_of(one_energy, PAPER)[0]
    names = ("z", "z_low", "z_high", "ratio", "ratio_change")
    assert [told[name] for name in names] == [0.0] * 5
    assert told["energies"] == 1


def test_every_fact_is_a_number(context) -> None:
    for lines in ((), (PAPER,), (PAPER, TWO_PIECES)):
        assert all(
            math.isfinite(value) for row in facts_of(context, *lines) for value in row.values()
        )
    none = region_facts([], (PAPER,), context.measured)
    assert none.shape == (0, len(EARLIER_FACTS))
    assert with_lumps(none, np.zeros(0)).shape == (0, len(FACTS))
    assert len(set(FACTS)) == len(FACTS)


@pytest.mark.parametrize(
    ("line", "enough"),
    [
        (PAPER, True),
        (Line(hs_code="480256", mass_kg=900.0), True),
        (TWO_PIECES, True),
        (Line(hs_code="780110", mass_kg=40.0), False),
        (Line(hs_code="780110", mass_kg=40.0, packages=0), False),
        (Line(hs_code="480256"), True),
        (Line(hs_code="780110", mass_kg=0.0, packages=4), False),
        (Line(hs_code="780110", packages=4), False),
        (Line(description="Paper", mass_kg=900.0), False),
    ],
)
def test_papers_tell_enough_with_codes_masses_and_packages_of_dense_goods(line, enough) -> None:
    assert tell_enough((PAPER, line)) is enough
    assert not tell_enough(())


def test_facts_are_those_that_released_trees_were_learned_from(context) -> None:
    """Trees know a fact by its name alone: one that is reckoned otherwise needs another name."""
    first = facts_of(context, PAPER, TWO_PIECES)[0]
    assert first == pytest.approx(PINNED, abs=2e-3)


def test_lines_of_dense_goods_that_lack_a_number_are_named() -> None:
    lacking = Line(hs_code="780110", mass_kg=40.0)
    assert untold((PAPER, lacking, TWO_PIECES, Line(hs_code="841391", packages=2))) == [2, 4]


def test_papers_move_the_odds_one_way_alone(context) -> None:
    """More declared pieces leave more room: facts that fall with them may only raise the odds."""
    few, many = facts_of(context, PAPER)[0], facts_of(context, PAPER, TWO_PIECES)[0]
    assert set(ROOM) < set(FACTS)
    for name, way in ROOM.items():
        assert way * (many[name] - few[name]) <= 0
