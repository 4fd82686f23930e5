"""What a run leaves behind, to go on or to be exported: weights, optimiser, recipe, step."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from scanai.errors import InputError
from scanai.inspect.bundle import load_bundle
from scanai.train.network import NetworkSize, ShieldingNetwork
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
    earlier_recipes: tuple[str, ...] = ()
    """Texts of the recipes whose weights this run began with, the first one first."""

    @property
    def recipe(self) -> TrainingRecipe:
        return parse_recipe(self.recipe_text, "recipe of the checkpoint")

    def network(self) -> ShieldingNetwork:
        """The network with these weights."""
        network = ShieldingNetwork(self.recipe.size)
        network.load_state_dict(self.weights)
        return network


WEIGHTS_FILE = "weights.pt"
"""In a bundle: what a training goes on from. Inference never reads it."""
_WEIGHTS_FORMAT = "scanai-weights/1"


def save_weights(checkpoint: Checkpoint, bundle: Path) -> None:
    content = {"format": _WEIGHTS_FORMAT, "recipe_text": checkpoint.recipe_text}
    torch.save(content | {"weights": checkpoint.weights}, bundle / WEIGHTS_FILE)


def load_weights(bundle: Path, size: NetworkSize) -> dict[str, Any]:
    """Weights of a bundle for a network of that size; InputError where there are none."""
    path = bundle / WEIGHTS_FILE
    content = _load(path, "a bundle with weights to train on from", "weights that are whole")
    if content.pop("format", None) != _WEIGHTS_FORMAT:
        raise InputError(path, _WEIGHTS_FORMAT, "another format")
    found = parse_recipe(content["recipe_text"], path).size
    if found != size:
        expected = f"weights of a network with {size.channels} channels, {size.depth} deep"
        raise InputError(path, expected, f"{found.channels}, {found.depth}")
    weights: dict[str, Any] = content["weights"]
    return weights


def take_weights(network: ShieldingNetwork, weights: dict[str, Any], bundle: str | Path) -> None:
    """Loads a bundle's weights; parts that its ScanAI did not have yet stay as they are new."""
    missing, foreign = network.load_state_dict(weights, strict=False)
    strange = [*foreign, *(name for name in missing if not name.startswith("second_look."))]
    if strange:
        raise InputError(bundle, "weights of this network", f"others ({strange[0]})")


def save_checkpoint(checkpoint: Checkpoint, run: Path) -> None:
    """Writes whole or not at all: a run may be killed at any moment."""
    partial = run / f"{CHECKPOINT_FILE}.partial"
    torch.save({"format": _FORMAT, **vars(checkpoint)}, partial)
    partial.replace(run / CHECKPOINT_FILE)


def load_released(bundle: Path) -> Checkpoint:
    """The weights of a bundle with its recipes, as a run that ended with them would leave them."""
    metadata = load_bundle(bundle).metadata
    return Checkpoint(
        recipe_text=metadata.recipe,
        step=parse_recipe(metadata.recipe, bundle).steps,
        weights=load_weights(bundle, parse_recipe(metadata.recipe, bundle).size),
        optimiser={},
        schedule={},
        earlier_recipes=metadata.earlier_recipes,
    )


def load_checkpoint(run: Path) -> Checkpoint:
    """The checkpoint of a run folder; InputError when there is none that can be read.

    Only tensors and plain values are unpickled, so that a foreign file cannot run code.
    """
    path = run / CHECKPOINT_FILE
    content = _load(path, "a checkpoint", _READABLE)
    if content.pop("format", None) != _FORMAT:
        raise InputError(path, _FORMAT, "another format")
    content["earlier_recipes"] = tuple(content.get("earlier_recipes", ()))
    return Checkpoint(**content)


def _load(path: Path, expected: str, whole: str) -> dict[str, Any]:
    try:
        content = torch.load(path, map_location="cpu", weights_only=True)
    except OSError as error:
        raise InputError(path, expected, str(error.strerror)) from error
    except Exception as error:  # torch raises whatever its archive reader or unpickler raised
        raise InputError(path, whole, "one that torch cannot read") from error
    return content if isinstance(content, dict) else {}
