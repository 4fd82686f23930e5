from __future__ import annotations

import math
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import jsonschema
import msgspec
import numpy as np
import pytest
from lump_making import lump_graph, with_lump_graph
from odds_making import odds_by_excess
from reading_making import signatures_of

from scanai import Inspector
from scanai.errors import BundleError, ManifestError, ScanError
from scanai.inspect.bundle import ANY_SCANNER, load_bundle
from scanai.inspect.combination import MOST
from scanai.inspect.evidence.document_rules import read_rules
from scanai.inspect.evidence.measured import measure
from scanai.inspect.evidence.misfit import FACTS
from scanai.inspect.evidence.region_facts import FACTS as REGION_FACTS
from scanai.inspect.evidence.sections import earlier_feature_names
from scanai.inspect.region_crops import region_crops
from scanai.inspect.regions import LOOKS, distinct_regions
from scanai.inspect.report import Report, schema
from scanai.inspect.signatures import Misfit, Signatures
from scanai.manifest import read_correlation
from scanai.manifest.model import Line, Manifest

LEAD = ("lead", np.s_[92:108, 152:168], 60.0)
PAPER = Line(hs_code="4802")


@pytest.fixture(scope="module")
def inspector(bundle_dir: Path) -> Inspector:
    return Inspector(bundle_dir, threads=1)


@pytest.fixture
def inspect(inspector: Inspector, kit) -> Callable[..., Report]:
    """Report on a scan of slabs inside the walls of a unit, and a manifest of its own."""

    def build(*slabs, lines=(PAPER,), energies_mv=(6.0, 4.0), **manifest) -> Report:
        scan = kit.make_scan(kit.walls, *slabs, energies_mv=energies_mv)
        fields = {"unit": "SYNTH-000001", "unit_type": "20", "tare_kg": 480.0, "lines": lines}
        return inspector.inspect(scan, Manifest(**fields | manifest))

    return build


def kinds(report: Report) -> list[str]:
    return [finding.kind for finding in report.findings]


def valid_json(report: Report) -> dict[str, object]:
    content = msgspec.json.decode(msgspec.json.encode(report))
    jsonschema.validate(content, schema())
    return content


def test_a_unit_type_that_is_not_known_is_a_caveat(inspect, kit) -> None:
    told = "The declared unit type “banana” is none that is known"
    report = inspect(("paper", kit.load, 45.0), unit_type="banana")
    assert [note for note in report.verdict.caveats if note.startswith(told)]
    for known in ("20", ""):
        report = inspect(("paper", kit.load, 45.0), unit_type=known)
        assert "unit type" not in " ".join(report.verdict.caveats)


def test_a_truthful_load_is_clear(inspect, kit) -> None:
    report = inspect(("paper", kit.load, 45.0), gross_mass_kg=3700.0)
    assert report.verdict.decision == "clear"
    assert report.findings == ()
    assert report.verdict.reasons[0] == "Nothing dense stands out from its surroundings."
    assert report.mass.low_kg < 3700 < report.mass.high_kg
    valid_json(report)


def test_lead_hidden_in_paper_asks_for_inspection(inspect, kit) -> None:
    report = inspect(("paper", kit.load, 45.0), LEAD)
    assert report.verdict.decision == "inspect"
    assert kinds(report)[0] == "high_z_shielding"
    assert report.verdict.reasons[0] == report.findings[0].sentence
    assert report.raw_scores["shielding"] > 0.9
    assert report.evidence_scores["shielding"] == pytest.approx(report.findings[0].score)
    valid_json(report)


def test_steel_among_declared_paper_is_undeclared(inspect, kit) -> None:
    report = inspect(("paper", kit.load, 45.0), ("steel", np.s_[60:140, 240:300], 40.0))
    assert "undeclared_goods" in kinds(report)
    assert report.verdict.decision == "review"
    valid_json(report)


