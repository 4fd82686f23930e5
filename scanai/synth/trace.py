"""From a scene to areal density maps: one map for every kind of matter, seen from the scanner.

Each solid is traced only inside the window of pixels that its bounds project to, and added to the
layer of its material. What beam and detector make of the layers is in `detect`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scanai.physics.materials import Material
from scanai.scan.profile import ScannerProfile
from scanai.synth.scene import Role, Scene, SceneObject
from scanai.synth.solids import Array, Solid

# kg/m² to g/cm²
G_CM2 = 0.1

LayerKey = tuple[str, Role, str, str]
Window = tuple[slice, slice]


@dataclass(frozen=True)
class View:
    """The rays of one scan: row 0 at the top, column 0 at the lowest x. Metres."""

    x: Array
    """(W,) centre of each column."""
    source_yz: Array
    """(2,)"""
    direction_yz: Array
    """(H, 2) unit vectors from the source; the first component is the cosine of the elevation."""
    pitch: tuple[float, float]
    """(along travel, across) at the centre plane."""

    @property
    def shape(self) -> tuple[int, int]:
        return self.direction_yz.shape[0], self.x.size

    @property
    def cosine(self) -> Array:
        """(H,) of the angle between the ray and the horizontal."""
        return self.direction_yz[:, 0]

    def window(self, solid: Solid) -> Window | None:
        """Rows and columns that the solid can touch; None when it lies outside the view."""
        (x0, y0, z0), (x1, y1, z1) = solid.bounds
        half = self.pitch[0] / 2
        first = int(np.searchsorted(self.x, x0 - half))
        last = int(np.searchsorted(self.x, x1 + half, side="right"))
        near, far = y0 - self.source_yz[0], y1 - self.source_yz[0]
        down, up = z0 - self.source_yz[1], z1 - self.source_yz[1]
        slopes = self.direction_yz[::-1, 1] / self.direction_yz[::-1, 0]
        low = int(np.searchsorted(slopes, min(down / near, down / far)))
        high = int(np.searchsorted(slopes, max(up / near, up / far), side="right"))
        if first >= last or low >= high:
            return None
        rows = slopes.size
        return slice(rows - high, rows - low), slice(first, last)


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


def view(profile: ScannerProfile, x_range: tuple[float, float]) -> View:
    """Rays of a scan from x_range[0] to x_range[1], m, by a flat vertical detector."""
    along, across = (pitch / 1000 for pitch in profile.pitch_mm)
    geometry = profile.geometry
    columns = round((x_range[1] - x_range[0]) / along)
    x = x_range[0] + (np.arange(columns) + 0.5) * along
    height = geometry.view_bottom_m + (profile.rows - 0.5 - np.arange(profile.rows)) * across
    away = np.full(profile.rows, geometry.source_to_centre_m)
    direction = np.stack([away, height - geometry.source_height_m], axis=1)
    direction /= np.linalg.norm(direction, axis=1, keepdims=True)
    source = np.array([-geometry.source_to_centre_m, geometry.source_height_m], np.float32)
    return View(x.astype(np.float32), source, direction.astype(np.float32), (along, across))


def chord_map(solid: Solid, rays: View) -> tuple[Window, Array] | None:
    """(window, chord in m of the window's shape) of one solid; None when it is out of view."""
    window = rays.window(solid)
    if window is None:
        return None
    rows, columns = window
    x, direction = rays.x[columns], rays.direction_yz[rows]
    factors = solid.separable(x, rays.pitch[0], rays.source_yz, direction)
    if factors is None:
        return window, solid.chord(x, rays.source_yz, direction)
    return window, factors[0][:, None] * factors[1]


def trace(scene: Scene, rays: View) -> Layers:
    """Areal density of every layer of the scene; a host loses what displaces it."""
    windows: dict[LayerKey, list[Window]] = {}
    seen: list[tuple[SceneObject, Window]] = []
    for item in scene.objects:
        window = rays.window(item.solid)
        if window is not None:
            windows.setdefault(_key(item), []).append(window)
            seen.append((item, window))
    frames = {key: _union(parts) for key, parts in windows.items()}
    maps = {key: np.zeros(_size(frame), np.float32) for key, frame in frames.items()}
    materials: dict[LayerKey, Material] = {}
    for item, window in seen:
        key = _key(item)
        materials[key] = item.material
        _add(maps[key], frames[key], item.solid, rays, window, item.density * G_CM2)
        if item.displaces is not None:
            host = scene.objects[item.displaces]
            key = _key(host)
            if key in maps:
                _add(maps[key], frames[key], item.solid, rays, window, -host.density * G_CM2)
    layers = []
    for key, areal_density in maps.items():
        np.maximum(areal_density, 0, out=areal_density)
        _, role, group, heading = key
        layers.append(Layer(materials[key], role, group, heading, frames[key], areal_density))
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
        target += solid.chord(x, rays.source_yz, direction) * np.float32(scale)
    else:
        target += (factors[0] * np.float32(scale))[:, None] * factors[1]


def mass_kg(areal_density: NDArray[np.float32], rays: View) -> float:
    """Mass of a map in g/cm² of matter spread evenly about the centre plane."""
    across = areal_density.sum(axis=1, dtype=np.float64) @ rays.cosine.astype(np.float64)
    return float(across) * rays.pitch[0] * rays.pitch[1] / G_CM2
