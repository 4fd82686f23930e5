"""Where something foreign goes in a loaded transport unit, and what gives way for it.

A `Stage` is the load in the making: it keeps track of what was put and never cuts it again. The
sites are functions that propose one place each; what is placed is made in `concealment` and
`look_alikes`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from scanai.physics.materials import material
from scanai.synth.forms import Space
from scanai.synth.scene import Role, SceneObject
from scanai.synth.solids import Box, Cylinder, EllipticCylinder, Heap, Solid, TiltedBox, Vec3

# Air around what is put, m.
_CLEAR = 0.003
# Proposals that are tried before a site counts as full.
_TRIES = 60
# Matter of the unit below this density, kg/m³, is foam that can be cut out.
_FOAM = 200.0
# Matter across the beam, kg/m², that something hides behind: 40 g/cm² is 5 cm of steel.
_SCREEN = 400.0


@dataclass(frozen=True)
class Piece:
    """One solid of a shield, placed about the origin; `inside` is the piece that it lies in."""

    solid: Solid
    material: str
    density: float
    role: Role
    inside: int | None = None


@dataclass(frozen=True)
class Place:
    """Where the middle goes; `host` holds it whole, without one what meets it is cut."""

    centre: Vec3
    host: int | None = None


class Stage:
    """Objects of a scene to which pieces are added; knows the indices of all that was put."""

    def __init__(self, objects: Sequence[SceneObject], voids: Sequence[Space] = ()) -> None:
        self.objects = list(objects)
        self.voids = tuple(voids)
        """Hollows of the transport unit itself."""
        self.placed: list[tuple[int, ...]] = []
        """Indices of the pieces of each thing put, kept up to date while boxes are cut."""
        self._measure()

    def _measure(self) -> None:
        bounds = np.array([item.solid.bounds for item in self.objects], np.float64)
        self._lo, self._hi = bounds.reshape(-1, 2, 3).swapaxes(0, 1)
        self._unit = np.array([item.role == "unit" for item in self.objects], np.bool_)
        self._tied = {index for group in self.placed for index in group}
        for index, item in enumerate(self.objects):
            if item.displaces is not None:
                self._tied |= {index, item.displaces}

    def cargo(self) -> list[int]:
        """Indices of goods and packing, without what was put."""
        taken = {index for group in self.placed for index in group}
        return [
            index
            for index, item in enumerate(self.objects)
            if item.role in ("cargo", "packing") and index not in taken
        ]

    def of_unit(self) -> list[int]:
        return [int(index) for index in np.flatnonzero(self._unit)]

    def depth(self, index: int) -> float:
        """Of the object along the beam, m."""
        return float(self._hi[index, 1] - self._lo[index, 1])

    def stays(self, index: int) -> bool:
        """Whether an object of the load cannot be cut: of one piece, put, or tied to another."""
        item = self.objects[index]
        if item.role not in ("cargo", "packing") or not isinstance(
            item.solid, Box | EllipticCylinder
        ):
            return True
        return index in self._tied

    def hull(self, indices: Sequence[int]) -> Space:
        """The box around these objects."""
        lo, hi = self._lo[list(indices)].min(axis=0), self._hi[list(indices)].max(axis=0)
        return _vec(lo), _vec(hi)

    def meeting(self, around: Space, beside: int | None = None, *, unit: bool = False) -> list[int]:
        """Objects other than `beside` whose bounds meet the box; those of the unit if asked."""
        lo, hi = np.array(around[0]), np.array(around[1])
        met: NDArray[np.bool_] = np.all((self._lo < hi) & (lo < self._hi), axis=1)
        if not unit:
            met &= ~self._unit
        if beside is not None:
            met[beside] = False
        return [int(index) for index in np.flatnonzero(met)]

    def top_below(self, around: Space) -> float | None:
        """Height of what lies under the box's footprint, below its upper edge; None: nothing."""
        lo, hi = around
        under = (self._lo[:, :2] < np.array(hi[:2])).all(axis=1)
        under &= (self._hi[:, :2] > np.array(lo[:2])).all(axis=1)
        under &= (self._hi[:, 2] <= lo[2]) & ~self._unit
        return float(self._hi[under, 2].max()) if under.any() else None

    def cut(self, lo: Vec3, hi: Vec3) -> None:
        """Cuts the box out of every box or row of goods and packing that was not put."""
        self.objects, where = _carved(self.objects, lo, hi, self._tied)
        self.placed = [tuple(where[index] for index in group) for group in self.placed]
        self._measure()

    def put(self, pieces: Sequence[Piece], place: Place) -> int:
        """Appends the pieces about the place; returns the number of the thing in `placed`."""
        first = len(self.objects)
        for piece in pieces:
            displaces = place.host if piece.inside is None else first + piece.inside
            solid = moved(piece.solid, place.centre)
            matter = material(piece.material)
            item = SceneObject(solid, matter, piece.density, piece.role, displaces=displaces)
            self.objects.append(item)
        self.placed.append(tuple(range(first, len(self.objects))))
        self._measure()
        return len(self.placed) - 1


