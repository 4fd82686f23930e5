"""Load forms: each keeps to its space and its mass, and is made of solids that weigh something."""

from __future__ import annotations

import numpy as np
import pytest

from scanai.synth.cargo import Goods, draw_item, library
from scanai.synth.forms import FORMS, build
from scanai.synth.forms.load import tiers_of_columns
from scanai.synth.scene import SceneObject
from scanai.synth.units import interior

# Solids may stand out by the wobble of a hand-stacked load, m.
WOBBLE = 0.06
MOST_OBJECTS = 1500


def goods_in(form: str) -> Goods:
    return next(goods for goods in library() if form in goods.forms)


def load(form: str, seed: int, mass_kg: float, unit_type: str = "40") -> list[SceneObject]:
    rng = np.random.default_rng(seed)
    goods = goods_in(form)
    item = draw_item(rng, goods, mass_kg)
    while item.form != form:
        item = draw_item(rng, goods, mass_kg)
    return build(rng, item, interior(unit_type))


def mass(objects: list[SceneObject]) -> float:
    return sum(item.solid.volume * item.density for item in objects)


@pytest.mark.parametrize("form", FORMS)
def test_stays_within_the_space(form: str) -> None:
    for seed in range(4):
        lo, hi = interior("40")
        for item in load(form, seed, 15000):
            a, b = item.solid.bounds
            assert all(p >= q - WOBBLE for p, q in zip(a, lo, strict=True)), item
            assert all(p <= q + WOBBLE for p, q in zip(b, hi, strict=True)), item


@pytest.mark.parametrize("form", FORMS)
def test_solids_have_volume_and_goods_have_a_heading(form: str) -> None:
    objects = load(form, 11, 12000)
    assert 0 < len(objects) <= MOST_OBJECTS
    heading = goods_in(form).heading
    for item in objects:
        assert item.solid.volume > 0
        assert item.density > 0
        assert item.displaces is None
        expected = ("cargo", heading) if item.role == "cargo" else ("packing", "")
        assert (item.role, item.heading) == expected
    assert any(item.role == "cargo" for item in objects)


@pytest.mark.parametrize("form", ["cartons", "pallets", "sacks", "heap", "drums", "big_bags"])
def test_loads_about_the_mass_that_was_asked_for(form: str) -> None:
    loaded = [mass(load(form, seed, 6000)) for seed in range(12)]
    assert 0.75 * 6000 < float(np.median(loaded)) < 1.2 * 6000
    assert max(loaded) < 1.35 * 6000


def test_same_generator_state_gives_the_same_solids() -> None:
    assert load("machines", 5, 9000) == load("machines", 5, 9000)


def test_packages_differ_in_density_so_that_texture_shows() -> None:
    densities = [item.density for item in load("cartons", 2, 9000) if item.role == "cargo"]
    assert np.std(densities) > 0.01 * np.mean(densities)


def test_columns_hold_the_fraction_and_step_down_to_the_doors() -> None:
    rng = np.random.default_rng(0)
    for fraction in (0.2, 0.5, 0.9):
        for _ in range(50):
            tiers = tiers_of_columns(rng, 20, 8, fraction)
            assert tiers.shape == (20,)
            assert tiers.max() <= 8
            used = int((tiers > 0).sum())
            assert (tiers[used:] == 0).all()
            assert abs(tiers.sum() - fraction * 160) <= 24