def test_the_same_load_declared_is_clear(inspect, kit) -> None:
    report = inspect(
        ("paper", kit.load, 45.0),
        ("steel", np.s_[60:140, 240:300], 40.0),
        lines=(PAPER, Line(hs_code="7208")),
    )
    assert report.verdict.decision == "clear"


def test_a_false_mass_asks_for_review(inspect, kit) -> None:
    report = inspect(("paper", kit.load, 45.0), gross_mass_kg=9000.0)
    assert kinds(report) == ["mass_mismatch"]
    assert report.verdict.decision == "review"
    valid_json(report)


def test_goods_in_a_unit_declared_empty_ask_for_inspection(inspect, kit) -> None:
    report = inspect(("paper", kit.load, 45.0), lines=())
    assert kinds(report) == ["empty_mismatch"]
    assert report.verdict.decision == "inspect"
    valid_json(report)


def test_an_empty_unit_declared_empty_is_clear(inspect) -> None:
    report = inspect(lines=())
    assert report.verdict.decision == "clear"
    assert "Declared empty, and no load is seen." in report.verdict.reasons


def test_an_opaque_block_is_told_once(inspect, kit) -> None:
    report = inspect(("paper", kit.load, 45.0), ("lead", np.s_[88:112, 144:176], 400.0))
    assert kinds(report).count("opaque_region") == 1
    assert report.mass.lower_bound_only
    assert report.verdict.reasons[-1].startswith("Parts are opaque")
    valid_json(report)


def test_one_energy_is_inspected_without_z(inspect, kit) -> None:
    report = inspect(("paper", kit.load, 45.0), LEAD, energies_mv=(4.0,))
    assert kinds(report)[0] == "dense_block"
    assert report.shape == (1, 160, 330)
    valid_json(report)


def test_a_display_picture_goes_to_review_and_its_papers_are_still_read(inspector, kit) -> None:
    manifest = Manifest(lines=(PAPER, Line(hs_code="854231")))
    report = inspector.inspect(kit.display_scan(), manifest)
    assert report.verdict.decision == "review"
    assert set(kinds(report)) == {"image_quality", "controlled_goods"}
    assert report.mass is None
    assert report.raw_scores == {}
    assert report.evidence_scores == {"controls": 0.5, "documents": 0.0, "room": 0.0}
    assert [line.plausibility for line in report.lines] == [None, None]
    assert report.verdict.would_change == (
        "Nothing of the load was looked at: the raw scan alone can tell.",
    )
    valid_json(report)


def test_papers_that_do_not_fit_the_unit_are_told_whatever_the_picture(inspector, inspect, kit):
    mattresses = Line(hs_code="940421", mass_kg=20_000)
    manifest = Manifest(unit_type="20", lines=(mattresses,))
    for report in (
        inspector.inspect(kit.display_scan(), manifest),
        inspect(("paper", kit.load, 45.0), lines=(mattresses,)),
    ):
        assert "document_risk" in kinds(report)
        assert report.evidence_scores["room"] > 1
        assert any("would need at least" in reason for reason in report.verdict.reasons)
        valid_json(report)


def test_weak_signs_in_the_papers_are_told_and_ask_for_nothing(inspect, kit) -> None:
    vague = Line(hs_code="4802", description="Said to contain: parts")
    report = inspect(("paper", kit.load, 45.0), lines=(vague,), regime="transit")
    assert report.verdict.decision == "clear"
    assert {(finding.rule, finding.confirmed) for finding in report.findings} == {
        ("vague_description", False),
        ("said_to_contain", False),
        ("transit", False),
    }
    assert report.evidence_scores["documents"] == pytest.approx(1.8)
    valid_json(report)


def test_a_strong_sign_in_the_papers_asks_for_a_review(inspect, kit) -> None:
    report = inspect(("paper", kit.load, 45.0), route=("CNSHA", "SGSIN", "CNSHA"))
    assert report.verdict.decision == "review"
    assert report.verdict.reasons[0].startswith("The route CNSHA–SGSIN–CNSHA comes back to CNSHA")
    valid_json(report)


