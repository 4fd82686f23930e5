"""What a portal's reading is in memory: plain counts of each panel, interval by interval.

Counts are as the detector made them, no background taken off, for only such counts follow Poisson's
law. A panel that did not count in an interval has a live time of 0 there.
"""

from __future__ import annotations

from typing import Literal

import msgspec

Particle = Literal["gamma", "neutron"]


class Panel(msgspec.Struct, frozen=True, kw_only=True):
    """One detector of the portal."""

    name: str
    particle: Particle
    counts: tuple[int, ...]
    """While the vehicle was in the portal, one number an interval, all energies together."""
    live_s: tuple[float, ...]
    """Live time of each interval, s."""
    background_counts: int = 0
    """With no vehicle in the portal."""
    background_live_s: float = 0.0
    """Live time of the background, s; 0: none was measured, and the counts cannot be judged."""


class Alarm(msgspec.Struct, frozen=True, kw_only=True):
    """An alarm that the instrument itself raised."""

    category: str
    """In the instrument's word: Neutron, Gamma, Isotope …"""
    description: str = ""

    @property
    def of_neutrons(self) -> bool:
        return "neutron" in self.category.lower()


class RadiationReading(msgspec.Struct, frozen=True, kw_only=True):
    """One passage through a portal. ValueError when its parts do not fit each other."""

    source: str
    sha256: str = ""
    format: Literal["N42-2012", "N42-2006", "made-up"] = "made-up"
    instrument: str = ""
    """Maker, model and identifier, as far as they are told."""
    real_s: tuple[float, ...]
    """Real time of each interval, s; one begins where the one before ends."""
    panels: tuple[Panel, ...]
    background_from: Literal["measurement", "unoccupied", "none"] = "none"
    """A measurement of its own, or the intervals without a vehicle."""
    alarms: tuple[Alarm, ...] = ()
    nuclides: tuple[str, ...] = ()
    """That the instrument says it identified."""
    speed_m_s: float | None = None

    def __post_init__(self) -> None:
        n = len(self.real_s)
        for panel in self.panels:
            if len(panel.counts) != n or len(panel.live_s) != n:
                raise ValueError(f"panel {panel.name}: {n} intervals, found {len(panel.counts)}")
            least = min((*panel.counts, *panel.live_s, panel.background_counts), default=0)
            if least < 0 or panel.background_live_s < 0:
                raise ValueError(f"panel {panel.name}: counts and live times of at least 0")

    def of(self, particle: Particle) -> tuple[Panel, ...]:
        """The panels that count these particles."""
        return tuple(panel for panel in self.panels if panel.particle == particle)