Site = Callable[[Generator, Stage, Space, Vec3], "Place | None"]


def put(
    rng: Generator, stage: Stage, space: Space, pieces: Sequence[Piece], site: Site
) -> int | None:
    """Puts the pieces at the site; their number in `stage.placed`, None: there is no room."""
    half = pieces[0].solid.bounds[1]
    for _ in range(_TRIES):
        place = site(rng, stage, space, half)
        if place is None:
            continue
        if place.host is None:
            around = box_about(place.centre, half)
            if any(stage.stays(index) for index in stage.meeting(around)):
                continue
            stage.cut(*around)
        return stage.put(pieces, place)
    return None


def force(rng: Generator, stage: Stage, space: Space, pieces: Sequence[Piece]) -> int:
    """Puts the pieces on the floor; what cannot be cut there overlaps a little."""
    half = pieces[0].solid.bounds[1]
    centre = _floor_centre(rng, space, half)
    stage.cut(*box_about(centre, half))
    return stage.put(pieces, Place(centre))


# --- sites ---------------------------------------------------------------------------------------


def in_load(rng: Generator, stage: Stage, space: Space, half: Vec3) -> Place | None:
    """In one solid of the load that holds it whole, or in a hollow cut into boxes."""
    cargo = stage.cargo()
    if not cargo:
        return on_floor(rng, stage, space, half)
    host = cargo[rng.integers(len(cargo))]
    lo, hi = stage.objects[host].solid.bounds
    spot = []
    for low, high, h, least, most in zip(lo, hi, half, *space, strict=True):
        a, b = max(low + h + 0.004, least + h), min(high - h - 0.004, most - h)
        if a > b:
            first, last = least + h + 0.004, most - h - 0.004
            if first > last:
                return None
            a = b = float(np.clip((low + high) / 2, first, last))
        spot.append(float(rng.uniform(a, b)))
    centre = (spot[0], spot[1], spot[2])
    around = box_about(centre, half)
    if holds(stage.objects[host].solid, *around):
        # Lumps lie about in a bed of scrap: what is put among them may touch some.
        loose = isinstance(stage.objects[host].solid, Heap)
        if not stage.meeting(around, beside=host) or (loose and rng.random() < 0.2):
            return Place(centre, host)
    return Place(centre) if isinstance(stage.objects[host].solid, Box) else None


def on_floor(rng: Generator, stage: Stage, space: Space, half: Vec3) -> Place | None:
    """Standing on the floor of the unit."""
    return Place(_floor_centre(rng, space, half))


def in_void(rng: Generator, stage: Stage, space: Space, half: Vec3) -> Place | None:
    """In a gap that the load leaves, such as in a machine or between packages; nothing is cut."""
    cargo = stage.cargo()
    if not cargo:
        return None
    lo, hi = stage.hull(cargo)
    lo, hi = _within(lo, hi, space)
    spot = _spot(rng, lo, hi, half)
    if spot is None:
        return None
    around = box_about(spot, half)
    if stage.meeting(around):
        return None
    rest = stage.top_below(around)
    lowest = space[0][2] if rest is None else rest
    return Place((spot[0], spot[1], lowest + half[2] + 2 * _CLEAR))


def behind(rng: Generator, stage: Stage, space: Space, half: Vec3) -> Place | None:
    """In the shadow of a dense part of the load, such as an engine block."""
    screens = [
        index
        for index in stage.cargo()
        if stage.objects[index].density * stage.depth(index) > _SCREEN
    ]
    if not screens:
        return None
    screen = screens[rng.integers(len(screens))]
    lo, hi = stage.objects[screen].solid.bounds
    far = rng.random() < 0.7
    y = hi[1] + half[1] + 2 * _CLEAR if far else lo[1] - half[1] - 2 * _CLEAR
    x = float(rng.uniform(lo[0], hi[0]))
    z = max(float(rng.uniform(lo[2], hi[2])), space[0][2] + half[2] + _CLEAR)
    centre = (x, y, z)
    return Place(centre) if _inside(box_about(centre, half), space) else None