def test_own_rules_and_control_lists_are_in_force(bundle_dir: Path, kit, tmp_path: Path) -> None:
    rules, controls = tmp_path / "rules.toml", tmp_path / "own.csv"
    rules.write_text("[rules.transit]\nweight = 3.0\n[rules.vague_description]\nenabled = false\n")
    controls.write_text("# title: synthetic list\n4802;;X1\n")
    inspector = Inspector(
        bundle_dir, threads=1, rules=read_rules(rules), controls=[read_correlation(controls)]
    )
    manifest = Manifest(regime="transit", lines=(Line(hs_code="480256", description="Parts"),))
    report = inspector.inspect(kit.display_scan(), manifest)
    found = {(finding.kind, finding.rule) for finding in report.findings if finding.confirmed}
    assert found >= {("document_risk", "transit"), ("controlled_goods", "own/4802/X1")}
    assert any("(synthetic list, X1)" in finding.sentence for finding in report.findings)
    assert report.evidence_scores["documents"] == 3.0


def test_the_model_never_runs_on_a_display_picture(inspector, kit) -> None:
    with pytest.raises(ScanError, match="expected counts or transmission, found a display picture"):
        inspector.infer(kit.display_scan())


def test_without_a_manifest_only_the_picture_is_judged(inspector, kit) -> None:
    report = inspector.inspect(kit.make_scan(kit.walls, ("paper", kit.load, 45.0)))
    assert report.verdict.decision == "clear"
    assert report.lines == ()
    assert report.inputs.manifest is None
    assert set(report.evidence_scores) == {"shielding_in_dense_goods", "opaque_area"}
    assert report.verdict.reasons[-1].startswith("No manifest was used")
    valid_json(report)


def test_refuses_a_manifest_for_another_unit(inspector, kit) -> None:
    with pytest.raises(
        ManifestError,
        match=r"a\.json: expected a manifest for transport unit SYNTH-000001, found SYNTH-000002",
    ):
        inspector.inspect(
            kit.make_scan(kit.walls), Manifest(unit="SYNTH-000002"), manifest_name="a.json"
        )


def test_says_when_thresholds_are_those_of_scanners_drawn_at_random(inspector, kit) -> None:
    scan = kit.make_scan(kit.walls)
    other = replace(scan, profile=msgspec.structs.replace(scan.profile, name="elsewhere"))
    bundle = inspector.bundle
    scanners = bundle.metadata.scanners | {ANY_SCANNER: bundle.metadata.scanners["coarse"]}
    metadata = msgspec.structs.replace(bundle.metadata, scanners=scanners)
    drawn = Inspector(replace(bundle, metadata=metadata))
    assert (
        "are those of scanners drawn at random: on the scanner elsewhere"
        in (drawn.inspect(other, Manifest()).verdict.reasons[-1])
    )
    assert "drawn at random" not in drawn.inspect(scan, Manifest()).verdict.reasons[-1]


def test_says_when_thresholds_were_not_set_on_the_scanner(inspector, kit) -> None:
    scan = kit.make_scan(kit.walls)
    other = replace(scan, profile=msgspec.structs.replace(scan.profile, name="elsewhere"))
    reasons = inspector.inspect(other, Manifest()).verdict.reasons
    assert "thresholds were not set on the scanner elsewhere" in reasons[-1]


def test_says_when_the_energies_do_not_fit_the_calibration(inspector, kit) -> None:
    scan = kit.make_scan(kit.walls, ("paper", kit.load, 45.0), LEAD)
    high = scan.transmission[0]
    real = replace(scan, transmission=np.stack((high, high ** (1 / 0.92))))
    report = inspector.inspect(real, Manifest(lines=(PAPER,)))
    assert kinds(report)[0] == "dense_block"
    assert any("do not fit" in reason for reason in report.verdict.reasons)


