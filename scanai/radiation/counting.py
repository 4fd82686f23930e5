"""Counting statistics of a passage against the background: plain Poisson, nothing learnt.

The background is a count too, and for neutrons a small one. So the test is exact in both: given the
sum of two Poisson counts, the first is binomial, with a share of the live times (Przyborowski and
Wilenski, Biometrika 31, 1940; the on/off problem of gamma astronomy, Li and Ma, ApJ 272, 1983). No
law of large numbers and no calibration on scans is behind a p-value here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray
from scipy.special import betainc, betaincc, betaincinv, gammainc

from scanai.radiation.reading import Panel, Particle, RadiationReading

MAX_POINTS = 200
"""Of a profile: a passage of 20 s at ten intervals a second. Longer ones are added up."""

_LEAST_P = 1e-300
"""Smaller ones are 0 in a computer, which no chance is."""

LEAST_LEFT = 0.2
"""Of a detector's background, the least that any cargo leaves: fewer counts are a fault of the
detector. A load hides what comes through it and from beneath it, never what comes from the near
ground, the sky and the detector itself. Project estimate; `scanai.synth.portal` hides 0.6 at most.
"""
TYPICAL_NEUTRON_CPS = 5.0
"""Neutrons that a panel counts a second without a source, an assumption where none was measured.
They are of cosmic rays (Kouzes et al., NIM A 587, 2008, 89), some 0.01 a second and cm² at sea
level: 1 to 5 for half a square metre that counts 2 to 10 % of them. The upper end, so that an
excess is one at most sites; high ground has more. Project estimate."""
_ASSUMED_S = 3600.0
_FAULT_P = 1e-6
"""Chance of such counts behind a load that leaves LEAST_LEFT, from which it is a fault."""

Floats = NDArray[np.float64]


class Window(NamedTuple):
    """A stretch of the passage, half-open, in points of the profile."""

    first: int
    stop: int


@dataclass(frozen=True)
class Passage:
    """Counts of one kind of particle, all panels together, and what stands out of them."""

    panels: int
    counts: Floats
    """(n,) of each point."""
    expected_each: Floats
    """(n,) of the background."""
    live_s: Floats
    """(n,) live time added over the panels, s."""
    seconds: Floats
    """(n + 1,) where the points begin and the last one ends, s."""
    background_counts: float
    background_live_s: float
    """Measured, added over the panels, s."""
    assumed: bool
    """A panel's background is TYPICAL_NEUTRON_CPS, for none was measured."""
    sigma: float
    """Of all counts above the background, in standard deviations of the difference; negative where
    there are fewer."""
    peak_sigma: float
    """The same for the window and panel that stand out most, for their chance alone."""
    peak: Window
    p_value: float
    """Chance that noise alone makes some window of some panel stand out like that: the smallest
    binomial tail times the number looked at, at most 1 (Bonferroni, which only errs upwards)."""
    expected: float
    """Counts of the background in the live time of the passage."""
    lowest: Ratio | None
    """Where the counts are fewest against the background; None without any, or where a detector
    fails: what it does not count is not hidden."""
    faults: tuple[Fault, ...]


class Fault(NamedTuple):
    """A detector that lacks more counts than any cargo could hide."""

    panel: str
    counts: int
    expected: float
    """Both over the intervals that are below LEAST_LEFT."""


class Ratio(NamedTuple):
    """Counts over those of the background, with a 95 % interval, in a window."""

    value: float
    low: float
    high: float
    window: Window


