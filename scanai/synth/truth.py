"""What is really in a simulated scan, pixel by pixel: what a model is trained and judged by."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scanai.manifest.goods_groups import goods_groups
from scanai.synth.scene import Scene, Threat
from scanai.synth.solids import Array
from scanai.synth.trace import G_CM2, Layers, View, chord_map

# Cargo thinner than this, g/cm², belongs to no goods group: it is a carton's skin or a strap.
LEAST_CARGO = 0.5


@dataclass(frozen=True)
class TruthBox:
    """Where one hidden object lies in the picture, and what it is."""

    x0: int
    y0: int
    x1: int
    y1: int
    """Pixels, half-open; x along the travel."""
    material: str
    form: str
    volume_cm3: float
    wall_mm: float
    kind: str
    """shield"""
    areal_density: float
    """Of the shield, g/cm², 95th percentile over its silhouette."""
    contrast: float
    """That areal density divided by the mean of everything else in the silhouette."""


@dataclass(frozen=True)
class Truth:
    """All maps (H, W), as the scan lies."""

    cargo_areal_density: Array
    """g/cm² along the ray, of everything but the transport unit."""
    total_areal_density: Array
    group_index: NDArray[np.uint8]
    """Goods group with the largest areal density, 1 to 26; 0 where cargo is below LEAST_CARGO."""
    shield_mask: NDArray[np.bool_]
    """Silhouettes of the threats: shields and what they enclose, not the packing around them."""
    boxes: tuple[TruthBox, ...]
    cargo_mass_kg: float
    """True mass of the whole load, also beyond the window."""


def truth(scene: Scene, layers: Layers, rays: View) -> Truth:
    cargo = layers.total("packing", "cargo", "shield", "contents")
    total = cargo + layers.total("unit")
    mask = np.zeros(rays.shape, np.bool_)
    boxes = []
    for threat in scene.threats:
        box = _silhouette(scene, threat, rays, total, mask)
        if box is not None:
            boxes.append(box)
    return Truth(
        cargo_areal_density=cargo,
        total_areal_density=total,
        group_index=_groups(layers, cargo),
        shield_mask=mask,
        boxes=tuple(boxes),
        cargo_mass_kg=scene.cargo_mass_kg,
    )


def _groups(layers: Layers, cargo: Array) -> NDArray[np.uint8]:
    """Index of the goods group that weighs most in each pixel."""
    number = {group.name: group.index for group in goods_groups()}
    by_group: dict[str, list[int]] = {}
    for position, layer in enumerate(layers.layers):
        if layer.group:
            by_group.setdefault(layer.group, []).append(position)
    index = np.zeros(layers.shape, np.uint8)
    most = np.zeros(layers.shape, np.float32)
    for group, positions in by_group.items():
        picture = np.zeros(layers.shape, np.float32)
        for position in positions:
            layer = layers.layers[position]
            picture[layer.window] += layer.areal_density
        leads = picture > most
        index[leads] = number[group]
        np.maximum(most, picture, out=most)
    index[cargo < LEAST_CARGO] = 0
    return index


def _silhouette(
    scene: Scene, threat: Threat, rays: View, total: Array, mask: NDArray[np.bool_]
) -> TruthBox | None:
    """Marks the threat in `mask` and measures it; None when it is out of view."""
    shield = np.zeros(rays.shape, np.float32)
    outline = np.zeros(rays.shape, np.bool_)
    for position in threat.objects:
        item = scene.objects[position]
        seen = chord_map(item.solid, rays)
        if seen is None:
            continue
        window, chord = seen
        if item.role in ("shield", "contents"):
            outline[window] |= chord > 0
        density = item.density if item.role == "shield" else 0.0
        if item.displaces in threat.objects:
            host = scene.objects[item.displaces]
            density -= host.density if host.role == "shield" else 0.0
        shield[window] += chord * np.float32(density * G_CM2)
    if not outline.any():
        return None
    mask |= outline
    rows, columns = np.flatnonzero(outline.any(axis=1)), np.flatnonzero(outline.any(axis=0))
    deep = float(np.percentile(shield[outline], 95))
    rest = float(np.mean(total[outline] - shield[outline]))
    return TruthBox(
        x0=int(columns[0]),
        y0=int(rows[0]),
        x1=int(columns[-1]) + 1,
        y1=int(rows[-1]) + 1,
        material=threat.material,
        form=threat.form,
        volume_cm3=float(threat.volume_cm3),
        wall_mm=float(threat.wall_mm),
        kind="shield",
        areal_density=deep,
        contrast=deep / max(rest, 0.1),
    )
