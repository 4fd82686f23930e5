"""The graph around the network: levels, single energy, padding, regions, scores."""

from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor, nn

from scanai.train.graph import Answers, ScanGraph
from scanai.train.network import Logits, NetworkSize, ShieldingNetwork
from scanai.train.regions import REGIONS


class Drawn(nn.Module):
    """A network that answers what it was told to, and keeps what it was asked."""

    def __init__(self, **maps: Tensor) -> None:
        super().__init__()
        self.maps = maps

    def forward(
        self,
        transmission: Tensor,
        presence: Tensor,
        pitch_mm: Tensor,
        declared: Tensor,
        size: tuple[int, int],
    ) -> Logits:
        self.asked = (transmission, presence, pitch_mm, declared)
        self.size = size
        height, width = transmission.shape[2:]
        blank = torch.full((1, 1, height // 4, width // 4), -20.0)
        empty = torch.zeros(1, 27, height // 8, width // 8)
        return Logits(
            self.maps.get("shielding", blank),
            self.maps.get("centre", blank),
            self.maps.get("box", torch.full((1, 4, height // 4, width // 4), 10.0)),
            self.maps.get("high_z", blank),
            self.maps.get("opaque", blank),
            self.maps.get("goods", empty),
            self.maps.get("areal_density", torch.zeros(1, 1, height // 8, width // 8)),
            torch.arange(16.0)[None],
            self.maps.get("goods_features", torch.zeros(1, 16, height // 8, width // 8)),
            self.maps.get("regions", torch.zeros(1, REGIONS, 5)),
            self.maps.get("second_look", torch.full((1, REGIONS), -3.0)),
        )


def _ask(
    network: nn.Module, scan: Tensor, declared: Tensor | None = None, level: float = 1.0
) -> Answers:
    levels = torch.full((1, scan.shape[1], 1, 1), level)
    graph = ScanGraph(network)  # type: ignore[arg-type]
    answers: Answers = graph(
        scan,
        levels,
        levels * 0,
        torch.tensor([5.0, 5.0]),
        declared if declared is not None else torch.zeros(27),
    )
    return answers


def test_network_sees_transmission_within_its_bounds_and_open_beam_as_padding() -> None:
    scan = torch.full((1, 2, 40, 50), 500.0)
    scan[0, 0, 0, :3] = torch.tensor([-7.0, 0.0, 9000.0])
    network = Drawn()
    _ask(network, scan, level=1000.0)
    seen, presence, *_ = network.asked
    assert seen.shape == (1, 2, 64, 64)
    assert seen[0, 0, 0, :4].tolist() == pytest.approx([1e-4, 1e-4, 1.2, 0.5])
    assert (seen[:, :, 40:] == 1).all()
    assert (seen[:, :, :, 50:] == 1).all()
    assert presence.tolist() == [[1.0]]


def test_single_energy_is_repeated_and_marked_absent() -> None:
    network = Drawn()
    _ask(network, torch.rand(1, 1, 32, 32) * 0.5 + 0.25)
    seen, presence, *_ = network.asked
    assert torch.equal(seen[:, 0], seen[:, 1])
    assert presence.tolist() == [[0.0]]


def test_levels_of_rows_belong_to_their_rows() -> None:
    level = torch.arange(1.0, 41.0)[None, None, :, None].repeat(1, 2, 1, 1)
    network = Drawn()
    graph = ScanGraph(network)  # type: ignore[arg-type]
    graph(level.repeat(1, 1, 1, 32) * 0.5 + 3, level, level * 0 + 3, torch.ones(2), torch.ones(27))
    assert torch.allclose(network.asked[0][:, :, :40], torch.tensor(0.5))


@pytest.mark.parametrize(
    ("open_beam_rows", "dark_rows"), [(40, 1), (1, 40)], ids=["one dark", "one open beam"]
)
def test_open_beam_and_dark_have_their_own_rows(open_beam_rows: int, dark_rows: int) -> None:
    level = torch.linspace(100, 200, open_beam_rows)[None, None, :, None].repeat(1, 2, 1, 1)
    dark = torch.linspace(3, 9, dark_rows)[None, None, :, None].repeat(1, 2, 1, 1)
    network = Drawn()
    graph = ScanGraph(network)  # type: ignore[arg-type]
    scan = (level * 0.5 + dark).repeat(1, 1, 1, 32)
    graph(scan, level, dark, torch.ones(2), torch.ones(27))
    assert torch.allclose(network.asked[0][:, :, :40], torch.tensor(0.5))


@pytest.mark.parametrize("value", [float("nan"), float("inf"), float("-inf")])
def test_pixel_that_is_no_number_is_read_as_open_beam_at_both_energies(value: float) -> None:
    scan = torch.full((1, 2, 32, 32), 500.0)
    scan[0, 1, 4, 5] = value
    network = Drawn()
    _ask(network, scan, level=1000.0)
    seen = network.asked[0]
    assert seen[0, :, 4, 5].tolist() == [1.0, 1.0]
    assert (seen == 0.5).sum() == seen.numel() - 2


@pytest.mark.parametrize(
    ("level", "dark"),
    [(0.0, 3.0), (-5.0, 3.0), (float("nan"), 3.0), (float("inf"), 3.0), (1000.0, float("nan"))],
)
def test_row_without_a_level_is_read_as_open_beam_and_spoils_no_other(
    level: float, dark: float
) -> None:
    levels, darks = torch.full((1, 2, 32, 1), 1000.0), torch.full((1, 2, 32, 1), 3.0)
    levels[0, 0, 7], darks[0, 0, 7] = level, dark
    network = Drawn()
    graph = ScanGraph(network)  # type: ignore[arg-type]
    graph(torch.full((1, 2, 32, 32), 503.0), levels, darks, torch.ones(2), torch.ones(27))
    seen = network.asked[0]
    assert (seen[:, :, 7] == 1.0).all()
    assert torch.allclose(torch.cat([seen[:, :, :7], seen[:, :, 8:]], 2), torch.tensor(0.5))


@pytest.mark.parametrize(
    ("given", "asked"),
    [(4.5, 4.5), (0.0, 5.0), (-1.0, 5.0), (float("nan"), 5.0), (0.1, 2.0), (300.0, 20.0)],
)
def test_pitch_stays_within_its_range(given: float, asked: float) -> None:
    network = Drawn()
    level = torch.ones(1, 2, 1, 1)
    graph = ScanGraph(network)  # type: ignore[arg-type]
    graph(torch.ones(1, 2, 32, 32), level, level * 0, torch.tensor([given, 5.0]), torch.ones(27))
    assert network.asked[2].tolist() == [[pytest.approx(asked), 5.0]]


def test_spoilt_corner_does_not_reach_answers_far_from_it() -> None:
    torch.manual_seed(0)
    network = ShieldingNetwork(NetworkSize((16, 16, 16, 16), (1, 1, 1, 1))).eval()
    scan = torch.rand(1, 2, 64, 960) * 0.5 + 0.25
    spoilt = scan.clone()
    spoilt[..., :9, :9] = float("nan")
    sound, found = _ask(network, scan), _ask(network, spoilt)
    assert all(torch.isfinite(answer).all() for answer in found)
    assert not torch.equal(found.goods, sound.goods)
    assert torch.allclose(found.shielding[..., 200:], sound.shielding[..., 200:], atol=1e-6)
    assert torch.allclose(found.goods[..., 100:], sound.goods[..., 100:], atol=1e-6)


def test_network_hears_the_declaration_and_nothing_in_entry_0() -> None:
    network = Drawn()
    declared = torch.zeros(27)
    declared[[0, 4, 7]] = torch.tensor([1.0, torch.nan, 1.0])
    _ask(network, torch.ones(1, 2, 32, 32), declared)
    assert network.asked[3].tolist() == [[float(group == 7) for group in range(27)]]


def test_areal_density_is_undone_from_its_logarithm_and_bounded() -> None:
    told = torch.zeros(1, 1, 4, 4)
    told[0, 0, 0, :2] = torch.tensor([1.0, 50.0])
    found = _ask(Drawn(areal_density=told), torch.ones(1, 2, 32, 32)).areal_density
    assert found[0, 0, 0].tolist() == pytest.approx([5 * (math.e - 1), 445.1, 0, 0], abs=0.1)


def test_regions_come_in_the_order_of_the_second_look_and_unused_rows_are_nothing() -> None:
    regions = torch.zeros(1, REGIONS, 5)
    regions[0, 0] = torch.tensor([4.0, 0.0, 24.0, 20.0, 0.9])
    regions[0, 1] = torch.tensor([37.0, 36.0, 41.0, 60.0, 0.2])
    judged = torch.full((1, REGIONS), 9.0)  # also where there is no region
    judged[0, :2] = torch.tensor([-1.0, 2.0])
    network = Drawn(regions=regions, second_look=judged)
    found = _ask(network, torch.ones(1, 2, 60, 61)).regions
    assert network.size == (60, 61)
    assert found.shape == (REGIONS, 5)
    assert found[0].tolist() == pytest.approx([37.0, 36.0, 41.0, 60.0, 0.8808], abs=1e-4)
    assert found[1].tolist() == pytest.approx([4.0, 0.0, 24.0, 20.0, 0.2689], abs=1e-4)
    assert not found[2:].any()


def test_undeclared_is_what_neither_nothing_nor_declared_explains() -> None:
    goods = torch.zeros(1, 27, 4, 8)
    goods[0, 0, :, :4] = 20.0  # nothing on the left, group 5 on the right
    goods[0, 5, :, 4:] = 20.0
    network = Drawn(goods=goods)
    scan = torch.ones(1, 2, 32, 64)
    declared = torch.zeros(27)
    answers = _ask(network, scan, declared)
    assert answers.undeclared[0, 0, 0].tolist() == pytest.approx([0] * 4 + [1] * 4, abs=1e-5)
    assert answers.scores.tolist() == pytest.approx([0.0, 1.0, 0.5], abs=1e-5)
    declared[5] = 1.0
    answers = _ask(network, scan, declared)
    assert answers.undeclared.max() < 1e-5
    assert answers.scores[1:].tolist() == [0.0, 0.5]
    declared[3] = torch.nan
    assert torch.equal(_ask(network, scan, declared).undeclared, answers.undeclared)


def test_goods_probabilities_add_up_at_every_cell() -> None:
    torch.manual_seed(0)
    network = ShieldingNetwork(NetworkSize((16, 16, 16, 16), (1, 1, 1, 1))).eval()
    answers = _ask(network, torch.rand(1, 2, 33, 70))
    assert answers.goods.shape == (1, 27, 5, 9)
    assert torch.allclose(answers.goods.sum(dim=1), torch.ones(1, 5, 9))
    assert answers.shielding.shape == (1, 1, 9, 18)


@pytest.mark.parametrize(
    ("size", "message"),
    [
        ({"channels": (16, 16, 16, 20)}, "channels: expected 4 multiples of 16"),
        ({"depth": (1, 1, 0, 1)}, "depth: expected 4 counts from 1"),
    ],
)
def test_refuses_sizes_that_run_slowly_or_not_at_all(
    size: dict[str, tuple[int, int, int, int]], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        NetworkSize(**size)
