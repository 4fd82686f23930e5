"""From a trained network to a model bundle: the ONNX graph, its check against torch, its metadata.

A graph whose answers differ from torch's at any of four sizes is not written: exporters have folded
batch norm wrongly before. Thresholds are the initial ones until `thresholds` has set them on benign
scans; both write through `write_bundle`, so that graph, hash and metadata always agree.
"""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

import msgspec
import numpy as np
import onnx
import onnxruntime
import torch
from numpy.typing import NDArray

from scanai.errors import BundleError
from scanai.inspect.bundle import (
    GRAPH_FILE,
    INPUTS,
    LATER_OUTPUTS,
    MAX_METADATA_BYTES,
    METADATA_FILE,
    OUTPUTS,
    BundleMetadata,
    Tensor,
    initial_thresholds,
)
from scanai.manifest.goods_groups import goods_groups
from scanai.train.card import write_card
from scanai.train.checkpoint import Checkpoint
from scanai.train.graph import (
    LEVEL_MIN,
    PITCH_MAX_MM,
    PITCH_MIN_MM,
    PITCH_UNKNOWN_MM,
    ScanGraph,
)
from scanai.train.network import GOODS_CLASSES, NetworkSize
from scanai.train.onnx_export import onnx_of
from scanai.train.regions import REGIONS

Floats = NDArray[np.float32]

MAX_DIFFERENCE = 1e-4
"""Between ONNX Runtime and torch, in every output: probabilities, pixels of the regions, and what
has no upper end relative to 1 and itself."""
_UNBOUNDED = ("areal_density", "goods_features")
# Peaks below this score may come and go with the last bit; an untrained second look answers 0.047.
_FAINT = 0.05
_ROOM_FOR_A_BLOCK = 60
# An array of numbers alone; a line break cannot lie inside a string of JSON.
_NUMBERS = re.compile(rb"\[\n([^\[\]{}\"]+)\]")
CHECKED_SIZES = ((2, 640, 768, 1), (1, 97, 131, 97), (2, 33, 301, 33), (1, 480, 64, 1))
"""(energies, H, W, rows of the levels)"""

FREE_AXES = {
    "scan": {1: "energies", 2: "height", 3: "width"},
    "open_beam": {1: "energies", 2: "levels"},
    "dark": {1: "energies", 2: "dark_levels"},
}

COUNTS_MAX = 65_535.0
"""Of 16 bits, as detectors of cargo scanners write them."""

INPUT_RECORDS = (
    Tensor(
        name="scan",
        shape=(1, "energies", "height", "width"),
        unit="counts or transmission",
        range=(0.0, COUNTS_MAX),
        meaning="1 or 2 energies, the higher first; row 0 is the top, columns along the travel. "
        "A pixel that is not finite was not measured and is read as open beam: nothing is found "
        "there. Dead rows read better when they are filled in from their neighbours before",
    ),
    Tensor(
        name="open_beam",
        shape=(1, "energies", "levels", 1),
        unit="as scan",
        range=(LEVEL_MIN, COUNTS_MAX),
        meaning="level of transmission 1 above dark, one or one per row; 1 for transmission. A row "
        "whose level is less or not finite is read as not measured",
    ),
    Tensor(
        name="dark",
        shape=(1, "energies", "dark_levels", 1),
        unit="as scan",
        range=(0.0, COUNTS_MAX),
        meaning="level with the beam off, one or one per row, whichever open_beam has; 0 for "
        "transmission. A row whose level is not finite is read as not measured",
    ),
    Tensor(
        name="pitch_mm",
        shape=(2,),
        unit="mm",
        range=(PITCH_MIN_MM, PITCH_MAX_MM),
        meaning="pixel pitch along the travel and across it, at the centre of the transport unit. "
        f"Clamped to its range; {PITCH_UNKNOWN_MM:g} stands for what is not a positive number",
    ),
    Tensor(
        name="declared_groups",
        shape=(GOODS_CLASSES,),
        range=(0.0, 1.0),
        meaning="1 where the goods group of that number is declared; entry 0 is not read",
    ),
)
OUTPUT_RECORDS = (
    Tensor(
        name="shielding",
        shape=(1, 1, "ceil(height/4)", "ceil(width/4)"),
        range=(0.0, 1.0),
        meaning="probability of shielding in 4 × 4 pixels",
    ),
    Tensor(
        name="goods",
        shape=(1, GOODS_CLASSES, "ceil(height/8)", "ceil(width/8)"),
        range=(0.0, 1.0),
        meaning="probability of nothing (channel 0) and of each goods group in 8 × 8 pixels",
    ),
    Tensor(
        name="undeclared",
        shape=(1, 1, "ceil(height/8)", "ceil(width/8)"),
        range=(0.0, 1.0),
        meaning="probability of goods of a group that is not declared",
    ),
    Tensor(
        name="regions",
        shape=(REGIONS, 5),
        unit="pixels, pixels, pixels, pixels, score",
        range=(0.0, None),
        meaning="x0, y0, x1, y1 and the probability that shielding is there, highest first; unused "
        "rows are 0",
    ),
    Tensor(
        name="scores",
        shape=(3,),
        range=(0.0, 1.0),
        meaning="greatest shielding; undeclared share of the loaded picture; loaded share",
    ),
    Tensor(
        name="high_z",
        shape=(1, 1, "ceil(height/4)", "ceil(width/4)"),
        range=(0.0, 1.0),
        meaning="probability that shielding, if there is any, is of Z from 72 on",
    ),
    Tensor(
        name="opaque",
        shape=(1, 1, "ceil(height/4)", "ceil(width/4)"),
        range=(0.0, 1.0),
        meaning="probability that 3 cm of lead could hide here because too little radiation gets "
        "through",
    ),
    Tensor(
        name="areal_density",
        shape=(1, 1, "ceil(height/8)", "ceil(width/8)"),
        unit="g/cm²",
        range=(0.0, None),
        meaning="of the cargo along the ray, the transport unit not counted; behind what is opaque "
        "it is a guess from what is around",
    ),
    Tensor(
        name="features",
        shape=("features",),
        meaning="of the picture as a whole; far from those of benign scans the model knows nothing "
        "like it. Only distances mean anything",
    ),
    Tensor(
        name="goods_features",
        shape=(1, "goods_features", "ceil(height/8)", "ceil(width/8)"),
        range=(0.0, None),
        meaning="what goods are told from in 8 × 8 pixels. For the signatures of HS headings in "
        "bundle.json; no single one means anything",
    ),
)
_ALL_OUTPUTS = OUTPUTS + LATER_OUTPUTS


