"""Inspector: one calibrated scan and its manifest in, one Report out.

Holds the only model. It orders the steps (infer, gather evidence, decide) and knows none of their
workings; reading and calibrating come before, rendering and storing after.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from time import perf_counter

import numpy as np
from numpy.typing import NDArray

from scanai.errors import BundleError, ScanError
from scanai.inspect.bundle import (
    LUMPS_FILE,
    Bundle,
    BundleMetadata,
    OperatingPoint,
    load_bundle,
)
from scanai.inspect.evidence.assignment import assign
from scanai.inspect.evidence.context import Context, share_inside
from scanai.inspect.evidence.controls import control_findings, lists_in_force, seen_controlled
from scanai.inspect.evidence.document_rules import DocumentRules, shipped_rules
from scanai.inspect.evidence.documents import document_findings, unused
from scanai.inspect.evidence.emptiness import emptiness_findings, is_loaded
from scanai.inspect.evidence.familiarity import familiarity_findings
from scanai.inspect.evidence.goods import (
    SeenGoods,
    comparable_groups,
    seen_by_sections,
    seen_goods,
)
from scanai.inspect.evidence.line_density import LinePart, density_findings
from scanai.inspect.evidence.lines import line_parts, line_plausibility
from scanai.inspect.evidence.mass import estimate_mass, mass_findings
from scanai.inspect.evidence.measured import Measured, measure
from scanai.inspect.evidence.misfit import FACTS, with_misfit
from scanai.inspect.evidence.opaque import SCORE as OPAQUE
from scanai.inspect.evidence.opaque import opaque_findings
from scanai.inspect.evidence.portal import density_along
from scanai.inspect.evidence.quality import quality_findings
from scanai.inspect.evidence.radiation import radiation_findings
from scanai.inspect.evidence.reading import goods_by_sections, read_goods
from scanai.inspect.evidence.region_facts import EARLIER_FACTS, untold
from scanai.inspect.evidence.region_facts import FACTS as REGION_FACTS
from scanai.inspect.evidence.room import room_findings
from scanai.inspect.evidence.sections import earlier_feature_names, feature_names
from scanai.inspect.evidence.shielding import shielding_findings
from scanai.inspect.evidence.undeclared import undeclared_findings
from scanai.inspect.maps import Maps, Model
from scanai.inspect.region_crops import FORM as CROPS_FORM
from scanai.inspect.region_odds import RegionOdds
from scanai.inspect.report import (
    DECLARED_GOODS,
    Finding,
    InputIdentity,
    LinePlausibility,
    MassEstimate,
    ModelIdentity,
    RadiationSummary,
    Report,
)
from scanai.inspect.scanner_calibration import ScannerCalibration
from scanai.inspect.verdict import decide, weightiest_first
from scanai.inspect.wording import caveats, clear_reasons, portal_caveats
from scanai.manifest import ControlList, GoodsGroup, Manifest, check_belongs
from scanai.manifest.nomenclature import is_known
from scanai.radiation import RadiationReading
from scanai.resources import model_bundle_dir
from scanai.scan.model import Scan

_SAME_PLACE = 0.5
"""Share of an opaque region inside one told already, from which it is not told again."""


@dataclass(frozen=True)
class _Gathered:
    """All evidence on one scan; the defaults are those of a display picture."""

    findings: tuple[Finding, ...]
    lines: tuple[LinePlausibility, ...]
    unexplained_share: float | None = None
    unexplained_area_share: float | None = None
    mass: MassEstimate | None = None
    seen: SeenGoods | None = None
    unit_box: tuple[int, int, int, int] | None = None
    ratio_fits: bool = True
    scores: dict[str, float] = field(default_factory=dict)
    density: NDArray[np.float64] | None = None
    """Mean areal density along the transport unit, g/cm²."""
    radiation: RadiationSummary | None = None


@dataclass(frozen=True)
class _Papers:
    """What declarations are judged by."""

    rules: DocumentRules
    controls: tuple[ControlList, ...]

    def findings(
        self, manifest: Manifest, point: OperatingPoint
    ) -> tuple[list[Finding], dict[str, float]]:
        controlled, scores = control_findings(manifest, self.controls, point.p_value)
        documents, total = document_findings(manifest, self.rules, point.p_value)
        room, excess = room_findings(manifest, point)
        return controlled + documents + room, scores | total | excess


class Inspector:
    """Reusable and safe to share between threads; making one loads the model."""

    def __init__(
        self,
        bundle: str | Path | Bundle | None = None,
        threads: int | None = None,
        calibration: ScannerCalibration | None = None,
        rules: DocumentRules | None = None,
        controls: Sequence[ControlList] = (),
    ):
        """`bundle`: a folder or a loaded bundle, else the one that ships with ScanAI.

        `threads` (1 or more, else all processors) run the model on one scan. `calibration`: of one
        scanner, whose scans are inspected by it. `rules`: on documents, else those that ship.
        `controls`: control lists beside those that ship. Raises BundleError when the bundle is
        incomplete, altered or does not fit this ScanAI or the calibration, ValueError for threads
        below 1.
        """
        if threads is not None and threads < 1:
            raise ValueError(f"threads of 1 or more, found {threads}")
        if not isinstance(bundle, Bundle):
            bundle = load_bundle(bundle if bundle is not None else model_bundle_dir())
        require_known(bundle)
        self.bundle = bundle if calibration is None else calibration.on(bundle)
        self._sha256 = bundle.sha256
        self._calibrated = None if calibration is None else calibration.profile
        self._model = Model(bundle, threads)
        self._papers = _Papers(
            shipped_rules() if rules is None else rules, lists_in_force(controls)
        )

    def infer(self, scan: Scan, manifest: Manifest | None = None) -> Maps:
        """The model's maps alone. ScanError for a display picture: its scale is unknown."""
        scan.check()
        if scan.is_display:
            raise ScanError(scan.source, "counts or transmission", "a display picture")
        groups = comparable_groups(manifest)
        return self._model.infer(scan, (group.index for group in groups))

    def _as_calibrated(self, scan: Scan) -> Scan:
        """The scan by the profile of the calibration, where it is of that scanner."""
        own = self._calibrated
        if own is None or scan.profile is None or scan.profile.name != own.name:
            return scan
        return replace(scan, profile=own)

    def inspect(
        self,
        scan: Scan,
        manifest: Manifest | None = None,
        *,
        manifest_name: str | None = None,
        manifest_sha256: str | None = None,
        manifest_unused: str = "",
        maps: Maps | None = None,
        measured: Measured | None = None,
        radiation: RadiationReading | None = None,
    ) -> Report:
        """Inspects one scan.

        ManifestError when the manifest names another scan or unit, ScanError when the fields of the
        scan do not fit each other. `manifest_name` and `manifest_sha256` only identify the
        manifest's file in the report. `manifest_unused`: in a sentence, why a declaration that came
        with the scan cannot be used; then somebody has to look. `maps`: what `infer` said of this
        scan and manifest, else it is asked; `measured`: what `measure` made of this scan by the
        `load_z` in force, likewise. Neither's time is then in the report. `radiation`: of the same
        passage or unit, from a portal.
        """
        scan.check()
        if manifest is not None:
            source = manifest_name or f"manifest of {scan.source}"
            check_belongs(manifest, scan_id=scan.scan_id, unit=scan.unit, source=source)
        scan = self._as_calibrated(scan)
        start = perf_counter()
        if maps is None and not scan.is_display:
            maps = self.infer(scan, manifest)
        inferred = perf_counter()
        metadata = self.bundle.metadata
        point = metadata.operating_point(None if scan.profile is None else scan.profile.name)
        gathered = _gather(scan, maps, measured, manifest, point, metadata, self._papers)
        if radiation is not None:
            gathered = _with_radiation(gathered, radiation, manifest, point)
        if manifest_unused:
            gathered = replace(gathered, findings=(*gathered.findings, unused(manifest_unused)))
        findings = weightiest_first(gathered.findings, gathered.scores, point)
        verdict = decide(
            findings,
            point,
            scores=gathered.scores,
            suspicion=None if maps is None else maps.scores["shielding"],
            clear_reasons=clear_reasons(
                gathered.seen,
                gathered.mass,
                manifest,
                gathered.unexplained_share,
                put_down=sum(one.rule == DECLARED_GOODS for one in findings),
            ),
            caveats=[
                *caveats(
                    scan,
                    manifest,
                    point,
                    gathered.mass,
                    gathered.ratio_fits,
                    _pieces_untold(scan, manifest, metadata),
                    unused=bool(manifest_unused),
                ),
                *portal_caveats(gathered.radiation),
            ],
        )
        done = perf_counter()
        return Report(
            scan_id=scan.scan_id or Path(scan.source).stem,
            unit=scan.unit or (manifest.unit if manifest is not None else ""),
            inputs=InputIdentity(
                scan=Path(scan.source).name,
                scan_sha256=scan.sha256,
                manifest=None if manifest_name is None else Path(manifest_name).name,
                manifest_sha256=manifest_sha256,
                radiation=None if radiation is None else Path(radiation.source).name,
                radiation_sha256=None if radiation is None else radiation.sha256,
            ),
            model=ModelIdentity(name=metadata.name, version=metadata.version, sha256=self._sha256),
            scanner=None if scan.profile is None else scan.profile.name,
            quantity=scan.quantity,
            shape=(scan.transmission.shape[0], *scan.transmission.shape[1:]),
            pitch_mm=scan.pitch_mm,
            energies_mv=scan.energies_mv,
            unit_box=gathered.unit_box,
            image_quality=scan.quality,
            thresholds=point.thresholds,
            raw_scores={} if maps is None else maps.scores,
            evidence_scores=gathered.scores,
            findings=findings,
            lines=gathered.lines,
            unexplained_share=gathered.unexplained_share,
            unexplained_area_share=gathered.unexplained_area_share,
            mass=gathered.mass,
            radiation=gathered.radiation,
            verdict=verdict,
            timings_ms={
                "infer": 1e3 * (inferred - start),
                "evidence": 1e3 * (done - inferred),
            },
        )


