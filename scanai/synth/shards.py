"""A data set on disk: folders of 500 scans, made by any number of workers, resumed after a kill.

    OUT/recipe.json                 what the folder holds, and what made it
    OUT/scans.jsonl                 one line a scan (`record`), written when all its files are there
    OUT/shard-00000/0000000.tiff    the scan, and beside it
                    0000000.manifest.json, 0000000.truth.npz,
                    0000000.profile.toml    only where the scanner was drawn for this scan

A file gets its name when it is complete, and a scan its line when all its files have theirs: what
has no line, or no longer the hashes of its line, is made again. As scan i depends on the recipe
and i alone, the folder ends up the same byte for byte, whoever made which part of it.
"""

from __future__ import annotations

import errno
import hashlib
import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from time import perf_counter
from typing import NamedTuple

import msgspec
from tqdm import tqdm

from scanai.errors import InputError, RecipeError
from scanai.output_files import require_folder
from scanai.synth.dataset import DatasetRecipe, make_scan, plan_at
from scanai.synth.origin import Origin, origin_of
from scanai.synth.record import ScanRecord, files_of, line, read_records, record_of
from scanai.synth.scan_files import PART, write_scan, written
from scanai.synth.workers import ordered

RECORDS, ORIGIN = "scans.jsonl", "recipe.json"
SCANS_PER_SHARD = 500
# Scans whose scanners are looked at to foresee the disk that all take, the usual length of a unit
# with the air around it, m, and what a pixel of one energy takes with its share of the truth.
_FORESEEN, _UNIT_M, _BYTES_PER_PIXEL = 50, 10.0, 1.7
# Scans that the announcement of disk and time is measured on.
PROBE = 8

Say = Callable[[str], None]


class _Made(NamedTuple):
    record: ScanRecord
    seconds: float


def write_dataset(
    recipe: DatasetRecipe, out: str | Path, workers: int = 1, say: Say = tqdm.write
) -> list[Path]:
    """Makes what the folder `out` does not hold yet; returns the files of all scans, in order.

    `say` gets what is announced: what was found, and the disk and time that the rest will take,
    measured on the first scans. InputError: the folder holds something else or is being written
    by somebody else, or the disk cannot hold the data set.
    """
    folder = Path(out)
    require_folder(folder)
    with _alone(folder):
        _claim(recipe, folder)
        for leftover in folder.glob(f"shard-*/{PART}*"):
            leftover.unlink()
        records = _intact(recipe, folder, workers, say)
        try:
            _make_missing(recipe, folder, records, workers, say)
        except OSError as error:
            if error.errno != errno.ENOSPC:
                raise
            found = f"it full after {len(records)} of {recipe.count} scans"
            raise InputError(folder, "room on the disk", found) from error
        text = b"".join(line(records[index]) for index in range(recipe.count))
        if (folder / RECORDS).read_bytes() != text:
            written(folder / RECORDS, text)
    return [folder / records[index].file for index in range(recipe.count)]


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Two runs in one folder would clear away each other's unfinished files."""
    try:
        import fcntl
    except ImportError:  # Windows has no such lock; the user has to mind it
        yield
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        os.close(handle)
        raise InputError(folder, "a folder that no other run is writing", "one that is") from error
    try:
        yield
    finally:
        os.close(handle)


def _claim(recipe: DatasetRecipe, folder: Path) -> None:
    """Scans of two recipes, or of two versions of the simulator, must not mix; more may follow."""
    mark = folder / ORIGIN
    origin = origin_of(recipe)
    if mark.exists():
        try:
            found = msgspec.json.decode(mark.read_bytes(), type=Origin)
        except msgspec.DecodeError as error:
            raise RecipeError(mark, "the recipe of a data set", str(error)) from error
        difference = origin.differs_from(found)
        if difference is not None:
            raise RecipeError(folder, *difference)
    elif any(folder.iterdir()):
        raise RecipeError(folder, "an empty folder or the data set of this recipe", "other files")
    text = msgspec.json.format(msgspec.json.encode(origin), indent=2) + b"\n"
    if not mark.exists() or mark.read_bytes() != text:
        written(mark, text)


# --- what is there -------------------------------------------------------------------------------


def _intact(recipe: DatasetRecipe, folder: Path, workers: int, say: Say) -> dict[int, ScanRecord]:
    """Records of the scans whose files are all there with their hashes."""
    known = read_records(folder / RECORDS)
    known = {index: record for index, record in known.items() if index < recipe.count}
    if not known:
        return {}
    with ThreadPoolExecutor(workers) as threads:  # reading and hashing let go of the interpreter
        checks = threads.map(partial(_is_intact, folder), known.values())
        kept = list(tqdm(checks, total=len(known), desc="check", unit="scan", mininterval=_pace()))
    intact = {i: record for (i, record), good in zip(known.items(), kept, strict=True) if good}
    broken = len(known) - len(intact)
    spoilt = f"; {broken} more were altered or are incomplete and are made again" if broken else ""
    say(f"{folder}: {len(intact)} of {recipe.count} scans are there already{spoilt}")
    return intact


