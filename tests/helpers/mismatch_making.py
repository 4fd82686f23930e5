"""A small mismatch benchmark, and made-up trials of one."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import msgspec

from scanai.train.mismatch.recipe import MismatchRecipe, Queue
from scanai.train.mismatch.trials import CaseTrial, LoadTrial

RECIPE = """
seed = 720_009
profiles = ["mobile-4"]
honest = 3
substituted = 1
concealed = 1
empty = 1
shares = [0.25, 0.50]
mass_error = [0.15, 0.60]

[queue]
length = 100
bad_share = 0.05
draws = 20

[queue.kinds]
group_swap = 1.0
false_mass = 1.0
false_empty = 1.0
"""
SMALL = MismatchRecipe(
    seed=720_009,
    profiles=("mobile-4",),
    honest=3,
    substituted=1,
    concealed=1,
    empty=1,
    shares=(0.25, 0.5),
    mass_error=(0.15, 0.6),
    queue=Queue(length=100, bad_share=0.05, draws=20, kinds={"group_swap": 1.0}),
)
_CASE = CaseTrial(
    name="correct",
    true_heading="4802",
    declared_heading="4802",
    error=0.0,
    suspicion=0.0,
    urgency=0.0,
    decision="clear",
    kinds=(),
    scores={},
    plausibility=None,
    mass_deviation=0.0,
    lower_bound_only=False,
)


def write_mismatch_recipe(path: Path, **changes: str) -> Path:
    """`changes`: what stands behind the key in its line, by key."""
    lines = RECIPE.strip().splitlines()
    keys = [line.split(" = ")[0] for line in lines]
    for key, value in changes.items():
        lines[keys.index(key)] = f"{key} = {value}"
    path.write_text("\n".join(lines) + "\n", "utf-8")
    return path


def case(name: str = "correct", **changes: object) -> CaseTrial:
    return msgspec.structs.replace(_CASE, name=name, **changes)


def load(
    *cases: CaseTrial,
    index: int = 0,
    profile: str = "mobile-4",
    headings: Sequence[str] = ("4802",),
    reading: dict[str, float] | None = None,
) -> LoadTrial:
    return LoadTrial(index, profile, tuple(headings), reading or {}, cases)
