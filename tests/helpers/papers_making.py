"""Simulated declarations without a picture: cheap enough for thousands in one test."""

from __future__ import annotations

import numpy as np
from numpy.random import Generator

from scanai.manifest.model import Manifest
from scanai.synth import papers
from scanai.synth.cargo import library
from scanai.synth.paperwork import with_paperwork
from scanai.synth.scene import TransportUnit

UNIT = TransportUnit("40HC", length=12.19, width=2.44, height=2.9, tare_kg=3900.0)


def plain_declaration(rng: Generator) -> Manifest:
    """One to three consignments as `papers` declares them, nothing around them."""
    count = int(rng.choice([1, 2, 3], p=[0.62, 0.26, 0.12]))
    goods = [library()[index] for index in rng.choice(len(library()), count, replace=False)]
    mass = float(rng.uniform(8000, 26_000))
    shares = rng.dirichlet(np.ones(count))
    lines = [
        papers.goods_line(rng, papers.Shipped(one, max(50.0, mass * share)))
        for one, share in zip(goods, shares, strict=True)
    ]
    return papers.honest(rng, UNIT, lines)


def declarations(seed: int, count: int, *, false: bool) -> list[Manifest]:
    """With their paperwork."""
    rng = np.random.default_rng(seed)
    return [with_paperwork(rng, plain_declaration(rng), false) for _ in range(count)]
