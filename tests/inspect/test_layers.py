from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scanai.inspect.evidence.layers import Contrast, Layer, layered_inversion
from scanai.physics.beams import beam
from scanai.physics.materials import material
from scanai.physics.transmission import transmission
from scanai.scan.profile import SpectralFactors

ENERGIES = (6.0, 4.0)
NOMINAL = (SpectralFactors(), SpectralFactors())
# Elements (steel is nearly one): a compound has no single atomic number to be found.
METALS = {"aluminium": 13, "steel": 26, "copper": 29, "tin": 50, "tungsten": 74, "lead": 82}


def attenuation(*stack: tuple[str, float], energies: tuple[float, ...] = ENERGIES):
    layers = [(material(name), areal_density) for name, areal_density in stack]
    return tuple(float(-np.log(transmission(beam(mv), layers))) for mv in energies)


def look(around: tuple[str, float], inside: tuple[str, float], **changes: object) -> Layer:
    energies = changes.pop("energies", ENERGIES)
    fields: dict[str, object] = {
        "core": attenuation(around, inside, energies=energies),
        "ring": attenuation(around, energies=energies),
        "noise": (0.003, 0.004)[: len(energies)],
        "uneven": (0.04, 0.04),
        "spread": 0.02,
        "displaced": 0.0,
        "relative": 0.01,
        "low_usable": True,
    }
    inversion = layered_inversion(energies, NOMINAL[: len(energies)])
    return inversion.invert(Contrast(**fields | changes))  # type: ignore[arg-type]


@given(
    metal=st.sampled_from(sorted(METALS)),
    thickness=st.floats(15, 90),
    goods=st.sampled_from(["cellulose", "water", "steel", "aluminium"]),
    around=st.floats(5, 60),
)
@settings(max_examples=60, deadline=None)
def test_intervals_hold_the_hidden_metal(metal, thickness, goods, around) -> None:
    layer = look((goods, around), (metal, thickness))
    assert layer.areal_density_low <= thickness <= layer.areal_density_high
    # The lightest element that fits needs more of itself than lead does.
    assert layer.areal_density == pytest.approx(thickness, rel=0.3)
    if layer.z_low is not None:
        assert layer.z_low <= METALS[metal] <= layer.z_high


@pytest.mark.parametrize("metal", ["tungsten", "lead", "uranium"])
def test_thick_heavy_metals_are_told_from_steel_but_not_from_each_other(metal: str) -> None:
    layer = look(("cellulose", 40), (metal, 40))
    assert layer.z_low > 40
    assert layer.z_high - layer.z_low > 30


def test_steel_is_not_called_heavy() -> None:
    layer = look(("cellulose", 40), ("steel", 40))
    assert layer.z_high < 40


def test_says_nothing_of_z_when_the_low_energy_is_starved() -> None:
    layer = look(("cellulose", 40), ("lead", 60), low_usable=False)
    assert (layer.z, layer.z_low, layer.z_high) == (None, None, None)
    assert layer.areal_density_low <= 60 <= layer.areal_density_high


def test_says_nothing_of_z_with_a_single_energy() -> None:
    layer = look(("cellulose", 40), ("lead", 40), energies=(4.0,))
    assert layer.z is None
    assert layer.areal_density_low <= 40 <= layer.areal_density_high


def test_says_nothing_of_z_when_noise_swamps_the_difference() -> None:
    assert look(("cellulose", 40), ("lead", 2), noise=(0.3, 0.4)).z is None


def test_displaced_surroundings_do_not_hide_that_metal_is_heavy() -> None:
    # 15 cm of the goods are not there where the object is.
    core = attenuation(("cellulose", 34), ("tungsten", 80))
    around = attenuation(("cellulose", 40))
    layer = look(("cellulose", 40), ("tungsten", 80), core=core, displaced=0.06 * around[0])
    assert layer.z_low > 40


def test_a_pair_that_fits_no_element_says_nothing_of_z() -> None:
    core = attenuation(("cellulose", 40), ("lead", 60))
    assert look(("cellulose", 40), ("lead", 60), core=(core[0], core[1] - 0.4)).z is None


def test_a_pair_just_beyond_the_heaviest_element_is_called_heavy() -> None:
    core = attenuation(("cellulose", 40), ("tungsten", 60))
    layer = look(("cellulose", 40), ("tungsten", 60), core=(core[0], core[1] - 0.1))
    assert layer.z_low > 30


def test_no_excess_is_no_object() -> None:
    around = attenuation(("cellulose", 40))
    layer = look(("cellulose", 40), ("lead", 0.0), core=around)
    assert layer.areal_density == 0
    assert layer.areal_density_low == 0
    assert layer.z is None


def test_uneven_surroundings_widen_the_interval() -> None:
    calm = look(("cellulose", 40), ("lead", 20))
    rough = look(("cellulose", 40), ("lead", 20), uneven=(0.5, 0.6), spread=0.3)
    assert rough.areal_density_low < calm.areal_density_low
    assert rough.areal_density_high > calm.areal_density_high
