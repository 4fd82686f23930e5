"""The command line: arguments, one line of output for each result, exit codes.

Every command imports what it needs when it runs, so that `scanai --help` is quick and inspection
never needs torch. No work is done here.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scanai.errors import FailureError, InputError, MissingExtraError, ScanAIError

if TYPE_CHECKING:
    from scanai.batch import Result
    from scanai.inspect.report import Report

DONE, BROKEN, UNREAD, INTERRUPTED = 0, 1, 2, 130
_CODES = (
    "exit codes: 0 done; 1 ScanAI itself failed or lacks an extra; 2 some input could not be read "
    "(the others still are), or wrong arguments; 130 interrupted"
)
_DATA_SET = "data-set"
_SYNTH_WORDS = (_DATA_SET, "contact-sheet", "test-objects", "-h", "--help")
_MANIFEST_NOTES = {
    "none": "(no manifest)",
    "unread": "(its manifest could not be read)",
    "foreign": "(its manifest is of another scan)",
}
_TRAIN_PACKAGES = frozenset(
    {"torch", "torchvision", "onnx", "onnxscript", "matplotlib", "tensorboard"}
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command; returns the exit code."""
    given = sys.argv[1:] if arguments is None else arguments
    options = _parser().parse_args(_spelled_out(given))
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
            _plain(f"scanai: internal error: {type(error).__name__}: {error} ({hint})"),
            file=sys.stderr,
        )
        return BROKEN


def _inspect(options: argparse.Namespace) -> int:
    from tqdm import tqdm

    from scanai.batch import inspect_files
    from scanai.inspect.bundle import load_bundle
    from scanai.inspect.inspector import Inspector
    from scanai.inspect.scanner_calibration import read_calibration
    from scanai.render.folder import ReportFolder
    from scanai.resources import model_bundle_dir
    from scanai.scan import load_profile, name_scans

    scans = name_scans(options.paths)
    if options.manifest is not None and len(scans) != 1:
        options.parser.error(f"--manifest goes with one scan, found {len(scans)}")
    profile = None if options.profile is None else load_profile(options.profile)
    calibration = None if options.calibration is None else read_calibration(options.calibration)
    if calibration is not None and profile is None:
        profile = calibration.profile
    bundle = load_bundle(options.model or model_bundle_dir(), int8=options.int8)
    inspector = Inspector(bundle, calibration=calibration)
    out = None if options.out is None else ReportFolder(options.out)
    as_json = options.format == "json"
    width = max(map(len, scans.values()))
    errors: list[ScanAIError] = []
    results = inspect_files(
        scans, inspector, profile=profile, manifest=options.manifest, folder=out
    )
    # Into a log file the bar is written every ten seconds instead of ten times a second.
    pace = 0.1 if sys.stderr.isatty() else 10.0
    with tqdm(total=len(scans), desc="inspect", unit="scan", mininterval=pace) as bar:
        for result in results:
            errors.extend(result.errors)
            bar.update()  # first, for a line that is written draws the bar anew
            if as_json:
                for line in _json_lines(result):
                    bar.write(line, file=sys.stdout)
                continue
            for error in result.errors:
                bar.write(_plain(f"error    {error}"), file=sys.stderr)
            if result.report is not None:
                bar.write(_text_line(result, result.report, width), file=sys.stdout)
    if out is not None:
        index = out.write_index([str(error) for error in errors])
        if out.replaced:
            print(f"{out.path}: {out.replaced} reports of an earlier run replaced", file=sys.stderr)
        if out.entries:
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
        yield json.dumps({"error": {"scan": result.scan, **_error_fields(error)}})
    if result.report is not None:
        yield msgspec.json.encode(result.report).decode()