def test_the_report_identifies_what_made_it(inspector, kit, bundle_dir: Path) -> None:
    scan = replace(kit.make_scan(kit.walls), source="/some/folder/SYNTH-0001.tiff")
    report = inspector.inspect(
        scan, Manifest(), manifest_name="/some/folder/a.json", manifest_sha256="b" * 64
    )
    assert report.inputs.scan == "SYNTH-0001.tiff"
    assert report.inputs.scan_sha256 == "a" * 64
    assert (report.inputs.manifest, report.inputs.manifest_sha256) == ("a.json", "b" * 64)
    assert report.unit_box == measure(scan, scan.profile, 40.0).unit_box
    assert report.model.sha256 == inspector.bundle.metadata.sha256
    assert set(report.thresholds) == set(inspector.bundle.metadata.thresholds)
    assert set(report.timings_ms) == {"infer", "evidence"}


@pytest.mark.parametrize("shape", [(160, 330), (157, 323), (64, 96), (32, 33)])
def test_any_size_is_inspected(inspector, kit, shape) -> None:
    scan = kit.make_scan(kit.walls, ("paper", kit.load, 45.0), LEAD)
    height, width = shape
    part = replace(
        scan,
        transmission=scan.transmission[:, :height, :width].copy(),
        valid=scan.valid[:height, :width],
    )
    valid_json(inspector.inspect(part, Manifest(lines=(PAPER,), gross_mass_kg=1000.0)))


def test_maps_have_the_contracts_shapes(inspector, kit) -> None:
    scan = kit.make_scan(kit.walls, ("paper", kit.load, 45.0))
    maps = inspector.infer(scan, Manifest(lines=(PAPER,)))
    assert maps.shielding.shape == (40, 83)
    assert maps.goods.shape == (27, 20, 42)
    assert maps.undeclared.shape == (20, 42)
    assert maps.regions.shape[1] == 5
    assert set(maps.scores) == {"shielding", "undeclared", "loaded"}
    assert float(maps.undeclared.max()) < 0.01
    assert float(inspector.infer(scan).undeclared.max()) > 0.9


def test_one_inspector_serves_several_threads(inspector, kit) -> None:
    scan = kit.make_scan(kit.walls, ("paper", kit.load, 45.0), LEAD)
    with ThreadPoolExecutor(4) as pool:
        reports = list(pool.map(lambda _: inspector.inspect(scan, Manifest()), range(8)))
    assert {report.findings for report in reports} == {reports[0].findings}


def test_refuses_a_bundle_with_other_goods_groups(tmp_path, kit, graph) -> None:
    metadata = kit.tiny_metadata(graph, goods_groups=("paper",))
    folder = kit.write_bundle(tmp_path / "b", graph, metadata)
    with pytest.raises(
        BundleError,
        match="expected the 26 goods groups of this ScanAI, in their order, found 1 others",
    ):
        Inspector(folder)


def test_the_odds_of_the_bundle_are_asked(tmp_path, kit, graph) -> None:
    metadata = kit.tiny_metadata(graph, region_odds=odds_by_excess())
    inspector = Inspector(kit.write_bundle(tmp_path / "b", graph, metadata), threads=1)
    scan = kit.make_scan(kit.walls, ("paper", kit.load, 45.0), LEAD)
    paper = Manifest(lines=(Line(hs_code="480256", mass_kg=900.0, packages=4),))
    report = inspector.inspect(scan, paper)
    assert report.evidence_scores["shielding_odds"] == 2.0
    (lead,) = (one for one in report.findings if one.kind == "high_z_shielding")
    assert lead.score == pytest.approx(0.881, abs=1e-3)
    assert [step.name for step in report.verdict.chain if "shielding" in step.name] == [
        "shielding_odds"
    ]
    assert "shielding_odds" not in inspector.inspect(scan).evidence_scores
    valid_json(report)


