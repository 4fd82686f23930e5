"""How the transport unit really moved past the fan while its picture was taken.

The picture assumes even travel at right angles to the fan. Here: a speed that is a little wrong and
wanders, and a fan plane that is tilted along the travel. The rays that follow are in `view`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from scanai.scan.profile import Imperfections

# Length of the slow changes of speed, m: a lorry on its clutch, a gantry on uneven rails.
_SHORTEST, _LONGEST = 1.5, 12.0
_WAVES = 3


@dataclass(frozen=True)
class Travel:
    speed: float = 1.0
    """Mean speed ÷ the speed that the pitch stands for."""
    waves: tuple[tuple[float, float, float], ...] = ()
    """Of the speed along the travel: (amplitude as a share, length in m, phase)."""
    tilt: float = 0.0
    """m along the travel for each metre across."""

    def speeds(self, place: NDArray[np.float64]) -> NDArray[np.float64]:
        """Speed ÷ nominal at each place (m travelled), above 0."""
        wander = np.zeros(place.shape)
        for amplitude, length, phase in self.waves:
            wander += amplitude * np.sin(2 * np.pi * place / length + phase)
        return self.speed * np.maximum(1 + wander, 0.2)


EVEN = Travel()


def draw_travel(rng: Generator, flaws: Imperfections) -> Travel:
    """The travel of one scan."""
    speed = float(np.clip(1 + flaws.speed_error * rng.standard_normal(), 0.5, 2.0))
    amplitudes = flaws.speed_wander * np.sqrt(2 / _WAVES) * np.ones(_WAVES)
    lengths = np.exp(rng.uniform(np.log(_SHORTEST), np.log(_LONGEST), _WAVES))
    phases = rng.uniform(0, 2 * np.pi, _WAVES)
    tilt = float(flaws.skew_mrad * rng.standard_normal()) / 1000
    waves = tuple(zip(amplitudes.tolist(), lengths.tolist(), phases.tolist(), strict=True))
    return Travel(speed, waves, tilt)
