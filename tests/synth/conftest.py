"""A coarse scanner and a plain scene, so that tests of the simulator stay fast."""

from __future__ import annotations

import pytest

from scanai.manifest.model import Manifest
from scanai.scan.profile import Geometry, Imperfections, Noise, ScannerProfile, SpectralFactors
from scanai.synth.scene import Scene, TransportUnit


@pytest.fixture
def coarse_scanner() -> ScannerProfile:
    """6/4 MV, pixels of 20 mm, without any imperfection but noise."""
    return ScannerProfile(
        name="coarse",
        description="for tests",
        energies_mv=(6.0, 4.0),
        pitch_mm=(20.0, 20.0),
        rows=160,
        geometry=Geometry(
            source_to_centre_m=7.5,
            source_to_detector_m=10.8,
            source_height_m=0.8,
            view_bottom_m=-0.2,
        ),
        spectral=(SpectralFactors(), SpectralFactors()),
        noise=Noise(quanta_open_beam=(4e4, 2e4), electronic_counts=2.0),
        open_beam_counts=(54000.0, 52000.0),
        open_beam_range=(40000.0, 62000.0),
        dark_counts=400.0,
        saturation_counts=65535,
        noise_floor=1.5e-4,
        imperfections=Imperfections.perfect(),
    )


@pytest.fixture
def scene_of():
    """A scene of the given objects, in a unit without walls."""

    def build(*objects, threats=()) -> Scene:
        unit = TransportUnit("20", length=6.0, width=2.4, height=2.6, tare_kg=0.0)
        return Scene(unit, tuple(objects), Manifest(unit="SYNTH-0001"), (), threats=threats)

    return build
