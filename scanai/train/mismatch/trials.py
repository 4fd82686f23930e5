"""Trials of the mismatch benchmark: one load under each of its declarations, through the Inspector.

The picture is simulated and measured once; the graph runs once for each set of declared groups.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import msgspec
from tqdm import tqdm

from scanai.inspect.evidence.goods import comparable_groups
from scanai.inspect.evidence.mass import deviation_base_kg
from scanai.inspect.inspector import Inspector
from scanai.inspect.maps import Maps
from scanai.inspect.report import Report
from scanai.manifest.model import Manifest
from scanai.synth.workers import ordered
from scanai.train.mismatch.cases import Case, cases_of, shared_scan
from scanai.train.mismatch.recipe import MismatchRecipe
from scanai.train.mismatch.suspicion import suspicion
from scanai.train.shared_scan import SharedScan
from scanai.train.trials import Contender, goods_read, inspector_of

_LEAST_READ = 1e-3
MISMATCH_KINDS = frozenset({"undeclared_goods", "mass_mismatch", "empty_mismatch"})


class CaseTrial(msgspec.Struct, frozen=True):
    """What came of one declaration."""

    name: str
    true_heading: str
    declared_heading: str
    error: float
    suspicion: float
    """That the papers contradict the picture, for curves; higher is surer."""
    urgency: float
    decision: str
    kinds: tuple[str, ...]
    """Of confirmed findings."""
    scores: dict[str, float]
    """Evidence scores."""
    plausibility: float | None
    """p-value of the picture under the code of the largest line."""
    mass_deviation: float
    """Declared against estimated mass, as a share of the larger, or of half the tare where that is
    more, no interval thought of."""
    lower_bound_only: bool


class LoadTrial(msgspec.Struct, frozen=True):
    """One load under all of its declarations."""

    index: int
    profile: str
    headings: tuple[str, ...]
    """True ones of the load."""
    reading: dict[str, float]
    """Of an honest load of one line: what the signatures take it for, probability by heading."""
    cases: tuple[CaseTrial, ...]

    def named(self, name: str) -> CaseTrial | None:
        return next((case for case in self.cases if case.name == name), None)


def load_trials(
    contender: Contender, recipe: MismatchRecipe, numbers: list[int], *, workers: int = 1
) -> Iterator[LoadTrial]:
    task = partial(_trial, contender, recipe)
    made = ordered(task, numbers, workers)
    yield from tqdm(made, desc=Path(contender.bundle).name, unit="load", total=len(numbers))


def _trial(contender: Contender, recipe: MismatchRecipe, index: int) -> LoadTrial:
    shared = shared_scan(recipe, index)
    inspector = inspector_of(contender)
    scene = shared.simulated.scene
    seen: dict[tuple[int, ...], Maps] = {}
    cases = [_case_trial(inspector, shared, case, seen) for case in cases_of(recipe, index, shared)]
    return LoadTrial(
        index=index,
        profile=shared.profile_name,
        headings=tuple(sorted({item.heading for item in scene.objects if item.heading})),
        reading=_reading(inspector, shared, next(iter(seen.values()))) if seen else {},
        cases=tuple(cases),
    )


def _reading(inspector: Inspector, shared: SharedScan, maps: Maps) -> dict[str, float]:
    """Mean over the sections by mass, where the papers are true and have one line."""
    scene, metadata = shared.simulated.scene, inspector.bundle.metadata
    lines = shared.simulated.manifest.lines
    if scene.mismatch or scene.threats or len(lines) != 1 or metadata.signatures is None:
        return {}
    reading = goods_read(inspector, shared, maps)
    kg = reading.sections.kg[reading.sections.apart]
    if kg.sum() <= 0:
        return {}
    mean = kg @ reading.by_heading[reading.sections.apart] / kg.sum()
    named = zip(reading.headings, mean[1:].tolist(), strict=True)
    return {heading: round(share, 4) for heading, share in named if share >= _LEAST_READ}


def _case_trial(
    inspector: Inspector, shared: SharedScan, case: Case, seen: dict[tuple[int, ...], Maps]
) -> CaseTrial:
    report = _inspected(inspector, shared, case.manifest, seen)
    assert report.mass is not None
    assert shared.scan.profile is not None
    point = inspector.bundle.metadata.operating_point(shared.scan.profile.name)
    declared = case.manifest.declared_mass_kg or 0.0
    largest = deviation_base_kg(report.mass, declared)
    return CaseTrial(
        name=case.name,
        true_heading=case.true_heading,
        declared_heading=case.declared_heading,
        error=round(case.error, 4),
        suspicion=suspicion(report, point),
        urgency=report.verdict.urgency,
        decision=report.verdict.decision,
        kinds=tuple(sorted({one.kind for one in report.findings if one.confirmed})),
        scores={name: round(score, 5) for name, score in report.evidence_scores.items()},
        plausibility=_plausibility(report, case),
        mass_deviation=round(abs(declared - report.mass.cargo_kg) / largest, 4),
        lower_bound_only=report.mass.lower_bound_only,
    )


def _inspected(
    inspector: Inspector, shared: SharedScan, manifest: Manifest, seen: dict[tuple[int, ...], Maps]
) -> Report:
    groups = tuple(sorted(group.index for group in comparable_groups(manifest)))
    if groups not in seen:
        seen[groups] = inspector.infer(shared.scan, manifest)
    assert shared.scan.profile is not None
    point = inspector.bundle.metadata.operating_point(shared.scan.profile.name)
    measured, _ = shared.measured(point.thresholds["load_z"])
    return inspector.inspect(shared.scan, manifest, maps=seen[groups], measured=measured)


def _plausibility(report: Report, case: Case) -> float | None:
    of_line = [line for line in report.lines if line.hs_code[:4] == case.declared_heading]
    known = [line.p_value for line in of_line if line.p_value is not None]
    return min(known, default=None)
