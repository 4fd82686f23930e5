"""Checks of document rules on regime and route: flags, loops, many places.

Places are compared by letters and digits only; a UN/LOCODE begins with its country's two letters.
"""

from __future__ import annotations

import re

from scanai.inspect.evidence.document_rules import (
    Fired,
    RegimeRule,
    RouteLengthRule,
    RouteLoopRule,
)
from scanai.inspect.evidence.wording_checks import regime_words, short
from scanai.inspect.report import Evidence
from scanai.manifest.model import Manifest

_LOCODE = re.compile(r"([A-Z]{2})[A-Z2-9]{3}")
_SHOWN = 8
"""Places of a route in one sentence."""


def regime(rule: RegimeRule, manifest: Manifest) -> Fired | None:
    return Fired({"regime": regime_words(manifest)}) if manifest.regime in rule.regimes else None


def route_loop(rule: RouteLoopRule, manifest: Manifest) -> Fired | None:
    """A place twice in a row is one stop. A route that returns to a place is no loop by country."""
    places = _stops(manifest)
    if rule.by == "place":
        again = _returns_to([_plain(place) for place in places])
        text = None if again is None else places[again]
    else:
        if _returns_to([_plain(place) for place in places]) is not None:
            return None
        countries = [country for place in places if (country := _country(place))]
        # Without a code for each place nobody knows what lies between.
        again = _returns_to(countries) if len(countries) == len(places) else None
        text = None if again is None else countries[again]
    if text is None:
        return None
    return Fired({"route": _words(places), "text": short(text)}, _evidence(places))


def route_length(rule: RouteLengthRule, manifest: Manifest) -> Fired | None:
    places = _stops(manifest)
    if len(places) <= rule.most_places:
        return None
    return Fired({"route": _words(places), "count": str(len(places))}, _evidence(places))


def _stops(manifest: Manifest) -> list[str]:
    """The places of the route, each stay once."""
    stops: list[str] = []
    for place in manifest.route:
        if _plain(place) and (not stops or _plain(place) != _plain(stops[-1])):
            stops.append(place)
    return stops


def _returns_to(names: list[str]) -> int | None:
    """Index of the first name that stood before another one already."""
    seen: set[str] = set()
    for index, name in enumerate(names):
        if name in seen and names[index - 1] != name:
            return index
        seen.add(name)
    return None


def _plain(place: str) -> str:
    return "".join(character for character in place if character.isalnum()).upper()


def _country(place: str) -> str:
    found = _LOCODE.fullmatch(_plain(place))
    return found[1] if found else ""


def _words(places: list[str]) -> str:
    shown = [short(place) for place in places[:_SHOWN]]
    return "–".join(shown) + ("–…" if len(places) > _SHOWN else "")


def _evidence(places: list[str]) -> tuple[Evidence, ...]:
    return (Evidence(name="places on the route", value=len(places)),)
