"""Lumps are learned from crops: what stands out of its surroundings is told from what does not."""

from __future__ import annotations

import numpy as np
import onnxruntime
import pytest
import torch
from record_making import labelled, record

from scanai.errors import BundleError, InputError
from scanai.train import lump_fit, lumps
from scanai.train.labelled_crops import GOODS, LUMP, UNSURE, LabelledCrops, together
from scanai.train.lump_fit import log_odds, trained
from scanai.train.lump_net import LumpNet
from scanai.train.lumps import cross_fitted, onnx_of_lumps


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lump_fit, "_LEAST_STEPS", 40)
    monkeypatch.setattr(lump_fit, "_EPOCHS", 0)
    monkeypatch.setattr(lump_fit, "_BATCH", 32)


@pytest.mark.usefixtures("quick")
def test_lumps_are_told_on_crops_left_out() -> None:
    network = trained(together([labelled(seed) for seed in range(10)]), 0)
    other = labelled(99, 60)
    told = log_odds(network, other.crops)
    assert told[other.shows == LUMP].min() > told[other.shows != LUMP].max()


@pytest.mark.usefixtures("quick")
def test_equal_crops_and_seeds_give_equal_networks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lump_fit, "_LEAST_STEPS", 3)
    crops = labelled(3)
    first, second, other = (log_odds(trained(crops, seed), labelled(4).crops) for seed in (0, 0, 1))
    assert np.array_equal(first, second)
    assert not np.array_equal(first, other)


@pytest.mark.usefixtures("quick")
def test_what_is_not_sure_teaches_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lump_fit, "_LEAST_STEPS", 3)
    crops = labelled(3)
    doubtful = labelled(5)
    mixed = together([crops, LabelledCrops(doubtful.crops, np.full(20, UNSURE, np.int8))])
    seen = labelled(4).crops
    assert np.array_equal(log_odds(trained(crops, 0), seen), log_odds(trained(mixed, 0), seen))


def answering(ln_odds: float) -> LumpNet:
    """Always the same."""
    network = LumpNet().eval()
    torch.nn.init.zeros_(network.answer[-1].weight)
    torch.nn.init.constant_(network.answer[-1].bias, ln_odds)
    return network


def test_a_scan_is_told_by_a_network_that_never_saw_it(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[set[int]] = []
    records = [record(seed) for seed in range(4)]

    def noted(crops: LabelledCrops, seed: int, *, label: str) -> LumpNet:
        seen.append(
            {
                number
                for number, one in enumerate(records)
                if (crops.crops.close == one.crops.crops.close[0]).all(axis=(1, 2, 3)).any()
            }
        )
        return answering(10.0 * len(seen))

    monkeypatch.setattr(lumps, "trained", noted)
    network, told = cross_fitted(records)
    assert seen == [{1, 3}, {0, 2}, {0, 1, 2, 3}]
    # The first network answers 10, the second 20, the last 30: shares of lumps move that little.
    assert [round(one.mean(), -1) for one in told] == [10.0, 20.0, 10.0, 20.0]
    assert log_odds(network, records[0].crops.crops).mean() == pytest.approx(30.0, abs=2.0)


def test_odds_are_those_of_scans_as_they_are_loaded(monkeypatch: pytest.MonkeyPatch) -> None:
    records = [record(seed) for seed in range(2)]
    for one in records:
        one.crops.shows[:] = [LUMP] * 2 + [GOODS] * 18
        one.furnished.shows[:] = [LUMP] * 18 + [GOODS] * 2
    monkeypatch.setattr(lumps, "trained", lambda *_, **__: answering(0.0))
    network, _ = cross_fitted(records)
    # Learned from as many lumps as goods, of which there are nine times as many in truth.
    told = log_odds(network, records[0].crops.crops)
    assert told == pytest.approx(-np.log(9.0), abs=1e-5)


@pytest.mark.parametrize(("shows", "lacks"), [(GOODS, "lumps"), (LUMP, "goods")])
def test_crops_of_one_sort_are_refused(shows: int, lacks: str) -> None:
    crops = labelled(1)
    crops.shows[:] = shows
    with pytest.raises(InputError, match=f"regions that surely show {lacks}, found none"):
        trained(crops, 0)


def test_the_graph_answers_as_the_network_does() -> None:
    network = LumpNet().eval()
    session = onnxruntime.InferenceSession(
        onnx_of_lumps(network), providers=["CPUExecutionProvider"]
    )
    for count in (1, 7):
        crops = labelled(1, count).crops
        inputs = {name: one.astype(np.float32) for name, one in crops._asdict().items()}
        (found,) = session.run(None, inputs)
        assert found == pytest.approx(log_odds(network, crops), abs=1e-4)


def test_a_graph_that_answers_otherwise_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    other = lumps.onnx_of
    monkeypatch.setattr(lumps, "onnx_of", lambda _, *told: other(LumpNet().eval(), *told))
    with pytest.raises(BundleError, match=r"lumps\.onnx: expected answers within"):
        onnx_of_lumps(LumpNet())


def test_one_energy_makes_nothing_of_the_second() -> None:
    network = LumpNet().eval()
    crops = labelled(2)
    close = crops.crops.close.copy()
    close[:, 1] += 1.0
    wide = crops.crops.wide.copy()
    wide[:, 1] += 1.0
    other = crops.crops._replace(close=close, wide=wide)
    assert np.array_equal(log_odds(network, crops.crops), log_odds(network, other))
