"""What `scanai explain` prints: the way from evidence to verdict, of reports written earlier."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path

import msgspec

from scanai.command_parts import DONE, UNREAD, error_line
from scanai.errors import InputError
from scanai.render.explain import explain_text
from scanai.report_files import read_report, report_files


def explain(paths: Sequence[Path], *, as_json: bool) -> int:
    """One explanation for each report; one that cannot be read is told, and the rest go on."""
    failed, told = False, 0
    for path in report_files(paths):
        try:
            report = read_report(path)
        except InputError as error:
            failed = True
            if as_json:
                print(error_line(error))
            else:
                print(f"error    {error}", file=sys.stderr)
            continue
        if as_json:
            print(json.dumps({"report": str(path), **_fields(report)}))
            continue
        if told:
            print()
        print(explain_text(report))
        told += 1
    return UNREAD if failed else DONE


def _fields(report: msgspec.Struct) -> dict[str, object]:
    """The parts of a report that its verdict follows from, as they stand in it."""
    fields = msgspec.to_builtins(report)
    wanted = ("unit", "inputs", "scanner", "model", "thresholds", "evidence_scores", "verdict")
    return {name: fields[name] for name in wanted}
