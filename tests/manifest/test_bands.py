"""Bands of density and package mass: own of a heading, else of its goods group, else none."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanai.manifest._tables import read_table
from scanai.manifest.bands import Band, density_band, package_mass_band, package_type_of
from scanai.manifest.goods_groups import goods_group_of
from scanai.manifest.nomenclature import headings, is_known


def test_every_heading_has_rising_bands() -> None:
    for heading in headings():
        for band in (density_band(heading), package_mass_band(heading, "CT")):
            assert band is not None, heading
            assert 0 < band.low < band.high < math.inf, heading
            assert band.source.endswith("project estimate"), heading


def test_the_table_has_known_headings_once() -> None:
    listed = [row["heading"] for row in read_table("heading_bands.csv")]
    assert len(listed) == len(set(listed)) >= 150
    assert all(is_known(heading) for heading in listed)


# Stowage factors (m³/t, packed) as published for whole cargoes: the middle lies in the band.
@pytest.mark.parametrize(
    ("code", "least_factor", "most_factor"),
    [
        ("090111", 1.5, 2.0),  # coffee in bags
        ("520100", 2.0, 3.0),  # cotton in bales
        ("481013", 0.9, 1.2),  # paper in rolls
        ("760110", 0.5, 0.7),  # aluminium ingots
        ("740311", 0.35, 0.5),  # copper cathodes
        ("7208", 0.4, 0.6),  # steel coils
    ],
)
def test_published_stowage_factors_lie_in_the_band(code, least_factor, most_factor) -> None:
    band = density_band(code)
    assert band.low <= 2000 / (least_factor + most_factor) <= band.high


def test_a_longer_code_has_the_band_of_its_heading() -> None:
    assert density_band("9404210000") == density_band("9404")


def test_a_heading_beyond_the_table_has_its_groups_range_widened() -> None:
    assert "0102" not in {row["heading"] for row in read_table("heading_bands.csv")}
    low, high = goods_group_of("0102").density
    band = density_band("0102")
    assert (band.low, band.high) == (low / 2, high * 2)
    assert band.source.startswith("goods group fresh_produce")


@pytest.mark.parametrize("code", ["", "99", "9999", "steel"])
def test_without_a_known_heading_there_is_no_band(code: str) -> None:
    assert density_band(code) is None
    assert package_mass_band(code, "CT") is None


def test_packages_that_gather_smaller_ones_may_weigh_what_the_type_allows() -> None:
    carton, pallet = package_mass_band("1905", "CT"), package_mass_band("1905", "PX")
    assert carton.low == pallet.low
    assert carton.high < 100
    assert pallet.high == package_type_of("PX").most_kg


def test_packages_of_no_known_type_have_no_upper_end() -> None:
    assert package_mass_band("1905").high == math.inf
    assert package_mass_band("1905", "hampers").high == math.inf


def test_package_types_are_found_in_either_case() -> None:
    assert package_type_of(" ct ") is package_type_of("CT")
    assert package_type_of("carton") is None


def test_package_types_are_single_and_their_limits_rise() -> None:
    codes = [row["code"] for row in read_table("package_types.csv")]
    assert len(codes) == len(set(codes))
    for code in codes:
        kind = package_type_of(code)
        assert kind.name
        assert 0 <= kind.least_m3 < kind.most_m3
        assert kind.most_kg > 0


@given(
    st.floats(0.1, 1e4),
    st.floats(1.0, 100.0),
    st.floats(0.01, 1e5),
    st.floats(1.0, 100.0),
)
def test_an_interval_is_outside_only_where_it_misses_the_band(low, width, at, spread) -> None:
    band = Band(low, low * width, "made up")
    times = band.times_outside(at, at * spread)
    meets = at <= band.high and at * spread >= band.low
    assert (times == 1) == meets
    if not meets:
        gap = at / band.high if at > band.high else band.low / (at * spread)
        assert times == pytest.approx(gap)


def test_an_open_interval_is_never_below_the_band() -> None:
    assert Band(100, 200, "made up").times_outside(1, math.inf) == 1
