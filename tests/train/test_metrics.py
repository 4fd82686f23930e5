from __future__ import annotations

import json
import shutil
from pathlib import Path

import msgspec
import pytest

from scanai.inspect.bundle import BundleMetadata, load_bundle
from scanai.resources import model_bundle_dir
from scanai.train.figures import Figure
from scanai.train.metrics import METRICS_FILE, Metrics, write_metrics, write_mismatch

FIGURES = {"group_swap": Figure(0.5, 0.4, 0.6, 100)}


@pytest.fixture
def metadata() -> BundleMetadata:
    return load_bundle(model_bundle_dir()).metadata


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    shutil.copy(model_bundle_dir() / METRICS_FILE, tmp_path)
    return tmp_path


def test_a_mismatch_benchmark_leaves_the_other_figures_alone(folder, metadata) -> None:
    before = json.loads((folder / METRICS_FILE).read_bytes())["figures"]
    write_mismatch(folder, metadata, "mismatch.toml", 7, FIGURES)
    written = json.loads((folder / METRICS_FILE).read_bytes())
    assert before
    assert written["figures"] == before
    assert written["format"] == "scanai-metrics/3"
    assert written["mismatch"]["group_swap"]["value"] == 0.5
    assert "under a code of another goods group" in (folder / "README.md").read_text()


def test_a_benchmark_leaves_the_mismatch_figures_alone(folder, metadata) -> None:
    write_mismatch(folder, metadata, "mismatch.toml", 7, FIGURES)
    own = Metrics(bundle=metadata.name, version=metadata.version, sha256=metadata.sha256)
    written = write_metrics(folder, metadata, own)
    assert written.mismatch == FIGURES
    assert written.figures == {}


def test_figures_of_another_graph_are_dropped(folder, metadata) -> None:
    other = msgspec.structs.replace(metadata, sha256="0" * 64)
    written = write_mismatch(folder, other, "mismatch.toml", 7, FIGURES)
    assert written.figures == {}
    assert written.sha256 == "0" * 64
