from __future__ import annotations

from contextlib import suppress

import numpy as np
import onnx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from onnx import TensorProto, helper, numpy_helper

from scanai.inspect.graph_file import refers_to_other_files


def model_of(*nodes: onnx.NodeProto, tensors: list[onnx.TensorProto]) -> bytes:
    graph = helper.make_graph(list(nodes), "g", [], [], tensors)
    return bytes(helper.make_model(graph).SerializeToString())


def external_tensor() -> onnx.TensorProto:
    tensor = numpy_helper.from_array(np.zeros(4, np.float32), "w")
    tensor.ClearField("raw_data")
    tensor.data_location = TensorProto.EXTERNAL
    entry = tensor.external_data.add()
    entry.key, entry.value = "location", "/etc/hostname"
    return tensor


def test_a_graph_complete_in_itself_passes(graph: bytes) -> None:
    assert not refers_to_other_files(graph)


def test_finds_an_external_weight() -> None:
    assert refers_to_other_files(model_of(tensors=[external_tensor()]))


def test_finds_external_data_even_where_the_location_is_not_marked() -> None:
    tensor = external_tensor()
    tensor.ClearField("data_location")
    assert refers_to_other_files(model_of(tensors=[tensor]))


def test_finds_an_external_tensor_inside_a_branch() -> None:
    constant = helper.make_node("Constant", [], ["c"], value=external_tensor())
    branch = helper.make_graph([constant], "branch", [], [])
    node = helper.make_node("If", ["x"], ["y"], then_branch=branch, else_branch=branch)
    assert refers_to_other_files(model_of(node, tensors=[]))


def test_finds_an_external_tensor_inside_a_function() -> None:
    constant = helper.make_node("Constant", [], ["c"], value=external_tensor())
    model = helper.make_model(helper.make_graph([], "g", [], []))
    model.functions.append(
        helper.make_function("local", "f", [], ["c"], [constant], [helper.make_opsetid("", 17)])
    )
    assert refers_to_other_files(bytes(model.SerializeToString()))


def test_refuses_what_holds_no_graph() -> None:
    with pytest.raises(ValueError, match="no graph in this file"):
        refers_to_other_files(b"")


def test_refuses_a_truncated_file(graph: bytes) -> None:
    with pytest.raises(ValueError, match="truncated file"):
        refers_to_other_files(graph[: len(graph) // 2])


@given(st.binary(max_size=200))
def test_any_bytes_are_answered_or_refused_with_value_error(data: bytes) -> None:
    with suppress(ValueError):
        refers_to_other_files(data)
