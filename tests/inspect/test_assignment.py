"""Assignment: mass is handed out whole, no line takes more than its share, dear lines take none."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from reading_making import BOARD, PAPER, STEEL, TYRES, Row
from reading_making import goods_reading as reading

from scanai.inspect.evidence.assignment import UNEXPLAINED_PRICE, assign
from scanai.manifest.model import Line


def line(code: str, mass_kg: float | None) -> Line:
    return Line(hs_code=code, mass_kg=mass_kg, description="goods")


def test_each_section_goes_to_the_line_that_it_looks_like() -> None:
    found = assign(
        reading((600.0, {PAPER: 0.9}), (400.0, {STEEL: 0.9})),
        [line(PAPER, 600.0), line(STEEL, 400.0)],
    )
    assert found is not None
    assert found.kg.tolist() == [[600.0, 0.0], [0.0, 400.0]]
    assert found.explained_share == pytest.approx(1.0)
    assert found.misfit == pytest.approx(-np.log(0.9))


def test_goods_that_no_line_declares_stay_unexplained() -> None:
    found = assign(reading((600.0, {PAPER: 0.9}), (400.0, {TYRES: 0.95})), [line(PAPER, None)])
    assert found is not None
    assert found.unexplained_kg.tolist() == [0.0, 400.0]
    assert found.explained_share == pytest.approx(0.6)


def test_the_area_that_is_unexplained_is_told_beside_the_mass() -> None:
    one = reading((600.0, {PAPER: 0.9}), (300.0, {TYRES: 0.95}), (0.0, {PAPER: 0.9}))
    sections = replace(one.sections, area_m2=np.array([1.0, 2.0, 1.0]))
    found = assign(replace(one, sections=sections), [line(PAPER, None)])
    assert found is not None
    assert found.explained_share == pytest.approx(2 / 3)
    assert found.unexplained_area_share(sections) == pytest.approx(0.5)


def test_the_more_unlike_all_lines_a_load_looks_the_more_its_unexplained_mass_costs() -> None:
    misfits = []
    for share in (0.04, 0.01, 1e-4):
        found = assign(reading((500.0, {TYRES: 1 - share, PAPER: share})), [line(PAPER, 500.0)])
        assert found is not None
        assert found.unexplained_kg.tolist() == [500.0]
        misfits.append(found.misfit)
    assert misfits == pytest.approx([-np.log(0.04), -np.log(0.01), -np.log(1e-4)])


def test_a_line_takes_no_more_than_its_share_of_the_declared_mass() -> None:
    found = assign(
        reading((500.0, {PAPER: 0.9}), (500.0, {STEEL: 0.9})),
        [line(PAPER, 900.0), line(STEEL, 100.0)],
    )
    assert found is not None
    # A tenth is declared, a quarter of it and 3 % of the load are slack.
    assert found.kg[:, 1].sum() == pytest.approx(1000 * (0.1 * 1.25 + 0.03))
    assert found.misfit > -np.log(0.9)


def test_a_line_without_code_could_be_any_goods() -> None:
    found = assign(reading((500.0, {TYRES: 0.99})), [line("", 500.0)])
    assert found is not None
    assert found.explained_share == pytest.approx(1.0)
    assert found.misfit < UNEXPLAINED_PRICE


def test_lines_of_one_code_get_their_shares_of_the_same_part() -> None:
    seen = reading((500.0, {PAPER: 0.9}), (300.0, {PAPER: 0.7}), (200.0, {STEEL: 0.9}))
    found = assign(seen, [line(PAPER, 400.0), line(STEEL, 200.0), line(PAPER, 400.0)])
    assert found is not None
    assert found.kg[:, 0] == pytest.approx(found.kg[:, 2])
    assert found.kg.sum(axis=0) == pytest.approx([400.0, 200.0, 400.0])


def test_nothing_is_assigned_without_lines_or_load() -> None:
    assert assign(reading((500.0, {PAPER: 0.9})), []) is None
    assert assign(reading(), [line(PAPER, 1.0)]) is None


CODES = (PAPER, BOARD, STEEL, "8703", "")
KG = st.floats(1, 3e4)
ROWS = st.lists(
    st.tuples(KG, st.dictionaries(st.sampled_from([PAPER, STEEL]), st.floats(0, 0.5))),
    min_size=1,
    max_size=8,
)
MASSES = st.lists(st.tuples(st.sampled_from(CODES), KG), min_size=1, max_size=6)
LINES = MASSES.map(lambda told: [line(*one) for one in told])
SOME_WITHOUT_MASS = LINES.map(lambda lines: [*lines, line(STEEL, None)])


@given(rows=ROWS, lines=LINES | SOME_WITHOUT_MASS)
def test_every_kilogram_is_handed_out_once(rows: list[Row], lines: list[Line]) -> None:
    seen = reading(*rows)
    found = assign(seen, lines)
    assert found is not None
    assert found.kg.shape == (len(rows), len(lines))
    total = seen.sections.kg.sum()
    # The solver's own tolerance, nothing beyond it.
    assert found.kg.min() >= -1e-9 * total
    assert found.unexplained_kg.min() >= -1e-9 * total
    whole = found.kg.sum(axis=1) + found.unexplained_kg
    assert whole == pytest.approx(seen.sections.kg, rel=1e-6)
    assert found.total_kg == pytest.approx(total)
    assert 0 <= found.explained_share <= 1 + 1e-9
    assert 0 <= found.misfit <= -np.log(1e-6) + 1e-9


@given(rows=ROWS, lines=LINES)
def test_no_line_takes_more_than_its_share_and_slack(rows: list[Row], lines: list[Line]) -> None:
    found = assign(reading(*rows), lines)
    assert found is not None
    declared = np.array([one.mass_kg for one in lines])
    most = found.total_kg * (1.25 * declared / declared.sum() + 0.03)
    assert (found.kg.sum(axis=0) <= most * (1 + 1e-6)).all()


@given(rows=ROWS, lines=LINES | SOME_WITHOUT_MASS, less=st.floats(0, 1))
def test_a_load_that_looks_less_like_a_line_fits_no_better(
    rows: list[Row], lines: list[Line], less: float
) -> None:
    # What paper loses in each section goes to tyres, which no line declares.
    worse = [
        (kg, {code: share * (less if code == PAPER else 1) for code, share in shares.items()})
        for kg, shares in rows
    ]
    before, after = assign(reading(*rows), lines), assign(reading(*worse), lines)
    assert before is not None
    assert after is not None
    assert after.misfit >= before.misfit - 1e-6


@given(rows=ROWS, lines=LINES | SOME_WITHOUT_MASS, order=st.randoms(use_true_random=False))
def test_the_order_of_lines_does_not_matter(rows: list[Row], lines: list[Line], order) -> None:
    turned = list(lines)
    order.shuffle(turned)
    one, other = assign(reading(*rows), lines), assign(reading(*rows), turned)
    assert one is not None
    assert other is not None
    assert other.misfit == pytest.approx(one.misfit, rel=1e-6, abs=1e-6)


def test_sections_that_overlap_are_handed_out_once() -> None:
    seen = reading(
        (500.0, {PAPER: 0.9}),
        (500.0, {PAPER: 0.9}),
        (1000.0, {PAPER: 0.1}),
        long=[False, False, True],
    )
    found = assign(seen, [line(PAPER, 1000.0)])
    assert found is not None
    assert found.total_kg == pytest.approx(1000.0)
    assert found.misfit == pytest.approx(-np.log(0.9))


def test_what_shows_nothing_may_be_of_any_line() -> None:
    found = assign(reading((500.0, {PAPER: 0.4, "": 0.5})), [line(PAPER, 500.0)])
    assert found is not None
    assert found.misfit == pytest.approx(-np.log(0.9))


def test_sixty_lines_and_more_are_taken_by_group() -> None:
    lines = [line(PAPER if n % 2 else STEEL, 10.0) for n in range(300)]
    found = assign(reading((1500.0, {PAPER: 0.9}), (1500.0, {STEEL: 0.9})), lines)
    assert found is not None
    assert found.kg.shape == (2, 300)
    assert found.kg[:, 0].sum() == pytest.approx(10.0)
    assert found.explained_share == pytest.approx(1.0)


def test_long_declarations_and_long_units_are_handed_out_all_the_same() -> None:
    # As long as the solver is asked for each code alone, and a declaration of a thousand.
    rows = [(100.0 + n, {PAPER: 0.9 if n % 2 else 0.3, STEEL: 0.1}) for n in range(24)]
    for count in (60, 1000):
        lines = [line(CODES[n % len(CODES)], 1.0 + n) for n in range(count)]
        found = assign(reading(*rows), lines)
        assert found is not None
        assert found.kg.shape == (24, count)
        assert found.total_kg == pytest.approx(sum(kg for kg, _ in rows))
        declared = np.array([one.mass_kg for one in lines])
        most = found.total_kg * (1.25 * declared / declared.sum() + 0.03)
        assert (found.kg.sum(axis=0) <= most * (1 + 1e-6)).all()
