"""Transport units: the steel, wood and foam of an empty ISO box, and the space that it leaves.

Shapes follow ISO 668 and ISO 1496; plate and section thicknesses are those of the usual corten
boxes, set by the project so that each unit's solids weigh what its plate says. Parts with hollow
sections (rails, posts, machinery) are solid here at a lower density. Cargo is in `cargo` and
`forms`. World axes as in `scene`: front wall at x = 0, doors at x = length.
"""

from __future__ import annotations

from dataclasses import dataclass

from scanai.physics.materials import material
from scanai.synth.scene import SceneObject, TransportUnit
from scanai.synth.solids import Box, Corrugated, Cylinder, Solid, Vec3

Space = tuple[Vec3, Vec3]

WIDTH = 2.438
STEEL = 7850.0
_FLOOR_TOP = 0.172
_PLYWOOD = 0.028
_ROOF = 0.002
_WALL_DEPTH = 0.036
_INNER_WIDTH = 2.352
_FRONT_WALL = 0.075
_DOOR = 0.085


@dataclass(frozen=True)
class _Model:
    length: float
    height: float
    tunnel: float
    """Length of the gooseneck tunnel at the front, where the floor is shallow; 0: none."""
    cooled: bool = False


_MODELS = {
    "20": _Model(6.058, 2.591, 0.0),
    "40": _Model(12.192, 2.591, 3.3),
    "40HC": _Model(12.192, 2.896, 3.3),
    "45": _Model(13.716, 2.896, 3.3),
    "reefer": _Model(12.192, 2.896, 3.3, cooled=True),
}
UNIT_TYPES = tuple(_MODELS)


def _part(solid: Solid, name: str, density: float) -> SceneObject:
    return SceneObject(solid, material(name), density, "unit")


def _pair(lo: Vec3, hi: Vec3, name: str, density: float) -> list[SceneObject]:
    """A box and its mirror image on the other side of the centre plane."""
    mirrored = Box((lo[0], -hi[1], lo[2]), (hi[0], -lo[1], hi[2]))
    return [_part(Box(lo, hi), name, density), _part(mirrored, name, density)]


def interior(unit_type: str) -> Space:
    """Lower and upper corner of the space for cargo, m; KeyError for an unknown type."""
    model = _MODELS[unit_type]
    if model.cooled:
        # Behind the cooling unit and below the load line, on the T-floor.
        return (0.48, -1.144, 0.2), (model.length - 0.12, 1.144, model.height - 0.21)
    half = _INNER_WIDTH / 2
    return (_FRONT_WALL, -half, _FLOOR_TOP), (model.length - _DOOR, half, model.height - 0.03)


def build_unit(unit_type: str) -> tuple[TransportUnit, list[SceneObject]]:
    """The empty unit; its tare is what its solids weigh. KeyError for an unknown type."""
    model = _MODELS[unit_type]
    parts = [*_frame(model), *_floor(model), *_doors(model)]
    parts += _insulation(model) if model.cooled else _steel_walls(model)
    tare = sum(part.solid.volume * part.density for part in parts)
    unit = TransportUnit(unit_type, model.length, WIDTH, model.height, round(tare, -1))
    return unit, parts


def _frame(model: _Model) -> list[SceneObject]:
    half, top = WIDTH / 2, model.height
    parts = []
    for x0, width in ((0.0, _FRONT_WALL), (model.length - _DOOR, _DOOR)):
        parts += _pair((x0, half - 0.11, 0.118), (x0 + width, half, top - 0.118), "steel", 3100)
        casting = 0.178
        left = 0.0 if x0 == 0.0 else model.length - casting
        for z0 in (0.0, top - 0.118):
            lo, hi = (left, half - 0.162, z0), (left + casting, half, z0 + 0.118)
            parts += _pair(lo, hi, "steel", 2800)
    if model.length > 13:  # a 45′ box is also lifted where a 40′ one would be
        for x0 in (0.762, model.length - 0.762 - 0.178):
            lo, hi = (x0, half - 0.043, 0.0), (x0 + 0.178, half, top)
            parts += _pair(lo, hi, "steel", 2400)
    inner = (0.178, model.length - 0.178)
    parts += _pair((inner[0], half - 0.048, 0.01), (inner[1], half, 0.16), "steel", 1250)
    parts += _pair((inner[0], half - 0.06, top - 0.06), (inner[1], half, top), "steel", 1700)
    for x0, x1 in ((0.0, 0.1), (model.length - 0.12, model.length)):  # sills and headers
        for z0, z1 in ((0.02, 0.15), (top - 0.11, top)):
            bar = Box((x0, -half + 0.162, z0), (x1, half - 0.162, z1))
            parts.append(_part(bar, "steel", 900))
    return parts


def _floor(model: _Model) -> list[SceneObject]:
    """Cross members, whose webs are dark ticks seen end to end, and the floor on them."""
    parts = []
    half = WIDTH / 2 - 0.05
    x = 0.28
    while x < model.length - 0.25:
        low = 0.1 if x < model.tunnel else 0.022
        web = Box((x, -half, low), (x + 0.004, half, 0.144))
        flange = Box((x, -half, low), (x + 0.045, half, low + 0.004))
        parts += [_part(web, "steel", STEEL), _part(flange, "steel", STEEL)]
        x += 0.24 if x < model.tunnel else 0.305
    if model.tunnel:
        for y in (0.3, -0.3 - 0.08):
            rail = Box((0.1, y, 0.022), (model.tunnel, y + 0.08, 0.1))
            parts.append(_part(rail, "steel", 900))
    if model.cooled:
        t_floor = Box((0.12, -1.144, 0.15), (model.length - 0.12, 1.144, 0.2))
        parts.append(_part(t_floor, "aluminium", 480))
        foam = Box((0.12, -1.144, 0.1), (model.length - 0.12, 1.144, 0.15))
        parts.append(_part(foam, "polystyrene", 60))
    else:
        inside = _INNER_WIDTH / 2
        wood = Box((0.1, -inside, _FLOOR_TOP - _PLYWOOD), (model.length - 0.1, inside, _FLOOR_TOP))
        parts.append(_part(wood, "wood", 720))
    return parts


