"""Counts to transmission: dark and air for each detector row, noise floor, refusals.

The open beam that no air line gives is found in `open_beam`; defects are found and repaired in
`defects`.
"""

from __future__ import annotations

import numpy as np

from scanai.errors import ScanError
from scanai.scan.model import ImageQuality, RawScan, Scan


def calibrate(raw: RawScan) -> Scan:
    """Transmission of every pixel, 1 = open beam; ScanError when the scan carries no signal."""
    t = raw.pixels.astype(np.float32)
    floor = raw.profile.noise_floor if raw.profile else 1 / 255
    if raw.quantity == "display":
        t /= 255
    elif raw.quantity == "transmission":
        t /= raw.full_scale or 1.0
    else:
        if raw.air is None:
            raise ScanError(raw.source, "an air line", "none")
        dark = raw.dark if raw.dark is not None else np.zeros_like(raw.air)
        t -= dark[:, :, None]
        t *= 1 / np.maximum(raw.air - dark, 1)[:, :, None]
    np.maximum(t, floor, out=t)
    return Scan(
        source=raw.source,
        transmission=t,
        valid=np.ones(t.shape[1:], bool),
        quantity=raw.quantity,
        profile=raw.profile,
        energies_mv=raw.energies_mv,
        pitch_mm=raw.pitch_mm,
        noise_floor=floor,
        quality=ImageQuality(),
        scan_id=raw.scan_id,
        unit=raw.unit,
        time=raw.time,
        sha256=raw.sha256,
    )
