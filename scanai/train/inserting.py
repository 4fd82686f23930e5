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
from scanai.synth.insertion import Inserted, full_view
from scanai.synth.look_alikes import draw_kind
from scanai.synth.placing import Piece
from scanai.synth.view import View
from scanai.train.network import GOODS_STRIDE
from scanai.train.putting import AMONG_GOODS, FLAT_M, SOMETHING, covered, pixel_in, put
from scanai.train.recipe import TrainingRecipe
from scanai.train.regions import SHIELD_STRIDE
from scanai.train.windows import HIGH_Z, UNKNOWN, Window, share_of_cells, visible_to

# Of all shields put in.
_FLAT_SHARE = 0.2
_SECOND = 0.15
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
    shield = draw_flat_shield(rng, float(rng.uniform(*FLAT_M))) if flat else draw_shield(rng)
    thing = _put(rng, window, rays, shield.pieces, "shield")
    if thing is None:
        return window
    share = share_of_cells(thing.outline, thing.window, window.shield.shape[1:], SHIELD_STRIDE)
    np.maximum(window.shield[0], share, out=window.shield[0])
    if shield.material in HIGH_Z:
        np.maximum(window.shield[1], share, out=window.shield[1])
    corners = covered(thing)
    visible = visible_to(thing.d_prime, thing.added_attenuation)
    boxes = np.vstack([window.boxes, [(*corners, visible)]]).astype(np.float32)
    focus = np.vstack([window.focus, [corners]]) if visible > 0 else window.focus
    return replace(window, boxes=boxes, focus=focus.astype(np.float32))


def _with_look_alikes(rng: Generator, window: Window, rays: View, count: int) -> Window:
    """Pieces of one kind, declared as what they are."""
    kind = draw_kind(rng)
    for _ in range(count):
        piece = _put(rng, window, rays, kind.build(rng, kind), "cargo")
        if piece is None:
            continue
        share = share_of_cells(piece.outline, piece.window, window.goods.shape, GOODS_STRIDE)
        window.goods[share > 0] = UNKNOWN
        focus = np.vstack([window.focus, [covered(piece)]]).astype(np.float32)
        window = replace(window, focus=focus)
    # An empty declaration stays one: the whole of it is false, or there is none.
    if window.declared.any():
        window.declared[goods_group_of(kind.heading).index] = 1.0
    return window


def _put(
    rng: Generator, window: Window, rays: View, pieces: Sequence[Piece], solid_role: str
) -> Inserted | None:
    pixel = _spot(rng, window)
    return put(rng, window.attenuation, window.profile, rays, pieces, pixel, solid_role)


def _spot(rng: Generator, window: Window) -> tuple[int, int]:
    """Row and column of a pixel to lay the middle on."""
    cells = window.goods > 0
    if not cells.any() or rng.random() >= AMONG_GOODS:
        high = window.attenuation[0, GOODS_STRIDE // 2 :: GOODS_STRIDE]
        cells = high[:, GOODS_STRIDE // 2 :: GOODS_STRIDE] > SOMETHING
    return pixel_in(rng, cells, GOODS_STRIDE)
