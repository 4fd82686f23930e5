"""`scanai synth …`: the arguments of its commands, and what they print.

Each prints its result in one line or one table and imports the simulator when it runs.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from typing import Any

from scanai.command_parts import (
    CODES,
    DONE,
    add_command,
    add_format,
    add_workers,
    count,
    given_path,
)

_DATA_SET = "data-set"
_WORDS = (_DATA_SET, "contact-sheet", "test-objects", "-h", "--help")
_COLUMNS = {
    "penetration_mm": "penetration, mm steel",
    "wedge_mm": "10 mm step behind, mm",
    "contrast_percent": "contrast, %",
    "wire_air_mm": "wire in air, mm",
    "wire_steel_mm": "wire behind steel, mm",
}
"""Of the table of test objects: figure and title."""


def spelled_out(arguments: Sequence[str]) -> list[str]:
    """`synth RECIPE OUT` means `synth data-set RECIPE OUT`; no recipe is called as a subject is."""
    words = list(arguments)
    if words[:1] == ["synth"] and len(words) > 1 and words[1] not in _WORDS:
        words.insert(1, _DATA_SET)
    return words


def add_synth_commands(commands: Any) -> None:
    synth = commands.add_parser(
        "synth",
        help="make simulated scans, and look at them",
        description="Make simulated scans. 'scanai synth RECIPE OUT' is short for "
        f"'scanai synth {_DATA_SET} RECIPE OUT'.",
        epilog=CODES,
    )
    subjects = synth.add_subparsers(required=True, metavar="SUBJECT")

    command = add_command(
        subjects, _DATA_SET, _data_set, "write a data set, or what is missing of it"
    )
    command.add_argument("recipe", type=given_path, metavar="RECIPE", help="data set recipe (TOML)")
    command.add_argument("folder", type=given_path, metavar="OUT", nargs="?")
    command.add_argument("--out", metavar="DIR", type=given_path, help="the same as OUT")
    add_workers(command)

    command = add_command(
        subjects, "contact-sheet", _contact_sheet, "draw pages of scans with their truth"
    )
    command.add_argument("recipe", type=given_path, metavar="RECIPE", help="data set recipe (TOML)")
    command.add_argument(
        "out",
        type=given_path,
        metavar="OUT.html|.png",
        help="one page of HTML, or as many PNG pages as it takes",
    )
    command.add_argument("--per-page", metavar="N", type=count, default=12, help="scans in a PNG")
    add_workers(command)

    command = add_command(
        subjects,
        "test-objects",
        _test_objects,
        "penetration, wire and contrast of scanner profiles",
    )
    command.add_argument(
        "--profile",
        metavar="NAME|FILE.toml",
        nargs="+",
        default=(),
        help="else all profiles that ship",
    )
    command.add_argument(
        "--out", metavar="DIR", type=given_path, help="write scans and pictures here"
    )
    add_format(command)


def _data_set(options: argparse.Namespace) -> int:
    """Announcements go to standard error, the result to standard output."""
    out = options.out or options.folder
    if out is None or (options.out and options.folder):
        options.parser.error("expected one folder to write into: OUT, or --out DIR")

    from tqdm import tqdm

    from scanai.synth.dataset import read_recipe
    from scanai.synth.samples import is_samples_recipe, read_samples_recipe, write_samples
    from scanai.synth.shards import write_dataset

    def say(text: str) -> None:
        tqdm.write(text, file=sys.stderr)

    if is_samples_recipe(options.recipe):
        written = write_samples(read_samples_recipe(options.recipe), out)
    else:
        written = write_dataset(read_recipe(options.recipe), out, options.workers, say)
    print(f"{len(written)} scans in {out}")
    return DONE


def _contact_sheet(options: argparse.Namespace) -> int:
    from scanai.sheets.contact import write_contact_sheet
    from scanai.synth.dataset import read_recipe

    recipe = read_recipe(options.recipe)
    for page in write_contact_sheet(recipe, options.out, options.workers, options.per_page):
        print(f"open {page}")
    return DONE


def _test_objects(options: argparse.Namespace) -> int:
    import msgspec
    from tqdm import tqdm

    from scanai.scan import load_profile
    from scanai.scan.profile import known_profiles
    from scanai.sheets.stand import require_test_scans, write_test_scan
    from scanai.synth.image_quality import image_quality

    loaded = [load_profile(name) for name in options.profile or known_profiles()]
    if options.out is not None:
        for profile in loaded:  # before the work, which takes minutes
            require_test_scans(options.out / profile.name)
    results = {}
    for profile in tqdm(loaded, desc="scanners", unit="scanner"):
        quality = image_quality(profile)
        results[profile.name] = msgspec.to_builtins(quality.figures)
        if options.out is not None:
            for test in quality.scans:
                write_test_scan(test, options.out / profile.name)
    if options.format == "json":
        print(msgspec.json.encode(results).decode())
        return DONE
    width = max(map(len, results))
    print(f"{'scanner':<{width}}  {'  '.join(_COLUMNS.values())}")
    for name, figures in results.items():
        cells = [
            f"{'none' if figures[key] is None else format(figures[key], 'g'):>{len(title)}}"
            for key, title in _COLUMNS.items()
        ]
        print(f"{name:<{width}}  {'  '.join(cells)}")
    return DONE
