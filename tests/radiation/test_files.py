from __future__ import annotations

from pathlib import Path

import pytest

from scanai.errors import RadiationError
from scanai.radiation import files, find_reading, read_reading


@pytest.mark.parametrize("scan", ["a.tiff", "a.high.png", "a.npy"])
@pytest.mark.parametrize("suffix", [".n42", ".n42.xml"])
def test_finds_the_reading_beside_a_scan(tmp_path: Path, scan: str, suffix: str) -> None:
    assert find_reading(tmp_path / scan) is None
    (tmp_path / f"a{suffix}").touch()
    assert find_reading(tmp_path / scan) == tmp_path / f"a{suffix}"


def test_two_readings_are_one_too_many(tmp_path: Path) -> None:
    for suffix in files.SUFFIXES:
        (tmp_path / f"a{suffix}").touch()
    with pytest.raises(RadiationError, match=r"one portal reading, found a\.n42 and a\.n42\.xml"):
        find_reading(tmp_path / "a.tiff")


def test_refuses_what_is_no_reading(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.n42"
    with pytest.raises(RadiationError, match="a readable file, found No such file"):
        read_reading(path)
    with pytest.raises(RadiationError, match="a readable file, found Is a directory"):
        read_reading(tmp_path)
    path.touch()
    with pytest.raises(RadiationError, match="a portal reading, found an empty file"):
        read_reading(path)
    path.write_bytes(b"x" * 11)
    monkeypatch.setattr(files, "MAX_BYTES", 10)
    with pytest.raises(RadiationError, match="at most 10 bytes, found a larger file"):
        read_reading(path)
