"""`scanai bench …`: the arguments of each benchmark, and the table that it prints.

What is measured is in `physics.bench`, `bench`, `synth.bench` and `train.bench_patches`, each
imported when it runs.
"""

from __future__ import annotations

import argparse
import json
from typing import Any

from scanai.command_parts import (
    DONE,
    add_benchmark,
    add_command,
    add_format,
    add_model,
    count,
    given_path,
    in_percent,
    needs_train,
)


def add_bench_commands(commands: Any) -> None:
    bench = commands.add_parser(
        "bench", help="measure the physics model, the speed or other detectors"
    )
    subjects = bench.add_subparsers(required=True, metavar="SUBJECT")
    command = add_command(subjects, "physics", _physics, "attenuation against Geant4 slabs")
    add_format(command)
    command = add_command(subjects, "end-to-end", _end_to_end, "time from file to report")
    add_model(command)
    command.add_argument("--repeats", metavar="N", type=count, default=9)
    add_format(command)
    _add_patches(subjects)
    command = add_command(subjects, "synth", _synth, "time of a simulated scan")
    command.add_argument(
        "--scenes", metavar="N", type=count, default=50, help="mixed loads in 40-ft boxes"
    )
    add_format(command)


def _add_patches(subjects: Any) -> None:
    command = add_command(
        subjects, "patches", _patches, "a bundle beside patch features of benign scans"
    )
    add_benchmark(command, "run folder", "scans: each takes seconds", scans=200)
    command.add_argument(
        "--weights",
        metavar="FILE",
        type=given_path,
        help="state dict of torchvision's resnet18 (else random weights of a fixed seed)",
    )
    command.add_argument(
        "--bank", metavar="N", type=count, default=32, help="benign scans to compare with"
    )


def _physics(options: argparse.Namespace) -> int:
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


def _end_to_end(options: argparse.Namespace) -> int:
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


def _patches(options: argparse.Namespace) -> int:
    import msgspec

    with needs_train("scanai bench patches"):
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
            f"{in_percent(one.value, one.low, one.high):>22}" for one in row.detection.values()
        )
        cost = "" if row.milliseconds is None else f"  {row.milliseconds:.0f} ms"
        print(f"{name:<{width}}  {shares}  area {row.roc_area:.3f}{cost}")
    print(options.out / RESULT_FILE)
    return DONE


def _synth(options: argparse.Namespace) -> int:
    import msgspec

    from scanai.synth.bench import SHARES, bench_synth

    result = bench_synth(options.scenes)
    if options.format == "json":
        print(msgspec.json.encode(result).decode())
        return DONE
    seconds = result["seconds_per_scan"]
    print(f"one scan       {seconds['median']:.3f} s median, {seconds['p95']:.3f} s for 95 %")
    for step in SHARES:
        print(f"  {step:<12} {100 * result['share'][step]:5.1f} %")
    print(f"two processes  {result['two_core_speedup']:.2f} times as fast as one")
    print(f"plain loop     {result['plain_ray_loop_ratio']:.1f} times as slow to trace")
    return DONE
