"""What an ideal observer could see of one object: the yardsticks that no detector can pass.

The observer knows the background and the object and has to tell pictures with it from pictures
without it, through counting and electronic noise alone: matched-filter detectability d′, both
energies together. Clutter, which a real observer does not know, is not in it. The second yardstick
asks whether the object could be steel: d′ between it and as much steel as attenuates the high
energy alike, which is all that the second energy can tell.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from scanai.physics.materials import material
from scanai.scan.profile import ScannerProfile
from scanai.synth.detect import expected_transmission
from scanai.synth.scene import Scene, SceneObject
from scanai.synth.simulate import SimulatedScan
from scanai.synth.solids import Array
from scanai.synth.trace import Layer, Layers, View, trace

_MARGIN_PX = 2
_STEPS = 4
"""Of Newton's method for the steel that attenuates alike: each gains two digits and more."""
_STEEL_MASS_ATTENUATION = 0.042
"""cm²/g behind cargo, for its first guess and its slope."""
_MOST_STEEL = 400.0
"""g/cm²: thicker is as opaque."""
_LEAST_CHANGE = 1e-6
"""Of transmission, for a pixel to belong to the object."""


class Limits(NamedTuple):
    d_prime: float
    """Of the object against none."""
    d_material: float
    """Of the object against steel; 0 on a scanner with one energy."""
    behind: float
    """g/cm² along the ray of everything else, mean over the object's silhouette."""


def limits_of(simulated: SimulatedScan, objects: Sequence[int]) -> Limits | None:
    """Of the objects of these indices in the scan's scene; None when they are out of view."""
    profile = simulated.raw.profile
    assert profile is not None
    scene, rays = simulated.scene, _rays_at(simulated, objects)
    if rays is None:
        return None
    without = trace(_without(scene, objects), rays)
    clear = expected_transmission(without, profile)
    seen = expected_transmission(trace(scene, rays), profile)
    changed = np.abs(clear[0] - seen[0]) > _LEAST_CHANGE
    if not changed.any():
        return Limits(0.0, 0.0, 0.0)
    floor = np.float32(profile.noise_floor)
    clear, seen = np.maximum(clear, floor), np.maximum(seen, floor)
    d_prime = np.sqrt(sum(_separation(clear, seen, energy, profile) for energy in range(len(seen))))
    d_material = 0.0
    if len(seen) == 2:
        steel = np.maximum(_as_steel(without, clear, seen, profile), floor)
        d_material = float(np.sqrt(_separation(steel, seen, 1, profile)))
    return Limits(float(d_prime), d_material, float(without.total()[changed].mean()))


def _rays_at(simulated: SimulatedScan, objects: Sequence[int]) -> View | None:
    """The scan's rays, as far as they can meet the objects: all others see no difference."""
    rays, upright = simulated.rays, simulated.rays.upright
    solids = [simulated.scene.objects[index].solid for index in objects]
    windows = [window for solid in solids if (window := upright.window(solid)) is not None]
    if not windows:
        return None
    rows = slice(min(r.start for r, _ in windows), max(r.stop for r, _ in windows))
    bounds = [solid.bounds for solid in solids]
    first, last = min(low[0] for low, _ in bounds), max(high[0] for _, high in bounds)
    margin = _MARGIN_PX + rays.margin
    begin = max(int(np.searchsorted(rays.x, first)) - margin, 0)
    end = min(int(np.searchsorted(rays.x, last)) + margin, rays.x.size)
    if begin >= end:
        return None
    return replace(
        rays,
        x=rays.x[begin:end],
        step=rays.step[begin:end],
        direction_yz=rays.direction_yz[rows],
        slope=rays.slope[rows],
        width=rays.width[rows],
        lag=None if rays.lag is None else rays.lag[rows],
    )


def _without(scene: Scene, objects: Sequence[int]) -> Scene:
    """The scene less these objects; what gave way to them is whole again."""
    gone = set(objects)
    kept = [index for index in range(len(scene.objects)) if index not in gone]
    number = {index: place for place, index in enumerate(kept)}
    return replace(scene, objects=tuple(_renumbered(scene.objects[i], number) for i in kept))


def _renumbered(item: SceneObject, number: dict[int, int]) -> SceneObject:
    return item if item.displaces is None else replace(item, displaces=number.get(item.displaces))


def _separation(one: Array, other: Array, energy: int, profile: ScannerProfile) -> float:
    """d′² between two pictures of one energy, (energies, H, W) transmission each."""
    quanta = profile.noise.quanta_open_beam[energy]
    electronic = profile.noise.electronic_counts / profile.open_beam_counts[energy] * quanta
    difference = quanta * (one[energy] - other[energy]).astype(np.float64)
    variance = quanta * (one[energy] + other[energy]).astype(np.float64) / 2 + electronic**2
    return float((difference**2 / variance).sum())


def _as_steel(without: Layers, clear: Array, seen: Array, profile: ScannerProfile) -> Array:
    """Transmission with steel in the object's place, of its attenuation at high energy."""
    wanted = np.log(clear[0] / seen[0])
    depth = np.clip(wanted / _STEEL_MASS_ATTENUATION, 0, _MOST_STEEL).astype(np.float32)
    whole = (slice(0, without.shape[0]), slice(0, without.shape[1]))
    for _ in range(_STEPS):
        layer = Layer(material("steel"), "shield", "", "", whole, depth)
        steel = expected_transmission(Layers(without.shape, (*without.layers, layer)), profile)
        error = wanted - np.log(clear[0] / np.maximum(steel[0], np.float32(1e-9)))
        depth = np.clip(depth + error / _STEEL_MASS_ATTENUATION, 0, _MOST_STEEL)
        depth = depth.astype(np.float32)
    return steel
