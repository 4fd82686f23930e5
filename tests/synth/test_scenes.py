"""Scenes: what is loaded, what is hidden and what the papers say of it."""

from __future__ import annotations

import numpy as np
import pytest

from scanai.manifest.nomenclature import is_known
from scanai.synth.scene import Scene
from scanai.synth.scenes import KINDS, ScanSpec, make_scene
from scanai.synth.units import UNIT_TYPES

PAYLOAD_KG = 33_000


def scenes(count: int, **wanted: str) -> list[Scene]:
    spec = ScanSpec(**wanted)
    return [make_scene(np.random.default_rng(seed), spec) for seed in range(count)]


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_makes_a_scene_with_lawful_papers(kind: str) -> None:
    for scene in scenes(15, kind=kind):
        assert scene.manifest.unit.startswith("SYNTH-")
        assert all(is_known(line.hs_code) for line in scene.manifest.lines)
        assert 0 <= scene.cargo_mass_kg < PAYLOAD_KG
        for position, item in enumerate(scene.objects):
            assert item.solid.volume > 0
            assert item.displaces is None or item.displaces < position


def test_benign_declares_what_is_there() -> None:
    for scene in scenes(40, kind="benign"):
        assert not scene.threats
        assert scene.mismatch == ""
        headings = {item.heading for item in scene.objects if item.heading}
        assert headings == {line.hs_code[:4] for line in scene.manifest.lines}
        declared = scene.manifest.gross_mass_kg
        assert declared == pytest.approx(scene.cargo_mass_kg, rel=0.05)


def test_concealed_hides_one_shield_that_no_line_names() -> None:
    for scene in scenes(40, kind="concealed"):
        (threat,) = scene.threats
        roles = [scene.objects[position].role for position in threat.objects]
        assert "shield" in roles
        assert all(not scene.objects[position].heading for position in threat.objects)


def test_undeclared_leaves_a_goods_group_out_of_the_papers() -> None:
    for scene in scenes(30, kind="undeclared"):
        headings = {item.heading for item in scene.objects if item.heading}
        declared = {line.hs_code[:4] for line in scene.manifest.lines}
        assert declared
        assert headings - declared
        assert scene.mismatch == "undeclared_goods"


def test_false_mass_strays_by_more_than_a_quarter() -> None:
    for scene in scenes(30, kind="false_mass"):
        assert scene.manifest.gross_mass_kg is not None
        assert abs(scene.manifest.gross_mass_kg / scene.cargo_mass_kg - 1) > 0.25


def test_empty_and_loaded_declared_empty() -> None:
    for scene in scenes(20, kind="empty"):
        assert scene.manifest.declared_empty
        assert scene.cargo_mass_kg < 1000
    for scene in scenes(20, kind="false_empty"):
        assert scene.manifest.declared_empty
        assert scene.cargo_mass_kg > 500
        assert scene.mismatch == "false_empty"


def test_wishes_are_granted() -> None:
    for unit_type in UNIT_TYPES:
        assert all(s.unit.unit_type == unit_type for s in scenes(3, unit_type=unit_type))
    for scene in scenes(10, group="tyres"):
        assert any(item.group == "tyres" for item in scene.objects)
    for scene in scenes(5, heading="7801", unit_type="20"):
        assert any(item.heading == "7801" for item in scene.objects)


def test_equal_seeds_give_equal_scenes() -> None:
    assert scenes(3, kind="concealed") == scenes(3, kind="concealed")


def test_refuses_what_it_does_not_know() -> None:
    with pytest.raises(ValueError, match=r"expected a kind among .* found 'open'"):
        ScanSpec(kind="open")
    with pytest.raises(ValueError, match=r"expected a unit type among .* found '48'"):
        ScanSpec(unit_type="48")
    with pytest.raises(ValueError, match="no goods of heading 9999"):
        make_scene(np.random.default_rng(0), ScanSpec(heading="9999"))


def test_masses_lie_near_those_of_real_containers() -> None:
    """Real ones: 2.7, 19.9 and 27.1 t at the 5th, 50th and 95th percentile."""
    tonnes = [scene.cargo_mass_kg / 1000 for scene in scenes(300)]
    low, middle, high = np.percentile(tonnes, [5, 50, 95])
    assert 1.5 < low < 6.5
    assert 14 < middle < 22
    assert 25 < high < 29
