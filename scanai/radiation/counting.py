"""Counting statistics of a passage against the background: plain Poisson, nothing learnt.

The background is a count too, and for neutrons a small one. So the test is exact in both: given the
sum of two Poisson counts, the first is binomial, with a share of the live times (Przyborowski and
Wilenski, Biometrika 31, 1940; the on/off problem of gamma astronomy, Li and Ma, ApJ 272, 1983). No
law of large numbers and no calibration on scans is behind a p-value here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import betainc, betaincinv

from scanai.radiation.reading import Particle, RadiationReading

MAX_POINTS = 200
"""Of a profile: a passage of 20 s at ten intervals a second. Longer ones are added up."""

_LEAST_P = 1e-300
"""Smaller ones are 0 in a computer, which no chance is."""

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
    live_s: Floats
    """(n,) live time added over the panels, s."""
    seconds: Floats
    """(n + 1,) where the points begin and the last one ends, s."""
    background_counts: float
    background_live_s: float
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
    """Where the counts are fewest against the background; None without any."""


class Ratio(NamedTuple):
    """Counts over those of the background, with a 95 % interval, in a window."""

    value: float
    low: float
    high: float
    window: Window


def passage_of(reading: RadiationReading, particle: Particle, drift: float = 0.0) -> Passage | None:
    """None when no panel of that kind has a background.

    `drift`: share by which the background may have risen since it was measured; only what is above
    that counts as an excess.
    """
    panels = [
        panel for panel in reading.of(particle) if panel.background_live_s and any(panel.live_s)
    ]
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
    return Passage(
        panels=len(panels),
        counts=counts[0],
        live_s=live[0],
        seconds=np.append(seconds[starts], seconds[-1]),
        background_counts=float(idle[0, 0]),
        background_live_s=float(idle[0, 1]),
        sigma=_sigma(total, share, idle[0, 0]),
        peak_sigma=_sigma(
            counts[row, window.first : window.stop].sum(),
            ratio[row, window.first : window.stop].sum(),
            idle[row, 0],
        ),
        peak=window,
        p_value=min(max(p_value * looked, _LEAST_P), 1.0),
        expected=float(expected[0].sum()),
        lowest=_lowest(counts[0], ratio[0], float(idle[0, 0])),
    )


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
