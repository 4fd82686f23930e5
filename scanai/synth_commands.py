"""What the commands `scanai synth …` and `scanai bench synth` do; their arguments are in `cli`.

Each answers with an exit code and prints its result in one line or one table.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import msgspec

DONE = 0


def data_set(recipe: Path, out: Path, workers: int) -> int:
    """Announcements go to standard error, the result to standard output."""
    from tqdm import tqdm

    from scanai.synth.dataset import read_recipe
    from scanai.synth.samples import is_samples_recipe, read_samples_recipe, write_samples
    from scanai.synth.shards import write_dataset

    def say(text: str) -> None:
        tqdm.write(text, file=sys.stderr)

    if is_samples_recipe(recipe):
        written = write_samples(read_samples_recipe(recipe), out)
    else:
        written = write_dataset(read_recipe(recipe), out, workers, say)
    print(f"{len(written)} scans in {out}")
    return DONE


def contact_sheet(recipe: Path, out: Path, workers: int, per_page: int) -> int:
    from scanai.sheets.contact import write_contact_sheet
    from scanai.synth.dataset import read_recipe

    for page in write_contact_sheet(read_recipe(recipe), out, workers, per_page):
        print(f"open {page}")
    return DONE


def test_objects(profiles: Sequence[str], out: Path | None, *, as_json: bool) -> int:
    from scanai.scan import load_profile
    from scanai.scan.profile import known_profiles
    from scanai.sheets.stand import write_test_scan
    from scanai.synth.image_quality import measure

    loaded = [load_profile(name) for name in profiles or known_profiles()]
    results = {}
    for profile in loaded:
        measured = measure(profile)
        results[profile.name] = measured.figures
        if out is not None:
            for test in measured.tests:
                write_test_scan(test, out / profile.name)
    if out is not None:
        text = msgspec.json.format(msgspec.json.encode(results), indent=2)
        (out / "figures.json").write_bytes(text + b"\n")
    if as_json:
        print(msgspec.json.encode(results).decode())
        return DONE
    return DONE


def bench(scenes: int, *, as_json: bool) -> int:
    return DONE
