from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanai.inspect.region_crops import CLOSE, TOLD, WIDE, region_crops

PITCH = (5.0, 4.0)
SHAPE = (120, 200)


def boxes(*rows: tuple[int, int, int, int]) -> np.ndarray:
    return np.array(rows, np.float64).reshape(-1, 4)


def noise(energies: int = 2) -> np.ndarray:
    return np.random.default_rng(1).uniform(0, 6, (energies, *SHAPE)).astype(np.float32)


def test_a_cell_is_the_mean_of_its_part_of_the_picture() -> None:
    # 12 px from the middle and 6 beyond: 48 px over 32 cells along, as many across.
    attenuation = noise()
    close = region_crops(attenuation, boxes((80, 40, 104, 64)), PITCH).close
    half = (104 - 80) / 2 * 1.5 + 6
    first = attenuation[0, int(52 - half) : int(52 + half), int(92 - half) : int(92 + half)]
    # Two cells are three pixels.
    assert close[0, 0, :2, :2].mean() == pytest.approx(first[:3, :3].mean(), rel=1e-5)
    assert close[0, 0].mean() == pytest.approx(first.mean(), rel=1e-5)


@given(
    x=st.integers(0, SHAPE[1] - 1),
    y=st.integers(0, SHAPE[0] - 1),
    wide=st.integers(1, 80),
    high=st.integers(1, 80),
)
def test_even_attenuation_stays_what_it_is_inside_and_falls_to_nothing_beyond(
    x: int, y: int, wide: int, high: int
) -> None:
    even = np.full((1, *SHAPE), 2.0, np.float32)
    box = (x, y, min(x + wide, SHAPE[1]), min(y + high, SHAPE[0]))
    crops = region_crops(even, boxes(box), PITCH)
    for seen in (crops.close, crops.wide):
        assert seen.min() >= 0.0
        assert seen.max() == pytest.approx(2.0, abs=1e-4)
        assert np.array_equal(seen[:, 0], seen[:, 1])


def test_beyond_the_picture_is_open_beam() -> None:
    crops = region_crops(noise(), boxes((0, 0, 4, 4)), PITCH)
    assert crops.wide[0, :, :10, :10].max() == 0.0
    assert crops.wide[0, :, -1, -1].min() > 0.0


def test_near_tells_the_region_itself_and_all_others() -> None:
    crops = region_crops(noise(), boxes((80, 40, 104, 64), (110, 40, 120, 64)), PITCH)
    px_of_cell = (24 + 2 * 400 / PITCH[0]) / WIDE * (24 + 2 * 400 / PITCH[1]) / WIDE
    assert crops.near[0, 0].sum() * px_of_cell == pytest.approx(24 * 24, rel=1e-4)
    assert crops.near[0, 1].sum() * px_of_cell == pytest.approx(10 * 24, rel=1e-4)
    assert region_crops(noise(), boxes((80, 40, 104, 64)), PITCH).near[0, 1].max() == 0.0


@pytest.mark.parametrize("energies", [1, 2])
def test_what_is_told_beside_the_crops(energies: int) -> None:
    told = region_crops(noise(energies), boxes((80, 40, 104, 64)), PITCH).told[0]
    assert dict(zip(TOLD, told.tolist(), strict=True)) == pytest.approx(
        {
            "dual": energies - 1.0,
            "width": np.log(1.2),
            "height": np.log(0.96),
            "pitch_along": 0.0,
            "pitch_across": np.log(0.8),
            "place_across": 52 / 120,
        },
        abs=1e-6,
    )


def test_no_regions_give_no_crops() -> None:
    crops = region_crops(noise(), boxes(), PITCH)
    assert [one.shape for one in crops] == [
        (0, 2, CLOSE, CLOSE),
        (0, 2, WIDE, WIDE),
        (0, 2, WIDE, WIDE),
        (0, len(TOLD)),
    ]
