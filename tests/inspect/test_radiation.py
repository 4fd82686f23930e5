from __future__ import annotations

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scanai import Inspector
from scanai.inspect.bundle import BenignScores, OperatingPoint, initial_thresholds
from scanai.inspect.evidence.portal import density_along
from scanai.inspect.evidence.radiation import light_goods, radiation_findings
from scanai.inspect.report import Finding, Report
from scanai.inspect.verdict import decide
from scanai.inspect.wording import portal_caveats
from scanai.manifest.model import Line, Manifest
from scanai.radiation import Alarm, Panel, RadiationReading
from scanai.radiation.counting import TYPICAL_NEUTRON_CPS
from scanai.synth.portal import Source, simulate_portal

GARMENTS, TILES, BANANAS, STEEL = (
    Manifest(lines=(Line(hs_code=code),)) for code in ("610910", "690721", "080390", "720851")
)
OPAQUE = Finding(
    kind="opaque_region",
    score=0.6,
    p_value=0.03,
    region=(80, 80, 144, 112),
    sentence=(
        "The beam does not get through 0.32 m² at 2.4 m from the left end, 1.1 m up: at least 90 "
        "g/cm², and anything could be behind it."
    ),
)
SCORES = {
    "shielding": ["high_z_shielding", "hidden_cavity", "dense_block", "opaque_region"],
    "opaque_area": ["opaque_region"],
    "unexplained_goods": ["undeclared_goods"],
}
"""Evidence scores, and the kinds of finding that come of them."""
GAMMA, NEUTRON = Alarm(category="Gamma"), Alarm(category="Neutron")


@pytest.fixture(scope="module")
def point(kit, graph):
    return kit.tiny_metadata(graph).operating_point("coarse")


@pytest.fixture(scope="module")
def benign() -> OperatingPoint:
    """With scores of harmless scans spread evenly from 0 to 1."""
    quantiles = dict.fromkeys(SCORES, tuple(np.linspace(0, 1, 201).tolist()))
    scores = BenignScores(
        scans=400, thresholds={}, quantiles=quantiles, counts=dict.fromkeys(quantiles, 400)
    )
    known = {name: entry.value for name, entry in initial_thresholds().items()}
    return OperatingPoint(known, scores)


def passage(*sources: Source, dense: float = 30.0, seed: int = 1, **changes) -> RadiationReading:
    density = np.full(100, dense)
    reading = simulate_portal(np.random.default_rng(seed), density, 12.2, sources=sources)
    return msgspec.structs.replace(reading, **changes)


EVEN = np.full(100, 30.0)
SPREAD = Source(0, 12.2, gamma_cps=500)
SPOT = Source(6, 6, gamma_cps=1500)


def test_a_quiet_portal_finds_nothing(point) -> None:
    found = radiation_findings(passage(), GARMENTS, [], point)
    assert found.findings == []
    assert found.summary.quiet
    assert set(found.scores) == {"portal_gamma", "portal_neutron", "portal_suppression"}


# Neutrons always escalate -----------------------------------------------------------------------


@pytest.mark.parametrize("manifest", [None, GARMENTS, TILES])
@pytest.mark.parametrize(
    "reading",
    [
        passage(Source(6, 6, neutron_cps=10)),
        passage(Source(6, 6, neutron_cps=10), SPREAD),
        passage(alarms=(NEUTRON,)),
        passage(alarms=(Alarm(category="Gamma-Neutron"),)),
    ],
    ids=["counts", "beside natural goods", "instrument", "both"],
)
def test_neutrons_ask_for_inspection_whatever_is_declared(point, reading, manifest) -> None:
    found = radiation_findings(reading, manifest, [], point)
    first = found.findings[0]
    assert (first.kind, first.asks_at_most) == ("radiation_alarm", "inspect")
    assert "Hardly any goods give neutrons: check for a source." in first.sentence
    assert decision(found.findings, point) == "inspect"
    assert not found.summary.quiet


