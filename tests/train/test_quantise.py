"""The graph in 8 bits: smaller, near the one in 32, and never taken for it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from scanai.errors import BundleError
from scanai.inspect.bundle import INT8_FILE, load_bundle
from scanai.inspect.inspector import Inspector
from scanai.resources import model_bundle_dir
from scanai.scan import read_scan
from scanai.synth.dataset import DatasetRecipe
from scanai.train.quantise import to_int8

SAMPLES = Path(__file__).resolve().parents[2] / "datasets" / "samples"


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The released one with a graph in 8 bits, scaled on two narrow scans."""
    import hashlib

    import msgspec

    recipe = DatasetRecipe(
        seed=3, count=2, profiles=("portal-6-4",), kinds={"benign": 1.0}, x_window_px=256
    )
    folder = tmp_path_factory.mktemp("bundle")
    released = load_bundle(model_bundle_dir())
    graph = to_int8(released.graph, recipe)
    (folder / "model.onnx").write_bytes(released.graph)
    (folder / INT8_FILE).write_bytes(graph)
    metadata = msgspec.structs.replace(
        released.metadata, int8_sha256=hashlib.sha256(graph).hexdigest()
    )
    (folder / "bundle.json").write_bytes(msgspec.json.encode(metadata))
    return folder


def test_answers_are_near_those_in_32_bits_and_the_graph_is_a_third(bundle: Path) -> None:
    scan = read_scan(SAMPLES / "portal-01.tiff")
    full, small = (Inspector(load_bundle(bundle, int8=int8)) for int8 in (False, True))
    assert len(small.bundle.graph) < 0.5 * len(full.bundle.graph)
    expected, found = full.infer(scan), small.infer(scan)
    assert np.abs(found.shielding - expected.shielding).mean() < 0.02
    agreed = found.goods.argmax(axis=0) == expected.goods.argmax(axis=0)
    assert agreed.mean() > 0.8


def test_a_report_names_the_graph_that_made_it(bundle: Path) -> None:
    scan = read_scan(SAMPLES / "portal-01.tiff")
    loaded = load_bundle(bundle, int8=True)
    assert Inspector(loaded).inspect(scan).model.sha256 == loaded.metadata.int8_sha256


def test_a_bundle_without_such_a_graph_says_so_and_a_changed_one_is_refused(bundle: Path) -> None:
    with pytest.raises(BundleError, match="a bundle with a graph in 8 bits, found one without"):
        load_bundle(model_bundle_dir("scanai-v0"), int8=True)
    path = bundle / INT8_FILE
    path.write_bytes(path.read_bytes() + b"\0")
    with pytest.raises(BundleError, match=r"model\.int8\.onnx: expected SHA-256"):
        load_bundle(bundle, int8=True)
