"""What a person watches while a run trains: TensorBoard curves, and pictures of what it sees.

`tensorboard --logdir RUN` shows them. log.jsonl holds the same numbers for programs.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch.utils.tensorboard import SummaryWriter

from scanai.train.batches import whole_window
from scanai.train.network import ShieldingNetwork
from scanai.train.regions import SHIELD_STRIDE
from scanai.train.windows import load_window

FOLDER = "tensorboard"
_PICTURES = 4
_BLUE, _RED = (40, 90, 255), (255, 40, 40)


class Watch:
    """Writes for one run folder, from the step that it goes on at."""

    def __init__(self, run: Path, first: int, validation: Sequence[Path]) -> None:
        self._writer = SummaryWriter(str(run / FOLDER), purge_step=first + 1)
        self._shown = _with_a_threat(validation)

    def curves(self, step: int, group: str, values: Mapping[str, float]) -> None:
        for name, value in values.items():
            self._writer.add_scalar(f"{group}/{name}", value, step)

    def pictures(self, step: int, network: ShieldingNetwork, device: torch.device) -> None:
        """The same few validation windows each time: threats in blue, what is seen in red."""
        training = network.training
        network.eval()
        for number, path in enumerate(self._shown):
            picture = _picture(network, path, device)
            self._writer.add_image(f"seen/{number}", picture, step, dataformats="HWC")
        network.train(training)

    def close(self) -> None:
        self._writer.close()


def _with_a_threat(paths: Sequence[Path]) -> list[Path]:
    shown: list[Path] = []
    for path in paths:
        if len(shown) == _PICTURES:
            break
        if len(load_window(path).boxes):
            shown.append(path)
    return shown or list(paths[:_PICTURES])


def _picture(network: ShieldingNetwork, path: Path, device: torch.device) -> NDArray[np.uint8]:
    """(H, W, 3)"""
    batch = whole_window(load_window(path))
    asked = (batch.transmission, batch.presence, batch.pitch_mm, batch.declared)
    with torch.no_grad():
        logits = network(*(one.to(device) for one in asked))
    seen = torch.sigmoid(logits.shielding)[0, 0].float().cpu().numpy()
    grey = np.sqrt(np.clip(batch.transmission[0, 0].numpy(), 0, 1)) * 255
    picture = np.repeat(grey[..., None], 3, axis=2)
    truth = batch.shield[0, 0].numpy()
    for cells, colour in ((truth * 0.5, _BLUE), (seen, _RED)):
        share = cells.repeat(SHIELD_STRIDE, axis=0).repeat(SHIELD_STRIDE, axis=1)[..., None]
        picture = picture * (1 - share) + np.array(colour) * share
    seen_and_true: NDArray[np.uint8] = np.clip(picture, 0, 255).astype(np.uint8)
    return seen_and_true
