"""Descriptions in plain words: vague ones, leads before the goods, digits in place of words."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanai.manifest.descriptions import has_words, plain_words, vague, without_lead
from scanai.synth.cargo import library


@pytest.mark.parametrize(
    ("text", "sort"),
    [
        ("Parts", "generic"),
        ("Used spare parts", "generic"),
        ("Freight of all kinds", "all_kinds"),
        ("F.A.K.", "all_kinds"),
        ("1 x 40' container STC: General Cargo", "all_kinds"),
        ("Said to contain equipment", "generic"),
        ("commercial samples", "samples"),
        ("Personal effects", "personal"),
        ("as per attached invoice", "elsewhere"),
        ("PIÈCES DÉTACHÉES", "generic"),
        ("Marchandises diverses", "all_kinds"),
        ("Dit contenir 12 palettes de matériel", "generic"),
        ("Efectos personales", "personal"),
        ("Repuestos usados", "generic"),
        ("Dice contener: carga general", "all_kinds"),
        ("Ersatzteile", "generic"),
        ("20 pallets goods", "generic"),
        ("Said to contain", "generic"),
        ("1 container STC:", "generic"),
        ("Dit contenir 12 palettes", "generic"),
    ],
)
def test_a_description_that_names_no_goods_is_vague(text: str, sort: str) -> None:
    found = vague(text)
    assert found is not None
    assert found.sort == sort


@pytest.mark.parametrize(
    "text",
    [
        "Spare parts of tractors",
        "Said to contain: 320 bags of coffee",
        "General cargo: steel coils",
        "Equipment for cheese making",
        "Échantillons de carrelage",
        "Repuestos de tractor",
        "工具",
        "",
        "12/34-5",
    ],
)
def test_a_description_that_names_goods_or_has_no_words_is_not(text: str) -> None:
    assert vague(text) is None


def test_honest_descriptions_of_the_cargo_library_are_not_vague() -> None:
    assert [text for goods in library() for text in goods.texts if vague(text)] == []


def test_own_terms_are_vague_beside_those_of_the_table() -> None:
    assert vague("sundry wibbles") is None
    found = vague("sundry wibbles", ("wibble",))
    assert found is not None
    assert vague("Wibbles", ("wibble",)).sort == "own"


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ("Said to contain: coffee", "coffee"),
        ("SHIPPER'S LOAD AND COUNT, tiles", "tiles"),
        ("1 container s.t.c. 20 pallets of tiles", "20 pallets of tiles"),
        ("Que dice contener café", "café"),
        ("Coffee said to contain water", "Coffee said to contain water"),
        ("Stcherbakov tea", "Stcherbakov tea"),
    ],
)
def test_a_lead_is_taken_off_only_before_the_goods(text: str, rest: str) -> None:
    assert without_lead(text) == rest


@pytest.mark.parametrize(
    ("text", "words"),
    [("12-34/5", False), ("A1-22", False), ("...", False), ("", False), ("TV", True), ("茶", True),
     ("Чай", True), ("x9x9", False)],
)  # fmt: skip
def test_tells_words_from_digits_and_symbols(text: str, words: bool) -> None:
    assert has_words(text, 2) is words


def test_words_are_compared_without_case_accents_and_plural() -> None:
    assert plain_words("PIÈCES d'Occasion") == plain_words("piece D occasion")
    assert plain_words("glass") == ("glass",)


@given(st.text(max_size=200))
def test_any_text_is_judged_without_a_failure(text: str) -> None:
    vague(text)
    has_words(text, 2)
    assert len(without_lead(text)) <= len(text)
    assert all(word.isalnum() for word in plain_words(text))
