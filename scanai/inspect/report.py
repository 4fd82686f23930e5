"""The report of one inspection, `scanai-report/1`: what was seen, what was decided and why.

The model's raw scores, the decision and the reason are separate fields. Renderers and stores read
this record and compute nothing. `schema()` is the published JSON Schema.
"""

from __future__ import annotations

import ast
import inspect
import json
from itertools import pairwise
from typing import Any, Literal

import msgspec

from scanai.scan.model import ImageQuality

FindingKind = Literal[
    "high_z_shielding",
    "dense_block",
    "hidden_cavity",
    "opaque_region",
    "undeclared_goods",
    "mass_mismatch",
    "empty_mismatch",
    "controlled_goods",
    "document_risk",
    "radiation_alarm",
    "unknown_anomaly",
    "image_quality",
]
Decision = Literal["clear", "review", "inspect"]
Entry = Literal["combined", "not_combined", "not_confirmed", "no_p_value"]
"""How evidence enters the combined p-value: with its own; not at all, for it tells of the picture
rather than of the load, tells true papers from false ones no better than chance, or has a likely
harmless explanation; not, for the physical evidence speaks against it; or there is none."""


MAX_REPORT_BYTES = 64 * 2**20
"""Of a report file that is read."""
DECLARED_GOODS = "declared_goods"
"""Rule of a dense part that is told for the record alone, for declared goods may be as dense."""
DECLARATION_UNUSED = "declaration_unused"
"""Rule of a declaration that came with the scan and cannot be used."""


class Evidence(msgspec.Struct, frozen=True, kw_only=True):
    """One number behind a finding."""

    name: str
    """In the words of the field: areal density, ratio, effective Z …"""
    value: float
    low: float | None = None
    high: float | None = None
    """Ends of the 95 % interval, where there is one."""
    unit: str = ""
    surroundings: float | None = None
    """The same quantity right beside the region, for comparison."""


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    kind: FindingKind
    score: float
    """0 to 1, higher is more urgent; comparable within one kind only, and of dense parts among
    scans whose `evidence_scores` have the same score for them."""
    p_value: float | None = None
    """Share of benign calibration scans with at least this score; None if not calibrated. Of a
    portal's counts, the chance of them by counting noise alone."""
    region: tuple[int, int, int, int] | None = None
    """(x0, y0, x1, y1) pixels of the scan, x along the travel, half-open; None: the whole scan."""
    sentence: str
    evidence: tuple[Evidence, ...] = ()
    confirmed: bool = True
    """False: the model's own score passed but the physical evidence does not support it, or
    declared goods explain it; of papers: too weak a sign to be a reason by itself."""
    rule: str = ""
    """Identifier of what fired: a document rule's; of a control list, its name and the entry; of
    what the papers ask of unit and packages, the limit; `declared_goods` of a dense part that these
    explain; `declaration_unused` where a declaration cannot be used. Empty for other findings of
    the picture."""
    asks_at_most: Literal["review", "inspect"] = "inspect"
    """The most that this finding asks for by itself, whatever its kind and score: review where
    there is a likely harmless explanation."""

    @property
    def place(self) -> tuple[str, object]:
        """The same for findings of one kind on one region; without a region each is its own."""
        return self.kind, self.region or id(self)


class LinePlausibility(msgspec.Struct, frozen=True, kw_only=True):
    """How well one line of the manifest fits the picture."""

    line: int
    """Number of the line, from 1."""
    hs_code: str
    goods_group: str
    seen_share: float | None
    """Share of the seen mass that is assigned to this line."""
    plausibility: float | None
    """That share over the line's share of the declared mass, at most 1; None when the picture
    cannot tell."""
    seen_kg: float | None = None
    """That share of the estimated mass of goods."""
    seen_kg_low: float | None = None
    seen_kg_high: float | None = None
    """That share of the ends of its 95 % interval: how surely a part of the load is this line's is
    not in them."""
    seen_kg_per_package: float | None = None
    seen_kg_per_package_low: float | None = None
    seen_kg_per_package_high: float | None = None
    p_value: float | None = None
    """Of the picture under the line's code: share of honest lines that look at least as unlike
    their own code, this one counted in; None where too little is assigned to the line."""
    p_value_of: str = ""
    """The honest lines that it was compared with: of a heading (4 digits), a chapter (2 digits), a
    goods group, or all."""
    reason: str


