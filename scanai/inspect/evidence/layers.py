"""An object in front of (or inside) its surroundings: what the object alone is made of.

The whole-ray inversion of `scanai.physics.inversion` mixes an object with the goods around it. Here
the surroundings come from pixels right beside it, and the object is one further layer of one
element in the beam that they leave over:

    T = Σ w_k · exp(−t_surroundings · μ_k(Z_surroundings)) · exp(−t · μ_k(Z))

What the object takes the place of is not known and widens the interval of Z.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from scanai.physics.beams import beam
from scanai.physics.materials import Material
from scanai.physics.transmission import attenuation_matrix, effective_spectrum
from scanai.scan.profile import SpectralFactors

Array = NDArray[np.float64]

_Z = (
    *(1, 2, 4, 6, 7, 8, 10, 13, 16, 20, 23, 26, 29, 34, 40, 47),
    *(50, 56, 64, 70, 74, 78, 82, 86, 92, 94),
)
_MAX_AREAL_DENSITY = 500.0
_STEPS = 56
_IRON = 26
_ORGANIC = 7
_URANIUM = 92
_Z_95 = 1.96
_MOST_SCALE = 4.0


@dataclass(frozen=True)
class Layer:
    """The object alone, with 95 % intervals. Z is None where the pair of energies cannot tell."""

    areal_density: float
    areal_density_low: float
    areal_density_high: float
    z: float | None = None
    z_low: float | None = None
    z_high: float | None = None


@dataclass(frozen=True)
class Contrast:
    """Attenuation of object and surroundings at each energy, high first, and how sure they are."""

    core: tuple[float, ...]
    ring: tuple[float, ...]
    noise: tuple[float, ...]
    """Of core − ring at each energy, from counting statistics."""
    uneven: tuple[float, float]
    """How far the surroundings reach below and above `ring` at the high energy (95 % of them)."""
    spread: float
    """Standard deviation of the surroundings at the high energy, robust against a few outliers."""
    displaced: float
    """Most of the surroundings' attenuation, high energy, that the object can take the place of."""
    relative: float
    """Systematic error of the low energy's difference, as a share of it."""
    low_usable: bool
    """False when the low energy is at its noise floor in the object or beside it."""


