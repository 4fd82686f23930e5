"""What a run leaves behind, to go on or to be exported: weights, optimiser, recipe, step."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from scanai.errors import InputError
from scanai.train.network import ShieldingNetwork
from scanai.train.recipe import TrainingRecipe, parse_recipe

CHECKPOINT_FILE = "checkpoint.pt"
_FORMAT = "scanai-checkpoint/1"
_READABLE = "a checkpoint that is whole (delete it to train from the start)"


@dataclass(frozen=True)
class Checkpoint:
    recipe_text: str
    step: int
    """Steps done."""
    weights: dict[str, Any]
    optimiser: dict[str, Any]
    schedule: dict[str, Any]

    @property
    def recipe(self) -> TrainingRecipe:
        return parse_recipe(self.recipe_text, "recipe of the checkpoint")

    def network(self) -> ShieldingNetwork:
        """The network with these weights."""
        network = ShieldingNetwork(self.recipe.size)
        network.load_state_dict(self.weights)
        return network


def save_checkpoint(checkpoint: Checkpoint, run: Path) -> None:
    """Writes whole or not at all: a run may be killed at any moment."""
    partial = run / f"{CHECKPOINT_FILE}.partial"
    torch.save({"format": _FORMAT, **vars(checkpoint)}, partial)
    partial.replace(run / CHECKPOINT_FILE)


def load_checkpoint(run: Path) -> Checkpoint:
    """The checkpoint of a run folder; InputError when there is none that can be read.

    Only tensors and plain values are unpickled, so that a foreign file cannot run code.
    """
    path = run / CHECKPOINT_FILE
    try:
        content = torch.load(path, map_location="cpu", weights_only=True)
    except OSError as error:
        raise InputError(path, "a checkpoint", str(error.strerror)) from error
    except Exception as error:  # torch raises whatever its archive reader or unpickler raised
        raise InputError(path, _READABLE, "one that torch cannot read") from error
    if not isinstance(content, dict) or content.pop("format", None) != _FORMAT:
        raise InputError(path, _FORMAT, "another format")
    return Checkpoint(**content)
