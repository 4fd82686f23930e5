"""What the commands `scanai synth …` and `scanai bench synth` do; their arguments are in `cli`.

Each answers with an exit code and prints its result in one line or one table.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import msgspec

DONE = 0
_COLUMNS = {
    "penetration_mm": "penetration, mm steel",
    "wedge_mm": "10 mm step behind, mm",
    "contrast_percent": "contrast, %",
    "wire_air_mm": "wire in air, mm",
    "wire_steel_mm": "wire behind steel, mm",
}
"""Of the table of test objects: figure and title."""


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
    from tqdm import tqdm

    from scanai.scan import load_profile
    from scanai.scan.profile import known_profiles
    from scanai.sheets.stand import write_test_scan
    from scanai.synth.image_quality import image_quality

    loaded = [load_profile(name) for name in profiles or known_profiles()]
    results = {}
    for profile in tqdm(loaded, desc="scanners", unit="scanner"):
        quality = image_quality(profile)
        results[profile.name] = msgspec.to_builtins(quality.figures)
        if out is not None:
            for test in quality.scans:
                write_test_scan(test, out / profile.name)
    if as_json:
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


def bench(scenes: int, *, as_json: bool) -> int:
    from scanai.synth.bench import SHARES, bench_synth

    result = bench_synth(scenes)
    if as_json:
        print(msgspec.json.encode(result).decode())
        return DONE
    seconds = result["seconds_per_scan"]
    print(f"one scan       {seconds['median']:.3f} s median, {seconds['p95']:.3f} s for 95 %")
    for step in SHARES:
        print(f"  {step:<12} {100 * result['share'][step]:5.1f} %")
    print(f"two processes  {result['two_core_speedup']:.2f} times as fast as one")
    print(f"plain loop     {result['plain_ray_loop_ratio']:.1f} times as slow to trace")
    return DONE
