"""Things put into a scan that was taken without them: what the beam would have lost to them.

For training, where one background then serves with ever new threats. The thing is traced by the
profile's own fan, and its transmission is that of the simulator, behind as much steel or plastic as
attenuates like the goods that are there. Shot noise is made up for. Left out: what the thing would
scatter, and the shape of the goods that give way to it; they only get thinner by as much.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from scanai.manifest.model import Manifest
from scanai.physics.materials import material
from scanai.scan.profile import ScannerProfile
from scanai.synth.detect import expected_transmission
from scanai.synth.optics import blur
from scanai.synth.placing import Piece, moved
from scanai.synth.scene import Scene, SceneObject, TransportUnit
from scanai.synth.solids import Array, Vec3
from scanai.synth.trace import Layer, Layers, View, Window, chord_map, trace, view

# What stands for the goods that the thing is put among: of the two, what fits the measured pair.
_BACKGROUNDS = ("polyethylene", "steel")
# Areal densities, g/cm², that attenuation is turned into: to what no scanner sees through.
_DEPTHS = np.concatenate([np.arange(0.0, 40.0, 2.0), np.arange(40.0, 400.0, 10.0)])
# Width of the load across the beam, m: what a thing displaces is its share of that.
_LOAD_WIDTH = 2.3
# Pixels around the thing that its blur reaches.
_MARGIN = 3
_NO_UNIT = TransportUnit("20", 0.0, 0.0, 0.0, 0.0)


@dataclass(frozen=True)
class Inserted:
    window: Window
    """Rows and columns that changed."""
    outline: NDArray[np.bool_]
    """The thing's silhouette in that window; its packing is no part of it."""
    d_prime: float
    """Matched-filter detectability of the change, high energy, from counting statistics alone."""
    added_attenuation: float
    """Mean over the silhouette, high energy."""


def ray_point(rays: View, row: int, depth: float) -> tuple[float, float]:
    """(y, z) where the ray of that row is at `depth`, m: its y in a side view, else its z."""
    level = 0 if rays.axes.forward[1] == 0 else 1
    way = (depth - rays.source_yz[level]) / rays.direction_yz[row, level]
    y, z = rays.source_yz + way * rays.direction_yz[row]
    return float(y), float(z)


def full_view(profile: ScannerProfile, columns: int) -> View:
    """The rays of a scan of that many columns; x is 0 at its left edge."""
    return view(profile, (0.0, columns * profile.pitch_mm[0] / 1000))


def insert(
    rng: Generator,
    attenuation: Array,
    profile: ScannerProfile,
    rays: View,
    pieces: Sequence[Piece],
    centre: Vec3,
    solid_role: str,
) -> Inserted | None:
    """Puts the pieces about `centre`; changes `attenuation` (energies, H, W) in place.

    rays: as `full_view` of the picture. `solid_role`: role of the pieces that, with what they hold,
    make up the silhouette. None, and nothing changed, where no part of it is in the picture.
    """
    objects = _objects(pieces, centre)
    layers = trace(_scene(objects), rays).layers
    outline = _outline(objects, rays, solid_role)
    if not layers or outline is None or not outline.any():
        return None
    window = _around([layer.window for layer in layers], attenuation.shape[1:])
    place = (slice(None), *window)
    chord = _hull_chord(objects[0], rays, window)
    through = _through(attenuation[place], layers, window, profile, chord)
    before = np.exp(-attenuation[place])
    seen = before * through
    _make_up_noise(rng, seen, before, through, profile)
    attenuation[place] = -np.log(np.maximum(seen, np.float32(profile.noise_floor)))
    silhouette = outline[window]
    d_prime, added = _detectability(before[0], through[0], silhouette, profile)
    return Inserted(window, silhouette, d_prime, added)


def _objects(pieces: Sequence[Piece], centre: Vec3) -> tuple[SceneObject, ...]:
    return tuple(
        SceneObject(
            moved(piece.solid, centre),
            material(piece.material),
            piece.density,
            piece.role,
            displaces=piece.inside,
        )
        for piece in pieces
    )


def _scene(objects: tuple[SceneObject, ...]) -> Scene:
    return Scene(_NO_UNIT, objects, Manifest(), ())


def _outline(
    objects: Sequence[SceneObject], rays: View, solid_role: str
) -> NDArray[np.bool_] | None:
    outline = np.zeros(rays.shape, np.bool_)
    for item in objects:
        seen = chord_map(item.solid, rays) if item.role in (solid_role, "contents") else None
        if seen is not None:
            outline[seen[0]] |= seen[1] > 0
    return outline


