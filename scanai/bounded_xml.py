"""XML of hostile origin: parsed by defusedxml, without DTD, and bounded in depth and elements.

UTF-8, UTF-16 and Latin-1, as the XML declaration or a byte order mark says. Who reads the file
bounds its bytes (`input_files`). What the elements mean is said by the formats.
"""

from __future__ import annotations

from pyexpat import ExpatError
from typing import Any
from xml.etree.ElementTree import Element, TreeBuilder

from defusedxml.common import DefusedXmlException, DTDForbidden
from defusedxml.ElementTree import DefusedXMLParser, ParseError

from scanai.errors import InputError


class _Bounded(TreeBuilder):
    """A tree that stops growing at the bounds."""

    def __init__(
        self, source: str, error: type[InputError], most_depth: int, most_elements: int
    ) -> None:
        super().__init__()
        self._source, self._error = source, error
        self._most_depth, self._most_elements = most_depth, most_elements
        self._depth = self._elements = 0

    def start(self, tag: str, attrs: dict[Any, Any], /) -> Element:
        self._depth += 1
        self._elements += 1
        if self._depth > self._most_depth:
            expected = f"elements at most {self._most_depth} deep"
            raise self._error(self._source, expected, "deeper ones")
        if self._elements > self._most_elements:
            raise self._error(self._source, f"at most {self._most_elements} elements", "more")
        return super().start(tag, attrs)

    def end(self, tag: str, /) -> Element:
        self._depth -= 1
        return super().end(tag)


def parse_xml(
    data: bytes,
    source: str,
    what: str,
    error: type[InputError],
    *,
    most_depth: int,
    most_elements: int,
) -> Element:
    """The root element; else `error` about `source`, in which `what` was expected."""
    bounded = _Bounded(source, error, most_depth, most_elements)
    parser: Any = DefusedXMLParser(target=bounded, forbid_dtd=True)
    try:
        parser.feed(data)
        root: Element = parser.close()
    except DefusedXmlException as fault:
        found = "a DTD" if isinstance(fault, DTDForbidden) else "an entity"
        raise error(source, f"{what} without DTD and entities", found) from fault
    except (LookupError, ValueError) as fault:
        raise error(source, f"{what} in UTF-8, UTF-16 or Latin-1", "another encoding") from fault
    except (ParseError, ExpatError, AssertionError) as fault:
        raise error(source, what, f"malformed XML: {fault}") from fault
    return root
