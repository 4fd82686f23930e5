"""Scan → pseudo-colour picture: brightness is attenuation, colour is the class of material.

Brightness follows the high energy pixel by pixel on a scale fixed by the scanner (open beam white,
noise floor black), never by the extremes of the picture, so the same grey means the same
attenuation in every scan of that scanner. Colour is added as chroma only: it is measured on blocks
of about 20 mm, because one pixel's ratio of energies is mostly noise, and it fades to grey where
the two energies cannot tell materials apart (thin matter, starved beam, upright edges). Turned to
greyscale, it is the high-energy picture. No boxes and no text here: those are in `picture`.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from scanai.physics.inversion import dual_energy_table
from scanai.scan.model import Scan
from scanai.scan.profile import ScannerProfile

UInt8 = NDArray[np.uint8]


@dataclass(frozen=True)
class MaterialClass:
    """One entry of the legend."""

    title: str
    effective_z: float
    """Where this colour is purest; colours between two classes are blended."""
    rgb: tuple[int, int, int]


# The order of colours that cargo scanners share (orange, green, blue, violet), so that an analyst
# need not learn another.
MATERIAL_CLASSES = (
    MaterialClass("organic", 9.0, (236, 134, 20)),
    MaterialClass("mineral, light metal", 13.0, (74, 160, 44)),
    MaterialClass("steel and like", 26.0, (38, 104, 226)),
    MaterialClass("heavy metal", 78.0, (170, 44, 196)),
)
NEUTRAL = (128, 128, 128)
"""Legend colour of pixels whose material cannot be told."""

_BLOCK_MM = 20.0
_ALPHA_BINS, _RATIO_BINS = 192, 160
_RATIO_LOW, _RATIO_HIGH = 0.6, 1.2
_HUES = 64
_WHITE, _BLACK = 250.0, 14.0
# Exponent below 1: a container wall (attenuation 0.15) still shows, and the step from 5 to 8, where
# a dense block in a full load lies, keeps a quarter of the range.
_TONE_EXPONENT = 0.75
# Ratio error (1 sigma) at which colour has faded to half: a third of the span between organic
# goods and steel at 6/4 MV, about 0.06.
_RATIO_SIGMA_HALF = 0.02
_SMOOTHED = 0.375
_LEAST = np.float32(1e-3)
_NEAR_FLOOR = 0.5
"""Attenuation below that of the noise floor from which the low energy is no longer trusted."""
_HATCH_PX = 14


def pseudo_colour(scan: Scan) -> UInt8:
    """(H, W, 3) RGB. Single energy and display pictures come out grey."""
    if scan.is_display:
        grey = np.clip(scan.transmission[0] * 255 + 0.5, 0, 255).astype(np.uint8)
        return np.repeat(grey[..., None], 3, axis=2)
    pages = [_attenuation(page, scan.noise_floor) for page in scan.transmission]
    floor = float(-np.log(scan.noise_floor))
    tone = tone_of(pages[0], floor)
    height, width = tone.shape
    block = max(1, round(_BLOCK_MM / max(scan.pitch_mm)))
    # Means of attenuation, not of transmission: across the edge of a box the mean of transmission
    # bends the ratio, and every gap between pallets would shine like lead.
    means = [_smooth(_reduce(page, block)) for page in pages]
    if scan.profile is None or len(means) < 2:
        picture = np.repeat(tone[..., None], 3, axis=2)
        _hatch_opaque(picture, means[0], block, floor)
        return picture
    high, low = means
    # The ratio rises with attenuation (hardening): a thin wall seen edge-on in an empty block has
    # the ratio of its own attenuation, not of the block's mean, and would pass for heavier.
    own = _smooth(_reduce(pages[0] * pages[0], block)) / np.maximum(high, _LEAST)
    hue, weight = _hue_and_weight(scan.profile, block, own, high / np.maximum(low, _LEAST))
    weight *= np.clip(1 - 2 * _starved_share(pages[1], block, floor), 0, 1)
    apart_px = scan.profile.imperfections.interlace
    weight /= 1 + (_edge_error(high, block, apart_px) / _RATIO_SIGMA_HALF) ** 2
    small_tone = np.asarray(Image.fromarray(tone).reduce(block))
    chroma = _chroma_table()[hue, small_tone] * weight[..., None]
    planes = [Image.fromarray(tone)]
    for plane in np.moveaxis(chroma, 2, 0):
        small = Image.fromarray(np.clip(plane + 128.5, 0, 255).astype(np.uint8))
        # the last block may reach past the picture
        grown = small.resize((small.width * block, small.height * block), Image.Resampling.BILINEAR)
        planes.append(grown.crop((0, 0, width, height)))
    picture = np.array(Image.merge("YCbCr", planes).convert("RGB"))
    _hatch_opaque(picture, high, block, floor)
    return picture


def tone_of(attenuation: NDArray[np.float32], floor: float) -> UInt8:
    """Grey of attenuations, same shape: 250 = open beam, 14 = `floor`, that of the noise floor."""
    # 12 bits of attenuation through a table: one power for each entry instead of each pixel
    steps = attenuation * np.float32(4095 / floor)
    np.clip(steps, 0, 4095, out=steps)
    return _tone_table()[steps.astype(np.uint16)]


@lru_cache(maxsize=1)
def _tone_table() -> UInt8:
    share = np.linspace(0, 1, 4096)
    return cast(UInt8, (_WHITE - (_WHITE - _BLACK) * share**_TONE_EXPONENT + 0.5).astype(np.uint8))


def _attenuation(page: NDArray[np.float32], noise_floor: float) -> NDArray[np.float32]:
    attenuation = np.log(np.maximum(page, np.float32(noise_floor)))
    return cast(NDArray[np.float32], np.negative(attenuation, out=attenuation))


def _reduce(page: NDArray[Any], block: int) -> NDArray[np.float32]:
    return np.asarray(Image.fromarray(page).reduce(block), dtype=np.float32)


def _smooth(blocks: NDArray[np.float32]) -> NDArray[np.float32]:
    """Weights 1 2 1 along both axes: 40 mm wide, and a bit over a third of the noise is left."""
    for axis in (0, 1):
        side = [(1, 1) if axis == other else (0, 0) for other in (0, 1)]
        wide = np.moveaxis(np.pad(blocks, side, mode="edge"), axis, 0)
        blocks = np.moveaxis(wide[:-2] + wide[2:] + 2 * wide[1:-1], 0, axis) * np.float32(0.25)
    return blocks


def _edge_error(high: NDArray[np.float32], block: int, apart_px: float) -> NDArray[np.float32]:
    """Relative error of the ratio where the energies are pulsed in turn, so many columns apart: of
    an upright edge one of them sees more, and the ratio is no material's."""
    steps = np.diff(high, axis=1, prepend=high[:, :1], append=high[:, -1:])
    # Of a post thinner than a block both sides count: in its middle nothing seems to change.
    change = np.hypot(steps[:, 1:], steps[:, :-1])
    return np.asarray(apart_px * change / block / np.maximum(high, _LEAST), np.float32)