def _text_line(result: Result, report: Report, width: int) -> str:
    verdict = report.verdict
    # The first reason is the sentence of the top finding, or why nothing was found.
    words = [f"{verdict.decision:<8} {result.scan:<{width}}", verdict.reasons[0]]
    if result.manifest != "used":
        words[1] += f" {_MANIFEST_NOTES[result.manifest]}"
    return _plain("  ".join([*words, f"{result.seconds:.2f} s"]))


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


def _synth_data_set(options: argparse.Namespace) -> int:
    from scanai.synth_commands import data_set

    out = options.out or options.folder
    if out is None or (options.out and options.folder):
        options.parser.error("expected one folder to write into: OUT, or --out DIR")
    return data_set(options.recipe, out, options.workers)


def _synth_contact_sheet(options: argparse.Namespace) -> int:
    from scanai.synth_commands import contact_sheet

    return contact_sheet(options.recipe, options.out, options.workers, options.per_page)


def _synth_test_objects(options: argparse.Namespace) -> int:
    from scanai.synth_commands import test_objects

    return test_objects(options.profile, options.out, as_json=options.format == "json")


def _bench_synth(options: argparse.Namespace) -> int:
    from scanai.synth_commands import bench

    return bench(options.scenes, as_json=options.format == "json")


def _train(options: argparse.Namespace) -> int:
    with _needs_train("scanai train"):
        from scanai.train.loop import train
    run = train(
        options.recipe,
        options.out,
        workers=options.workers,
        data_only=options.data_only,
        start_from=options.start_from,
    )
    print(run)
    return DONE


def _export(options: argparse.Namespace) -> int:
    with _needs_train("scanai export"):
        from scanai.train.release import export_run
    metadata = export_run(
        options.run_folder,
        options.out,
        name=options.name or options.out.name,
        version=options.version,
        benign_scans=options.benign,
        false_alarm_rate=options.false_alarm_rate,
        more_scanners=tuple(options.scanner),
        int8=options.int8,
        workers=options.workers,
        **({} if options.seed is None else {"seed": options.seed}),
    )
    print(f"{options.out}: {metadata.name} {metadata.version}, graph {metadata.sha256}")
    return DONE


def _evaluate(options: argparse.Namespace) -> int:
    import msgspec

    with _needs_train("scanai evaluate"):
        from scanai.train.evaluate import evaluate
    metrics = evaluate(
        options.bundle,
        options.benchmark,
        options.out,
        against=tuple(options.against),
        int8=options.int8,
        first=options.first,
        workers=options.workers,
    )
    if options.format == "json":
        print(msgspec.json.encode(metrics).decode())
        return DONE
    for name, figure in metrics.figures.items():
        share = f"{100 * figure.value:.1f} % ({100 * figure.low:.1f} to {100 * figure.high:.1f})"
        print(f"{name:<36} {share:<28} of {figure.count}")
    print(f"{options.bundle / 'metrics.json'}, {options.out / 'benchmark.html'}")
    return DONE


def _bench_patches(options: argparse.Namespace) -> int:
    import msgspec

    with _needs_train("scanai bench patches"):
        from scanai.train.bench_patches import RESULT_FILE, bench_patches
    result = bench_patches(
        options.bundle,
        options.benchmark,
        options.out,
        first=options.first,
        weights=options.weights,
        bank_scans=options.bank,
        workers=options.workers,
    )
    if options.format == "json":
        print(msgspec.json.encode(result).decode())
        return DONE
    print("shields with d′ ≥ 5 found at 1 % and 3 % of benign scans alarmed, with 95 % intervals")
    width = max(map(len, result.detectors))
    for name, row in result.detectors.items():
        shares = "  ".join(
            f"{100 * one.value:5.1f} % ({100 * one.low:.1f} to {100 * one.high:.1f})"
            for one in row.detection.values()
        )
        cost = "" if row.milliseconds is None else f"  {row.milliseconds:.0f} ms"
        print(f"{name:<{width}}  {shares}  area {row.roc_area:.3f}{cost}")
    print(options.out / RESULT_FILE)
    return DONE


