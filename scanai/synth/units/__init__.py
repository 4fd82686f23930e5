"""Transport units: the empty unit, the space that it leaves, and which goods travel in it.

One module a family: `iso` boxes, `reefer`, `tank`, `flat_rack`, `trailer` (curtain-side, or a
container on a chassis), `truck`, `van`, `rail`; lorries share `tractor`, `cab` and `running_gear`.
`empty` is what all are put together with, `catalogue` lists them, `choice` and `stowing` say what
travels in which. Cargo itself is in `scanai.synth.cargo` and `forms`.
"""

from scanai.synth.units.catalogue import (
    CONTAINER_PAYLOAD_KG,
    CONTAINERS,
    UNIT_TYPES,
    build_unit,
    fits_view,
    interior,
    payload_kg,
)
from scanai.synth.units.choice import choose, draw_unit_and_goods, fits
from scanai.synth.units.empty import EmptyUnit, Space
from scanai.synth.units.stowing import packed_for, stow

__all__ = [
    "CONTAINERS",
    "CONTAINER_PAYLOAD_KG",
    "UNIT_TYPES",
    "EmptyUnit",
    "Space",
    "build_unit",
    "choose",
    "draw_unit_and_goods",
    "fits",
    "fits_view",
    "interior",
    "packed_for",
    "payload_kg",
    "stow",
]