def _starved_share(low: NDArray[np.float32], block: int, floor: float) -> NDArray[np.float32]:
    """Share of each smoothed block where the low energy is at its floor and the ratio bends."""
    starved = (low > np.float32(floor - _NEAR_FLOOR)).view(np.uint8) * np.uint8(255)
    return _smooth(_reduce(starved, block) * np.float32(1 / 255))


def _hue_and_weight(
    profile: ScannerProfile, block: int, high: NDArray[Any], ratio: NDArray[Any]
) -> tuple[NDArray[np.intp], NDArray[np.float32]]:
    """Index of hue, and how far it can be trusted (0 to 1), for each block."""
    hues, weights, alpha_step = _material_table(profile, block)
    row = np.clip(high / alpha_step, 0, _ALPHA_BINS - 1).astype(np.intp)
    column = (ratio - _RATIO_LOW) * ((_RATIO_BINS - 1) / (_RATIO_HIGH - _RATIO_LOW))
    column = np.clip(column + 0.5, 0, _RATIO_BINS - 1).astype(np.intp)
    return hues[row, column], weights[row, column]


@lru_cache(maxsize=8)
def _material_table(
    profile: ScannerProfile, block: int
) -> tuple[NDArray[np.intp], NDArray[np.float32], float]:
    """Hue and trust over (high attenuation, ratio), once for each scanner."""
    floor = -np.log(profile.noise_floor)
    step = floor / _ALPHA_BINS
    high = ((np.arange(_ALPHA_BINS) + 0.5) * step)[:, None]
    ratio = np.linspace(_RATIO_LOW, _RATIO_HIGH, _RATIO_BINS)[None, :]
    low = high / ratio
    table = dual_energy_table(*profile.energies_mv, *profile.spectral)
    grid_high, grid_low = np.broadcast_arrays(high, low)
    z = np.asarray(table.invert(grid_high, grid_low).effective_z, dtype=np.float64)
    anchors = np.array([entry.effective_z for entry in MATERIAL_CLASSES])
    # log Z spaces the four classes about evenly, and a unit is an error of equal meaning in each
    place = np.interp(np.log(np.nan_to_num(z, nan=7.0)), np.log(anchors), np.arange(len(anchors)))
    hue = np.rint(place / (len(anchors) - 1) * (_HUES - 1)).astype(np.intp)
    sigma = ratio * np.hypot(
        _alpha_sigma(profile, 0, high, block) / high, _alpha_sigma(profile, 1, low, block) / low
    )
    weight = 1 / (1 + (sigma / _RATIO_SIGMA_HALF) ** 2)
    # the low energy meets the floor first; from there on the ratio bends and means nothing
    weight *= np.clip((floor - low) / _NEAR_FLOOR, 0, 1)
    weight *= np.isfinite(z)
    return hue, weight.astype(np.float32), float(step)