def require_known(bundle: Bundle) -> None:
    """BundleError where what was learned of the graph is of another ScanAI's numbers."""
    _check_signatures(bundle)
    _check_odds(bundle)
    _check_lumps(bundle)


def _check_signatures(bundle: Bundle) -> None:
    """Of another ScanAI's features or nomenclature they would be read as what they are not."""
    signatures = bundle.metadata.signatures
    if signatures is None:
        return
    unknown = [heading for heading in signatures.headings if not is_known(heading)]
    # Their number first: a forged one must not be spelt out.
    extra, found = 2 * bundle.metadata.goods_features, len(signatures.features)
    count = len(feature_names(0)) + extra
    earlier = len(earlier_feature_names(0)) + extra
    alike = found in (count, earlier) and (
        signatures.features == feature_names(bundle.metadata.goods_features)[:found]
    )
    same_facts = signatures.misfit is None or signatures.misfit.facts == FACTS
    if unknown or not alike or not same_facts:
        expected = "signatures of the features and headings that this ScanAI knows"
        other = f"{found} features, not {count}"
        other = "other features" if found in (count, earlier) else other
        other = "other facts of a misfit" if alike else other
        raise BundleError(
            bundle.path,
            expected,
            ", ".join(unknown)
            or f"{other}: of another ScanAI, export it anew or take a bundle of this one",
        )


