from __future__ import annotations

import pytest

from scanai.inspect.evidence.documents import controlled_goods
from scanai.manifest.controls import is_controlled
from scanai.manifest.model import Line, Manifest


def findings(**line: str):
    return controlled_goods(Manifest(lines=(Line(hs_code="4802"), Line(**line))))


@pytest.fixture(scope="module")
def controlled_code() -> str:
    assert is_controlled("854231"), "the control list has changed: choose another code"
    return "854231"


def test_a_controlled_code_without_licence_is_a_lead(controlled_code: str) -> None:
    (finding,) = findings(hs_code=controlled_code)
    assert finding.kind == "controlled_goods"
    assert finding.confirmed
    assert finding.sentence == (
        "Line 2, HS 854231, stands on a control list (common high priority list) and no licence "
        "is given: a lead to check."
    )


def test_a_licence_settles_it(controlled_code: str) -> None:
    assert findings(hs_code=controlled_code, licence="SYNTH-LIC-1") == []


def test_a_heading_above_controlled_codes_does_not_count(controlled_code: str) -> None:
    (finding,) = findings(hs_code=controlled_code[:4])
    assert not finding.confirmed
    assert "covers codes on a control list" in finding.sentence


def test_other_goods_raise_nothing() -> None:
    assert findings(hs_code="7208") == []


def test_line_without_code_raises_nothing() -> None:
    assert findings(description="Household goods") == []


def test_code_found_in_words_is_told_as_such(controlled_code: str) -> None:
    (finding,) = findings(hs_code=controlled_code, code_from="description")
    assert "Line 2, HS 854231 (found in its description), stands on" in finding.sentence
