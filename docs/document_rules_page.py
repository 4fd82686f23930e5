"""Writes the page of all rules on documents to standard output, docs/document-rules.md.

The rules are scanai/inspect/data/document_rules.toml; a test holds the page to it.
"""

from __future__ import annotations

from scanai.inspect.evidence.document_rules import TESTS, shipped_rules

_HEAD = """# Rules on documents

What a declaration alone tells, without its picture. Each rule that fires is a finding of the kind
`document_risk` with the rule's identifier, a sentence that says why, and its weight; the report's
evidence score `documents` is the total of the weights. Every hit is a lead to check: the verdict
never asks for more than a review because of papers.

Findings of this kind without a weight hold room, payload and packages of the papers against what
the unit and such goods allow (identifiers `unit_volume`, `unit_payload`, `package_limit`,
`package_mass_unusual`). They are measurements, not rules: the thresholds `room_ratio` and
`package_mass_factor` of the bundle govern them.

*Weight* is the natural logarithm of how many times likelier a rule fires on a bad declaration than
on an honest one. No open figures are known, so every weight is this project's estimate. *Source*
is where it is said that such a thing is worth asking about. Rules of weight {report_from:g} and up
are reasons for a review; the others stay in the report for the record and count for the score.

This page is written by `docs/document_rules_page.py` from
`scanai/inspect/data/document_rules.toml`.

| identifier | fires on | test | weight | source |
|---|---|---|---|---|
"""

_OWN = """
## Switch, change or add a rule

    scanai inspect SCAN… --rules mine.toml

`mine.toml` has the format of the shipped file and changes it by identifier. A table without `test`
changes only the keys that it gives; one with `test` is a rule of its own, new or in place of the
shipped one. What the file does not know is refused with the rule's name.

```toml
report_from = 1.2

[rules.transhipment]
enabled = false

[rules.vague_description]
weight = 2.0

[rules.military_words]
title = "Words of military goods"
test = "words"
fields = ["description"]
terms = ["night vision", "body armour", "gilet pare-balles", "chaleco antibalas"]
weight = 1.6
source = "our own guideline 12"
sentence = "“{text}” speaks of {term}: ask for the licence."
```

| test | what it looks at | can fill into the sentence |
|---|---|---|
"""

_CONTROLS = """
Words are compared without case, accents and plural s. The vague terms, in English, French, Spanish
and some German and Portuguese, are `scanai/manifest/data/vague_terms.csv`; the words tied to
chapters `scanai/manifest/data/trade_words.csv`.

## Control lists

Lines whose code stands on a control list are findings of the kind `controlled_goods`, which name
list and edition. The lists that ship are `scanai/manifest/data/controlled_goods.csv` and
`control_lists.csv`. An administration adds its own correlation table, more than one if need be:

    scanai inspect SCAN… --controls mine.csv

```
# title: National control list
# edition: 2031-01
CN code;National code;Control entry
8542 31 90;8542.31.90.10;3A001.a
848210;;2A101
```

Three columns in this order, separated by semicolon, comma or tab, in UTF-8 or Latin-1; the header
and the lines with # may be left out. The longest code of a row counts. A declared code with all
its digits is a hit; a shorter one covers other goods as well, and that hit is not confirmed unless
the line's description names no goods.
"""


def page() -> str:
    rules = shipped_rules()
    names = {kind: name for name, kind in TESTS.items()}
    lines = []
    for rule in rules.rules:
        off = "" if rule.enabled else " (switched off)"
        lines.append(
            f"| `{rule.id}` | {rule.title}{off} | `{names[type(rule)]}` | {rule.weight:g} | "
            f"{rule.source} |\n"
        )
    tests = []
    for name, kind in TESTS.items():
        what = " ".join((kind.__doc__ or "").split())
        places = ", ".join(f"`{{{place}}}`" for place in kind.places)
        tests.append(f"| `{name}` | {what} | {places} |\n")
    head = _HEAD.format(report_from=rules.report_from)
    return head + "".join(lines) + _OWN + "".join(tests) + _CONTROLS


if __name__ == "__main__":
    print(page(), end="")
