"""From attenuation back to matter: areal density and effective Z.

Effective Z is the atomic number of the single element that would give the measured pair of
attenuations. It is ambiguous for heavy and for mixed objects, so it always comes with an interval.
All lookups go through tables made once per scanner. Objects in front of a background are not here;
they are the inspector's business.
"""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from scanai.physics.beams import Beam, beam
from scanai.physics.cross_sections import MAX_Z
from scanai.physics.materials import element
from scanai.physics.tables import FloatArray
from scanai.physics.transmission import NOMINAL, Factors, attenuation_matrix, effective_spectrum

Float32Array = NDArray[np.float32]

LEAST_ATTENUATION = 0.02
"""Below this no ratio is formed: noise and open-beam drift are as large as the signal."""
MOST_ATTENUATION = 12.0
"""No scanner sees through more; larger values count as this."""
_USUAL_Z = 13.0
"""Stands in where the ratio cannot tell; attenuation per g/cm² is alike from Z 4 to 40."""
_COVERAGE_95 = 1.96
_ATTENUATIONS = 96
_RATIOS = 512
_Z = np.arange(1, MAX_Z + 1, dtype=np.float64)
_LOG_LEAST = float(np.log(LEAST_ATTENUATION))
_LOG_STEP = float(np.log(MOST_ATTENUATION / LEAST_ATTENUATION)) / (_ATTENUATIONS - 1)


class Inversion(NamedTuple):
    """Arrays of one shape; a scalar pair gives arrays without dimensions."""

    areal_density: Float32Array
    """g/cm² along the ray"""
    effective_z: Float32Array
    """1 to 94, the lightest of several that fit; NaN where either attenuation is below
    `LEAST_ATTENUATION`."""
    z_low: Float32Array
    z_high: Float32Array
    """Every element that explains the pair lies between them (95 %, by the given errors); 1 and 94
    where the ratio cannot tell: too little attenuation, or a pair that no element gives."""


class _Ends(NamedTuple):
    """(attenuations, ratios) first and last Z at which a curve of ratio over Z crosses a ratio."""

    first_below: Float32Array
    first_above: Float32Array
    last_below: Float32Array
    last_above: Float32Array


