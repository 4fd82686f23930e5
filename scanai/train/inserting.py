"""What is put into a window each time it is shown: new threats, and honest goods like them.

A few thousand windows hold a few thousand threats; put in anew, no two batches have the same. The
physics is in `scanai.synth.insertion`; how often is the recipe's matter.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.random import Generator

from scanai.manifest.goods_groups import goods_group_of
from scanai.synth.concealment import draw_flat_shield, draw_shield
from scanai.synth.insertion import Inserted, full_view, insert, ray_point
from scanai.synth.look_alikes import draw_kind
from scanai.synth.placing import Piece
from scanai.synth.view import View
from scanai.train.network import GOODS_STRIDE
from scanai.train.recipe import TrainingRecipe
from scanai.train.regions import SHIELD_STRIDE
from scanai.train.windows import HIGH_Z, UNKNOWN, Window, share_of_cells, visible_to

# Among goods; else anywhere within the unit, its floor, walls and gaps.
_AMONG_GOODS = 0.75
# Attenuation of what belongs to the unit or its load.
_SOMETHING = 0.04
# Flat shields, of a false wall or a floor, and their thickness, m.
_FLAT_SHARE, _FLAT_M = 0.2, (0.015, 0.1)
_SECOND = 0.15
# Half of the inner width of a transport unit, m, and the heights of its load.
_HALF_WIDTH, _HEIGHTS = 1.05, (0.3, 2.4)
_MOST_LOOK_ALIKES = 3


def furnish(rng: Generator, window: Window, recipe: TrainingRecipe) -> Window:
    """The window with what the recipe wants put in; itself where that is nothing."""
    threats = look_alikes = 0
    # Drawn in any case: one window's chance must not move the next one's.
    chances = rng.random(3)
    if not len(window.boxes) and chances[0] < recipe.inserted_threats:
        threats = 2 if chances[2] < _SECOND else 1
    if chances[1] < recipe.inserted_look_alikes:
        look_alikes = int(rng.integers(1, _MOST_LOOK_ALIKES + 1))
    if not threats and not look_alikes:
        return window
    rays = full_view(window.profile, window.attenuation.shape[2])
    window = replace(
        window,
        attenuation=window.attenuation.copy(),
        goods=window.goods.copy(),
        shield=window.shield.copy(),
        declared=window.declared.copy(),
    )
    # Look-alikes first: a threat may lie behind one and still must show.
    if look_alikes:
        window = _with_look_alikes(rng, window, rays, look_alikes)
    for _ in range(threats):
        window = _with_threat(rng, window, rays)
    return window


def _with_threat(rng: Generator, window: Window, rays: View) -> Window:
    flat = rng.random() < _FLAT_SHARE
    shield = draw_flat_shield(rng, float(rng.uniform(*_FLAT_M))) if flat else draw_shield(rng)
    put = _put(rng, window, rays, shield.pieces, "shield")
    if put is None:
        return window
    share = share_of_cells(put.outline, put.window, window.shield.shape[1:], SHIELD_STRIDE)
    np.maximum(window.shield[0], share, out=window.shield[0])
    if shield.material in HIGH_Z:
        np.maximum(window.shield[1], share, out=window.shield[1])
    corners = _corners(put)
    visible = visible_to(put.d_prime, put.added_attenuation)
    boxes = np.vstack([window.boxes, [(*corners, visible)]]).astype(np.float32)
    focus = np.vstack([window.focus, [corners]]) if visible > 0 else window.focus
    return replace(window, boxes=boxes, focus=focus.astype(np.float32))


def _with_look_alikes(rng: Generator, window: Window, rays: View, count: int) -> Window:
    """Pieces of one kind, declared as what they are."""
    kind = draw_kind(rng)
    for _ in range(count):
        put = _put(rng, window, rays, kind.build(rng, kind), "cargo")
        if put is None:
            continue
        share = share_of_cells(put.outline, put.window, window.goods.shape, GOODS_STRIDE)
        window.goods[share > 0] = UNKNOWN
        focus = np.vstack([window.focus, [_corners(put)]]).astype(np.float32)
        window = replace(window, focus=focus)
    # An empty declaration stays one: the whole of it is false, or there is none.
    if window.declared.any():
        window.declared[goods_group_of(kind.heading).index] = 1.0
    return window


def _put(
    rng: Generator, window: Window, rays: View, pieces: Sequence[Piece], solid_role: str
) -> Inserted | None:
    row, column = _spot(rng, window)
    low, high = (-_HALF_WIDTH, _HALF_WIDTH) if rays.axes.forward[1] == 0 else _HEIGHTS
    y, z = ray_point(rays, row, float(rng.uniform(low, high)))
    centre = (float(rays.x[column]), y, z)
    return insert(rng, window.attenuation, window.profile, rays, pieces, centre, solid_role)


def _spot(rng: Generator, window: Window) -> tuple[int, int]:
    """Row and column of a pixel to lay the middle on."""
    cells = window.goods > 0
    if not cells.any() or rng.random() >= _AMONG_GOODS:
        high = window.attenuation[0, GOODS_STRIDE // 2 :: GOODS_STRIDE]
        cells = high[:, GOODS_STRIDE // 2 :: GOODS_STRIDE] > _SOMETHING
    places = np.flatnonzero(cells)
    place = int(places[rng.integers(places.size)]) if places.size else int(cells.size // 2)
    row, column = divmod(place, cells.shape[1])
    within = rng.integers(0, GOODS_STRIDE, 2)
    return row * GOODS_STRIDE + int(within[0]), column * GOODS_STRIDE + int(within[1])


def _corners(put: Inserted) -> tuple[float, float, float, float]:
    """x0, y0, x1, y1 of the silhouette, pixels."""
    rows, columns = (np.flatnonzero(put.outline.any(axis=axis)) for axis in (1, 0))
    top, left = put.window[0].start, put.window[1].start
    return (
        float(left + columns[0]),
        float(top + rows[0]),
        float(left + columns[-1] + 1),
        float(top + rows[-1] + 1),
    )
