"""Trials: one scan made for all who inspect it, and the same answer as each would give alone."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import msgspec
import pytest

from scanai.inspect.evidence.context import Box
from scanai.inspect.inspector import Inspector
from scanai.inspect.maps import Maps
from scanai.inspect.report import Report
from scanai.manifest import Manifest
from scanai.resources import model_bundle_dir
from scanai.scan.model import Scan
from scanai.synth.dataset import DatasetRecipe, ScanPlan
from scanai.synth.simulate import SimulatedScan
from scanai.train import shared_scan, trials
from scanai.train.benchmark import run_benchmark
from scanai.train.trial_records import OWN, ShortTrial, Trial
from scanai.train.trials import Contender, benign_trials, trials_of

V1, V0 = (Contender(model_bundle_dir(name)) for name in ("scanai-v1", "scanai-v0"))
RECIPE = DatasetRecipe(
    seed=710_006, count=3, profiles=("mobile-4",), kinds={"concealed": 1.0}, x_window_px=160
)


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Numbers of the scans that are simulated."""
    numbers: list[int] = []
    make_scan = shared_scan.make_scan

    def counted(plan: ScanPlan) -> SimulatedScan:
        numbers.append(plan.index)
        return make_scan(plan)

    monkeypatch.setattr(shared_scan, "make_scan", counted)
    return numbers


def _untimed(found: Sequence[Trial]) -> list[Trial]:
    return [msgspec.structs.replace(one, milliseconds=0.0) for one in found]


def test_a_scan_is_simulated_once_and_each_answers_as_if_alone(made: list[int]) -> None:
    work = [(index, (V1, V0)) for index in (2, 0)]
    (of_v1, of_v0) = zip(*trials_of(RECIPE, work), strict=True)
    assert made == [2, 0]
    assert [one.index for one in of_v0] == [2, 0]
    assert _untimed(of_v1) == _untimed(
        [one for (one,) in trials_of(RECIPE, [(2, (V1,)), (0, (V1,))])]
    )
    for first, second in zip(of_v1, of_v0, strict=True):
        assert [one.d_prime for one in first.objects] == [one.d_prime for one in second.objects]
        assert first.regions["segments"] == second.regions["segments"]
        assert first.regions[OWN] != second.regions[OWN]
        # v0 has no features: its own answers, not another's.
        assert (len(first.features) > 0, len(second.features)) == (True, 0)


def test_an_object_is_found_by_who_reports_it_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    def reported(report: Report) -> list[Box]:
        return [(0, 0, 10_000, 10_000)] if report.model.name == "scanai-v1" else []

    monkeypatch.setattr(trials, "_shielding_boxes", reported)
    monkeypatch.setattr(trials, "target", lambda *_: 0)
    ((of_v1, of_v0),) = trials_of(RECIPE, [(0, (V1, V0))])
    assert of_v1.objects
    assert {one.found for one in of_v1.objects} == {True}
    assert {one.found for one in of_v0.objects} == {False}


def test_inference_is_in_the_time_of_the_contender_that_it_is_of(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    infer, clock = Inspector.infer, [0.0]

    def slow(inspector: Inspector, scan: Scan, manifest: Manifest | None) -> Maps:
        if inspector.bundle.metadata.name == "scanai-v0":
            clock[0] += 60  # by the clock that is asked, so that no one waits
        return infer(inspector, scan, manifest)

    monkeypatch.setattr(trials, "perf_counter", lambda: clock[0])
    monkeypatch.setattr(Inspector, "infer", slow)
    ((of_v1, of_v0),) = trials_of(RECIPE, [(0, (V1, V0))])
    assert of_v0.milliseconds > 60_000 > of_v1.milliseconds > 0


def test_what_thresholds_are_set_by_is_what_a_whole_trial_tells(made: list[int]) -> None:
    recipe = msgspec.structs.replace(RECIPE, count=1, kinds={"benign": 1.0})
    ((whole,),) = trials_of(recipe, [(0, (V1,))])
    (benign,) = benign_trials(V1.bundle, recipe)
    told = {name: getattr(whole, name) for name in ShortTrial.__struct_fields__}
    assert msgspec.structs.asdict(benign) == told
    assert made == [0, 0]


@pytest.mark.slow
def test_any_number_of_workers_gives_the_same_trials(tmp_path: Path) -> None:
    alone, together = (
        run_benchmark([V1, V0], RECIPE, tmp_path / str(workers), workers=workers)
        for workers in (1, 2)
    )
    assert list(alone) == list(together)
    for label, found in alone.items():
        assert _untimed(found) == _untimed(together[label])