def _bench_physics(options: argparse.Namespace) -> int:
    from scanai.physics.bench import rms_percent

    result = rms_percent()
    if options.format == "json":
        print(json.dumps(result))
        return DONE
    print("rms error of attenuation against Geant4 slabs, percent")
    print(f"{'beam':<8}{'plain':>8}{'fitted':>8}")
    plain, fitted = result["rms_percent"]["plain"], result["rms_percent"]["fitted"]
    for beam in plain:
        print(f"{beam + ' MV':<8}{plain[beam]:>8.2f}{fitted[beam]:>8.2f}")
    return DONE


def _bench_end_to_end(options: argparse.Namespace) -> int:
    from scanai.bench import STEPS, end_to_end

    result = end_to_end(options.model, options.repeats)
    if options.format == "json":
        print(json.dumps(result))
        return DONE
    seconds = result["seconds"]
    total = seconds["total"]
    print("640 × 2440 pixels, two energies; median, warm")
    for step in STEPS:
        print(f"{step:<16}{1000 * seconds[step]:>7.0f} ms{100 * seconds[step] / total:>6.0f} %")
    print(f"{'without picture':<16}{1000 * (total - seconds['picture']):>7.0f} ms")
    print(f"{'total':<16}{1000 * total:>7.0f} ms")
    return DONE


@contextmanager
def _needs_train(what: str) -> Iterator[None]:
    try:
        yield
    except ModuleNotFoundError as error:
        if (error.name or "").split(".")[0] in _TRAIN_PACKAGES:
            raise MissingExtraError(what, "train") from error
        raise


def _error_fields(error: ScanAIError) -> dict[str, str]:
    fields = {"message": str(error)}
    if isinstance(error, InputError):
        fields |= {"source": error.source, "expected": error.expected, "found": error.found}
    return fields


def _say_error(error: ScanAIError, options: argparse.Namespace) -> None:
    if getattr(options, "format", "text") == "json":
        print(json.dumps({"error": _error_fields(error)}))
    else:
        print(_plain(f"scanai: {error}"), file=sys.stderr)


