"""Paperwork around simulated declarations: route, regime, parties, licences, wording.

How often each thing is seen among honest and among false declarations is `data/paperwork.toml`, all
of it project estimates. Goods, codes and masses are those of `papers` and stay as they are; all
names are synthetic.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Annotated

import msgspec
from numpy.random import Generator

from scanai.manifest.controls import control_hits
from scanai.manifest.model import Line, Manifest, Party, Regime

_Share = Annotated[float, msgspec.Meta(ge=0, le=1)]
_Words = Annotated[tuple[str, ...], msgspec.Meta(min_length=1)]
_PLAIN_REGIMES: tuple[Regime, ...] = ("import", "export")
_LEAST_VIA, _LONG_VIA = 0, 4
_USUAL_VIA = 2
"""Places between the first and the last: none to two, or four on a long route."""


class _Rate(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Share of the declarations that show it."""

    honest: _Share
    false: _Share


class _Rates(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    vague: _Rate
    all_kinds: _Rate
    only_digits: _Rate
    said_to_contain: _Rate
    transit: _Rate
    transhipment: _Rate
    free_zone: _Rate
    loop: _Rate
    long_route: _Rate
    same_trader: _Rate
    forwarder_receives: _Rate
    to_order: _Rate
    no_licence: _Rate


class _Wording(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    vague: _Words
    all_kinds: _Words
    said_to_contain: _Words


class _Places(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    ports: Annotated[tuple[str, ...], msgspec.Meta(min_length=8)]


class _Table(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    rates: _Rates
    words: _Wording
    places: _Places


@cache
def _table() -> _Table:
    text = files("scanai.synth").joinpath("data/paperwork.toml").read_text("utf-8")
    return msgspec.toml.decode(text, type=_Table)


def rates() -> dict[str, tuple[float, float]]:
    """How often each thing is seen: (among honest, among false declarations)."""
    found = msgspec.structs.asdict(_table().rates)
    return {name: (rate.honest, rate.false) for name, rate in found.items()}


def with_paperwork(rng: Generator, manifest: Manifest, false: bool) -> Manifest:
    """The declaration with what real ones have around their goods; equal states, equal papers.

    Regime, route, parties, descriptions and licences are drawn; nothing else changes. A declaration
    is `false` when it hides something, whatever that is: the papers around it do not know what.
    """
    route = _route(rng, false)
    return msgspec.structs.replace(
        manifest,
        regime=_regime(rng, false),
        route=route,
        parties=_parties(rng, false, route),
        lines=_licensed(rng, false, _worded(rng, false, manifest.lines)),
    )


def vaguely(rng: Generator, manifest: Manifest) -> Manifest:
    """An honest declaration whose every description is vague."""
    words = _table().words.vague
    told = with_paperwork(rng, manifest, false=False)
    lines = tuple(
        msgspec.structs.replace(line, description=words[int(rng.integers(len(words)))])
        for line in told.lines
    )
    return msgspec.structs.replace(told, lines=lines)


def _happens(rng: Generator, false: bool, rate: _Rate) -> bool:
    return bool(rng.random() < (rate.false if false else rate.honest))


def _regime(rng: Generator, false: bool) -> Regime:
    known, place = _table().rates, rng.random()
    special: tuple[tuple[Regime, _Rate], ...] = (
        ("transit", known.transit),
        ("transhipment", known.transhipment),
        ("free_zone", known.free_zone),
    )
    for regime, rate in special:
        place -= rate.false if false else rate.honest
        if place < 0:
            return regime
    return _PLAIN_REGIMES[rng.integers(len(_PLAIN_REGIMES))]


def _route(rng: Generator, false: bool) -> tuple[str, ...]:
    """Ports of as many countries, but for a loop, which comes back to the first or second one."""
    known = _table().rates
    long = _happens(rng, false, known.long_route)
    via = _LONG_VIA if long else int(rng.integers(_LEAST_VIA, _USUAL_VIA + 1))
    route: list[str] = []
    for index in rng.permutation(len(_table().places.ports)):
        port = _table().places.ports[index]
        if len(route) < via + 2 and port[:2] not in {place[:2] for place in route}:
            route.append(port)
    if _happens(rng, false, known.loop):
        route += [route[int(rng.integers(2)) if len(route) > 2 else 0]]
    return tuple(route)


def _parties(rng: Generator, false: bool, route: tuple[str, ...]) -> tuple[Party, ...]:
    """Sender, receiver, who is told of the arrival, and mostly a forwarder."""
    known = _table().rates
    sender = Party("consignor", _name(rng, "TRADER"), route[0][:2])
    receiver = Party("consignee", _name(rng, "TRADER"), route[-1][:2])
    forwarder = Party("forwarder", _name(rng, "FORWARDER"), route[0][:2])
    if _happens(rng, false, known.same_trader):
        receiver = Party("consignee", sender.name, route[-1][:2])
    elif _happens(rng, false, known.forwarder_receives):
        receiver = Party("consignee", forwarder.name, route[-1][:2])
    elif _happens(rng, false, known.to_order):
        receiver = Party("consignee", f"TO ORDER OF {_name(rng, 'BANK')}", route[-1][:2])
    notified = Party("notify", receiver.name, receiver.country)
    return (sender, receiver, notified, forwarder)


def _name(rng: Generator, what: str) -> str:
    return f"SYNTHETIC {what} {int(rng.integers(0, 10_000)):04d}"


def _worded(rng: Generator, false: bool, lines: tuple[Line, ...]) -> tuple[Line, ...]:
    """At most one of the three bad ways to describe; the largest line is what it is about."""
    known, words = _table().rates, _table().words
    if not lines:
        return lines
    largest = max(range(len(lines)), key=lambda index: lines[index].mass_kg or 0.0)
    place = rng.random()
    texts = [line.description for line in lines]
    for name, rate in (
        ("all_kinds", known.all_kinds),
        ("vague", known.vague),
        ("only_digits", known.only_digits),
    ):
        share = rate.false if false else rate.honest
        if 0 <= place < share:
            if name == "all_kinds":
                texts = [_one_of(rng, words.all_kinds)] * len(lines)
            elif name == "vague":
                texts[largest] = _one_of(rng, words.vague)
            else:
                texts[largest] = f"{rng.integers(1000, 10_000)}-{rng.integers(10, 100)}/{largest}"
        place -= share
    if _happens(rng, false, known.said_to_contain):
        texts[largest] = _one_of(rng, words.said_to_contain) + texts[largest]
    return tuple(
        msgspec.structs.replace(line, description=text)
        for line, text in zip(lines, texts, strict=True)
    )


def _licensed(rng: Generator, false: bool, lines: tuple[Line, ...]) -> tuple[Line, ...]:
    """A licence on most lines whose code is on a control list."""
    told = []
    for line in lines:
        if control_hits(line.hs_code) and not _happens(rng, false, _table().rates.no_licence):
            number = int(rng.integers(0, 1_000_000))
            line = msgspec.structs.replace(line, licence=f"SYNTH-LIC-{number:06d}")
        told.append(line)
    return tuple(told)


def _one_of(rng: Generator, texts: tuple[str, ...]) -> str:
    return texts[int(rng.integers(len(texts)))]
