"""Assignment: mass is handed out whole, no line takes more than its share, dear lines take none."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanai.inspect.evidence.assignment import UNEXPLAINED_PRICE, assign
from scanai.inspect.evidence.reading import GoodsReading
from scanai.inspect.evidence.sections import Sections
from scanai.manifest.goods_groups import goods_group_of, goods_groups
from scanai.manifest.model import Line

PAPER, STEEL, TYRES = "4802", "7208", "4011"
GROUPS = len(goods_groups()) + 1


def reading(*rows: tuple[float, dict[str, float]]) -> GoodsReading:
    """Sections side by side: (kg, probability by heading's group)."""
    count = len(rows)
    probability = np.zeros((count, GROUPS))
    for row, (_, shares) in enumerate(rows):
        for heading, share in shares.items():
            probability[row, goods_group_of(heading).index] = share
    sections = Sections(
        boxes=np.array([(10 * n, 0, 10 * n + 10, 8) for n in range(count)], np.intp),
        long=np.zeros(count, np.bool_),
        apart=np.ones(count, np.bool_),
        kg=np.array([kg for kg, _ in rows]),
        area_m2=np.ones(count),
        features=np.zeros((count, 1)),
    )
    return GoodsReading(sections, (), probability[:, :1], probability)


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


def test_nothing_is_assigned_without_lines_or_load() -> None:
    assert assign(reading((500.0, {PAPER: 0.9})), []) is None
    assert assign(reading(), [line(PAPER, 1.0)]) is None


@given(
    rows=st.lists(
        st.tuples(st.floats(1, 1e4), st.floats(0, 1), st.floats(0, 1)), min_size=1, max_size=8
    ),
    masses=st.lists(st.floats(1, 1e4), min_size=2, max_size=2) | st.just([None, None]),
)
def test_mass_is_handed_out_whole_whatever_the_order_of_lines(rows, masses) -> None:
    seen = reading(*((kg, {PAPER: p * q, STEEL: p * (1 - q)}) for kg, p, q in rows))
    lines = [line(PAPER, masses[0]), line(STEEL, masses[1])]
    found, turned = assign(seen, lines), assign(seen, lines[::-1])
    assert found is not None
    assert turned is not None
    assert found.kg.min() >= -1e-6
    assert found.unexplained_kg.min() >= -1e-6
    whole = found.kg.sum(axis=1) + found.unexplained_kg
    assert whole == pytest.approx(seen.sections.kg, rel=1e-6)
    assert turned.misfit == pytest.approx(found.misfit, rel=1e-6, abs=1e-9)
    assert 0 <= found.misfit <= UNEXPLAINED_PRICE + 1e-9


def test_sixty_lines_and_more_are_taken_by_group() -> None:
    lines = [line(PAPER if n % 2 else STEEL, 10.0) for n in range(300)]
    found = assign(reading((1500.0, {PAPER: 0.9}), (1500.0, {STEEL: 0.9})), lines)
    assert found is not None
    assert found.kg.shape == (2, 300)
    assert found.kg[:, 0].sum() == pytest.approx(10.0)
    assert found.explained_share == pytest.approx(1.0)
