"""The cargo library: every entry can be declared, packed and drawn, every goods group is there."""

from __future__ import annotations

import numpy as np

from scanai.manifest.goods_groups import goods_groups
from scanai.manifest.nomenclature import is_known
from scanai.synth.cargo import draw_item, library, material_of
from scanai.synth.forms import FORMS
from scanai.synth.units import UNIT_TYPES


def test_covers_every_goods_group() -> None:
    assert {goods.group for goods in library()} == {group.name for group in goods_groups()}


def test_covers_120_headings_of_60_chapters() -> None:
    headings = {goods.heading for goods in library()}
    assert len(headings) >= 120
    assert len({heading[:2] for heading in headings}) >= 60


def test_codes_exist_and_belong_to_their_heading() -> None:
    for goods in library():
        for code in goods.codes:
            assert is_known(code), code
            assert code.startswith(goods.heading)


def test_forms_and_units_exist() -> None:
    used = {form for goods in library() for form in goods.forms}
    assert used == set(FORMS)
    for goods in library():
        assert set(goods.units) <= set(UNIT_TYPES)


def test_shares_of_materials_add_up_to_one() -> None:
    for goods in library():
        assert abs(sum(goods.materials.values()) - 1) < 1e-6, goods.heading


def test_no_package_is_denser_than_what_it_is_made_of() -> None:
    for goods in library():
        low, high = goods.density
        assert low <= high, goods.heading
        # Wood, paper and foam differ by more than half among themselves, other matter hardly.
        solid = 1000 * material_of(goods).density_g_cm3
        assert high <= (1.05 if solid > 850 else 1.7) * solid, goods.heading


def test_draws_density_and_form_from_the_entry() -> None:
    rng = np.random.default_rng(3)
    goods = library()[0]
    for _ in range(50):
        item = draw_item(rng, goods, 1000.0)
        assert goods.density[0] <= item.density <= goods.density[1]
        assert item.form in goods.forms
        assert (item.heading, item.group) == (goods.heading, goods.group)