def _around(windows: Sequence[Window], shape: tuple[int, ...]) -> Window:
    rows, columns = (
        slice(
            max(min(window[axis].start for window in windows) - _MARGIN, 0),
            min(max(window[axis].stop for window in windows) + _MARGIN, shape[axis]),
        )
        for axis in (0, 1)
    )
    return rows, columns


def _hull_chord(first: SceneObject, rays: View, window: Window) -> Array:
    """m, in the window, of the piece that encloses all others."""
    picture = np.zeros(rays.shape, np.float32)
    seen = chord_map(first.solid, rays)
    if seen is not None:
        picture[seen[0]] = seen[1]
    return picture[window]


def _through(
    attenuation: Array,
    layers: Sequence[Layer],
    window: Window,
    profile: ScannerProfile,
    chord: Array,
) -> Array:
    """(energies, h, w) share of the radiation that still comes through with the thing there."""
    name, goods = _background(profile, attenuation)
    rest = goods * np.maximum(1 - chord / np.float32(_LOAD_WIDTH), 0)
    size = goods.shape
    whole = (slice(0, size[0]), slice(0, size[1]))
    thing = [replace(layer, window=_shifted(layer.window, window)) for layer in layers]
    without_layers = _of_goods(name, goods, whole)
    without = expected_transmission(without_layers, profile)
    with_it = Layers(without_layers.shape, (*_of_goods(name, rest, whole).layers, *thing))
    share = expected_transmission(with_it, profile) / without
    blurred = [blur(one, profile, energy) for energy, one in enumerate(share)]
    return np.stack(blurred)


def _of_goods(name: str, areal_density: Array, whole: Window) -> Layers:
    layer = Layer(material(name), "cargo", "", "", whole, areal_density)
    rows, columns = areal_density.shape
    return Layers((rows, columns), (layer,))


def _shifted(window: Window, to: Window) -> Window:
    rows, columns = (
        slice(part.start - frame.start, part.stop - frame.start)
        for part, frame in zip(window, to, strict=True)
    )
    return rows, columns


def _background(profile: ScannerProfile, attenuation: Array) -> tuple[str, Array]:
    """The material that goods of this attenuation pass for, and its areal density, g/cm²."""
    best: tuple[float, str, Array] | None = None
    for name in _BACKGROUNDS:
        curve = _curve(profile, name)
        depth = np.interp(attenuation[0], curve[0], _DEPTHS).astype(np.float32)
        expected = np.interp(depth, _DEPTHS, curve[-1])
        error = abs(float((expected - attenuation[-1]).mean()))
        if best is None or error < best[0]:
            best = error, name, depth
    assert best is not None
    return best[1], best[2]


@lru_cache(maxsize=64)
def _curve(profile: ScannerProfile, name: str) -> NDArray[np.float64]:
    """(energies, depths) attenuation of slabs of the material."""
    depths = _DEPTHS.astype(np.float32)[None]
    layers = _of_goods(name, depths, (slice(0, 1), slice(0, depths.size)))
    picture = expected_transmission(layers, profile)[:, 0].astype(np.float64)
    return -np.log(np.maximum(picture, 1e-9))


def _make_up_noise(
    rng: Generator, seen: Array, before: Array, through: Array, profile: ScannerProfile
) -> None:
    """Fewer quanta are noisier than the noise of many, scaled down."""
    share = np.clip(through, 0, 1)
    for energy, one in enumerate(seen):
        quanta, electronic = _noise(profile, energy)
        lost = share[energy] * (1 - share[energy]) * np.maximum(before[energy], 0) / quanta
        variance = lost + (1 - share[energy] ** 2) * electronic**2
        one += rng.standard_normal(one.shape, np.float32) * np.sqrt(variance).astype(np.float32)


def _noise(profile: ScannerProfile, energy: int) -> tuple[float, float]:
    """(quanta of the open beam, electronic noise in transmission)"""
    noise = profile.noise
    return (
        noise.quanta_open_beam[energy],
        noise.electronic_counts / profile.open_beam_counts[energy],
    )


def _detectability(
    before: Array, through: Array, silhouette: NDArray[np.bool_], profile: ScannerProfile
) -> tuple[float, float]:
    quanta, electronic = _noise(profile, 0)
    without = np.maximum(before[silhouette], profile.noise_floor)
    with_it = np.maximum(without * through[silhouette], profile.noise_floor)
    difference = quanta * (without - with_it)
    variance = quanta * without + (electronic * quanta) ** 2
    d_prime = float(np.sqrt((difference**2 / variance).sum()))
    return d_prime, float(np.log(without / with_it).mean())
