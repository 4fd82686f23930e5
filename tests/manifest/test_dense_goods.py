"""Dense goods: headings that would explain a dense piece."""

import pytest

from scanai.manifest import Line, Manifest, dense_headings
from scanai.manifest._tables import read_table
from scanai.manifest.nomenclature import headings


def manifest(*codes: str) -> Manifest:
    return Manifest(lines=tuple(Line(hs_code=code) for code in codes))


@pytest.mark.parametrize("code", ["7801.10", "8413", "7325.10", "8207.30", "8507.10", "8708"])
def test_metal_and_machines_hold_pieces_as_dense_as_a_shield(code):
    assert dense_headings(manifest(code)) == (code[:4],)


@pytest.mark.parametrize("code", ["0901.11", "6109", "7606", "9503", "9403", "4011", "3901"])
def test_food_garments_light_metal_and_furniture_do_not(code):
    assert dense_headings(manifest(code)) == ()


def test_each_heading_is_named_once_in_the_order_declared():
    assert dense_headings(manifest("8481.20", "0901", "7801", "8481.80")) == ("8481", "7801")
    assert dense_headings(Manifest()) == ()


def test_line_without_code_could_be_of_any_dense_goods():
    assert dense_headings(manifest("0901", "")) is None
    assert dense_headings(manifest("7801", "")) == ("7801",)


def test_every_range_holds_headings_of_the_nomenclature_and_a_reason():
    last = ""
    for row in read_table("dense_headings.csv"):
        assert last < row["first"] <= row["last"]
        assert {row["first"], row["last"]} <= set(headings())
        assert row["reason"].endswith(".")
        last = row["last"]