def _is_intact(folder: Path, record: ScanRecord) -> bool:
    for file in files_of(record):
        try:
            content = (folder / file.name).read_bytes()
        except OSError:
            return False
        if hashlib.sha256(content).hexdigest() != file.sha256:
            return False
    return True


# --- what is missing -----------------------------------------------------------------------------


def _make_missing(
    recipe: DatasetRecipe, folder: Path, records: dict[int, ScanRecord], workers: int, say: Say
) -> None:
    """Makes the scans without record, and adds a line and a record for each."""
    missing = [index for index in range(recipe.count) if index not in records]
    if not missing:
        return
    _foresee(recipe, folder, missing, say)
    probes: list[_Made] = []
    with (
        (folder / RECORDS).open("ab") as lines,
        tqdm(
            total=recipe.count,
            initial=len(records),
            desc="simulate",
            unit="scan",
            mininterval=_pace(),
        ) as progress,
    ):
        if lines.tell():
            lines.write(b"\n")  # the last line may be torn; an empty one does no harm
        for made in ordered(partial(_make, recipe, folder), missing, workers):
            lines.write(line(made.record))
            lines.flush()
            records[made.record.index] = made.record
            progress.update()
            if len(probes) < PROBE:
                probes.append(made)
                if len(probes) == PROBE < len(missing):
                    _announce(folder, probes, len(missing) - PROBE, workers, say)


def _foresee(recipe: DatasetRecipe, folder: Path, missing: Sequence[int], say: Say) -> None:
    """Says before the first scan what disk all will take, from their scanners; refuses what cannot
    fit. What `_announce` says later is measured."""
    pixels = []
    for index in missing[:_FORESEEN]:
        plan = plan_at(recipe, index)
        columns = plan.x_window_px or _UNIT_M * 1000 / plan.profile.pitch_mm[0]
        pixels.append(plan.profile.rows * columns * len(plan.profile.energies_mv))
    need = _BYTES_PER_PIXEL * sum(pixels) / len(pixels) * len(missing)
    free = shutil.disk_usage(folder).free
    room = f"{_bytes(need)} of disk ({_bytes(free)} free)"
    say(f"{folder}: {len(missing)} scans will take some {room}")
    if need / 2 > free:
        expected = f"some {_bytes(need)} of free disk for {len(missing)} scans"
        raise InputError(folder, expected, f"{_bytes(free)}")


def _announce(folder: Path, probes: list[_Made], left: int, workers: int, say: Say) -> None:
    """Says what the scans that are left will take; InputError when the disk cannot hold them."""
    size = sum(file.size for made in probes for file in files_of(made.record)) / len(probes)
    seconds = sum(made.seconds for made in probes) / len(probes)
    need, free = size * left, shutil.disk_usage(folder).free
    say(
        f"{folder}: {left} more scans take about {_bytes(need)} of disk ({_bytes(free)} free) and "
        f"{_duration(seconds * left / workers)} with {workers} worker{'s' * (workers > 1)}, "
        f"by the first {len(probes)}: {_bytes(size)} and {seconds:.2f} s each"
    )
    if need > free:
        expected = f"about {_bytes(need)} of free disk for {left} more scans"
        raise InputError(folder, expected, f"{_bytes(free)}")


def _make(recipe: DatasetRecipe, folder: Path, index: int) -> _Made:
    """Simulates one scan and writes its files."""
    start = perf_counter()
    plan = plan_at(recipe, index)
    scan = make_scan(plan)
    shard = folder / f"shard-{index // SCANS_PER_SHARD:05d}"
    shard.mkdir(exist_ok=True)
    files = write_scan(plan, scan, shard)
    return _Made(record_of(plan, scan, files), perf_counter() - start)


# --- words ---------------------------------------------------------------------------------------


def _pace() -> float:
    """Seconds between two states of the progress bar: in a log file each is a line."""
    return 0.1 if os.isatty(2) else 10.0


def _bytes(number: float) -> str:
    for unit in ("B", "kB", "MB", "GB"):
        if number < 1000:
            return f"{number:.3g} {unit}"
        number /= 1000
    return f"{number:.3g} TB"


def _duration(seconds: float) -> str:
    minutes = round(seconds / 60)
    if minutes < 2:
        return f"{seconds:.0f} s"
    hours = minutes // 60
    return f"{hours} h {minutes % 60} min" if hours else f"{minutes} min"
