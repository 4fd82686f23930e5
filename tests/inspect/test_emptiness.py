from __future__ import annotations

import msgspec
import numpy as np
import pytest

from scanai.inspect.evidence.emptiness import emptiness_findings, is_loaded
from scanai.inspect.evidence.goods import SeenGoods
from scanai.inspect.evidence.mass import estimate_mass
from scanai.manifest.model import Line, Manifest

LOADED = Manifest(lines=(Line(hs_code="4802"),))
EMPTY = Manifest()


def seen(loaded_share: float) -> SeenGoods:
    return SeenGoods(np.zeros((1, 1), np.float32), np.zeros(27), loaded_share)


@pytest.fixture
def empty_unit(kit, context_of):
    context = context_of(kit.walls)
    return context, estimate_mass(context, Manifest(tare_kg=2250.0))


@pytest.fixture
def loaded_unit(empty_unit):
    context, mass = empty_unit
    return context, msgspec.structs.replace(mass, low_kg=500.0, cargo_kg=800.0, high_kg=1100.0)


def test_declared_empty_but_loaded_is_a_finding(loaded_unit) -> None:
    context, mass = loaded_unit
    findings, scores = emptiness_findings(seen(0.3), mass, context, EMPTY)
    assert [finding.kind for finding in findings] == ["empty_mismatch"]
    assert findings[0].sentence == (
        "Declared empty, but 30 % of the unit as it is seen shows goods, about 800 kg."
    )
    assert scores == {"empty_mismatch": 0.3}


def test_parts_of_the_unit_that_pass_for_goods_make_no_load_without_mass(empty_unit) -> None:
    context, mass = empty_unit
    (finding,), scores = emptiness_findings(seen(0.3), mass, context, EMPTY)
    assert not finding.confirmed
    assert "looks like goods" in finding.sentence
    assert scores == {"empty_mismatch": 0.3}


@pytest.mark.parametrize(("declared_kg", "found"), [(5000.0, True), (250.0, False)])
def test_goods_far_heavier_than_what_can_be_there_are_missed_whatever_the_map_says(
    empty_unit, declared_kg: float, found: bool
) -> None:
    context, mass = empty_unit
    mass = msgspec.structs.replace(mass, low_kg=0.0, high_kg=200.0, declared_kg=declared_kg)
    findings, _ = emptiness_findings(seen(0.3), mass, context, LOADED)
    assert bool(findings) == found


def test_declared_empty_and_empty_is_scored_for_calibration(empty_unit) -> None:
    context, mass = empty_unit
    assert emptiness_findings(seen(0.0), mass, context, EMPTY) == ([], {"empty_mismatch": 0.0})


def test_declared_loaded_but_empty_is_a_finding(empty_unit) -> None:
    context, mass = empty_unit
    findings, _ = emptiness_findings(seen(0.0), mass, context, LOADED)
    assert [finding.sentence for finding in findings] == [
        "Goods are declared, but the unit looks empty."
    ]


def test_a_mass_that_speaks_against_it_keeps_a_unit_from_looking_empty(loaded_unit) -> None:
    context, mass = loaded_unit
    assert emptiness_findings(seen(0.0), mass, context, LOADED) == ([], {})


def test_declared_loaded_and_loaded_is_nothing(loaded_unit) -> None:
    context, mass = loaded_unit
    assert emptiness_findings(seen(0.5), mass, context, LOADED) == ([], {})


def test_the_threshold_is_the_bundles(loaded_unit, kit, context_of) -> None:
    _, mass = loaded_unit
    assert is_loaded(seen(0.05), mass, context_of(kit.walls, loaded_share=0.04))
    assert not is_loaded(seen(0.05), mass, context_of(kit.walls, loaded_share=0.06))


def test_without_a_tare_from_the_papers_the_picture_decides(loaded_unit) -> None:
    context, mass = loaded_unit
    unsure = msgspec.structs.replace(mass, low_kg=0.0, tare_from="standard")
    (finding,), _ = emptiness_findings(seen(0.3), unsure, context, EMPTY)
    assert finding.confirmed
    assert finding.sentence == "Declared empty, but 30 % of the unit as it is seen shows goods."


def test_of_a_lower_bound_the_lower_end_is_told(loaded_unit) -> None:
    context, mass = loaded_unit
    bound = msgspec.structs.replace(mass, lower_bound_only=True)
    (finding,), _ = emptiness_findings(seen(0.3), bound, context, EMPTY)
    assert finding.sentence.endswith("shows goods, at least 500 kg.")
    (weighed,) = (one for one in finding.evidence if one.name == "mass of goods")
    assert (weighed.low, weighed.high) == (500.0, None)
