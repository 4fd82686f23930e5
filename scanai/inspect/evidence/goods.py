"""Goods: what the goods map shows against what the manifest declares.

Every cell counts with the mass it holds, so a thin curtain of something else weighs little. The map
is a set of probabilities and stays one: shares are expectations, not counts of the likeliest group.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from scanai.inspect.evidence.context import Box, Context
from scanai.inspect.evidence.measured import CELL
from scanai.inspect.maps import Maps
from scanai.inspect.report import Evidence, Finding, LinePlausibility
from scanai.manifest.goods_groups import GoodsGroup, goods_group_of, goods_groups
from scanai.manifest.model import Line, Manifest

SCORE = "undeclared_goods"
_NEARLY_ALL = 0.9  # in words only
_WINDOW_MM, _NEAR_MM = 800.0, 270.0
"""Sides of the windows that a region is judged and drawn by: a pallet, and a carton."""
_LEAST_FILLED = 0.25
"""Share of a window that shows goods, from which it is judged."""
_LEAST_CELLS = 0.01
"""Share of the goods whose likeliest undeclared group is this one, for it to be looked at."""
_LEAST_PROBABILITY = 1e-3
"""Below this the model's probabilities say no more than "hardly"."""


@dataclass(frozen=True)
class SeenGoods:
    """The goods map, weighted by mass."""

    grams: NDArray[np.float32]
    """(⌈H/8⌉, ⌈W/8⌉) mass of each cell that shows goods, transport unit included; 0 elsewhere."""
    shares: NDArray[np.float64]
    """(1 + groups,) expected share of that mass in each group; channel 0 is 0."""
    loaded_share: float
    """Share of the unit's side view that shows goods."""

    @property
    def main_group(self) -> GoodsGroup | None:
        return goods_groups()[int(self.shares.argmax()) - 1] if self.shares.any() else None