def test_an_alarm_of_the_instrument_alone_has_no_p_value(point) -> None:
    (finding,) = radiation_findings(passage(alarms=(NEUTRON,)), None, [], point).findings
    assert finding.p_value is None
    assert finding.sentence.startswith("The portal itself raised an alarm (Neutron).")


def test_neutrons_without_a_background_are_judged_by_a_typical_one(point) -> None:
    def neutrons(*counts: int, **changes) -> RadiationReading:
        panel = Panel(name="tube", particle="neutron", counts=counts, live_s=(0.1,) * len(counts))
        return passage(panels=(panel,), real_s=panel.live_s, **changes)

    found = radiation_findings(neutrons(*[10] * 10), GARMENTS, [], point)
    (finding,) = found.findings
    assert finding.sentence.startswith(
        "Neutron counts stand above a typical background, for none was measured, most of all 0.0 to"
    )
    assert decision(found.findings, point) == "inspect"
    assert found.summary.neutron.assumed
    assert found.summary.neutron.background_cps == pytest.approx(TYPICAL_NEUTRON_CPS)
    assert found.summary.neutron.background_live_s == 0
    assert not found.summary.quiet
    few = radiation_findings(neutrons(*[1, 0, 0, 1, 0, 1, 0, 0, 0, 2]), GARMENTS, [], point)
    assert few.findings == []
    assert not few.summary.quiet
    # Beside a panel whose background was measured as well.
    alone = neutrons(*[10] * 10).panels[0]
    calm = Panel(
        name="other",
        particle="neutron",
        counts=(0,) * 10,
        live_s=(0.1,) * 10,
        background_counts=60,
        background_live_s=60.0,
    )
    both = msgspec.structs.replace(neutrons(*[10] * 10), panels=(alone, calm))
    assert decision(radiation_findings(both, GARMENTS, [], point).findings, point) == "inspect"


# Gamma rays -------------------------------------------------------------------------------------


def test_gamma_counts_of_natural_goods_are_likely_natural(point) -> None:
    (finding,) = radiation_findings(passage(SPREAD), TILES, [], point).findings
    assert "Likely natural: HS 6907, ceramic tiles, holds K-40 with U and Th series." in (
        finding.sentence
    )
    assert finding.p_value < 1e-4
    assert decision([finding], point) == "review"


@pytest.mark.parametrize("code", ["310420", "251611", "250810", "680223"])
def test_so_are_those_of_fertiliser_granite_and_cat_litter(point, code: str) -> None:
    lines = (Line(hs_code="610910", mass_kg=6000), Line(hs_code=code, mass_kg=3000))
    manifest = Manifest(lines=lines)
    (finding,) = radiation_findings(passage(SPREAD), manifest, [], point, EVEN).findings
    assert "Likely natural" in finding.sentence
    assert finding.asks_at_most == "review"


def declared(natural_kg: float | None, others_kg: float | None, **fields) -> Manifest:
    """Tiles beside toys."""
    lines = (Line(hs_code="690721", mass_kg=natural_kg), Line(hs_code="950300", mass_kg=others_kg))
    return Manifest(lines=lines, **fields)


@pytest.mark.parametrize(
    ("manifest", "words"),
    [
        (declared(1.0, 18_800.0), "only 1 kg of 18.8 t are declared, too little for such an alarm"),
        (declared(3000.0, 18_800.0), "only 3.0 t of 21.8 t are declared, too little"),
        (declared(3000.0, None, gross_mass_kg=21_800.0), "only 3.0 t of 21.8 t are declared"),
        (declared(3000.0, 2000.0, gross_mass_kg=21_800.0), "only 3.0 t of 21.8 t are declared"),
        (declared(3000.0, None), "the papers do not say how much of the load it is"),
        (declared(None, 2000.0), "the papers do not say how much of the load it is"),
        (declared(0.0, 0.0), "the papers do not say how much of the load it is"),
        (Manifest(lines=(Line(hs_code="690721", mass_kg=20.0),)), "only 20 kg are declared"),
    ],
)
def test_a_little_of_natural_goods_excuses_no_alarm(point, manifest, words: str) -> None:
    for reading in (passage(SPREAD), passage(alarms=(GAMMA,))):
        (finding,) = radiation_findings(reading, manifest, [], point).findings
        assert f"holds K-40 with U and Th series, but {words}" in finding.sentence
        assert finding.sentence.endswith(": check for a source.")
        assert decision([finding], point) == "inspect"


