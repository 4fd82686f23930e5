"""Formulas, mixtures and the library."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanai.physics.materials import (
    Material,
    element,
    from_formula,
    material,
    material_names,
    mixture,
)

NAMED = """
air water ice steel stainless_steel cast_iron aluminium copper brass zinc tin nickel lead tungsten
tungsten_carbide tantalum uranium gold silver titanium wood cellulose paper cotton wool polyester
polyethylene polyethylene_borated polypropylene pvc rubber polystyrene meat fruit grain sugar oil
diesel coffee concrete cement sand ceramic granite marble glass fertiliser salt coal iron_ore
bauxite gypsum battery lithium_battery electronics pharmaceuticals graphite silicon
"""
CARGO = NAMED.split()


def test_water_is_one_ninth_hydrogen():
    water = from_formula("H2O", "water", 0.998)
    assert water.mass_fractions == (
        (1, pytest.approx(0.11190, abs=1e-5)),
        (8, pytest.approx(0.88810, abs=1e-5)),
    )


def test_repeated_symbols_of_a_formula_add_up():
    acetic = from_formula("CH3COOH", "acetic acid", 1.05)
    assert acetic.mass_fractions == from_formula("C2H4O2", "acetic acid", 1.05).mass_fractions


@pytest.mark.parametrize(
    ("formula", "message"),
    [
        ("", "expected a formula such as C6H10O5, found ''"),
        ("Ca(OH)2", "expected a formula such as C6H10O5, found 'Ca(OH)2'"),
        ("Xx2", "expected symbols of elements up to Pu in Xx2, found Xx"),
    ],
)
def test_refuses_what_is_no_formula(formula, message):
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        from_formula(formula, "nothing", 1.0)


def test_mixture_without_a_density_adds_volumes():
    half = mixture([(material("Fe"), 1.0), (material("Pb"), 1.0)], "half and half")
    assert half.density_g_cm3 == pytest.approx(2 / (1 / 7.874 + 1 / 11.35))
    assert dict(half.mass_fractions) == {26: 0.5, 82: 0.5}


@given(st.lists(st.tuples(st.sampled_from(CARGO), st.floats(0.01, 10)), min_size=1, max_size=5))
def test_any_mixture_is_whole_and_sorted(parts):
    mixed = mixture([(material(name), share) for name, share in parts], "mixed")
    assert sum(share for _, share in mixed.mass_fractions) == pytest.approx(1)
    assert sorted(dict(mixed.mass_fractions)) == [z for z, _ in mixed.mass_fractions]


@pytest.mark.parametrize("name", [*CARGO, *material_names()])
def test_library_holds_cargo_container_and_shield_materials(name):
    found = material(name)
    assert found.name == name
    assert 0.001 < found.density_g_cm3 < 23


def test_every_element_goes_by_its_symbol():
    symbols = [element(z).name for z in range(1, 95)]
    assert symbols[:3] == ["H", "He", "Li"]
    assert " ".join(symbols[73:]) == "W Re Os Ir Pt Au Hg Tl Pb Bi Po At Rn Fr Ra Ac Th Pa U Np Pu"
    assert material("W").mass_fractions == ((74, 1.0),)


def test_unknown_names_say_where_to_look():
    with pytest.raises(KeyError, match="no material named 'unobtainium'"):
        material("unobtainium")


def test_element_beyond_plutonium_is_refused():
    with pytest.raises(ValueError, match=r"^expected an atomic number from 1 to 94, found 95$"):
        element(95)


@pytest.mark.parametrize(
    ("fractions", "density", "message"),
    [
        (((26, 0.9),), 7.8, "steel: expected mass fractions that add up to 1, found 0.9"),
        (((26, 1.2), (6, -0.2)), 7.8, "steel: expected mass fractions that add up to 1, found 1"),
        (((26, 1.0),), 0.0, "steel: expected a density above 0, found 0"),
    ],
)
def test_refuses_impossible_materials(fractions, density, message):
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        Material("steel", fractions, density)