def _check_odds(bundle: Bundle) -> None:
    """Of another ScanAI's facts they would be asked of what they do not mean."""
    odds = bundle.metadata.region_odds
    if odds is None:
        return
    if odds.facts not in (EARLIER_FACTS, REGION_FACTS):
        raise BundleError(
            bundle.path,
            "odds of regions by the facts that this ScanAI knows",
            "other facts: of another ScanAI, export it anew or take a bundle of this one",
        )
    if odds.facts == REGION_FACTS and bundle.lumps is None:
        raise BundleError(bundle.path, f"{LUMPS_FILE}, for odds that count lumps", "none")


def _check_lumps(bundle: Bundle) -> None:
    """Of another ScanAI's crops they would be asked of what they never saw."""
    lumps = bundle.metadata.lumps
    if lumps is not None and lumps.crops != CROPS_FORM:
        raise BundleError(
            bundle.path / LUMPS_FILE,
            f"crops of the form {CROPS_FORM!r}, which this ScanAI cuts",
            repr(lumps.crops[:200]),
        )


def _gather(
    scan: Scan,
    maps: Maps | None,
    measured: Measured | None,
    manifest: Manifest | None,
    point: OperatingPoint,
    metadata: BundleMetadata,
    papers: _Papers,
) -> _Gathered:
    findings = quality_findings(scan, point)
    told: dict[str, float] = {}
    if manifest is not None:
        of_papers, told = papers.findings(manifest, point)
        findings += of_papers
    if maps is None:
        if manifest is None:
            return _Gathered(tuple(findings), (), scores=told)
        lines, _ = line_plausibility(manifest, None, None, None, None)
        return _Gathered(tuple(findings), lines, scores=told)
    if scan.profile is None:
        raise ScanError(scan.source, "a scan with its scanner profile", "none")
    if measured is None:
        measured = measure(scan, scan.profile, point.thresholds["load_z"])
    context = Context(measured, point)
    declared = comparable_groups(manifest)
    shielding, scores = _dense(maps, context, declared, manifest, metadata.region_odds)
    strange, unfamiliar = familiarity_findings(maps, metadata.familiar, context)
    scores |= unfamiliar | told
    seen = seen_goods(maps, context)
    reading = read_goods(maps, context, seen.grams, metadata.signatures)
    seen = seen_by_sections(seen, goods_by_sections(maps.goods, reading))
    mass = estimate_mass(context, manifest, maps.areal_density, reading)
    findings = shielding + findings + strange
    lines = ()
    unexplained = unexplained_area = None
    if manifest is not None:
        loaded = is_loaded(seen, mass, context)
        assigned = assign(reading, manifest.lines) if loaded else None
        lines, fit = line_plausibility(manifest, reading, assigned, mass, metadata.signatures)
        scores |= fit
        parts: list[LinePart] = []
        undeclared = undeclared_findings(
            reading, context, manifest.lines if manifest.fully_coded else ()
        )
        if assigned is not None:
            undeclared = with_misfit(
                undeclared, reading, assigned, manifest.lines, context, metadata.signatures
            )
            unexplained = 1.0 - assigned.explained_share
            unexplained_area = assigned.unexplained_area_share(reading.sections)
            parts = line_parts(manifest, reading, assigned, mass, context)
        findings += seen_controlled(
            undeclared.seen,
            shielding,
            manifest,
            papers.controls,
            context.place,
            context.threshold("shielding_z"),
        )
        for more, score in (
            (undeclared.findings, undeclared.scores),
            density_findings(parts, context),
            mass_findings(mass, context, manifest),
            emptiness_findings(seen, mass, context, manifest),
        ):
            findings += more
            scores |= score
    return _Gathered(
        tuple(findings),
        lines,
        unexplained_share=unexplained,
        unexplained_area_share=unexplained_area,
        mass=mass,
        seen=seen,
        unit_box=context.measured.unit_box,
        ratio_fits=context.measured.ratio_fits,
        scores=scores,
        density=density_along(measured),
    )


