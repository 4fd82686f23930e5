"""A hand-built portal scan of a 20-ft container with a dense block, and its report."""

from __future__ import annotations

import msgspec
import numpy as np
import pytest

from scanai.inspect.report import (
    Evidence,
    Finding,
    InputIdentity,
    LinePlausibility,
    MassEstimate,
    ModelIdentity,
    Reason,
    Report,
    Step,
    Verdict,
)
from scanai.manifest.model import Line, Manifest
from scanai.physics.beams import beam
from scanai.physics.materials import material
from scanai.physics.transmission import attenuation_matrix, effective_spectrum
from scanai.scan.model import ImageQuality, Scan
from scanai.scan.profile import load_profile

HEIGHT, WIDTH = 320, 1200


def _expected_transmission(energy_mv: float) -> np.ndarray:
    rng = np.random.default_rng(7)
    cotton = np.zeros((HEIGHT, WIDTH))
    for column in range(60, 1100, 100):
        top = 90 + int(rng.integers(0, 40))
        for row in range(top, 280, 38):
            cotton[row : row + 36, column : column + 97] = rng.uniform(38, 46)
    steel = np.zeros_like(cotton)
    steel[40:300, 30:1170] = 3.2 + 0.8 * (np.arange(1140) // 14 % 2)
    steel[292:304, 30:1170] += 6
    steel[180:280, 700:860] += 70
    lead = np.zeros_like(cotton)
    lead[200:236, 410:452] = 90
    energy, weight = effective_spectrum(beam(energy_mv))
    names = ("cotton", "steel", "lead")
    coefficients = attenuation_matrix([material(name) for name in names], energy)
    stack = np.stack([cotton, steel, lead], axis=-1)
    expected: np.ndarray = np.exp(-stack @ coefficients) @ weight
    return expected


def make_scan(energies: int = 2) -> Scan:
    rng = np.random.default_rng(1)
    profile = load_profile("portal-6-4" if energies == 2 else "mobile-4")
    pages = []
    for energy_mv, quanta in zip(profile.energies_mv, profile.noise.quanta_open_beam, strict=True):
        expected = _expected_transmission(energy_mv)
        pages.append(rng.poisson(expected * quanta) / quanta)
    measured = np.maximum(np.stack(pages), profile.noise_floor).astype(np.float32)
    return Scan(
        source="SYNTH-0001.tiff",
        transmission=measured,
        valid=np.ones((HEIGHT, WIDTH), dtype=bool),
        quantity="counts",
        profile=profile,
        energies_mv=profile.energies_mv,
        pitch_mm=profile.pitch_mm,
        noise_floor=profile.noise_floor,
        quality=ImageQuality(notes=("Row 112 carried no signal and was filled in.",)),
        scan_id="SYNTH-0001",
        unit="SYNTH-000001",
    )


@pytest.fixture(scope="session")
def scan() -> Scan:
    return make_scan()


@pytest.fixture(scope="session")
def single_energy_scan() -> Scan:
    return make_scan(1)


@pytest.fixture(scope="session")
def display_scan() -> Scan:
    grey = np.linspace(0, 1, HEIGHT * WIDTH, dtype=np.float32).reshape(1, HEIGHT, WIDTH)
    return Scan(
        source="SYNTH-0002.png",
        transmission=grey,
        valid=np.ones((HEIGHT, WIDTH), dtype=bool),
        quantity="display",
        profile=None,
        energies_mv=(),
        pitch_mm=(0.0, 0.0),
        noise_floor=1e-4,
    )


@pytest.fixture
def manifest() -> Manifest:
    return Manifest(
        unit="SYNTH-000001",
        unit_type="20",
        regime="transit",
        route=("AAAAA", "BBBBB"),
        gross_mass_kg=9000,
        tare_kg=2250,
        seals=("SEAL-1",),
        lines=(
            Line(
                hs_code="520100",
                description="Raw cotton in pressed bales",
                mass_kg=6200,
                packages=44,
                package_type="bales",
                origin="XX",
            ),
            Line(hs_code="732690", description="Articles of steel", mass_kg=2800, packages=2),
        ),
    )


def _excess(value: float, low: float, high: float, surroundings: float) -> Evidence:
    name = "areal density above surroundings"
    return Evidence(
        name=name, value=value, low=low, high=high, unit="g/cm²", surroundings=surroundings
    )


@pytest.fixture
def report(scan: Scan) -> Report:
    return Report(
        scan_id="SYNTH-0001",
        unit="SYNTH-000001",
        inputs=InputIdentity(
            scan="SYNTH-0001.tiff",
            scan_sha256="0" * 64,
            manifest="SYNTH-0001.manifest.json",
            manifest_sha256="1" * 64,
        ),
        model=ModelIdentity(name="scanai-v0", version="0.1.0", sha256="2" * 64),
        scanner="portal-6-4",
        quantity="counts",
        shape=(2, HEIGHT, WIDTH),
        pitch_mm=scan.pitch_mm,
        energies_mv=(6.0, 4.0),
        image_quality=ImageQuality(
            dead_rows=((112,), ()),
            starved_share=0.0123,
            hot_pixel_share=0.00001,
            stripe_percent=0.4,
            open_beam=(54210.0, 52873.0),
            open_beam_from="air_line",
            notes=("Row 112 carried no signal and was filled in.",),
        ),
        thresholds={"shielding": 0.62, "undeclared_ratio": 2.0},
        raw_scores={"shielding": 0.94, "undeclared": 0.11, "loaded": 0.78},
        evidence_scores={"shielding": 0.94},
        findings=(
            Finding(
                kind="high_z_shielding",
                score=0.94,
                p_value=0.004,
                region=(402, 192, 460, 244),
                sentence="A block of heavy metal, 21 × 20 cm, inside goods declared as cotton.",
                evidence=(
                    _excess(88.2, 81.0, 96.5, surroundings=43.1),
                    Evidence(name="effective Z", value=80, low=68, high=94, surroundings=7.4),
                    Evidence(name="ratio", value=0.951, low=0.94, high=0.962, surroundings=0.853),
                ),
            ),
            Finding(
                kind="dense_block",
                score=0.55,
                p_value=0.09,
                region=(694, 174, 866, 286),
                sentence="A dense block of steel, 86 × 56 cm, fits line 2.",
                evidence=(_excess(70.4, 66.0, 75.0, surroundings=44.0),),
                confirmed=False,
            ),
            Finding(
                kind="mass_mismatch",
                score=0.7,
                p_value=0.02,
                sentence="The cargo weighs 12.4 t (11.1 t to 13.8 t); 9.0 t are declared.",
                evidence=(
                    Evidence(name="mass seen", value=12400, low=11100, high=13800, unit="kg"),
                    Evidence(name="mass declared", value=9000, unit="kg"),
                ),
            ),
        ),
        lines=(
            LinePlausibility(
                line=1,
                hs_code="520100",
                goods_group="fibre_bales",
                seen_share=0.81,
                plausibility=0.88,
                seen_kg=10044,
                seen_kg_low=8991,
                seen_kg_high=11178,
                seen_kg_per_package=5.02,
                seen_kg_per_package_low=4.5,
                seen_kg_per_package_high=5.59,
                reason="Most of the load looks like fibre bales.",
            ),
            LinePlausibility(
                line=2,
                hs_code="732690",
                goods_group="metal_articles",
                seen_share=None,
                plausibility=None,
                reason="Too little of the load to tell.",
            ),
        ),
        mass=MassEstimate(
            cargo_kg=12400,
            low_kg=11100,
            high_kg=13800,
            lower_bound_only=False,
            declared_kg=9000,
            tare_kg=2250,
            tare_from="manifest",
        ),
        verdict=Verdict(
            decision="inspect",
            urgency=0.92,
            reasons=(
                "Heavy metal stands inside goods declared as cotton.",
                "The cargo is 3.4 t heavier than declared.",
            ),
        ),
        timings_ms={"infer": 81.0, "evidence": 34.0},
    )


@pytest.fixture
def explained(report: Report) -> Report:
    """The report with the way to its verdict."""
    verdict = msgspec.structs.replace(
        report.verdict,
        carried_by=(
            Reason(
                name="shielding",
                kind="high_z_shielding",
                finding=1,
                p_value=0.004,
                sentence="A block of heavy metal, 21 × 20 cm.",
            ),
            Reason(
                name="mass_mismatch",
                kind="mass_mismatch",
                finding=3,
                p_value=0.02,
                sentence="The cargo weighs 12.4 t; 9.0 t are declared.",
            ),
        ),
        combined_p=0.008,
        chain=(
            Step(
                name="shielding",
                score=0.94,
                threshold=0.62,
                passed=True,
                p_value=0.004,
                above_all=True,
                entry="combined",
                entered_p=0.004,
                weight=0.5,
                share=0.92,
                asks="inspect",
            ),
            Step(
                name="mass_mismatch",
                score=0.7,
                threshold=0.1,
                passed=True,
                p_value=0.02,
                entry="combined",
                entered_p=0.02,
                weight=0.5,
                share=0.08,
                asks="review",
            ),
            Step(
                name="unfamiliar",
                score=0.9,
                threshold=2.0,
                passed=False,
                p_value=0.6,
                entry="not_combined",
            ),
        ),
        would_change=(
            "Without the heavy metal it would be review.",
            "A weighing would settle the mass.",
        ),
        caveats=("Parts are opaque.",),
    )
    thresholds = report.thresholds | {"inspect_p": 0.01, "review_p": 0.05}
    return msgspec.structs.replace(report, verdict=verdict, thresholds=thresholds)
