"""ANSI N42.42, the XML of radiation detectors: which of its two schemas a file keeps."""

from __future__ import annotations

from scanai.errors import RadiationError
from scanai.radiation import n42_2006, n42_2012
from scanai.radiation.reading import RadiationReading
from scanai.radiation.xml_tree import Node, parse_tree

_SCHEMAS = (n42_2012, n42_2006)


def parse(data: bytes, source: str, sha256: str = "") -> RadiationReading:
    """One passage; RadiationError for whatever keeps it from being one."""
    root = parse_tree(data, source)
    for schema in _SCHEMAS:
        if root.tag == f"{{{schema.NAMESPACE}}}{schema.ROOT}":
            reading: RadiationReading = schema.read(
                Node(root, schema.NAMESPACE, source), source, sha256
            )
            return reading
    expected = " or ".join(f"{schema.ROOT} of {schema.NAMESPACE}" for schema in _SCHEMAS)
    raise RadiationError(source, expected, root.tag[:300])
