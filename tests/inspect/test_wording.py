from __future__ import annotations

import numpy as np
import pytest

from scanai.inspect.evidence.goods import SeenGoods
from scanai.inspect.report import MassEstimate
from scanai.inspect.wording import caveats, clear_reasons
from scanai.manifest.goods_groups import group_named
from scanai.manifest.model import Line, Manifest

CONTRADICTS_NOTHING = "Nothing in the load clearly contradicts the declared goods."


def seen(group: str) -> SeenGoods:
    shares = np.zeros(27)
    shares[group_named(group).index] = 1.0
    return SeenGoods(np.ones((1, 1), np.float32), shares, 1.0)


@pytest.mark.parametrize(
    ("group", "words"),
    [
        ("paper", f"{CONTRADICTS_NOTHING[:-1]}; it looks mostly like “Paper"),
        ("iron_steel", "No part of the load clearly differs from the declared goods, though"),
    ],
)
def test_a_load_that_looks_like_other_goods_is_not_said_to_fit(group: str, words: str) -> None:
    declared = Manifest(lines=(Line(hs_code="4802"),))
    assert clear_reasons(seen(group), None, declared)[1].startswith(words)


def test_a_load_of_many_goods_is_not_said_to_be_mostly_of_one() -> None:
    shares = np.zeros(27)
    shares[[group_named(name).index for name in ("paper", "timber", "tyres")]] = 0.4, 0.3, 0.3
    mixed = SeenGoods(np.ones((1, 1), np.float32), shares, 1.0)
    declared = Manifest(lines=(Line(hs_code="4802"),))
    assert clear_reasons(mixed, None, declared)[1] == CONTRADICTS_NOTHING


def test_less_than_half_of_a_load_is_not_what_it_looks_like_as_a_whole() -> None:
    shares = np.zeros(27)
    shares[[group_named(name).index for name in ("timber", "paper", "tyres")]] = 0.22, 0.21, 0.2
    mixed = SeenGoods(np.ones((1, 1), np.float32), shares, 1.0)
    declared = Manifest(lines=(Line(hs_code="4802"), Line(hs_code="4011")))
    assert clear_reasons(mixed, None, declared)[1] == CONTRADICTS_NOTHING


@pytest.mark.parametrize(
    ("masses", "said"),
    [((10.0, None), True), ((None, None), True), ((10.0, 5.0), False), ((None,), False)],
)
def test_it_is_said_where_masses_are_missing_to_tell_the_largest_line(
    kit, context_of, masses: tuple[float | None, ...], said: bool
) -> None:
    context = context_of(kit.walls, ("paper", kit.load, 45.0))
    declared = Manifest(lines=tuple(Line(hs_code="4802", mass_kg=one) for one in masses))
    notes = caveats(context.measured.scan, declared, context.point, None, True)
    assert any("Not every line has a mass" in note for note in notes) is said


def test_an_empty_unit_declared_empty_is_said_to_be_so() -> None:
    nothing = SeenGoods(np.zeros((1, 1), np.float32), np.zeros(27), 0.0)
    mass = MassEstimate(
        cargo_kg=0.0, low_kg=0.0, high_kg=20.0, lower_bound_only=False,
        declared_kg=0.0, tare_kg=2200.0, tare_from="standard",
    )  # fmt: skip
    # A mass of nothing would say the same once more.
    assert clear_reasons(nothing, mass, Manifest())[1:] == ["Declared empty, and no load is seen."]


def of_mass(**changes: object) -> MassEstimate:
    told = {"cargo_kg": 15_800.0, "low_kg": 10_300.0, "high_kg": 25_400.0, "tare_kg": 2200.0}
    more = {"lower_bound_only": False, "declared_kg": 15_700.0, "tare_from": "manifest"}
    return MassEstimate(**told | more | changes)


@pytest.mark.parametrize(
    ("lower_bound_only", "within"), [(False, "(10.3 t to 25.4 t)"), (True, "(at least 10.3 t)")]
)
def test_a_clear_scan_tells_of_its_mass_what_is_known(lower_bound_only: bool, within: str) -> None:
    declared = Manifest(lines=(Line(hs_code="4802"),))
    mass = of_mass(lower_bound_only=lower_bound_only)
    told = clear_reasons(seen("paper"), mass, declared)[2]
    assert told == f"Mass 15.8 t {within}, declared 15.7 t."


def test_a_mass_below_a_tonne_is_told_in_kilograms_as_on_the_page() -> None:
    declared = Manifest(lines=(Line(hs_code="4802"),))
    mass = of_mass(cargo_kg=340.0, low_kg=0.0, high_kg=702.0, declared_kg=360.0)
    told = clear_reasons(seen("paper"), mass, declared)[2]
    assert told == "Mass 340 kg (0 kg to 702 kg), declared 360 kg."


@pytest.mark.parametrize(("tare_from", "said"), [("none", True), ("standard", False)])
def test_a_mass_without_a_tare_is_said_to_be_that_of_unit_and_goods(
    kit, context_of, tare_from: str, said: bool
) -> None:
    context = context_of(kit.walls, ("paper", kit.load, 45.0))
    mass = of_mass(tare_from=tare_from)
    notes = caveats(context.measured.scan, Manifest(), context.point, mass, True)
    assert any("that of unit and goods together" in note for note in notes) is said


def test_load_with_a_line_without_code_is_not_said_to_fit() -> None:
    declared = Manifest(lines=(Line(hs_code="4802"), Line(description="Household goods")))
    assert clear_reasons(seen("iron_steel"), None, declared)[1] == (
        "The goods were not compared: a line of the manifest has no HS code."
    )


@pytest.mark.parametrize(
    ("unexplained", "words"),
    [
        (0.56, "explain no more than 44 % of what is seen, which by itself is no finding."),
        (0.1, CONTRADICTS_NOTHING[:-1]),
        (None, CONTRADICTS_NOTHING[:-1]),
    ],
)
def test_a_load_that_no_line_explains_is_not_said_to_fit(
    unexplained: float | None, words: str
) -> None:
    declared = Manifest(lines=(Line(hs_code="4802"),))
    assert words in clear_reasons(seen("paper"), None, declared, unexplained)[1]


@pytest.mark.parametrize(
    ("put_down", "words"),
    [
        (0, "Nothing dense stands out from its surroundings."),
        (1, "A dense part stands out, put down to declared goods that may be as dense."),
        (2, "Dense parts stand out, put down to declared goods that may be as dense."),
    ],
)
def test_a_clear_scan_does_not_deny_what_declared_goods_explain(put_down: int, words: str) -> None:
    declared = Manifest(lines=(Line(hs_code="4802"),))
    assert clear_reasons(seen("paper"), None, declared, put_down=put_down)[0] == words


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        ((), ""),
        ((2,), "Line 2 may hold dense pieces, without mass"),
        ((2, 3, 4, 5, 6, 7), "Lines 2, 3, 4, 5, 6 and others may hold dense pieces, without mass"),
    ],
)
def test_lines_whose_pieces_cannot_be_counted_are_named(
    context_of, kit, lines: tuple[int, ...], words: str
) -> None:
    context = context_of(kit.walls)
    declared = Manifest(lines=(Line(hs_code="4802"),))
    notes = caveats(context.measured.scan, declared, context.point, None, True, lines)
    assert [note for note in notes if "dense pieces" in note and note.startswith(words)] == (
        notes[:1] if lines else []
    )
