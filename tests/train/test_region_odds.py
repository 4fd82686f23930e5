"""Region odds are learned from regions with and without a shield: what tells them apart counts."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from record_making import EXCESS, record

from scanai.errors import InputError, RecipeError
from scanai.inspect import Inspector
from scanai.inspect.bundle import load_bundle
from scanai.inspect.evidence.region_facts import FACTS, ROOM, with_lumps
from scanai.inspect.region_odds import RegionOdds
from scanai.train.region_odds import KINDS, learn_region_odds, learned_odds
from scanai.train.region_records import RegionRecord
from scanai.train.trials import fresh_scans

NOT_KNOWN = np.zeros(20)


def learned(records: list[RegionRecord], seeds: tuple[int, ...] = ()) -> RegionOdds:
    return learned_odds(records, [NOT_KNOWN] * len(records), seeds)


def test_what_tells_shields_apart_counts_on_scans_left_out() -> None:
    odds = learned([record(seed) for seed in range(40)], seeds=(7,))
    assert odds.wrong() is None
    assert (odds.facts, odds.scans, odds.seeds) == (FACTS, 40, (7,))
    for other in (record(900), record(901)):
        told = odds.log_odds(with_lumps(other.facts, NOT_KNOWN))
        assert told[other.shield].min() > 0 > told[~other.shield].max()


def test_lumps_count_where_nothing_else_tells_shields_apart() -> None:
    records = [record(seed, more=0.0) for seed in range(40)]
    lumps = [np.where(one.shield, 3.0, -3.0) for one in records]
    odds = learned_odds(records, lumps)
    told = odds.log_odds(with_lumps(records[0].facts, lumps[0]))
    assert told[records[0].shield].min() > 0 > told[~records[0].shield].max()


def test_what_physics_does_not_confirm_is_not_learned_from() -> None:
    records = [record(seed, confirmed=False) for seed in range(10)]
    for one in records:
        one.confirmed[:10] = True
        one.facts[10:, EXCESS] = -1e3
    assert min(learned(records).most) > -100


def test_a_fact_that_leaves_less_room_never_lowers_the_odds() -> None:
    odds = learned([record(seed) for seed in range(40)])
    facts = with_lumps(record(902).facts, NOT_KNOWN)
    for name, way in ROOM.items():
        more = facts.copy()
        more[:, FACTS.index(name)] += way
        assert (odds.log_odds(more) >= odds.log_odds(facts)).all()


def test_equal_records_give_equal_trees() -> None:
    records = [record(seed) for seed in range(10)]
    assert learned(records) == learned(records)


def test_odds_are_calibrated_where_nothing_tells_shields_apart() -> None:
    records = [record(seed, more=0.0) for seed in range(20)]
    for one in records:
        one.facts[:] = 0.0
        one.shield[:] = np.arange(20) < 4
    odds = learned(records).log_odds(with_lumps(np.zeros_like(records[0].facts), NOT_KNOWN))
    assert odds == pytest.approx(np.log(4 / 16), abs=0.05)


@pytest.mark.parametrize("share", [0.0, 1.1], ids=["no shield", "shields alone"])
def test_regions_of_one_sort_are_refused(share: float) -> None:
    with pytest.raises(InputError, match="odds of regions: expected regions with and without"):
        learned([record(1, share)])


def test_a_bundle_learns_them_and_inspects_by_them(
    untrained_bundle: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copied = tmp_path / "bundle"
    copied.mkdir()
    for path in untrained_bundle.iterdir():
        (copied / path.name).write_bytes(path.read_bytes())
    made = [record(seed) for seed in range(10)]
    monkeypatch.setattr("scanai.train.region_odds.region_records", lambda *_, **__: made)
    monkeypatch.setattr("scanai.train.lump_fit._LEAST_STEPS", 2)
    learn_region_odds(copied, scans=10, seed=77)
    loaded = load_bundle(copied)
    assert loaded.lumps is not None
    assert loaded.metadata.region_odds is not None
    assert (loaded.metadata.region_odds.facts, loaded.metadata.region_odds.seeds) == (FACTS, (77,))
    Inspector(copied, threads=1)
    with pytest.raises(RecipeError, match="seed 77: expected a seed that no odds were learned on"):
        fresh_scans(loaded.metadata, 77, 10, KINDS)
    assert "simulated scans of these scanners" in (copied / "README.md").read_text("utf-8")
