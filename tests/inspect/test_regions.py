from __future__ import annotations

import numpy as np
import pytest

from scanai.inspect.regions import distinct_regions

SHAPE = (160, 330)


def regions(*rows: tuple[float, ...]) -> np.ndarray:
    return np.array(rows, dtype=np.float32)


def test_boxes_seen_twice_count_once() -> None:
    rows = regions((10, 10, 50, 50, 0.6), (20, 20, 30, 30, 0.9), (100, 10, 120, 30, 0.5))
    assert [one.box for one in distinct_regions(rows, SHAPE)] == [
        (20, 20, 30, 30),
        (100, 10, 120, 30),
    ]


@pytest.mark.parametrize(
    "row",
    [
        (10, 10, 10, 30, 0.9),
        (30, 10, 20, 30, 0.9),
        (np.nan, 10, 20, 30, 0.9),
        (10, 10, 20, 30, 0.0),
        (10, 10, 20, 30, np.nan),
    ],
)
def test_boxes_that_hold_nothing_are_dropped(row: tuple[float, ...]) -> None:
    assert distinct_regions(regions(row), SHAPE) == []


def test_boxes_are_whole_pixels_inside_the_picture() -> None:
    (one,) = distinct_regions(regions((-4.2, 20.7, 30.1, 170.0, 1.2)), SHAPE)
    assert one == ((0, 20, 31, 160), 1.0, None)


def test_what_is_told_of_lumps_stays_with_its_box() -> None:
    rows = regions((100, 10, 120, 30, 0.5, -2.0), (20, 20, 30, 30, 0.9, 3.0))
    assert [one.lump for one in distinct_regions(rows, SHAPE)] == [3.0, -2.0]
