"""A container silhouette with cargo, counted by a damaged detector.

Made here without the simulator: the reader is tested against known matter, not against
the project's own scanner model.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import msgspec
import numpy as np
import pytest
from numpy.typing import NDArray
from scan_making import raw_counts

from scanai.scan import RawScan, ScannerProfile, load_profile

Array = NDArray[np.float32]


@dataclass(frozen=True)
class Damaged:
    raw: RawScan
    attenuation: Array
    """(energies, H, W) as it is in truth."""
    open_beam: Array
    """(energies, H) counts above dark, in truth."""
    output: Array
    """(energies, W) of each pulse, in truth."""


def matter(height: int, width: int, beside: int, above: int) -> Array:
    """(H, W) attenuation at the high energy: walls, rails, floor, cartons, an opaque block."""
    a = np.zeros((height, width), np.float32)
    bottom = height - 10
    right = width - beside
    a[above:bottom, beside:right] += 0.11 + 0.02 * ((np.arange(right - beside) // 9) % 2)
    a[above : above + 6, beside:right] += 0.5
    a[bottom - 12 : bottom, beside:right] += 1.2
    a[above:bottom, beside : beside + 8] += 1.0
    a[above:bottom, right - 8 : right] += 1.3
    for number, left in enumerate(range(beside + 20, right - 140, 60)):
        top = above + 25 + 11 * (number % 3)
        a[top : bottom - 14, left : left + 55] += 0.9 + 0.35 * (number % 4)
    a[bottom - 60 : bottom - 20, right - 90 : right - 40] += 12.0
    return a


def detect(
    profile: ScannerProfile,
    *,
    height: int = 200,
    width: int = 480,
    beside: int = 24,
    above: int = 30,
    dark: float = 0.0,
    air_line: bool = False,
    gain: float = 0.02,
    stripes: float = 0.01,
    zeros: float = 0.0,
    dead: tuple[int, ...] = (),
    missed: tuple[int, ...] = (),
    level: float = 54_500.0,
    seed: int = 0,
) -> Damaged:
    rng = np.random.default_rng(seed)
    count = len(profile.energies_mv)
    attenuation = np.stack(
        [matter(height, width, beside, above) * (1 + 0.1 * e) for e in range(count)]
    )
    open_beam = level * (1 + gain * np.clip(rng.standard_normal((count, height)), -3, 3))
    output = 1 + stripes * np.clip(rng.standard_normal((count, width)), -3, 3)
    output[:, list(missed)] = 0
    quanta = np.array(profile.noise.quanta_open_beam)[:, None, None]
    arrived = rng.poisson(np.exp(-attenuation) * output[:, None] * quanta) / quanta
    counts = arrived * open_beam[:, :, None] + dark
    counts += profile.noise.electronic_counts * rng.standard_normal(counts.shape)
    counts[rng.random(counts.shape) < zeros] = 0
    counts[:, list(dead)] = 0
    raw = raw_counts(
        np.clip(np.rint(counts), 0, 65535).astype(np.uint16),
        msgspec.structs.replace(profile, rows=counts.shape[1]),
        source="SYNTH-0001.npy",
    )
    if air_line:
        raw = replace(
            raw,
            air=(open_beam + dark).astype(np.float32),
            dark=np.full(open_beam.shape, dark, np.float32),
        )
    return Damaged(raw, attenuation, open_beam.astype(np.float32), output.astype(np.float32))


@pytest.fixture(scope="session")
def portal() -> ScannerProfile:
    return load_profile("portal-6-4")


@pytest.fixture(scope="session")
def mobile() -> ScannerProfile:
    return load_profile("mobile-4")


@pytest.fixture(scope="session")
def scan_by(portal: ScannerProfile) -> Callable[..., Damaged]:
    """detect() by the portal unless a profile is given."""
    return lambda profile=portal, **damage: detect(profile, **damage)