def seen_goods(maps: Maps, context: Context) -> SeenGoods:
    """What the picture shows. A cell shows goods where "nothing" is not its likeliest answer."""
    measured = context.measured
    x0, y0, x1, y1 = (value // CELL for value in measured.unit_box)
    loaded = maps.goods[1:].max(axis=0) > maps.goods[0]
    grams = np.where(loaded, measured.areal_density * measured.cell_area_cm2, 0.0)
    shares = np.zeros(maps.goods.shape[0])
    # Group by group: the product as one array would be 27 maps at once.
    something = np.maximum(1.0 - maps.goods[0], 1e-6)
    weight = grams / something
    shares[1:] = np.tensordot(maps.goods[1:], weight, axes=((1, 2), (0, 1)))
    if shares.sum() > 0:
        shares /= shares.sum()
    inside = loaded[y0 : max(y1, y0 + 1), x0 : max(x1, x0 + 1)]
    return SeenGoods(grams.astype(np.float32), shares, float(inside.mean()))


def short_title(group: GoodsGroup) -> str:
    """The title up to its list of examples."""
    return group.title.split(":")[0]


def declared_groups(manifest: Manifest) -> tuple[GoodsGroup, ...]:
    """The goods groups of all lines with a code, each once, in the order of the lines."""
    coded = (line for line in manifest.lines if line.coded)
    return tuple(dict.fromkeys(goods_group_of(line.hs_code) for line in coded))


def comparable_groups(manifest: Manifest | None) -> tuple[GoodsGroup, ...]:
    """The declared groups that a picture can be held against.

    None without a manifest, and none where a line has no code: it could explain any goods.
    """
    if manifest is None or not manifest.fully_coded:
        return ()
    return declared_groups(manifest)


def goods_findings(
    seen: SeenGoods, maps: Maps, context: Context, declared: Sequence[GoodsGroup]
) -> tuple[list[Finding], dict[str, float]]:
    """A finding for each region of goods that are not declared; the largest region's score.

    A region's score is the logarithm of how many times likelier the best undeclared group is than
    all declared ones together, averaged over the window where it is greatest: a model that takes
    one cargo for another does so cell by cell, and hardly ever over a window without a doubt. An
    empty unit or an empty declaration is judged by `emptiness`.
    """
    total = float(seen.grams.sum(dtype=np.float64))
    if not declared or total <= 0:
        return [], {}
    indices = [group.index for group in declared]
    if len(indices) == len(goods_groups()):
        return [], {SCORE: 0.0}
    pitch = context.measured.scan.pitch_mm
    loaded = seen.grams > 0
    logs = _logarithms(maps.goods, loaded, indices)
    wide = _likelier(logs, loaded, _window(_WINDOW_MM, pitch))
    near = _likelier(logs, loaded, _window(_NEAR_MM, pitch))
    labels, count = ndimage.label((near > 0) & loaded)
    if count == 0:
        return [], {SCORE: 0.0}
    scores = np.maximum(ndimage.maximum(wide, labels, np.arange(1, count + 1)), 0.0)
    boxes = ndimage.find_objects(labels)
    least = context.threshold("undeclared_ratio")
    findings = []
    for number in np.argsort(scores)[::-1]:
        if scores[number] < least:
            break
        where = boxes[number]
        weight = np.where(labels[where] == number + 1, seen.grams[where], 0.0)
        mixture = np.tensordot(maps.goods[:, *where], weight, axes=((1, 2), (0, 1)))
        mixture[[0, *indices]] = 0.0
        height, width = context.measured.attenuation.shape[1:]
        findings.append(
            _finding(
                ratio=float(scores[number]),
                box=(
                    where[1].start * CELL,
                    where[0].start * CELL,
                    min(where[1].stop * CELL, width),
                    min(where[0].stop * CELL, height),
                ),
                share=float(weight.sum(dtype=np.float64)) / total,
                looks_like=goods_groups()[int(mixture.argmax()) - 1],
                declared=declared,
                context=context,
            )
        )
    return findings, {SCORE: float(scores.max())}


def _window(side_mm: float, pitch_mm: tuple[float, float]) -> tuple[int, int]:
    """(rows, columns) of cells, odd."""
    across, along = (round(side_mm / (CELL * pitch)) // 2 * 2 + 1 for pitch in pitch_mm[::-1])
    return across, along


def _logarithms(
    goods: NDArray[np.float32], loaded: NDArray[np.bool_], declared: Sequence[int]
) -> NDArray[np.float32]:
    """(1 + n, ⌈H/8⌉, ⌈W/8⌉) of the probability of all declared groups, then of n others; 0 where
    no goods are."""
    others = np.array([index for index in range(1, len(goods)) if index not in declared])
    likeliest = np.bincount(goods[others].argmax(axis=0)[loaded], minlength=others.size)
    # What is hardly anywhere the likeliest wins no window, and each group costs a millisecond.
    others = others[likeliest >= _LEAST_CELLS * likeliest.sum()]
    both = np.concatenate([goods[declared].sum(axis=0, keepdims=True), goods[others]])
    logs: NDArray[np.float32] = np.log(np.maximum(both, _LEAST_PROBABILITY)) * loaded
    return logs


def _likelier(
    logs: NDArray[np.float32], loaded: NDArray[np.bool_], size: tuple[int, int]
) -> NDArray[np.float32]:
    """(⌈H/8⌉, ⌈W/8⌉) mean over the window of log(best undeclared group / all declared); ≤ 0: none.

    Cells without goods do not count, nor windows that hold next to none.
    """
    filled = ndimage.uniform_filter(loaded.astype(np.float32), size, mode="constant")
    means = [ndimage.uniform_filter(one, size, mode="constant") for one in logs]
    ratio = (np.maximum.reduce(means[1:]) - means[0]) / np.maximum(filled, _LEAST_FILLED)
    return np.where(filled >= _LEAST_FILLED, ratio, np.float32(0))


def _finding(
    *,
    ratio: float,
    box: Box,
    share: float,
    looks_like: GoodsGroup,
    declared: Sequence[GoodsGroup],
    context: Context,
) -> Finding:
    names = "; ".join(short_title(group) for group in declared[:3])
    more = f" and {len(declared) - 3} more" if len(declared) > 3 else ""
    if share >= _NEARLY_ALL:
        part = "Nearly the whole load"
    else:
        part = f"{100 * share:.0f} % of the load, {context.place(box)},"
    return Finding(
        kind="undeclared_goods",
        score=-math.expm1(-ratio),  # 0 when the declared goods are as likely
        p_value=context.p_value(SCORE, ratio),
        region=box,
        sentence=(
            f"{part} looks like “{short_title(looks_like)}”, which is not declared "
            f"(declared: {names}{more})."
        ),
        evidence=(
            Evidence(name="share of the seen mass", value=round(100 * share, 1), unit="%"),
            Evidence(
                name="likelier than the declared goods", value=round(math.exp(ratio)), unit="times"
            ),
        ),
    )


def line_plausibility(
    manifest: Manifest, seen: SeenGoods | None, loaded: bool
) -> tuple[LinePlausibility, ...]:
    """How well each line fits the picture. Lines of one group share what is seen of it.

    A line whose share of the declared mass is known is plausible as far as that share is seen; else
    as far as its group is seen at all, each group having an equal part. Of a line without code
    nothing can be told.
    """
    groups = [goods_group_of(line.hs_code) if line.coded else None for line in manifest.lines]
    expected = _expected_shares(manifest.lines)
    result = []
    for number, (line, group) in enumerate(zip(manifest.lines, groups, strict=True)):
        together = [i for i, other in enumerate(groups) if other == group]
        share = plausibility = None
        if group is None:
            reason = "No HS code is declared."
        elif seen is None or not loaded:
            what = "the picture gives no goods" if seen is None else "no goods are seen"
            reason = f"Cannot be told: {what}."
        else:
            expected_group = sum(expected[i] for i in together)
            of_group = float(seen.shares[group.index])
            share = of_group * expected[number] / expected_group
            plausibility = min(of_group / expected_group, 1.0)
            reason = (
                f"“{short_title(group)}” is {100 * of_group:.0f} % of the seen mass; "
                f"{100 * expected_group:.0f} % expected."
            )
        result.append(
            LinePlausibility(
                line=number + 1,
                hs_code=line.hs_code,
                goods_group="" if group is None else group.name,
                seen_share=share,
                plausibility=plausibility,
                reason=reason,
            )
        )
    return tuple(result)


def _expected_shares(lines: Sequence[Line]) -> list[float]:
    """Share of each line in the declared mass; equal parts where a line has no mass."""
    masses = [line.mass_kg for line in lines]
    known = [mass for mass in masses if mass]
    if len(known) < len(masses):
        return [1 / len(masses)] * len(masses)
    return [mass / sum(known) for mass in known]
