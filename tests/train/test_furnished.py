from __future__ import annotations

import msgspec
import numpy as np
import pytest

from scanai.inspect.bundle import load_bundle
from scanai.scan.model import Scan
from scanai.train.furnished import PIECES, SHIELDS, furnished
from scanai.train.shared_scan import SharedScan
from scanai.train.trials import fresh_scans


@pytest.fixture(scope="module")
def scan(untrained_bundle) -> Scan:
    recipe = fresh_scans(load_bundle(untrained_bundle).metadata, 81, 1, {"benign": 1.0})
    return SharedScan(msgspec.structs.replace(recipe, x_window_px=512), 0).scan


@pytest.mark.parametrize("seed", range(4))
def test_what_is_put_in_attenuates_where_it_is_said_to_lie(scan: Scan, seed: int) -> None:
    more, put = furnished(np.random.default_rng(seed), scan)
    assert 1 <= len(put) <= SHIELDS + PIECES
    added = more.attenuation[0] - scan.attenuation[0]
    inside = np.zeros(added.shape, bool)
    for one in put:
        x0, y0, x1, y1 = one.box
        inside[y0:y1, x0:x1] = True
        assert added[y0:y1, x0:x1].max() > 0.12 or not one.shows
    # Noise apart, all that changed lies there, within the blur and the packing of pieces.
    assert added[inside].mean() > 10 * abs(added[~inside].mean())


def test_equal_states_put_in_the_same(scan: Scan) -> None:
    first, second = (furnished(np.random.default_rng(5), scan) for _ in range(2))
    assert first[1] == second[1]
    assert np.array_equal(first[0].transmission, second[0].transmission)


def test_the_scan_itself_stays_as_it_is(scan: Scan) -> None:
    before = scan.transmission.copy()
    furnished(np.random.default_rng(6), scan)
    assert np.array_equal(scan.transmission, before)
