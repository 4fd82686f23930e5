from __future__ import annotations

from dataclasses import replace

import msgspec
import numpy as np
import pytest
from reading_making import goods_reading

from scanai.inspect.evidence.mass import estimate_mass, mass_findings
from scanai.manifest.model import Line, Manifest
from scanai.synth.dataset import DatasetRecipe
from scanai.train.shared_scan import SharedScan

VERTICAL = DatasetRecipe(seed=744_001, count=4000, profiles=("random",), kinds={"benign": 1.0})


def manifest(**fields: object) -> Manifest:
    return Manifest(**{"lines": (Line(hs_code="4802"),), "tare_kg": 2000.0} | fields)


def true_mass(kit, scan, *slabs) -> float:
    """kg, from the definition: areal density × pixel × cosine of the ray's climb."""
    rows = np.arange(160)
    geometry = scan.profile.geometry
    height = geometry.view_bottom_m + (160 - 0.5 - rows) * 0.02 - geometry.source_height_m
    cosine = geometry.source_to_centre_m / np.hypot(geometry.source_to_centre_m, height)
    total = 0.0
    for _, where, areal_density in slabs:
        picture = np.zeros((160, 330))
        picture[where] = areal_density
        total += float((picture * cosine[:, None]).sum()) * 4.0 / 1000
    return total


def test_mass_of_a_penetrated_load_is_right_and_inside_its_interval(kit, context_of) -> None:
    slabs = (kit.walls, ("paper", kit.load, 45.0), ("steel", np.s_[100:140, 60:120], 40.0))
    context = context_of(*slabs)
    tare = true_mass(kit, context.measured.scan, kit.walls)
    truth = true_mass(kit, context.measured.scan, *slabs[1:])
    mass = estimate_mass(context, manifest(tare_kg=tare))
    assert mass.cargo_kg == pytest.approx(truth, rel=0.05)
    assert mass.low_kg < truth < mass.high_kg
    assert not mass.lower_bound_only
    assert mass.tare_from == "manifest"


def test_one_energy_weighs_as_well_within_its_wider_error(kit, context_of) -> None:
    slabs = (kit.walls, ("paper", kit.load, 45.0))
    context = context_of(*slabs, energies_mv=(4.0,))
    tare = true_mass(kit, context.measured.scan, kit.walls)
    truth = true_mass(kit, context.measured.scan, *slabs[1:])
    assert estimate_mass(context, manifest(tare_kg=tare)).cargo_kg == pytest.approx(truth, rel=0.1)


def test_opaque_parts_make_the_mass_a_lower_bound(kit, context_of) -> None:
    context = context_of(kit.walls, ("lead", np.s_[80:120, 80:160], 400.0))
    assert estimate_mass(context, None).lower_bound_only


@pytest.mark.parametrize(
    ("declaration", "tare", "source"),
    [
        (manifest(tare_kg=2100.0, unit_type="40"), 2100.0, "manifest"),
        (manifest(tare_kg=None, unit_type="40"), 3700.0, "standard"),
        (manifest(tare_kg=None, unit_type="gondola"), 21_500.0, "standard"),
        (manifest(tare_kg=None, unit_type="?"), 2250.0, "length"),
        (None, 2250.0, "length"),
    ],
)
def test_tare_comes_from_papers_else_type_else_length(
    kit, context_of, declaration, tare, source
) -> None:
    mass = estimate_mass(context_of(kit.walls, ("paper", kit.load, 45.0)), declaration)
    assert (mass.tare_kg, mass.tare_from) == (tare, source)


def test_what_stands_out_below_the_unit_is_weighed_as_well(kit, context_of) -> None:
    body = ("steel", np.s_[16:120, 14:317], 3.2)
    wheels = ("steel", np.s_[120:144, 60:90], 20.0)
    bare, wheeled = context_of(body), context_of(body, wheels)
    added = (
        estimate_mass(wheeled, manifest(tare_kg=0.0)).cargo_kg
        - estimate_mass(bare, manifest(tare_kg=0.0)).cargo_kg
    )
    assert added == pytest.approx(true_mass(kit, wheeled.measured.scan, wheels), rel=0.1)


def test_what_of_a_wagon_is_opaque_is_not_taken_off_the_load(kit, context_of) -> None:
    context = context_of(kit.walls, ("paper", kit.load, 45.0))
    box, wagon = (
        estimate_mass(context, manifest(unit_type=unit_type, tare_kg=1000.0))
        for unit_type in ("20", "wagon")
    )
    assert box.tare_kg == wagon.tare_kg == 1000.0
    assert wagon.cargo_kg - box.cargo_kg == pytest.approx(1000 * (0.90 - 0.78), rel=0.15)
    assert wagon.high_kg - wagon.low_kg > box.high_kg - box.low_kg


