"""Bundles: the graph answers as torch does, at any size; graph, hash and metadata agree."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import msgspec
import numpy as np
import onnx
import onnxruntime
import pytest
import torch

from scanai.errors import BundleError
from scanai.inspect.bundle import GRAPH_FILE, METADATA_FILE, BundleMetadata, load_bundle
from scanai.train import export
from scanai.train.checkpoint import Checkpoint
from scanai.train.graph import ScanGraph
from scanai.train.network import ShieldingNetwork
from scanai.train.recipe import TrainingRecipe


@pytest.fixture(scope="module")
def checkpoint(recipe: TrainingRecipe, recipe_text: str) -> Checkpoint:
    """Of a network whose batch norms have statistics as after training, so that folding shows."""
    torch.manual_seed(0)
    network = ShieldingNetwork(recipe.size)
    for module in network.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            torch.nn.init.normal_(module.running_mean, 0, 0.2)  # type: ignore[arg-type]
            torch.nn.init.uniform_(module.running_var, 0.3, 2)  # type: ignore[arg-type]
            torch.nn.init.normal_(module.bias, 0, 0.2)
    return Checkpoint(recipe_text, 1, network.state_dict(), {}, {})


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory, checkpoint: Checkpoint) -> Path:
    out = tmp_path_factory.mktemp("bundle") / "tiny"
    export.export_bundle(checkpoint, out, "tiny", "0.1.0")
    return out


def test_bundle_loads_and_carries_its_metadata_inside_too(bundle: Path, recipe_text: str) -> None:
    metadata = load_bundle(bundle).metadata
    assert (metadata.name, metadata.version, metadata.recipe) == ("tiny", "0.1.0", recipe_text)
    assert len(metadata.goods_groups) == 26
    model = onnx.load(bundle / GRAPH_FILE)
    inside = msgspec.json.decode(model.metadata_props[0].value, type=BundleMetadata)
    assert inside == msgspec.structs.replace(metadata, sha256="0" * 64)


def test_graph_tells_nothing_of_the_machine_that_exported_it(bundle: Path) -> None:
    graph = (bundle / GRAPH_FILE).read_bytes()
    assert str(Path(export.__file__).parent).encode() not in graph
    assert b"stack_trace" not in graph


def test_graph_names_and_shapes_are_those_of_the_metadata(bundle: Path) -> None:
    loaded = load_bundle(bundle)
    session = loaded.session(threads=1)
    for records, tensors in (
        (loaded.metadata.inputs, session.get_inputs()),
        (loaded.metadata.outputs, session.get_outputs()),
    ):
        assert [(record.name, list(record.shape)) for record in records] == [
            (tensor.name, tensor.shape) for tensor in tensors
        ]


@pytest.mark.parametrize(
    "size", [(1, 1, 1, 1), (2, 31, 450, 31), (2, 64, 64, 1), (1, 111, 35, 111)]
)
def test_runtime_answers_as_torch_at_sizes_that_export_did_not_check(
    bundle: Path, checkpoint: Checkpoint, size: tuple[int, int, int, int]
) -> None:
    inputs = export.example(*size)
    found = load_bundle(bundle).session(threads=1).run(None, inputs)
    graph = ScanGraph(checkpoint.network().eval())
    tensors = [torch.from_numpy(array) for array in inputs.values()]
    with torch.no_grad():
        expected = graph(*tensors)
    for name, ours, theirs in zip(expected._fields, found, expected, strict=True):
        if name != "regions":
            np.testing.assert_allclose(ours, theirs.numpy(), rtol=0, atol=export.MAX_DIFFERENCE)
    regions = expected.regions.numpy()
    assert export.regions_differ(found[3], regions) <= export.MAX_DIFFERENCE


def _spoilt(open_beam_rows: int, dark_rows: int) -> dict[str, np.ndarray]:
    """A scan as a careless host hands it in: no numbers, dead rows, no pitch."""
    height = 75
    inputs = export.example(2, height, 110, height)
    inputs["scan"][0, 0, 10, 20], inputs["scan"][0, 1, 60, 100] = np.nan, np.inf
    inputs["open_beam"][0, :, 30], inputs["dark"][0, 1, 40] = 0.0, np.nan
    inputs["open_beam"] = inputs["open_beam"][:, :, :open_beam_rows]
    inputs["dark"] = inputs["dark"][:, :, :dark_rows]
    inputs["pitch_mm"][0] = 0.0
    return inputs


@pytest.mark.parametrize(("open_beam_rows", "dark_rows"), [(75, 75), (75, 1), (1, 75), (1, 1)])
def test_spoilt_inputs_leave_every_answer_finite_and_as_torch_has_it(
    bundle: Path, checkpoint: Checkpoint, open_beam_rows: int, dark_rows: int
) -> None:
    inputs = _spoilt(open_beam_rows, dark_rows)
    found = load_bundle(bundle).session(threads=1).run(None, inputs)
    graph = ScanGraph(checkpoint.network().eval())
    with torch.no_grad():
        expected = graph(*(torch.from_numpy(array) for array in inputs.values()))
    for name, ours, theirs in zip(expected._fields, found, expected, strict=True):
        assert np.isfinite(ours).all(), name
        if name != "regions":
            np.testing.assert_allclose(ours, theirs.numpy(), rtol=0, atol=export.MAX_DIFFERENCE)


def test_every_input_states_its_range() -> None:
    assert [record.name for record in export.INPUT_RECORDS if None in record.range] == []


def test_refuses_to_export_a_graph_that_answers_otherwise(
    tmp_path: Path, bundle: Path, checkpoint: Checkpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = onnx.load(bundle / GRAPH_FILE)
    monkeypatch.setattr(export, "to_onnx", lambda _: model)
    weights = dict(checkpoint.weights)
    weights["goods_head.bias"] = weights["goods_head.bias"] + torch.eye(28)[3]
    other = dataclasses.replace(checkpoint, weights=weights)
    with pytest.raises(BundleError, match=r"expected torch's answers within 0\.0001, found .* off"):
        export.export_bundle(other, tmp_path / "bad", "bad", "0.1.0")
    assert not (tmp_path / "bad").exists()


def test_regions_that_changed_places_do_not_differ_and_moved_ones_do() -> None:
    cells = np.array([[0, 0, 9, 9, 0.8], [5, 5, 9, 9, 0.8], [1, 2, 3, 4, 0.1]], np.float32)
    unused = np.zeros((1, 5), np.float32)
    expected = np.concatenate([cells[:2], unused])
    assert export.regions_differ(np.concatenate([cells[1::-1], unused]), expected) == 0
    moved = expected.copy()
    moved[0, 2] += 0.5
    assert export.regions_differ(moved, expected) == pytest.approx(0.5)
    missed = expected * np.array([[1], [0], [1]], np.float32)
    assert export.regions_differ(missed, expected) == pytest.approx(0.8)


def test_rewritten_thresholds_change_the_hash_with_the_graph(tmp_path: Path, bundle: Path) -> None:
    loaded = load_bundle(bundle)
    model = onnx.load_from_string(loaded.graph)
    threshold = msgspec.structs.replace(loaded.metadata.thresholds["shielding_score"], value=0.25)
    metadata = msgspec.structs.replace(
        loaded.metadata, thresholds=loaded.metadata.thresholds | {"shielding_score": threshold}
    )
    export.write_bundle(tmp_path / "set", model, metadata)
    again = load_bundle(tmp_path / "set").metadata
    assert again.thresholds["shielding_score"].value == 0.25
    assert again.sha256 != loaded.metadata.sha256


def test_an_array_of_numbers_stands_on_one_line_and_words_stay_as_they_are(
    tmp_path: Path, bundle: Path
) -> None:
    metadata = msgspec.structs.replace(
        load_bundle(bundle).metadata, threshold_seeds=(1, 2, 3), recipe="[\n 4,\n 5\n]"
    )
    export.write_metadata(tmp_path, metadata)
    text = (tmp_path / METADATA_FILE).read_bytes()
    assert b'"threshold_seeds": [1, 2, 3],' in text
    assert msgspec.json.decode(text, type=BundleMetadata) == metadata


def test_counts_with_levels_answer_as_their_transmission(bundle: Path) -> None:
    session = load_bundle(bundle).session(threads=1)
    inputs = export.example(2, 70, 90, 70)
    transmission = (inputs["scan"] - inputs["dark"]) / inputs["open_beam"]
    level = np.ones((1, 2, 1, 1), np.float32)
    plain = inputs | {"scan": transmission, "open_beam": level, "dark": level * 0}
    for ours, theirs in zip(
        session.run(None, inputs)[:3], session.run(None, plain)[:3], strict=True
    ):
        np.testing.assert_allclose(ours, theirs, atol=1e-4)


def test_declared_groups_are_never_undeclared(bundle: Path) -> None:
    session = load_bundle(bundle).session(threads=1)
    inputs = export.example(2, 64, 64, 1)
    everything = inputs | {"declared_groups": np.ones(27, np.float32)}
    nothing = inputs | {"declared_groups": np.zeros(27, np.float32)}
    assert session.run(["undeclared"], everything)[0].max() < 1e-6
    goods, undeclared = session.run(["goods", "undeclared"], nothing)
    np.testing.assert_allclose(undeclared[:, 0], 1 - goods[:, 0], atol=1e-5)


def test_sessions_are_quiet_about_shapes(bundle: Path, capfd: pytest.CaptureFixture[str]) -> None:
    session = onnxruntime.InferenceSession(bundle / GRAPH_FILE, providers=["CPUExecutionProvider"])
    session.run(None, export.example(2, 64, 640, 1))
    assert capfd.readouterr().err == ""
