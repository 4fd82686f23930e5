"""Signatures are learned from honest loads; no load is ever scored by signatures that saw it."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import msgspec
import numpy as np
import pytest
from reading_making import PAPER, STEEL, TYRES, sections_of, signatures_of

from scanai import cli
from scanai.errors import InputError, RecipeError
from scanai.inspect.bundle import BundleMetadata, load_bundle
from scanai.inspect.evidence.reading import GoodsReading
from scanai.inspect.evidence.sections import FEATURES, Sections, feature_names
from scanai.inspect.inspector import Inspector
from scanai.inspect.signatures import ALL, Signatures
from scanai.manifest.model import Line
from scanai.synth.dataset import DatasetRecipe, plan_at
from scanai.synth.recipe_file import known_headings
from scanai.train import signatures as learning
from scanai.train.benchmark import require_fresh
from scanai.train.card import card
from scanai.train.honest_loads import HonestLoad, honest_loads
from scanai.train.signatures import (
    cross_fitted,
    honest_line_scores,
    learn_signatures,
    learned,
    next_seed,
    require_startable,
)
from scanai.train.trials import fresh_scans

RATIO = FEATURES.index("ratio")
CODES = (PAPER, STEEL, TYRES)


def load(seed: int, code: str, *, sections: int = 4) -> HonestLoad:
    """Goods that differ by far in three features, and whose last section shows none."""
    rng = np.random.default_rng(seed)
    features = rng.normal(0, 0.3, (sections, len(feature_names(0))))
    features[:, FEATURES.index("opaque")] = 0.0
    features[:, 3 + CODES.index(code)] += 3.0
    features[-1] -= 3.0
    goods = ({code: 1.0},) * (sections - 1) + ({},)
    return HonestLoad(
        sections_of(*[100.0] * sections, features=features), goods, (Line(code, mass_kg=300.0),)
    )


def telling(one: HonestLoad, goods_features: int) -> HonestLoad:
    """The load as a graph shows it that tells so many goods features, all of them 0."""
    more = np.zeros((len(one.goods), 2 * goods_features))
    features = np.hstack((one.sections.features, more))
    return replace(one, sections=replace(one.sections, features=features))


@pytest.fixture(scope="module")
def loads() -> list[HonestLoad]:
    return [load(seed, CODES[seed % 3], sections=3 + seed % 2) for seed in range(45)]


@pytest.fixture
def narrow(monkeypatch: pytest.MonkeyPatch) -> None:
    """An eighth of the width, for what does not hang on how well goods are told apart."""
    monkeypatch.setattr(learning, "_HIDDEN", 64)


def test_goods_that_differ_are_told_apart(loads: list[HonestLoad]) -> None:
    signatures = learned(loads, (7, 8))
    assert signatures.headings == tuple(sorted(CODES))
    assert signatures.features == feature_names(0)
    assert (signatures.scans, signatures.seeds) == (45, (7, 8))
    for seed, code in ((1001, PAPER), (1002, STEEL), (1003, TYRES)):
        new = load(seed, code)
        read = signatures.read(new.sections.features)
        column = 1 + signatures.headings.index(code)
        assert read.argmax(axis=1).tolist() == [column, column, column, 0]
        assert read[:3, column].min() > 0.8


def test_a_section_of_two_goods_is_learned_as_both(loads: list[HonestLoad]) -> None:
    mixed = [
        replace(one, goods=tuple({PAPER: 0.7, STEEL: 0.3} if goods else {} for goods in one.goods))
        for one in loads
    ]
    read = learned(mixed).read(mixed[0].sections.features)
    assert read[0, 1:] == pytest.approx([0.7, 0.3], abs=0.05)


def test_every_load_counts_by_the_root_of_its_sections() -> None:
    # Under the same features the shares of goods are those of the importance: √9 : √1.
    long = replace(load(1, PAPER, sections=9), goods=({PAPER: 1.0},) * 9)
    short = replace(load(1, STEEL, sections=1), goods=({STEEL: 1.0},))
    for one in (long, short):
        one.sections.features[:] = 1.0
    read = learned([long, short]).read(np.ones((1, len(feature_names(0)))))
    assert read[0, 1:] == pytest.approx([0.75, 0.25], abs=0.01)


@pytest.mark.parametrize("share", [0.5, 1.0], ids=["some", "all"])
def test_loads_of_one_energy_have_no_ratio_and_are_learned_from(
    loads: list[HonestLoad], share: float
) -> None:
    single = []
    for number, one in enumerate(loads):
        features = one.sections.features.copy()
        if number < share * len(loads):
            features[:, RATIO] = np.nan
        single.append(replace(one, sections=replace(one.sections, features=features)))
    signatures = learned(single)
    numbers = (*signatures.mean, *signatures.spread, *signatures.bias, *signatures.weights)
    assert all(np.isfinite(row).all() for row in numbers)
    read = signatures.read(single[0].sections.features)
    assert read[0].argmax() == 1 + signatures.headings.index(PAPER)
    if share == 1.0:
        # What was never measured says nothing, whatever a scanner of two energies has there.
        dual = np.nan_to_num(single[0].sections.features, nan=0.9)
        assert signatures.read(dual) == pytest.approx(read, abs=1e-3)


@pytest.mark.usefixtures("narrow")
def test_no_load_is_scored_by_signatures_that_saw_it(
    loads: list[HonestLoad], monkeypatch: pytest.MonkeyPatch
) -> None:
    seen_by: dict[int, set[int]] = {}
    scored: list[int] = []

    cuts = [load(seed, CODES[seed % 3]) for seed in range(200, 206)]

    def learn(some: list[HonestLoad], **_: None) -> Signatures:
        made = msgspec.structs.replace(learned(some), seeds=(len(seen_by),))
        seen_by[made.seeds[0]] = {id(one.sections) for one in some}
        return made

    def read(sections: Sections, signatures: Signatures | None) -> GoodsReading:
        assert signatures is not None
        assert id(sections) not in seen_by[signatures.seeds[0]]
        scored.append(id(sections))
        return reading_of(sections, signatures)

    reading_of = learning.reading_of
    monkeypatch.setattr(learning, "learned", learn)
    monkeypatch.setattr(learning, "reading_of", read)
    scores = honest_line_scores(cross_fitted(loads, cuts))
    assert sorted(scored) == sorted(id(one.sections) for one in loads)
    assert all({id(one.sections) for one in cuts} <= seen for seen in seen_by.values())
    assert {code: len(of) for code, of in scores.items()} == dict.fromkeys(CODES, 15)


def test_processes_read_the_loads_that_are_left_out_as_one_does(loads: list[HonestLoad]) -> None:
    read = cross_fitted(loads, workers=2)
    assert [lines for _, lines in read[:9]] == [one.lines for one in loads[::5]]
    signatures = learned([one for number, one in enumerate(loads) if number % 5])
    for (reading, _), one in zip(read[:9], loads[::5], strict=True):
        expected = learning.reading_of(one.sections, signatures)
        np.testing.assert_allclose(reading.by_heading, expected.by_heading, atol=1e-3)


def test_learning_goes_on_from_what_is_known(loads: list[HonestLoad]) -> None:
    first = learned(loads, (7, 8))
    # Paper travels in another way as well, and in the first one no longer.
    more = [load(seed, CODES[seed % 3]) for seed in range(300, 330)]
    for one in more[::3]:
        one.sections.features[:-1, 3] -= 3.0
        one.sections.features[:-1, 3 + len(CODES)] += 3.0
    alone, on = learned(more), learned(more, (9,), first)
    assert (on.scans, on.seeds) == (75, (7, 8, 9))
    assert (on.headings, on.mean, on.spread) == (first.headings, first.mean, first.spread)
    paper = 1 + on.headings.index(PAPER)
    new, known = more[0].sections.features[:1], load(1001, PAPER).sections.features[:1]
    assert on.read(new)[0, paper] > 0.8
    assert on.read(known)[0, paper] > alone.read(known)[0, paper] + 0.1


@pytest.mark.usefixtures("narrow")
def test_what_is_left_out_goes_on_from_the_start_too(
    loads: list[HonestLoad], monkeypatch: pytest.MonkeyPatch
) -> None:
    start = learned(loads[:6])
    starts: list[Signatures | None] = []

    def learn(some: list[HonestLoad], *, start: Signatures | None) -> Signatures:
        starts.append(start)
        return learned(some[:6])

    monkeypatch.setattr(learning, "learned", learn)
    assert len(cross_fitted(loads[6:], start=start)) == 39
    assert starts == [start] * 5


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ({"second_weights": ()}, "those of an earlier ScanAI"),
        ({"features": ("guess",)}, "those of an earlier ScanAI"),
        ({"features": feature_names(3)}, "those of an earlier ScanAI"),
        ({"headings": (PAPER, STEEL)}, "none of heading 0"),
    ],
    ids=["one layer", "other features", "of another graph", "few headings"],
)
def test_only_signatures_like_those_learned_now_go_on(
    change: dict[str, object], found: str
) -> None:
    whole = msgspec.structs.replace(
        signatures_of(PAPER, STEEL), headings=tuple(known_headings()), second_weights=((0.0,),)
    )
    require_startable(whole, 0)
    with pytest.raises(InputError, match=f"learned by this ScanAI, found {found}"):
        require_startable(msgspec.structs.replace(whole, **change), 0)


@pytest.mark.parametrize(
    ("seen", "then"),
    [
        ((), 600_000),
        ((600_000, 600_001, 600_002), 600_010),
        ((600_001, 600_002), 600_010),
        ((600_000, 600_001, 600_002, 600_010, 600_011, 600_012), 600_020),
        ((7, 8, 9), 600_000),
    ],
)
def test_signatures_that_go_on_see_other_loads(seen: tuple[int, ...], then: int) -> None:
    assert next_seed(msgspec.structs.replace(signatures_of(PAPER), seeds=seen)) == then
    assert next_seed(None) == 600_000


@pytest.mark.usefixtures("narrow")
def test_what_no_further_load_measures_is_learned_as_it_is_read(
    loads: list[HonestLoad], monkeypatch: pytest.MonkeyPatch
) -> None:
    start = learned(loads[:9])
    single = []
    for one in loads[:9]:
        features = one.sections.features.copy()
        features[:, RATIO] = np.nan
        single.append(replace(one, sections=replace(one.sections, features=features)))
    seen: list[np.ndarray] = []

    def mass(_: object, usual: np.ndarray, __: object) -> tuple[np.ndarray, float]:
        seen.append(usual)
        return np.zeros(usual.shape[1]), 0.0

    monkeypatch.setattr(learning, "_mass_regression", mass)
    learned(single, start=start)
    assert not seen[0][:, RATIO].any()
    np.testing.assert_array_equal(seen[0], start.usual(np.vstack([
        one.sections.features for one in single
    ])))  # fmt: skip


def test_goods_that_one_load_alone_has_are_unknown_to_what_scores_it(
    loads: list[HonestLoad],
) -> None:
    lone = replace(load(99, TYRES), goods=({"8703": 1.0},) * 4, lines=(Line("8703"),))
    lone.sections.features[-1] = lone.sections.features[0]
    known = learned([*loads, lone])
    read = known.read(lone.sections.features)
    assert read[:, 1 + known.headings.index("8703")].min() > 0.02
    # By all others its goods look like tyres: nothing is left for its line to be judged by.
    assert "8703" not in honest_line_scores(cross_fitted([*loads, lone]))


@pytest.mark.usefixtures("narrow")
def test_lines_without_code_and_loads_without_mass_have_no_score(loads: list[HonestLoad]) -> None:
    uncoded = replace(load(1, PAPER), lines=(Line("", mass_kg=300.0),))
    weightless = load(2, STEEL)
    weightless.sections.kg[:] = 0.0
    scores = honest_line_scores(cross_fitted([*loads, uncoded, weightless]))
    assert {code: len(of) for code, of in scores.items()} == dict.fromkeys(CODES, 15)


# In a bundle ------------------------------------------------------------------------------------


@pytest.fixture
def exported(untrained_bundle: Path, tmp_path: Path) -> Path:
    return shutil.copytree(untrained_bundle, tmp_path / "untrained")


@pytest.mark.usefixtures("narrow")
def test_a_bundle_is_rewritten_with_what_was_learned(
    exported: Path, loads: list[HonestLoad], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[DatasetRecipe] = []

    def made_up(
        bundle: Path, recipe: DatasetRecipe, *, keep: Path | None, workers: int
    ) -> list[HonestLoad]:
        asked.append(recipe)
        return [telling(one, 16) for one in loads]

    monkeypatch.setattr(learning, "honest_loads", made_up)
    before = load_bundle(exported).metadata
    written = learn_signatures(exported, loads=45, cuts=9)
    assert load_bundle(exported).metadata == written
    assert msgspec.structs.replace(written, signatures=None, sha256=before.sha256) == before
    signatures = written.signatures
    assert signatures is not None
    assert signatures.wrong() is None
    assert signatures.lines[ALL].lines == 45
    assert signatures.misfit is not None
    Inspector(exported, threads=1)
    recipe, cuts = asked
    assert recipe.profiles == ("portal-6-4",)
    assert recipe.kinds == {"benign": 1.0}
    assert (recipe.seed, recipe.count) == (600_000, 45)
    assert len(recipe.headings) > 100
    # Cuts are of other loads: what lines score must not come from their own.
    assert (cuts.seed, cuts.count, cuts.x_window_px) == (600_001, 9, 512)
    assert msgspec.structs.replace(cuts, seed=600_000, count=45, x_window_px=None) == recipe
    assert (signatures.scans, signatures.seeds) == (90, (600_000, 600_001))


@pytest.mark.usefixtures("narrow")
def test_a_bundle_s_signatures_go_on_by_loads_that_they_have_not_seen(
    exported: Path, loads: list[HonestLoad], monkeypatch: pytest.MonkeyPatch
) -> None:
    goods_features = load_bundle(exported).metadata.goods_features
    first = learned([telling(one, goods_features) for one in loads[:12]], (600_000, 600_001))
    headings = (*first.headings, *sorted(set(known_headings()) - set(first.headings)))
    more = len(headings) - len(first.headings)
    hidden = len(first.second_bias)
    start = msgspec.structs.replace(
        first,
        headings=headings,
        weights=(*first.weights, *((0.0,) * hidden,) * more),
        bias=(*first.bias, *(-20.0,) * more),
    )
    asked: list[DatasetRecipe] = []

    def made_up(_: Path, recipe: DatasetRecipe, **__: object) -> list[HonestLoad]:
        asked.append(recipe)
        return [telling(one, goods_features) for one in loads]

    monkeypatch.setattr(learning, "honest_loads", made_up)
    written = learn_signatures(exported, loads=45, cuts=0, start=start).signatures
    assert written is not None
    assert [recipe.seed for recipe in asked] == [600_010]
    assert written.seeds == (600_000, 600_001, 600_010, 600_011)
    assert written.scans == 12 + 45
    assert written.headings == headings
    with pytest.raises(RecipeError, match="seed 600001: expected a seed that no signatures"):
        learn_signatures(exported, loads=45, seed=600_001, start=start)


@pytest.mark.parametrize(
    ("trained_on", "learned_on"),
    [
        (("portal-6-4",), ("portal-6-4",)),
        (("random",), ("random",)),
        (("a", "b", "random", "random"), ("a", "b", "random", "random", "random")),
    ],
    ids=["one", "drawn", "both"],
)
def test_scanners_drawn_at_random_come_half_as_often_again_as_all_others(
    trained_on: tuple[str, ...], learned_on: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(learning, "scanners_of", lambda _: tuple(dict.fromkeys(trained_on)))
    assert learning._scanners(None) == learned_on


def test_the_card_says_what_signatures_were_learned_from(exported: Path) -> None:
    metadata = load_bundle(exported).metadata
    assert "Signatures" not in card(metadata, None)
    signed = msgspec.structs.replace(metadata, signatures=signatures_of(PAPER, STEEL))
    assert (
        "Signatures of 2 HS headings, those too that the network was never shown, from 61"
        in card(signed, None)
    )


def test_a_seed_of_the_training_is_refused(exported: Path) -> None:
    with pytest.raises(RecipeError, match="seed 5: expected a seed other than 5 and 6"):
        learn_signatures(exported, loads=45, seed=5)


def test_a_seed_that_signatures_were_learned_from_measures_nothing(exported: Path) -> None:
    metadata = load_bundle(exported).metadata
    require_fresh(metadata, 9)
    signatures = signatures_of(PAPER, STEEL)
    assert signatures.seeds == (9,)
    with pytest.raises(RecipeError, match="seed 9: expected a seed that untrained was neither"):
        require_fresh(msgspec.structs.replace(metadata, signatures=signatures), 9)


def test_thresholds_are_not_set_on_the_loads_of_signatures(exported: Path) -> None:
    metadata = msgspec.structs.replace(
        load_bundle(exported).metadata, signatures=signatures_of(PAPER, STEEL)
    )
    with pytest.raises(RecipeError, match="seed 9: expected a seed that no signatures"):
        fresh_scans(metadata, 9, 1, {"benign": 1.0})


def test_the_goods_of_simulated_sections_are_the_true_ones(exported: Path) -> None:
    recipe = DatasetRecipe(seed=710_011, count=2, profiles=("mobile-4",), kinds={"benign": 1.0})
    found = honest_loads(exported, recipe)
    assert found
    for one in found:
        headings = {line.hs_code[:4] for line in one.lines}
        assert len(one.goods) == len(one.sections.boxes)
        assert any(one.goods)
        for goods in filter(None, one.goods):
            assert goods.keys() <= headings
            assert sum(goods.values()) == pytest.approx(1.0)
        assert {packing.heading for packing in one.packings} <= headings
        assert all(0 < side < 13 for packing in one.packings for side in packing.package)
    assert [plan_at(recipe, n).spec.kind for n in range(2)] == ["benign"] * 2


def test_loads_that_were_kept_are_not_made_again(
    exported: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    recipe = DatasetRecipe(
        seed=710_011,
        count=2,
        profiles=("mobile-4",),
        kinds={"benign": 1.0},
        x_window_px=256,
    )
    made = honest_loads(exported, recipe, keep=tmp_path / "kept")
    assert made
    (folder,) = (tmp_path / "kept").iterdir()
    assert sorted(path.name for path in folder.iterdir()) == ["000000.npz", "000001.npz"]

    def never(*_: object) -> HonestLoad:
        raise AssertionError("made again")

    monkeypatch.setattr("scanai.train.honest_loads._load", never)
    found = honest_loads(exported, recipe, keep=tmp_path / "kept")
    for first, again in zip(made, found, strict=True):
        assert (again.goods, again.lines) == (first.goods, first.lines)
        assert again.packings == first.packings
        assert first.packings
        for name in ("boxes", "long", "apart", "kg", "area_m2", "features"):
            np.testing.assert_array_equal(
                getattr(again.sections, name), getattr(first.sections, name)
            )
    # Another recipe's loads are others.
    with pytest.raises(AssertionError, match="made again"):
        honest_loads(exported, msgspec.structs.replace(recipe, seed=7), keep=tmp_path / "kept")


_COUNTS = (
    "honest_loads", "cuts", "same_signatures", "further_signatures", "region_scans", "same_odds",
    "keep",
)  # fmt: skip


@pytest.mark.parametrize(
    ("told", "loads"),
    [
        ([], (2400, 24_000, False, False, 6000, False, None)),
        (["--loads", "40", "--cuts", "0"], (40, 0, False, False, 6000, False, None)),
        (["--loads", "0", "--keep", "kept"], (0, 24_000, False, False, 6000, False, Path("kept"))),
        (["--same-signatures", "--regions", "80"], (2400, 24_000, True, False, 80, False, None)),
        (["--same-odds"], (2400, 24_000, False, False, 6000, True, None)),
        (["--further-signatures"], (2400, 24_000, False, True, 6000, False, None)),
    ],
)
def test_export_is_told_how_many_loads_to_learn_from(
    tmp_path: Path,
    exported: Path,
    monkeypatch: pytest.MonkeyPatch,
    told: list[str],
    loads: tuple[int, int, bool, bool, int, bool, Path | None],
) -> None:
    asked: list[object] = []

    def export_run(*_: object, **named: object) -> BundleMetadata:
        asked.append(tuple(named[name] for name in _COUNTS))
        return load_bundle(exported).metadata

    monkeypatch.setattr("scanai.train.release.export_run", export_run)
    assert cli.main(["export", str(tmp_path), "--out", str(tmp_path / "b"), *told]) == 0
    assert asked == [loads]


# Mass -------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("narrow")
def test_the_reading_of_mass_is_held_to_the_one_that_it_goes_on_from() -> None:
    loads = [lacking(seed) for seed in range(40)]
    start = learned(loads)
    none = [replace(one, missing_kg=None) for one in loads]
    same = learned(none, start=start)
    assert same.mass_weights == start.mass_weights
    assert same.mass_bias == start.mass_bias
    few = learned(loads[:2], start=start)
    apart = np.abs(np.subtract(few.mass_weights, start.mass_weights)).max()
    alone = np.abs(np.subtract(learned(loads[:2]).mass_weights, start.mass_weights)).max()
    assert apart < alone / 2


@pytest.mark.usefixtures("narrow")
def test_loads_that_the_beam_gets_through_nowhere_correct_nothing() -> None:
    loads = [lacking(seed) for seed in range(12)]
    for one in loads:
        one.sections.features[:, FEATURES.index("opaque")] = 1.0
    signatures = learned(loads)
    assert not any(signatures.mass_weights)
    assert signatures.mass_bias == 0.0


def lacking(seed: int, *, opaque: bool = False) -> HonestLoad:
    """Of goods in which feature 5, and nothing else, says what they weigh more than is seen."""
    one = load(seed, CODES[seed % 3])
    excess = 0.02 * one.sections.features[:, 5] + 0.03
    missing = float(excess @ one.sections.kg)
    return replace(one, missing_kg=None if opaque else missing, total_kg=900.0)


@pytest.mark.usefixtures("narrow")
def test_what_loads_weigh_more_is_learned_from_whole_ones_that_show_all() -> None:
    signatures = learned([lacking(seed) for seed in range(60)])
    for seed in (1001, 1002, 1003):
        new = lacking(seed)
        assert new.missing_kg is not None
        found = signatures.mass_excess(new.sections.features) @ new.sections.kg
        assert found == pytest.approx(new.missing_kg, abs=0.02 * 400)


@pytest.mark.usefixtures("narrow")
def test_loads_that_tell_no_mass_correct_none() -> None:
    signatures = learned([lacking(seed, opaque=True) for seed in range(9)])
    assert not any(signatures.mass_weights)
    assert signatures.mass_bias == 0.0


@pytest.mark.usefixtures("narrow")
def test_what_a_whole_load_lacks_is_measured_and_a_cut_lacks_nothing(exported: Path) -> None:
    recipe = DatasetRecipe(
        seed=710_012, count=3, profiles=("gantry-9-6",), kinds={"benign": 1.0}, headings=("6109",)
    )
    whole = honest_loads(exported, recipe)
    assert whole
    for one in whole:
        assert one.total_kg > 2000.0
        assert one.missing_kg is not None
        assert abs(one.missing_kg) < 0.15 * one.total_kg
    cuts = honest_loads(exported, msgspec.structs.replace(recipe, x_window_px=512))
    assert cuts
    assert all(one.missing_kg is None for one in cuts)