def passage_of(reading: RadiationReading, particle: Particle, drift: float = 0.0) -> Passage | None:
    """None when no panel of that kind counted, or none that counts gamma rays has a background.

    `drift`: share by which the background may have risen since it was measured; only what is above
    that counts as an excess. Neutron panels without a background are judged by a typical one.
    """
    counting = [panel for panel in reading.of(particle) if any(panel.live_s)]
    measured = [panel for panel in counting if panel.background_live_s]
    panels = measured if particle == "gamma" else [_with_background(one) for one in counting]
    if not panels:
        return None
    seconds = np.concatenate(([0.0], np.cumsum(np.asarray(reading.real_s, dtype=np.float64))))
    starts = np.arange(0, seconds.size - 1, -(-(seconds.size - 1) // MAX_POINTS))
    counts = np.stack([_added(panel.counts, starts) for panel in panels])
    live = np.stack([_added(panel.live_s, starts) for panel in panels])
    idle = np.array([(p.background_counts, p.background_live_s) for p in panels])
    if len(panels) > 1:
        counts, live, idle = (np.concatenate((a.sum(0)[None], a)) for a in (counts, live, idle))
    # Panels differ in rate and may miss an interval: the sum expects what each of them expects.
    rates = idle[:, 0] / idle[:, 1]
    expected = live * rates[:, None]
    if len(panels) > 1:
        expected[0] = expected[1:].sum(axis=0)
    ratio = _time_ratio(expected, live, idle)
    p_value, window, row, looked = _smallest_tail(counts, ratio, idle[:, 0], drift)
    total = counts[0].sum()
    share = ratio[0].sum()
    faults = tuple(
        fault for panel in measured if panel.background_counts and (fault := _fault(panel, starts))
    )
    return Passage(
        panels=len(panels),
        counts=counts[0],
        expected_each=expected[0],
        live_s=live[0],
        seconds=np.append(seconds[starts], seconds[-1]),
        background_counts=float(idle[0, 0]),
        background_live_s=sum(panel.background_live_s for panel in measured),
        assumed=len(panels) > len(measured),
        sigma=_sigma(total, share, idle[0, 0]),
        peak_sigma=_sigma(
            counts[row, window.first : window.stop].sum(),
            ratio[row, window.first : window.stop].sum(),
            idle[row, 0],
        ),
        peak=window,
        p_value=min(max(p_value * looked, _LEAST_P), 1.0),
        expected=float(expected[0].sum()),
        lowest=None if faults else _lowest(counts[0], ratio[0], float(idle[0, 0])),
        faults=faults,
    )


def _with_background(panel: Panel) -> Panel:
    if panel.background_live_s:
        return panel
    counts = round(TYPICAL_NEUTRON_CPS * _ASSUMED_S)
    return msgspec.structs.replace(panel, background_counts=counts, background_live_s=_ASSUMED_S)


def _added(values: tuple[float, ...], starts: NDArray[np.intp]) -> Floats:
    return np.add.reduceat(np.asarray(values, dtype=np.float64), starts)


def _time_ratio(expected: Floats, live: Floats, idle: Floats) -> Floats:
    """Of each row and point, the time that counts over that of the background."""
    ratio = live / idle[:, 1, None]
    # Where the sum is of panels with unequal backgrounds, its ratio is that of the counts.
    if idle[0, 0] > 0:
        ratio[0] = expected[0] / idle[0, 0]
    return ratio


def _sigma(counts: float, ratio: float, background: float) -> float:
    """Standard deviations of counts − ratio × background, were there no source.

    Of an empty background one count is taken for its uncertainty.
    """
    variance = ratio * (1 + ratio) * max(background, 1.0)
    return float((counts - ratio * background) / np.sqrt(variance)) if variance > 0 else 0.0


def _lengths(points: int) -> list[int]:
    """1, 2, 4 … points, and the whole passage."""
    return sorted({1 << k for k in range(points.bit_length()) if 1 << k < points} | {points})


def _windows(values: Floats, length: int) -> Floats:
    """(rows, n − length + 1) sums."""
    total = np.concatenate((np.zeros((len(values), 1)), np.cumsum(values, axis=1)), axis=1)
    return np.asarray(total[:, length:] - total[:, :-length])


def _smallest_tail(
    counts: Floats, ratio: Floats, background: Floats, drift: float
) -> tuple[float, Window, int, int]:
    """Smallest p-value of all windows, where it is, and how many there were."""
    best, window, row, looked = np.inf, Window(0, counts.shape[1]), 0, 0
    for length in _lengths(counts.shape[1])[::-1]:
        seen = _windows(counts, length)
        tails = upper_tail(seen, background[:, None], _windows(ratio, length) * (1 + drift))
        looked += tails.size
        place = int(tails.argmin())
        if tails.flat[place] < best:
            best = float(tails.flat[place])
            row, first = divmod(place, tails.shape[1])
            window = Window(first, first + length)
    return best, window, row, looked


def upper_tail(counts: Floats, background: Floats, ratio: Floats) -> Floats:
    """Chance of at least `counts` where the background gave `background` in 1/ratio of the time.

    Exact: the upper tail of a binomial of counts + background trials with share ratio/(1 + ratio).
    """
    share = ratio / (1 + ratio)
    some = np.maximum(counts, 1.0)
    tail = betainc(some, np.broadcast_to(background + 1.0, some.shape), share)
    return np.asarray(np.where(counts > 0, tail, 1.0))


def _fault(panel: Panel, starts: NDArray[np.intp]) -> Fault | None:
    """Whether a stretch, or single intervals without a count, lack more than any cargo hides."""
    counts, live = (np.asarray(v, dtype=np.float64) for v in (panel.counts, panel.live_s))
    ratio = LEAST_LEFT * live / panel.background_live_s
    background = np.array([[float(panel.background_counts)]])
    pooled, pooled_ratio = (np.add.reduceat(v, starts)[None] for v in (counts, ratio))
    least, looked = 1.0, 0
    for length in _lengths(starts.size):
        tails = _lower_tail(_windows(pooled, length), background, _windows(pooled_ratio, length))
        least, looked = min(least, float(tails.min())), looked + tails.size
    # Empty intervals that lie apart fill no stretch: their number is below a Poisson one's.
    left = ratio * background[0]
    empty = (counts == 0) & (live > 0)
    apart = float(gammainc(max(empty.sum(), 1), np.exp(-left)[live > 0].sum()))
    if min(least * looked, apart if empty.any() else 1.0) > _FAULT_P:
        return None
    low = (counts < left) & (live > 0)
    low = low if low.any() else live > 0
    return Fault(panel.name, int(counts[low].sum()), float(left[low].sum() / LEAST_LEFT))


def _lower_tail(counts: Floats, background: Floats, ratio: Floats) -> Floats:
    """Chance of at most `counts`, as `upper_tail` has it of at least as many."""
    share = ratio / (1 + ratio)
    some = counts + 1.0
    return np.asarray(betaincc(some, np.broadcast_to(background, some.shape), share))


def _lowest(counts: Floats, ratio: Floats, background: float) -> Ratio | None:
    """The window of a tenth of the passage with the fewest counts against the background.

    Short windows would show the noise, long ones the mean of load and gaps.
    """
    length = max(-(-counts.size // 10), 1)
    expected = _windows(ratio[None], length)[0] * background
    usable = expected > 0
    if not usable.any():
        return None
    seen = _windows(counts[None], length)[0]
    first = int(np.where(usable, seen / np.where(usable, expected, 1.0), np.inf).argmin())
    alpha = float(expected[first] / background)
    n, m = float(seen[first]), background
    # Clopper and Pearson's interval of the binomial share, as a ratio of rates. It does not know
    # that this window was chosen for being the lowest, so its middle is a little low.
    low = 0.0 if n == 0 else float(betaincinv(n, m + 1, 0.025))
    high = float(betaincinv(n + 1, m, 0.975))
    return Ratio(
        value=n / float(expected[first]),
        low=low / (1 - low) / alpha,
        high=high / max(1 - high, 1e-12) / alpha,
        window=Window(first, first + length),
    )
