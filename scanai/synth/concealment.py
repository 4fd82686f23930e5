"""What is hidden in cargo, shields above all, and honest goods that look like it.

`hide` puts a shield among the solids of a load: inside one that holds it whole, in a hollow cut
into boxes, or in free space. `add_look_alike` adds pieces of the same size and areal density that a
manifest declares as what they are. Which scenes get which is decided in `scenes`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.random import Generator

from scanai.manifest.goods_groups import goods_group_of
from scanai.physics.materials import material
from scanai.synth.forms import Space
from scanai.synth.scene import Role, SceneObject, Threat
from scanai.synth.solids import Box, Cylinder, Heap, Solid, TiltedBox, Vec3

# Least and most volume of shielding, cm³, and wall, mm.
VOLUME_CM3 = (30.0, 3000.0)
WALL_MM = (5.0, 150.0)
SHIELD_MATERIALS = {
    "lead": 0.36,
    "tungsten": 0.18,
    "uranium": 0.12,
    "steel": 0.14,
    "copper": 0.08,
    "polyethylene+lead": 0.12,
}
SHIELD_FORMS = ("solid", "box", "pig", "sheet_lined", "drum_in_drum")
# Heading of dense honest goods: material and density in kg/m³.
LOOK_ALIKES = {
    "7325": ("cast_iron", 7200.0),
    "7326": ("steel", 7850.0),
    "8431": ("steel", 7850.0),
    "8481": ("brass", 8000.0),
    "8480": ("steel", 7850.0),
    "8209": ("tungsten_carbide", 8500.0),
    "7801": ("lead", 11340.0),
    "8507": ("battery", 2700.0),
    "8504": ("steel", 7400.0),
    "7407": ("copper", 8900.0),
}
_CONTENTS = (("air", 1.2), ("polystyrene", 30.0), ("uranium", 9000.0), ("ceramic", 2000.0))


@dataclass(frozen=True)
class Piece:
    """One solid of a shield, placed about the origin; `inside` is the piece that it lies in."""

    solid: Solid
    material: str
    density: float
    role: Role
    inside: int | None = None


@dataclass(frozen=True)
class Shield:
    pieces: tuple[Piece, ...]
    """The first one encloses all others."""
    form: str
    material: str
    volume_cm3: float
    wall_mm: float

    @property
    def half(self) -> Vec3:
        """Half the size of the box around it."""
        hi = self.pieces[0].solid.bounds[1]
        return hi


def moved(solid: Solid, by: Vec3) -> Solid:
    """The same solid elsewhere."""

    def add(point: Vec3) -> Vec3:
        return point[0] + by[0], point[1] + by[1], point[2] + by[2]

    if isinstance(solid, Box):
        return Box(add(solid.lo), add(solid.hi))
    if isinstance(solid, TiltedBox | Cylinder):
        return replace(solid, centre=add(solid.centre))
    raise TypeError(f"a shield has no {type(solid).__name__}")


def _density(name: str) -> float:
    return material(name).density_g_cm3 * 1000


def draw_shield(rng: Generator) -> Shield:
    """A shield whose volume of material and wall lie within VOLUME_CM3 and WALL_MM."""
    names = list(SHIELD_MATERIALS)
    name = names[rng.choice(len(names), p=list(SHIELD_MATERIALS.values()))]
    form = SHIELD_FORMS[rng.choice(len(SHIELD_FORMS), p=[0.28, 0.26, 0.24, 0.12, 0.1])]
    if name == "polyethylene+lead" and form in ("solid", "sheet_lined", "drum_in_drum"):
        form = "box"
    low, high = VOLUME_CM3
    volume = float(np.exp(rng.uniform(np.log(low), np.log(high)))) * 1e-6
    metal = "lead" if name == "polyethylene+lead" else name
    if form == "solid":
        solid, wall = _solid(rng, volume)
        piece = Piece(solid, metal, _density(metal), "shield")
        return Shield((piece,), form, name, solid.volume * 1e6, wall * 1e3)
    if form == "sheet_lined":
        wall = rng.uniform(0.005, 0.008)
    else:
        # A wall that leaves a cavity: at most what a cube of that volume would need.
        most = min(0.15, 0.33 * volume ** (1 / 3))
        wall = float(np.clip(rng.uniform(0.25, 1.0) * most, 0.005, 0.15))
    if form in ("pig", "drum_in_drum"):
        pieces = _tube(rng, volume, wall, metal, drum=form == "drum_in_drum")
    else:
        pieces = _box(rng, volume, wall, metal)
    if name == "polyethylene+lead":
        pieces = _moderated(rng, pieces)
    shielding = [p for p in pieces if p.role == "shield" and p.material == metal]
    used = shielding[0].solid.volume - pieces[pieces.index(shielding[0]) + 1].solid.volume
    return Shield(tuple(_filled(rng, pieces)), form, name, used * 1e6, wall * 1e3)


def _solid(rng: Generator, volume: float) -> tuple[Solid, float]:
    a, b = rng.uniform(0.7, 1.6, 2)
    side = (volume / (a * b)) ** (1 / 3)
    sides = [side * a, side * b, side]
    order = rng.permutation(3)
    size = (sides[order[0]], sides[order[1]], sides[order[2]])
    wall = max(0.005, min(size) / 2)
    if rng.random() < 0.3:
        radius = (volume / (2 * np.pi * a)) ** (1 / 3)
        axis = ("x", "y", "z")[rng.integers(3)]
        solid = Cylinder((0.0, 0.0, 0.0), float(radius), float(2 * a * radius), axis)
        return solid, max(0.005, min(float(radius), float(a * radius)))
    if rng.random() < 0.3:
        return TiltedBox((0.0, 0.0, 0.0), size, float(rng.uniform(5, 60)), "y"), wall
    return _cuboid((size[0] / 2, size[1] / 2, size[2] / 2)), wall


def _cuboid(half: Vec3) -> Box:
    return Box((-half[0], -half[1], -half[2]), half)


def _box(rng: Generator, volume: float, wall: float, name: str) -> list[Piece]:
    """Walls of one thickness round a cavity; the sides follow from the volume of material."""
    a, b = rng.uniform(0.8, 1.6, 2)
    low, high = 0.0, 2.0
    for _ in range(40):  # the volume grows with the cavity: bisect
        s = (low + high) / 2
        cavity = s * a * s * b * s
        outer = (s * a + 2 * wall) * (s * b + 2 * wall) * (s + 2 * wall)
        low, high = (s, high) if outer - cavity < volume else (low, s)
    inner = (s * a / 2, s * b / 2, s / 2)
    outer_half = (inner[0] + wall, inner[1] + wall, inner[2] + wall)
    return [
        Piece(_cuboid(outer_half), name, _density(name), "shield"),
        Piece(_cuboid(inner), "air", 1.2, "contents", 0),
    ]


def _tube(rng: Generator, volume: float, wall: float, name: str, *, drum: bool) -> list[Piece]:
    """A pig, or a lined drum inside another drum."""
    slim = float(rng.uniform(1.2, 2.4))
    low, high = 0.0, 2.0
    for _ in range(40):
        r = (low + high) / 2
        inside = np.pi * r**2 * 2 * r * slim
        outside = np.pi * (r + wall) ** 2 * (2 * r * slim + 2 * wall)
        low, high = (r, high) if outside - inside < volume else (low, r)
    axis = "z" if drum or rng.random() < 0.6 else ("x", "y")[rng.integers(2)]
    long = 2 * r * slim
    centre = (0.0, 0.0, 0.0)
    pieces = [
        Piece(Cylinder(centre, r + wall, long + 2 * wall, axis), name, _density(name), "shield"),
        Piece(Cylinder(centre, r, long, axis), "air", 1.2, "contents", 0),
    ]
    if not drum:
        return pieces
    gap = float(rng.uniform(0.02, 0.06))
    skin = Cylinder(centre, r + wall + gap + 0.002, long + 2 * (wall + gap) + 0.004, axis)
    filler = Cylinder(centre, r + wall + gap, long + 2 * (wall + gap), axis)
    return [
        Piece(skin, "steel", 7850.0, "packing"),
        Piece(filler, "sand" if rng.random() < 0.4 else "polyethylene", 900.0, "packing", 0),
        replace(pieces[0], inside=1),
        replace(pieces[1], inside=2),
    ]


def _moderated(rng: Generator, pieces: list[Piece]) -> list[Piece]:
    """Polyethylene, with boron or without, around the metal."""
    thick = float(rng.uniform(0.02, 0.06))
    inner = pieces[0].solid
    outer: Solid
    if isinstance(inner, Cylinder):
        outer = replace(inner, radius=inner.radius + thick, length=inner.length + 2 * thick)
    else:
        hi = inner.bounds[1]
        outer = _cuboid((hi[0] + thick, hi[1] + thick, hi[2] + thick))
    name = "polyethylene_borated" if rng.random() < 0.5 else "polyethylene"
    shifted = [
        replace(piece, inside=0 if piece.inside is None else piece.inside + 1) for piece in pieces
    ]
    return [Piece(outer, name, _density(name), "shield"), *shifted]


def _filled(rng: Generator, pieces: list[Piece]) -> list[Piece]:
    """Half of the cavities hold something: packing, a source holder, metal."""
    name, density = _CONTENTS[rng.choice(len(_CONTENTS), p=[0.5, 0.2, 0.15, 0.15])]
    cavity = pieces[-1]
    if name == "air":
        return pieces
    if name == "polystyrene":
        return [*pieces[:-1], replace(cavity, material=name, density=density)]
    lo, hi = cavity.solid.bounds
    share = float(rng.uniform(0.3, 0.7))
    half = (hi[0] * share, hi[1] * share, hi[2] * share)
    if isinstance(cavity.solid, Cylinder):
        half = (half[0] * 0.7, half[1] * 0.7, half[2] * 0.7)
    core = Piece(_cuboid(half), name, density, "contents", len(pieces) - 1)
    return [*pieces, core]


# --- placing -------------------------------------------------------------------------------------


def hide(
    rng: Generator, objects: list[SceneObject], space: Space, shield: Shield
) -> tuple[list[SceneObject], Threat]:
    """The scene with the shield in it; `objects` may begin with the unit, which stays as it is."""
    objects, first = _put(rng, objects, space, shield.pieces)
    threat = Threat(
        tuple(range(first, len(objects))),
        shield.form,
        shield.material,
        shield.volume_cm3,
        shield.wall_mm,
    )
    return objects, threat


def add_look_alike(
    rng: Generator, objects: list[SceneObject], space: Space, heading: str
) -> list[SceneObject]:
    """The scene with a few dense pieces of that heading of LOOK_ALIKES among the load."""
    name, density = LOOK_ALIKES[heading]
    for _ in range(int(rng.integers(1, 5))):
        pieces = tuple(_dense_piece(rng, heading, name, density))
        objects, first = _put(rng, objects, space, pieces)
        group = goods_group_of(heading).name
        objects[first:] = [
            replace(item, group=group, heading=heading) for item in objects[first:]
        ]
    return objects


def _dense_piece(rng: Generator, heading: str, name: str, density: float) -> list[Piece]:
    """A block, a bored cylinder, a flanged body, a case of cells: of the size of a shield."""
    volume = float(np.exp(rng.uniform(np.log(100.0), np.log(6000.0)))) * 1e-6
    solid, _ = _solid(rng, volume)
    if heading == "8481":  # a body with a bore and a flange at each end
        r = (volume / 10) ** (1 / 3)
        axis = ("x", "y", "z")[rng.integers(3)]
        body = Cylinder((0.0, 0.0, 0.0), 1.6 * r, 3.4 * r, axis)
        bore = Cylinder((0.0, 0.0, 0.0), 0.8 * r, 3.4 * r, axis)
        return [Piece(body, name, density, "cargo"), Piece(bore, "air", 1.2, "cargo", 0)]
    if heading == "8507":  # cells: plates between thin walls
        side = (volume * 3) ** (1 / 3)
        return [Piece(_cuboid((side * 0.7, side * 0.4, side * 0.45)), name, density, "cargo")]
    if rng.random() < 0.35 and isinstance(solid, Cylinder):
        hole = replace(solid, radius=0.3 * solid.radius)
        return [Piece(solid, name, density, "cargo"), Piece(hole, "air", 1.2, "cargo", 0)]
    return [Piece(solid, name, density, "cargo")]


def _put(
    rng: Generator, objects: list[SceneObject], space: Space, pieces: tuple[Piece, ...]
) -> tuple[list[SceneObject], int]:
    """The objects with the pieces appended, and the index of the first piece.

    Boxes that are in the way are cut only while nothing is displaced: indices would shift.
    """
    objects = list(objects)
    half = pieces[0].solid.bounds[1]
    may_cut = all(item.displaces is None for item in objects)
    for _ in range(80):
        host, centre = _place(rng, objects, space, half)
        if centre is None:
            continue
        if host is None:
            cut = carve(objects, *_around(centre, half)) if may_cut else objects
            if _overlapping(cut, *_around(centre, half)):
                continue
            objects = cut
        return _insert(objects, pieces, centre, host)
    # Nowhere whole: what is in the way of a place on the floor is cut, or overlaps a little.
    centre = _floor_place(rng, space, half)
    if may_cut:
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
        objects.append(
            SceneObject(solid, matter, piece.density, piece.role, displaces=displaces)
        )
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
            a = b = float(np.clip(middle, least + h + 0.004, max(least + h + 0.004, most - h - 0.004)))
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
    """Cuts the box lo–hi out of every box of the load; other solids stay. Order is kept.

    Nothing may refer to a box that is cut: call it before anything is displaced.
    """
    result = []
    for item in objects:
        solid = item.solid
        if item.role == "unit" or not isinstance(solid, Box) or not _meets(solid, lo, hi):
            result.append(item)
            continue
        result += [replace(item, solid=part) for part in _without(solid, lo, hi)]
    return result


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
