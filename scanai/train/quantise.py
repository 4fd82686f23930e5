"""The graph in 8 bits: unsigned activations, signed weights of their own scale for each channel.

Made here, and taken out of a bundle again; whether it is accepted is judged in `int8_accepted`.
Static: the scales come from simulated scans. What turns transmission into first features stays in
32 bits, for a step of 1/256 of an attenuation of 9 is more than many a shield adds, and so do the
heads and the second look, whose answers are compared with thresholds.
"""

from __future__ import annotations

import hashlib
import warnings
from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec
import numpy as np
import onnx
from numpy.typing import NDArray
from tqdm import tqdm

from scanai.inspect.bundle import GRAPH_FILE, INT8_FILE, BundleMetadata, load_bundle
from scanai.inspect.evidence.goods import declared_groups
from scanai.scan import calibrate
from scanai.synth.dataset import DatasetRecipe, scan_at
from scanai.train.export import write_bundle, write_metadata
from scanai.train.trials import fresh_scans
from scanai.train.windows import declared_vector

SCANS, SEED = 32, 640_000
_CHANNELS_IN_LEAST = 16
"""Convolutions of fewer channels are the entry."""
Inputs = dict[str, NDArray[np.float32]]


def add_int8(bundle: Path) -> BundleMetadata:
    """Writes the graph of a bundle in 8 bits beside it, and its hash into the metadata."""
    loaded = load_bundle(bundle)
    recipe = fresh_scans(loaded.metadata, SEED, SCANS, {"benign": 0.5, "concealed": 0.5})
    graph = to_int8(loaded.graph, recipe)
    (bundle / INT8_FILE).write_bytes(graph)
    digest = hashlib.sha256(graph).hexdigest()
    metadata = msgspec.structs.replace(loaded.metadata, int8_sha256=digest)
    return write_bundle(bundle, onnx.load_from_string(loaded.graph), metadata)


def remove_int8(bundle: Path) -> None:
    """Takes the graph in 8 bits out of a bundle, whose other graph stays as it is."""
    metadata = load_bundle(bundle).metadata
    # First the record: a bundle may hold a file too many, but must not name one that is gone.
    write_metadata(bundle, msgspec.structs.replace(metadata, int8_sha256=None))
    (bundle / INT8_FILE).unlink(missing_ok=True)


def to_int8(graph: bytes, recipe: DatasetRecipe) -> bytes:
    """The graph with its trunk in 8 bits, scaled on all scans of the recipe."""
    from onnxruntime.quantization import (
        CalibrationMethod,
        QuantFormat,
        QuantType,
        quantize_static,
    )

    with TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        source, target = Path(folder) / GRAPH_FILE, Path(folder) / INT8_FILE
        source.write_bytes(graph)
        quantize_static(
            str(source),
            str(target),
            _Scans(recipe),
            quant_format=QuantFormat.QDQ,
            op_types_to_quantize=["Conv"],
            nodes_to_quantize=_trunk(onnx.load_from_string(graph)),
            per_channel=True,
            activation_type=QuantType.QUInt8,
            weight_type=QuantType.QInt8,
            calibrate_method=CalibrationMethod.MinMax,
        )
        return target.read_bytes()


def _trunk(model: onnx.ModelProto) -> list[str]:
    """Names of the 3 × 3 convolutions between entry and heads."""
    shapes = {one.name: tuple(one.dims) for one in model.graph.initializer}
    return [
        node.name
        for node in model.graph.node
        if node.op_type == "Conv"
        and "second_look" not in node.input[1]
        and _is_of_trunk(shapes.get(node.input[1], ()))
    ]


def _is_of_trunk(shape: Sequence[int]) -> bool:
    return len(shape) == 4 and shape[1] >= _CHANNELS_IN_LEAST and shape[2:] == (3, 3)


class _Scans:
    """Simulated scans as inputs of the graph, one by one, as the quantiser asks for them."""

    def __init__(self, recipe: DatasetRecipe) -> None:
        self._inputs = iter(tqdm(_inputs_of(recipe), total=recipe.count, desc="int8 scales"))

    def get_next(self) -> Inputs | None:
        return next(self._inputs, None)


def _inputs_of(recipe: DatasetRecipe) -> Iterator[Inputs]:
    for index in range(recipe.count):
        made = scan_at(recipe, index)
        scan = calibrate(made.raw)
        energies = scan.transmission.shape[0]
        groups = declared_groups(made.manifest)
        yield {
            "scan": scan.transmission[None],
            "open_beam": np.ones((1, energies, 1, 1), np.float32),
            "dark": np.zeros((1, energies, 1, 1), np.float32),
            "pitch_mm": np.array(scan.pitch_mm, np.float32),
            "declared_groups": declared_vector(group.index for group in groups),
        }
