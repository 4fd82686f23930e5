from __future__ import annotations

import errno
from pathlib import Path

import pytest

from scanai.errors import InputError
from scanai.output_files import require_folder, require_writable, writing


def test_what_can_be_written_is_left_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "old.json").write_text("old")
    require_writable(tmp_path / "old.json")
    require_writable(tmp_path / "deep" / "new.json")
    assert (tmp_path / "old.json").read_text() == "old"
    assert list((tmp_path / "deep").iterdir()) == []


def test_names_what_stands_in_the_way(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(InputError) as caught:
        require_writable(tmp_path / "file" / "new.json")
    assert str(caught.value) == (
        f"{tmp_path / 'file'}: expected a folder to write to, found File exists"
    )
    with pytest.raises(InputError) as caught:
        require_writable(tmp_path)
    assert str(caught.value) == f"{tmp_path}: expected a file to write to, found Is a directory"


def test_a_folder_that_takes_no_files_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(dir: Path) -> None:
        raise OSError(errno.EROFS, "Read-only file system", str(dir))

    monkeypatch.setattr("scanai.output_files.TemporaryFile", refuse)
    with pytest.raises(InputError, match="folder to write to, found Read-only file system"):
        require_folder(tmp_path)


def test_a_disk_that_fills_up_is_an_error_about_the_file() -> None:
    with pytest.raises(InputError) as caught, writing(Path("a.png")):
        raise OSError(errno.ENOSPC, "No space left on device")
    assert str(caught.value) == "a.png: expected a file to write to, found No space left on device"
