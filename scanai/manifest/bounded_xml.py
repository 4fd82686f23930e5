"""XML of hostile origin: parsed by defusedxml, without DTD, and bounded in depth and elements.

UTF-8, UTF-16 and Latin-1, as the XML declaration or a byte order mark says. Who reads the file
bounds its bytes. What the elements mean is said by the formats.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pyexpat import ExpatError
from typing import Any

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser, ParseError

from scanai.errors import ManifestError

MAX_DEPTH = 32
"""AWMDS goes some six deep."""
MAX_ELEMENTS = 500_000
"""A vessel's manifest of 10,000 bills has some 300,000; each costs some 300 bytes."""


@dataclass
class Node:
    """An element: its name in lower case without namespace, its own text, its elements."""

    name: str
    text: str = ""
    nodes: list[Node] = field(default_factory=list)

    def all(self, *path: str) -> list[Node]:
        """Every element along a path of names."""
        found = [self]
        for name in path:
            found = [node for outer in found for node in outer.nodes if node.name == name]
        return found

    def told(self, *path: str) -> str:
        """The first text along a path that is not blank, in one line; empty if there is none."""
        texts = (" ".join(node.text.split()) for node in self.all(*path))
        return next(filter(None, texts), "")


class _Builder:
    """Target of the parser: a tree that stops growing at the bounds."""

    def __init__(self, source: str) -> None:
        self._source = source
        self._open = [Node("")]
        self._pieces: list[list[str]] = [[]]
        self._elements = 0

    def start(self, name: str, _attributes: dict[str, str]) -> None:
        self._elements += 1
        if len(self._open) > MAX_DEPTH:
            raise ManifestError(self._source, f"elements at most {MAX_DEPTH} deep", "deeper ones")
        if self._elements > MAX_ELEMENTS:
            raise ManifestError(self._source, f"at most {MAX_ELEMENTS} elements", "more")
        node = Node(name.rpartition("}")[2].lower())
        self._open[-1].nodes.append(node)
        self._open.append(node)
        self._pieces.append([])

    def data(self, text: str) -> None:
        self._pieces[-1].append(text)

    def end(self, _name: str) -> None:
        self._open.pop().text = "".join(self._pieces.pop())

    def close(self) -> Node:
        return self._open[0].nodes[0]


def parse_xml(data: bytes, source: str, what: str) -> Node:
    """The root element. ManifestError, in which `what` was expected, for what is no such XML."""
    parser: Any = DefusedXMLParser(target=_Builder(source), forbid_dtd=True)
    try:
        parser.feed(data)
        root: Node = parser.close()
    except DefusedXmlException as error:
        raise ManifestError(source, f"{what} without DTD and entities", "some") from error
    except (ParseError, ExpatError, LookupError, ValueError) as error:
        raise ManifestError(source, what, f"malformed XML: {error}") from error
    return root
