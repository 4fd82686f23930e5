"""Magnification: how much more of the picture matter fills than it would in the reference plane.

A fan spreads: what lies near the source covers more rows than what lies far from it, and areal
density times area counts it for more mass. Seen from the side, goods fill the unit from wall to
wall on both sides of the reference plane; what is nearer gains more than what is farther off loses,
4 % of a box at a source 4.5 m away. Seen from above or below, a load lies on the floor, and how
high it reaches is not seen: it is taken from areal density and how densely goods that look like
these are packed.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from scanai.inspect.evidence.measured import Measured
from scanai.inspect.evidence.reading import GoodsReading
from scanai.manifest.goods_groups import goods_groups
from scanai.manifest.room_inside import room_inside
from scanai.scan.profile import Geometry


class Magnification(NamedTuple):
    """Of mass as the picture adds it up, by what it is; 1 in the reference plane."""

    unit: float = 1.0
    load: float = 1.0
    if_dense: float = 1.0
    """Of a load packed twice as densely as goods that look like it usually are."""
    if_loose: float = 1.0
    """And half as densely."""


class _Lies(NamedTuple):
    """Where the mass of an empty unit is, m above its lower face and from its centre plane."""

    floor: float
    """Of the load."""
    middle: float
    """Mean height of its mass."""
    up: float
    """Standard deviation of that."""
    across: float
    """Standard deviation of its distance from the centre plane."""


# Of the simulator's usual makes (scanai.synth.units), whose sizes follow ISO 668 and makers' data
# sheets.
_UNITS = {
    "20": _Lies(0.17, 1.09, 1.00, 0.93),
    "40": _Lies(0.17, 1.07, 1.02, 0.94),
    "40HC": _Lies(0.17, 1.21, 1.13, 0.95),
    "45": _Lies(0.17, 1.22, 1.12, 0.96),
    "reefer": _Lies(0.20, 1.17, 1.09, 0.91),
    "tank": _Lies(0.19, 1.22, 0.83, 0.77),
    "flat_rack": _Lies(0.65, 0.66, 0.56, 0.79),
    "trailer": _Lies(1.20, 1.06, 0.78, 0.77),
    "container_truck": _Lies(1.33, 1.21, 0.92, 0.76),
    "truck": _Lies(1.08, 1.10, 0.79, 0.67),
    "van": _Lies(0.62, 0.88, 0.66, 0.69),
    "wagon": _Lies(1.24, 1.24, 0.99, 0.93),
    "gondola": _Lies(1.24, 1.09, 0.73, 0.93),
}
_UNKNOWN = _UNITS["40"]
_UNKNOWN_WIDTH_M, _UNKNOWN_HEIGHT_M = 2.35, 2.39
"""Inside, of a container."""
_USUAL_DENSITY = 300.0
"""kg/m³ of goods that are not told: general cargo takes 1.4 to 2 m³ a tonne where it is packed
close, and hardly any load is. Project estimate."""
_TIMES = 2.0
"""Goods of one group are packed up to so many times more or less densely than their middle."""
_LEAST_HEIGHT_M = 0.05
_NEAREST_M = 0.3
"""To the source, which a profile may set amid the load."""
_ALIKE = 1e-6
"""Part by which two distances differ that are one."""
_KG_M2 = 10.0
"""In one g/cm²."""


def magnification(
    measured: Measured,
    inside: tuple[slice, slice],
    *,
    unit_type: str,
    unit_kg: float,
    reading: GoodsReading | None,
) -> Magnification:
    """Of the transport unit and its load in the picture.

    inside: rows and columns of cells that hold them. unit_type: a word of `Manifest.unit_type`;
    another is taken for a container. unit_kg: what of the unit is seen. reading: what the load
    looks like; None: general cargo.
    """
    geometry = measured.profile.geometry
    lies, room = _UNITS.get(unit_type, _UNKNOWN), room_inside(unit_type)
    if geometry.view == "side":
        half = (_UNKNOWN_WIDTH_M if room is None else room.width_m) / 2
        centre = geometry.source_to_centre_m
        load = float(_between(geometry, centre - half, np.array(centre + half)))
        return Magnification(_of_unit(geometry, centre, lies.across), load, load, load)
    of_unit = _of_unit(geometry, abs(lies.middle - geometry.source_height_m), lies.up)
    seen = measured.areal_density[inside] * measured.cell_area_cm2[inside]
    area = float(measured.cell_area_cm2[inside].sum(dtype=np.float64))
    # The unit's own areal density, as if it were the same all over.
    own = 1000 * unit_kg * of_unit / area
    load = np.maximum(measured.areal_density[inside] - own, 0.0)
    weight = np.maximum(seen - own * measured.cell_area_cm2[inside], 0.0).astype(np.float64)
    packed = _packed(reading, measured.areal_density.shape[1])[inside[1]]
    most = _UNKNOWN_HEIGHT_M if room is None else room.height_m

    def of_load(times: float) -> float:
        height = np.clip(_KG_M2 * load / (times * packed), _LEAST_HEIGHT_M, most)
        top = np.abs(lies.floor + height - geometry.source_height_m)
        each = _between(geometry, abs(lies.floor - geometry.source_height_m), top)
        # Each cell's mass in truth is what it adds up to by its own magnification.
        truly = float((weight / each).sum())
        return float(weight.sum()) / truly if truly > 0 else 1.0

    return Magnification(of_unit, of_load(1.0), of_load(_TIMES), of_load(1 / _TIMES))


def _of_unit(geometry: Geometry, middle_m: float, spread_m: float) -> float:
    """Mean of 1/distance from the source to second order: walls are far apart."""
    middle = max(middle_m, _NEAREST_M)
    return geometry.source_to_centre_m / middle * (1.0 + (spread_m / middle) ** 2)


def _between(geometry: Geometry, one_m: float, other_m: NDArray[np.float64]) -> NDArray[np.float64]:
    """Of matter spread evenly between two distances from the source."""
    one, other = max(one_m, _NEAREST_M), np.maximum(other_m, _NEAREST_M)
    nearer = np.minimum(one, other)
    # Mean of 1/distance: ln of the ratio by the difference, and its limit where both are one.
    part = np.maximum(one, other) / nearer - 1.0
    mean = np.where(part > _ALIKE, np.log1p(part) / np.maximum(part, _ALIKE), 1.0)
    return np.asarray(geometry.source_to_centre_m * mean / nearer, np.float64)


def _packed(reading: GoodsReading | None, columns: int) -> NDArray[np.float64]:
    """(columns of cells,) kg/m³ of what the sections over each look like, as it is packed."""
    usual = np.full(columns, np.log(_USUAL_DENSITY))
    if reading is None:
        return np.asarray(np.exp(usual), np.float64)
    middles = np.array([np.log(group.density).mean() for group in goods_groups()])
    shown = reading.by_group[:, 1:]
    of_section = shown @ middles / np.maximum(shown.sum(axis=1), 1e-9)
    sums, counts = np.zeros(columns + 1), np.zeros(columns + 1)
    for (x0, _, x1, _), density in zip(reading.sections.boxes, of_section, strict=True):
        sums[[x0, x1]] += density, -density
        counts[[x0, x1]] += 1, -1
    told = np.cumsum(counts)[:-1]
    logs = np.where(told > 0, np.cumsum(sums)[:-1] / np.maximum(told, 1), usual)
    return np.asarray(np.exp(logs), np.float64)
