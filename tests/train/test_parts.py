"""Parts of a run: which steps are whose, and what learns."""

from __future__ import annotations

import msgspec
import torch

from scanai.train.network import ShieldingNetwork
from scanai.train.parts import parts_of, state_of
from scanai.train.processes import Processes
from scanai.train.recipe import TrainingRecipe

ALONE = Processes(0, 1, torch.device("cpu"))


def test_without_steps_of_the_second_look_there_is_one_part(recipe: TrainingRecipe) -> None:
    (only,) = parts_of(recipe)
    assert (only.first, only.last, only.fixed) == (0, recipe.steps, False)
    assert only.recipe is recipe


def test_the_second_look_ends_on_whole_windows_with_all_regions(recipe: TrainingRecipe) -> None:
    longer = msgspec.structs.replace(recipe, second_look_steps=4, window_px=130)
    first, second = parts_of(longer)
    assert (first.last, second.first, second.last) == (6, 6, 10)
    assert second.fixed
    assert second.recipe.crop_px == (640, 160)
    assert second.recipe.regions == 32


def test_what_stays_fixed_keeps_its_batch_norm_and_is_left_to_no_optimiser(
    recipe: TrainingRecipe,
) -> None:
    _, part = parts_of(msgspec.structs.replace(recipe, second_look_steps=4))
    network = ShieldingNetwork(recipe.size)
    state = state_of(network, part, None, ALONE)
    state.learns(part)
    assert not network.down.training
    assert network.second_look.training
    count = sum(len(group["params"]) for group in state.optimiser.param_groups)
    assert count == len(list(network.second_look.parameters()))
