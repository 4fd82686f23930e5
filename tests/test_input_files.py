from __future__ import annotations

import os
from pathlib import Path

import pytest

from scanai.errors import InputError
from scanai.input_files import bounded_bytes, scan_name


def test_reads_a_file_up_to_the_bound_and_refuses_one_byte_more(tmp_path: Path) -> None:
    path = tmp_path / "a.xml"
    path.write_bytes(b"12345")
    assert bounded_bytes(path, 5, "a manifest", InputError) == b"12345"
    with pytest.raises(InputError, match="expected at most 4 bytes, found a larger file"):
        bounded_bytes(path, 4, "a manifest", InputError)


def test_refuses_what_is_empty_missing_or_no_file(tmp_path: Path) -> None:
    (tmp_path / "empty").touch()
    with pytest.raises(InputError, match="expected a manifest, found an empty file"):
        bounded_bytes(tmp_path / "empty", 5, "a manifest", InputError)
    for path in (tmp_path / "none", tmp_path, Path("a\0b")):
        with pytest.raises(InputError, match="expected a readable file, found "):
            bounded_bytes(path, 5, "a manifest", InputError)


@pytest.mark.parametrize(
    ("file", "name"),
    [
        ("s/SYNTH-1.tiff", "SYNTH-1"),
        ("SYNTH-1.high.png", "SYNTH-1"),
        ("SYNTH-1.low.PNG", "SYNTH-1"),
        ("SYNTH-1.high.tiff", "SYNTH-1.high"),
    ],
)
def test_files_beside_a_scan_bear_its_name(file: str, name: str) -> None:
    assert scan_name(Path(file)) == name


def test_refuses_a_pipe_which_may_never_end(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(InputError, match="expected a readable file, found a pipe or a device"):
        bounded_bytes(tmp_path / "pipe", 5, "a manifest", InputError)


def test_refuses_a_name_that_no_report_can_tell(tmp_path: Path) -> None:
    path = tmp_path / os.fsdecode(b"bad\xff.n42")
    path.write_bytes(b"1")
    with pytest.raises(InputError, match=r"found a name that is not UTF-8$"):
        bounded_bytes(path, 5, "a portal reading", InputError)