class MassEstimate(msgspec.Struct, frozen=True, kw_only=True):
    cargo_kg: float
    """Of the goods: what is seen less the tare; kg."""
    low_kg: float
    high_kg: float
    """95 % interval; infinite parts are never written: `lower_bound_only` says so instead."""
    lower_bound_only: bool
    """True when part of the cargo is opaque, so that the true mass may be higher than high_kg."""
    opaque_kg: float = 0.0
    """Of what is seen, transport unit included, what lies behind opaque parts: guessed."""
    corrected_kg: float = 0.0
    """Of cargo_kg, what was added to the areal density's sum, or taken from it, because goods that
    look like these weigh more or less (the bundle's signatures)."""
    magnified: float = 1.0
    """How many times larger the load alone looks than it is, by where it lies between source and
    detector; the masses here are divided by it already. 1 in the reference plane, and in reports of
    earlier versions, which did not ask."""
    height_kg: float = 0.0
    """What of half the interval comes of how high the load may reach, which a view from above or
    below does not show; it joins the other parts by the root of squares. 0 seen from the side."""
    declared_kg: float | None
    tare_kg: float
    tare_from: Literal["manifest", "standard", "length", "none"]
    """Declared; standard for the declared type of unit; guessed from the unit's length in the
    picture, where neither is known (`standard` in reports of earlier versions); or unknown."""


class ModelIdentity(msgspec.Struct, frozen=True, kw_only=True):
    name: str
    version: str
    sha256: str


class InputIdentity(msgspec.Struct, frozen=True, kw_only=True):
    scan: str
    """File name; below a folder that was given, its path in it; the whole path where two would be
    the same."""
    scan_sha256: str
    manifest: str | None
    manifest_sha256: str | None
    radiation: str | None = None
    """File name of the portal reading."""
    radiation_sha256: str | None = None


class PortalCounts(msgspec.Struct, frozen=True, kw_only=True):
    """What all panels of one kind counted in the passage, against their background."""

    panels: int
    counts: int
    expected: float
    """Counts of the background in the same live time."""
    assumed: bool = False
    """True: of a panel no background was measured, and a typical one takes its place."""
    background_cps: float
    """Counts a second of all panels together without a vehicle."""
    background_live_s: float
    """Live time that the background was measured for, added over the panels; s."""
    sigma: float
    """Of the excess of the whole passage, in standard deviations; negative: fewer than expected."""
    peak_sigma: float
    """The same for the panel and stretch of time that stand out most."""
    peak_s: tuple[float, float]
    """That stretch, s from the start of the passage."""
    p_value: float
    """Chance that counting noise alone gives as much in any panel and stretch of time looked at;
    an upper bound, from exact Poisson statistics."""
    alarm: bool
    """By these counts; the instrument's own alarms stand apart."""
    lowest_share: float | None = None
    """Counts over those expected where they are fewest, in a tenth of the passage."""
    lowest_low: float | None = None
    lowest_high: float | None = None
    """Ends of the 95 % interval of that share."""
    cps: tuple[float, ...]
    """Counts a second of all panels together, one for each of times_s; at most 200."""


class PortalFault(msgspec.Struct, frozen=True, kw_only=True):
    """A detector of the portal that lacks more counts than any cargo can hide."""

    panel: str
    particle: Literal["gamma", "neutron"]
    counts: int
    expected: float
    """Of the background; both in the intervals where the detector fails."""


class RadiationSummary(msgspec.Struct, frozen=True, kw_only=True):
    """The portal reading as far as a report needs it."""

    instrument: str
    """In its own words."""
    alarms: tuple[str, ...]
    """As the instrument says, with its description."""
    nuclides: tuple[str, ...]
    """That the instrument says it identified."""
    background_from: Literal["measurement", "unoccupied", "none"]
    """Without a background gamma counts cannot be judged, only the instrument's alarms; neutrons
    are judged by a typical one."""
    quiet: bool
    """Gamma counts were judged, neutrons too if counted, no detector fails and nothing alarms.
    Lowers no score."""
    speed_m_s: float | None
    duration_s: float
    times_s: tuple[float, ...]
    """Middle of each point of the profiles, s from the start of the passage."""
    gamma: PortalCounts | None
    """None: no gamma counts with a background."""
    neutron: PortalCounts | None
    faults: tuple[PortalFault, ...] = ()
    areal_density: tuple[float, ...] = ()
    """Mean of each of up to 200 stretches of the transport unit, left to right in the picture,
    g/cm². Which end passed the portal first is not known."""
    agreement: float | None = None
    """Correlation (−1 to 1) of missing gamma counts with areal density along the unit, in the
    direction that fits better; None where there is nothing to compare."""
    reversed: bool = False
    """True: it fits better when the right end of the picture passed the portal first."""


