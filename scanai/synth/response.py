"""What a detector makes of the light of each pulse: afterglow, cross-talk, saturating response.

Signals are relative to open beam, (H, W) float32, noise included; open beam reads 1 whatever the
detector does, for its air line was taken with the same detector. Counts are in `recording`.
"""

from __future__ import annotations

from math import exp

import numpy as np
from scipy.signal import lfilter

from scanai.scan.profile import ScannerProfile
from scanai.synth.solids import Array


def add_afterglow(signals: list[Array], profile: ScannerProfile) -> None:
    """Each pulse reads what is left of those before; two energies take turns, the high one first.

    The first column is taken to go on before the picture.
    """
    flaws = profile.imperfections
    share = flaws.afterglow
    if share == 0:
        return
    kept = exp(-1 / flaws.afterglow_pulses)
    levels = [np.float32(level) for level in profile.open_beam_counts]
    # With t the glow read with a high pulse h, the low pulse l after it reads kept·t + share·h, and
    # the next high pulse kept²·t + share·(kept·h + l). All in counts: the glow knows no energy.
    pulses = len(signals)
    stays = kept**pulses
    weights = [share * kept ** (pulses - 1 - number) * levels[number] for number in range(pulses)]
    given = sum(
        (signal * np.float32(weight) for signal, weight in zip(signals, weights, strict=True)),
        start=np.zeros((), np.float32),
    )
    given = np.asarray(given, np.float32)
    start = given[:, :1] / np.float32(1 - stays)
    glow, _ = lfilter(
        np.array([0, 1], np.float32), np.array([1, -stays], np.float32), given, axis=1, zi=start
    )
    steady = float(sum(weights)) / (1 - stays)
    for signal, level in zip(signals, levels, strict=True):
        own = signal * np.float32(share * level)
        signal += glow / level
        signal *= np.float32(1 / (1 + steady / float(level)))
        glow *= np.float32(kept)
        glow += own
        steady = steady * kept + share * float(level)


def cross_talk(signal: Array, share: float) -> None:
    """Each row gives this share of its signal to either neighbour; at the ends half of it stays."""
    if share == 0:
        return
    given = signal * np.float32(share)
    signal *= np.float32(1 - 2 * share)
    signal[1:] += given[:-1]
    signal[:-1] += given[1:]
    signal[0] += given[0]
    signal[-1] += given[-1]


def saturate(signal: Array, nonlinearity: float) -> None:
    """A response that falls short of proportional by this share at open beam.

    Brought back to 1 at open beam, as the air correction does: dark parts then read too bright.
    """
    if nonlinearity == 0:
        return
    short = signal * np.float32(nonlinearity)
    short += 1
    signal /= short
    signal *= np.float32(1 + nonlinearity)
