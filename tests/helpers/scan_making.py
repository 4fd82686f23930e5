"""A coarse scanner, which keeps tests fast, and made-up counts of any scanner."""

from __future__ import annotations

from dataclasses import replace

import msgspec
import numpy as np

from scanai.scan import RawScan, ScannerProfile
from scanai.scan.fan import fan, slopes_to
from scanai.scan.profile import Geometry, Noise, SpectralFactors


def coarse_scanner(
    energies_mv: tuple[float, ...] = (6.0, 4.0), **changes: object
) -> ScannerProfile:
    """160 rows of 20 mm, seen from the side."""
    count = len(energies_mv)
    profile = ScannerProfile(
        name="coarse",
        description="for tests",
        energies_mv=energies_mv,
        pitch_mm=(20.0, 20.0),
        rows=160,
        geometry=Geometry(
            source_to_centre_m=7.5,
            source_to_detector_m=10.8,
            source_height_m=0.8,
            view_bottom_m=-0.2,
        ),
        spectral=(SpectralFactors(),) * count,
        noise=Noise(quanta_open_beam=(4e5, 2e5)[:count], electronic_counts=3.0),
        open_beam_counts=(54000.0, 52000.0)[:count],
        open_beam_range=(40000.0, 62000.0),
        dark_counts=400.0,
        saturation_counts=65535,
        noise_floor=1.5e-4,
    )
    return msgspec.structs.replace(profile, **changes)


def raw_counts(pixels: np.ndarray, profile: ScannerProfile, **fields: object) -> RawScan:
    """pixels: (energies, H, W), of the first energies of the profile."""
    raw = RawScan(
        source="made-up",
        pixels=pixels,
        quantity="counts",
        profile=profile,
        energies_mv=profile.energies_mv[: len(pixels)],
        pitch_mm=profile.pitch_mm,
    )
    return replace(raw, **fields)


def sees(
    profile: ScannerProfile, half_width_m: float, bottom_m: float, top_m: float, air_m: float
) -> bool:
    """Whether a unit of that size is seen whole, with so much air in the reference plane above it;
    in a view from above or below, on either side."""
    geometry = profile.geometry
    slope = fan(geometry, profile.rows, profile.pitch_mm[1] / 1000).slope
    low, high = slopes_to(geometry, half_width_m, bottom_m, top_m)
    air = air_m / geometry.source_to_centre_m
    below = 0.0 if geometry.view == "side" else air
    return bool(slope[-1] <= low - below and high + air <= slope[0])
