"""The network in mixed precision: only what bears it is rounded, and released weights still fit."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from scanai.inspect.bundle import load_bundle
from scanai.resources import model_bundle_dir
from scanai.train.checkpoint import load_weights, take_weights
from scanai.train.export import MAX_DIFFERENCE, greatest_difference
from scanai.train.graph import ScanGraph
from scanai.train.network import Logits, NetworkSize, ShieldingNetwork
from scanai.train.recipe import recipes_of

_OF_HEADS = ("shielding", "centre", "box", "high_z", "opaque", "goods", "areal_density")


@pytest.fixture
def network() -> ShieldingNetwork:
    torch.manual_seed(0)
    return ShieldingNetwork(NetworkSize((16, 16, 16, 16), (1, 1, 1, 1))).eval()


def ask(network: ShieldingNetwork, mixed: bool) -> Logits:
    """Of goods with a little noise."""
    noise = torch.randn(1, 2, 128, 192, generator=torch.Generator().manual_seed(1))
    transmission = torch.tensor([0.3, 0.2])[None, :, None, None] * (1 + 0.02 * noise)
    asked = (transmission, torch.ones(1, 1), torch.full((1, 2), 5.0), torch.zeros(1, 27))
    with torch.no_grad():
        answer: Logits = network(*asked, mixed=mixed)
    return answer


def share_of_ties(map_of_cells: Tensor) -> float:
    """Of cells beside each other."""
    return float((map_of_cells[..., 1:] == map_of_cells[..., :-1]).float().mean())


def test_heads_answer_in_float32_where_the_trunk_is_in_bfloat16(network: ShieldingNetwork) -> None:
    logits = ask(network, mixed=True)
    for name in _OF_HEADS:
        answer = getattr(logits, name)
        assert answer.dtype == torch.float32
        rounded = (answer == answer.bfloat16().float()).float().mean()
        assert rounded < 0.05, name
    assert share_of_ties(logits.shielding) < 0.01


def test_the_trunk_is_in_bfloat16_and_answers_nearly_the_same(network: ShieldingNetwork) -> None:
    mixed, full = ask(network, mixed=True), ask(network, mixed=False)
    assert not torch.equal(mixed.shielding, full.shielding)
    torch.testing.assert_close(mixed.shielding, full.shielding, rtol=0.01, atol=0.05)


def test_released_weights_answer_as_the_graph_that_was_released() -> None:
    bundle = load_bundle(model_bundle_dir())
    size = recipes_of(bundle.metadata)[-1].size
    network = ShieldingNetwork(size)
    take_weights(network, load_weights(bundle.path, size), bundle.path)
    graph = ScanGraph(network).eval()
    assert greatest_difference(graph, bundle.graph) <= MAX_DIFFERENCE
