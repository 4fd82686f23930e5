"""Made-up sections of a load and readings of them, for tests that need no picture."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from scanai.inspect.evidence.reading import GoodsReading
from scanai.inspect.evidence.sections import Sections, feature_names
from scanai.inspect.signatures import MOST_USUAL, Signatures, by_group, line_scores
from scanai.manifest.goods_groups import goods_group_of, goods_groups

PAPER, BOARD, STEEL, STEEL_BARS, TYRES = "4802", "4819", "7208", "7214", "4011"
SIGNED = (PAPER, BOARD, STEEL, STEEL_BARS, TYRES)
NOTHING = ""
Row = tuple[float, dict[str, float]]
"""kg of a section, and the probability of each heading; what is left to 1 is of tyres."""


def sections_of(
    *kg: float, long: Sequence[bool] = (), features: np.ndarray | None = None
) -> Sections:
    """Sections of 8 cells side by side from the left end of the test unit on; all apart but the
    long ones, which begin at the left end too."""
    count = len(kg)
    is_long = np.array(long or [False] * count, np.bool_)
    boxes, start = [], 1
    for one in is_long:
        x0, x1 = (1, 17) if one else (start, start + 8)
        boxes.append((x0, 8, x1, 17))
        start += 0 if one else 8
    return Sections(
        boxes=np.array(boxes, np.intp).reshape(-1, 4),
        long=is_long,
        apart=~is_long,
        kg=np.array(kg, np.float64),
        area_m2=np.full(count, 1.5),
        features=np.zeros((count, len(feature_names(0)))) if features is None else features,
        shown=np.ones(max([17, start]), np.bool_),
    )


def goods_reading(
    *rows: Row, headings: tuple[str, ...] = (), long: Sequence[bool] = ()
) -> GoodsReading:
    """By the signatures of these headings, else by goods groups alone."""
    known = headings or SIGNED
    if TYRES not in known:
        known = (*known, TYRES)
    read = np.zeros((len(rows), 1 + len(known)))
    for number, (_, shares) in enumerate(rows):
        for heading, share in shares.items():
            read[number, 0 if heading == NOTHING else 1 + known.index(heading)] += share
        read[number, 1 + known.index(TYRES)] += 1 - sum(shares.values())
    groups = by_group(known, read)
    sections = sections_of(*(kg for kg, _ in rows), long=long)
    if headings:
        return GoodsReading(sections, known, read, groups)
    return GoodsReading(sections, (), groups[:, :1], groups)


def signatures_of(
    *headings: str,
    lines: dict[str, list[float]] | None = None,
    sure: float = 4.0,
    goods_features: int = 0,
) -> Signatures:
    """Goes by the goods map alone: a heading is as likely as the map holds its group for. Mass is
    left as it is seen."""
    features = feature_names(goods_features)
    weights = np.zeros((1 + len(headings), len(features)))
    weights[0, 0] = sure
    names = ["nothing", *(group.name for group in goods_groups())]
    for row, heading in enumerate(headings, start=1):
        weights[row, names.index(goods_group_of(heading).name)] = sure
    return Signatures(
        headings=headings,
        features=features,
        mean=(0.0,) * len(features),
        spread=(1.0,) * len(features),
        # Logarithms of probabilities, lifted above 0, pass the hidden layer as they are; all
        # classes are lifted alike.
        hidden_weights=tuple(tuple(row) for row in np.eye(len(features)).tolist()),
        hidden_bias=(MOST_USUAL,) * len(features),
        weights=tuple(tuple(row) for row in weights.tolist()),
        bias=(0.0,) * (1 + len(headings)),
        mass_weights=(0.0,) * len(features),
        mass_bias=0.0,
        lines=line_scores(lines or {headings[0]: np.linspace(0, 3, 61).tolist()}),
        scans=61,
        seeds=(9,),
    )
