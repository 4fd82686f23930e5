"""A coarse scanner and a plain scene, so that tests of the simulator stay fast."""

from __future__ import annotations

import pytest
import scan_making

from scanai.manifest.model import Manifest
from scanai.scan.profile import Imperfections, Noise, ScannerProfile
from scanai.synth.scene import Scene, TransportUnit


@pytest.fixture
def coarse_scanner() -> ScannerProfile:
    """6/4 MV, pixels of 20 mm, without any imperfection but noise."""
    return scan_making.coarse_scanner(
        noise=Noise(quanta_open_beam=(4e4, 2e4), electronic_counts=2.0),
        imperfections=Imperfections.perfect(),
    )


@pytest.fixture
def scene_of():
    """A scene of the given objects, in a unit without walls."""

    def build(*objects, threats=()) -> Scene:
        unit = TransportUnit("20", length=6.0, width=2.4, height=2.6, tare_kg=0.0)
        return Scene(unit, tuple(objects), Manifest(unit="SYNTH-0001"), (), threats=threats)

    return build
