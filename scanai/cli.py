"""The command line: arguments, one line of output for each result, exit codes.

Every command imports what it needs when it runs, so that `scanai --help` is quick and inspection
never needs torch. No work is done here. `synth …`, `bench …` and the commands of training bring
their own arguments; what all commands share is in `command_parts`.
"""

from __future__ import annotations

import argparse
import os
import sys
import traceback
from collections.abc import Iterator, Sequence
from importlib.metadata import version
from typing import TYPE_CHECKING

from scanai.bench_commands import add_bench_commands
from scanai.command_parts import (
    BROKEN,
    CODES,
    DONE,
    INTERRUPTED,
    UNREAD,
    add_command,
    add_format,
    add_model,
    error_line,
    given_path,
    share,
)
from scanai.errors import (
    FailureError,
    MissingExtraError,
    RadiationError,
    ScanAIError,
)
from scanai.plain_text import printable
from scanai.synth_commands import add_synth_commands, spelled_out
from scanai.train_commands import add_train_commands

if TYPE_CHECKING:
    from scanai.batch import Result
    from scanai.inspect.report import Report

_MANIFEST_NOTES = {
    "none": "(no manifest)",
    "unread": "(its manifest could not be read)",
    "foreign": "(its manifest is of another scan)",
    "unmatched": "(not among the units of its manifest)",
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command; returns the exit code."""
    given = sys.argv[1:] if arguments is None else arguments
    options = _parser().parse_args(spelled_out(given))
    try:
        code: int = options.run(options)
        sys.stdout.flush()
        return code
    except KeyboardInterrupt:
        print("scanai: interrupted", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:
        # The reader of our output has gone; what is still buffered must not raise at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return BROKEN
    except ScanAIError as error:
        _say_error(error, options)
        return BROKEN if isinstance(error, MissingExtraError) else UNREAD
    except Exception as error:
        if os.environ.get("SCANAI_DEBUG"):
            traceback.print_exc()
        hint = "SCANAI_DEBUG=1 shows where"
        print(
            printable(f"scanai: internal error: {type(error).__name__}: {error} ({hint})"),
            file=sys.stderr,
        )
        return BROKEN


def _inspect(options: argparse.Namespace) -> int:
    from tqdm import tqdm

    from scanai.batch import inspect_files, read_papers
    from scanai.inspect.bundle import load_bundle
    from scanai.inspect.evidence.document_rules import read_rules
    from scanai.inspect.inspector import Inspector
    from scanai.inspect.scanner_calibration import read_calibration
    from scanai.manifest import read_correlation
    from scanai.render.folder import ReportFolder
    from scanai.resources import model_bundle_dir
    from scanai.scan import load_profile, name_scans

    scans = name_scans(options.paths)
    papers = None if options.manifest is None else read_papers(options.manifest)
    if papers is not None and len(scans) != 1:
        if papers.errors:  # of all scans: told once, before any of them is inspected
            raise papers.errors[0]
        if len(papers.manifests) == 1:
            options.parser.error(
                f"--manifest of one transport unit goes with one scan, found {len(scans)}"
            )
    if options.portal is not None and len(scans) != 1:
        options.parser.error(f"--portal goes with one scan, found {len(scans)}")
    profile = None if options.profile is None else load_profile(options.profile)
    calibration = None if options.calibration is None else read_calibration(options.calibration)
    if calibration is not None and profile is None:
        profile = calibration.profile
    bundle = load_bundle(options.model or model_bundle_dir(), int8=options.int8)
    inspector = Inspector(
        bundle,
        calibration=calibration,
        rules=None if options.rules is None else read_rules(options.rules),
        controls=[read_correlation(path) for path in options.controls],
    )
    out = None if options.out is None else ReportFolder(options.out)
    as_json = options.format == "json"
    width = max(map(len, scans.values()))
    errors: list[ScanAIError] = []
    results = inspect_files(
        scans, inspector, profile=profile, papers=papers, portal=options.portal, folder=out
    )
    # None: no bar in a log file, where it would stand before the errors on their lines.
    with tqdm(total=len(scans), desc="inspect", unit="scan", disable=None) as bar:
        for result in results:
            errors.extend(result.errors)
            if out is not None and result.report is None:
                out.forget(result.scan)
            bar.update()  # first, for a line that is written draws the bar anew
            if as_json:
                for line in _json_lines(result):
                    bar.write(line, file=sys.stdout)
                continue
            for error in result.errors:
                bar.write(printable(f"error    {error}"), file=sys.stderr)
            if result.report is not None:
                bar.write(_text_line(result, result.report, width), file=sys.stdout)
    if out is not None:
        index = out.write_index([str(error) for error in errors])
        if out.replaced:
            print(f"{out.path}: {_reports(out.replaced)} replaced", file=sys.stderr)
        if out.removed:
            told = f"{_reports(out.removed)} removed, of scans that could not be read now"
            print(f"{out.path}: {told}", file=sys.stderr)
        if out.left:
            print(f"{out.path}: {_reports(out.left)} left, not in the index", file=sys.stderr)
        print(f"open {index}", file=sys.stderr)
    failures = [error for error in errors if isinstance(error, FailureError)]
    if failures and os.environ.get("SCANAI_DEBUG"):
        traceback.print_exception(failures[0].__cause__)
    if failures:
        return BROKEN
    return UNREAD if errors else DONE


def _json_lines(result: Result) -> Iterator[str]:
    """The errors of one scan, then its report."""
    import msgspec

    for error in result.errors:
        yield error_line(error, scan=result.scan)
    if result.report is not None:
        yield msgspec.json.encode(result.report).decode()


def _text_line(result: Result, report: Report, width: int) -> str:
    verdict = report.verdict
    # The first reason is the sentence of the top finding, or why nothing was found.
    words = [f"{verdict.decision:<8} {result.scan:<{width}}", verdict.reasons[0]]
    if result.manifest != "used" and not _says_why_unused(report):
        words[1] += f" {_MANIFEST_NOTES[result.manifest]}"
    if any(isinstance(error, RadiationError) for error in result.errors):
        words[1] += " (its portal reading could not be read)"
    return printable("  ".join([*words, f"{result.seconds:.2f} s"]))


def _reports(count: int) -> str:
    return f"{count} {'report' if count == 1 else 'reports'} of an earlier run"


def _says_why_unused(report: Report) -> bool:
    """Whether the line begins with why the declaration was not used."""
    from scanai.inspect.report import DECLARATION_UNUSED

    return any(one.rule == DECLARATION_UNUSED for one in report.findings[:1])


def _calibrate(options: argparse.Namespace) -> int:
    from scanai.calibrate_command import calibrate

    return calibrate(
        options.paths,
        options.out,
        profile=options.profile,
        model=options.model,
        false_alarm_rate=options.false_alarm_rate,
        as_json=options.format == "json",
    )


def _drift(options: argparse.Namespace) -> int:
    from scanai.calibrate_command import drift

    return drift(
        options.reports,
        calibration=options.calibration,
        model=options.model,
        as_json=options.format == "json",
    )


def _explain(options: argparse.Namespace) -> int:
    from scanai.explain_command import explain

    return explain(options.reports, as_json=options.format == "json")


def _say_error(error: ScanAIError, options: argparse.Namespace) -> None:
    if getattr(options, "format", "text") == "json":
        print(error_line(error))
    else:
        print(printable(f"scanai: {error}"), file=sys.stderr)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="scanai",
        description="Reads cargo X-ray scans beside their declarations.",
        epilog=CODES,
    )
    parser.add_argument("--version", action="version", version=f"scanai {version('scanai')}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    command = add_command(commands, "inspect", _inspect, "inspect scans and write reports")
    command.add_argument(
        "paths",
        nargs="+",
        metavar="PATH",
        type=given_path,
        help="scan file, or a folder, searched with its subfolders",
    )
    command.add_argument(
        "--out",
        metavar="DIR",
        type=given_path,
        help="write reports and an index here",
    )
    command.add_argument(
        "--manifest",
        metavar="FILE",
        type=given_path,
        help="manifest of the one scan given, or of all the units that the scans given show "
        "(else NAME.manifest.json, NAME.manifest.csv, … .xlsx, .xml or .edi beside each scan)",
    )
    command.add_argument(
        "--portal",
        metavar="FILE",
        type=given_path,
        help="portal reading, ANSI N42, of the one scan given (else NAME.n42 beside the scan)",
    )
    command.add_argument(
        "--profile", metavar="NAME|FILE.toml", help="the scanner, where the file names none"
    )
    command.add_argument(
        "--calibration",
        metavar="FILE",
        type=given_path,
        help="of the scanner, by `scanai calibrate`",
    )
    command.add_argument(
        "--rules",
        metavar="FILE.toml",
        type=given_path,
        help="changes the rules on documents by identifier (docs/document-rules.md)",
    )
    command.add_argument(
        "--controls",
        metavar="FILE.csv",
        type=given_path,
        action="append",
        default=[],
        help="own control list beside those that ship, of three columns: CN or HS code, national "
        "code, control entry; may be repeated",
    )
    command.add_argument(
        "--int8", action="store_true", help="by the model's graph in 8 bits: faster, a little off"
    )
    add_model(command)
    add_format(command, "json: one report a line on standard output, errors as well")

    command = add_command(commands, "explain", _explain, "print how reports came to their verdicts")
    command.add_argument(
        "reports", nargs="+", metavar="REPORT", type=given_path, help="report or folder"
    )
    add_format(command, "json: one line a report, errors as well")

    command = add_command(
        commands, "calibrate", _calibrate, "measure a scanner on its own benign scans"
    )
    command.add_argument(
        "paths",
        nargs="+",
        metavar="PATH",
        type=given_path,
        help="benign scans of one scanner, files or folders",
    )
    command.add_argument("--out", metavar="FILE.json", type=given_path, required=True)
    command.add_argument(
        "--profile", metavar="NAME|FILE.toml", help="the scanner, where the files name none"
    )
    command.add_argument(
        "--false-alarm-rate",
        metavar="SHARE",
        type=share,
        default=0.05,
        help="of benign scans that each threshold may alarm; 0.05 takes 19 scans, 0.01 takes 99, "
        "those of undeclared goods 99 and 499",
    )
    add_model(command)
    add_format(command)

    command = add_command(
        commands, "drift", _drift, "compare the p-values of reports with those of benign scans"
    )
    command.add_argument(
        "reports", nargs="+", metavar="REPORT", type=given_path, help="report or folder"
    )
    command.add_argument("--calibration", metavar="FILE", type=given_path, help="of the scanner")
    add_model(command)
    add_format(command)

    add_synth_commands(commands)
    add_train_commands(commands)
    add_bench_commands(commands)
    return parser


if __name__ == "__main__":
    sys.exit(main())