def _pieces_untold(
    scan: Scan, manifest: Manifest | None, metadata: BundleMetadata
) -> Sequence[int]:
    """Lines that keep the odds of regions from being asked."""
    odds = metadata.region_odds
    if odds is None or manifest is None or scan.is_display or not manifest.fully_coded:
        return ()
    return untold(manifest.lines)


def _with_radiation(
    gathered: _Gathered,
    reading: RadiationReading,
    manifest: Manifest | None,
    point: OperatingPoint,
) -> _Gathered:
    """The findings of a portal reading before the others, which stay as they are."""
    found = radiation_findings(reading, manifest, gathered.findings, point, gathered.density)
    return replace(
        gathered,
        findings=(*found.findings, *gathered.findings),
        scores=gathered.scores | found.scores,
        radiation=found.summary,
    )


def _dense(
    maps: Maps,
    context: Context,
    declared: tuple[GoodsGroup, ...],
    manifest: Manifest | None,
    odds: RegionOdds | None,
) -> tuple[list[Finding], dict[str, float]]:
    """Shielding by the model and opaque regions by physics; the same place is told once."""
    shielding, scores = shielding_findings(maps.regions, context, manifest, odds)
    opaque, area = opaque_findings(context, declared)
    told = [finding.region for finding in shielding if finding.confirmed and finding.region]
    opaque = [
        finding
        for finding in opaque
        if finding.region is None
        or not any(share_inside(finding.region, other) >= _SAME_PLACE for other in told)
    ]
    return shielding + opaque, scores | {OPAQUE: area}
