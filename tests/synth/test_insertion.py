"""Insertion: what is put into a scan attenuates as if it had been there when it was taken."""

from __future__ import annotations

import msgspec
import numpy as np
import pytest

from scanai.physics.materials import material
from scanai.scan import load_profile
from scanai.scan.profile import Imperfections
from scanai.synth.detect import expected_transmission
from scanai.synth.insertion import Inserted, full_view, insert, ray_point
from scanai.synth.placing import Piece
from scanai.synth.solids import Box, Vec3
from scanai.synth.trace import Layer, Layers, View

PROFILE = msgspec.structs.replace(load_profile("portal-6-4"), imperfections=Imperfections.perfect())
COLUMNS = 96


def _slab(name: str, areal_density: float, lead: float = 0.0) -> np.ndarray:
    """Attenuation (2, H, COLUMNS) of a slab, behind `lead` g/cm² of lead."""
    shape = (PROFILE.rows, COLUMNS)
    whole = (slice(0, shape[0]), slice(0, shape[1]))
    layers = [
        Layer(material(one), "cargo", "", "", whole, np.full(shape, depth, np.float32))
        for one, depth in ((name, areal_density), ("lead", lead))
        if depth
    ]
    return -np.log(expected_transmission(Layers(shape, tuple(layers)), PROFILE))


def _block(half: float, density: float) -> list[Piece]:
    """A block of lead 100 mm wide, so deep, kg/m³."""
    return [Piece(Box((-0.05, -half, -0.05), (0.05, half, 0.05)), "lead", density, "shield")]


def _put(attenuation: np.ndarray, rays: View, pieces: list[Piece], centre: Vec3) -> Inserted | None:
    rng = np.random.default_rng(0)
    return insert(rng, attenuation, PROFILE, rays, pieces, centre, "shield")


@pytest.mark.parametrize(("goods", "areal_density"), [("polyethylene", 40.0), ("steel", 60.0)])
def test_lead_behind_goods_attenuates_as_the_simulator_has_it(
    goods: str, areal_density: float
) -> None:
    rays = full_view(PROFILE, COLUMNS)
    attenuation = _slab(goods, areal_density)
    row = PROFILE.rows // 2
    y, z = ray_point(rays, row, 0.0)
    centre = (float(rays.x[COLUMNS // 2]), y, z)
    # 20 mm of lead; goods give way to it by 20 mm of 2.3 m.
    found = _put(attenuation, rays, _block(0.01, 11340.0), centre)
    assert found is not None
    slant = 1 / float(rays.direction_yz[row, 0])
    expected = _slab(goods, areal_density * (1 - 0.02 * slant / 2.3), lead=2 * 11.34 * slant)
    middle = attenuation[:, row - 3 : row + 4, COLUMNS // 2 - 3 : COLUMNS // 2 + 4].mean((1, 2))
    np.testing.assert_allclose(middle, expected[:, 0, 0], rtol=0.006)
    # Its mean is less than its middle: the rim of the silhouette is half covered.
    assert 0.8 < found.added_attenuation / (middle[0] - attenuation[0, 0, 0]) < 1.0


def test_outline_and_window_hold_the_thing_and_all_else_stays() -> None:
    rays = full_view(PROFILE, COLUMNS)
    attenuation = _slab("polyethylene", 20.0)
    before = attenuation.copy()
    y, z = ray_point(rays, 300, 0.5)
    centre = (float(rays.x[40]), y, z)
    found = _put(attenuation, rays, _block(0.02, 11340.0), centre)
    assert found is not None
    changed = np.abs(attenuation - before).max(axis=0) > 0.05
    inside = np.zeros_like(changed)
    inside[found.window] = True
    assert not changed[~inside].any()
    outline = np.zeros_like(changed)
    outline[found.window] = found.outline
    assert (changed == outline).mean() > 0.999
    assert 0.8 < outline.sum() * float(np.prod(PROFILE.pitch_mm)) / 100.0**2 < 1.3


def test_what_is_out_of_view_changes_nothing() -> None:
    rays = full_view(PROFILE, COLUMNS)
    attenuation = _slab("polyethylene", 20.0)
    before = attenuation.copy()
    rng = np.random.default_rng(0)
    assert (
        insert(rng, attenuation, PROFILE, rays, _block(0.02, 1.0), (50.0, 0, 1), "shield") is None
    )
    np.testing.assert_array_equal(attenuation, before)


def test_detectability_is_that_of_counting() -> None:
    """d′² adds up over pixels: (ΔN)²/N each."""
    rays = full_view(PROFILE, COLUMNS)
    attenuation = _slab("steel", 100.0)
    transmission = float(np.exp(-attenuation[0, 0, 0]))
    y, z = ray_point(rays, 320, 0.0)
    centre = (float(rays.x[40]), y, z)
    found = _put(attenuation, rays, _block(0.0005, 11340.0), centre)
    assert found is not None
    quanta = PROFILE.noise.quanta_open_beam[0]
    lost = 1 - np.exp(-found.added_attenuation)
    noise = (PROFILE.noise.electronic_counts / PROFILE.open_beam_counts[0] * quanta) ** 2
    each = quanta * transmission * lost / np.sqrt(quanta * transmission + noise)
    assert found.d_prime == pytest.approx(each * np.sqrt(found.outline.sum()), rel=0.1)


def test_displaced_objects_lose_what_the_inner_piece_takes() -> None:
    """A hollow block attenuates less than a solid one: its cavity is no lead."""
    rays = full_view(PROFILE, COLUMNS)
    y, z = ray_point(rays, 320, 0.0)
    centre = (float(rays.x[40]), y, z)
    hollow = [*_block(0.02, 11340.0)]
    hollow.append(
        Piece(Box((-0.04, -0.015, -0.04), (0.04, 0.015, 0.04)), "air", 1.2, "contents", 0)
    )
    results = []
    for pieces in (_block(0.02, 11340.0), hollow):
        attenuation = _slab("polyethylene", 20.0)
        _put(attenuation, rays, pieces, centre)
        results.append(float(attenuation[0, 318:322, 38:42].mean()))
    assert results[1] < results[0] - 1.0
