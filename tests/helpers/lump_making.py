"""A graph of lumps that is arithmetic: mean attenuation of the close crop, high energy."""

from __future__ import annotations

import hashlib
from pathlib import Path

import msgspec
import numpy as np
from onnx import TensorProto, helper, numpy_helper

from scanai.inspect.bundle import LUMPS_FILE, METADATA_FILE, BundleMetadata, LumpGraph
from scanai.inspect.region_crops import CLOSE, FORM, TOLD, WIDE, RegionCrops

_SHAPES = ((2, CLOSE, CLOSE), (2, WIDE, WIDE), (2, WIDE, WIDE), (len(TOLD),))


def lump_graph(output: str = "lump", *, last: str = "Identity") -> bytes:
    """last: what is done to the answer, an operation of one input."""
    floats = TensorProto.FLOAT
    answers = TensorProto.INT64 if last == "Shape" else floats
    nodes = [
        helper.make_node("Gather", ["close", "first"], ["high"], axis=1),
        helper.make_node("ReduceMean", ["high", "sides"], ["mean of the crop"], keepdims=0),
        helper.make_node(last, ["mean of the crop"], [output]),
    ]
    graph = helper.make_graph(
        nodes,
        "lumps",
        [
            helper.make_tensor_value_info(name, floats, ("n", *shape))
            for name, shape in zip(RegionCrops._fields, _SHAPES, strict=True)
        ],
        [helper.make_tensor_value_info(output, answers, None)],
        [
            numpy_helper.from_array(np.array(0, np.int64), "first"),
            numpy_helper.from_array(np.array([1, 2], np.int64), "sides"),
        ],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9)
    return bytes(model.SerializeToString())


def with_lump_graph(bundle: Path, metadata: BundleMetadata, graph: bytes | None = None) -> Path:
    """The bundle folder with that graph of lumps, named in its metadata."""
    graph = lump_graph() if graph is None else graph
    lumps = LumpGraph(sha256=hashlib.sha256(graph).hexdigest(), crops=FORM)
    named = msgspec.structs.replace(metadata, lumps=lumps)
    (bundle / METADATA_FILE).write_bytes(msgspec.json.encode(named))
    (bundle / LUMPS_FILE).write_bytes(graph)
    return bundle