def test_regions_are_told_with_the_odds_that_they_are_lumps(tmp_path, kit, graph) -> None:
    folder = kit.write_bundle(tmp_path / "b", graph, kit.tiny_metadata(graph))
    scan = kit.make_scan(kit.walls, ("paper", kit.load, 45.0), LEAD)
    without = Inspector(folder, threads=1).infer(scan).regions
    lumps = Inspector(with_lump_graph(folder, kit.tiny_metadata(graph)), threads=1)
    regions = lumps.infer(scan).regions
    found = distinct_regions(without, scan.transmission.shape[1:])
    assert [(*one.box, one.score) for one in found] == [tuple(row[:5]) for row in regions.tolist()]
    boxes = regions[:, :4].astype(np.float64)
    close = region_crops(scan.attenuation, boxes, scan.pitch_mm).close
    assert regions[:, 5] == pytest.approx(close[:, 0].mean(axis=(1, 2)), rel=1e-4)
    bare = replace(scan, transmission=np.ones_like(scan.transmission))
    assert lumps.infer(bare).regions.shape[1] == 6


def test_no_more_regions_than_are_looked_at_are_told(tmp_path, kit, graph) -> None:
    folder = kit.write_bundle(tmp_path, graph, kit.tiny_metadata(graph))
    inspector = Inspector(with_lump_graph(folder, kit.tiny_metadata(graph)), threads=1)
    scan = kit.make_scan(kit.walls, ("paper", kit.load, 45.0))
    rows = [(8 * n, 40, 8 * n + 6, 60, 0.5 + n / 100) for n in range(30)]
    regions = inspector._model._with_lumps(scan, np.array(rows, np.float32))
    assert regions.shape == (LOOKS, 6)
    assert regions[:, 4].tolist() == sorted(regions[:, 4].tolist(), reverse=True)
    none = inspector._model._with_lumps(scan, np.zeros((30, 5), np.float32))
    assert none.shape == (0, 6)


@pytest.mark.parametrize(("least", "odds"), [(0.5, 2.0), (50.0, -3.0)])
def test_odds_may_ask_what_is_a_lump(tmp_path, kit, graph, least: float, odds: float) -> None:
    """By the tiny graph of lumps that is the mean attenuation of a crop, here some 3."""
    asking = msgspec.structs.replace(
        odds_by_excess(least), facts=REGION_FACTS, fact=(REGION_FACTS.index("lump"),)
    )
    metadata = kit.tiny_metadata(graph, region_odds=asking)
    folder = kit.write_bundle(tmp_path / "b", graph, metadata)
    with pytest.raises(BundleError, match=r"expected lumps\.onnx, for odds that count lumps"):
        Inspector(folder)
    inspector = Inspector(with_lump_graph(folder, metadata), threads=1)
    scan = kit.make_scan(kit.walls, ("paper", kit.load, 45.0), LEAD)
    paper = Manifest(lines=(Line(hs_code="480256", mass_kg=900.0),))
    lumps = 100 / (1 + np.exp(-inspector.infer(scan, paper).regions[:, 5]))
    report = inspector.inspect(scan, paper)
    assert report.evidence_scores["shielding_odds"] == odds
    told = [
        row.value
        for finding in report.findings
        for row in finding.evidence
        if row.name == "a thing of its own, no part of goods"
    ]
    assert told == ([pytest.approx(lumps.max(), abs=0.1)] if odds > 0 else [])


@pytest.mark.parametrize(
    ("last", "found"),
    [("Shape", r"int64 of shape \(1,\)"), ("Log", "some that are not finite")],
)
def test_a_graph_of_lumps_that_does_not_fit_is_refused_at_once(
    tmp_path, kit, graph, last: str, found: str
) -> None:
    folder = kit.write_bundle(tmp_path, graph, kit.tiny_metadata(graph))
    with_lump_graph(folder, kit.tiny_metadata(graph), lump_graph(last=last))
    expected = rf"lumps\.onnx: expected a finite number for each of 2 regions, found {found}"
    with pytest.raises(BundleError, match=expected):
        Inspector(folder, threads=1)


