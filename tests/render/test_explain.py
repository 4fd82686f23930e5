"""The explanation says all that led to a verdict, and no more than stands in the report."""

from __future__ import annotations

import msgspec
import pytest

from scanai.inspect.report import Report
from scanai.render.explain import explain_text
from scanai.render.words import p_value, step_title


def test_tells_verdict_reasons_chain_changes_and_caveats(explained: Report) -> None:
    text = explain_text(explained)
    assert text.splitlines()[0] == "INSPECT  SYNTH-000001 · SYNTH-0001.tiff · urgency 0.920"
    assert text.splitlines()[2:4] == [
        "  1. A block of heavy metal, 21 × 20 cm. (p 0.004)",
        "  2. The cargo weighs 12.4 t; 9.0 t are declared. (p 0.02)",
    ]
    words = " ".join(text.split())
    for part in (
        "Evidence score threshold p enters as share asks for",
        "Dense part 0.940 0.620 0.004 0.004 92 % inspect",
        "Unlike known scans 0.900 2.00 0.60 not combined",
        "Combined p 0.008: 0.8 % of harmless scans",
        "Cauchy combination of 2 kinds, each with the same weight; review at 0.05 or less, "
        "inspect at 0.01 or less",
        "Inspect is asked for by: dense part, whose score no harmless scan reaches.",
        "What would change it: - Without the heavy metal it would be review.",
        "What limits it: - Parts are opaque.",
        "Model scanai-v0 0.1.0 (222222222222), scanner portal-6-4.",
        "shielding 0.620",
    ):
        assert part in words


def test_lines_fit_a_terminal_and_columns_stand_below_each_other(explained: Report) -> None:
    lines = explain_text(explained).splitlines()
    assert max(map(len, lines)) <= 100
    head = next(line for line in lines if "threshold" in line)
    row = next(line for line in lines if line.startswith("  Dense part"))
    assert head.index("asks for") + len("asks for") == len(row)


def test_without_p_values_says_so(explained: Report) -> None:
    bare = msgspec.structs.replace(
        explained, verdict=msgspec.structs.replace(explained.verdict, combined_p=None)
    )
    assert "No p-values: how rare these scores are" in explain_text(bare)


def test_report_of_an_earlier_version_gives_its_reasons(report: Report) -> None:
    text = explain_text(report)
    assert "  - The cargo is 3.4 t heavier than declared." in text
    assert "This report holds no chain of evidence." in text


def test_hostile_names_cannot_steer_a_terminal(explained: Report) -> None:
    verdict = msgspec.structs.replace(explained.verdict, caveats=("\x1b[2J\r\n",))
    hostile = msgspec.structs.replace(explained, unit="\x1b]0;\x07", verdict=verdict)
    text = explain_text(hostile)
    assert not [c for c in text if not c.isprintable() and c != "\n"]


@pytest.mark.parametrize(
    ("value", "expected"),
    [(1.0, "1.00"), (0.25, "0.25"), (0.0056, "0.0056"), (1e-7, "below 0.0001")],
)
def test_p_values_have_two_digits_and_no_exponent(value: float, expected: str) -> None:
    assert p_value(value) == expected


def test_steps_have_titles_even_if_new() -> None:
    titles = [step_title(name) for name in ("shielding", "mass_mismatch", "line_mass")]
    assert titles == ["Dense part", "Mass mismatch", "Line mass"]


@pytest.mark.parametrize(("together", "told"), [(0.12, True), (0.008, False)])
def test_an_inspection_that_all_evidence_together_does_not_ask_for_is_explained(
    explained: Report, together: float, told: bool
) -> None:
    verdict = msgspec.structs.replace(explained.verdict, combined_p=together)
    text = " ".join(explain_text(msgspec.structs.replace(explained, verdict=verdict)).split())
    assert ("That asks for it by itself, however rare the rest is." in text) is told


def test_two_kinds_that_ask_for_inspection_each_do_so(explained: Report) -> None:
    chain = tuple(msgspec.structs.replace(s, asks="inspect") for s in explained.verdict.chain[:2])
    verdict = msgspec.structs.replace(explained.verdict, combined_p=0.12, chain=chain)
    text = " ".join(explain_text(msgspec.structs.replace(explained, verdict=verdict)).split())
    assert "Each of them asks for it by itself, however rare the rest is." in text
