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


def test_each_benchmark_replaces_its_own_figures(folder, metadata) -> None:
    write_mismatch(folder, metadata, "mismatch.toml", 7, FIGURES)
    later = {"group_swap": Figure(0.7, 0.6, 0.8, 200)}
    written = write_mismatch(folder, metadata, "other.toml", 8, later)
    assert (written.mismatch, written.mismatch_benchmark, written.mismatch_seed) == (
        later,
        "other.toml",
        8,
    )
    read = msgspec.json.decode((folder / METRICS_FILE).read_bytes(), type=Metrics)
    assert read == written


def test_both_graphs_figures_never_stand_in_one_file(folder, metadata) -> None:
    write_mismatch(folder, metadata, "mismatch.toml", 7, FIGURES)
    other = msgspec.structs.replace(metadata, sha256="0" * 64)
    own = Metrics(bundle=other.name, version=other.version, sha256=other.sha256, figures=FIGURES)
    written = write_metrics(folder, other, own)
    assert written.figures == FIGURES
    assert (written.mismatch, written.mismatch_benchmark, written.mismatch_seed) == ({}, "", None)


@pytest.mark.parametrize(
    "content",
    [None, b"", b"{", b'{"format": "scanai-metrics/1"}', b'{"format": "scanai-metrics/3"}'],
    ids=["no file", "empty", "broken", "earlier format", "fields missing"],
)
def test_what_cannot_be_read_is_written_anew(tmp_path: Path, metadata, content) -> None:
    if content is not None:
        (tmp_path / METRICS_FILE).write_bytes(content)
    written = write_mismatch(tmp_path, metadata, "mismatch.toml", 7, FIGURES)
    assert written.figures == {}
    assert written.mismatch == FIGURES
    assert msgspec.json.decode((tmp_path / METRICS_FILE).read_bytes(), type=Metrics) == written
