"""Families: which finding belongs to which score, and what enters the combination."""

from __future__ import annotations

import numpy as np
import pytest

from scanai.inspect.benign import benign_scores
from scanai.inspect.bundle import BenignScores, OperatingPoint, initial_thresholds, threshold_table
from scanai.inspect.families import KINDS, combined, families_of
from scanai.inspect.policy import weigh
from scanai.inspect.report import Finding

INITIAL = {name: entry.value for name, entry in initial_thresholds().items()}
STEPS = np.linspace(0, 1, 101)


def finding(kind: str, score: float = 0.5, **fields: object) -> Finding:
    return Finding(kind=kind, score=score, sentence=f"{kind} {score}.", **fields)


@pytest.fixture(scope="module")
def point() -> OperatingPoint:
    names = ("shielding", "opaque_area", "unexplained_goods", "empty_mismatch", "unfamiliar")
    quantiles = {name: tuple(STEPS) for name in names}
    quantiles["mass_mismatch"] = (0.0,) * 96 + (0.01, 0.02, 0.03, 0.04, 0.05)
    benign = BenignScores(
        scans=200, thresholds={}, quantiles=quantiles, counts=dict.fromkeys(quantiles, 200)
    )
    return OperatingPoint(INITIAL, benign)


def by_name(families):
    return {family.name: family for family in families}


def test_every_score_that_sets_a_threshold_has_its_findings() -> None:
    on_scores = {row["set_on"] for row in threshold_table().values()} - {""}
    assert on_scores <= set(KINDS)


def test_scores_count_whether_remarkable_or_not(point: OperatingPoint) -> None:
    found = by_name(families_of([], {"shielding": 0.4, "mass_mismatch": 0.0}, point))
    assert found["shielding"].p_value == pytest.approx(0.61, abs=0.01)
    assert found["mass_mismatch"].p_value == 1.0
    assert found["mass_mismatch"].entered_p == pytest.approx(0.52, abs=0.01)
    assert not any(family.passed for family in found.values())


def test_what_is_not_worth_telling_counts_as_none(point: OperatingPoint) -> None:
    least = float(threshold_table()["mass_deviation"]["least"])
    none, below, above = (
        families_of([], {"mass_mismatch": score}, point)[0]
        for score in (0.0, 0.9 * least, 1.1 * least)
    )
    # Rare as it is among harmless scans, papers are no better than that.
    assert (below.p_value, below.entered_p, below.order_p) == (
        none.p_value,
        none.entered_p,
        none.order_p,
    )
    assert below.score == 0.9 * least
    assert above.p_value is not None
    assert above.p_value < 0.1


def test_strangeness_of_the_picture_does_not_enter(point: OperatingPoint) -> None:
    strange = finding("unknown_anomaly", p_value=1 / 201)
    (family,) = families_of([strange], {"unfamiliar": 5000.0}, point)
    assert (family.entry, family.entered_p) == ("not_combined", None)
    assert family.findings == (strange,)
    assert combined([family]) is None


def test_the_density_of_a_line_is_told_and_does_not_enter(point: OperatingPoint) -> None:
    heavy = finding("mass_mismatch", p_value=1 / 201, asks_at_most="review")
    (family,) = families_of([heavy], {"density": 9.0}, point)
    assert (family.entry, family.entered_p) == ("not_combined", None)
    assert combined([family]) is None
    assert weigh([family], point) == "review"


def test_a_finding_without_a_score_joins_with_its_own_p_value(point: OperatingPoint) -> None:
    alarm = finding("radiation_alarm", p_value=1e-6)
    families = families_of([alarm], {"shielding": 0.4}, point)
    found = by_name(families)
    assert found["radiation_alarm"].entered_p == 1e-6
    assert combined(families) == pytest.approx(2e-6, rel=0.01)


def test_several_such_findings_of_a_kind_are_one_family_by_bonferroni(point) -> None:
    alarms = [finding("radiation_alarm", p_value=p) for p in (1e-4, 0.3, None)]
    (family,) = families_of(alarms, {}, point)
    assert family.p_value == pytest.approx(2e-4)
    assert family.findings == tuple(alarms)


