"""The parts of a run, and what learns in each: the whole network first, then the second look alone.

While maps and features change, the second look judges what it will never see again. So at the end
they stay as they are, and it learns on whole windows, as it will see whole scans: that costs a
third of a step, for nothing goes back through the trunk.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import msgspec
import torch
from torch import nn
from torch.optim import AdamW
from torch.optim.lr_scheduler import OneCycleLR

from scanai.train.checkpoint import Checkpoint, load_weights, take_weights
from scanai.train.network import STRIDE, ShieldingNetwork
from scanai.train.processes import Processes
from scanai.train.recipe import TrainingRecipe
from scanai.train.regions import REGIONS

_WHOLE_ROWS = 640
"""Of nearly every scanner; what has more is cut by chance."""
_WHOLE_THREAT_CROPS = 0.5


@dataclass(frozen=True)
class Part:
    """Steps `first` ≤ step < `last` of a run, with an optimiser of their own."""

    recipe: TrainingRecipe
    """Of its batches."""
    first: int
    last: int
    fixed: bool
    """Only the second look learns."""


@dataclass(frozen=True)
class State:
    network: ShieldingNetwork
    shared: nn.Module
    """The same, with gradients averaged over all processes."""
    optimiser: AdamW
    schedule: OneCycleLR

    def learns(self, part: Part) -> None:
        """Batch norm adapts where weights do."""
        self.shared.train(not part.fixed)
        self.network.second_look.train()


def parts_of(recipe: TrainingRecipe) -> tuple[Part, ...]:
    everything = Part(recipe, 0, recipe.steps, False)
    if not recipe.second_look_steps:
        return (everything,)
    whole = msgspec.structs.replace(
        recipe,
        crop_px=(_WHOLE_ROWS, -(-recipe.window_px // STRIDE) * STRIDE),
        threat_crops=_WHOLE_THREAT_CROPS,
        regions=REGIONS,
    )
    return everything, Part(whole, recipe.steps, recipe.all_steps, True)


def network_at_start(recipe: TrainingRecipe, start_from: str | Path | None) -> ShieldingNetwork:
    """As the bundle has it, or fresh."""
    torch.manual_seed(recipe.seed)
    network = ShieldingNetwork(recipe.size)
    if start_from is not None:
        take_weights(network, load_weights(Path(start_from), recipe.size), start_from)
    return network


def state_of(
    network: ShieldingNetwork, part: Part, checkpoint: Checkpoint | None, together: Processes
) -> State:
    """The network ready for the part; its optimiser as the checkpoint, if that is of this part."""
    recipe = part.recipe
    # What is fixed would bring its last gradient into the clipping of every step.
    network.zero_grad(set_to_none=True)
    for name, weight in network.named_parameters():
        weight.requires_grad_(not part.fixed or name.startswith("second_look."))
    network = network.to(together.device, memory_format=torch.channels_last)  # type: ignore[call-overload]
    shared = together.shared(network)
    learning = [weight for weight in network.parameters() if weight.requires_grad]
    optimiser = AdamW(learning, lr=recipe.learning_rate, weight_decay=recipe.weight_decay)
    total = part.last - part.first + 1
    schedule = OneCycleLR(optimiser, recipe.learning_rate, total_steps=total, pct_start=0.1)
    if checkpoint is not None and part.first < checkpoint.step <= part.last:
        optimiser.load_state_dict(checkpoint.optimiser)
        schedule.load_state_dict(checkpoint.schedule)
    return State(network, shared, optimiser, schedule)
