"""An explanation of a report in plain text: the verdict, the chain that led to it, what would
change it. Everything stands in the report; nothing is computed here."""

from __future__ import annotations

from collections.abc import Iterator
from textwrap import wrap

from scanai.inspect.report import Report, Step
from scanai.plain_text import printable
from scanai.render import words

_WIDTH = 100
_HEADS = ("Evidence", "score", "threshold", "p", "enters as", "share", "asks for")


def explain_text(report: Report) -> str:
    """Several lines without control characters: names and papers must not steer a terminal."""
    return "\n".join(line for part in _lines(report) for line in _wrapped(printable(part)))


def _wrapped(line: str) -> list[str]:
    indent = " " * (len(line) - len(line.lstrip()))
    return wrap(line, _WIDTH, subsequent_indent=f"{indent}  ") or [""]


def _lines(report: Report) -> Iterator[str]:
    verdict = report.verdict
    name = report.unit or report.scan_id
    title = verdict.decision.upper()
    yield f"{title}  {name} · {report.inputs.scan} · urgency {verdict.urgency:.3f}"
    yield ""
    for number, reason in enumerate(verdict.carried_by, 1):
        rare = "" if reason.p_value is None else f" (p {words.p_value(reason.p_value)})"
        yield f"  {number}. {reason.sentence}{rare}"
    if not verdict.chain:
        yield from (f"  - {reason}" for reason in verdict.reasons if not verdict.carried_by)
        yield ""
        yield "This report holds no chain of evidence."
    else:
        yield ""
        yield from _table(verdict.chain)
        yield ""
        yield from words.combination(report)
    yield from _list("What would change it", verdict.would_change)
    yield from _list("What limits it", verdict.caveats)
    yield ""
    yield (
        f"Model {report.model.name} {report.model.version} ({report.model.sha256[:12]}), scanner "
        f"{report.scanner or 'unknown'}. Thresholds in force: {_thresholds(report)}."
    )


def _table(chain: tuple[Step, ...]) -> Iterator[str]:
    rows = [_HEADS, *(words.step_row(step) for step in chain)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(_HEADS))]
    for row in rows:
        cells = [row[0].ljust(widths[0])]
        cells += [cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True)]
        yield "  " + "  ".join(cells).rstrip()


def _list(title: str, sentences: tuple[str, ...]) -> Iterator[str]:
    if sentences:
        yield ""
        yield f"{title}:"
        yield from (f"  - {sentence}" for sentence in sentences)


def _thresholds(report: Report) -> str:
    values = (f"{name} {words.quantity(value)}" for name, value in report.thresholds.items())
    return ", ".join(values) or "none"
