"""One simulated scan from one seed: scene, rays, counts, truth and papers together.

Scenes are made in `scenes`; this file only lines the steps up and says which of their draws come
from which stream of random numbers, so that a change in one step leaves the others as they were.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator

from scanai.manifest.model import Manifest
from scanai.scan.model import RawScan
from scanai.scan.profile import ScannerProfile
from scanai.synth.detect import expected_transmission
from scanai.synth.recording import record
from scanai.synth.scene import Scene
from scanai.synth.scenes import ScanSpec, make_scene
from scanai.synth.spectrum import drifted
from scanai.synth.trace import trace
from scanai.synth.travel import Travel, draw_travel
from scanai.synth.truth import Truth, truth
from scanai.synth.view import View, view

# Air before and behind the unit, m: drawn anew for each end of each scan.
_LEAST_MARGIN, _MOST_MARGIN = 0.1, 0.4
# Share of the windows of a scene with a threat, or else a look-alike, that are laid so as to show
# one: both alike, or a detector would learn that what is dense and in the middle is a shield.
_AIMED = 0.85


@dataclass(frozen=True)
class SimulatedScan:
    raw: RawScan
    truth: Truth
    manifest: Manifest
    """As declared."""
    scene: Scene
    rays: View
    """By which it was taken."""


def scene_of(seed: int, profile: ScannerProfile, spec: ScanSpec) -> Scene:
    """The scene that `simulate` shows for these arguments, without its costly picture."""
    (for_scene,) = np.random.SeedSequence(seed).spawn(1)
    return make_scene(np.random.default_rng(for_scene), spec, profile)


def simulate(
    seed: int,
    profile: ScannerProfile,
    spec: ScanSpec,
    x_window_px: int | None = None,
    *,
    air_line: bool = True,
) -> SimulatedScan:
    """The scan of this seed: equal arguments, equal bytes.

    `x_window_px` cuts the scan to that many columns, mostly around a threat if there is one, or
    else around a look-alike; rays outside are not traced: a window costs its share of the time.
    """
    _, for_view, for_detector = (
        np.random.default_rng(stream) for stream in np.random.SeedSequence(seed).spawn(3)
    )
    scene = scene_of(seed, profile, spec)
    travel = draw_travel(for_view, profile.imperfections)
    rays = view(profile, _x_range(for_view, scene, profile, x_window_px, travel), travel)
    layers = trace(scene, rays)
    raw = record(
        for_detector,
        expected_transmission(layers, profile, drifted(for_detector, profile)),
        profile,
        source=f"{scene.manifest.scan_id}.tiff",
        air_line=air_line,
        scan_id=scene.manifest.scan_id,
        unit=scene.manifest.unit,
    )
    return SimulatedScan(raw, truth(scene, layers, rays), scene.manifest, scene, rays)


def _x_range(
    rng: Generator, scene: Scene, profile: ScannerProfile, columns: int | None, travel: Travel
) -> tuple[float, float]:
    """First and last x that is scanned, m."""
    front, back = rng.uniform(_LEAST_MARGIN, _MOST_MARGIN, 2)
    start, end = -front, scene.unit.length + back
    if columns is None:
        return start, end
    width = columns * profile.pitch_mm[0] / 1000 * travel.speed
    if width >= end - start:
        middle = (start + end) / 2
        return middle - width / 2, middle + width / 2
    low, high = start, end - width
    # Both draws are made in any case, for a scene without either to use up as many numbers.
    chance, place = rng.random(2)
    pieces = scene.threats or tuple(look_alike.piece for look_alike in scene.look_alikes)
    if pieces and chance < _AIMED:
        piece = pieces[rng.integers(len(pieces))]
        corners = [scene.objects[position].solid.bounds for position in piece.objects]
        first = min(lo[0] for lo, _ in corners)
        last = max(hi[0] for _, hi in corners)
        if last - first <= width:
            low, high = max(low, last - width), min(high, first)
        else:
            low = high = float(np.clip((first + last - width) / 2, low, high))
    left = low + place * (high - low)
    return left, left + width
