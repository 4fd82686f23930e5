"""Spacing: the size of a package is the first peak, however thick and uneven the load is."""

from __future__ import annotations

from types import SimpleNamespace
from typing import cast

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from scanai.inspect.evidence.measured import Measured
from scanai.inspect.evidence.spacing import SPACING, SPACINGS_CM, spacing
from scanai.inspect.evidence.texture import goods_pixels

PITCH_MM = 5.0
WHOLE = np.array([0]), np.array([64])
Picture = NDArray[np.float64]


def measured(attenuation: Picture, pitch_mm: float = PITCH_MM, floor: float = 7.0) -> Measured:
    stand_in = SimpleNamespace(
        attenuation=attenuation[None].astype(np.float32),
        floor_attenuation=floor,
        scan=SimpleNamespace(pitch_mm=(pitch_mm, pitch_mm)),
    )
    return cast("Measured", stand_in)


def spacing_of(*told: object) -> NDArray[np.float64]:
    """Of a measured scan, its loaded cells and the ends of its sections."""
    return spacing(goods_pixels(*told))  # type: ignore[arg-type]


def all_loaded(attenuation: Picture) -> NDArray[np.bool_]:
    height, width = attenuation.shape
    return np.ones((-(-height // 8), -(-width // 8)), np.bool_)


def cartons(along_cm: float, down_cm: float, gap: float = 0.1) -> Picture:
    """A load of attenuation 3 that grows thicker to the right, with gaps of 5 mm between cartons
    whose densities differ by a few percent."""
    rng = np.random.default_rng(2)
    x, y = (np.arange(size) * PITCH_MM / 10 for size in (512, 400))
    column, row = (x // along_cm).astype(int), (y // down_cm).astype(int)
    unlike = rng.normal(1.0, 0.03, (row[-1] + 1, column[-1] + 1))[row][:, column]
    gaps = (np.diff(column, append=column[-1]) > 0) | (np.diff(row, append=row[-1]) > 0)[:, None]
    return np.asarray(3.0 * unlike * (1 + x / 1000) - gap * gaps, np.float64)


def along(numbers: Picture) -> Picture:
    """(spacings,) of the first section."""
    start = SPACING.index("ends_along_variance") + 1
    return numbers[start : start + len(SPACINGS_CM), 0]


def down(numbers: Picture) -> Picture:
    start = SPACING.index("ends_down_variance") + 1
    return numbers[start : start + len(SPACINGS_CM), 0]


def first_peak_cm(repeats: Picture) -> float:
    """The shortest spacing that stands out nearly as far as any."""
    cm = np.array(SPACINGS_CM)
    inner = (repeats[1:-1] >= repeats[:-2]) & (repeats[1:-1] > repeats[2:]) & (cm[1:-1] > 10)
    peaks = np.flatnonzero(inner) + 1
    return float(cm[peaks[repeats[peaks] > 0.75 * repeats[peaks].max()][0]])


@pytest.mark.parametrize("size", [28.0, 33.0, 41.0, 58.0])
def test_packages_are_told_by_their_length_within_a_spacing(size: float) -> None:
    picture = cartons(size, 25.0)
    found = spacing_of(measured(picture), all_loaded(picture), *WHOLE)
    assert found.shape == (len(SPACING), 1)
    assert first_peak_cm(along(found)) == pytest.approx(size, rel=0.07)


@pytest.mark.parametrize("size", [18.0, 25.0, 36.0])
def test_tiers_are_told_by_their_height(size: float) -> None:
    picture = cartons(40.0, size)
    found = spacing_of(measured(picture), all_loaded(picture), *WHOLE)
    assert first_peak_cm(down(found)) == pytest.approx(size, rel=0.07)


def test_a_coarser_scanner_tells_the_same_sizes() -> None:
    picture = cartons(41.0, 25.0)
    coarse = picture.reshape(200, 2, 256, 2).mean(axis=(1, 3))
    cells = np.array([0]), np.array([32])
    found = spacing_of(measured(coarse, 2 * PITCH_MM), all_loaded(coarse), *cells)
    assert first_peak_cm(along(found)) == pytest.approx(41.0, rel=0.07)


def test_what_lies_outside_the_goods_or_the_section_changes_nothing() -> None:
    picture = cartons(41.0, 25.0)
    goods = all_loaded(picture)
    goods[:, 40:] = False
    section = np.array([0]), np.array([40])
    alone = spacing_of(measured(picture), goods, *section)
    other = picture.copy()
    other[:, 328:] = np.random.default_rng(1).normal(2, 1, (400, 184))
    np.testing.assert_allclose(spacing_of(measured(other), goods, *section), alone, atol=1e-6)


def test_sections_are_told_as_if_each_were_alone() -> None:
    picture = np.hstack((cartons(28.0, 25.0)[:, :256], cartons(52.0, 25.0)[:, :256]))
    both = spacing_of(measured(picture), all_loaded(picture), np.array([0, 32]), np.array([32, 64]))
    for number, (x0, x1) in enumerate(((0, 32), (32, 64))):
        one = spacing_of(measured(picture), all_loaded(picture), np.array([x0]), np.array([x1]))
        np.testing.assert_allclose(both[:, number], one[:, 0], atol=1e-9)


def test_a_load_without_edges_says_nothing() -> None:
    smooth = np.full((400, 512), 3.0)
    found = spacing_of(measured(smooth), all_loaded(smooth), *WHOLE)
    assert np.abs(along(found)).max() < 1e-6
    nothing = spacing_of(measured(smooth), np.zeros((50, 64), np.bool_), *WHOLE)
    assert (nothing == 0).all()
    assert spacing_of(measured(smooth), all_loaded(smooth), *np.empty((2, 0), int)).shape == (
        len(SPACING),
        0,
    )


@given(
    seed=st.integers(0, 2**32),
    height=st.integers(32, 120),
    width=st.integers(32, 200),
    pitch=st.floats(0.5, 50),
)
def test_numbers_are_finite_and_correlations_within_one(
    seed: int, height: int, width: int, pitch: float
) -> None:
    rng = np.random.default_rng(seed)
    picture = rng.normal(2, 1, (height, width))
    goods = rng.random((-(-height // 8), -(-width // 8))) < 0.7
    ends = np.array([2, -(-width // 8)])
    found = spacing_of(measured(picture, pitch), goods, np.array([0, 1]), ends)
    assert np.isfinite(found).all()
    assert np.abs(np.delete(found, [0, len(SPACING) // 2], axis=0)).max() <= 1