def test_findings_without_any_p_value_stand_but_do_not_enter(point: OperatingPoint) -> None:
    (family,) = families_of([finding("controlled_goods")], {}, point)
    assert (family.entry, family.passed, family.p_value) == ("no_p_value", True, None)


@pytest.mark.parametrize(
    ("p_value", "scores", "owner"),
    [
        (1 / 201, {"shielding": 0.7, "opaque_area": 900.0}, "opaque_area"),
        (0.3, {"shielding": 0.7, "opaque_area": 50.0}, "shielding"),
    ],
)
def test_an_opaque_region_belongs_to_the_score_it_came_of(point, p_value, scores, owner) -> None:
    region = finding("opaque_region", p_value=p_value)
    found = by_name(families_of([region], scores, point))
    assert found[owner].findings == (region,)


def test_what_odds_are_made_of_is_no_evidence_beside_them(point: OperatingPoint) -> None:
    block = finding("dense_block")
    scores = {"shielding": 0.99, "shielding_in_dense_goods": 0.9, "shielding_odds": -2.0}
    (family,) = families_of([block], scores, point)
    assert (family.name, family.findings) == ("shielding_odds", (block,))


def test_a_score_that_physics_speaks_against_does_not_enter(point: OperatingPoint) -> None:
    unconfirmed = finding("empty_mismatch", 0.6, confirmed=False)
    (family,) = families_of([unconfirmed], {"empty_mismatch": 0.6}, point)
    assert (family.entry, family.entered_p, family.findings) == ("not_confirmed", None, ())
    assert not family.passed


def test_what_the_model_marks_in_vain_leaves_the_score_of_confirmed_regions(point) -> None:
    unconfirmed = finding("dense_block", 0.9, confirmed=False)
    (family,) = families_of([unconfirmed], {"shielding": 0.1}, point)
    assert family.entry == "combined"


def test_without_benign_scans_there_are_no_p_values() -> None:
    unknown = OperatingPoint(INITIAL, None)
    (family,) = families_of([finding("dense_block")], {"shielding": 0.9}, unknown)
    assert (family.entry, family.p_value, family.order_p) == ("no_p_value", None, None)
    assert family.passed


def test_left_out_is_neutral_and_keeps_its_weight(point: OperatingPoint) -> None:
    block = finding("dense_block", p_value=1 / 201)
    families = families_of([block], {"shielding": 2.0, "unexplained_goods": 0.97}, point)
    assert families[0].above_all
    rest = [families[0].left_out(), families[1]]
    assert rest[0].findings == ()
    assert combined(rest) > families[1].entered_p  # type: ignore[operator]


def test_benign_scans_pass_the_levels_about_as_often_as_these_say() -> None:
    """Independent scores with the ties of real ones: masses that fit, goods beyond doubt."""
    rng = np.random.default_rng(8)

    def scans(count: int) -> list[dict[str, float]]:
        goods = np.maximum(rng.normal(0.3, 1, count), 0)
        mass = np.where(rng.random(count) < 0.95, 0, rng.exponential(0.02, count))
        dense, opaque = rng.beta(1, 5, count), rng.lognormal(4, 2, count)
        rows = zip(dense, opaque, goods, mass, strict=True)
        names = ("shielding", "opaque_area", "unexplained_goods", "mass_mismatch")
        return [dict(zip(names, map(float, row), strict=True)) for row in rows]

    rates = []
    for _ in range(20):
        point = OperatingPoint(INITIAL, benign_scores(scans(200), 0.05, {}))
        found = [combined(families_of([], scores, point)) for scores in scans(200)]
        rates.append(
            [np.mean([p is not None and p <= level for p in found]) for level in (0.05, 0.1)]
        )
    review, tenth = np.mean(rates, axis=0)
    assert review <= 0.06
    assert 0.06 <= tenth <= 0.115