def export_bundle(checkpoint: Checkpoint, out: Path, name: str, version: str) -> BundleMetadata:
    """Writes the bundle folder `out`; BundleError when the graph does not answer as torch does."""
    graph = ScanGraph(checkpoint.network()).eval()
    model = to_onnx(graph)
    difference = greatest_difference(graph, model.SerializeToString())
    if not difference <= MAX_DIFFERENCE:
        raise BundleError(
            out / GRAPH_FILE, f"torch's answers within {MAX_DIFFERENCE:g}", f"{difference:.2g} off"
        )
    metadata = BundleMetadata(
        name=name,
        version=version,
        inputs=INPUT_RECORDS,
        outputs=_output_records(checkpoint.recipe.size),
        goods_groups=tuple(group.name for group in goods_groups()),
        thresholds=initial_thresholds(),
        recipe=checkpoint.recipe_text,
        earlier_recipes=checkpoint.earlier_recipes,
        recipe_sha256=hashlib.sha256(checkpoint.recipe_text.encode()).hexdigest(),
        sha256="0" * 64,
    )
    return write_bundle(out, model, metadata)


def _output_records(size: NetworkSize) -> tuple[Tensor, ...]:
    """OUTPUT_RECORDS with the numbers of features of a network of that size."""
    *others, features, goods_features = OUTPUT_RECORDS
    return (
        *others,
        msgspec.structs.replace(features, shape=(size.channels[-1],)),
        msgspec.structs.replace(
            goods_features,
            shape=(1, size.channels[1], *goods_features.shape[2:]),
        ),
    )


def write_bundle(out: Path, model: onnx.ModelProto, metadata: BundleMetadata) -> BundleMetadata:
    """Writes graph and metadata, the metadata also into the graph; returns it with the hash."""
    # A file cannot name its own hash; and that of the graph in 8 bits may come and go beside it.
    inside = msgspec.structs.replace(metadata, sha256="0" * 64, int8_sha256=None)
    del model.metadata_props[:]
    model.metadata_props.add(key="scanai", value=msgspec.json.encode(inside).decode())
    graph = model.SerializeToString(deterministic=True)
    metadata = msgspec.structs.replace(metadata, sha256=hashlib.sha256(graph).hexdigest())
    out.mkdir(parents=True, exist_ok=True)
    (out / GRAPH_FILE).write_bytes(graph)
    write_metadata(out, metadata)
    write_card(out, metadata)
    return metadata


def write_metadata(out: Path, metadata: BundleMetadata) -> None:
    """Writes bundle.json alone: what it says of the graph must hold already. BundleError where it
    is longer than any that is read."""
    indented = msgspec.json.format(msgspec.json.encode(metadata), indent=2) + b"\n"
    # Half a million weights, each on a line of its own, would double the file.
    text = _NUMBERS.sub(lambda array: b"[" + b" ".join(array[1].split()) + b"]", indented)
    if len(text) > MAX_METADATA_BYTES:
        expected = f"metadata of at most {MAX_METADATA_BYTES} bytes"
        raise BundleError(out / METADATA_FILE, expected, f"{len(text)}")
    (out / METADATA_FILE).write_bytes(text)


