"""The second look: what it sees of a region, and what must not matter to it."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from scanai.train.second_look import SecondLook, _layers

_FINE, _MIDDLE = 16, 8


@pytest.fixture
def network() -> SecondLook:
    torch.manual_seed(0)
    return SecondLook(_FINE, _MIDDLE, 27).eval()


def _ask(
    network: SecondLook, transmission: Tensor, regions: Tensor, declared: Tensor | None = None
) -> Tensor:
    height, width = transmission.shape[2:]
    answer: Tensor = network(
        transmission,
        torch.zeros(1, _FINE, height // 4, width // 4),
        torch.zeros(1, _MIDDLE, height // 8, width // 8),
        regions[None],
        torch.ones(1, 1),
        torch.tensor([[5.0, 5.0]]),
        torch.zeros(1, 27) if declared is None else declared,
    )
    return answer[0]


def _cargo(height: int = 96, width: int = 160) -> Tensor:
    transmission = torch.full((1, 2, height, width), 0.3)
    transmission[:, 1] = 0.2
    return transmission


_REGIONS = torch.tensor([[40.0, 40, 60, 56, 0.6], [100, 20, 120, 40, 0.3], [0, 0, 0, 0, 0]])


def test_an_unused_row_changes_nothing_for_the_others(network: SecondLook) -> None:
    other = _REGIONS.clone()
    other[2, :4] = torch.tensor([8.0, 8, 90, 80])
    scan = _cargo()
    scan[:, :, 30:60, 60:90] = 0.05
    first, second = _ask(network, scan, _REGIONS), _ask(network, scan, other)
    torch.testing.assert_close(first[:2], second[:2])
    other[2, 4] = 0.5
    assert (_ask(network, scan, other)[:2] != first[:2]).all()


def test_beyond_the_picture_there_is_open_beam(network: SecondLook) -> None:
    scan = torch.ones(1, 2, 96, 160)
    scan[:, :, 40:56, 0:16] = 0.1
    wider = torch.ones(1, 2, 96, 192)
    wider[..., 32:] = scan
    region = torch.tensor([[0.0, 40, 16, 56, 0.5]])
    moved = region + torch.tensor([32.0, 0, 32, 0, 0])
    seen: list[Tensor] = []
    network.first.register_forward_pre_hook(lambda _, given: seen.append(given[0]))
    _ask(network, scan, region)
    _ask(network, wider, moved)
    # The last pixel itself differs: half of it lies beyond its middle.
    beyond = 7  # of 24 columns, before the picture begins
    torch.testing.assert_close(seen[0][..., :beyond], seen[1][..., :beyond], atol=0.02, rtol=0)
    assert seen[0][0, 0, :, 0].abs().max() < 0.01


def test_the_declaration_is_heard(network: SecondLook) -> None:
    declared = torch.zeros(1, 27)
    declared[0, 7] = 1.0
    scan = _cargo()
    assert (_ask(network, scan, _REGIONS) != _ask(network, scan, _REGIONS, declared))[:2].all()


def test_what_a_block_adds_to_both_energies_is_told_apart_from_its_surroundings() -> None:
    attenuation = torch.full((1, 2, 24, 24), 2.0)
    attenuation[0, 1] = 2.4
    attenuation[0, 0, 6:18, 6:18] += 1.0
    attenuation[0, 1, 6:18, 6:18] += 1.05
    pixels, numbers = _layers(attenuation)
    surroundings, high, low, ratio, _ = numbers[0].tolist()
    assert surroundings == pytest.approx(2.0 * 0.25)
    assert high == pytest.approx(1.0 * 0.5)
    assert low == pytest.approx(1.05 * 0.5)
    assert ratio == pytest.approx(8 * (1.17 / 1.25 - 0.85), abs=1e-4)
    assert pixels[0, 2, 12, 12] == pytest.approx(1.0)
    assert pixels[0, 2, 0, 0] == pytest.approx(0.0)
