"""What is really in a simulated scan, pixel by pixel: what a model is trained and judged by.

Maps come from the layers of the trace, silhouettes of single things from their own chords.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from scanai.manifest.goods_groups import goods_groups
from scanai.manifest.model import Manifest
from scanai.physics.materials import Material
from scanai.synth.scene import Scene, Threat
from scanai.synth.solids import Array
from scanai.synth.trace import G_CM2, Layer, Layers, View, chord_map

# Cargo thinner than this, g/cm², belongs to no goods group: it is a carton's skin or a strap.
LEAST_CARGO = 0.5
# Classes of matter by mean atomic number weighted by mass (each class up to its limit); of MV beams
# it is close to the effective one, for attenuation there goes with Z and Z² by mass.
CLASSES = ("organic", "mineral", "steel", "heavy")
_CLASS_LIMITS = (9.5, 18.0, 40.0)
# Areal density, g/cm², that a usual scanner of 6 MV no longer sees through: attenuation 8.8 at
# about 0.04 cm²/g. Things behind so much are out of sight.
_OPAQUE = 220.0
# Something shows where it adds more than this, g/cm², and more than this share of all else there:
# the texture of ordinary goods.
_SHOWS, _SHOWS_SHARE = 1.2, 0.03
# Areal density, g/cm², below which contrast is not divided any further.
_THIN = 0.1

Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class TruthBox:
    """Where one thing lies in the picture, and what it is."""

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
    """shield, look_alike, undeclared_goods"""
    areal_density: float
    """Of the thing, g/cm², 95th percentile over its silhouette."""
    contrast: float
    """That areal density divided by the mean of everything else in the silhouette."""
    visible_share: float = 1.0
    """Of the silhouette: where the thing adds enough to show and the beam still comes through."""
    heading: str = ""
    """HS heading of goods; empty for a shield."""
    site: str = ""
    """Where a shield is hidden: load, floor, void, behind, unit, insulation, wall, liquid."""


def _no_mask() -> Mask:
    return np.zeros((0, 0), np.bool_)


def _no_headings() -> NDArray[np.uint16]:
    return np.zeros((0, 0), np.uint16)


def _no_classes() -> NDArray[np.float16]:
    return np.zeros((len(CLASSES), 0, 0), np.float16)


@dataclass(frozen=True)
class Truth:
    """All maps (H, W), as the scan lies. What has a default is empty where it was not asked for."""

    cargo_areal_density: Array
    """g/cm² along the ray, of everything but the transport unit."""
    total_areal_density: Array
    group_index: NDArray[np.uint8]
    """Goods group with the largest areal density, 1 to 26; 0 where cargo is below LEAST_CARGO."""
    shield_mask: Mask
    """Silhouettes of the threats: shields and what they enclose, not the packing around them."""
    boxes: tuple[TruthBox, ...]
    """Of the threats."""
    cargo_mass_kg: float
    """True mass of the whole load, also beyond the window."""
    class_areal_density: NDArray[np.float16] = field(default_factory=_no_classes)
    """(4, H, W) g/cm² of all but the transport unit, by CLASSES; 0.1 % of a value is rounding."""
    heading: NDArray[np.uint16] = field(default_factory=_no_headings)
    """HS heading of the goods that weigh most, as a number (0202 is 202); 0: as group_index."""
    look_alike_mask: Mask = field(default_factory=_no_mask)
    look_alikes: tuple[TruthBox, ...] = ()
    """Honest dense goods of a shield's size: an alarm there is a false one."""
    hidden_mask: Mask = field(default_factory=_no_mask)
    """Where goods lie that no line of the declaration names, by more than LEAST_CARGO."""
    hidden_goods: tuple[TruthBox, ...] = ()
    """One box for each heading of these."""
    mismatch: str = ""
    """What the papers hide beside shields, as Scene.mismatch; empty: nothing."""
    declared: Manifest = field(default_factory=Manifest)
    true_manifest: Manifest = field(default_factory=Manifest)
    """What a true declaration would say, shields included, to the kilogram."""


def truth(scene: Scene, layers: Layers, rays: View) -> Truth:
    classes, cargo = _by_class(layers)
    total = cargo + layers.total("unit")
    groups, headings = _goods(layers, cargo)
    shields = _Silhouettes(scene, rays, total)
    sites = scene.sites or ("",) * len(scene.threats)
    boxes = [
        shields.add(threat, "shield", site=site)
        for threat, site in zip(scene.threats, sites, strict=True)
    ]
    alike = _Silhouettes(scene, rays, total)
    look_alikes = [
        alike.add(other.piece, "look_alike", heading=other.heading) for other in scene.look_alikes
    ]
    hidden = np.zeros(rays.shape, np.bool_)
    hidden_boxes = [
        _undeclared(layers, heading, total, hidden) for heading in scene.hidden_headings
    ]
    return Truth(
        cargo_areal_density=cargo,
        total_areal_density=total,
        group_index=groups,
        shield_mask=shields.mask,
        boxes=_present(boxes),
        cargo_mass_kg=scene.cargo_mass_kg,
        class_areal_density=classes,
        heading=headings,
        look_alike_mask=alike.mask,
        look_alikes=_present(look_alikes),
        hidden_mask=hidden,
        hidden_goods=_present(hidden_boxes),
        mismatch=scene.mismatch,
        declared=scene.manifest,
        true_manifest=scene.true_manifest or scene.manifest,
    )


