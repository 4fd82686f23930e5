"""Goods: what the goods map shows against what the manifest declares.

Every cell counts with the mass it holds, so a thin curtain of something else weighs little. The map
is a set of probabilities and stays one: shares are expectations, not counts of the likeliest group.
"""

from __future__ import annotations

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
    """The goods groups of all lines, each once, in the order of the lines."""
    return tuple(dict.fromkeys(goods_group_of(line.hs_code) for line in manifest.lines))


def goods_findings(
    seen: SeenGoods, maps: Maps, context: Context, declared: Sequence[GoodsGroup]
) -> tuple[list[Finding], dict[str, float]]:
    """A finding for each region of goods that are not declared; the largest region's score.

    An empty unit or an empty declaration is judged by `emptiness`.
    """
    total = float(seen.grams.sum(dtype=np.float64))
    if not declared or total <= 0:
        return [], {}
    doubt = ndimage.uniform_filter(maps.undeclared, 3, mode="nearest")
    apart = (doubt >= context.threshold("undeclared_probability")) & (seen.grams > 0)
    labels, count = ndimage.label(apart)
    if count == 0:
        return [], {SCORE: 0.0}
    scores = ndimage.sum_labels(seen.grams * doubt, labels, np.arange(1, count + 1)) / total
    boxes = ndimage.find_objects(labels)
    least = context.threshold("undeclared_share")
    findings = []
    for number in np.argsort(scores)[::-1]:
        if scores[number] < least:
            break
        where = boxes[number]
        weight = np.where(labels[where] == number + 1, seen.grams[where], 0.0)
        mixture = np.tensordot(maps.goods[:, *where], weight, axes=((1, 2), (0, 1)))
        mixture[[0, *(group.index for group in declared)]] = 0.0
        height, width = context.measured.attenuation.shape[1:]
        findings.append(
            _finding(
                score=float(scores[number]),
                box=(
                    where[1].start * CELL,
                    where[0].start * CELL,
                    min(where[1].stop * CELL, width),
                    min(where[0].stop * CELL, height),
                ),
                share=float(weight.sum(dtype=np.float64)) / total,
                confidence=float(mixture.max() / max(weight.sum(dtype=np.float64), 1e-9)),
                looks_like=goods_groups()[int(mixture.argmax()) - 1],
                declared=declared,
                context=context,
            )
        )
    return findings, {SCORE: float(scores.max())}


def _finding(
    *,
    score: float,
    box: Box,
    share: float,
    confidence: float,
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
        score=min(score, 1.0),
        p_value=context.p_value(SCORE, score),
        region=box,
        sentence=(
            f"{part} looks like “{short_title(looks_like)}”, which is not declared "
            f"(declared: {names}{more})."
        ),
        evidence=(
            Evidence(name="share of the seen mass", value=round(100 * share, 1), unit="%"),
            Evidence(
                name=f"looks like {short_title(looks_like)}",
                value=round(100 * confidence),
                unit="%",
            ),
        ),
    )


def line_plausibility(
    manifest: Manifest, seen: SeenGoods | None, loaded: bool
) -> tuple[LinePlausibility, ...]:
    """How well each line fits the picture. Lines of one group share what is seen of it.

    A line whose share of the declared mass is known is plausible as far as that share is seen; else
    as far as its group is seen at all, each group having an equal part.
    """
    groups = [goods_group_of(line.hs_code) for line in manifest.lines]
    expected = _expected_shares(manifest.lines)
    result = []
    for number, (line, group) in enumerate(zip(manifest.lines, groups, strict=True)):
        together = [i for i, other in enumerate(groups) if other == group]
        if seen is None or not loaded:
            what = "the picture gives no goods" if seen is None else "no goods are seen"
            share = plausibility = None
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
                goods_group=group.name,
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
