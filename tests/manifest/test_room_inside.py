"""Room inside transport units: every declared type, as the standards and makers have it."""

from __future__ import annotations

import pytest

from scanai.manifest.model import Manifest
from scanai.manifest.room_inside import room_inside

BOXES = ("20", "40", "40HC", "45", "reefer")
TYPES = (
    *BOXES,
    *("tank", "flat_rack", "trailer", "container_truck", "truck", "van", "wagon", "gondola"),
)


@pytest.mark.parametrize("unit_type", TYPES)
def test_every_type_of_the_manifest_has_its_room(unit_type: str) -> None:
    room = room_inside(unit_type)
    assert room.name
    assert 1000 < room.most_load_kg < 100_000
    box = room.length_m * room.width_m * room.height_m
    assert room.volume_m3 == pytest.approx(box, rel=0.005) or unit_type == "tank"
    assert room.volume_m3 < 1.005 * box


# ISO 668: least inside width 2.330 m of boxes, height of 1CC and 1AA 2.350 m, of 1AAA 2.655 m.
@pytest.mark.parametrize(
    ("unit_type", "height"), [("20", 2.350), ("40", 2.350), ("40HC", 2.655), ("45", 2.655)]
)
def test_boxes_keep_to_the_least_inside_dimensions(unit_type: str, height: float) -> None:
    room = room_inside(unit_type)
    assert 2.330 <= room.width_m < 2.438
    assert height <= room.height_m < height + 0.06


def test_only_flat_racks_and_open_wagons_let_the_load_stand_out() -> None:
    assert [t for t in TYPES if not room_inside(t).closed] == ["flat_rack", "gondola"]


@pytest.mark.parametrize("unit_type", [Manifest().unit_type, "40RF"])
def test_an_unknown_type_has_no_room(unit_type: str) -> None:
    assert room_inside(unit_type) is None