def to_onnx(graph: ScanGraph) -> onnx.ModelProto:
    """The graph with energies, height, width and levels left free."""
    tensors = [torch.from_numpy(array) for array in example(2, 74, 101, 3).values()]
    free = [FREE_AXES.get(name) for name in INPUTS]
    model = onnx_of(graph, tensors, INPUTS, _ALL_OUTPUTS, free)
    # The exporter's own names for these sizes are formulas of several hundred characters.
    for output, record in zip(model.graph.output, OUTPUT_RECORDS, strict=True):
        for axis, size in zip(output.type.tensor_type.shape.dim, record.shape, strict=True):
            if isinstance(size, str) and axis.dim_param:
                axis.dim_param = size
    return model


def example(energies: int, height: int, width: int, levels: int) -> dict[str, Floats]:
    """Inputs of a graph in counts, smooth enough to look like a scan; always the same.

    Where there is room they hold a dense block: a trained graph then has a region to compare.
    """
    rng = np.random.default_rng(7)
    rows, columns = np.mgrid[0:height, 0:width]
    thickness = 2.0 + 1.9 * np.sin(rows / 23.0) * np.cos(columns / 31.0)
    block = (np.abs(rows - height / 2) < 12) & (np.abs(columns - width / 2) < 16)
    thickness += 3.0 * (block & (min(height, width) > _ROOM_FOR_A_BLOCK))
    energy = 1.0 + 0.1 * np.arange(energies)[:, None, None]
    counts = 52_000 * np.exp(-thickness * energy) + rng.normal(0, 30, (energies, height, width))
    arrays = {
        "scan": np.clip(counts, 0, 65_535)[None] + 100,
        "open_beam": 52_000 + rng.normal(0, 500, (1, energies, levels, 1)),
        "dark": 100 + rng.normal(0, 5, (1, energies, levels, 1)),
        "pitch_mm": np.array([5.0, 4.5]),
        "declared_groups": (np.arange(GOODS_CLASSES) % 5 == 0),
    }
    return {name: array.astype(np.float32) for name, array in arrays.items()}


def greatest_difference(graph: ScanGraph, model: bytes) -> float:
    """Between ONNX Runtime and torch over all outputs at the four checked sizes."""
    session = onnxruntime.InferenceSession(model, providers=["CPUExecutionProvider"])
    greatest = 0.0
    for size in CHECKED_SIZES:
        inputs = example(*size)
        found = session.run(None, inputs)
        tensors = [torch.from_numpy(array) for array in inputs.values()]
        with torch.no_grad():
            expected = graph(*tensors)
        for name, ours, theirs in zip(_ALL_OUTPUTS, found, expected, strict=True):
            reference = theirs.numpy()
            if ours.shape != reference.shape or not np.isfinite(ours).all():
                return float("inf")
            if name == "regions":
                greatest = max(greatest, regions_differ(ours, reference))
            elif name == "scores":
                slack = _shares_in_doubt(expected.goods.numpy(), expected.undeclared.numpy())
                apart = np.abs(ours - reference) - np.array([0.0, slack, slack])
                greatest = max(greatest, float(apart.max()))
            elif name in _UNBOUNDED:
                greatest = max(greatest, float((np.abs(ours - reference) / (1 + reference)).max()))
            else:
                greatest = max(greatest, float(np.abs(ours - reference).max()))
    return greatest


def _shares_in_doubt(goods: Floats, undeclared: Floats) -> float:
    """By how much cells right at one half may move a share of cells: they fall on either side."""
    doubtful = [np.abs(one - 0.5) < MAX_DIFFERENCE for one in (goods[:, :1], undeclared)]
    loaded = max(int((goods[:, :1] < 0.5).sum()), 1)
    return float(sum(int(cells.sum()) for cells in doubtful)) / loaded


def regions_differ(found: Floats, expected: Floats) -> float:
    """Greatest difference of the sorted scores, and of each region found from torch's nearest.

    Row by row would not do: regions whose scores agree to the last bit come in either order.
    found, expected: (32, 5).
    """
    # A faint cell that ties with its neighbour may be a peak for one runtime alone.
    counts = np.maximum(found[:, 4], expected[:, 4]) >= _FAINT
    scores = float(np.abs(found[:, 4] - expected[:, 4])[counts].max(initial=0.0))
    used = found[found[:, 4] >= _FAINT]
    nearest = [float(np.abs(expected - region).max(axis=1).min()) for region in used]
    return max([scores, *nearest])
