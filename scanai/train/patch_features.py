"""Patch features of a scan: what the middle layers of a ResNet-18 see, cell by cell.

In the manner of PatchCore (Roth et al., arXiv 2106.08265). The method was made for weights of
ImageNet, which this project neither ships nor fetches: without a file of them the network has
random weights of a fixed seed, and figures say by their name which it had.
"""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional
from torchvision.models import ResNet, resnet18

from scanai.errors import InputError
from scanai.scan.model import Scan

CHANNELS = 128 + 256
"""Of a patch: layer 2, and layer 3 enlarged to it."""
_PITCH_MM = 5.0
"""Of the picture, both ways; a patch of stride 8 is 40 mm, less than a 100 cm³ cube's side."""
_STRIDE, _RIM_CELLS = 8, 4
_DARKEST = 8.0
"""Attenuation that is 1 in the picture: about the noise floor of a usual scanner."""
_MEAN, _SPREAD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
"""Of ImageNet, which torchvision's weights expect to be taken off."""
_RANDOM_SEED = 0
Floats = NDArray[np.float32]


class PatchFeatures(nn.Module):
    """(1, 3, H, W) picture → (1, CHANNELS, ⌈H/8⌉, ⌈W/8⌉), each the mean of 3 × 3 patches."""

    def __init__(self, network: ResNet) -> None:
        super().__init__()
        self.first = nn.Sequential(
            network.conv1, network.bn1, network.relu, network.maxpool, network.layer1
        )
        self.second, self.third = network.layer2, network.layer3
        self.eval().requires_grad_(False)

    def forward(self, picture: Tensor) -> Tensor:
        # Layers pad with zeros: without a rim that is cut off, corners are the strangest of all.
        rim = _RIM_CELLS * _STRIDE
        wide = functional.pad(picture, (rim, rim, rim, rim), mode="replicate")
        second = self.second(self.first(wide))
        third = self.third(second)
        third = functional.interpolate(third, second.shape[-2:], mode="bilinear")
        means = functional.avg_pool2d(torch.cat((second, third), 1), 3, 1, 1)
        return means[..., _RIM_CELLS:-_RIM_CELLS, _RIM_CELLS:-_RIM_CELLS]


def patch_network(weights: Path | None) -> PatchFeatures:
    """weights: state dict of torchvision's resnet18, as torch.save writes it; None: random ones.

    InputError for a file that holds anything else.
    """
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(_RANDOM_SEED)
        network = resnet18(weights=None)
    if weights is not None:
        expected = "the state dict of torchvision's resnet18"
        try:
            network.load_state_dict(torch.load(weights, map_location="cpu", weights_only=True))
        except OSError as error:
            raise InputError(weights, "a readable file", str(error.strerror)) from error
        except Exception as error:  # whatever pickle and torch make of a foreign file
            raise InputError(weights, expected, str(error).splitlines()[0]) from error
    return PatchFeatures(network)


def weights_name(weights: Path | None) -> str:
    """What figures of these weights are called by."""
    return "random weights" if weights is None else f"weights of {weights.name}"


def weights_key(weights: Path | None) -> str:
    """SHA-256 of the file; random weights are told by their seed."""
    if weights is None:
        return f"random, seed {_RANDOM_SEED}"
    try:
        return sha256(weights.read_bytes()).hexdigest()
    except OSError as error:
        raise InputError(weights, "a readable file", str(error.strerror)) from error


def features_of(scan: Scan, network: PatchFeatures) -> Floats:
    """(h, w, CHANNELS) of a scan's patches."""
    with torch.inference_mode():
        found = network(_picture(scan))[0].permute(1, 2, 0)
    return found.contiguous().numpy()  # type: ignore[no-any-return]


def _picture(scan: Scan) -> Tensor:
    """High energy, low energy and high again as the three colours; one energy is all three."""
    attenuation = torch.from_numpy(scan.attenuation).clamp(0, _DARKEST) / _DARKEST
    height, width = attenuation.shape[1:]
    along, across = scan.pitch_mm
    size = (round(height * across / _PITCH_MM), round(width * along / _PITCH_MM))
    grey = functional.interpolate(attenuation[None], size, mode="bilinear", antialias=True)
    colours = grey[:, [0, -1, 0]]
    mean, spread = (torch.tensor(values).view(1, 3, 1, 1) for values in (_MEAN, _SPREAD))
    return (colours - mean) / spread