def test_an_answer_of_lumps_that_is_no_number_never_clears_a_scan(tmp_path, kit, graph) -> None:
    """Acos: of a mean attenuation above 1 there is none."""
    folder = kit.write_bundle(tmp_path, graph, kit.tiny_metadata(graph))
    with_lump_graph(folder, kit.tiny_metadata(graph), lump_graph(last="Acos"))
    scan = kit.make_scan(kit.walls, ("paper", kit.load, 45.0), LEAD)
    with pytest.raises(BundleError, match=r"for each of \d+ regions, found some that are not fin"):
        Inspector(folder, threads=1).infer(scan)


def test_refuses_lumps_of_other_crops(tmp_path, kit, graph) -> None:
    folder = with_lump_graph(
        kit.write_bundle(tmp_path, graph, kit.tiny_metadata(graph)), kit.tiny_metadata(graph)
    )
    metadata = load_bundle(folder).metadata
    other = msgspec.structs.replace(metadata.lumps, crops="close: 16 cells")
    changed = msgspec.structs.replace(metadata, lumps=other)
    (folder / "bundle.json").write_bytes(msgspec.json.encode(changed))
    with pytest.raises(BundleError, match=r"expected crops of the form .* found 'close: 16"):
        Inspector(folder)


def test_maps_without_lumps_are_no_answer_to_odds_that_count_them(tmp_path, kit, graph) -> None:
    odds = msgspec.structs.replace(odds_by_excess(), facts=REGION_FACTS)
    plain = Inspector(kit.write_bundle(tmp_path / "a", graph, kit.tiny_metadata(graph)), threads=1)
    metadata = kit.tiny_metadata(graph, region_odds=odds)
    folder = kit.write_bundle(tmp_path / "b", graph, metadata)
    counting = Inspector(with_lump_graph(folder, metadata), threads=1)
    scan = kit.make_scan(kit.walls, ("paper", kit.load, 45.0), LEAD)
    paper = Manifest(lines=(Line(hs_code="480256", mass_kg=900.0),))
    with pytest.raises(ValueError, match="expected regions with the odds that they are lumps"):
        counting.inspect(scan, paper, maps=plain.infer(scan, paper))


def test_refuses_a_bundle_with_odds_by_other_facts(tmp_path, kit, graph) -> None:
    odds = msgspec.structs.replace(odds_by_excess(), facts=("excess",), fact=(0,))
    folder = kit.write_bundle(tmp_path, graph, kit.tiny_metadata(graph, region_odds=odds))
    with pytest.raises(BundleError, match="expected odds of regions by the facts that this ScanAI"):
        Inspector(folder)


@pytest.mark.parametrize(
    "change",
    [
        lambda one: {"features": ("guess", *one.features[1:])},
        lambda one: {"features": one.features[::-1]},
        lambda one: {
            **{name: getattr(one, name)[:-1] for name in ("features", "mean", "spread")},
            "hidden_weights": tuple(row[:-1] for row in one.hidden_weights),
            "mass_weights": one.mass_weights[:-1],
        },
        lambda one: {"headings": ("7777", *one.headings[1:])},
        lambda one: {"misfit": Misfit(facts=("guess",), weights=(1.0,), bias=0.0)},
    ],
    ids=["another feature", "another order", "of an earlier ScanAI", "no heading", "other facts"],
)
def test_refuses_a_bundle_with_signatures_of_something_else(tmp_path, kit, graph, change) -> None:
    signatures = signatures_of("4802", "7208")
    signatures = msgspec.structs.replace(signatures, **change(signatures))
    metadata = kit.tiny_metadata(graph, signatures=signatures)
    folder = kit.write_bundle(tmp_path / "b", graph, metadata)
    with pytest.raises(BundleError, match="expected signatures of the features and headings that"):
        Inspector(folder)


