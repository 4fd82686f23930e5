from __future__ import annotations

import numpy as np
import pytest

from scanai.radiation.counting import passage_of
from scanai.radiation.n42_format import parse
from scanai.radiation.n42_write import n42_bytes
from scanai.synth.portal import Source, simulate_portal

EMPTY = np.zeros(100)


def passage(density=EMPTY, particle="gamma", seed=0, **more):
    reading = simulate_portal(np.random.default_rng(seed), density, 12.2, **more)
    return passage_of(reading, particle)


def test_the_same_seed_gives_the_same_file() -> None:
    first, second = (n42_bytes(simulate_portal(np.random.default_rng(5), EMPTY, 6.0)) for _ in "ab")
    assert first == second
    assert parse(first, "a.n42").speed_m_s == 2.2


def test_dense_cargo_hides_the_background_where_it_is() -> None:
    density = np.full(100, 20.0)
    density[60:80] = 300.0
    dense = passage(density)
    assert dense.lowest.high < 0.8
    middle = sum(dense.lowest.window) / 2 / dense.counts.size
    assert 0.5 < middle < 0.8
    assert dense.counts.sum() < 0.95 * dense.expected < 0.99 * passage().counts.sum()


def test_sources_add_what_they_say() -> None:
    assert passage(sources=[Source(6, 6, gamma_cps=400)]).p_value < 1e-6
    assert passage(particle="neutron", sources=[Source(6, 6, neutron_cps=8)]).p_value < 1e-6
    assert passage(particle="neutron", sources=[Source(6, 6, gamma_cps=400)]).p_value > 1e-3


def test_refuses_a_passage_that_cannot_be() -> None:
    with pytest.raises(ValueError, match="speed and a length above 0"):
        passage(speed_m_s=0.0)
