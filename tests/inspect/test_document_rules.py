"""Rules on documents as data: what ships, and what an own file may change."""

from __future__ import annotations

import re
import runpy
from pathlib import Path

import pytest

from scanai.errors import RulesError
from scanai.inspect.evidence.document_rules import (
    MAX_BYTES,
    TESTS,
    DocumentRules,
    Rule,
    filled,
    read_rules,
    shipped_rules,
)
from scanai.inspect.evidence.documents import _CHECKS
from scanai.manifest import read_correlation

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def own(tmp_path: Path):
    def read(content: str | bytes) -> DocumentRules:
        path = tmp_path / "own.toml"
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return read_rules(path)

    return read


def named(rules: DocumentRules, name: str) -> Rule:
    (rule,) = (rule for rule in rules.rules if rule.id == name)
    return rule


def test_every_shipped_rule_says_where_it_comes_from_and_fills_its_sentence() -> None:
    rules = shipped_rules().rules
    assert len(rules) >= 20
    assert len({rule.id for rule in rules}) == len(rules)
    for rule in rules:
        assert len(rule.source) > 10
        assert "{" not in filled(rule.sentence, dict.fromkeys(rule.places, "x"))


def test_every_test_has_a_check_and_ships_in_some_rule() -> None:
    assert set(TESTS.values()) == set(_CHECKS)
    assert {type(rule) for rule in shipped_rules().rules} == set(_CHECKS)


def test_a_table_without_test_switches_a_shipped_rule(own) -> None:
    rules = own("[rules.transhipment]\nenabled = false\nweight = 0.2\n")
    changed, shipped = named(rules, "transhipment"), named(shipped_rules(), "transhipment")
    assert (changed.enabled, changed.weight) == (False, 0.2)
    assert (changed.sentence, changed.source) == (shipped.sentence, shipped.source)
    assert len(rules.rules) == len(shipped_rules().rules)
    assert rules.report_from == shipped_rules().report_from


NEW = """
report_from = 0.5
[rules.own_words]
title = "Own words"
test = "vague"
terms = ["wibble"]
weight = 1.0
source = "a test"
sentence = "{lines}: {text}"
"""


def test_a_table_with_test_is_added_or_stands_in_place_of_the_shipped_one(own) -> None:
    rules = own(NEW)
    assert rules.report_from == 0.5
    assert rules.rules[-1] == named(rules, "own_words")
    assert len(rules.rules) == len(shipped_rules().rules) + 1
    replaced = own(NEW.replace("own_words", "transit"))
    assert type(named(replaced, "transit")).__name__ == "VagueRule"
    assert len(replaced.rules) == len(shipped_rules().rules)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("[rules.transit]\nwieght = 1.0", "only known fields in rule transit"),
        ("[rules.transit]\nweight = -1.0", "a number of at least 0 at weight in rule transit"),
        ("[rules.transit]\nweight = 'x'", "a number at weight in rule transit, found 'x'"),
        ("[rules.transit]\nregimes = ['smuggling']", "in rule transit, found 'smuggling'"),
        ("[rules.transit]\nsentence = '{lines}'", "places out of {regime} in the sentence"),
        ("[rules.transit]\nid = 'x'", "the table's name as identifier in rule transit"),
        ("[rules.mine]\nweight = 1.0", "a field test in rule mine, which is none that ships"),
        ("[rules.mine]\ntest = 'guess'", "a test among vague, said_to_contain"),
        ("[rules.mine]\ntest = ['vague']", "a test among vague, said_to_contain"),
        ("[rules.'M!']\ntest = 'vague'", "rule names of a to z"),
        (NEW.replace('terms = ["wibble"]\n', ""), "sorts or terms in rule own_words"),
        (NEW.replace('["wibble"]', '["--"]'), "terms with a letter or digit in rule own_words"),
        (NEW.replace('terms = ["wibble"]', 'sorts = ["odd"]'), "sorts out of all_kinds, elsewhere"),
        ("[rule.transit]\nenabled = false", "only known fields"),
        ("rules = 3", "named fields"),
        ("", "tables [rules.NAME] or report_from, found an empty file"),
        ("[rules", "document rules in TOML, found malformed TOML"),
        (b"\xff\xfe", "document rules in TOML, found bytes that are not UTF-8"),
        (b"#" * (MAX_BYTES + 1), "at most 1048576 bytes"),
    ],
)
def test_refuses_what_it_does_not_know_and_names_the_rule(own, content, message: str) -> None:
    with pytest.raises(RulesError, match=re.escape(message)) as caught:
        own(content)
    assert "own.toml: expected " in str(caught.value)


def test_refuses_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(RulesError, match="expected a readable file"):
        read_rules(tmp_path / "none.toml")


def test_a_declared_text_cannot_fill_other_places() -> None:
    assert filled("{text} {other}", {"text": "{other}", "other": "x"}) == "{other} x"


def test_the_page_of_all_rules_is_that_of_the_file() -> None:
    page = runpy.run_path(str(ROOT / "docs" / "document_rules_page.py"))["page"]()
    assert page == (ROOT / "docs" / "document-rules.md").read_text("utf-8")


def test_the_examples_of_the_page_are_read(own, tmp_path: Path) -> None:
    page = (ROOT / "docs" / "document-rules.md").read_text("utf-8")
    rules = own(page.split("```toml\n")[1].split("```")[0])
    assert not named(rules, "transhipment").enabled
    assert named(rules, "military_words").weight == 1.6
    table = tmp_path / "mine.csv"
    table.write_text("# title" + page.split("```\n# title")[1].split("```")[0])
    assert [entry.entry for entry in read_correlation(table).entries] == ["3A001.a", "2A101"]
