"""Texture: packages show in it by their size and spacing, whatever surrounds the goods."""

from __future__ import annotations

import math
from types import SimpleNamespace
from typing import cast

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from scanai.inspect.evidence.measured import Measured
from scanai.inspect.evidence.texture import LAGS_CM, TEXTURE, goods_pixels, texture

PITCH_MM = 5.0
FLOOR = 7.0
WHOLE = np.array([0]), np.array([64])


def measured(attenuation: NDArray[np.float64], pitch_mm: float = PITCH_MM) -> Measured:
    stand_in = SimpleNamespace(
        attenuation=attenuation[None].astype(np.float32),
        floor_attenuation=FLOOR,
        scan=SimpleNamespace(pitch_mm=(pitch_mm, pitch_mm)),
    )
    return cast("Measured", stand_in)


def texture_of(*told: object) -> NDArray[np.float64]:
    """Of a measured scan, its loaded cells and the ends of its sections."""
    return texture(goods_pixels(*told))  # type: ignore[arg-type]


def loaded(attenuation: NDArray[np.float64]) -> NDArray[np.bool_]:
    height, width = attenuation.shape
    return np.ones((-(-height // 8), -(-width // 8)), np.bool_)


def stacked(along_cm: float, down_cm: float, *, height: int = 400) -> NDArray[np.float64]:
    """Cartons: a load of attenuation 2 whose walls, 2 cm of them, attenuate a little more."""
    x, y = (np.arange(size) * PITCH_MM / 10 for size in (512, height))
    walls = ((x % along_cm) < 2)[None, :] | ((y % down_cm) < 2)[:, None]
    return np.asarray(2.0 + 0.3 * walls, np.float64)


def of(numbers: NDArray[np.float64], kind: str, lag: int) -> float:
    return float(numbers[TEXTURE.index(f"{kind}_at_{lag}_cm"), 0])


@pytest.mark.parametrize(("kind", "other"), [("along", "down"), ("columns", "rows")])
def test_a_stack_repeats_itself_at_the_size_of_its_packages(kind: str, other: str) -> None:
    picture = stacked(40.0, 25.0)
    found = texture_of(measured(picture), loaded(picture), *WHOLE)
    assert found.shape == (len(TEXTURE), 1)
    for one, size in ((kind, 40), (other, 25)):
        around = [lag for lag in LAGS_CM if lag >= 8 and lag % size]
        assert of(found, one, size) > 0.4
        assert of(found, one, size) > max(of(found, one, lag) for lag in around) + 0.3


def test_a_coarser_pixel_tells_the_same_sizes() -> None:
    picture = stacked(40.0, 20.0)
    coarse = picture.reshape(200, 2, 256, 2).mean(axis=(1, 3))
    fine = texture_of(measured(picture), loaded(picture), *WHOLE)
    again = texture_of(measured(coarse, 10.0), loaded(coarse), np.array([0]), np.array([32]))
    assert of(again, "along", 40) == pytest.approx(of(fine, "along", 40), abs=0.1)
    assert of(again, "down", 20) == pytest.approx(of(fine, "down", 20), abs=0.1)


def test_what_lies_outside_the_goods_or_the_section_changes_nothing() -> None:
    picture = stacked(40.0, 25.0)
    goods = loaded(picture)
    goods[:16] = False
    half = np.array([0]), np.array([32])
    before = texture_of(measured(picture), goods, *half)
    picture[:128] = 5.0 * np.random.default_rng(1).random((128, 512))
    picture[:, 512 - 64 :] = 0.0  # beyond the reach of the section's moving mean
    after = texture_of(measured(picture), goods, *half)
    assert after == pytest.approx(before, abs=1e-4)


def test_what_the_beam_does_not_get_through_has_no_texture() -> None:
    rng = np.random.default_rng(2)
    picture = FLOOR + rng.random((400, 512))
    found = texture_of(measured(picture), loaded(picture), *WHOLE)
    assert found[TEXTURE.index("along_variance"), 0] == pytest.approx(math.log(1e-5), abs=1e-3)
    assert np.abs(found[1:16]).max() < 1e-3


def test_pairs_too_far_apart_for_the_load_say_nothing() -> None:
    picture = stacked(40.0, 25.0, height=64)  # 32 cm
    found = texture_of(measured(picture), loaded(picture), *WHOLE)
    assert of(found, "down", 40) == 0.0
    assert of(found, "rows", 100) == 0.0
    assert of(found, "along", 40) > 0.4


def test_no_sections_no_texture() -> None:
    picture = stacked(40.0, 25.0)
    none = np.zeros(0, np.intp)
    assert texture_of(measured(picture), loaded(picture), none, none).shape == (len(TEXTURE), 0)


@given(
    seed=st.integers(0, 2**31),
    height=st.integers(8, 90),
    width=st.integers(8, 200),
    filled=st.floats(0, 1),
)
def test_any_load_has_a_finite_texture(seed: int, height: int, width: int, filled: float) -> None:
    rng = np.random.default_rng(seed)
    picture = rng.exponential(1.0, (height, width))
    goods = rng.random((-(-height // 8), -(-width // 8))) < filled
    ends = np.array([0]), np.array([goods.shape[1]])
    found = texture_of(measured(picture, 4.0), goods, *ends)
    variances = [number for number, name in enumerate(TEXTURE) if name.endswith("variance")]
    assert np.isfinite(found).all()
    assert np.abs(np.delete(found, variances, axis=0)).max() <= 1.0