def in_unit(rng: Generator, stage: Stage, space: Space, half: Vec3) -> Place | None:
    """In a void of the transport unit itself: under the floor, beside the machinery, in a frame."""
    if not stage.voids:
        return None
    lo, hi = stage.voids[rng.integers(len(stage.voids))]
    spot = _spot(rng, lo, hi, half)
    if spot is None:
        return None
    around = box_about(spot, half)
    if not stage.meeting(around, unit=True) and not _touches(around, space):
        return Place(spot)
    return None


def in_liquid(rng: Generator, stage: Stage, space: Space, half: Vec3) -> Place | None:
    """Sunk in the liquid of a tank, well inside of its round wall."""
    cargo = stage.cargo()
    if not cargo:
        return None
    host = max(cargo, key=lambda index: stage.objects[index].solid.volume)
    lo, hi = stage.hull([host])
    shares = rng.uniform((0.2, 0.3, 0.2), (0.8, 0.7, 0.45))
    spot = [a + share * (b - a) for a, b, share in zip(lo, hi, shares, strict=True)]
    return Place((spot[0], spot[1], spot[2]), host)


def in_insulation(rng: Generator, stage: Stage, space: Space, half: Vec3) -> Place | None:
    """In the foam of an insulated wall, roof or door."""
    foam = [
        index
        for index in stage.of_unit()
        if stage.objects[index].density < _FOAM and isinstance(stage.objects[index].solid, Box)
    ]
    if not foam:
        return None
    host = foam[rng.integers(len(foam))]
    lo, hi = stage.objects[host].solid.bounds
    spot = _spot(rng, lo, hi, half)
    if spot is None or not holds(stage.objects[host].solid, *box_about(spot, half)):
        return None
    return Place(spot, host)


def at_wall(rng: Generator, stage: Stage, space: Space, half: Vec3) -> Place | None:
    """Flat against a side wall, the front wall or the roof, where a false wall would be."""
    centre = _spot(rng, *space, half)
    if centre is None:
        return None
    spot = list(centre)
    thin = int(np.argmin(half))
    near = rng.random() < 0.5
    if thin == 2 or (thin == 0 and near):
        near = thin == 0
    edge = space[0][thin] + half[thin] if near else space[1][thin] - half[thin]
    spot[thin] = edge + (2 * _CLEAR if near else -2 * _CLEAR)
    return Place((spot[0], spot[1], spot[2]))


# --- geometry ------------------------------------------------------------------------------------


def moved(solid: Solid, by: Vec3) -> Solid:
    """The same solid elsewhere."""

    def add(point: Vec3) -> Vec3:
        return point[0] + by[0], point[1] + by[1], point[2] + by[2]

    if isinstance(solid, Box):
        return Box(add(solid.lo), add(solid.hi))
    if isinstance(solid, TiltedBox | Cylinder):
        return replace(solid, centre=add(solid.centre))
    raise TypeError(f"a shield has no {type(solid).__name__}")


def box_about(centre: Vec3, half: Vec3) -> Space:
    """The box of that half size and a little air."""
    lo = tuple(c - h - _CLEAR for c, h in zip(centre, half, strict=True))
    hi = tuple(c + h + _CLEAR for c, h in zip(centre, half, strict=True))
    return (lo[0], lo[1], lo[2]), (hi[0], hi[1], hi[2])


def _vec(values: NDArray[np.float64]) -> Vec3:
    return float(values[0]), float(values[1]), float(values[2])


def _within(lo: Vec3, hi: Vec3, space: Space) -> Space:
    return _vec(np.maximum(lo, space[0])), _vec(np.minimum(hi, space[1]))


def _spot(rng: Generator, lo: Vec3, hi: Vec3, half: Vec3) -> Vec3 | None:
    """A middle for which the box and its air lie between lo and hi; None where none does."""
    spot = []
    for low, high, h in zip(lo, hi, half, strict=True):
        first, last = low + h + _CLEAR, high - h - _CLEAR
        if first > last:
            return None
        spot.append(float(rng.uniform(first, last)))
    return spot[0], spot[1], spot[2]