def test_natural_goods_give_no_more_than_they_can(point) -> None:
    strong = passage(Source(0, 12.2, gamma_cps=4500))
    for code in ("690721", "310420"):
        manifest = Manifest(lines=(Line(hs_code=code),))
        (finding,) = radiation_findings(strong, manifest, [], point, EVEN).findings
        assert "times the background, more than such goods give" in finding.sentence
        assert decision([finding], point) == "inspect"
    ore = Manifest(lines=(Line(hs_code="261510"),))
    (finding,) = radiation_findings(strong, ore, [], point, EVEN).findings
    assert "Likely natural" in finding.sentence


def test_a_rise_shorter_than_the_natural_goods_is_no_natural_one(point) -> None:
    """A point source among 12 m of tiles, in the middle or not; of half a load it may be."""
    for place in (2.0, 6.0, 10.0):
        spot = passage(Source(place, place, gamma_cps=600))
        (finding,) = radiation_findings(spot, TILES, [], point, EVEN).findings
        assert "of the seen mass while it makes up 100 % of the declared" in finding.sentence
        assert decision([finding], point) == "inspect"
        (finding,) = radiation_findings(spot, declared(5000, 5000), [], point, EVEN).findings
        assert "Likely natural" in finding.sentence
        # Without a picture there is no mass to lay it beside.
        (finding,) = radiation_findings(spot, TILES, [], point).findings
        assert "Likely natural" in finding.sentence


@pytest.mark.parametrize("seed", range(10))
def test_an_even_natural_load_rises_along_all_of_it(point, seed: int) -> None:
    for cps in (300, 500, 1000):
        reading = passage(Source(0, 12.2, gamma_cps=cps), seed=seed)
        (finding,) = radiation_findings(reading, TILES, [], point, EVEN).findings
        assert "Likely natural" in finding.sentence


@pytest.mark.parametrize(
    ("reading", "manifest", "words"),
    [
        (passage(SPREAD), GARMENTS, "No declared goods are known to be radioactive: check"),
        (passage(SPREAD), None, "There is no declaration to explain it: check"),
        (passage(SPREAD), BANANAS, "but such loads hardly ever alarm by it: check"),
        (passage(SPREAD, nuclides=("Cs-137",)), TILES, "The portal names Cs-137, which is not"),
        (passage(SPOT), GARMENTS, "No declared goods are known to be radioactive: check"),
        (passage(alarms=(GAMMA,)), GARMENTS, "raised an alarm (Gamma). No declared goods"),
        (passage(alarms=(Alarm(category="Other"),)), GARMENTS, "raised an alarm (Other)."),
    ],
)
def test_other_gamma_alarms_ask_for_inspection(point, reading, manifest, words) -> None:
    (finding,) = radiation_findings(reading, manifest, [], point).findings
    assert words in finding.sentence
    assert decision([finding], point) == "inspect"


def test_natural_nuclides_named_by_the_portal_stay_natural(point) -> None:
    reading = passage(SPREAD, nuclides=("K-40", "Th-232"))
    (finding,) = radiation_findings(reading, TILES, [], point).findings
    assert "Likely natural" in finding.sentence


# Faulty detectors -----------------------------------------------------------------------------


def failing(keep) -> RadiationReading:
    """One panel of 24,000 expected counts, of which `keep` of each number of 100 are counted."""
    counts = tuple(240 if keep(n) else 0 for n in range(100))
    panel = Panel(
        name="left",
        particle="gamma",
        counts=counts,
        live_s=(0.1,) * 100,
        background_counts=144_000,
        background_live_s=60.0,
    )
    return passage(panels=(panel,), real_s=panel.live_s)


