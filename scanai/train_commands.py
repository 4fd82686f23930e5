"""`scanai train`, `scanai export` and `scanai evaluate`: their arguments, and what they print.

They are all that needs the extra `train`, but for `scanai bench patches`, and import it when they
run, so that torch is never loaded for anything else.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from scanai.command_parts import (
    DONE,
    add_benchmark,
    add_command,
    add_run,
    add_workers,
    given_path,
    in_percent,
    needs_train,
    share,
)

if TYPE_CHECKING:
    from scanai.train.figures import Figure


def add_train_commands(commands: Any) -> None:
    _add_train(commands)
    _add_export(commands)
    _add_evaluate(commands)


def _add_train(commands: Any) -> None:
    command = add_command(commands, "train", _train, "train a model from a recipe")
    command.add_argument("recipe", type=given_path, help="training recipe (TOML)")
    add_run(command)
    command.add_argument("--data-only", action="store_true", help="stop once the windows are made")
    command.add_argument(
        "--from",
        dest="start_from",
        metavar="BUNDLE",
        type=given_path,
        help="begin with the weights of this bundle: fine-tune it",
    )
    add_workers(command)


def _train(options: argparse.Namespace) -> int:
    with needs_train("scanai train"):
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


def _add_export(commands: Any) -> None:
    command = add_command(commands, "export", _export, "make a model bundle from a training run")
    command.add_argument(
        "run_folder",
        metavar="RUN",
        type=given_path,
        help="folder of a training run, or a bundle with weights to be exported anew",
    )
    command.add_argument("--out", metavar="BUNDLE", type=given_path, required=True)
    command.add_argument("--name", help="of the bundle (else that of its folder)")
    command.add_argument(
        "--version",
        metavar="X.Y.Z",
        default="0.1.0",
        help="another one for each graph that is kept under the name (default %(default)s)",
    )
    command.add_argument(
        "--benign",
        metavar="N",
        type=int,
        default=320,
        help="scans of each scanner to set the thresholds on; 0 keeps the initial ones",
    )
    goods = command.add_mutually_exclusive_group()
    goods.add_argument(
        "--loads",
        metavar="N",
        type=int,
        default=2400,
        help="honest loads to learn how the goods of each HS heading look from; 0 learns none "
        "(default %(default)s)",
    )
    command.add_argument(
        "--cuts",
        metavar="N",
        type=int,
        default=24_000,
        help="cuts through further honest loads to learn the same from (default %(default)s)",
    )
    goods.add_argument(
        "--same-signatures",
        action="store_true",
        help="take the signatures of RUN, a bundle, instead of learning new ones: they hold as "
        "long as its weights do; --cuts is not read then",
    )
    command.add_argument(
        "--further-signatures",
        action="store_true",
        help="go on from the signatures of RUN, a bundle, with loads and cuts that they have not "
        "seen; p-values under a code are of these loads alone, of which no fewer are wanted than "
        "for new signatures; not with --same-signatures or --loads 0",
    )
    regions = command.add_mutually_exclusive_group()
    regions.add_argument(
        "--regions",
        metavar="N",
        type=int,
        default=6000,
        help="scans, about half of them with a shield, to learn the odds that a region is one from;"
        " 0 leaves the model's own score (default %(default)s)",
    )
    regions.add_argument(
        "--same-odds",
        action="store_true",
        help="take these odds of RUN, a bundle, instead of learning new ones: they hold as long as "
        "its weights do",
    )
    command.add_argument(
        "--keep",
        metavar="FOLDER",
        type=given_path,
        help="keep these loads and scans there: an export that was stopped goes on with them",
    )
    command.add_argument("--false-alarm-rate", metavar="SHARE", type=share, default=0.02)
    command.add_argument(
        "--scanner",
        metavar="PROFILE",
        nargs="+",
        default=[],
        help="scanners that the model was not trained on, to set thresholds for as well",
    )
    command.add_argument("--int8", action="store_true", help="also the graph in 8 bits")
    command.add_argument("--seed", metavar="N", type=int, help="of the scans (else a fixed one)")
    add_workers(command)


def _export(options: argparse.Namespace) -> int:
    with needs_train("scanai export"):
        from scanai.train.release import export_run
    metadata = export_run(
        options.run_folder,
        options.out,
        name=options.name or options.out.name,
        version=options.version,
        benign_scans=options.benign,
        honest_loads=options.loads,
        cuts=options.cuts,
        same_signatures=options.same_signatures,
        further_signatures=options.further_signatures,
        region_scans=options.regions,
        same_odds=options.same_odds,
        keep=options.keep,
        false_alarm_rate=options.false_alarm_rate,
        more_scanners=tuple(options.scanner),
        int8=options.int8,
        workers=options.workers,
        **({} if options.seed is None else {"seed": options.seed}),
    )
    print(f"{options.out}: {metadata.name} {metadata.version}, graph {metadata.sha256}")
    return DONE


def _add_evaluate(commands: Any) -> None:
    command = add_command(commands, "evaluate", _evaluate, "measure a bundle on a benchmark")
    add_benchmark(
        command,
        "folder for the trials, which a run that was stopped goes on with, and the page",
        "only the first N scans, for a quicker look: metrics and card go to RUN, and the bundle "
        "stays as it is",
        recipe="data set recipe, or recipe of a mismatch benchmark (TOML)",
    )
    command.add_argument(
        "--against",
        metavar="BUNDLE",
        type=given_path,
        nargs="+",
        default=[],
        help="other bundles to run on the same scans",
    )
    command.add_argument(
        "--int8",
        action="store_true",
        help="run the bundle's graph in 8 bits on them as well; if it finds half a point less, "
        "it is taken out of the bundle",
    )


def _evaluate(options: argparse.Namespace) -> int:
    import msgspec

    with needs_train("scanai evaluate"):
        from scanai.train.card import CARD_FILE
        from scanai.train.evaluate import PAGE_FILE, evaluate, written_to
        from scanai.train.metrics import METRICS_FILE
        from scanai.train.mismatch.recipe import is_mismatch_recipe
    if is_mismatch_recipe(options.benchmark):
        return _evaluate_mismatch(options)
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
    _print_figures(metrics.figures)
    where = written_to(options.bundle, options.out, options.first)
    print(f"{where / METRICS_FILE}, {where / CARD_FILE}, {options.out / PAGE_FILE}")
    if metrics.int8 is not None and metrics.int8.difference is not None:
        fate = {
            True: "accepted",
            False: f"not accepted: taken out of {options.bundle}",
            None: "not decided by a part of the benchmark",
        }
        one = metrics.int8.difference
        points = f"{100 * one.value:+.2f} points ({100 * one.low:+.2f} to {100 * one.high:+.2f})"
        print(f"graph in 8 bits: {points}, {fate[metrics.int8.accepted]}")
    if where != options.bundle:
        scans = sum(metrics.scans.values())
        print(f"the first {scans} of {metrics.part_of} scans: {options.bundle} stays as it is")
    return DONE


def _evaluate_mismatch(options: argparse.Namespace) -> int:
    import msgspec

    with needs_train("scanai evaluate"):
        from scanai.train.evaluate import written_to
        from scanai.train.metrics import METRICS_FILE
        from scanai.train.mismatch.evaluate import PAGE_FILE, evaluate_mismatch
    if options.against or options.int8:
        options.parser.error("--against and --int8 do not go with a mismatch benchmark")
    figures = evaluate_mismatch(
        options.bundle,
        options.benchmark,
        options.out,
        first=options.first,
        workers=options.workers,
    )
    if options.format == "json":
        print(msgspec.json.encode(figures).decode())
        return DONE
    _print_figures(figures)
    where = written_to(options.bundle, options.out, options.first)
    print(f"{where / METRICS_FILE}, {options.out / PAGE_FILE}")
    return DONE


def _print_figures(figures: Mapping[str, Figure]) -> None:
    for name, figure in figures.items():
        shown = in_percent(figure.value, figure.low, figure.high)
        print(f"{name:<40} {shown:<28} of {figure.count}")