def _floor_centre(rng: Generator, space: Space, half: Vec3) -> Vec3:
    (x0, y0, z0), (x1, y1, _) = space
    x = float(rng.uniform(x0 + half[0] + 0.01, x1 - half[0] - 0.01))
    y = float(rng.uniform(y0 + half[1] + 0.01, y1 - half[1] - 0.01))
    return x, y, z0 + half[2] + 0.005


def _inside(box: Space, space: Space) -> bool:
    (lo, hi), (a, b) = box, space
    return all(p <= u and v <= q for p, q, u, v in zip(a, b, lo, hi, strict=True))


def _touches(box: Space, space: Space) -> bool:
    (lo, hi), (a, b) = box, space
    return all(p < v and u < q for p, q, u, v in zip(a, b, lo, hi, strict=True))


def holds(solid: Solid, lo: Vec3, hi: Vec3) -> bool:
    """Whether the box lies wholly inside; False where that is not easily said."""
    if isinstance(solid, Box):
        return _inside((lo, hi), (solid.lo, solid.hi))
    if isinstance(solid, Heap):
        if not (solid.x[0] <= lo[0] and hi[0] <= solid.x[-1] and solid.bottom <= lo[2]):
            return False
        at = np.array([lo[0], hi[0], *[x for x in solid.x if lo[0] < x < hi[0]]])
        top = float(np.interp(at, solid.x, solid.top).min())
        return hi[2] <= top and solid.y[0] <= lo[1] and hi[1] <= solid.y[1]
    if isinstance(solid, Cylinder) and solid.inner_radius == 0:
        along = "xyz".index(solid.axis)
        corner = 0.0
        for axis in range(3):
            far = max(abs(lo[axis] - solid.centre[axis]), abs(hi[axis] - solid.centre[axis]))
            if axis == along:
                if far > solid.length / 2:
                    return False
            else:
                corner += far**2
        return corner <= solid.radius**2
    return False


# --- cutting -------------------------------------------------------------------------------------


def _carved(
    objects: Sequence[SceneObject], lo: Vec3, hi: Vec3, keep: set[int]
) -> tuple[list[SceneObject], list[int]]:
    """The objects after the cut, and the new index of each old one (of its first part)."""
    result: list[SceneObject] = []
    where: list[int] = []
    for index, item in enumerate(objects):
        where.append(len(result))
        loose = item.role in ("cargo", "packing") and index not in keep
        if not loose or not _touches(item.solid.bounds, (lo, hi)):
            result.append(item)
        elif isinstance(item.solid, Box):
            result += [replace(item, solid=part) for part in _without(item.solid, lo, hi)]
        elif isinstance(item.solid, EllipticCylinder):
            result += _thinned(item, item.solid, lo, hi)
        else:
            result.append(item)
    followed = [
        item if item.displaces is None else replace(item, displaces=where[item.displaces])
        for item in result
    ]
    return followed, where


def _thinned(item: SceneObject, row: EllipticCylinder, lo: Vec3, hi: Vec3) -> list[SceneObject]:
    """A row of vessels less those in the cut: at its height the row is so much lighter."""
    (_, y0, z0), (_, y1, z1) = row.bounds
    gone = (min(hi[1], y1) - max(lo[1], y0)) / (y1 - y0)
    low, high = max(lo[2], z0), min(hi[2], z1)
    parts = []
    for bottom, top, left in ((z0, low, 1.0), (low, high, 1.0 - gone), (high, z1, 1.0)):
        if top - bottom > 0 and left > 0:
            centre = (row.centre[0], row.centre[1], (bottom + top) / 2)
            part = replace(row, centre=centre, height=top - bottom)
            parts.append(replace(item, solid=part, density=item.density * left))
    return parts


def _without(box: Box, lo: Vec3, hi: Vec3) -> list[Box]:
    """The box less the cut, as up to six boxes."""
    parts = []
    a, b = list(box.lo), list(box.hi)
    for axis in range(3):
        if a[axis] < lo[axis]:
            end = list(b)
            end[axis] = lo[axis]
            parts.append(Box((a[0], a[1], a[2]), (end[0], end[1], end[2])))
            a[axis] = lo[axis]
        if hi[axis] < b[axis]:
            begin = list(a)
            begin[axis] = hi[axis]
            parts.append(Box((begin[0], begin[1], begin[2]), (b[0], b[1], b[2])))
            b[axis] = hi[axis]
    return parts