@pytest.mark.parametrize(
    ("keep", "expected"),
    [
        (lambda n: False, 24_000),
        (lambda n: n % 3, 8160),
        (lambda n: n < 67, 7920),
        (lambda n: n > 33, 8160),
    ],
    ids=["dead", "every third interval", "end", "start"],
)
def test_a_detector_that_fails_is_no_quiet_portal(point, keep, expected: int) -> None:
    found = radiation_findings(failing(keep), GARMENTS, [OPAQUE], point)
    assert found.findings == []
    assert not found.summary.quiet
    assert "portal_suppression" not in found.scores
    assert found.summary.gamma.lowest_share is None
    (fault,) = found.summary.faults
    assert (fault.panel, fault.particle, fault.counts) == ("left", "gamma", 0)
    assert fault.expected == pytest.approx(expected)
    note = portal_caveats(found.summary)[0]
    assert note.startswith(
        f"The portal's gamma detector “left” counted 0 where {expected:,} are expected"
    )


def test_a_dead_detector_hides_no_alarm_and_spoils_the_silence_of_others(point) -> None:
    def without_first(reading: RadiationReading) -> RadiationReading:
        first, *others = reading.panels
        dead = msgspec.structs.replace(first, counts=(0,) * len(first.counts))
        return msgspec.structs.replace(reading, panels=(dead, *others))

    found = radiation_findings(without_first(passage()), GARMENTS, [OPAQUE], point)
    assert found.findings == []
    assert not found.summary.quiet
    found = radiation_findings(without_first(passage(SPREAD)), GARMENTS, [], point)
    assert decision(found.findings, point) == "inspect"


def test_dense_cargo_is_no_fault(point) -> None:
    found = radiation_findings(passage(dense=600.0), STEEL, [], point)
    assert found.summary.faults == ()
    assert found.summary.quiet


# Shielding --------------------------------------------------------------------------------------


def test_a_quiet_portal_and_an_unexplained_block_raise_suspicion(point) -> None:
    (raised,) = radiation_findings(passage(), GARMENTS, [OPAQUE], point).findings
    assert (raised.kind, raised.region, raised.p_value) == (OPAQUE.kind, OPAQUE.region, None)
    assert raised.score > OPAQUE.score
    assert raised.sentence.startswith(
        "Suspicion of shielding: the beam does not get through 0.32 m² at 2.4 m from the left end, "
        "1.1 m up; the quiet portal would not see a source there"
    )
    assert verdict([raised, OPAQUE], point).urgency > verdict([OPAQUE], point).urgency


@pytest.mark.parametrize("kind", ["high_z_shielding", "hidden_cavity", "opaque_region"])
def test_every_shield_is_more_urgent_beside_a_quiet_portal(benign, kind: str) -> None:
    scores = {"shielding": 0.995, "opaque_area": 0.5}
    p_value = benign.p_value("shielding", 0.995)
    shield = msgspec.structs.replace(OPAQUE, kind=kind, p_value=p_value)
    found = radiation_findings(passage(), GARMENTS, [shield], benign)
    (raised,) = found.findings
    without = verdict([shield], benign, scores=scores)
    together = verdict([raised, shield], benign, scores=scores | found.scores)
    assert together.urgency > without.urgency
    assert together.combined_p == without.combined_p
    # The short reason keeps what is suspected and where, and the block is not one more.
    (reason,) = together.carried_by
    assert reason.sentence == (
        "Suspicion of shielding: the beam does not get through 0.32 m² at 2.4 m from the left end, "
        "1.1 m up."
    )
    assert (reason.finding, reason.p_value) == (1, p_value)
    assert next(step for step in together.chain if step.name == "shielding").asks == (
        next(step for step in without.chain if step.name == "shielding").asks
    )


