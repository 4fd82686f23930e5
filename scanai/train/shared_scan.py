"""One simulated scan, and all of it that does not depend on who inspects it.

Simulating a scan and finding the limits of its objects costs more than any inspection: all bundles
of a benchmark, and the plain rules, look at the same one.
"""

from __future__ import annotations

from functools import cached_property
from time import perf_counter

import numpy as np
from numpy.random import SeedSequence

from scanai.inspect.bundle import initial_thresholds
from scanai.inspect.evidence.measured import Measured, measure
from scanai.manifest import Manifest, dense_headings
from scanai.scan import calibrate
from scanai.scan.model import Scan
from scanai.synth.dataset import DatasetRecipe, make_scan, plan_at
from scanai.synth.paperwork import with_paperwork
from scanai.synth.recipe_file import RANDOM
from scanai.synth.simulate import SimulatedScan
from scanai.synth.truth import TruthBox
from scanai.train.baselines import BASELINES
from scanai.train.trial_records import ObjectTrial, RegionTrial
from scanai.train.truth_compared import judged, objects_of

HONEST_KINDS = ("benign", "empty")
_PAPERS = 7
"""Stream of the paperwork, beside that of the scene."""


class SharedScan:
    """Scan number `index` of a recipe; what is asked for twice is worked out once."""

    def __init__(self, recipe: DatasetRecipe, index: int) -> None:
        plan = plan_at(recipe, index)
        self.index = index
        self.kind = plan.spec.kind
        self.profile_name = RANDOM if plan.own_profile else plan.profile.name
        self._seed = plan.seed
        self.simulated: SimulatedScan = make_scan(plan)
        self._measured: dict[float, tuple[Measured, float]] = {}

    @cached_property
    def manifest(self) -> Manifest:
        """The declaration with the paperwork that real ones have around their goods."""
        false = self.kind not in HONEST_KINDS
        rng = np.random.default_rng(SeedSequence((self._seed, _PAPERS)))
        return with_paperwork(rng, self.simulated.manifest, false)

    @cached_property
    def scan(self) -> Scan:
        return calibrate(self.simulated.raw)

    @cached_property
    def dense(self) -> tuple[str, ...]:
        """Declared headings under which pieces as dense as a shield are ordinary."""
        return dense_headings(self.simulated.manifest) or ()

    @cached_property
    def objects(self) -> list[tuple[TruthBox, ObjectTrial]]:
        return objects_of(self.simulated)

    @property
    def boxes(self) -> list[TruthBox]:
        return [box for box, _ in self.objects]

    @cached_property
    def rules(self) -> dict[str, tuple[RegionTrial, ...]]:
        """What each plain rule proposes."""
        # A rule looks at attenuation alone, so that any limit of Z serves; most bundles have this.
        measured, _ = self.measured(initial_thresholds()["load_z"].value)
        return {name: judged(rule(measured), self.boxes) for name, rule in BASELINES.items()}

    def measured(self, most_load_z: float) -> tuple[Measured, float]:
        """(the scan in physical quantities, milliseconds that it took)"""
        if most_load_z not in self._measured:
            assert self.scan.profile is not None
            scan, start = self.scan, perf_counter()
            measured = measure(scan, self.scan.profile, most_load_z)
            self._measured[most_load_z] = measured, 1e3 * (perf_counter() - start)
        return self._measured[most_load_z]
