"""run.json: how a run began is kept, and what was another later is added with its step."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from scanai.errors import InputError
from scanai.train import run_record
from scanai.train.data_hash import LEDGER_FILE, data_sha256
from scanai.train.run_record import claim, note_data


@pytest.fixture
def windows(tmp_path: Path) -> list[Path]:
    folder = tmp_path / "windows"
    folder.mkdir()
    paths = [folder / f"{number:06d}.npz" for number in range(3)]
    for number, path in enumerate(paths):
        path.write_bytes(bytes([number]) * 50)
    return paths


@pytest.fixture
def run(tmp_path: Path) -> Path:
    folder = tmp_path / "run"
    folder.mkdir()
    return folder


def record(run: Path) -> dict[str, Any]:
    read: dict[str, Any] = json.loads((run / "run.json").read_text())
    return read


def test_a_run_that_goes_on_keeps_how_it_began(run: Path, windows: list[Path]) -> None:
    claim(run, "recipe", None, 0)
    note_data(run, {"training": windows, "validation": windows[:1], "own": []}, 0)
    begun = record(run)
    assert begun["data"]["training"] == {"windows": 3, "sha256": data_sha256(windows)}
    assert begun["data"].keys() == {"training", "validation"}
    claim(run, "recipe", None, 40)
    note_data(run, {"training": windows, "validation": windows[:1]}, 40)
    assert record(run) == begun


def test_what_is_another_later_is_added_with_its_step(
    run: Path, windows: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    claim(run, "recipe", None, 0)
    note_data(run, {"training": windows[:2]}, 0)
    begun = record(run)
    monkeypatch.setattr(run_record, "_commit", lambda: "another")
    claim(run, "recipe", None, 40)
    note_data(run, {"training": windows}, 40)
    data = {"training": {"windows": 3, "sha256": data_sha256(windows)}}
    added = {"from_step": 40, "commit": "another", "data": data}
    assert record(run) == {**begun, "later": [added]}
    # Stopped before its next checkpoint, and again after it: nothing else has changed.
    for step in (40, 60):
        claim(run, "recipe", None, step)
        note_data(run, {"training": windows}, step)
        assert record(run) == {**begun, "later": [added]}
    note_data(run, {"training": windows[:2]}, 80)
    back = {"from_step": 80, "data": begun["data"]}
    assert record(run) == {**begun, "later": [added, back]}


def test_before_the_first_checkpoint_nothing_was_learnt_from_what_was_there(
    run: Path, windows: list[Path]
) -> None:
    claim(run, "recipe", None, 0)
    note_data(run, {"training": windows[:2]}, 0)
    claim(run, "recipe", None, 0)
    note_data(run, {"training": windows}, 0)
    assert record(run)["data"]["training"]["windows"] == 3
    assert "later" not in record(run)


def test_a_run_from_before_data_were_recorded_says_from_where_they_are_known(
    run: Path, windows: list[Path]
) -> None:
    claim(run, "recipe", None, 0)
    note_data(run, {"training": windows}, 40)
    assert "data" not in {**record(run), "later": None}
    (added,) = record(run)["later"]
    assert added["from_step"] == 40
    assert added["data"]["training"]["windows"] == 3


def test_a_record_that_is_not_whole_is_refused(run: Path) -> None:
    (run / "run.json").write_text('{"commit": ')
    with pytest.raises(InputError, match=r"run\.json: expected the record of a run, found JSON"):
        claim(run, "recipe", None, 40)


def test_data_are_told_by_content_and_name_and_not_by_order(windows: list[Path]) -> None:
    before = data_sha256(windows)
    assert data_sha256(windows[::-1]) == before
    assert data_sha256(windows[:2]) != before
    content = windows[0].read_bytes()
    windows[0].write_bytes(b"changed" + content[7:])
    assert data_sha256(windows) != before
    windows[0].write_bytes(content)
    assert data_sha256(windows) == before
    windows[2].rename(windows[2].with_name("000007.npz"))
    assert data_sha256([*windows[:2], windows[2].with_name("000007.npz")]) != before


def test_a_window_is_read_once_and_a_spoilt_ledger_is_made_anew(
    windows: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    before = data_sha256(windows)
    ledger = windows[0].with_name(LEDGER_FILE)
    kept = ledger.read_bytes()
    read = Path.read_bytes

    def counted(path: Path) -> bytes:
        assert path.suffix != ".npz"
        return read(path)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "read_bytes", counted)
        assert data_sha256(windows) == before
    ledger.write_bytes(kept[:30])
    assert data_sha256(windows) == before
    assert ledger.read_bytes() == kept