@pytest.mark.parametrize(
    ("index", "view", "larger"),
    [(74, "below", 0.97), (238, "below", 1.42), (40, "above", 0.93), (116, "above", 1.25)],
)
def test_a_load_seen_from_above_or_below_weighs_what_it_weighs(
    context_of, index: int, view: str, larger: float
) -> None:
    shared = SharedScan(VERTICAL, index)
    scene, truth = shared.simulated.scene, shared.simulated.truth
    assert shared.scan.profile.geometry.view == view
    context = replace(context_of(), measured=shared.measured(40.0)[0])
    papers = msgspec.structs.replace(shared.manifest, tare_kg=scene.unit.tare_kg)
    mass, cargo = estimate_mass(context, papers), float(truth.cargo_mass_kg)
    assert mass.magnified == pytest.approx(larger, abs=0.03)
    assert abs(mass.cargo_kg - cargo) < 0.1 * (cargo + scene.unit.tare_kg)
    assert mass.low_kg < cargo < mass.high_kg
    assert 0.0 < mass.height_kg < mass.high_kg - mass.cargo_kg


@pytest.mark.parametrize("scanner", ["portal-6-4", "mobile-4", "relocatable-6-4"])
def test_an_empty_unit_weighs_about_what_its_tare_says(context_of, scanner: str) -> None:
    """Twice what half of it takes off; what of steel is seen differs from unit to unit by 4 %."""
    recipe = DatasetRecipe(
        seed=746_003,
        count=6,
        profiles=(scanner,),
        kinds={"empty": 1.0},
        unit_types=("20", "40", "40HC"),
    )
    shares = []
    for index in range(recipe.count):
        shared = SharedScan(recipe, index)
        scene, truth = shared.simulated.scene, shared.simulated.truth
        context = replace(context_of(), measured=shared.measured(40.0)[0])
        shown, halved = (
            estimate_mass(context, Manifest(unit_type=scene.unit.unit_type, tare_kg=tare)).cargo_kg
            for tare in (0.0, scene.unit.tare_kg / 2)
        )
        assert 0 < halved < shown
        # Left-over pallets and dunnage are no tare.
        shares.append((shown - float(truth.cargo_mass_kg)) / (2 * (shown - halved)))
    assert np.median(shares) == pytest.approx(1.0, abs=0.04)


def test_from_the_side_nothing_hangs_on_the_height_of_the_load(loaded) -> None:
    _, mass = loaded
    assert mass.height_kg == 0.0
    assert mass.magnified == pytest.approx(1.0, abs=0.02)


def test_a_unit_of_no_known_length_has_no_tare_and_may_be_all_that_is_seen(kit, context_of) -> None:
    context = context_of(("paper", np.s_[60:140, 40:200], 45.0))
    mass = estimate_mass(context, None)
    assert (mass.tare_kg, mass.tare_from, mass.low_kg) == (0.0, "none", 0.0)
    light = replace_mass(mass, declared_kg=0.1 * mass.cargo_kg)
    assert mass_findings(light, context, manifest()) == ([], {"mass_mismatch": 0.0})


def test_an_empty_unit_weighs_nothing_less_than_nothing(kit, context_of) -> None:
    mass = estimate_mass(context_of(kit.walls), manifest(tare_kg=3000.0))
    assert (mass.cargo_kg, mass.low_kg) == (0.0, 0.0)


def test_what_goods_weigh_more_than_is_seen_moves_the_whole_interval(kit, context_of) -> None:
    context = context_of(kit.walls, ("paper", kit.load, 45.0))
    reading = goods_reading((600.0, {"4802": 0.9}))
    plain, more = (
        estimate_mass(context, manifest(), reading=replace(reading, more_kg=kg))
        for kg in (0.0, 900.0)
    )
    assert more.cargo_kg == pytest.approx(plain.cargo_kg + 900)
    assert more.low_kg > plain.low_kg
    assert more.high_kg > plain.high_kg + 900
    assert (plain.corrected_kg, more.corrected_kg) == (0.0, 900.0)