class DualEnergyTable:
    """Inversion of one pair of beams.

    Kept over ln attenuation at high energy and, at each attenuation, over the range of the ratio
    low / high that the elements span: in these coordinates the tables hardly change from one
    attenuation to the next, so the nearest entry will do.
    """

    def __init__(
        self,
        high: Beam,
        low: Beam,
        factors_high: Factors = NOMINAL,
        factors_low: Factors = NOMINAL,
    ) -> None:
        if high.end_point_mv <= low.end_point_mv:
            raise ValueError(
                "expected the high energy above the low one, "
                f"found {high.end_point_mv:g} and {low.end_point_mv:g} MV"
            )
        density, ratio = _element_curves(high, low, factors_high, factors_low)
        attenuation = np.exp(_LOG_LEAST + _LOG_STEP * np.arange(_ATTENUATIONS))
        self._density_per_attenuation = (density / attenuation[:, None]).astype(np.float32)
        self._least_ratio = ratio.min(axis=1).astype(np.float32)
        self._ratio_span = np.ptp(ratio, axis=1).astype(np.float32)
        scaled = (ratio - ratio.min(axis=1, keepdims=True)) / np.ptp(ratio, axis=1, keepdims=True)
        self._ends = _crossings(scaled)

    def invert(
        self,
        attenuation_high: ArrayLike,
        attenuation_low: ArrayLike,
        sigma_high: ArrayLike | None = None,
        sigma_low: ArrayLike | None = None,
    ) -> Inversion:
        """Areal density and effective Z of pixels or whole images.

        The sigmas are standard errors of the attenuations and broadcast against them; without them
        the interval holds only the ambiguity of the ratio itself: a pair that two elements share.
        """
        high, low = np.broadcast_arrays(
            np.asarray(attenuation_high, dtype=np.float32),
            np.asarray(attenuation_low, dtype=np.float32),
        )
        usable = (high >= LEAST_ATTENUATION) & (low >= LEAST_ATTENUATION)
        safe_high: Float32Array = np.where(usable, high, np.float32(1))
        quotient = np.asarray(np.where(usable, low, np.float32(1)) / safe_high, dtype=np.float32)

        position = _position(safe_high)
        least = _along(self._least_ratio, position)
        span = _along(self._ratio_span, position)
        row = np.rint(position).astype(np.intp)
        place = (quotient - least) / span

        # Where two elements share a ratio, the lighter one: light cargo is common, lead is not.
        at = row, _column(place)
        lightest = np.maximum(self._ends.first_below[at], self._ends.first_above[at])
        z = np.where(usable, lightest, np.float32(np.nan))
        spread = _ratio_sigma(quotient, safe_high, sigma_high, sigma_low)
        margin = np.float32(_COVERAGE_95) * spread / span
        exact = sigma_high is None and sigma_low is None
        z_low, z_high = self._interval(row, place, margin, exact)
        return Inversion(
            areal_density=self.areal_density(high, z),
            effective_z=np.asarray(z, dtype=np.float32),
            z_low=np.where(usable, z_low, np.float32(1)),
            z_high=np.where(usable, z_high, np.float32(MAX_Z)),
        )

    def _interval(
        self, row: NDArray[np.intp], place: Float32Array, margin: Float32Array, exact: bool
    ) -> tuple[Float32Array, Float32Array]:
        """All Z whose ratio lies within `margin` of the measured one; 1 and 94 if none does.

        An exact pair beyond what the elements span is taken for the nearest that they do span.
        Ratio over Z is continuous, so that set begins where the curve first enters the band and
        ends where it last leaves it, from whichever side.
        """
        possible = np.asarray(exact) | ((place + margin >= 0) & (place - margin <= 1))
        place = np.clip(place, 0, 1)
        top, bottom = _column(place + margin), _column(place - margin)
        ends = self._ends
        low = np.maximum(ends.first_below[row, top], ends.first_above[row, bottom])
        high = np.minimum(ends.last_below[row, top], ends.last_above[row, bottom])
        # Entries are half a column apart from the exact crossing, which can turn a narrow interval
        # inside out.
        low, high = np.minimum(low, high), np.maximum(low, high)
        return np.where(possible, low, np.float32(1)), np.where(possible, high, np.float32(MAX_Z))

    def areal_density(self, attenuation_high: ArrayLike, effective_z: ArrayLike) -> Float32Array:
        """Areal density, g/cm², of matter of known effective Z: a fast bilinear lookup.

        Never negative; an attenuation of NaN stays NaN. A Z of NaN is unknown and counts as 13; Z
        below 2 counts as 2, for pure hydrogen has twice the electrons per gram and is no cargo.
        """
        attenuation = np.asarray(attenuation_high, dtype=np.float32)
        z = np.asarray(effective_z, dtype=np.float32)
        z = np.clip(np.where(np.isnan(z), np.float32(_USUAL_Z), z), 2, MAX_Z) - 1
        attenuation, z = np.broadcast_arrays(
            np.clip(attenuation, 0, np.float32(MOST_ATTENUATION)), z
        )
        # fmax, unlike maximum, sends NaN to a valid place; the product below is NaN all the same.
        position = _position(np.fmax(attenuation, np.float32(LEAST_ATTENUATION)))
        i = np.minimum(position.astype(np.intp), _ATTENUATIONS - 2)
        j = np.minimum(z.astype(np.intp), MAX_Z - 2)
        along, across = position - i, z - j
        table = self._density_per_attenuation
        flat = table.ravel()
        corner = i * MAX_Z + j
        upper = flat[corner] * (1 - across) + flat[corner + 1] * across
        corner += MAX_Z
        lower = flat[corner] * (1 - across) + flat[corner + 1] * across
        return np.asarray(attenuation * (upper + (lower - upper) * along), dtype=np.float32)


@cache
def dual_energy_table(
    high_mv: float, low_mv: float, factors_high: Factors = NOMINAL, factors_low: Factors = NOMINAL
) -> DualEnergyTable:
    """The table of a scanner by its end points in MV; made once, in some 50 ms."""
    return DualEnergyTable(beam(high_mv), beam(low_mv), factors_high, factors_low)


