"""From a scene to areal density maps: one map for every kind of matter, seen from the scanner.

Each solid is traced only inside the window of pixels that its bounds project to, and added to the
layer of its material. Rays are in `view`, what beam and detector make of the layers in `detect`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from scanai.physics.materials import Material
from scanai.synth.scene import Role, Scene, SceneObject
from scanai.synth.solids import Array, Solid, Torus
from scanai.synth.view import View, Window, sheared, view

__all__ = ["G_CM2", "Layer", "Layers", "View", "Window", "chord_map", "mass_kg", "trace", "view"]

# kg/m² to g/cm²
G_CM2 = 0.1

LayerKey = tuple[str, Role, str, str]


@dataclass(frozen=True)
class Layer:
    """All matter of one material that plays one role."""

    material: Material
    role: Role
    group: str
    heading: str
    window: Window
    """Where `areal_density` lies in the picture."""
    areal_density: Array
    """g/cm² along the ray, of the window's shape."""


@dataclass(frozen=True)
class Layers:
    shape: tuple[int, int]
    layers: tuple[Layer, ...]

    def total(self, *roles: Role) -> Array:
        """(H, W) g/cm² along the ray of everything that plays one of the roles; none means all."""
        picture = np.zeros(self.shape, np.float32)
        for layer in self.layers:
            if not roles or layer.role in roles:
                picture[layer.window] += layer.areal_density
        return picture


def chord_map(solid: Solid, rays: View) -> tuple[Window, Array] | None:
    """(window, chord in m of the window's shape) of one solid; None when it is out of view."""
    upright = rays.upright
    window = upright.window(solid)
    if window is None:
        return None
    rows, columns = window
    x, direction = upright.x[columns], upright.direction_yz[rows]
    factors = solid.separable(x, upright.pitch[0], upright.source_yz, direction)
    if factors is None:
        return sheared(_chord(solid, x, upright.source_yz, direction), window, rays)
    return sheared(factors[0][:, None] * factors[1], window, rays)


def _chord(solid: Solid, x: Array, source_yz: Array, direction_yz: Array) -> Array:
    """(H, W) m. A ring seen by steep rays is one that lies the other way, seen by flat ones."""
    if not isinstance(solid, Torus) or solid.axis == "x":
        return solid.chord(x, source_yz, direction_yz)
    steep = np.abs(direction_yz[:, 1]) > direction_yz[:, 0]
    if not steep.any():
        return solid.chord(x, source_yz, direction_yz)
    chord = np.empty((steep.size, x.size), np.float32)
    across, up = direction_yz[steep, 0], direction_yz[steep, 1]
    turned = np.stack([np.abs(up), across * np.sign(up)], axis=1)
    chord[steep] = _swapped(solid).chord(x, source_yz[::-1], turned)
    if not steep.all():
        chord[~steep] = solid.chord(x, source_yz, direction_yz[~steep])
    return chord


def _swapped(ring: Torus) -> Torus:
    """The mirror image of a ring of axis y or z in the plane y = z."""
    x, y, z = ring.centre
    return replace(ring, centre=(x, z, y), axis="z" if ring.axis == "y" else "y")


def trace(scene: Scene, rays: View) -> Layers:
    """Areal density of every layer of the scene; a host loses what displaces it."""
    upright = rays.upright
    windows: dict[LayerKey, list[Window]] = {}
    seen: list[tuple[SceneObject, Window]] = []
    for item in scene.objects:
        window = upright.window(item.solid)
        if window is not None:
            windows.setdefault(_key(item), []).append(window)
            seen.append((item, window))
    frames = {key: _union(parts) for key, parts in windows.items()}
    maps = {key: np.zeros(_size(frame), np.float32) for key, frame in frames.items()}
    materials: dict[LayerKey, Material] = {}
    for item, window in seen:
        key = _key(item)
        materials[key] = item.material
        _add(maps[key], frames[key], item.solid, upright, window, item.density * G_CM2)
        if item.displaces is not None:
            host = scene.objects[item.displaces]
            key = _key(host)
            if key in maps:
                _add(maps[key], frames[key], item.solid, upright, window, -host.density * G_CM2)
    layers = []
    for key, areal_density in maps.items():
        np.maximum(areal_density, 0, out=areal_density)
        moved = sheared(areal_density, frames[key], rays)
        if moved is not None:
            _, role, group, heading = key
            layers.append(Layer(materials[key], role, group, heading, *moved))
    return Layers(rays.shape, tuple(layers))


def _key(item: SceneObject) -> LayerKey:
    return item.material.name, item.role, item.group, item.heading


def _union(windows: list[Window]) -> Window:
    rows = slice(min(r.start for r, _ in windows), max(r.stop for r, _ in windows))
    columns = slice(min(c.start for _, c in windows), max(c.stop for _, c in windows))
    return rows, columns


def _size(window: Window) -> tuple[int, int]:
    rows, columns = window
    return rows.stop - rows.start, columns.stop - columns.start


def _add(
    picture: Array, frame: Window, solid: Solid, rays: View, window: Window, scale: float
) -> None:
    """Adds scale × chord to `picture`, which covers `frame`; the window is cut to the frame."""
    rows = slice(max(window[0].start, frame[0].start), min(window[0].stop, frame[0].stop))
    columns = slice(max(window[1].start, frame[1].start), min(window[1].stop, frame[1].stop))
    if rows.start >= rows.stop or columns.start >= columns.stop:
        return
    x, direction = rays.x[columns], rays.direction_yz[rows]
    target = picture[
        rows.start - frame[0].start : rows.stop - frame[0].start,
        columns.start - frame[1].start : columns.stop - frame[1].start,
    ]
    factors = solid.separable(x, rays.pitch[0], rays.source_yz, direction)
    if factors is None:
        target += _chord(solid, x, rays.source_yz, direction) * np.float32(scale)
    else:
        target += (factors[0] * np.float32(scale))[:, None] * factors[1]


def mass_kg(areal_density: NDArray[np.float32], rays: View) -> float:
    """Mass of a map in g/cm² of matter spread evenly about the reference plane."""
    along = areal_density.astype(np.float64) @ rays.step.astype(np.float64)
    return float(along @ rays.width.astype(np.float64)) / G_CM2
