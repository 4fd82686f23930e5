"""Elements of an XML manifest as its readers ask for them: by path, whatever case and namespace."""

from __future__ import annotations

from dataclasses import dataclass, field
from xml.etree.ElementTree import Element

from scanai.bounded_xml import parse_xml
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


def parse_nodes(data: bytes, source: str, what: str) -> Node:
    """The root element. ManifestError, in which `what` was expected, for what is no such XML."""
    root = parse_xml(
        data, source, what, ManifestError, most_depth=MAX_DEPTH, most_elements=MAX_ELEMENTS
    )
    return _node(root)


def _node(element: Element) -> Node:
    """As deep as MAX_DEPTH. Text between inner elements is the outer one's own."""
    inner = list(element)
    text = "".join([element.text or "", *(one.tail or "" for one in inner)])
    return Node(element.tag.rpartition("}")[2].lower(), text, [_node(one) for one in inner])
