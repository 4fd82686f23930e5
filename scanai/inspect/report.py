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
    """0 to 1, higher is more urgent; comparable within one kind only."""
    p_value: float | None = None
    """Share of benign calibration scans with at least this score; None if not calibrated."""
    region: tuple[int, int, int, int] | None = None
    """(x0, y0, x1, y1) pixels of the scan, x along the travel, half-open; None: the whole scan."""
    sentence: str
    evidence: tuple[Evidence, ...] = ()
    confirmed: bool = True
    """False: the model's score passed but the physical evidence does not support it; of papers: too
    weak a sign to be a reason by itself."""
    rule: str = ""
    """Identifier of the document rule that fired; empty for other kinds of finding."""


class LinePlausibility(msgspec.Struct, frozen=True, kw_only=True):
    """How well one line of the manifest fits the picture."""

    line: int
    """Number of the line, from 1."""
    hs_code: str
    goods_group: str
    seen_share: float | None
    """Share of the seen cargo (by areal density) that looks like this line's goods group."""
    plausibility: float | None
    """0 to 1; None when the picture cannot tell."""
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
    declared_kg: float | None
    tare_kg: float
    tare_from: Literal["manifest", "standard", "none"]


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


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    decision: Decision
    urgency: float
    """0 to 1, orders the queue."""
    reasons: tuple[str, ...]
    """Sentences, the weightiest first."""


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
    distribution over benign scans sets thresholds and p-values."""
    findings: tuple[Finding, ...]
    lines: tuple[LinePlausibility, ...]
    mass: MassEstimate | None
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
    for record in (*records, InputIdentity, Verdict, ImageQuality):
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