def test_signatures_from_before_the_spacing_of_packages_are_read_as_they_were(
    tmp_path, kit, graph
) -> None:
    now = signatures_of("4802", "7208")
    known = len(earlier_feature_names(0))
    assert known < len(now.features)
    before = msgspec.structs.replace(
        now,
        **{name: getattr(now, name)[:known] for name in ("features", "mean", "spread")},
        hidden_weights=tuple(row[:known] for row in now.hidden_weights),
        mass_weights=now.mass_weights[:known],
    )
    scan = kit.make_scan(kit.walls, ("paper", kit.load, 45.0))

    def report_by(name: str, signatures: Signatures) -> Report:
        metadata = kit.tiny_metadata(graph, signatures=signatures)
        inspector = Inspector(kit.write_bundle(tmp_path / name, graph, metadata))
        return inspector.inspect(scan, Manifest(lines=(PAPER,)))

    first, again = report_by("now", now), report_by("before", before)
    assert first.lines[0].p_value is not None
    assert again.lines == first.lines
    assert again.evidence_scores == first.evidence_scores


def test_a_learned_misfit_is_a_finding_on_the_whole_load(tmp_path, kit, graph) -> None:
    anywhere = tuple(float(name == "largest_line_anywhere") for name in FACTS)
    signatures = msgspec.structs.replace(
        signatures_of("4802", "7208", sure=0.4),
        misfit=Misfit(facts=FACTS, weights=anywhere, bias=-0.5),
    )
    metadata = kit.tiny_metadata(graph, signatures=signatures)
    thresholds = dict(metadata.thresholds)
    for name, value in (("goods_misfit", 0.3), ("unexplained_goods", 6.0)):
        thresholds[name] = msgspec.structs.replace(thresholds[name], value=value)
    metadata = msgspec.structs.replace(metadata, thresholds=thresholds)
    inspector = Inspector(kit.write_bundle(tmp_path / "b", graph, metadata))
    scan = kit.make_scan(kit.walls, ("paper", kit.load, 45.0))

    def report_on(*lines: Line) -> Report:
        return inspector.inspect(scan, Manifest(lines=lines, unit_type="20", tare_kg=480.0))

    steel = Line(hs_code="7208", mass_kg=500.0)
    false, true = report_on(steel), report_on(PAPER)
    (finding,) = [one for one in false.findings if one.kind == "undeclared_goods"]
    assert finding.sentence.startswith("Hardly anywhere does the load look like “Iron and")
    assert "undeclared_goods" not in kinds(true)
    assert true.evidence_scores["goods_misfit"] < 0.3 <= false.evidence_scores["goods_misfit"]
    # Goods without a code could be any.
    assert "goods_misfit" not in report_on(steel, Line(hs_code="")).evidence_scores


def test_with_signatures_a_report_says_how_well_each_code_fits(tmp_path, kit, graph) -> None:
    metadata = kit.tiny_metadata(graph, signatures=signatures_of("4802", "7208"))
    inspector = Inspector(kit.write_bundle(tmp_path / "b", graph, metadata))
    scan = kit.make_scan(kit.walls, ("paper", kit.load, 45.0))
    report = inspector.inspect(scan, Manifest(lines=(PAPER,), unit_type="20", tare_kg=480.0))
    (line,) = report.lines
    assert line.p_value > 0.5
    assert line.p_value_of == "4802"
    # The least that one line scores: in the tail of honest lines nothing counts as surer.
    assert report.evidence_scores["heading_fit"] == pytest.approx(-math.log(MOST), abs=1e-3)
    steel = Line(hs_code="7208")
    report = inspector.inspect(scan, Manifest(lines=(steel,), unit_type="20", tare_kg=480.0))
    assert "undeclared_goods" in kinds(report)
    assert "such as HS 4802" in report.findings[0].sentence
    assert report.lines[0].plausibility == pytest.approx(0.0, abs=0.1)
    valid_json(report)


def test_refuses_a_scan_whose_fields_do_not_fit(inspector, kit) -> None:
    scan = kit.make_scan(kit.walls)
    with pytest.raises(ScanError, match="at least 32 × 32"):
        inspector.inspect(replace(scan, transmission=scan.transmission[:, :8]))
