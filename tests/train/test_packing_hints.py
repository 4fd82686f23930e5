from __future__ import annotations

import numpy as np
import pytest

from scanai.synth.cargo import library
from scanai.synth.scene import Packing
from scanai.synth.scenes import ScanSpec, make_scene
from scanai.synth.units import UNIT_TYPES
from scanai.train.packing_hints import PACKED, SIZES_M, packing_hints

CARTONS = Packing("4802", "cartons", (0.4, 0.3, 0.25))
SACKS = Packing("2523", "sacks", (0.6, 0.4, 0.12))


def test_a_section_is_told_as_the_goods_in_it_are_packed() -> None:
    sections = [{"4802": 1.0}, {"4802": 0.25, "2523": 0.75}, {}, {"7208": 1.0}]
    forms, lengths, _, heights = packing_hints(sections, [CARTONS, SACKS])
    assert forms.shape == (4, len(PACKED))
    assert forms[0, PACKED.index("cartons")] == 1.0
    assert forms[1, PACKED.index("sacks")] == 0.75
    assert forms[2:].sum() == 0
    assert lengths[:2].sum(axis=1) == pytest.approx(np.ones(2))
    assert np.exp(lengths[0] @ np.log(SIZES_M)) == pytest.approx(0.4)
    assert np.exp(heights[0] @ np.log(SIZES_M)) == pytest.approx(0.25)
    assert heights[3].sum() == 0


def test_of_two_consignments_of_a_heading_the_first_is_told() -> None:
    other = Packing("4802", "rolls", (1.0, 1.0, 1.2))
    forms, *_ = packing_hints([{"4802": 1.0}], [CARTONS, other])
    assert forms[0, PACKED.index("cartons")] == 1.0


def test_loads_of_every_unit_can_be_told() -> None:
    """Tanks hold their goods in a form of their own."""
    for unit_type in UNIT_TYPES:
        spec = ScanSpec(unit_type=unit_type)
        scene = make_scene(np.random.default_rng(3), spec)
        assert scene.packings
        (form, *sizes) = packing_hints([{scene.packings[0].heading: 1.0}], scene.packings)
        assert form.sum() == 1.0
        assert all(table.sum() == pytest.approx(1.0) for table in sizes)


def test_all_goods_of_the_library_can_be_told() -> None:
    for goods in library():
        packing = Packing(goods.heading, goods.forms[0], goods.package)
        for table in packing_hints([{goods.heading: 1.0}], [packing]):
            assert table.sum() == pytest.approx(1.0)