class LayeredInversion:
    """Tables for one scanner: areal density × Z × spectrum bin, for one or two energies."""

    def __init__(self, energies_mv: Sequence[float], factors: Sequence[SpectralFactors]) -> None:
        elements = [Material(f"Z={z}", ((z, 1.0),), 1.0) for z in _Z]
        self._z = np.array(_Z, dtype=np.float64)
        # Square-law steps: the curve of attenuation bends most where little is in the way.
        self._t = _MAX_AREAL_DENSITY * np.linspace(0.0, 1.0, _STEPS) ** 2
        self._weights: list[Array] = []
        self._mu: list[Array] = []
        self._passed: list[Array] = []
        for end_point, factor in zip(energies_mv, factors, strict=True):
            energy, weight = effective_spectrum(beam(end_point))
            mu = np.asarray(attenuation_matrix(elements, energy, factor), dtype=np.float64)
            self._weights.append(np.asarray(weight, dtype=np.float64) / float(np.sum(weight)))
            self._mu.append(mu)
            self._passed.append(np.exp(-self._t[None, :, None] * mu[:, None, :]))
        self._bare = [
            -np.log(passed @ weight)
            for passed, weight in zip(self._passed, self._weights, strict=True)
        ]

    def invert(self, seen: Contrast) -> Layer:
        """The object that makes this contrast. Shapes are scalars; areal density in g/cm²."""
        curves = self._curves(seen.ring)
        excess = [core - ring for core, ring in zip(seen.core, seen.ring, strict=True)]
        noise = _Z_95 * seen.noise[0]
        reach = (
            -float(np.hypot(noise, seen.uneven[1])),
            0.0,
            float(np.hypot(noise, seen.uneven[0])),
        )
        possible = np.ones(self._z.size, dtype=bool)
        best, interval = float(_IRON), None
        if len(curves) == 2 and seen.low_usable and excess[0] > 0:
            residual, sigma = self._residual(curves, excess, seen)
            interval = _interval(self._z, residual, sigma)
            if interval is not None:
                best = _lightest_fit(self._z, residual)
                possible = (self._z >= interval[0]) & (self._z <= interval[1])
                possible[np.argmin(np.abs(self._z - best))] = True
        ends = [self._thickness(curves[0], excess[0] + beyond) for beyond in reach]
        return Layer(
            areal_density=float(np.interp(best, self._z, ends[1])),
            areal_density_low=float(ends[0][possible].min()),
            areal_density_high=float(ends[2][possible].max()),
            z=None if interval is None else best,
            z_low=None if interval is None else interval[0],
            z_high=None if interval is None else interval[1],
        )

    def _curves(self, ring: tuple[float, ...]) -> list[Array]:
        """For each energy, attenuation (Z, areal density) of an object behind the surroundings."""
        thickness = self._thickness(self._bare[0], ring[0])
        if len(ring) == 2:
            low = np.array(
                [
                    np.interp(t, self._t, row)
                    for t, row in zip(thickness, self._bare[1], strict=True)
                ]
            )
            behind = int(np.argmin(np.abs(self._z - _lightest_fit(self._z, ring[1] - low))))
        else:
            behind = _Z.index(_ORGANIC)
        curves = []
        for mu, passed, weight in zip(self._mu, self._passed, self._weights, strict=True):
            left = weight * np.exp(-thickness[behind] * mu[behind])
            curves.append(-np.log(passed @ (left / left.sum())))
        return curves

    def _thickness(self, curve: Array, attenuation: float) -> Array:
        """(Z,) areal density of each element that attenuates so much; negative counts as none."""
        return np.array([np.interp(max(attenuation, 0.0), row, self._t) for row in curve])

    def _residual(
        self, curves: list[Array], excess: list[float], seen: Contrast
    ) -> tuple[Array, Array]:
        """(Z,) measured − predicted low-energy excess, and its standard deviation."""
        thickness = self._thickness(curves[0], excess[0])
        predicted = np.array(
            [np.interp(t, self._t, row) for t, row in zip(thickness, curves[1], strict=True)]
        )
        slope = predicted / max(excess[0], 1e-6)
        # Uneven or displaced surroundings move both energies together, so only the difference in
        # slope counts.
        slope_ring = seen.ring[1] / seen.ring[0] if seen.ring[0] > 0.05 else float(slope[0])
        sigma = np.sqrt(
            seen.noise[1] ** 2
            + (slope * seen.noise[0]) ** 2
            + ((slope - slope_ring) * np.hypot(seen.spread, seen.displaced)) ** 2
            + (seen.relative * excess[1]) ** 2
        )
        return excess[1] - predicted, np.maximum(sigma, 1e-9)


@cache
def layered_inversion(
    energies_mv: tuple[float, ...], factors: tuple[SpectralFactors, ...]
) -> LayeredInversion:
    """The tables of one scanner, made once."""
    return LayeredInversion(energies_mv, factors)


def _interval(z: Array, residual: Array, sigma: Array) -> tuple[float, float] | None:
    """Smallest and largest Z that agree within 95 %; None when that says nothing.

    Where even the best element is off by more than one sigma, the errors were underestimated (the
    object is uneven, or not one element) and are scaled up to that, as the Particle Data Group
    does; beyond a factor of `_MOST_SCALE` the pair is no single object's. Thin layers of a light
    and of a very heavy element can look alike, so the interval may span both and a gap between.
    """
    fine = np.arange(1.0, 95.0)
    off = np.abs(np.interp(fine, z, residual)) / np.interp(fine, z, sigma)
    least = float(off.min())
    if least > _MOST_SCALE:
        return None
    agrees = off**2 - least**2 <= (_Z_95 * max(least, 1.0)) ** 2
    low, high = float(fine[agrees][0]), float(fine[agrees][-1])
    return None if low <= _ORGANIC and high >= _URANIUM else (low, high)


def _lightest_fit(z: Array, residual: Array) -> float:
    """Lightest Z whose residual is zero, else the Z whose residual is least.

    The lighter of two that fit: light cargo is common, lead is not.
    """
    crossings = np.flatnonzero(np.diff(np.sign(residual)))
    if crossings.size == 0:
        return float(z[np.argmin(np.abs(residual))])
    i = int(crossings[0])
    share = residual[i] / (residual[i] - residual[i + 1])
    return float(z[i] + share * (z[i + 1] - z[i]))
