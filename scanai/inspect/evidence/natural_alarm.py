"""Natural alarm: whether declared goods that are radioactive by nature bear a gamma alarm out.

It takes enough of them, no more counts than such goods can give, and a rise as long as their part
of the load. What fails that is told, and the alarm is one like any other.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.ndimage import uniform_filter1d

from scanai.inspect.evidence.portal import LEAST_POINTS, Portal, along_passage
from scanai.manifest.model import Manifest
from scanai.plain_text import mass_words
from scanai.radiation.natural import NaturalGoods, is_natural, natural_goods

LEAST_SHARE = 0.2
"""Of the declared mass. A panel sees some 2.5 m of the load at once, a fifth of a 40 ft unit: of
less than that other goods stand around and before them wherever they lie. Project estimate."""
LEAST_KG = 100.0
"""A few boxes of such goods alarm no portal. Project estimate."""
_MOST_RISE = {"K-40": 3.0, "K-40 with U and Th series": 2.0}
_MOST_RISE_ELSE = 8.0
"""Counts over the background that goods with such nuclides can give, in backgrounds. From an
endless wall of potash (16 kBq of K-40 per kg) or zircon sand (3 kBq of U-238) come 11 and 30 times
the dose rate of mean ground (coefficients of UNSCEAR 2000, annex B), of clay and granite up to 5
times, and a load fills about a quarter of what a panel sees. Project estimates."""
_SHAPE_SIGMA = 10.0
"""Standard deviations from which the shape of a rise is more than noise."""


def explain(portal: Portal, manifest: Manifest | None) -> tuple[bool, str]:
    """Whether a gamma alarm is likely natural, and why or why not, as the end of a sentence."""
    named = [nuclide for nuclide in portal.reading.nuclides if not is_natural(nuclide)]
    if named:
        return False, f"The portal names {', '.join(named[:3])}, which is not of natural goods"
    if manifest is None:
        return False, "There is no declaration to explain it"
    natural = natural_goods(line.hs_code for line in manifest.lines)
    if not natural:
        return False, "No declared goods are known to be radioactive"
    usual = [goods for goods in natural if goods.strength == "usual"]
    first = natural[0]
    what = f"HS {first.heading}, {first.goods}, holds {first.nuclides}"
    if not usual:
        return False, f"{what}, but such loads hardly ever alarm by it"
    against = _too_little(usual, manifest) or _too_much(usual, portal)
    against = against or _too_short(_share(usual, manifest) or 0.0, portal)
    return not against, f"{what}, but {against}" if against else f"Likely natural: {what}"


def _masses(usual: Sequence[NaturalGoods], manifest: Manifest) -> tuple[float, float] | None:
    """kg of these goods and of all declared ones; None where the papers do not say."""
    headings = {goods.heading for goods in usual}
    inside = [line.mass_kg for line in manifest.lines if line.hs_code[:4] in headings]
    whole = [line.mass_kg for line in manifest.lines]
    gross = manifest.gross_mass_kg
    if len(inside) == len(whole) and (total := manifest.declared_mass_kg) is not None:
        return total, total
    if None in inside or (gross is None and None in whole):
        return None
    total = max(sum(filter(None, whole)), gross or 0.0)
    return sum(filter(None, inside)), total


def _share(usual: Sequence[NaturalGoods], manifest: Manifest) -> float | None:
    """Of the declared mass; None where the papers do not say."""
    headings = {goods.heading for goods in usual}
    if all(line.hs_code[:4] in headings for line in manifest.lines):
        return 1.0
    masses = _masses(usual, manifest)
    return None if masses is None or masses[1] <= 0 else masses[0] / masses[1]


def _too_little(usual: Sequence[NaturalGoods], manifest: Manifest) -> str:
    share, masses = _share(usual, manifest), _masses(usual, manifest)
    if share is None:
        return "the papers do not say how much of the load it is"
    if masses is not None and (share < LEAST_SHARE or masses[0] < LEAST_KG):
        few, whole = map(mass_words, masses)
        of = f"only {few}" if share == 1 else f"only {few} of {whole}"
        return f"{of} are declared, too little for such an alarm"
    return ""


def _too_much(usual: Sequence[NaturalGoods], portal: Portal) -> str:
    gamma, counts = portal.gamma, portal.summary.gamma
    if gamma is None or counts is None or not counts.alarm:
        return ""
    window = slice(*gamma.peak)
    seen, expected = float(gamma.counts[window].sum()), float(gamma.expected_each[window].sum())
    most = max(_MOST_RISE.get(goods.nuclides, _MOST_RISE_ELSE) for goods in usual)
    # Two standard deviations lower: few counts rise by noise.
    if seen - 2 * np.sqrt(seen) <= (1 + most) * expected:
        return ""
    times = seen / max(expected, 1.0)
    return f"the counts rise to {times:.0f} times the background, more than such goods give"


def _too_short(share: float, portal: Portal) -> str:
    """Where the rise lies within less of the seen mass than half of what these goods make up.

    It lies where the excess is at least half of its highest, smoothed over a tenth of the passage.
    """
    gamma, counts = portal.gamma, portal.summary.gamma
    density = np.asarray(portal.summary.areal_density)
    if gamma is None or counts is None or gamma.peak_sigma < _SHAPE_SIGMA:
        return ""
    points = gamma.counts.size
    if min(points, density.size) < LEAST_POINTS or not density.sum() > 0:
        return ""
    width = max(points // 10, 1)
    excess = uniform_filter1d(gamma.counts - gamma.expected_each, width, mode="nearest")
    high = excess >= excess.max() / 2
    mass = along_passage(density, points)
    inside = max(float(one[high].sum() / one.sum()) for one in (mass, mass[::-1]))
    if inside >= share / 2:
        return ""
    return (
        f"the counts rise along {100 * inside:.0f} % of the seen mass while it makes up "
        f"{100 * share:.0f} % of the declared"
    )
