"""What is kept of a trial: one simulated scan after inspection, beside its truth.

A line of JSON each in the folder of a benchmark; figures, curves and pages are made from these
alone, thresholds from the shorter records of harmless scans. How they come about is in `trials` and
`truth_compared`.
"""

from __future__ import annotations

import msgspec

OWN = "scanai"
"""The bundle itself, among the detectors of a trial."""
SHIELDING_KINDS = ("high_z_shielding", "dense_block", "hidden_cavity", "opaque_region")


class ObjectTrial(msgspec.Struct, frozen=True):
    """One dense object, a hidden shield or an honest look-alike, and what was said of its place."""

    kind: str
    """shield or look_alike"""
    material: str
    form: str
    volume_cm3: float
    wall_mm: float
    areal_density: float
    """Of the object, g/cm², 95th percentile over its silhouette."""
    behind: float
    """g/cm² along the ray of all else, mean over its silhouette."""
    d_prime: float
    """Of an ideal observer, both energies: an upper bound."""
    d_material: float
    """The same, of the object against steel."""
    found: bool
    """A confirmed finding of shielding, at the thresholds in force, has its middle in the object's
    box."""


class RegionTrial(msgspec.Struct, frozen=True):
    """One region that a detector proposes, reported or not."""

    score: float
    """Above 0 where the detector's own threshold for that scan is passed; higher is surer."""
    target: int
    """Number of the object in whose box its middle lies; −1: in none."""


class ShortTrial(msgspec.Struct, frozen=True):
    """One simulated scan after inspection: of harmless ones, what thresholds are set by."""

    scores: dict[str, float]
    """Evidence scores of the report."""
    true_total_kg: float
    """Cargo and transport unit."""
    seen_total_kg: float
    lower_bound_only: bool
    opaque_kg: float
    """Of what is seen, what is guessed to lie behind opaque parts."""
    height_kg: float
    """Of half the interval of mass, what comes of how high the load may reach."""
    features: tuple[float, ...]
    """Of the picture as a whole; empty for a bundle without them."""


class Trial(ShortTrial, frozen=True):
    """The same beside its truth: what a benchmark is counted from."""

    index: int
    """In its recipe."""
    kind: str
    """Of scene."""
    profile: str
    """Name of the scanner profile; "random" for a scanner drawn for this scan alone."""
    unit_type: str
    forms: tuple[str, ...]
    """Load forms."""
    headings: tuple[str, ...]
    """HS headings of the load, true ones; look-alikes and hidden goods with it."""
    declared_dense: bool
    """The declaration has headings that hold pieces as dense as a shield, or there is none."""
    regions: dict[str, tuple[RegionTrial, ...]]
    """By detector: the bundle's own, and the rules that it is compared with."""
    shielding_alarm: bool
    """Any confirmed finding of shielding."""
    decision: str
    kinds: tuple[str, ...]
    """Kinds of all confirmed findings."""
    objects: tuple[ObjectTrial, ...]
    """In view: shields, then look-alikes."""
    cargo_areal_density: float
    """g/cm², mean over the pixels with cargo."""
    goods_kg: float
    """Cargo whose goods group is known, in any unit: weights of the next two."""
    goods_top1: float
    """Of this, where the goods group is the likeliest of the map as sections read it again."""
    goods_top3: float
    graph_top1: float
    """The same of the graph's own map."""
    graph_top3: float
    reliability: tuple[tuple[float, float, float], ...]
    """For ten steps of the likeliest group's probability: weight, weight × probability, weight
    right."""
    declared_empty: bool
    empty: bool
    true_cargo_kg: float
    seen_cargo_kg: float
    mass_covered: bool
    """The true mass lies in the estimate's interval."""
    milliseconds: float
    """Inference and evidence."""

    @property
    def threats(self) -> tuple[ObjectTrial, ...]:
        return tuple(one for one in self.objects if one.kind == "shield")

    @property
    def look_alikes(self) -> tuple[ObjectTrial, ...]:
        return tuple(one for one in self.objects if one.kind == "look_alike")
