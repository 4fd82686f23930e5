"""For the tests of the whole: a few small scan files with manifests, and a tiny model bundle."""

from __future__ import annotations

import runpy
from pathlib import Path

import pytest

from scanai.manifest import write_manifest
from scanai.scan import load_profile, write_tiff
from scanai.synth.scenes import ScanSpec
from scanai.synth.simulate import simulate


@pytest.fixture(scope="session")
def tiny_bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The model of arithmetic that the Inspector's own tests use."""
    kit = runpy.run_path(str(Path(__file__).parent / "inspect" / "conftest.py"))
    graph = kit["tiny_graph"]().SerializeToString()
    folder = tmp_path_factory.mktemp("bundle") / "tiny"
    written: Path = kit["write_bundle"](folder, graph, kit["tiny_metadata"](graph))
    return written


@pytest.fixture(scope="session")
def scan_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two scans of 400 columns with manifests. Copy it before changing anything."""
    folder = tmp_path_factory.mktemp("scans")
    for name, seed, profile in (("one", 1, "portal-6-4"), ("two", 2, "mobile-4")):
        scan = simulate(seed, load_profile(profile), ScanSpec(kind="benign"), 400)
        write_tiff(scan.raw, folder / f"{name}.tiff")
        write_manifest(scan.manifest, folder / f"{name}.manifest.json")
    return folder
