"""From a torch module to an ONNX graph: quietly, and equal weights always to equal bytes."""

from __future__ import annotations

import warnings
from collections.abc import Sequence

import onnx
import torch
from torch import Tensor, nn


def onnx_of(
    module: nn.Module,
    example: Sequence[Tensor],
    inputs: Sequence[str],
    outputs: Sequence[str],
    free: Sequence[dict[int, str] | None],
) -> onnx.ModelProto:
    """The module as a graph; `free`: for each input the names of its axes of any size."""
    with warnings.catch_warnings():
        # The exporter warns that a name stands for one size on several inputs, which is meant.
        warnings.filterwarnings("ignore", message=".*will not be used, since it shares the same")
        warnings.filterwarnings("ignore", category=DeprecationWarning)
        warnings.filterwarnings("ignore", category=FutureWarning)
        program = torch.onnx.export(
            module,
            tuple(example),
            dynamo=True,
            external_data=False,
            input_names=list(inputs),
            output_names=list(outputs),
            dynamic_shapes=tuple(free),
            verbose=False,
        )
    assert program is not None
    model = program.model_proto
    del model.graph.value_info[:]
    # Where in whose checkout each node came from: no business of a user's, and other in each run,
    # so that the same weights would make another graph.
    for node in model.graph.node:
        del node.metadata_props[:]
    return model
