"""Limits: d′ as counting has it, and steel that is told from lead but not from steel."""

from __future__ import annotations

import msgspec
import numpy as np
import pytest
from scan_making import raw_counts

from scanai.manifest.model import Manifest
from scanai.physics.materials import material
from scanai.scan import load_profile
from scanai.scan.profile import Imperfections
from scanai.synth.scene import Scene, SceneObject, Threat, TransportUnit
from scanai.synth.simulate import SimulatedScan
from scanai.synth.solids import Box
from scanai.synth.trace import trace, view
from scanai.synth.truth import truth
from scanai.train.limits import Limits, limits_of

PROFILE = msgspec.structs.replace(load_profile("portal-6-4"), imperfections=Imperfections.perfect())
UNIT = TransportUnit("20", 2.0, 2.4, 2.6, 0.0)


def _limits(name: str, deep_m: float, cargo_g_cm2: float, side_m: float = 0.1) -> Limits:
    """Of a block so deep along the beam, in front of a wall of wood."""
    wall = Box((0.0, 0.5, 0.3), (2.0, 1.0, 2.3))
    block = Box((1.0, -deep_m, 1.2), (1.0 + side_m, 0.0, 1.2 + side_m))
    matter = material(name)
    objects = (
        SceneObject(wall, material("wood"), cargo_g_cm2 * 10 / 0.5, "cargo"),
        SceneObject(block, matter, matter.density_g_cm3 * 1000, "shield"),
    )
    threat = Threat((1,), "solid", name, 1000.0, 10.0)
    scene = Scene(UNIT, objects, Manifest(), (), threats=(threat,))
    rays = view(PROFILE, (0.0, 2.0))
    raw = raw_counts(np.zeros((2, *rays.shape), np.uint16), PROFILE)
    made = SimulatedScan(raw, truth(scene, trace(scene, rays), rays), Manifest(), scene, rays)
    limits = limits_of(made, (1,))
    assert limits is not None
    return limits


def test_what_lies_behind_is_all_but_the_object() -> None:
    assert _limits("lead", 0.02, 40.0).behind == pytest.approx(40.0, rel=0.1)


def test_d_prime_grows_with_the_side_of_a_square_and_falls_behind_more_cargo() -> None:
    small, large = _limits("steel", 0.01, 60.0, 0.06), _limits("steel", 0.01, 60.0, 0.12)
    assert large.d_prime == pytest.approx(2 * small.d_prime, rel=0.1)
    assert _limits("steel", 0.01, 120.0, 0.12).d_prime < 0.6 * large.d_prime


def test_steel_is_no_other_than_steel_and_lead_is() -> None:
    steel, lead = _limits("steel", 0.03, 30.0), _limits("lead", 0.03, 30.0)
    assert steel.d_material < 1e-3 * steel.d_prime
    assert lead.d_material > 20
    assert lead.d_material < lead.d_prime


def test_one_energy_tells_no_material() -> None:
    single = load_profile("mobile-4")
    assert len(single.energies_mv) == 1
    from scanai.synth.scenes import ScanSpec
    from scanai.synth.simulate import simulate

    made = simulate(3, single, ScanSpec(kind="concealed", unit_type="20"), 128)
    limits = limits_of(made, made.scene.threats[0].objects)
    assert limits is not None
    assert limits.d_prime > 0
    assert limits.d_material == 0.0
