"""Counts to transmission: dark and open beam of each detector row, defects filled, floor clipped.

This is the air and dark correction of one scan; the spectral calibration of a scanner, which tells
materials apart, is in `scanai.physics.calibration`.

How open beam is found in the picture is in `open_beam`, how defects are found and filled in
`defects`; here is the order of the steps, what is refused, and what is told to the analyst.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from scanai.errors import ScanError
from scanai.scan import defects
from scanai.scan.model import ImageQuality, RawScan, Scan
from scanai.scan.open_beam import AIR_LINE_TOLERANCE, OpenBeam, open_beam, pulse_output
from scanai.scan.profile import ScannerProfile

Array = NDArray[np.float32]
Mask = NDArray[np.bool_]
From = Literal["file", "air_line", "air_regions", "scale", "none"]

# Signal: this share of the open beam above dark. Far above electronic noise, far below thin cargo.
_SIGNAL = 0.002
# An air line below this share of its median belongs to a dead detector.
_DEAD_AIR = 0.2
# A picture with more saturated pixels than this shows nothing.
_ALL = 0.99
# A dark level below this is too near to zero for zero to be impossible.
_LEAST_DARK = 50.0
# A pulse of less output than this says too little of what it went through.
_WEAKEST_PULSE, _STRONGEST_PULSE = 0.3, 1.5
# Without an air line the air found in the picture is 1 by construction, but for row medians.
_OWN_AIR_TOLERANCE = 0.05
# An attenuation of 5.5, the least grey of an 8-bit picture: a display picture has no noise floor.
_DISPLAY_FLOOR = 1 / 255

_NO_AIR_BESIDE = (
    "No open air beside the transport unit: detector rows behind it have the mean open beam of the "
    "rows above it."
)
_NO_AIR_ABOVE = "No open air above the transport unit: beam output was not corrected."
_DOUBTFUL = (
    "The open beam was found in the picture and is doubtful ({reason}): if that is no open air, "
    "mass and materials are wrong. Scan with an air line, or with open air beside the unit."
)
# So many columns side by side, at 5 mm each, may hide a small source; single missed pulses do not.
_WIDE_GAP = 8
_GAP = "{count} columns side by side were not measured and are filled in: nothing was seen there."
_OTHER_ROWS = (
    "The picture has {found} rows and the scanner {profile.name} has {profile.rows}: heights and "
    "mass may be wrong."
)
_DISPLAY = "The grey scale of this picture is unknown: shape and texture only, no mass and no Z."


@dataclass(frozen=True)
class _Corrected:
    """One energy, and what was done to it."""

    transmission: Array
    filled: Mask
    dead_rows: tuple[int, ...]
    missing_columns: tuple[int, ...] = ()
    hot: int = 0
    dropouts: int = 0
    saturated: int = 0
    pulse_spread: float = 0.0
    open_beam: float = 0.0
    doubtful: bool = False
    notes: tuple[str, ...] = ()


def calibrate(raw: RawScan) -> Scan:
    """Transmission of every pixel, 1 = open beam, defects filled in and reported.

    ScanError when the picture is tiny, when there is no signal, when everything is saturated, when
    values are not finite, and when no open beam is known and none is found where the scanner
    profile believes it.
    """
    raw.check()
    if raw.quantity == "display":
        return _display(raw)
    profile = raw.profile
    if profile is None:
        raise ScanError(raw.source, "a scanner profile for counts or transmission", "none")
    if raw.pixels.dtype.kind == "f" and not np.isfinite(raw.pixels.sum(dtype=np.float64)):
        raise ScanError(raw.source, "finite values", "NaN or infinite values")
    if not raw.pixels.any():
        raise ScanError(raw.source, "a signal", "every pixel zero")
    origin: From = "scale"
    correct = _from_transmission
    if raw.quantity == "counts":
        origin = "air_regions" if raw.air is None else "air_line"
        correct = _from_counts
    with ThreadPoolExecutor(len(raw.pixels)) as threads:  # numpy lets go of the interpreter lock
        work = [threads.submit(correct, raw, index, profile) for index in range(len(raw.pixels))]
        parts = [part.result() for part in work]
    transmission = np.stack([part.transmission for part in parts])
    return _scan(raw, transmission, parts, profile.noise_floor, origin)


def _scan(
    raw: RawScan, transmission: Array, parts: list[_Corrected], floor: float, origin: From
) -> Scan:
    valid = ~np.logical_or.reduce([part.filled for part in parts])
    pixels = raw.pixels.size
    dark = transmission[0] <= floor
    dark[list(parts[0].dead_rows)] = False
    dark[:, list(parts[0].missing_columns)] = False
    starved = int(np.count_nonzero(dark))
    quality = ImageQuality(
        dead_rows=tuple(part.dead_rows for part in parts),
        missing_columns=tuple(part.missing_columns for part in parts),
        hot_pixel_share=sum(part.hot for part in parts) / pixels,
        zero_share=sum(part.dropouts for part in parts) / pixels,
        saturated_share=sum(part.saturated for part in parts) / pixels,
        starved_share=starved / transmission[0].size,
        stripe_percent=100 * max(part.pulse_spread for part in parts),
        open_beam=tuple(part.open_beam for part in parts if part.open_beam),
        open_beam_from=origin,
        open_beam_doubtful=any(part.doubtful for part in parts),
        notes=tuple(dict.fromkeys(note for part in parts for note in part.notes)),
    )
    if raw.profile is not None and raw.profile.rows != raw.pixels.shape[1]:
        note = _OTHER_ROWS.format(found=raw.pixels.shape[1], profile=raw.profile)
        quality = replace(quality, notes=(*quality.notes, note))
    if quality.widest_gap >= _WIDE_GAP:
        note = _GAP.format(count=quality.widest_gap)
        quality = replace(quality, notes=(*quality.notes, note))
    return Scan(
        source=raw.source,
        transmission=transmission,
        valid=valid,
        quantity=raw.quantity,
        profile=raw.profile,
        energies_mv=raw.energies_mv,
        pitch_mm=raw.pitch_mm,
        noise_floor=floor,
        quality=quality,
        scan_id=raw.scan_id,
        unit=raw.unit,
        time=raw.time,
        sha256=raw.sha256,
    )


def _display(raw: RawScan) -> Scan:
    grey = raw.pixels.astype(np.float32)
    grey /= 255
    np.maximum(grey, np.float32(_DISPLAY_FLOOR), out=grey)
    nothing = np.zeros(grey.shape[1:], bool)
    part = _Corrected(grey[0], nothing, (), notes=(_DISPLAY,))
    scan = _scan(raw, grey, [part], _DISPLAY_FLOOR, "none")
    return replace(scan, quality=replace(scan.quality, starved_share=0.0))


def _from_counts(raw: RawScan, index: int, profile: ScannerProfile) -> _Corrected:
    pixels = np.asarray(raw.pixels[index], np.uint16)
    energy = raw.energies_mv[index]
    saturated = pixels >= profile.saturation_counts
    if np.count_nonzero(saturated) > _ALL * pixels.size:
        raise ScanError(
            raw.source,
            f"counts below saturation ({profile.saturation_counts})",
            f"all saturated at {energy:g} MV",
        )
    dark = _dark(raw, index, profile)
    nominal = profile.open_beam_counts[profile.energy_index(energy)]
    margin = round(max(_SIGNAL * nominal, 10 * profile.noise.electronic_counts))
    zero = pixels == 0
    # Below half of a dark level of some size lies nothing that an intact detector could read.
    lowest = np.where(dark > _LEAST_DARK, dark / 2, -1).astype(np.int32)
    impossible = pixels <= lowest[:, None]
    signal = pixels > (dark + margin).astype(np.uint16)[:, None]
    dead = defects.dead_rows(signal, zero | impossible)
    level = None if raw.air is None else _air_line(raw, index, profile, dark)
    if level is not None:
        dead |= level < _DEAD_AIR * np.median(level)
    live = ~dead
    if not live.any():
        raise ScanError(raw.source, "a signal", f"no live detector row at {energy:g} MV")
    missing = defects.missing_columns(zero | impossible, live)
    if missing.all():
        raise ScanError(raw.source, "a signal", f"next to nothing but zeros at {energy:g} MV")

    t = pixels.astype(np.float32)
    t -= dark[:, None]
    notes: list[str] = []
    tolerance = AIR_LINE_TOLERANCE
    doubt = ""
    if level is None:
        found = _air_in_picture(raw, index, profile, t, live, ~missing)
        doubt = found.doubt
        level, tolerance = found.level, _OWN_AIR_TOLERANCE
        if found.rows_seen < 1:
            notes.append(_NO_AIR_BESIDE)
        if doubt:
            notes.append(_DOUBTFUL.format(reason=doubt))
    usual = np.float32(np.median(level[live]))
    t *= (1 / np.where(dead, usual, level))[:, None]
    output = pulse_output(t, live, ~missing, tolerance)
    spread = 0.0
    if output is not None:
        missing |= (output < _WEAKEST_PULSE) | (output > _STRONGEST_PULSE)
        spread = float(output[~missing].std()) if not missing.all() else 0.0
        t *= (1 / np.where(missing, np.float32(1), output))[None, :]
    elif raw.air is None:
        notes.append(_NO_AIR_ABOVE)

    impossible |= missing
    hot = defects.hot_pixels(pixels, margin, profile.saturation_counts)
    hot &= live[:, None]
    out = defects.dropouts(t, zero, impossible, live, profile.noise_floor)
    saturated &= live[:, None]
    saturated &= ~hot
    return _Corrected(
        transmission=t,
        filled=_fill(t, out | hot, dead, missing, profile.noise_floor) | saturated,
        dead_rows=tuple(np.flatnonzero(dead).tolist()),
        missing_columns=tuple(np.flatnonzero(missing).tolist()),
        hot=int(np.count_nonzero(hot)),
        dropouts=int(np.count_nonzero(out)),
        saturated=int(np.count_nonzero(saturated)),
        pulse_spread=spread,
        open_beam=float(usual),
        doubtful=bool(doubt),
        notes=tuple(notes),
    )


def _from_transmission(raw: RawScan, index: int, profile: ScannerProfile) -> _Corrected:
    """Stored transmission is believed as it is; only what carries nothing is filled in."""
    t = raw.pixels[index].astype(np.float32)
    t /= np.float32(raw.full_scale or 1)
    zero = t <= 0
    dead = defects.dead_rows(t > _SIGNAL, zero)
    missing = defects.missing_columns(zero, ~dead)
    if dead.all() or missing.all():
        raise ScanError(raw.source, "a signal", f"none at {raw.energies_mv[index]:g} MV")
    impossible = np.broadcast_to(missing, t.shape)
    out = defects.dropouts(t, zero, impossible, ~dead, profile.noise_floor)
    return _Corrected(
        transmission=t,
        filled=_fill(t, out, dead, missing, profile.noise_floor),
        dead_rows=tuple(np.flatnonzero(dead).tolist()),
        missing_columns=tuple(np.flatnonzero(missing).tolist()),
        dropouts=int(np.count_nonzero(out)),
    )


def _fill(t: Array, bad: Mask, dead: Mask, missing: Mask, floor: float) -> Mask:
    """Fill bad pixels, missing columns and dead rows of t, clip it at the floor.

    (H, W) True where t was filled.
    """
    defects.fill_pixels(t, bad, ~dead, ~missing)
    defects.fill_columns(t, missing, floor)
    defects.fill_rows(t, dead, floor)
    np.maximum(t, np.float32(floor), out=t)
    filled: Mask = bad | dead[:, None] | missing
    return filled


def _dark(raw: RawScan, index: int, profile: ScannerProfile) -> Array:
    """(H,) counts with the beam off: of the file, else as the profile says its arrays have."""
    if raw.dark is not None:
        return np.asarray(raw.dark[index], np.float32)
    levels = profile.file.dark_counts
    level = levels[profile.energy_index(raw.energies_mv[index])] if levels else 0.0
    return np.full(raw.pixels.shape[1], level, np.float32)


def _air_line(raw: RawScan, index: int, profile: ScannerProfile, dark: Array) -> Array:
    """(H,) open beam above dark as the file has it; ScanError when it is no open beam at all."""
    assert raw.air is not None
    level = np.asarray(raw.air[index] - dark, np.float32)
    usual = float(np.median(level))
    # Half of what is believed of a picture: an air line is not mistaken for thin cargo.
    if not profile.open_beam_range[0] / 2 < usual <= profile.saturation_counts:
        energy = raw.energies_mv[index]
        nominal = profile.open_beam_counts[profile.energy_index(energy)]
        raise ScanError(
            raw.source,
            f"an air line of about {nominal:.0f} counts above dark at {energy:g} MV",
            f"{usual:.0f}",
        )
    return level


def _air_in_picture(
    raw: RawScan, index: int, profile: ScannerProfile, t: Array, live: Mask, measured: Mask
) -> OpenBeam:
    nominal = profile.open_beam_counts[profile.energy_index(raw.energies_mv[index])]
    found = open_beam(t, live, measured, profile.open_beam_range, nominal)
    if found is None:
        low, high = profile.open_beam_range
        raise ScanError(
            raw.source,
            f"an air level, or open air of {low:.0f} to {high:.0f} counts in the picture",
            f"missing air level and no such air at {raw.energies_mv[index]:g} MV",
        )
    return found
