"""Places of labels: apart from each other, inside the canvas, near their boxes."""

from __future__ import annotations

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanai.render.labels import Box, place_labels

CANVAS = (300, 200)


def overlap(a: Box, b: Box) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


def rooms(boxes: list[Box], size: tuple[int, int] = (60, 14)) -> list[Box]:
    places = place_labels(boxes, [size] * len(boxes), CANVAS, gap=3)
    return [place.room for place in places if place is not None]


@st.composite
def box(draw: st.DrawFn) -> Box:
    x0, y0 = draw(st.integers(0, CANVAS[0] - 1)), draw(st.integers(0, CANVAS[1] - 1))
    x1, y1 = draw(st.integers(x0 + 1, CANVAS[0])), draw(st.integers(y0 + 1, CANVAS[1]))
    return x0, y0, x1, y1


@given(st.lists(box(), max_size=12))
def test_labels_stay_apart_and_on_the_canvas(boxes: list[Box]) -> None:
    found = rooms(boxes)
    assert len(found) == len(boxes)
    assert all(min(room) >= 0 and room[2] <= CANVAS[0] and room[3] <= CANVAS[1] for room in found)
    assert not any(overlap(a, b) for a, b in combinations(found, 2))


@pytest.mark.parametrize(
    ("box", "room"),
    [
        ((100, 80, 130, 100), (100, 63, 160, 77)),
        ((100, 2, 130, 22), (100, 25, 160, 39)),
        ((280, 80, 300, 100), (240, 63, 300, 77)),
        ((0, 0, 300, 200), (0, 0, 60, 14)),
    ],
    ids=["above", "below at the top", "in line at the right end", "inside what fills the canvas"],
)
def test_lone_label_stands_beside_its_box(box: Box, room: Box) -> None:
    assert rooms([box]) == [room]


def test_label_does_not_hide_a_neighbour() -> None:
    row: list[Box] = [(60 + 20 * i, 90, 80 + 20 * i, 105) for i in range(4)]
    assert not any(overlap(room, box) for room in rooms(row) for box in row)


def test_leader_goes_from_the_box_to_the_label_where_that_stands_apart() -> None:
    same: list[Box] = [(140, 90, 160, 104)] * 9
    places = [place for place in place_labels(same, [(60, 14)] * 9, CANVAS, gap=3) if place]
    assert places[0].leader is None
    led = [place for place in places if place.leader is not None]
    assert led
    for place in led:
        x, y, to_x, to_y = place.leader or (0, 0, 0, 0)
        assert 140 <= x <= 160
        assert 90 <= y <= 104
        assert to_x == place.room[2 if place.at_right else 0]
        assert to_y == place.room[3 if place.at_bottom else 1]


def test_no_label_where_there_is_no_room() -> None:
    assert place_labels([(0, 0, 9, 9)], [(400, 14)], CANVAS, gap=3) == [None]
    full = place_labels([(0, 0, 9, 9)] * 3, [(300, 90)] * 3, CANVAS, gap=3)
    assert [place is None for place in full] == [False, False, True]
