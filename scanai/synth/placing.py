"""Where something foreign goes among the solids of a load, and what gives way for it.

Inside one solid that holds it whole, in a hollow cut into boxes, or on the floor. What is placed is
made in `concealment`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.random import Generator

from scanai.physics.materials import material
from scanai.synth.forms import Space
from scanai.synth.scene import Role, SceneObject
from scanai.synth.solids import Box, Cylinder, Heap, Solid, TiltedBox, Vec3


@dataclass(frozen=True)
class Piece:
    """One solid of a shield, placed about the origin; `inside` is the piece that it lies in."""

    solid: Solid
    material: str
    density: float
    role: Role
    inside: int | None = None


def moved(solid: Solid, by: Vec3) -> Solid:
    """The same solid elsewhere."""

    def add(point: Vec3) -> Vec3:
        return point[0] + by[0], point[1] + by[1], point[2] + by[2]

    if isinstance(solid, Box):
        return Box(add(solid.lo), add(solid.hi))
    if isinstance(solid, TiltedBox | Cylinder):
        return replace(solid, centre=add(solid.centre))
    raise TypeError(f"a shield has no {type(solid).__name__}")


def put(
    rng: Generator, objects: list[SceneObject], space: Space, pieces: tuple[Piece, ...]
) -> tuple[list[SceneObject], int]:
    """The objects with the pieces appended, and the index of the first piece.

    Boxes in the way are cut, which shifts the indices of what was there before.
    """
    objects = list(objects)
    half = pieces[0].solid.bounds[1]
    for _ in range(80):
        host, centre = _place(rng, objects, space, half)
        if centre is None:
            continue
        if host is None:
            cut = carve(objects, *_around(centre, half))
            if _overlapping(cut, *_around(centre, half)):
                continue
            objects = cut
        return _insert(objects, pieces, centre, host)
    # Nowhere whole: what is in the way of a place on the floor is cut, or overlaps a little.
    centre = _floor_place(rng, space, half)
    objects = carve(objects, *_around(centre, half))
    return _insert(objects, pieces, centre, None)


def _insert(
    objects: list[SceneObject], pieces: tuple[Piece, ...], centre: Vec3, host: int | None
) -> tuple[list[SceneObject], int]:
    first = len(objects)
    for piece in pieces:
        displaces = host if piece.inside is None else first + piece.inside
        solid = moved(piece.solid, centre)
        matter = material(piece.material)
        objects.append(SceneObject(solid, matter, piece.density, piece.role, displaces=displaces))
    return objects, first


def _around(centre: Vec3, half: Vec3) -> Space:
    clear = 0.003
    lo = tuple(c - h - clear for c, h in zip(centre, half, strict=True))
    hi = tuple(c + h + clear for c, h in zip(centre, half, strict=True))
    return (lo[0], lo[1], lo[2]), (hi[0], hi[1], hi[2])


def _floor_place(rng: Generator, space: Space, half: Vec3) -> Vec3:
    (x0, y0, z0), (x1, y1, _) = space
    x = float(rng.uniform(x0 + half[0] + 0.01, x1 - half[0] - 0.01))
    y = float(rng.uniform(y0 + half[1] + 0.01, y1 - half[1] - 0.01))
    return x, y, z0 + half[2] + 0.005


def _place(
    rng: Generator, objects: list[SceneObject], space: Space, half: Vec3
) -> tuple[int | None, Vec3 | None]:
    """A host that holds it whole, or a spot in boxes or in the open; None: try again."""
    cargo = [i for i, item in enumerate(objects) if item.role in ("cargo", "packing")]
    if not cargo or rng.random() < 0.12:
        return None, _floor_place(rng, space, half)
    position = cargo[rng.integers(len(cargo))]
    solid = objects[position].solid
    lo, hi = solid.bounds
    spot: list[float] = []
    for low, high, h, least, most in zip(lo, hi, half, *space, strict=True):
        a, b = max(low + h + 0.004, least + h), min(high - h - 0.004, most - h)
        if a > b:
            middle = (low + high) / 2
            a = b = float(
                np.clip(middle, least + h + 0.004, max(least + h + 0.004, most - h - 0.004))
            )
        spot.append(float(rng.uniform(a, b)))
    centre = (spot[0], spot[1], spot[2])
    around = _around(centre, half)
    if _holds(solid, *around) and not _overlapping(objects, *around, beside=position):
        return position, centre
    if isinstance(solid, Box):
        return None, centre
    return None, None


def _holds(solid: Solid, lo: Vec3, hi: Vec3) -> bool:
    """Whether the box lies wholly inside; False where that is not easily said."""
    if isinstance(solid, Box):
        return all(a <= p and q <= b for a, b, p, q in zip(solid.lo, solid.hi, lo, hi, strict=True))
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


def _overlapping(
    objects: list[SceneObject], lo: Vec3, hi: Vec3, beside: int | None = None
) -> list[int]:
    """Objects of the load whose bounds meet the box, other than `beside`."""
    met = []
    for position, item in enumerate(objects):
        if item.role == "unit" or position == beside:
            continue
        a, b = item.solid.bounds
        if all(p < v and u < q for p, q, u, v in zip(a, b, lo, hi, strict=True)):
            met.append(position)
    return met


def carve(objects: list[SceneObject], lo: Vec3, hi: Vec3) -> list[SceneObject]:
    """Cuts the box lo–hi out of every box of cargo and packing; other solids stay.

    Order is kept and `displaces` follows; what displaces something or is displaced is not cut.
    """
    hosts = {item.displaces for item in objects}
    result: list[SceneObject] = []
    place: dict[int | None, int | None] = {None: None}
    for position, item in enumerate(objects):
        place[position] = len(result)
        solid = item.solid
        if (
            item.role in ("cargo", "packing")
            and isinstance(solid, Box)
            and item.displaces is None
            and position not in hosts
            and _meets(solid, lo, hi)
        ):
            result += [replace(item, solid=part) for part in _without(solid, lo, hi)]
        else:
            result.append(item)
    return [
        item if item.displaces is None else replace(item, displaces=place[item.displaces])
        for item in result
    ]


def _meets(box: Box, lo: Vec3, hi: Vec3) -> bool:
    return all(p < v and u < q for p, q, u, v in zip(box.lo, box.hi, lo, hi, strict=True))


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