def test_a_natural_alarm_turns_no_review_into_an_inspection(benign) -> None:
    """Tiles with an alarm, and undeclared goods that ask for a review alone."""
    scores = {"shielding": 0.3, "opaque_area": 0.2, "unexplained_goods": 0.98}
    p_value = benign.p_value("unexplained_goods", 0.98)
    goods = Finding(kind="undeclared_goods", score=0.9, p_value=p_value, sentence="Others.")
    without = verdict([goods], benign, scores=scores)
    found = radiation_findings(passage(SPREAD), TILES, [goods], benign)
    (alarm,) = found.findings
    assert "Likely natural" in alarm.sentence
    together = verdict([alarm, goods], benign, scores=scores | found.scores)
    assert (without.decision, together.decision) == ("review", "review")
    assert together.combined_p == without.combined_p
    assert together.urgency > without.urgency
    step = next(step for step in together.chain if step.name == "radiation_alarm")
    assert (step.entry, step.entered_p, step.p_value) == ("not_combined", None, alarm.p_value)
    # An alarm that nothing explains still counts, beside the natural one or alone.
    neutrons = radiation_findings(passage(Source(6, 6, neutron_cps=10), SPREAD), TILES, [], benign)
    assert [one.asks_at_most for one in neutrons.findings] == ["inspect", "review"]
    assert verdict(neutrons.findings, benign, scores=scores).combined_p < 0.01


@pytest.mark.parametrize(
    ("reading", "manifest", "seen"),
    [
        (passage(), STEEL, [OPAQUE]),
        (passage(), None, [OPAQUE]),
        (passage(), GARMENTS, []),
        (passage(), GARMENTS, [msgspec.structs.replace(OPAQUE, confirmed=False)]),
        (passage(), GARMENTS, [msgspec.structs.replace(OPAQUE, kind="mass_mismatch")]),
    ],
    ids=["dense goods", "no declaration", "no block", "unconfirmed", "other finding"],
)
def test_suspicion_takes_a_block_that_declared_goods_do_not_explain(
    point, reading, manifest, seen
) -> None:
    assert radiation_findings(reading, manifest, seen, point).findings == []


def test_a_portal_that_measured_nothing_was_not_quiet(point) -> None:
    panels = tuple(
        msgspec.structs.replace(panel, background_live_s=0.0) for panel in passage().panels
    )
    found = radiation_findings(passage(panels=panels), GARMENTS, [OPAQUE], point)
    assert found.findings == []
    assert not found.summary.quiet
    assert found.summary.gamma is None


def test_a_background_that_a_light_load_cannot_hide_is_evidence(point) -> None:
    panels = tuple(
        Panel(
            name=panel.name,
            particle="gamma",
            counts=(*(50,) * 20, *(20,) * 20),
            live_s=(0.1,) * 40,
            background_counts=30000,
            background_live_s=60.0,
        )
        for panel in passage().of("gamma")
    )
    reading = passage(panels=panels, real_s=(0.1,) * 40)
    density = np.array([5.0] * 50 + [150.0] * 50)
    found = radiation_findings(reading, GARMENTS, [], point, density)
    (finding,) = found.findings
    assert (finding.kind, finding.asks_at_most, finding.p_value) == ("dense_block", "review", None)
    missing, agreement = finding.evidence
    assert missing.value == pytest.approx(60, abs=0.5)
    assert missing.low < missing.value < missing.high
    assert agreement.value > 0.9
    assert not found.summary.reversed
    back = radiation_findings(reading, GARMENTS, [], point, density[::-1])
    assert back.summary.reversed
    assert radiation_findings(reading, STEEL, [], point, density).findings == []


@pytest.mark.parametrize(
    ("manifest", "light"),
    [(GARMENTS, True), (STEEL, False), (None, False), (TILES, False), (Manifest(), True)],
)
def test_light_goods_are_told_by_their_density(point, manifest, light: bool) -> None:
    assert (light_goods(manifest, point) is not None) == light


# A quiet portal never lowers a score ------------------------------------------------------------

