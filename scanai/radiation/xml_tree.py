"""The values in the XML of a reading, each fault one RadiationError.

What an element means is known to `n42_format` alone.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from xml.etree.ElementTree import Element

from scanai.bounded_xml import parse_xml
from scanai.errors import RadiationError

MAX_DEPTH = 40
MAX_ELEMENTS = 400_000
"""A passage of a minute at ten intervals a second and 24 panels has some 60,000."""
MAX_COUNTS = 1e9
"""In one interval: no detector counts so fast, and sums stay exact."""
MAX_SECONDS = 1e7
"""Four months: no background takes longer."""

_DURATION = re.compile(
    r"P(?:([0-9]+)D)?(?:T(?:([0-9]+)H)?(?:([0-9]+)M)?(?:([0-9]*\.?[0-9]+|[0-9]+\.)S)?)?"
)
_SHOWN = 60


def parse_tree(data: bytes, source: str) -> Element:
    """The root element, within bounds."""
    return parse_xml(
        data, source, "XML", RadiationError, most_depth=MAX_DEPTH, most_elements=MAX_ELEMENTS
    )


class Node:
    """An element of one namespace and one file, whose faults name the element and the file."""

    def __init__(self, element: Element, namespace: str, source: str) -> None:
        self._element, self._namespace, self._source = element, namespace, source

    @property
    def name(self) -> str:
        return self._element.tag.removeprefix(f"{{{self._namespace}}}")

    @property
    def text(self) -> str:
        """Without spaces at its ends and with single ones inside; the element's own only."""
        return " ".join((self._element.text or "").split())

    def attribute(self, name: str) -> str:
        return self._element.get(name, "").strip()

    def children(self, name: str) -> Iterator[Node]:
        for element in self._element.findall(f"{{{self._namespace}}}{name}"):
            yield Node(element, self._namespace, self._source)

    def below(self, name: str) -> Iterator[Node]:
        """At any depth."""
        for element in self._element.iter(f"{{{self._namespace}}}{name}"):
            yield Node(element, self._namespace, self._source)

    def child(self, name: str) -> Node | None:
        return next(self.children(name), None)

    def child_text(self, name: str) -> str:
        child = self.child(name)
        return "" if child is None else child.text

    def require(self, name: str) -> Node:
        child = self.child(name)
        if child is None:
            raise self.error(f"an element {name} in {self.name}", "none")
        return child

    def error(self, expected: str, found: str) -> RadiationError:
        return RadiationError(self._source, expected, found)

    def seconds(self) -> float:
        """An ISO 8601 duration in days, hours, minutes and seconds; s."""
        match = _DURATION.fullmatch(self.text)
        if match is None or not any(match.groups()):
            raise self._wrong("a duration such as PT0.1S")
        days, hours, minutes, seconds = (float(part or 0) for part in match.groups())
        total = 86_400 * days + 3600 * hours + 60 * minutes + seconds
        if not total <= MAX_SECONDS:
            raise self._wrong(f"a duration of at most {MAX_SECONDS:.0f} s")
        return total

    def counts(self) -> int:
        """Whole counts, at least 0; those of several energy windows added up."""
        values = self.numbers()
        if not values:
            raise self._wrong("counts")
        total = math.fsum(values)
        if any(value < 0 or value != int(value) for value in values) or total > MAX_COUNTS:
            # Rates, averages and counts less a background follow no Poisson law.
            raise self._wrong(f"whole counts from 0 to {MAX_COUNTS:.0f}")
        return int(total)

    def numbers(self) -> list[float]:
        """Numbers with spaces between them, all finite."""
        try:
            values = [float(word) for word in self.text.split()]
        except ValueError:
            raise self._wrong("numbers") from None
        if not all(map(math.isfinite, values)):
            raise self._wrong("finite numbers")
        return values

    def flag(self) -> bool:
        """An XML boolean."""
        if self.text not in ("true", "false", "1", "0"):
            raise self._wrong("true or false")
        return self.text in ("true", "1")

    def _wrong(self, what: str) -> RadiationError:
        return self.error(f"{what} in {self.name}", repr(self.text[:_SHOWN]))
