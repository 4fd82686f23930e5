"""Paperwork of simulated declarations: at the stated rates, and nothing else is changed."""

from __future__ import annotations

import msgspec
import numpy as np
import pytest
from papers_making import UNIT, declarations, plain_declaration

from scanai.manifest.controls import control_hits
from scanai.manifest.model import Manifest
from scanai.synth import papers
from scanai.synth.paperwork import rates, with_paperwork

COUNT = 3000


@pytest.fixture(scope="module", params=[False, True], ids=["honest", "false"])
def drawn(request) -> tuple[bool, list[Manifest]]:
    return request.param, declarations(5, COUNT, false=request.param)


def names(manifest: Manifest) -> dict[str, str]:
    return {party.role: party.name for party in manifest.parties}


def loops(manifest: Manifest) -> bool:
    return len(set(manifest.route)) < len(manifest.route)


SEEN = {
    "transit": lambda m: m.regime == "transit",
    "transhipment": lambda m: m.regime == "transhipment",
    "free_zone": lambda m: m.regime == "free_zone",
    "loop": loops,
    "long_route": lambda m: len(set(m.route)) == 6,
    "same_trader": lambda m: names(m)["consignor"] == names(m)["consignee"],
    "forwarder_receives": lambda m: names(m)["forwarder"] == names(m)["consignee"],
    "to_order": lambda m: names(m)["consignee"].startswith("TO ORDER OF"),
    "said_to_contain": lambda m: any(
        line.description.startswith(("Said to", "STC", "1 container", "Dit ", "Dice "))
        for line in m.lines
    ),
}


@pytest.mark.parametrize("what", SEEN)
def test_each_thing_is_seen_as_often_as_stated(drawn, what: str) -> None:
    false, manifests = drawn
    expected = rates()[what][false]
    found = np.mean([SEEN[what](manifest) for manifest in manifests])
    # Four standard deviations, and what one thing leaves of another: no forwarder where one trader.
    spread = 4 * (expected * (1 - expected) / COUNT) ** 0.5
    assert found == pytest.approx(expected, abs=spread + 0.1 * expected)


def test_licences_are_missing_as_often_as_stated_and_only_where_goods_are_controlled(drawn) -> None:
    false, manifests = drawn
    lines = [line for manifest in manifests for line in manifest.lines]
    controlled = [line for line in lines if control_hits(line.hs_code)]
    assert not any(line.licence for line in lines if not control_hits(line.hs_code))
    missing = np.mean([not line.licence for line in controlled])
    assert missing == pytest.approx(rates()["no_licence"][false], abs=0.1)


@pytest.mark.parametrize("false", [False, True])
def test_goods_masses_and_identifiers_stay_as_they_are(false: bool) -> None:
    rng = np.random.default_rng(8)
    for _ in range(300):
        plain = plain_declaration(rng)
        told = with_paperwork(rng, plain, false)
        back = [
            msgspec.structs.replace(new, description=old.description, licence=old.licence)
            for new, old in zip(told.lines, plain.lines, strict=True)
        ]
        same = msgspec.structs.replace(
            told, lines=tuple(back), regime=plain.regime, route=(), parties=()
        )
        assert same == plain
        assert all(party.name.find("SYNTHETIC") >= 0 for party in told.parties)


def test_equal_states_give_equal_papers() -> None:
    assert declarations(3, 20, false=True) == declarations(3, 20, false=True)


def test_a_unit_declared_empty_has_papers_too() -> None:
    rng = np.random.default_rng(1)
    told = with_paperwork(rng, papers.honest(rng, UNIT, []), True)
    assert told.lines == ()
    assert told.route
    assert told.parties