def _steel_walls(model: _Model) -> list[SceneObject]:
    half, top = WIDTH / 2, model.height
    parts = []
    for y0 in (-half, half - _WALL_DEPTH):
        lo, hi = (0.12, y0, 0.15), (model.length - 0.15, y0 + _WALL_DEPTH, top - 0.06)
        parts.append(_part(Corrugated(lo, hi, 0.278, _WALL_DEPTH, 0.0018), "steel", STEEL))
    roof = Box((0.1, -half + 0.06, top - _ROOF - 0.012), (model.length - 0.12, half - 0.06, top))
    parts.append(_part(roof, "steel", STEEL * _ROOF * 1.1 / (_ROOF + 0.012)))
    x = 0.02  # the front wall's corrugation, crest and trough, seen from its edge
    for width, share in ((0.004, 0.22), (0.037, 0.035), (0.004, 0.22)):
        sheet = Box((x, -half + 0.11, 0.15), (x + width, half - 0.11, top - 0.11))
        parts.append(_part(sheet, "steel", STEEL * share))
        x += width
    return parts


def _doors(model: _Model) -> list[SceneObject]:
    half, top = WIDTH / 2, model.height
    end = model.length
    parts = []
    if not model.cooled:
        x = end - 0.075
        for width, share in ((0.004, 0.24), (0.03, 0.04), (0.004, 0.24)):
            sheet = Box((x, -half + 0.11, 0.15), (x + width, half - 0.11, top - 0.11))
            parts.append(_part(sheet, "steel", STEEL * share))
            x += width
    for y in (-0.95, -0.3, 0.3, 0.95):
        bar = Cylinder((end - 0.018, y, top / 2), 0.017, top - 0.3, "z", 0.0138)
        parts.append(_part(bar, "steel", STEEL))
        for z in (0.16, top - 0.15):  # cam keepers
            parts.append(
                _part(
                    Box((end - 0.04, y - 0.06, z - 0.04), (end, y + 0.06, z + 0.04)), "steel", 2500
                )
            )
    for z in (1.0, 1.25):  # handles
        handle = Box((end - 0.02, -0.6, z), (end, 0.6, z + 0.03))
        parts.append(_part(handle, "steel", 1800))
    return parts


def _insulation(model: _Model) -> list[SceneObject]:
    """Foam between thin sheets all round, and the cooling unit in the front wall."""
    half, top, end = WIDTH / 2, model.height, model.length
    parts = []
    for name, density, y0, y1 in (
        ("steel", STEEL, half - 0.001, half),
        ("polystyrene", 50.0, 1.145, half - 0.001),
        ("stainless_steel", 7900.0, 1.1443, 1.145),
    ):
        parts += _pair((0.12, y0, 0.16), (end - 0.12, y1, top - 0.06), name, density)
    for lo_z, hi_z, name, density in (
        (top - 0.012, top, "aluminium", 500.0),
        (top - 0.11, top - 0.012, "polystyrene", 50.0),
        (top - 0.122, top - 0.11, "stainless_steel", 560.0),
    ):
        roof = Box((0.12, -1.15, lo_z), (end - 0.12, 1.15, hi_z))
        parts.append(_part(roof, name, density))
    for x0, x1, name, density in (
        (end - 0.12, end - 0.112, "stainless_steel", 1100.0),
        (end - 0.112, end - 0.04, "polystyrene", 50.0),
        (end - 0.04, end - 0.034, "steel", 1900.0),
    ):
        door = Box((x0, -1.1, 0.16), (x1, 1.1, top - 0.11))
        parts.append(_part(door, name, density))
    return parts + _cooling_unit(top)


def _cooling_unit(top: float) -> list[SceneObject]:
    parts = [
        _part(Box((0.02, -1.0, 0.2), (0.06, 1.0, top - 0.15)), "aluminium", 700),
        _part(Box((0.4, -1.05, 0.3), (0.46, 1.05, top - 0.2)), "stainless_steel", 350),
        _part(Box((0.14, -0.8, top - 0.75), (0.3, 0.8, top - 0.4)), "aluminium", 520),
        _part(Box((0.07, -0.75, 0.85), (0.16, 0.75, 1.35)), "copper", 420),
        _part(Cylinder((0.22, -0.5, 0.5), 0.14, 0.45, "z"), "cast_iron", 3200),
        _part(Cylinder((0.22, -0.5, 0.85), 0.1, 0.22, "z"), "steel", 3800),
        _part(Box((0.1, 0.3, 0.35), (0.34, 0.9, 0.8)), "electronics", 600),
    ]
    for y in (-0.45, 0.45):
        parts.append(_part(Cylinder((0.25, y, top - 0.25), 0.08, 0.2, "z"), "steel", 3500))
    parts.append(_part(Cylinder((0.22, 0.0, 1.1), 0.07, 0.25, "x"), "steel", 3600))
    return parts
