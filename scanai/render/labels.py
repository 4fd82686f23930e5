"""Where the labels of boxes go: near their own box, over no other label, hiding little.

Plain geometry, for the annotated picture in its pixels and for the page in those of a stage of the
usual size. What labels say is in `words`; how they look is left to both.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Box = tuple[int, int, int, int]
"""x0, y0, x1, y1; half-open"""
Boxes = NDArray[np.int64]
"""(N, 4)"""

# Hiding a quarter of a box is as bad as standing one height of the label away from one's own.
_HIDING = 4.0
_GOOD = 0.5
"""The first place that costs less is taken; the cheapest one where none does."""


@dataclass(frozen=True)
class Place:
    """Room for one label, and how it is tied to its box."""

    room: Box
    at_right: bool
    at_bottom: bool
    """The corner of the room that a label smaller than its room keeps to."""
    leader: tuple[int, int, int, int] | None
    """Line from the box (x, y) to that corner (x, y), where the label is not right beside."""


def place_labels(
    boxes: Sequence[Box], sizes: Sequence[tuple[int, int]], canvas: tuple[int, int], gap: int
) -> list[Place | None]:
    """A place for the label of each box; the first choose first.

    sizes: (width, height) of each label; canvas: (width, height); gap: between label and box.
    None where the other labels leave no room.
    """
    everything = _table(boxes)
    rooms: list[Box | None] = []
    for box, size in zip(boxes, sizes, strict=True):
        taken = _table([room for room in rooms if room is not None])
        rooms.append(_room(box, size, canvas, gap, everything, taken))
    return [
        None if room is None else _tied(room, box, gap)
        for room, box in zip(rooms, boxes, strict=True)
    ]


def _room(
    box: Box, size: tuple[int, int], canvas: tuple[int, int], gap: int, boxes: Boxes, taken: Boxes
) -> Box | None:
    spare = np.subtract(canvas, size)
    if spare.min() < 0:
        return None
    for corners in (_beside(box, size, gap), _everywhere(box, size, canvas, gap)):
        corners = np.clip(corners, 0, spare)
        rooms = np.concatenate([corners, corners + size], axis=1)
        rooms = rooms[~_overlap(rooms, taken).any(axis=1)]
        cost = _cost(rooms, box, boxes, size[1])
        good = np.flatnonzero(cost < _GOOD)
        if good.size:
            return _box(rooms[good[0]])
    return _box(rooms[cost.argmin()]) if len(rooms) else None


def _beside(box: Box, size: tuple[int, int], gap: int) -> Boxes:
    """(N, 2) corners x0, y0 of labels beside a box, the most usual first, then inside it."""
    x0, y0, x1, y1 = box
    width, height = size
    above, below, left, right = y0 - gap - height, y1 + gap, x0 - gap - width, x1 + gap
    return np.array(
        [
            *((x0, above), (x1 - width, above), (x0, below), (x1 - width, below)),
            *((right, y0), (left, y0), (right, y1 - height), (left, y1 - height)),
            (x0 + gap, y0 + gap),
        ]
    )


def _everywhere(box: Box, size: tuple[int, int], canvas: tuple[int, int], gap: int) -> Boxes:
    """(N, 2) corners of labels all over the canvas, after those beside the box."""
    x, y = np.meshgrid(
        np.arange(0, canvas[0], size[1]), np.arange(0, canvas[1], max(size[1] // 2, 1))
    )
    return np.concatenate([_beside(box, size, gap), np.stack([x.ravel(), y.ravel()], axis=1)])


def _cost(rooms: Boxes, box: Box, boxes: Boxes, height: int) -> NDArray[np.float64]:
    """(N,) distance from the own box in heights, and what is hidden of all boxes."""
    area = np.maximum((boxes[:, 2:] - boxes[:, :2]).prod(axis=1), 1)
    hidden = (_overlap(rooms, boxes) / area).sum(axis=1)
    apart = np.maximum(np.maximum(rooms[:, :2] - box[2:], box[:2] - rooms[:, 2:]), 0)
    return np.asarray(np.hypot(apart[:, 0], apart[:, 1]) / height + _HIDING * hidden)


def _overlap(a: Boxes, b: Boxes) -> Boxes:
    """(N, M) area that each of a shares with each of b."""
    low = np.maximum(a[:, None, :2], b[None, :, :2])
    high = np.minimum(a[:, None, 2:], b[None, :, 2:])
    return np.asarray(np.maximum(high - low, 0).prod(axis=2))


def _tied(room: Box, box: Box, gap: int) -> Place:
    at_right = _far_end((room[0], room[2]), (box[0], box[2]))
    at_bottom = _far_end((room[1], room[3]), (box[1], box[3]))
    x, y = room[2 if at_right else 0], room[3 if at_bottom else 1]
    nearest = int(np.clip(x, box[0], box[2])), int(np.clip(y, box[1], box[3]))
    apart = max(room[0] - box[2], box[0] - room[2], room[1] - box[3], box[1] - room[3])
    return Place(room, at_right, at_bottom, (*nearest, x, y) if apart > 2 * gap else None)


def _far_end(room: tuple[int, int], box: tuple[int, int]) -> bool:
    """Whether the upper end of the room along one axis is the one that is tied to the box."""
    if room[1] <= box[0] or room[0] >= box[1]:
        return room[1] <= box[0]
    return abs(room[1] - box[1]) < abs(room[0] - box[0])


def _table(boxes: Sequence[Box]) -> Boxes:
    return np.array(boxes, dtype=np.int64).reshape(-1, 4)


def _box(row: Boxes) -> Box:
    x0, y0, x1, y1 = row.tolist()
    return x0, y0, x1, y1
