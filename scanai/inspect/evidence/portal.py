"""Portal: the counts of one passage judged against the background, and laid beside the picture.

What a count means for an officer is in `radiation`; here is what was counted, how likely noise is,
and whether gamma counts are missing where the picture is dense. Everything that a page shows of a
reading goes into the summary, for whoever renders it has no reading.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import uniform_filter1d

from scanai.inspect.bundle import OperatingPoint
from scanai.inspect.evidence.measured import CELL, Measured
from scanai.inspect.report import PortalCounts, PortalFault, RadiationSummary
from scanai.radiation.counting import MAX_POINTS, Passage, passage_of
from scanai.radiation.reading import Particle, RadiationReading

LEAST_POINTS = 8
"""Of a profile, for a correlation to say anything."""

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Portal:
    reading: RadiationReading
    gamma: Passage | None
    neutron: Passage | None
    summary: RadiationSummary


def judge(reading: RadiationReading, point: OperatingPoint, density: Floats | None) -> Portal:
    """`density`: (n,) mean areal density along the transport unit, g/cm²; None without one."""
    drift = point.thresholds["portal_drift"]
    most = point.thresholds["portal_p"]
    gamma = passage_of(reading, "gamma", drift)
    neutron = passage_of(reading, "neutron", drift)
    told = [_counts(one, most) for one in (gamma, neutron)]
    faults = _faults(gamma, "gamma") + _faults(neutron, "neutron")
    missed = bool(faults) or any(
        panel.background_live_s == 0 or not any(panel.live_s) for panel in reading.panels
    )
    alarm = bool(reading.alarms) or any(one is not None and one.alarm for one in told)
    along = () if density is None else tuple(round(float(v), 2) for v in _pooled(density))
    agreement, backwards = None, False
    if gamma is not None and told[0] is not None and not told[0].alarm:
        agreement, backwards = _agreement(gamma, np.asarray(along))
    longest = next((one for one in (gamma, neutron) if one is not None), None)
    summary = RadiationSummary(
        instrument=reading.instrument,
        alarms=tuple(
            f"{alarm.category}: {alarm.description}" if alarm.description else alarm.category
            for alarm in reading.alarms
        ),
        nuclides=reading.nuclides,
        background_from=reading.background_from,
        quiet=gamma is not None and not missed and not alarm,
        speed_m_s=reading.speed_m_s,
        duration_s=round(float(sum(reading.real_s)), 3),
        times_s=() if longest is None else _middles(longest),
        gamma=told[0],
        neutron=told[1],
        faults=faults,
        areal_density=along,
        agreement=agreement,
        reversed=backwards,
    )
    return Portal(reading, gamma, neutron, summary)


def density_along(measured: Measured) -> Floats:
    """(n,) mean areal density of each column of cells of the transport unit, g/cm²."""
    x0, y0, x1, y1 = measured.unit_box
    columns = slice(x0 // CELL, -(-x1 // CELL))
    rows = slice(y0 // CELL, -(-y1 // CELL))
    return np.asarray(measured.areal_density[rows, columns].mean(axis=0, dtype=np.float64))


def _pooled(values: Floats) -> Floats:
    size = -(-values.size // MAX_POINTS)
    starts = np.arange(0, values.size, size)
    return np.asarray(
        np.add.reduceat(values, starts) / np.diff(np.append(starts, values.size)), dtype=np.float64
    )


def _middles(passage: Passage) -> tuple[float, ...]:
    return tuple(np.round((passage.seconds[1:] + passage.seconds[:-1]) / 2, 3).tolist())


def _faults(passage: Passage | None, particle: Particle) -> tuple[PortalFault, ...]:
    if passage is None:
        return ()
    return tuple(
        PortalFault(
            panel=fault.panel,
            particle=particle,
            counts=fault.counts,
            expected=round(fault.expected, 2),
        )
        for fault in passage.faults
    )


def _counts(passage: Passage | None, most: float) -> PortalCounts | None:
    if passage is None:
        return None
    # Live times of all panels are added up: a rate of the whole portal is of their mean.
    live = passage.live_s / passage.panels
    cps = np.divide(passage.counts, live, out=np.zeros_like(live), where=live > 0)
    lowest = passage.lowest
    first, stop = passage.peak
    return PortalCounts(
        panels=passage.panels,
        counts=int(passage.counts.sum()),
        expected=round(passage.expected, 2),
        assumed=passage.assumed,
        background_cps=round(passage.expected / max(float(live.sum()), 1e-9), 3),
        background_live_s=round(passage.background_live_s, 3),
        sigma=round(passage.sigma, 2),
        peak_sigma=round(passage.peak_sigma, 2),
        peak_s=(round(float(passage.seconds[first]), 3), round(float(passage.seconds[stop]), 3)),
        p_value=passage.p_value,
        alarm=passage.p_value <= most,
        lowest_share=None if lowest is None else round(lowest.value, 4),
        lowest_low=None if lowest is None else round(lowest.low, 4),
        lowest_high=None if lowest is None else round(lowest.high, 4),
        cps=tuple(np.round(cps, 2).tolist()),
    )


def along_passage(density: Floats, points: int) -> Floats:
    """(points,) of the densities along the unit, the passage taken for an even drive past it."""
    places = np.linspace(0, density.size - 1, points)
    return np.asarray(np.interp(places, np.arange(density.size), density))


def _agreement(gamma: Passage, density: Floats) -> tuple[float | None, bool]:
    """Correlation of missing counts with areal density, and whether it takes turning it round.

    The passage is taken for an even drive past the whole unit; both are smoothed over a tenth of
    it, for a panel looks at some metres at once.
    """
    points = gamma.counts.size
    if points < LEAST_POINTS or density.size < LEAST_POINTS:
        return None, False
    share = np.divide(gamma.counts, gamma.live_s, out=np.zeros(points), where=gamma.live_s > 0)
    width = max(points // 10, 1)
    missing = -uniform_filter1d(share, width, mode="nearest")
    dense = uniform_filter1d(along_passage(density, points), width, mode="nearest")
    if np.ptp(missing) <= 0 or np.ptp(dense) <= 0:
        return None, False
    ahead, back = (float(np.corrcoef(missing, way)[0, 1]) for way in (dense, dense[::-1]))
    if not np.isfinite([ahead, back]).all():
        return None, False
    return round(max(ahead, back), 3), back > ahead
