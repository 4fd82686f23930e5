"""What reaches the detectors, and how sharply: scatter, blur, energies seen one after the other.

Between the transmission of ideal rays (`detect`) and the detectors' answer (`response`); no chance
is in it. Pictures are (H, W) float32 and changed in place.
"""

from __future__ import annotations

from functools import lru_cache
from math import ceil

import numpy as np

from scanai.scan.profile import ScannerProfile
from scanai.synth.solids import Array

# Full width at half maximum of a Gaussian, in standard deviations.
_FWHM = 2.3548
# Rows that scatter is computed for at once: it is smooth.
_BLOCK = 8
# The most variance, px², that one pass of a three-point kernel gives.
_ONE_PASS = 0.4
# Transmission below this is as good as none, and has a logarithm.
_NOTHING = 1e-30


def drift(picture: Array, attenuation: Array) -> None:
    """Attenuation of each column changed by its share; attenuation: (W,)."""
    if not attenuation.any():
        return
    change = np.maximum(picture, np.float32(_NOTHING))
    np.log(change, out=change)
    change *= attenuation
    np.exp(change, out=change)
    picture *= change


def add_scatter(picture: Array, profile: ScannerProfile) -> None:
    """Adds the radiation that matter in the fan scatters along the detector array.

    A column of matter of attenuation α gives off α·T: what is scattered forward crosses the same
    matter as what is not. It falls off exponentially along the array. Each pulse lights up one
    column only, and so does its scatter. Multiple scatter is taken as part of it.
    """
    if profile.imperfections.scatter == 0:
        return
    height = picture.shape[0]
    starts = np.arange(0, height, _BLOCK)
    blocks = np.add.reduceat(picture, starts, axis=0)
    blocks /= np.diff(np.append(starts, height)).astype(np.float32)[:, None]
    source = -np.log(np.maximum(blocks, np.float32(_NOTHING)))
    source *= blocks
    picture += _spread(profile, height) @ source


@lru_cache(maxsize=8)
def _spread(profile: ScannerProfile, height: int) -> Array:
    """(H, blocks): scatter that each row gets of what each block of rows gives off."""
    flaws = profile.imperfections
    rows = np.arange(0.5, height)
    edges = np.minimum(np.arange(0, height + _BLOCK, _BLOCK), height)
    away = (edges - rows[:, None]) * (profile.pitch_mm[1] / 1000 / flaws.scatter_reach_m)
    up_to = np.sign(away) * (1 - np.exp(-np.abs(away))) / 2
    share: Array = (flaws.scatter * np.diff(up_to, axis=1)).astype(np.float32)
    return share


def blur(picture: Array, profile: ScannerProfile, energy: int) -> Array:
    """The picture as detectors of some width see it, lit by a focal spot of some size.

    Where pulses of two energies take turns, the first is moved by a quarter of the interlace
    against the travel and the second by as much along it; what that blurs is the aperture of the
    detector along the travel, for which only the rest is added.
    """
    flaws, geometry = profile.imperfections, profile.geometry
    # A point of the object is drawn over the focal spot × (1 − 1/magnification).
    drawn = 1 - geometry.source_to_centre_m / geometry.source_to_detector_m
    spot = flaws.focal_spot_mm / _FWHM * drawn
    along, across = (
        width**2 / 12 + (spot / pitch) ** 2
        for width, pitch in zip(flaws.aperture, profile.pitch_mm, strict=True)
    )
    shift = 0.0
    if len(profile.energies_mv) == 2:
        shift = flaws.interlace / 2 * (1 if energy else -1)
    picture = _filtered(picture, 0.0, across, axis=0)
    return _filtered(picture, shift, max(along, abs(shift) - shift**2), axis=1)


def _filtered(picture: Array, shift: float, variance: float, axis: int) -> Array:
    """Three-point kernels of this mean and variance, px and px²; edges go on outside.

    shift > 0 takes from the pixels of higher index.
    """
    passes = ceil(variance / _ONE_PASS)
    if abs(shift) > 0:
        passes = max(passes, 1)
    for number in range(passes):
        mean = shift if number == 0 else 0.0
        own = max(variance / passes, abs(mean) - mean**2)
        before, after = (own + mean**2 - mean) / 2, (own + mean**2 + mean) / 2
        picture = _three_points(picture, before, after, axis)
    return picture


def _three_points(picture: Array, before: float, after: float, axis: int) -> Array:
    lines = picture.T if axis else picture
    result = lines * np.float32(1 - before - after)
    scratch = lines * np.float32(before)
    result[1:] += scratch[:-1]
    result[0] += scratch[0]
    np.multiply(lines, np.float32(after), out=scratch)
    result[:-1] += scratch[1:]
    result[-1] += scratch[-1]
    return result.T if axis else result
