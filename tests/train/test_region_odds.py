"""Region odds are learned from regions with and without a shield: what tells them apart counts."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import msgspec
import numpy as np
import pytest

from scanai.errors import InputError, RecipeError
from scanai.inspect import Inspector
from scanai.inspect.bundle import load_bundle
from scanai.inspect.evidence.closeup import Look, look_at
from scanai.inspect.evidence.context import Context
from scanai.inspect.evidence.region_facts import FACTS, ROOM, Candidate
from scanai.train.region_odds import KINDS, learn_region_odds, learned_odds
from scanai.train.region_records import RegionRecord, region_records
from scanai.train.shared_scan import SharedScan
from scanai.train.trials import fresh_scans

EXCESS = FACTS.index("excess")


def record(seed: int, share: float = 0.3) -> RegionRecord:
    """Regions of which those that hold more are shields."""
    rng = np.random.default_rng(seed)
    facts = rng.normal(size=(20, len(FACTS)))
    shield = rng.random(20) < share
    facts[:, EXCESS] = rng.normal(10, 3, 20) + 20 * shield
    return RegionRecord(facts, shield)


def test_what_tells_shields_apart_counts_on_scans_left_out() -> None:
    odds = learned_odds([record(seed) for seed in range(40)], (7,))
    assert odds.wrong() is None
    assert (odds.facts, odds.scans, odds.seeds) == (FACTS, 40, (7,))
    for other in (record(900), record(901)):
        told = odds.log_odds(other.facts)
        assert told[other.shield].min() > 0 > told[~other.shield].max()


def test_a_fact_that_leaves_less_room_never_lowers_the_odds() -> None:
    odds = learned_odds([record(seed) for seed in range(40)])
    facts = record(902).facts
    for name, way in ROOM.items():
        more = facts.copy()
        more[:, FACTS.index(name)] += way
        assert (odds.log_odds(more) >= odds.log_odds(facts)).all()


def test_equal_records_give_equal_trees() -> None:
    records = [record(seed) for seed in range(10)]
    assert learned_odds(records) == learned_odds(records)


def test_odds_are_calibrated_where_nothing_tells_shields_apart() -> None:
    records = [RegionRecord(np.zeros((50, len(FACTS))), np.arange(50) < 10) for _ in range(20)]
    odds = learned_odds(records).log_odds(np.zeros((1, len(FACTS))))
    assert odds == pytest.approx(np.log(10 / 40), abs=0.05)


@pytest.mark.parametrize("share", [0.0, 1.1], ids=["no shield", "shields alone"])
def test_regions_of_one_sort_are_refused(share: float) -> None:
    with pytest.raises(InputError, match="odds of regions: expected regions with and without"):
        learned_odds([record(1, share)])


def test_a_bundle_learns_them_and_inspects_by_them(
    untrained_bundle: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copied = tmp_path / "bundle"
    copied.mkdir()
    for path in untrained_bundle.iterdir():
        (copied / path.name).write_bytes(path.read_bytes())
    made = [record(seed) for seed in range(10)]
    monkeypatch.setattr("scanai.train.region_odds.region_records", lambda *_, **__: made)
    learn_region_odds(copied, scans=10, seed=77)
    metadata = load_bundle(copied).metadata
    assert metadata.region_odds == learned_odds(made, (77,))
    Inspector(copied, threads=1)
    with pytest.raises(RecipeError, match="seed 77: expected a seed that no odds were learned on"):
        fresh_scans(metadata, 77, 10, KINDS)
    assert "simulated scans of these scanners" in (copied / "README.md").read_text("utf-8")


def test_records_are_kept_and_not_made_again(
    untrained_bundle: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    recipe = msgspec.structs.replace(
        fresh_scans(load_bundle(untrained_bundle).metadata, 78, 2, {"concealed": 1.0}),
        x_window_px=512,
    )
    made = region_records(untrained_bundle, recipe, keep=tmp_path)
    assert all(one.facts.shape == (one.shield.size, len(FACTS)) for one in made)

    def never(*_: object) -> RegionRecord:
        raise AssertionError("made again")

    monkeypatch.setattr("scanai.train.region_records._record", never)
    again = region_records(untrained_bundle, recipe, keep=tmp_path)
    for first, second in zip(made, again, strict=True):
        assert np.array_equal(first.facts, second.facts)
        assert np.array_equal(first.shield, second.shield)


def test_a_region_counts_as_shield_where_it_lies_on_one(
    untrained_bundle: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    recipe = msgspec.structs.replace(
        fresh_scans(load_bundle(untrained_bundle).metadata, 79, 1, {"concealed": 1.0}),
        profiles=("portal-6-4",),
    )
    (box,) = SharedScan(recipe, 0).simulated.truth.boxes[:1]
    on_it = (box.x0, box.y0, box.x1, box.y1)
    beside = (box.x1 + 40, box.y0, box.x1 + 60, box.y1)
    hollow = (box.x0 + 1, box.y0, box.x1, box.y1)
    denser = {on_it: 40.0, beside: 40.0, hollow: 1.0}

    def looked_at(_: object, context: Context) -> list[Candidate]:
        looks = [(where, look_at(where, context.measured, 0.01)) for where in denser]
        return [Candidate(where, 0.5, seen(look, denser[where])) for where, look in looks]

    def seen(look: Look, excess: float) -> Look:
        layer = replace(look.layer, areal_density=excess)
        return replace(look, layer=layer, denser_than=1.0, opaque=False)

    monkeypatch.setattr("scanai.train.region_records.candidates", looked_at)
    (made,) = region_records(untrained_bundle, recipe)
    # What physics does not confirm is left out, whatever lies there.
    assert made.shield.tolist() == [True, False]
    assert made.facts[:, EXCESS].tolist() == [40.0, 40.0]
