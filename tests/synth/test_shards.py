from __future__ import annotations

import hashlib
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace

import msgspec
import numpy as np
import pytest

from scanai.errors import InputError, RecipeError
from scanai.manifest import read_manifest
from scanai.scan import load_profile, read_raw
from scanai.synth import shards
from scanai.synth.dataset import DatasetRecipe, plan_at, scan_at
from scanai.synth.record import ScanRecord
from scanai.synth.scan_files import PART
from scanai.synth.shards import ORIGIN, RECORDS, write_dataset

RECIPE = DatasetRecipe(
    seed=5,
    count=3,
    profiles=("portal-6-4", "random"),
    kinds={"benign": 1.0, "concealed": 1.0},
    unit_types=("20",),
    x_window_px=48,
    air_line_share=0.5,
)


def write(recipe: DatasetRecipe, folder: Path, workers: int = 1) -> list[str]:
    """What was said."""
    said: list[str] = []
    write_dataset(recipe, folder, workers, said.append)
    return said


def hashes(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data set as one undisturbed process writes it: not to be altered."""
    folder = tmp_path_factory.mktemp("whole")
    write(RECIPE, folder)
    return folder


def records(folder: Path) -> list[ScanRecord]:
    lines = (folder / RECORDS).read_bytes().splitlines()
    return [msgspec.json.decode(line, type=ScanRecord) for line in lines]


def test_two_workers_write_the_same_bytes_as_one(whole: Path, tmp_path: Path) -> None:
    write(RECIPE, tmp_path, workers=2)
    assert hashes(tmp_path) == hashes(whole)


def test_files_hold_what_was_simulated(whole: Path) -> None:
    for index in range(RECIPE.count):
        scan = scan_at(RECIPE, index)
        stem = whole / "shard-00000" / f"{index:07d}"
        drawn = stem.with_suffix(".profile.toml")
        raw = read_raw(stem.with_suffix(".tiff"), load_profile(drawn) if drawn.exists() else None)
        np.testing.assert_array_equal(raw.pixels, scan.raw.pixels)
        assert raw.scan_id == scan.manifest.scan_id
        assert read_manifest(stem.with_suffix(".manifest.json")) == scan.manifest
        with np.load(stem.with_suffix(".truth.npz")) as truth:
            np.testing.assert_array_equal(truth["group_index"], scan.truth.group_index)
            np.testing.assert_array_equal(truth["shield_mask"], scan.truth.shield_mask)
            assert len(msgspec.json.decode(str(truth["boxes"]))) == len(scan.truth.boxes)
            assert set(truth.files) == set(vars(scan.truth))


def test_scanner_that_was_drawn_lies_beside_its_scan_and_no_other_does(whole: Path) -> None:
    drawn = [plan for plan in (plan_at(RECIPE, index) for index in range(3)) if plan.own_profile]
    assert 0 < len(drawn) < 3
    written = sorted((whole / "shard-00000").glob("*.profile.toml"))
    assert [path.name for path in written] == [f"{plan.index:07d}.profile.toml" for plan in drawn]
    for plan, path in zip(drawn, written, strict=True):
        assert load_profile(path) == plan.profile


def test_every_file_of_a_scan_stands_in_its_record_with_its_hash(whole: Path) -> None:
    told = {file.name: file.sha256 for record in records(whole) for file in shards.files_of(record)}
    found = hashes(whole)
    del found[RECORDS], found[ORIGIN]
    assert told == found
    assert [record.index for record in records(whole)] == [0, 1, 2]


def test_altered_missing_and_torn_scans_are_made_again(whole: Path, tmp_path: Path) -> None:
    write(msgspec.structs.replace(RECIPE, count=2), tmp_path)
    (tmp_path / "shard-00000" / "0000000.manifest.json").write_text("{}")
    (tmp_path / "shard-00000" / f"{PART}1-0000001.tiff").write_bytes(b"half")
    with (tmp_path / RECORDS).open("ab") as lines:
        lines.write(b'{"index": 2, "file"')
    (said, *_) = write(RECIPE, tmp_path)
    assert said.endswith("1 of 3 scans are there already; 1 more were altered or are incomplete "
                         "and are made again")  # fmt: skip
    assert hashes(tmp_path) == hashes(whole)


def test_run_that_was_killed_goes_on_to_the_same_bytes(whole: Path, tmp_path: Path) -> None:
    text = msgspec.json.encode(RECIPE).decode()
    code = (
        "import msgspec, sys; from scanai.synth.dataset import DatasetRecipe; "
        "from scanai.synth.shards import write_dataset; "
        f"write_dataset(msgspec.json.decode({text!r}, type=DatasetRecipe), sys.argv[1])"
    )
    running = subprocess.Popen(
        [sys.executable, "-c", code, str(tmp_path)], stderr=subprocess.DEVNULL
    )
    deadline = time.monotonic() + 60
    while not list(tmp_path.glob("shard-*/*.tiff")) and time.monotonic() < deadline:
        time.sleep(0.01)
    os.kill(running.pid, signal.SIGKILL)
    assert running.wait() == -signal.SIGKILL
    assert len(list(tmp_path.glob("shard-*/*.tiff"))) < 3
    write(RECIPE, tmp_path)
    assert hashes(tmp_path) == hashes(whole)


def test_data_set_that_is_whole_is_left_alone(whole: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shards, "make_scan", None)
    assert write(RECIPE, whole) == [f"{whole}: 3 of 3 scans are there already"]


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"seed": 6}, "seed 6, found another's, 5"),
        ({"kinds": {"benign": 1.0}}, "kinds {'benign': 1.0}, found another's"),
        ({"count": 2}, "at most the 2 scans of this recipe, found 3 scans"),
    ],
)
def test_refuses_the_folder_of_another_recipe(
    whole: Path, changed: dict[str, object], message: str
) -> None:
    before = hashes(whole)
    with pytest.raises(RecipeError, match=r"data set|at most") as refusal:
        write(msgspec.structs.replace(RECIPE, **changed), whole)
    assert message in str(refusal.value)
    assert hashes(whole) == before


def test_refuses_scans_of_another_simulator(whole: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("scanai.synth.origin._simulator", lambda: "another")
    with pytest.raises(RecipeError, match="scans of this version of the simulator"):
        write(RECIPE, whole)


def test_refuses_a_folder_with_other_files(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("mine")
    with pytest.raises(RecipeError, match="an empty folder"):
        write(RECIPE, tmp_path)
    assert hashes(tmp_path).keys() == {"letter.txt"}


def test_refuses_a_folder_that_another_run_is_writing(whole: Path) -> None:
    with shards._alone(whole), pytest.raises(InputError, match="that no other run is writing"):
        write(RECIPE, whole)


def test_announces_disk_and_time_and_stops_when_the_disk_is_too_small(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shards, "PROBE", 1)
    free = iter([10**9, 1000])
    monkeypatch.setattr(shards.shutil, "disk_usage", lambda _: SimpleNamespace(free=next(free)))
    said: list[str] = []
    with pytest.raises(InputError, match="of free disk for 2 more scans, found 1 kB"):
        write_dataset(RECIPE, tmp_path, 1, said.append)
    assert "3 scans will take some" in said[0]
    assert "2 more scans take about" in said[1]
    assert len(records(tmp_path)) == 1


def test_starts_nothing_that_the_disk_cannot_hold(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shards.shutil, "disk_usage", lambda _: SimpleNamespace(free=1000))
    with pytest.raises(InputError, match="of free disk for 3 scans, found 1 kB"):
        write_dataset(RECIPE, tmp_path, 1, lambda _: None)
    assert not list(tmp_path.glob("shard-*/*"))


def test_what_is_foreseen_is_about_what_is_taken(tmp_path: Path) -> None:
    recipe = msgspec.structs.replace(RECIPE, count=4, x_window_px=None)
    said: list[str] = []
    write_dataset(recipe, tmp_path, 1, said.append)
    number, unit = re.search(r"some ([\d.]+) (\w+) of disk", said[0]).groups()
    foreseen = float(number) * {"kB": 1e3, "MB": 1e6}[unit]
    taken = sum(file.stat().st_size for file in tmp_path.glob("shard-*/*"))
    assert 0.5 < foreseen / taken < 2
