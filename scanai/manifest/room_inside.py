"""Room inside: how large a transport unit of each type is within, and how much it may carry.

From the type alone (`data/unit_types.csv`, with its sources); a unit's own plate is not known. What
a unit weighs empty is with the mass estimate, what its goods take is in `bands`.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from scanai.manifest._tables import read_table


@dataclass(frozen=True)
class RoomInside:
    unit_type: str
    name: str
    length_m: float
    width_m: float
    height_m: float
    """Of a tank those of the vessel, whose ends are dished."""
    volume_m3: float
    most_load_kg: float
    closed: bool
    """Whether the load ends where the unit does; not so on a flat rack or in an open wagon."""


def room_inside(unit_type: str) -> RoomInside | None:
    """None for an unknown type, and for a declaration that names none."""
    return _rooms().get(unit_type)


def room_or_box(unit_type: str) -> RoomInside:
    """The same; of an unknown type that of a 40′ container."""
    return _rooms().get(unit_type) or _rooms()["40"]


def unit_types() -> tuple[str, ...]:
    """All words of `Manifest.unit_type`."""
    return tuple(_rooms())


@cache
def _rooms() -> dict[str, RoomInside]:
    return {
        row["unit_type"]: RoomInside(
            unit_type=row["unit_type"],
            name=row["name"],
            length_m=float(row["length_m"]),
            width_m=float(row["width_m"]),
            height_m=float(row["height_m"]),
            volume_m3=float(row["volume_m3"]),
            most_load_kg=float(row["most_load_kg"]),
            closed=row["closed"] == "yes",
        )
        for row in read_table("unit_types.csv")
    }
