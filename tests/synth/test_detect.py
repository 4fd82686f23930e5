"""Transmission of slabs against the physics core and against Geant4."""

from __future__ import annotations

import msgspec
import numpy as np
import pytest

from scanai.physics.beams import beam
from scanai.physics.bench import reference_slabs
from scanai.physics.materials import Material, material
from scanai.physics.transmission import transmission
from scanai.synth.detect import expected_transmission
from scanai.synth.trace import Layer, Layers


def layer(matter: str | Material, areal_density, role="cargo", top=0) -> Layer:
    depth = np.atleast_2d(np.asarray(areal_density, np.float32))
    window = slice(top, top + depth.shape[0]), slice(0, depth.shape[1])
    matter = matter if isinstance(matter, Material) else material(matter)
    return Layer(matter, role, "", "", window, depth)


@pytest.mark.parametrize("end_point_mv", [10.0, 6.0, 4.0])
def test_slabs_let_through_what_geant4_says(end_point_mv, coarse_scanner):
    scanner = msgspec.structs.replace(
        coarse_scanner, energies_mv=(end_point_mv,), spectral=coarse_scanner.spectral[:1]
    )
    slabs = [row.slab for row in reference_slabs() if row.beam_mv == end_point_mv]
    assert len(slabs) > 40
    simulated = []
    for slab in slabs:
        matter = layer(slab.material, [[slab.areal_density]])
        through = expected_transmission(Layers((1, 1), (matter,)), scanner)
        simulated.append(through[0, 0, 0])
    reference = -np.log([slab.transmission for slab in slabs])
    error = -np.log(simulated) - reference
    assert np.sqrt(np.mean(error**2) / np.mean(reference**2)) < 0.0065


def test_mixed_layers_equal_the_physics_core(coarse_scanner):
    steel = np.linspace(0, 60, 300, dtype=np.float32)
    paper = np.linspace(80, 0, 300, dtype=np.float32)
    stack = Layers((40, 300), (layer("steel", steel, "unit"), layer("paper", paper)))
    through = expected_transmission(stack, coarse_scanner)
    for index, end_point in enumerate(coarse_scanner.energies_mv):
        expected = transmission(
            beam(end_point),
            [(material("steel"), steel), (material("paper"), paper)],
        )
        np.testing.assert_allclose(np.log(through[index, 0]), np.log(expected), rtol=2e-3)


def test_one_material_in_two_layers_adds_up(coarse_scanner):
    depth = np.full((50, 300), 10, np.float32)
    two = Layers((50, 300), (layer("steel", depth, "unit"), layer("steel", depth)))
    one = Layers((50, 300), (layer("steel", 2 * depth),))
    np.testing.assert_allclose(
        expected_transmission(two, coarse_scanner), expected_transmission(one, coarse_scanner)
    )


def test_nothing_in_the_way_lets_everything_through(coarse_scanner):
    slab = layer("lead", np.full((5, 300), 50), top=100)
    through = expected_transmission(Layers((160, 300), (slab,)), coarse_scanner)
    assert np.all(abs(through[:, :100] - 1) < 1e-6)
    assert np.all(abs(through[:, 105:] - 1) < 1e-6)
    assert np.all(through[:, 100:105] < 0.2)
    empty = expected_transmission(Layers((160, 300), ()), coarse_scanner)
    assert np.all(empty == 1)