def single_energy_areal_density(
    attenuation: ArrayLike, z: float, beam: Beam, factors: Factors = NOMINAL
) -> Float32Array:
    """Areal density, g/cm², in the shape of `attenuation`, for matter taken to be of element `z`.

    Never negative; attenuations above `MOST_ATTENUATION` count as that. ValueError outside Z 1–94.
    """
    if not 1 <= z <= MAX_Z:
        raise ValueError(f"expected an atomic number from 1 to {MAX_Z}, found {z:g}")
    areal_density, curves = _attenuation_curves(beam, factors)
    lower = min(int(z), MAX_Z - 1)
    share = z - lower
    curve = (1 - share) * curves[lower - 1] + share * curves[lower]
    clipped = np.clip(np.asarray(attenuation, dtype=np.float32), 0, MOST_ATTENUATION)
    per_attenuation = np.interp(clipped, curve, areal_density / curve)
    return np.asarray(clipped * per_attenuation, dtype=np.float32)


@cache
def _attenuation_curves(beam: Beam, factors: Factors) -> tuple[FloatArray, FloatArray]:
    """(areal density (N,) g/cm², attenuation (94, N)) of every element."""
    energy, weight = effective_spectrum(beam)
    matrix = attenuation_matrix([element(int(z)) for z in _Z], energy, factors)
    # The thickest light slab that `MOST_ATTENUATION` asks for is 700 g/cm²; factors may ask more.
    areal_density = np.geomspace(0.02, 3000, 160)
    behind = np.exp(-matrix[:, None, :] * areal_density[:, None]) @ weight
    return areal_density, -np.log(np.maximum(behind, 1e-300))


def _element_curves(
    high: Beam, low: Beam, factors_high: Factors, factors_low: Factors
) -> tuple[FloatArray, FloatArray]:
    """(attenuations, 94) areal density and ratio low / high at each attenuation of each element."""
    areal_density, curves_high = _attenuation_curves(high, factors_high)
    _, curves_low = _attenuation_curves(low, factors_low)
    log_attenuation = _LOG_LEAST + _LOG_STEP * np.arange(_ATTENUATIONS)
    density, ratio = np.empty((2, _ATTENUATIONS, MAX_Z))
    for k, (curve_high, curve_low) in enumerate(zip(curves_high, curves_low, strict=True)):
        at = np.log(curve_high)
        density[:, k] = np.exp(np.interp(log_attenuation, at, np.log(areal_density)))
        ratio[:, k] = np.interp(log_attenuation, at, curve_low / curve_high)
    return density, ratio


def _crossings(scaled: FloatArray) -> _Ends:
    """From (attenuations, 94) ratios scaled to 0 … 1."""
    column = np.linspace(0, 1, _RATIOS)
    tables = np.empty((4, *scaled.shape[:1], _RATIOS), dtype=np.float32)
    for i, curve in enumerate(scaled):
        falling = np.minimum.accumulate(curve)
        rising = np.maximum.accumulate(curve)
        falling_back = np.minimum.accumulate(curve[::-1])
        rising_back = np.maximum.accumulate(curve[::-1])
        tables[0, i] = np.interp(column, falling[::-1], _Z[::-1])
        tables[1, i] = np.interp(column, rising, _Z)
        tables[2, i] = np.interp(column, falling_back[::-1], _Z)
        tables[3, i] = np.interp(column, rising_back, _Z[::-1])
    return _Ends(*tables)


def _position(attenuation: Float32Array) -> Float32Array:
    """Place on the attenuation axis of the tables, 0 to 95, with fraction."""
    position = (np.log(attenuation) - np.float32(_LOG_LEAST)) / np.float32(_LOG_STEP)
    return np.asarray(np.clip(position, 0, _ATTENUATIONS - 1), dtype=np.float32)


def _along(values: Float32Array, position: Float32Array) -> Float32Array:
    """Linear interpolation of values at whole positions."""
    i = np.minimum(position.astype(np.intp), _ATTENUATIONS - 2)
    return np.asarray(values[i] + (values[i + 1] - values[i]) * (position - i), dtype=np.float32)


def _column(place: Float32Array) -> NDArray[np.intp]:
    return np.rint(np.clip(place, 0, 1) * (_RATIOS - 1)).astype(np.intp)


def _ratio_sigma(
    quotient: Float32Array,
    high: Float32Array,
    sigma_high: ArrayLike | None,
    sigma_low: ArrayLike | None,
) -> Float32Array:
    """Standard error of low / high."""
    of_high = np.asarray(0 if sigma_high is None else sigma_high, dtype=np.float32)
    of_low = np.asarray(0 if sigma_low is None else sigma_low, dtype=np.float32)
    return np.asarray(np.hypot(of_low, quotient * of_high) / high, dtype=np.float32)
