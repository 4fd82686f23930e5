"""What is kept of the regions of simulated scans, and what each of them counts as."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import msgspec
import numpy as np
import pytest
from record_making import EXCESS

from scanai.inspect.bundle import load_bundle
from scanai.inspect.evidence.closeup import Look, look_at
from scanai.inspect.evidence.context import Context
from scanai.inspect.evidence.region_facts import EARLIER_FACTS, Candidate
from scanai.inspect.region_crops import CLOSE
from scanai.train.furnished import PutIn
from scanai.train.labelled_crops import GOODS, LUMP, UNSURE
from scanai.train.region_records import RegionRecord, _shows, region_records
from scanai.train.shared_scan import SharedScan
from scanai.train.trials import fresh_scans


def test_records_are_kept_and_not_made_again(
    untrained_bundle: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    recipe = msgspec.structs.replace(
        fresh_scans(load_bundle(untrained_bundle).metadata, 78, 2, {"concealed": 1.0}),
        x_window_px=512,
    )
    made = region_records(untrained_bundle, recipe, keep=tmp_path)
    for one in made:
        count = one.shield.size
        assert one.facts.shape == (count, len(EARLIER_FACTS))
        assert one.confirmed.shape == one.crops.shows.shape == (count,)
        assert one.crops.crops.close.shape == (count, 2, CLOSE, CLOSE)
        assert set(one.furnished.shows.tolist()) <= {LUMP, GOODS}

    def never(*_: object) -> RegionRecord:
        raise AssertionError("made again")

    monkeypatch.setattr("scanai.train.region_records._record", never)
    again = region_records(untrained_bundle, recipe, keep=tmp_path)
    for first, second in zip(made, again, strict=True):
        for name in ("facts", "shield", "confirmed"):
            assert np.array_equal(getattr(first, name), getattr(second, name))
        for name in ("crops", "furnished"):
            kept, read = getattr(first, name), getattr(second, name)
            assert np.array_equal(kept.shows, read.shows)
            assert all(map(np.array_equal, kept.crops, read.crops))


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
    assert made.shield.tolist() == [True, False, True]
    assert made.confirmed.tolist() == [True, True, False]
    assert made.facts[:, EXCESS].tolist() == [40.0, 40.0, 1.0]


def test_a_region_is_a_lump_where_it_lies_on_a_thing_that_shows(untrained_bundle: Path) -> None:
    recipe = msgspec.structs.replace(
        fresh_scans(load_bundle(untrained_bundle).metadata, 79, 1, {"concealed": 1.0}),
        profiles=("portal-6-4",),
    )
    truth = SharedScan(recipe, 0).simulated.truth
    (box,) = truth.boxes[:1]
    on_it = (box.x0, box.y0, box.x1, box.y1)
    beside = (box.x1 + 40, box.y0, box.x1 + 60, box.y1)
    put = (PutIn((0, 0, 20, 20), shows=True), PutIn((50, 0, 70, 20), shows=False))
    told = {
        share: [
            _shows(where, replace(truth, boxes=(replace(box, visible_share=share),)), put)
            for where in (on_it, beside, (2, 2, 10, 10), (52, 2, 60, 10))
        ]
        for share in (0.9, 0.1)
    }
    assert told == {0.9: [LUMP, GOODS, LUMP, UNSURE], 0.1: [UNSURE, GOODS, LUMP, UNSURE]}
