"""What the modules of commands share: exit codes, how a command is added, common arguments.

`cli` and every module of commands import this, so that an import contract that forbids this module
forbids the whole command line. What a command does is not here.
"""

from __future__ import annotations

import argparse
import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from scanai.errors import InputError, MissingExtraError, ScanAIError

DONE, BROKEN, UNREAD, INTERRUPTED = 0, 1, 2, 130
CODES = (
    "exit codes: 0 done; 1 ScanAI itself failed or lacks an extra; 2 some input could not be read "
    "(the others still are), or wrong arguments; 130 interrupted"
)
_TRAIN_PACKAGES = frozenset(
    {"torch", "torchvision", "lightgbm", "onnx", "onnxscript", "matplotlib", "tensorboard"}
)


@contextmanager
def needs_train(what: str) -> Iterator[None]:
    """Around an import of training: says which extra is missing, and for what."""
    try:
        yield
    except ModuleNotFoundError as error:
        if (error.name or "").split(".")[0] in _TRAIN_PACKAGES:
            raise MissingExtraError(what, "train") from error
        raise


def add_command(
    commands: Any, name: str, run: Callable[[argparse.Namespace], int], text: str
) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = commands.add_parser(
        name, help=text, description=text, epilog=CODES
    )
    parser.set_defaults(run=run, parser=parser)
    return parser


def error_line(error: ScanAIError, **more: str) -> str:
    """An error as every command prints it with --format json; `more` fields come first."""
    fields = {**more, "message": str(error)}
    if isinstance(error, InputError):
        fields |= {"source": error.source, "expected": error.expected, "found": error.found}
    return json.dumps({"error": fields})


def add_model(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--model", metavar="BUNDLE", type=given_path, help="model bundle (else the one that ships)"
    )


def add_format(command: argparse.ArgumentParser, text: str = "json: for machines") -> None:
    command.add_argument("--format", choices=("text", "json"), default="text", help=text)


def add_workers(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--workers", metavar="N", type=count, default=os.cpu_count() or 1, help="processes"
    )


def add_run(command: argparse.ArgumentParser, text: str = "run folder") -> None:
    command.add_argument("--out", metavar="RUN", type=given_path, required=True, help=text)


def add_benchmark(
    command: argparse.ArgumentParser,
    out: str,
    first: str,
    *,
    scans: int | None = None,
    recipe: str = "data set recipe (TOML)",
) -> None:
    """A bundle on a benchmark, with help for --out, --first and the recipe.

    scans: as many, where --first is not given, instead of all.
    """
    command.add_argument("bundle", metavar="BUNDLE", type=given_path)
    command.add_argument("benchmark", metavar="RECIPE", type=given_path, help=recipe)
    add_run(command, out)
    command.add_argument("--first", metavar="N", type=count, default=scans, help=first)
    add_workers(command)
    add_format(command)


def given_path(text: str) -> Path:
    """Of an empty path Path makes the current folder, and empty is a variable that was not set."""
    if not text:
        raise argparse.ArgumentTypeError("expected a path, found an empty one")
    return Path(text)


def count(text: str) -> int:
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError(f"expected a number from 1, found {text}")
    return value


def share(text: str) -> float:
    value = float(text)
    if not 0 < value < 1:
        raise argparse.ArgumentTypeError(f"expected a share between 0 and 1, found {text}")
    return value


def in_percent(value: float, low: float, high: float) -> str:
    """A share with its interval, as tables show it."""
    return f"{100 * value:.1f} % ({100 * low:.1f} to {100 * high:.1f})"