def _alpha_sigma(
    profile: ScannerProfile, energy: int, alpha: NDArray[np.float64], block: int
) -> NDArray[np.float64]:
    """Standard deviation of the attenuation of one block, with 0.5 % left over from calibration."""
    transmission = np.exp(-alpha)
    quanta = profile.noise.quanta_open_beam[energy]
    electronic = profile.noise.electronic_counts / profile.open_beam_counts[energy]
    random = (
        np.sqrt(1 / (quanta * transmission) + (electronic / transmission) ** 2) / block * _SMOOTHED
    )
    return cast(NDArray[np.float64], np.hypot(random, 0.005))


@lru_cache(maxsize=1)
def _chroma_table() -> NDArray[np.float32]:
    """(hues, 256, 2) Cb and Cr above neutral for each hue and brightness, as far as RGB goes."""
    colours = np.array([entry.rgb for entry in MATERIAL_CLASSES], dtype=np.float64)
    red, green, blue = colours.T
    luma = 0.299 * red + 0.587 * green + 0.114 * blue
    chroma = np.stack([0.564 * (blue - luma), 0.713 * (red - luma)], axis=1)
    place = np.linspace(0, len(colours) - 1, _HUES)
    known = np.arange(len(colours))
    angle = np.interp(place, known, np.unwrap(np.arctan2(chroma[:, 1], chroma[:, 0])))
    size = np.interp(place, known, np.hypot(*chroma.T))
    direction = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    # Mixed with white above its own brightness, with black below: the shades of one paint.
    own = np.interp(place, known, luma)[:, None]
    level = np.arange(256.0)[None, :]
    reach = size[:, None] * np.minimum(level / own, (255 - level) / (255 - own))
    return cast(NDArray[np.float32], (reach[..., None] * direction[:, None]).astype(np.float32))


def _hatch_opaque(picture: UInt8, high: NDArray[np.float32], block: int, floor: float) -> None:
    """Draws diagonal lines where the high energy is at the noise floor: nothing is seen there."""
    opaque = high > floor - 0.1
    if not opaque.any():
        return
    mask = np.repeat(np.repeat(opaque, block, axis=0), block, axis=1)
    rows, columns = np.nonzero(mask[: picture.shape[0], : picture.shape[1]])
    lines = (rows + columns) % _HATCH_PX < 2
    picture[rows[lines], columns[lines]] = (150, 150, 150)
