"""Words of figures: every figure that is counted has some, and no two have the same."""

from __future__ import annotations

import msgspec
import pytest
from trial_making import scored, threat, trial

from scanai.train.benchmark_page import TARGETS
from scanai.train.card import _SHOWN
from scanai.train.figure_words import _WORDS, words_of
from scanai.train.figures import all_figures, comparison, detector_of
from scanai.train.recipe import TrainingRecipe


@pytest.fixture
def names(recipe: TrainingRecipe) -> set[str]:
    """Of a benchmark that has a case of each."""
    hidden = {"kind": "concealed", "regions": scored((2.0, 0))}
    deep = threat(volume_cm3=2000.0, behind=200.0, material="polyethylene+lead")
    trials = [
        *(trial(regions=scored((0.1, -1)), forms=("big_bags",)) for _ in range(9)),
        trial(objects=(threat(kind="look_alike"),), regions=scored((0.8, 0)), profile="mobile-4"),
        trial(**hidden, objects=(threat(),)),
        trial(**hidden, objects=(deep,), lower_bound_only=True, profile="mobile-4"),
        trial(**hidden, objects=(threat(),), forms=("big_bags",), declared_dense=True),
        trial(kind="undeclared", kinds=("undeclared_goods",)),
    ]
    trained = msgspec.structs.replace(
        recipe, without_headings=("2002",), without_forms=("big_bags",)
    )
    rows = comparison({"scanai": detector_of(trials)})["scanai"]
    return {*all_figures(trials, trained), *rows}


def test_every_figure_has_words_of_its_own(names: set[str]) -> None:
    assert names >= {"detection.volume_cm3.1000+", "goods.form.big_bags", "mass_error_opaque"}
    told = [words_of(name) for name in names]
    assert [name for name in names if words_of(name) == name] == []
    assert len({*told}) == len(told)
    assert not [words for words in told if "_" in words or "pct" in words]


def test_what_page_and_card_show_is_counted(names: set[str]) -> None:
    assert {*TARGETS, *_SHOWN, *_WORDS} - names == set()


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("detection.volume_cm3.100-300", "shields of 100 to 300 cm³ found, d′ ≥ 5"),
        ("detection.behind_g_cm2.150+", "shields behind 150 and more g/cm² found, d′ ≥ 5"),
        ("detection.profile.portal-6-4", "shields found, d′ ≥ 5, on scanner portal-6-4"),
        ("goods.form.big_bags", "goods group by mass, loads of big bags alone"),
        (
            "detection.every_shield.0.5pct",
            "shields found, of all; at 0.5 % of benign scans alarmed",
        ),
        ("of_tomorrow", "of_tomorrow"),
    ],
)
def test_families_say_which_one(name: str, words: str) -> None:
    assert words_of(name) == words
