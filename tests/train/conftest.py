"""Small recipes and made-up windows: what the parts of training are tested with, no simulator."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch

from scanai.scan import load_profile
from scanai.train.checkpoint import Checkpoint
from scanai.train.export import export_bundle
from scanai.train.network import ShieldingNetwork
from scanai.train.recipe import TrainingRecipe, parse_recipe
from scanai.train.windows import Window, save_window

# Files of tests run side by side, one on each core: threads of torch would stand in their way.
torch.set_num_threads(1)

RECIPE = """
name = "tiny"
seed = 3
data_seed = 5
windows = 6
validation_windows = 3
window_px = 128
profiles = ["portal-6-4"]
kinds = {benign = 0.5, concealed = 0.5}
channels = [16, 16, 16, 16]
depth = [1, 1, 1, 1]
steps = 6
batch = 2
crop_px = [96, 96]
learning_rate = 0.004
checkpoint_steps = 2
"""


@pytest.fixture(scope="session")
def recipe_text() -> str:
    return RECIPE


@pytest.fixture(scope="session")
def recipe() -> TrainingRecipe:
    return parse_recipe(RECIPE, "tiny.toml")


@pytest.fixture(scope="session")
def untrained_bundle(
    recipe: TrainingRecipe, recipe_text: str, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """Of a network that knows nothing yet. Copy it before changing anything."""
    torch.manual_seed(0)
    network = ShieldingNetwork(recipe.size)
    out = tmp_path_factory.mktemp("untrained") / "untrained"
    checkpoint = Checkpoint(recipe_text, 1, network.state_dict(), {}, {})
    export_bundle(checkpoint, out, "untrained", "0.1.0")
    return out


@pytest.fixture(scope="session")
def made_up() -> Callable[..., Window]:
    return _made_up


def _made_up(seed: int, threat: bool, energies: int = 2) -> Window:
    """Cargo of group 5 on a floor, 104 × 128 px; a threat is a dense square of 24 px in it."""
    rng = np.random.default_rng(seed)
    attenuation = rng.normal(0, 0.01, (energies, 104, 128)).astype(np.float32)
    attenuation[:, 40:] += 1.5
    goods = np.zeros((13, 16), np.uint8)
    goods[5:] = 5
    shield = np.zeros((2, 26, 32), np.float32)
    boxes = np.zeros((0, 5), np.float32)
    if threat:
        x, y = 4 * int(rng.integers(2, 24)), 4 * int(rng.integers(11, 19))
        attenuation[:, y : y + 24, x : x + 24] += 1.0
        shield[:, y // 4 : y // 4 + 6, x // 4 : x // 4 + 6] = 1
        boxes = np.array([[x, y, x + 24, y + 24, 1.0]], np.float32)
    declared = np.zeros(27, np.float32)
    declared[5] = 1
    return Window(
        attenuation=attenuation,
        goods=goods,
        areal_density=np.where(goods == 5, np.float32(35.0), np.float32(0.0)),
        shield=shield,
        opaque=np.zeros((26, 32), np.float32),
        boxes=boxes,
        focus=boxes[:, :4].copy(),
        declared=declared,
        pitch_mm=(5.0, 4.0),
        profile=load_profile("portal-6-4"),
    )


@pytest.fixture
def window_paths(tmp_path: Path) -> list[Path]:
    paths = [tmp_path / f"{number}.npz" for number in range(6)]
    for number, path in enumerate(paths):
        save_window(_made_up(number, threat=number % 2 == 0), path)
    return paths
