"""Looks into an ONNX file without loading it: does any tensor lie in another file?

The runtime would open such a file by the path that the graph names, so a bundle that has one is
refused before the runtime sees it. A walk over the protobuf wire format is enough; the field
numbers are those of onnx.proto (ONNX 1.x, stable since IR version 3). Nothing else is read here.
"""

from __future__ import annotations

from collections.abc import Iterator

# message -> {field number: message inside}; what cannot hold a tensor is skipped.
_CHILDREN: dict[str, dict[int, str]] = {
    "model": {7: "graph", 20: "training", 25: "function"},
    "training": {1: "graph", 2: "graph"},
    "graph": {1: "node", 5: "tensor", 15: "sparse"},
    "function": {7: "node", 11: "attribute"},
    "node": {5: "attribute"},
    "attribute": {5: "tensor", 6: "graph", 10: "tensor", 11: "graph", 22: "sparse", 23: "sparse"},
    "sparse": {1: "tensor", 2: "tensor"},
    "tensor": {},
}
_EXTERNAL_DATA = 13
_DATA_LOCATION = 14
_GRAPH = 7
_MAX_DEPTH = 64


def refers_to_other_files(model: bytes) -> bool:
    """True if a tensor of this graph is kept outside it. ValueError when this is no ONNX model."""
    has_graph = any(number == _GRAPH for number, _ in _fields(memoryview(model)))
    if not has_graph:
        raise ValueError("no graph in this file")
    return _any_external(memoryview(model), "model", 0)


def _any_external(message: memoryview, kind: str, depth: int) -> bool:
    if depth > _MAX_DEPTH:
        raise ValueError("graphs nested too deeply")
    children = _CHILDREN[kind]
    for number, value in _fields(message):
        if kind == "tensor":
            if number == _EXTERNAL_DATA or (number == _DATA_LOCATION and value != 0):
                return True
        elif (
            isinstance(value, memoryview)
            and number in children
            and _any_external(value, children[number], depth + 1)
        ):
            return True
    return False


def _fields(message: memoryview) -> Iterator[tuple[int, memoryview | int]]:
    """(field number, bytes of a length-delimited field or the integer of any other)."""
    at = 0
    while at < len(message):
        key, at = _varint(message, at)
        number, wire_type = key >> 3, key & 7
        if wire_type == 0:
            value, at = _varint(message, at)
            yield number, value
            continue
        if wire_type == 2:
            length, at = _varint(message, at)
        elif wire_type in (1, 5):
            length = 8 if wire_type == 1 else 4
        else:
            raise ValueError(f"wire type {wire_type} is not used by ONNX")
        if at + length > len(message):
            raise ValueError("truncated file")
        yield number, message[at : at + length]
        at += length


def _varint(message: memoryview, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        if at >= len(message) or shift > 63:
            raise ValueError("truncated file")
        byte = message[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, at
        shift += 7