class Reason(msgspec.Struct, frozen=True, kw_only=True):
    """One of the few reasons that carried a verdict."""

    name: str
    """Of the step in the chain; empty for why a scan is clear."""
    kind: FindingKind | None = None
    """Of the finding; None where no finding stands, only a score that is rare."""
    finding: int | None = None
    """Its number among the findings, from 1."""
    p_value: float | None = None
    sentence: str
    """Some 25 words at most."""


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """One kind of evidence on the way to the verdict."""

    name: str
    """Of the evidence score; of the kind where a finding stands by itself."""
    score: float | None = None
    """As in evidence_scores."""
    threshold: float | None = None
    """In force for this score; None where none is set on it."""
    passed: bool
    """The score reaches its threshold, or a confirmed finding stands."""
    p_value: float | None = None
    """Share of benign calibration scans with at least this score; of a finding that brings its own
    p-value, that one."""
    above_all: bool = False
    """No benign calibration scan reaches the score."""
    entry: Entry
    entered_p: float | None = None
    """The p-value in the combination: above ½ the middle of those that tied scans share, 0.9 at
    most."""
    weight: float = 0.0
    """In the combination; all weights together are 1."""
    share: float = 0.0
    """Of what speaks against the scan in the combination, 0 to 1."""
    asks: Decision = "clear"
    """What its confirmed findings ask for, the combined p-value counted in."""


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    decision: Decision
    urgency: float
    """0 to 1, orders the queue. Beyond all benign scans it goes by a tail fitted to them and to
    those of the model's other scanners, which decides nothing."""
    reasons: tuple[str, ...]
    """Sentences, the weightiest first; caveats last."""
    carried_by: tuple[Reason, ...] = ()
    """At most three, the weightiest first."""
    combined_p: float | None = None
    """Chance that a benign scan gives evidence as rare as all of this together (Cauchy combination
    test, equal weights); None without p-values."""
    chain: tuple[Step, ...] = ()
    """Every kind of evidence that applies to the scan: what asks for most first, then what
    counts most in the order of the queue."""
    would_change: tuple[str, ...] = ()
    """What would lead to another verdict, in sentences: found by leaving reasons out and deciding
    again."""
    caveats: tuple[str, ...] = ()
    """What limits the verdict."""


class Report(msgspec.Struct, frozen=True, kw_only=True):
    format: Literal["scanai-report/1"] = "scanai-report/1"
    scan_id: str
    unit: str
    inputs: InputIdentity
    model: ModelIdentity
    scanner: str | None
    quantity: Literal["counts", "transmission", "display"]
    shape: tuple[int, int, int]
    """(energies, H, W)"""
    pitch_mm: tuple[float, float]
    energies_mv: tuple[float, ...]
    unit_box: tuple[int, int, int, int] | None = None
    """(x0, y0, x1, y1) in pixels around the transport unit, from whose left end the sentences count
    metres; None for a display picture."""
    image_quality: ImageQuality
    thresholds: dict[str, float]
    """In force for this inspection; their units stand in the bundle."""
    raw_scores: dict[str, float]
    """As the model gave them, before any decision."""
    evidence_scores: dict[str, float]
    """Largest score of each kind of evidence that applies to this scan, before any threshold; their
    distribution over benign scans sets thresholds and p-values. Beside `shielding_odds` the model's
    own score of shielding is no evidence: these odds are made of it."""
    findings: tuple[Finding, ...]
    """What asks for most first, then by weight; what counts for nothing last."""
    lines: tuple[LinePlausibility, ...]
    unexplained_share: float | None = None
    """Of the seen mass, what no declared line explains; None where the load was not held against
    the lines."""
    unexplained_area_share: float | None = None
    """The same of the area of the picture that shows goods."""
    mass: MassEstimate | None
    radiation: RadiationSummary | None = None
    """None when no portal reading was given, or none that can be read."""
    verdict: Verdict
    timings_ms: dict[str, float]
    """infer: the model; evidence: all else; milliseconds."""
    synthetic_training: bool = True
    """The model was trained on simulated scans and is not validated on real threats."""


def schema() -> dict[str, Any]:
    """JSON Schema of a report, with the words above as descriptions; published as
    data/report.schema.json."""
    root, parts = msgspec.json.schema_components([Report])
    records = (Report, Evidence, Finding, LinePlausibility, MassEstimate, ModelIdentity)
    more = (
        InputIdentity,
        PortalCounts,
        PortalFault,
        RadiationSummary,
        Reason,
        Step,
        Verdict,
        ImageQuality,
    )
    for record in (*records, *more):
        for name, words in _words(record).items():
            parts[record.__name__]["properties"][name]["description"] = words
    parts["Report"]["required"].append("format")
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **root[0], "$defs": parts}


def _words(record: type) -> dict[str, str]:
    """What stands in the text below each field of a record."""
    (node,) = ast.parse(inspect.getsource(record)).body
    assert isinstance(node, ast.ClassDef)
    return {
        ast.unparse(field.target): " ".join(str(ast.literal_eval(text.value)).split())
        for field, text in pairwise(node.body)
        if isinstance(field, ast.AnnAssign) and isinstance(text, ast.Expr)
    }


if __name__ == "__main__":
    # python -m scanai.inspect.report > scanai/inspect/data/report.schema.json
    print(json.dumps(schema(), indent=1, ensure_ascii=False))