def _present(boxes: Sequence[TruthBox | None]) -> tuple[TruthBox, ...]:
    return tuple(box for box in boxes if box is not None)


def class_of(matter: Material) -> int:
    """Number in CLASSES."""
    mean = sum(z * share for z, share in matter.mass_fractions)
    return int(np.searchsorted(_CLASS_LIMITS, mean))


def _by_class(layers: Layers) -> tuple[NDArray[np.float16], Array]:
    """(areal density of each class, their sum), both of all but the transport unit."""
    classes = np.zeros((len(CLASSES), *layers.shape), np.float16)
    cargo = np.zeros(layers.shape, np.float32)
    picture = np.empty(layers.shape, np.float32)
    for number in range(len(CLASSES)):
        members = [
            layer
            for layer in layers.layers
            if layer.role != "unit" and class_of(layer.material) == number
        ]
        if members:
            picture[:] = 0
            for layer in members:
                picture[layer.window] += layer.areal_density
            classes[number] = picture
            cargo += picture
    return classes, cargo


def _goods(layers: Layers, cargo: Array) -> tuple[NDArray[np.uint8], NDArray[np.uint16]]:
    """Goods group and heading that weigh most in each pixel."""
    number = {group.name: group.index for group in goods_groups()}
    groups = _leading(layers, cargo, lambda layer: number[layer.group]).astype(np.uint8)
    return groups, _leading(layers, cargo, lambda layer: int(layer.heading or 0))


def _leading(layers: Layers, cargo: Array, number_of: Callable[[Layer], int]) -> NDArray[np.uint16]:
    """Number of the goods with the largest areal density; 0 where cargo is below LEAST_CARGO."""
    members: dict[int, list[Layer]] = {}
    for layer in layers.layers:
        if layer.group:
            members.setdefault(number_of(layer), []).append(layer)
    index = np.zeros(layers.shape, np.uint16)
    most = np.zeros(layers.shape, np.float32)
    for number, parts in members.items():
        picture = _sum(layers, parts)
        leads = picture > most
        index[leads] = number
        np.maximum(most, picture, out=most)
    index[cargo < LEAST_CARGO] = 0
    return index


def _sum(layers: Layers, parts: Sequence[Layer]) -> Array:
    picture = np.zeros(layers.shape, np.float32)
    for layer in parts:
        picture[layer.window] += layer.areal_density
    return picture


def _undeclared(layers: Layers, heading: str, total: Array, mask: Mask) -> TruthBox | None:
    """Marks goods of that heading in `mask`; None when they are out of view."""
    parts = [layer for layer in layers.layers if layer.heading == heading]
    picture = _sum(layers, parts)
    outline = picture > LEAST_CARGO
    if not outline.any():
        return None
    mask |= outline
    heaviest = max(parts, key=lambda layer: float(layer.areal_density.sum()))
    thing = Threat((), "goods", heaviest.material.name, 0.0, 0.0)
    return _measured(thing, "undeclared_goods", outline, picture, total, heading=heading)


class _Silhouettes:
    """Outlines of things of one kind, collected in one mask."""

    def __init__(self, scene: Scene, rays: View, total: Array) -> None:
        self._scene, self._rays, self._total = scene, rays, total
        self.mask = np.zeros(rays.shape, np.bool_)

    def add(
        self, thing: Threat, kind: str, *, heading: str = "", site: str = ""
    ) -> TruthBox | None:
        """Marks the thing and measures it; None when it is out of view.

        Its packing is no part of it, nor are what its cavity holds and air.
        """
        solid = "shield" if kind == "shield" else "cargo"
        counted = (solid, "contents")
        objects = self._scene.objects
        own = np.zeros(self._rays.shape, np.float32)
        outline = np.zeros(self._rays.shape, np.bool_)
        for position in thing.objects:
            item = objects[position]
            seen = chord_map(item.solid, self._rays)
            if seen is None:
                continue
            window, chord = seen
            if item.role in counted:
                outline[window] |= chord > 0
            density = item.density if item.role == solid else 0.0
            if item.displaces in thing.objects:
                host = objects[item.displaces]
                density -= host.density if host.role == solid else 0.0
            own[window] += chord * np.float32(density * G_CM2)
        if not outline.any():
            return None
        self.mask |= outline
        return _measured(thing, kind, outline, own, self._total, heading=heading, site=site)


def _measured(
    thing: Threat,
    kind: str,
    outline: Mask,
    own: Array,
    total: Array,
    *,
    heading: str = "",
    site: str = "",
) -> TruthBox:
    rows, columns = np.flatnonzero(outline.any(axis=1)), np.flatnonzero(outline.any(axis=0))
    added, whole = own[outline], total[outline]
    rest = whole - added
    deep = float(np.percentile(added, 95))
    shows = (added > _SHOWS) & (added > _SHOWS_SHARE * rest) & (whole < _OPAQUE)
    return TruthBox(
        x0=int(columns[0]),
        y0=int(rows[0]),
        x1=int(columns[-1]) + 1,
        y1=int(rows[-1]) + 1,
        material=thing.material,
        form=thing.form,
        volume_cm3=float(thing.volume_cm3),
        wall_mm=float(thing.wall_mm),
        kind=kind,
        areal_density=deep,
        contrast=deep / max(float(rest.mean()), _THIN),
        visible_share=float(shows.mean()),
        heading=heading,
        site=site,
    )