KINDS = ["high_z_shielding", "opaque_region", "dense_block", "controlled_goods", "mass_mismatch"]
FINDINGS = st.lists(
    st.builds(
        Finding,
        kind=st.sampled_from(KINDS),
        score=st.floats(0, 1),
        p_value=st.none() | st.floats(0.001, 1),
        confirmed=st.booleans(),
        sentence=st.just("Something."),
    ),
    max_size=4,
)


@st.composite
def readings(draw) -> RadiationReading:
    n = draw(st.integers(1, 12))
    panels = tuple(
        Panel(
            name=f"{number}",
            particle=draw(st.sampled_from(["gamma", "neutron"])),
            counts=tuple(draw(st.lists(st.integers(0, 200), min_size=n, max_size=n))),
            live_s=(0.1,) * n,
            background_counts=draw(st.integers(0, 60_000)),
            background_live_s=draw(st.sampled_from([0.0, 60.0])),
        )
        for number in range(draw(st.integers(0, 3)))
    )
    categories = st.sampled_from(["Gamma", "Neutron", "Isotope", "Other"])
    alarms = draw(st.lists(st.builds(Alarm, category=categories), max_size=2))
    return RadiationReading(source="a.n42", real_s=(0.1,) * n, panels=panels, alarms=tuple(alarms))


@settings(deadline=None)
@given(
    reading=readings(),
    seen=FINDINGS,
    manifest=st.sampled_from([None, GARMENTS, TILES, BANANAS, STEEL, Manifest()]),
    suspicion=st.floats(0, 1),
)
def test_no_reading_lowers_a_score_or_a_verdict(point, reading, seen, manifest, suspicion) -> None:
    before = [msgspec.structs.replace(finding) for finding in seen]
    found = radiation_findings(reading, manifest, seen, point)
    assert seen == before
    rank = ["clear", "review", "inspect"].index
    without = verdict(seen, point, suspicion)
    together = verdict([*found.findings, *seen], point, suspicion)
    assert rank(together.decision) >= rank(without.decision)
    assert together.urgency >= without.urgency
    for finding in found.findings:
        assert 0 <= finding.score <= 1
        assert finding.p_value is None or 0 < finding.p_value <= 1
    if found.summary.quiet:
        assert all(finding.kind != "radiation_alarm" for finding in found.findings)


@st.composite
def scored(draw) -> tuple[dict[str, float], list[tuple[str, str, bool]]]:
    """Evidence scores, and findings of them as (score, kind, confirmed)."""
    some = draw(st.lists(st.sampled_from(sorted(SCORES)), unique=True, min_size=1))
    scores = {name: draw(st.floats(0, 1) | st.floats(0.9, 50)) for name in some}
    of_scores = st.sampled_from(some).flatmap(
        lambda name: st.tuples(st.just(name), st.sampled_from(SCORES[name]), st.booleans())
    )
    return scores, draw(st.lists(of_scores, max_size=3))


@st.composite
def quiet_readings(draw) -> RadiationReading:
    """Counts at or below the background, but for a sharp rise in some."""
    part = draw(st.floats(0.05, 1.0))
    rise = draw(st.sampled_from([0, 0, 40, 400]))
    counts = tuple(int(500 * part) + rise * (20 <= n < 40) for n in range(50))
    panel = Panel(
        name="left",
        particle="gamma",
        counts=counts,
        live_s=(0.1,) * 50,
        background_counts=300_000,
        background_live_s=60.0,
    )
    return RadiationReading(source="a.n42", real_s=panel.live_s, panels=(panel,))


