"""The graph in 8 bits: smaller, near the one in 32, and never taken for it."""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path

import msgspec
import numpy as np
import onnx
import pytest

from scanai.errors import BundleError
from scanai.inspect.bundle import INT8_FILE, load_bundle
from scanai.inspect.inspector import Inspector
from scanai.resources import model_bundle_dir
from scanai.scan import read_scan
from scanai.synth.dataset import DatasetRecipe
from scanai.train.bench_patches import BANK_SEED
from scanai.train.export import write_bundle
from scanai.train.quantise import SEED, remove_int8, to_int8
from scanai.train.signatures import DEFAULT_SEED as SIGNATURES_SEED
from scanai.train.thresholds import DEFAULT_SEED as THRESHOLDS_SEED

SAMPLES = Path(__file__).resolve().parents[2] / "datasets" / "samples"


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The released one with a graph in 8 bits, scaled on two narrow scans."""
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


def network_bytes(graph: bytes) -> int:
    """Without the metadata, which both carry alike."""
    model = onnx.load_from_string(graph)
    del model.metadata_props[:]
    return model.ByteSize()


def test_answers_are_near_those_in_32_bits_from_less_than_half_the_bytes(bundle: Path) -> None:
    scan = read_scan(SAMPLES / "portal-01.tiff")
    full, small = (Inspector(load_bundle(bundle, int8=int8)) for int8 in (False, True))
    assert network_bytes(small.bundle.graph) < 0.5 * network_bytes(full.bundle.graph)
    expected, found = full.infer(scan), small.infer(scan)
    assert np.abs(found.shielding - expected.shielding).mean() < 0.02
    agreed = found.goods.argmax(axis=0) == expected.goods.argmax(axis=0)
    assert agreed.mean() > 0.8


def test_a_report_names_the_graph_that_made_it(bundle: Path) -> None:
    scan = read_scan(SAMPLES / "portal-01.tiff")
    loaded = load_bundle(bundle, int8=True)
    assert Inspector(loaded).inspect(scan).model.sha256 == loaded.metadata.int8_sha256


def test_it_is_taken_out_again_and_the_other_graph_stays(bundle: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(bundle, copy)
    before = load_bundle(copy)
    remove_int8(copy)
    after = load_bundle(copy)
    assert not (copy / INT8_FILE).exists()
    assert after.graph == before.graph
    assert after.metadata == msgspec.structs.replace(before.metadata, int8_sha256=None)
    with pytest.raises(BundleError, match="a bundle with a graph in 8 bits, found one without"):
        load_bundle(copy, int8=True)


def test_the_graph_in_32_bits_is_the_same_with_and_without_one_in_8(
    bundle: Path, tmp_path: Path
) -> None:
    loaded = load_bundle(bundle)
    model = onnx.load_from_string(loaded.graph)
    without = msgspec.structs.replace(loaded.metadata, int8_sha256=None)
    made = [write_bundle(tmp_path, model, one) for one in (loaded.metadata, without)]
    assert made[0].sha256 == made[1].sha256
    assert [one.int8_sha256 for one in made] == [loaded.metadata.int8_sha256, None]


def test_a_bundle_without_such_a_graph_says_so_and_a_changed_one_is_refused(bundle: Path) -> None:
    with pytest.raises(BundleError, match="a bundle with a graph in 8 bits, found one without"):
        load_bundle(model_bundle_dir("scanai-v0"), int8=True)
    path = bundle / INT8_FILE
    path.write_bytes(path.read_bytes() + b"\0")
    with pytest.raises(BundleError, match=r"model\.int8\.onnx: expected SHA-256"):
        load_bundle(bundle, int8=True)


def test_its_scans_are_none_of_those_that_anything_else_of_a_bundle_is_made_from() -> None:
    signatures = set(range(SIGNATURES_SEED, SIGNATURES_SEED + 100))  # ten for each learning
    thresholds = set(range(THRESHOLDS_SEED, THRESHOLDS_SEED + 100))  # two for each scanner
    seeds = [signatures, thresholds, {SEED}, {BANK_SEED}]
    assert sum(map(len, seeds)) == len(set().union(*seeds))
