"""A passage through a radiation portal: counts of a lane's panels as a vehicle drives through.

Two pillars, each with an upper and a lower plastic scintillator and a helium-3 tube. The background
comes mostly from the ground, and cargo between the pillars hides part of it: what is left is taken
for exponential in the mean areal density before the panels. Sources and natural goods add a rate
along the unit that reaches the panels as from a point, by the inverse square of the distance. A
model for tests and samples, no prediction for any real portal: every constant is a project
estimate.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scanai.radiation.reading import Alarm, Panel, RadiationReading

INTERVAL_S = 0.1
BACKGROUND_S = 60.0
GAMMA_CPS, NEUTRON_CPS = 500.0, 1.0
"""Background of one panel, counts a second. Project estimates."""
HIDING_G_CM2 = 120.0
"""Areal density behind which 1/e of the background that can be hidden is left. Project estimate:
far above the mean free path of 1 MeV, 16 g/cm² in most matter, for most rays go around it."""
HIDEABLE = 0.6
"""Share of the background that comes through or from beneath the load. Project estimate."""
LANE_M = 2.3
"""From a panel to the middle of the load."""
MARGIN_M = 1.5
"""Driven before the unit and after it, while the portal is occupied."""

Floats = NDArray[np.floating]


@dataclass(frozen=True)
class Source:
    """Something radioactive in the load. Rates are of one panel at the closest approach, in the
    cargo as it is: shielding of the source itself is not modelled."""

    first_m: float
    last_m: float
    """From the left end of the unit; a point where both are the same."""
    gamma_cps: float = 0.0
    neutron_cps: float = 0.0


def simulate_portal(
    rng: np.random.Generator,
    areal_density: Floats,
    length_m: float,
    *,
    sources: Sequence[Source] = (),
    speed_m_s: float = 2.2,
    alarms: Sequence[Alarm] = (),
    source: str = "simulated.n42",
) -> RadiationReading:
    """A passage, left end first. `areal_density`: (n,) g/cm² along the unit, at even steps."""
    if not speed_m_s > 0 or not length_m > 0 or not np.size(areal_density):
        raise ValueError("a speed and a length above 0, and areal density somewhere")
    steps = max(int(np.ceil((length_m + 2 * MARGIN_M) / speed_m_s / INTERVAL_S)), 1)
    # Where along the unit the panels look in the middle of each interval, m.
    at = (np.arange(steps, dtype=np.float64) + 0.5) * INTERVAL_S * speed_m_s - MARGIN_M
    left = 1 - HIDEABLE * (1 - np.exp(-_in_view(at, areal_density, length_m) / HIDING_G_CM2))
    panels = []
    for side in ("left", "right"):
        for level in ("lower", "upper"):
            rate = GAMMA_CPS * left + _added(at, sources, [s.gamma_cps for s in sources])
            panels.append(_panel(rng, f"{side} {level} gamma", "gamma", GAMMA_CPS, rate))
        rate = NEUTRON_CPS + _added(at, sources, [s.neutron_cps for s in sources])
        panels.append(_panel(rng, f"{side} neutron", "neutron", NEUTRON_CPS, rate))
    return RadiationReading(
        source=source,
        instrument="SYNTH lane",
        real_s=(INTERVAL_S,) * steps,
        panels=tuple(panels),
        background_from="measurement",
        alarms=tuple(alarms),
        speed_m_s=speed_m_s,
    )


def _in_view(at: Floats, areal_density: Floats, length_m: float) -> Floats:
    """Mean areal density before the panels, by how near each part of the unit is; g/cm²."""
    places = (np.arange(areal_density.size) + 0.5) * length_m / areal_density.size
    weight = _nearness(at[:, None] - places[None, :])
    # What a panel sees beside the unit is air.
    whole = np.pi * LANE_M * areal_density.size / length_m
    return np.asarray(weight @ areal_density / whole)


def _nearness(along_m: Floats) -> Floats:
    """Inverse square of the distance, 1 at the closest approach."""
    return np.asarray(1 / (1 + (along_m / LANE_M) ** 2))


def _added(at: Floats, sources: Sequence[Source], rates: Sequence[float]) -> Floats:
    total = np.zeros_like(at)
    for source, cps in zip(sources, rates, strict=True):
        middles = np.linspace(source.first_m, source.last_m, 32)
        total += cps * _nearness(at[:, None] - middles[None, :]).mean(axis=1)
    return total


def _panel(
    rng: np.random.Generator, name: str, particle: str, background_cps: float, rate: Floats
) -> Panel:
    return Panel(
        name=name,
        particle="neutron" if particle == "neutron" else "gamma",
        counts=tuple(int(n) for n in rng.poisson(rate * INTERVAL_S)),
        live_s=(INTERVAL_S,) * rate.size,
        background_counts=int(rng.poisson(background_cps * BACKGROUND_S)),
        background_live_s=BACKGROUND_S,
    )