def test_a_unit_without_type_is_the_box_of_its_length_if_its_tare_is(kit, context_of) -> None:
    context = context_of(kit.walls, ("paper", kit.load, 45.0))
    seen = context.measured
    geometry = msgspec.structs.replace(
        seen.profile.geometry, view="below", source_height_m=-2.5, source_to_centre_m=4.0
    )
    profile = msgspec.structs.replace(seen.profile, geometry=geometry)
    below = replace(context, measured=replace(seen, profile=profile))
    box, told, heavy = (
        estimate_mass(below, manifest(unit_type=unit_type, tare_kg=tare)).magnified
        for unit_type, tare in (("20", 2300.0), ("", 2300.0), ("", 5000.0))
    )
    assert told == box
    assert heavy < box


def test_the_unseen_height_of_the_load_stands_beside_a_mismatch(loaded) -> None:
    context, mass = loaded
    mass = replace_mass(mass, declared_kg=0.4 * mass.cargo_kg, height_kg=0.05 * mass.cargo_kg)
    (finding,), _ = mass_findings(mass, context, manifest())
    (told,) = finding.evidence[2:]
    assert (told.name, told.value) == (
        "half of the interval that comes of the unseen height of the load",
        round(0.05 * mass.cargo_kg),
    )


@pytest.mark.parametrize(
    ("kg", "told"),
    [
        (400.0, [("added for goods that look like these", 400)]),
        (-250.0, [("taken off for goods that look like these", 250)]),
        (0.3, []),
    ],
)
def test_a_mismatch_says_how_far_its_mass_was_corrected(loaded, kg: float, told: list) -> None:
    context, mass = loaded
    mass = replace_mass(mass, declared_kg=0.4 * mass.cargo_kg, corrected_kg=kg)
    (finding,), _ = mass_findings(mass, context, manifest())
    assert [(one.name, one.value) for one in finding.evidence[2:]] == told


def test_a_light_load_deviates_as_a_share_of_the_tare(loaded) -> None:
    context, mass = loaded
    light = replace_mass(mass, cargo_kg=100.0, low_kg=0.0, high_kg=150.0, declared_kg=250.0)
    assert light.tare_kg == 2000.0
    _, scores = mass_findings(light, context, manifest())
    assert scores == {"mass_mismatch": pytest.approx(100.0 / 1000.0)}


@pytest.fixture
def loaded(kit, context_of):
    context = context_of(kit.walls, ("paper", kit.load, 45.0))
    return context, estimate_mass(context, manifest())


@pytest.mark.parametrize(("factor", "word"), [(0.4, "more"), (2.5, "less")])
def test_a_false_mass_is_found_and_said(loaded, factor, word) -> None:
    context, mass = loaded
    declared = factor * mass.cargo_kg
    mass = replace_mass(mass, declared_kg=declared)
    findings, scores = mass_findings(mass, context, manifest())
    assert [finding.kind for finding in findings] == ["mass_mismatch"]
    assert findings[0].score == pytest.approx(scores["mass_mismatch"])
    assert f", {word} than the " in findings[0].sentence


def test_a_mass_inside_the_interval_is_no_deviation(loaded) -> None:
    context, mass = loaded
    mass = replace_mass(mass, declared_kg=mass.high_kg - 1)
    assert mass_findings(mass, context, manifest()) == ([], {"mass_mismatch": 0.0})


def test_a_lower_bound_contradicts_no_larger_declared_mass(loaded) -> None:
    context, mass = loaded
    mass = replace_mass(mass, declared_kg=3 * mass.high_kg, lower_bound_only=True)
    assert mass_findings(mass, context, manifest()) == ([], {"mass_mismatch": 0.0})


def test_a_lower_bound_contradicts_a_smaller_declared_mass(loaded) -> None:
    context, mass = loaded
    mass = replace_mass(mass, declared_kg=0.3 * mass.low_kg, lower_bound_only=True)
    (finding,), _ = mass_findings(mass, context, manifest())
    assert finding.sentence.startswith("The picture shows at least ")
    assert finding.evidence[0].high is None


@pytest.mark.parametrize("declared", [None, 10.0])
def test_mass_is_not_judged_without_a_declared_mass_or_a_load(loaded, declared) -> None:
    context, mass = loaded
    mass = replace_mass(mass, declared_kg=declared)
    empty = Manifest(gross_mass_kg=declared)
    assert mass_findings(mass, context, empty) == ([], {})


def test_a_unit_cut_by_the_picture_is_not_weighed_against_its_papers(loaded) -> None:
    context, mass = loaded
    cut = replace(context, measured=replace(context.measured, unit_cut=True))
    mass = replace_mass(mass, declared_kg=10.0)
    assert mass_findings(mass, cut, manifest()) == ([], {})


def replace_mass(mass, **changes):
    return msgspec.structs.replace(mass, **changes)
