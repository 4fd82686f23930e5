"""Magnification: how much more of the picture matter fills than it would in the reference plane.

A fan spreads: what lies near the source covers more rows than what lies far from it, and areal
density times area counts it for more mass. Seen from the side, goods fill the unit from wall to
wall on both sides of the reference plane; what is nearer gains more than what is farther off loses,
2 % of the goods and 4 % of a box at a source 4.5 m away. Seen from above or below, a load lies on
the floor, and how high it reaches is not seen: it is taken from areal density and how densely goods
that look like these are packed.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from scanai.inspect.evidence.measured import Measured
from scanai.inspect.evidence.reading import GoodsReading
from scanai.manifest.goods_groups import goods_groups
from scanai.manifest.room_inside import room_or_box
from scanai.scan.profile import Geometry


class Magnification(NamedTuple):
    """Mass as the picture adds it up, by what it is in truth; 1 in the reference plane."""

    unit: float
    load: float
    if_dense: float
    """Of a load packed as densely as most goods that look like it are at most, on the lowest floor
    that its unit may have."""
    if_loose: float
    """Packed as loosely, on the highest floor."""


class _Place(NamedTuple):
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
    "20": _Place(0.17, 1.09, 1.00, 0.93),
    "40": _Place(0.17, 1.07, 1.02, 0.94),
    "40HC": _Place(0.17, 1.21, 1.13, 0.95),
    "45": _Place(0.17, 1.22, 1.12, 0.96),
    "reefer": _Place(0.20, 1.17, 1.09, 0.91),
    "tank": _Place(0.19, 1.22, 0.83, 0.77),
    "flat_rack": _Place(0.65, 0.66, 0.56, 0.79),
    "trailer": _Place(1.20, 1.06, 0.78, 0.77),
    "container_truck": _Place(1.33, 1.21, 0.92, 0.76),
    "truck": _Place(1.08, 1.10, 0.79, 0.67),
    "van": _Place(0.62, 0.88, 0.66, 0.69),
    "wagon": _Place(1.24, 1.24, 0.99, 0.93),
    "gondola": _Place(1.24, 1.09, 0.73, 0.93),
}
_UNKNOWN = _UNITS["40"]
_ROAD_FLOOR = _UNITS["container_truck"].floor
"""Of a unit of no known type, which may stand on wheels."""
_UNTOLD = (150.0, 600.0)
"""kg/m³ of goods that are not told: general cargo takes 1.4 to 2 m³ a tonne where it is packed
close, and hardly any load is. Project estimate."""
_LEAST_HEIGHT_M = 0.05
_NEAREST_M = 0.3
"""To the source: a load may reach higher than the unit that a scanner is made for."""
_ALIKE = 1e-6
"""Part by which two distances differ that are one."""
_KG_M2 = 10.0
"""In one g/cm²."""


def magnification(
    measured: Measured,
    inside: tuple[slice, slice],
    areal_density: NDArray[np.float32],
    *,
    unit_type: str,
    unit_kg: float,
    reading: GoodsReading | None,
) -> Magnification:
    """Of the transport unit and its load in the picture.

    inside: rows and columns of cells that hold them; areal_density: of these, g/cm². unit_type: a
    word of `Manifest.unit_type`; another is taken for a box, on the ground or on wheels. unit_kg:
    what of the unit is seen. reading: what the load looks like; None: general cargo.
    """
    geometry = measured.profile.geometry
    place, room = _UNITS.get(unit_type, _UNKNOWN), room_or_box(unit_type)
    if geometry.view == "side":
        centre, half = geometry.source_to_centre_m, room.width_m / 2
        load = float(_between(geometry, centre - half, np.array(centre + half)))
        return Magnification(_of_unit(geometry, centre, place.across), load, load, load)
    of_unit = _of_unit(geometry, abs(place.middle - geometry.source_height_m), place.up)
    area = measured.cell_area_cm2[inside].astype(np.float64)
    # The unit's own areal density, as if it were the same all over.
    own = 1000 * unit_kg * of_unit / area.sum()
    load_density = np.maximum(areal_density - own, 0.0)
    weight = load_density * area
    loose, dense = (row[inside[1]] for row in _packed(reading, measured.areal_density.shape[1]))
    floors = (place.floor, place.floor if unit_type in _UNITS else _ROAD_FLOOR)

    def of_load(packed: NDArray[np.float64], floor: float) -> float:
        height = np.clip(_KG_M2 * load_density / packed, _LEAST_HEIGHT_M, room.height_m)
        top = np.abs(floor + height - geometry.source_height_m)
        each = _between(geometry, abs(floor - geometry.source_height_m), top)
        # Each cell's mass in truth is what it adds up to by its own magnification.
        truly = float((weight / each).sum())
        return float(weight.sum()) / truly if truly > 0 else 1.0

    usual = np.sqrt(loose * dense)
    return Magnification(
        unit=of_unit,
        load=(of_load(usual, floors[0]) + of_load(usual, floors[1])) / 2,
        if_dense=of_load(dense, floors[0]),
        if_loose=of_load(loose, floors[1]),
    )


def _of_unit(geometry: Geometry, middle_m: float, spread_m: float) -> float:
    """Mean of 1/distance from the source to second order: walls are far apart."""
    middle = max(middle_m, _NEAREST_M)
    return geometry.source_to_centre_m / middle * (1.0 + (spread_m / middle) ** 2)


def _between(geometry: Geometry, one_m: float, other_m: NDArray[np.float64]) -> NDArray[np.float64]:
    """Of a body that reaches evenly from one distance from the source to another.

    The mean of 1/distance holds for the body as a whole. A ray that goes all through it has
    1/(mean distance), 2 to 4 % less for a load up to the roof; those at its edges make up for it.
    """
    one, other = max(one_m, _NEAREST_M), np.maximum(other_m, _NEAREST_M)
    nearer = np.minimum(one, other)
    # Mean of 1/distance: ln of the ratio by the difference, and its limit where both are one.
    part = np.maximum(one, other) / nearer - 1.0
    mean = np.where(part > _ALIKE, np.log1p(part) / np.maximum(part, _ALIKE), 1.0)
    return np.asarray(geometry.source_to_centre_m * mean / nearer, np.float64)


def _packed(
    reading: GoodsReading | None, columns: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """(columns of cells,) kg/m³, least and greatest, of what the sections over each look like."""
    untold = np.log(_UNTOLD)
    if reading is None:
        low, high = np.tile(np.exp(untold)[:, None], columns)
        return low, high
    # What looks like no goods at all is not told.
    bands = np.vstack((untold, [np.log(group.density) for group in goods_groups()]))
    sums, counts = np.zeros((columns + 1, 2)), np.zeros(columns + 1)
    of_sections = reading.by_group @ bands / reading.by_group.sum(axis=1, keepdims=True)
    for (x0, _, x1, _), band in zip(reading.sections.boxes, of_sections, strict=True):
        sums[[x0, x1]] += band, -band
        counts[[x0, x1]] += 1, -1
    told = np.cumsum(counts)[:-1, None]
    mean = np.cumsum(sums, axis=0)[:-1] / np.maximum(told, 1)
    low, high = np.exp(np.where(told > 0, mean, untold)).T
    return low, high
