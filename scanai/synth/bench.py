"""How long one simulated scan takes, and where the time goes (`scanai bench synth`).

Mixed loads in 40-ft boxes on the scanner `portal-6-4`: 640 × 2440 pixels, two energies, the size
that a data set is mostly made of. Everything is compared in one run on one machine.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import count, islice, pairwise
from statistics import median
from time import perf_counter
from typing import TypedDict

import numpy as np
from tqdm import tqdm

from scanai.scan import load_profile
from scanai.synth.detect import expected_transmission
from scanai.synth.recording import record
from scanai.synth.scene import Scene, SceneObject
from scanai.synth.scenes import ScanSpec, make_scene
from scanai.synth.simulate import simulate
from scanai.synth.solids import Array
from scanai.synth.trace import trace
from scanai.synth.truth import truth
from scanai.synth.view import View, view
from scanai.synth.workers import pool, through

SHARES = ("scene", "trace", "transmission", "record", "truth")
_PROFILE, _COLUMNS, _FIRST_SEED = "portal-6-4", 2440, 30_000
_SPEC = ScanSpec(kind="benign", unit_type="40HC")
# Air before the unit, m: the picture is wider than the unit by twice as much.
_MARGIN = 0.1
# The plain loop takes minutes a scene: it is timed on so many scenes and solids of each.
_PLAIN_SCENES, _PLAIN_SOLIDS = 5, 40
_WORKERS = 2


class SynthTimes(TypedDict):
    seconds_per_scan: dict[str, float]
    """median and p95, one process of one thread, scene to truth."""
    two_core_speedup: float
    """Scans per second of two processes, as a multiple of one."""
    share: dict[str, float]
    """Of each step in the time of a scan."""
    plain_ray_loop_ratio: float
    """Time of tracing every solid over every ray ÷ time of `trace`."""


def bench_synth(scenes: int = 50) -> SynthTimes:
    """Times so many scenes; the first is made once more before, to warm up."""
    seeds = list(islice(_mixed_loads(), scenes))
    _whole(seeds[0])
    seconds = [_whole(seed) for seed in tqdm(seeds, desc="whole scans", unit="scan")]
    steps = [_by_step(seed) for seed in tqdm(seeds, desc="step by step", unit="scan")]
    plain = [
        _plain_ratio(seed)
        for seed in tqdm(seeds[:_PLAIN_SCENES], desc="plain ray loop", unit="scene")
    ]
    total = sum(map(sum, steps))
    return {
        "seconds_per_scan": {
            "median": round(median(seconds), 4),
            "p95": round(float(np.quantile(seconds, 0.95)), 4),
        },
        "two_core_speedup": round(_speedup(seeds), 3),
        "share": {
            step: round(sum(times) / total, 4)
            for step, times in zip(SHARES, zip(*steps, strict=True), strict=True)
        },
        "plain_ray_loop_ratio": round(median(plain), 2),
    }


def _mixed_loads() -> Iterator[int]:
    """Seeds whose scenes hold more than one load form."""
    return (seed for seed in count(_FIRST_SEED) if len(_scene(seed).load_forms) > 1)


def _scene(seed: int) -> Scene:
    """The scene that `simulate` makes of this seed."""
    stream = np.random.SeedSequence(seed).spawn(3)[0]
    return make_scene(np.random.default_rng(stream), _SPEC, load_profile(_PROFILE))


def _whole(seed: int) -> float:
    start = perf_counter()
    simulate(seed, load_profile(_PROFILE), _SPEC, _COLUMNS)
    return perf_counter() - start


def _by_step(seed: int) -> tuple[float, ...]:
    """Seconds of each step, in the order of SHARES."""
    profile = load_profile(_PROFILE)
    clock = [perf_counter()]
    scene = _scene(seed)
    clock.append(perf_counter())
    rays = _rays()
    layers = trace(scene, rays)
    clock.append(perf_counter())
    picture = expected_transmission(layers, profile)
    clock.append(perf_counter())
    record(np.random.default_rng(seed), picture, profile, source="bench.tiff")
    clock.append(perf_counter())
    truth(scene, layers, rays)
    clock.append(perf_counter())
    return tuple(later - earlier for earlier, later in pairwise(clock))


def _rays() -> View:
    profile = load_profile(_PROFILE)
    return view(profile, (-_MARGIN, _COLUMNS * profile.pitch_mm[0] / 1000 - _MARGIN))


def _plain_ratio(seed: int) -> float:
    """The plain loop over some solids, evenly picked, and from that over all of them."""
    scene, rays = _scene(seed), _rays()
    start = perf_counter()
    trace(scene, rays)
    traced = perf_counter() - start
    step = max(1, len(scene.objects) // _PLAIN_SOLIDS)
    some = scene.objects[::step]
    start = perf_counter()
    plain_areal_density(scene, rays, some)
    each = (perf_counter() - start) / len(some)
    return each * len(scene.objects) / traced


def plain_areal_density(scene: Scene, rays: View, solids: Sequence[SceneObject]) -> Array:
    """(H, W) g/cm² of these, the obvious way: every solid's chord along every ray."""
    total = np.zeros(rays.shape, np.float32)
    for item in solids:
        chord = item.solid.chord(rays.x, rays.source_yz, rays.direction_yz)
        density = item.density
        if item.displaces is not None:
            density -= scene.objects[item.displaces].density
        total += chord * np.float32(density / 10)  # kg/m³ · m is 0.1 g/cm²
    return total


def _speedup(seeds: list[int]) -> float:
    """Both on processes that are warm; with one core to run on it is about 1."""
    per_second = []
    for workers in (1, _WORKERS):
        with pool(workers) as processes:
            list(through(processes, _whole, seeds[: 2 * workers], workers))
            start = perf_counter()
            list(through(processes, _whole, seeds, workers))
            per_second.append(len(seeds) / (perf_counter() - start))
    return per_second[1] / per_second[0]