@settings(deadline=None, max_examples=300)
@given(
    reading=quiet_readings(),
    seen=scored(),
    manifest=st.sampled_from([None, GARMENTS, TILES, STEEL]),
)
def test_no_reading_lowers_what_benign_scans_tell(benign, reading, seen, manifest) -> None:
    """Beside scores of known distribution, a quiet portal least of all."""
    scores, told = seen
    findings = [
        Finding(
            kind=kind,
            score=min(scores[name], 1.0),
            p_value=benign.p_value(name, scores[name]),
            region=(8 * number, 0, 8 * number + 8, 8),
            confirmed=confirmed,
            sentence="Something: there.",
        )
        for number, (name, kind, confirmed) in enumerate(told)
    ]
    found = radiation_findings(reading, manifest, findings, benign)
    without = verdict(findings, benign, scores=scores)
    together = verdict([*found.findings, *findings], benign, scores=scores | found.scores)
    rank = ["clear", "review", "inspect"].index
    assert rank(together.decision) >= rank(without.decision)
    assert together.urgency >= without.urgency
    assert scores == {name: (scores | found.scores)[name] for name in scores}
    if found.summary.quiet:
        assert together.combined_p == without.combined_p
        # Far beyond all benign scans the sixth digit shows no more.
        if found.findings and max(scores.values()) <= 1:
            assert together.urgency > without.urgency


def verdict(findings, point, suspicion: float = 0.0, scores: dict[str, float] | None = None):
    return decide(
        findings,
        point,
        scores=scores or {},
        suspicion=suspicion,
        clear_reasons=["Nothing."],
        caveats=[],
    )


def decision(findings, point) -> str:
    return verdict(findings, point).decision


# The whole --------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def inspector(bundle_dir) -> Inspector:
    return Inspector(bundle_dir, threads=1)


def test_a_report_tells_of_its_reading(inspector, kit) -> None:
    scan = kit.make_scan(kit.walls, ("paper", kit.load, 45.0))
    reading = passage(Source(6, 6, neutron_cps=10), source="/some/a.n42", sha256="c" * 64)
    report = inspector.inspect(scan, GARMENTS, radiation=reading)
    assert report.verdict.decision == "inspect"
    assert report.findings[0].kind == "radiation_alarm"
    assert (report.inputs.radiation, report.inputs.radiation_sha256) == ("a.n42", "c" * 64)
    summary = report.radiation
    assert summary.neutron.alarm
    assert len(summary.times_s) == len(summary.gamma.cps) == len(summary.neutron.cps) <= 200
    assert len(summary.areal_density) > 20
    assert report.evidence_scores["portal_neutron"] == pytest.approx(
        summary.neutron.peak_sigma, abs=0.01
    )
    assert msgspec.json.decode(msgspec.json.encode(report), type=Report) == report


def test_a_quiet_portal_raises_what_the_picture_shows(inspector, kit) -> None:
    scan = kit.make_scan(
        kit.walls, ("paper", kit.load, 20.0), ("lead", np.s_[88:112, 144:176], 400.0)
    )
    without = inspector.inspect(scan, GARMENTS)
    report = inspector.inspect(scan, GARMENTS, radiation=passage())
    assert report.findings[1:] == without.findings
    assert report.findings[0].kind == "opaque_region"
    assert report.findings[0].sentence.startswith("Suspicion of shielding: opaque block, 40 × 40")
    assert report.verdict.urgency > without.verdict.urgency
    (reason,) = [one for one in report.verdict.carried_by if one.finding == 1]
    assert reason.sentence.startswith("Suspicion of shielding: opaque block")
    assert "more." not in reason.sentence


def test_a_display_picture_is_judged_by_its_portal_too(inspector, kit) -> None:
    report = inspector.inspect(kit.display_scan(), GARMENTS, radiation=passage(SPREAD))
    assert report.verdict.decision == "inspect"
    assert report.radiation.areal_density == ()


def test_says_what_the_portal_could_not_tell(inspector, kit) -> None:
    scan = kit.make_scan(kit.walls)
    panels = passage().of("gamma")
    reasons = inspector.inspect(scan, radiation=passage(panels=panels)).verdict.reasons
    assert "The portal reading does not tell of neutrons." in reasons
    reasons = inspector.inspect(scan, radiation=passage(panels=())).verdict.reasons
    assert any("holds no background" in reason for reason in reasons)


def test_density_is_that_of_the_unit_from_left_to_right(kit, context_of) -> None:
    context = context_of(kit.walls, ("paper", np.s_[60:140, 40:100], 45.0))
    density = density_along(context.measured)
    assert density[4] > 2 * density[-4] > 0
