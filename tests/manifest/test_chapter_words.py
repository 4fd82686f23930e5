"""Words against chapters: silent on honest descriptions, and tells most that belong elsewhere."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanai.manifest._tables import read_table
from scanai.manifest.chapter_words import other_chapters
from scanai.manifest.nomenclature import headings, is_known
from scanai.synth.cargo import library

CHAPTERS = sorted({heading[:2] for heading in headings()})


def library_pairs() -> list[tuple[str, str]]:
    """Every text with every code of its goods."""
    return [(code, text) for goods in library() for code in goods.codes for text in goods.texts]


def trade_pairs() -> list[tuple[str, str]]:
    with (Path(__file__).parent / "honest_descriptions.csv").open(encoding="utf-8") as stream:
        rows = csv.DictReader(line for line in stream if not line.startswith("#"))
        return [(row["hs_code"], row["description"]) for row in rows]


def told_share(pairs: list[tuple[str, str]]) -> float:
    """Of pairs whose code is one of another chapter, drawn at random."""
    rng = np.random.default_rng(3)
    told = []
    for code, text in pairs * 5:
        others = [chapter for chapter in CHAPTERS if chapter != code[:2]]
        told.append(other_chapters(text, str(rng.choice(others)) + "01") is not None)
    return float(np.mean(told))


@pytest.mark.parametrize("pairs", [library_pairs(), trade_pairs()], ids=["library", "trade"])
def test_speaks_against_no_more_than_one_honest_description_in_a_hundred(pairs) -> None:
    assert [code for code, _ in pairs if not is_known(code)] == []
    wrong = [(code, text) for code, text in pairs if other_chapters(text, code)]
    assert len(wrong) <= 0.01 * len(pairs), wrong


def test_tells_most_descriptions_under_a_code_of_another_chapter() -> None:
    assert told_share(library_pairs()) > 0.8
    assert told_share(trade_pairs()) > 0.55


@pytest.mark.parametrize(
    ("text", "words", "chapters"),
    [
        ("Coffee, not roasted, in jute bags", ("coffee",), ("09", "18", "21")),
        ("Camisetas de algodón", ("camiseta", "algodon"), ("61", "62")),
        ("Brand name pumps", ("pump",), ("84",)),
    ],
)
def test_names_the_words_and_where_they_belong(text: str, words, chapters) -> None:
    found = other_chapters(text, "9701")
    assert found is not None
    assert (found.words, found.chapters) == (words, chapters)


def test_a_material_speaks_where_nothing_beside_it_may_be_the_goods() -> None:
    assert other_chapters("Forged articles of steel", "0901") is not None
    assert other_chapters("Forged widgets of steel", "0901") is None


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Tea in paper sacks", "090240"),
        ("Widgets of steel", "090111"),
        ("Steel in crates", "840110"),
        ("Machine parts", "400599"),
        ("Coffee", ""),
        ("", "090111"),
        ("Synthetic brand name", "090111"),
    ],
)
def test_is_silent_where_it_does_not_know(text: str, code: str) -> None:
    assert other_chapters(text, code) is None


def test_the_table_names_chapters_that_exist_and_goods_that_have_some() -> None:
    for row in read_table("trade_words.csv"):
        assert set(row["chapters"].split()) <= set(CHAPTERS), row["words"][:40]
        assert row["sort"] in ("goods", "material", "part", "plain")
        assert bool(row["chapters"]) == (row["sort"] != "plain")


@given(st.text(max_size=200), st.sampled_from(headings()))
def test_any_text_is_judged_without_a_failure(text: str, heading: str) -> None:
    found = other_chapters(text, heading)
    assert found is None or heading[:2] not in found.chapters
