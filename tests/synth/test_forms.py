"""Load forms: each keeps to its space and its mass, and is made of solids that weigh something."""

from __future__ import annotations

import numpy as np
import pytest

from scanai.synth.cargo import Goods, draw_item, library
from scanai.synth.forms import FORMS, build
from scanai.synth.forms.load import tiers_of_columns
from scanai.synth.loading import HAND_STACKED
from scanai.synth.scene import SceneObject
from scanai.synth.solids import Cylinder, EllipticCylinder
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


@pytest.mark.parametrize("form", HAND_STACKED)
def test_hand_stacked_forms_keep_to_a_part_of_the_width_and_height(form: str) -> None:
    """For such a load lies under or beside another one."""
    lo, hi = (1.0, 0.2, 0.5), (5.0, 1.17, 1.4)
    for seed in range(4):
        rng = np.random.default_rng(seed)
        item = draw_item(rng, goods_in(form), 3000)
        while item.form != form:
            item = draw_item(rng, goods_in(form), 3000)
        objects = build(rng, item, (lo, hi))
        assert objects
        for entry in objects:
            a, b = entry.solid.bounds
            assert entry.solid.volume > 0
            assert all(p >= q - 0.03 for p, q in zip(a, lo, strict=True)), entry
            assert all(p <= q + 0.03 for p, q in zip(b, hi, strict=True)), entry


def test_bulk_in_a_long_box_lies_in_heaps_at_the_angle_of_repose() -> None:
    for seed in range(6):
        heaps = [item.solid for item in load("heap", seed, 15000, "40") if item.role == "cargo"]
        middle = heaps[len(heaps) // 2]
        slope = np.abs(np.diff(middle.top) / np.diff(middle.x))
        assert 0.3 < np.percentile(slope, 80) < 0.8
    level = [item.solid for item in load("heap", 1, 24000, "20") if item.role == "cargo"]
    slope = np.abs(np.diff(level[4].top) / np.diff(level[4].x))
    assert np.median(slope) < 0.3


def test_cartons_of_light_goods_hold_the_same_thing_at_the_same_place() -> None:
    goods = next(entry for entry in library() if entry.heading == "8516")
    for seed in range(5):
        rng = np.random.default_rng(seed)
        objects = build(rng, draw_item(rng, goods, 8000), interior("40"))
        height = max(item.solid.bounds[1][2] - item.solid.bounds[0][2] for item in objects)
        shells = [i for i in objects if i.solid.bounds[1][2] - i.solid.bounds[0][2] > 0.98 * height]
        cores = len(objects) // len(shells) - 1
        assert cores >= 1
        places = {
            round(b.solid.bounds[0][2] - a.solid.bounds[0][2], 3)
            for a, b in zip(objects[:: cores + 1], objects[1 :: cores + 1], strict=False)
        }
        assert len(places) <= 2


def cars_of(seed: int) -> list[list[SceneObject]]:
    """Objects of each car: between two cars lies air from floor to roof."""
    objects = sorted(load("cars", seed, 9000, "40HC"), key=lambda item: item.solid.bounds[0][0])
    cars, end = [], -1.0
    for item in objects:
        (x0, _, _), (x1, _, _) = item.solid.bounds
        if x0 > end + 0.03:
            cars.append([])
        cars[-1].append(item)
        end = max(end, x1)
    return cars


def test_cars_weigh_what_cars_weigh_and_come_in_several_sizes() -> None:
    sizes = set()
    for seed in range(12):
        for car in cars_of(seed):
            lo = np.min([item.solid.bounds[0] for item in car], axis=0)
            hi = np.max([item.solid.bounds[1] for item in car], axis=0)
            length, width, height = hi - lo
            assert 3.6 < length < 5.4
            assert 1.6 < width < 2.0
            assert 900 < mass(car) < 2100
            sizes.add((round(length, 1), round(height, 1)))
    assert len(sizes) >= 6


def test_engines_of_cars_stop_more_of_the_beam_than_any_other_part() -> None:
    for car in cars_of(3):
        lo = min(item.solid.bounds[0][0] for item in car)
        hi = max(item.solid.bounds[1][0] for item in car)
        weight = np.zeros(10)
        for item in car:
            (x0, _, _), (x1, _, _) = item.solid.bounds
            share = ((x0 + x1) / 2 - lo) / (hi - lo)
            weight[min(9, int(10 * share))] += item.solid.volume * item.density
        assert max(weight[1:3].max(), weight[7:9].max()) > 2 * np.median(weight)


def test_bottles_and_tins_stand_in_rows_that_show_one_by_one() -> None:
    for form, diameter in (("cases", 0.075), ("tins", 0.1)):
        objects = load(form, 2, 18000, "20")
        rows = [item.solid for item in objects if isinstance(item.solid, EllipticCylinder)]
        assert len(rows) > 40
        assert max(2 * row.semi_axes[0] for row in rows) < 1.3 * diameter


def test_one_tyre_in_a_stack_weighs_8_to_10_kg() -> None:
    goods = next(entry for entry in library() if entry.heading == "4011")
    stacks = []
    for seed in range(30):
        rng = np.random.default_rng(seed)
        objects = build(rng, draw_item(rng, goods, 20000), interior("40"))
        if isinstance(objects[0].solid, Cylinder) and objects[0].solid.axis == "z":
            stacks.append(mass(objects) / (len(objects) / 2))
    assert len(stacks) >= 3
    assert 5.5 < min(stacks) <= max(stacks) < 11.5


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
