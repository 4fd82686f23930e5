"""Made-up trials for tests of what is counted from them."""

from __future__ import annotations

import msgspec

from scanai.train.trial_records import OWN, ObjectTrial, RegionTrial, Trial

THREAT = ObjectTrial(
    kind="shield",
    material="lead",
    form="solid",
    volume_cm3=400.0,
    wall_mm=20.0,
    areal_density=20.0,
    behind=40.0,
    d_prime=40.0,
    d_material=8.0,
    found=True,
)
_TRIAL = Trial(
    index=0,
    kind="benign",
    profile="portal-6-4",
    unit_type="20",
    forms=("cartons",),
    headings=("2002",),
    declared_dense=False,
    scores={},
    regions={},
    shielding_alarm=False,
    decision="clear",
    kinds=(),
    objects=(),
    cargo_areal_density=30.0,
    goods_kg=10.0,
    goods_top1=6.0,
    goods_top3=9.0,
    graph_top1=5.0,
    graph_top3=8.0,
    reliability=((0.0, 0.0, 0.0),) * 9 + ((10.0, 9.5, 6.0),),
    declared_empty=False,
    empty=False,
    true_cargo_kg=10_000.0,
    true_total_kg=12_000.0,
    seen_cargo_kg=9_000.0,
    seen_total_kg=11_000.0,
    mass_covered=True,
    lower_bound_only=False,
    opaque_kg=0.0,
    height_kg=0.0,
    features=(),
    milliseconds=100.0,
)


def trial(**changes: object) -> Trial:
    return msgspec.structs.replace(_TRIAL, **changes)


def threat(**changes: object) -> ObjectTrial:
    return msgspec.structs.replace(THREAT, **changes)


def scored(*regions: tuple[float, int], detector: str = OWN) -> dict[str, tuple[RegionTrial, ...]]:
    """Regions of one detector by (score, target)."""
    return {detector: tuple(RegionTrial(score, target) for score, target in regions)}