def _plain(text: str) -> str:
    """One line without control characters: file names and manifests must not steer a terminal."""
    return "".join(
        character if character.isprintable() else "\N{REPLACEMENT CHARACTER}" for character in text
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="scanai",
        description="Reads cargo X-ray scans beside their declarations.",
        epilog=_CODES,
    )
    parser.add_argument("--version", action="version", version=f"scanai {version('scanai')}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    command = _command(commands, "inspect", _inspect, "inspect scans and write reports")
    command.add_argument(
        "paths",
        nargs="+",
        metavar="PATH",
        help="scan file, or a folder, searched with its subfolders",
    )
    command.add_argument("--out", metavar="DIR", type=Path, help="write reports and an index here")
    command.add_argument(
        "--manifest",
        metavar="FILE",
        type=Path,
        help="manifest of the one scan given (else NAME.manifest.json or .csv beside the scan)",
    )
    command.add_argument(
        "--profile", metavar="NAME|FILE.toml", help="the scanner, where the file names none"
    )
    command.add_argument(
        "--calibration",
        metavar="FILE",
        type=Path,
        help="of the scanner, by `scanai calibrate`",
    )
    command.add_argument(
        "--int8", action="store_true", help="by the model's graph in 8 bits: faster, a little off"
    )
    _add_model(command)
    _add_format(command, "json: one report a line on standard output, errors as well")

    command = _command(
        commands, "calibrate", _calibrate, "measure a scanner on its own benign scans"
    )
    command.add_argument(
        "paths", nargs="+", metavar="PATH", help="benign scans of one scanner, files or folders"
    )
    command.add_argument("--out", metavar="FILE.json", type=Path, required=True)
    command.add_argument(
        "--profile", metavar="NAME|FILE.toml", help="the scanner, where the files name none"
    )
    command.add_argument(
        "--false-alarm-rate",
        metavar="SHARE",
        type=_share,
        default=0.05,
        help="of benign scans that each threshold may alarm; 0.05 takes 19 scans, 0.01 takes 99",
    )
    _add_model(command)
    _add_format(command)

    command = _command(
        commands, "drift", _drift, "compare the p-values of reports with those of benign scans"
    )
    command.add_argument("reports", nargs="+", metavar="REPORT", type=Path, help="report or folder")
    command.add_argument("--calibration", metavar="FILE", type=Path, help="of the scanner")
    _add_model(command)
    _add_format(command)

    _add_synth(commands)

    command = _command(commands, "train", _train, "train a model from a recipe")
    command.add_argument("recipe", type=Path, help="training recipe (TOML)")
    command.add_argument("--out", metavar="RUN", type=Path, required=True, help="run folder")
    command.add_argument("--data-only", action="store_true", help="stop once the windows are made")
    command.add_argument(
        "--from",
        dest="start_from",
        metavar="BUNDLE",
        type=Path,
        help="begin with the weights of this bundle: fine-tune it",
    )
    _add_workers(command)

    command = _command(commands, "export", _export, "make a model bundle from a training run")
    command.add_argument("run_folder", metavar="RUN", type=Path)
    command.add_argument("--out", metavar="BUNDLE", type=Path, required=True)
    command.add_argument("--name", help="of the bundle (else that of its folder)")
    command.add_argument("--version", default="0.1.0")
    command.add_argument(
        "--benign",
        metavar="N",
        type=int,
        default=300,
        help="scans of each scanner to set the thresholds on; 0 keeps the initial ones",
    )
    command.add_argument("--false-alarm-rate", metavar="SHARE", type=_share, default=0.02)
    command.add_argument(
        "--scanner",
        metavar="PROFILE",
        nargs="+",
        default=[],
        help="scanners that the model was not trained on, to set thresholds for as well",
    )
    command.add_argument("--int8", action="store_true", help="also the graph in 8 bits")
    _add_seed(command)
    _add_workers(command)

    command = _command(commands, "evaluate", _evaluate, "measure a bundle on a benchmark")
    command.add_argument("bundle", metavar="BUNDLE", type=Path)
    command.add_argument("benchmark", metavar="RECIPE", type=Path, help="data set recipe (TOML)")
    command.add_argument(
        "--out",
        metavar="RUN",
        type=Path,
        required=True,
        help="folder for the trials, which a run that was stopped goes on with, and the page",
    )
    command.add_argument(
        "--against",
        metavar="BUNDLE",
        type=Path,
        nargs="+",
        default=[],
        help="other bundles to run on the same scans",
    )
    command.add_argument(
        "--int8", action="store_true", help="run the bundle's graph in 8 bits on them as well"
    )
    command.add_argument(
        "--first", metavar="N", type=_count, help="only the first N scans, for a quicker look"
    )
    _add_workers(command)
    _add_format(command)

    bench = commands.add_parser(
        "bench", help="measure the physics model, the speed or other detectors"
    )
    subjects = bench.add_subparsers(required=True, metavar="SUBJECT")
    command = _command(subjects, "physics", _bench_physics, "attenuation against Geant4 slabs")
    _add_format(command)
    command = _command(subjects, "end-to-end", _bench_end_to_end, "time from file to report")
    _add_model(command)
    command.add_argument("--repeats", metavar="N", type=_count, default=9)
    _add_format(command)
    command = _command(
        subjects, "patches", _bench_patches, "a bundle beside patch features of benign scans"
    )
    command.add_argument("bundle", metavar="BUNDLE", type=Path)
    command.add_argument("benchmark", metavar="RECIPE", type=Path, help="data set recipe (TOML)")
    command.add_argument("--out", metavar="RUN", type=Path, required=True, help="run folder")
    command.add_argument(
        "--first", metavar="N", type=_count, default=200, help="scans: each takes seconds"
    )
    command.add_argument(
        "--weights",
        metavar="FILE",
        type=Path,
        help="state dict of torchvision's resnet18 (else random weights of a fixed seed)",
    )
    command.add_argument(
        "--bank", metavar="N", type=_count, default=32, help="benign scans to compare with"
    )
    _add_workers(command)
    _add_format(command)
    command = _command(subjects, "synth", _bench_synth, "time of a simulated scan")
    command.add_argument(
        "--scenes", metavar="N", type=_count, default=50, help="mixed loads in 40-ft boxes"
    )
    _add_format(command)
    return parser


def _add_synth(commands: Any) -> None:
    synth = commands.add_parser(
        "synth",
        help="make simulated scans, and look at them",
        description="Make simulated scans. 'scanai synth RECIPE OUT' is short for "
        f"'scanai synth {_DATA_SET} RECIPE OUT'.",
        epilog=_CODES,
    )
    subjects = synth.add_subparsers(required=True, metavar="SUBJECT")

    command = _command(
        subjects, _DATA_SET, _synth_data_set, "write a data set, or what is missing of it"
    )
    command.add_argument("recipe", type=Path, metavar="RECIPE", help="data set recipe (TOML)")
    command.add_argument("folder", type=Path, metavar="OUT", nargs="?")
    command.add_argument("--out", metavar="DIR", type=Path, help="the same as OUT")
    _add_workers(command)

    command = _command(
        subjects, "contact-sheet", _synth_contact_sheet, "draw pages of scans with their truth"
    )
    command.add_argument("recipe", type=Path, metavar="RECIPE", help="data set recipe (TOML)")
    command.add_argument(
        "out",
        type=Path,
        metavar="OUT.html|.png",
        help="one page of HTML, or as many PNG pages as it takes",
    )
    command.add_argument("--per-page", metavar="N", type=_count, default=12, help="scans in a PNG")
    _add_workers(command)

    command = _command(
        subjects,
        "test-objects",
        _synth_test_objects,
        "penetration, wire and contrast of scanner profiles",
    )
    command.add_argument(
        "--profile",
        metavar="NAME|FILE.toml",
        nargs="+",
        default=(),
        help="else all profiles that ship",
    )
    command.add_argument("--out", metavar="DIR", type=Path, help="write scans and pictures here")
    _add_format(command)


def _spelled_out(arguments: Sequence[str]) -> list[str]:
    """`synth RECIPE OUT` means `synth data-set RECIPE OUT`; no recipe is called as a subject is."""
    words = list(arguments)
    if words[:1] == ["synth"] and len(words) > 1 and words[1] not in _SYNTH_WORDS:
        words.insert(1, _DATA_SET)
    return words


def _command(
    commands: Any, name: str, run: Callable[[argparse.Namespace], int], text: str
) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = commands.add_parser(
        name, help=text, description=text, epilog=_CODES
    )
    parser.set_defaults(run=run, parser=parser)
    return parser


def _add_model(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--model", metavar="BUNDLE", type=Path, help="model bundle (else the one that ships)"
    )


def _add_format(command: argparse.ArgumentParser, text: str = "json: for machines") -> None:
    command.add_argument("--format", choices=("text", "json"), default="text", help=text)


def _add_workers(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--workers", metavar="N", type=_count, default=os.cpu_count() or 1, help="processes"
    )


def _add_seed(command: argparse.ArgumentParser) -> None:
    command.add_argument("--seed", metavar="N", type=int, help="of the scans (else a fixed one)")


def _count(text: str) -> int:
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError(f"expected a number from 1, found {text}")
    return value


def _share(text: str) -> float:
    value = float(text)
    if not 0 < value < 1:
        raise argparse.ArgumentTypeError(f"expected a share between 0 and 1, found {text}")
    return value


if __name__ == "__main__":
    sys.exit(main())
