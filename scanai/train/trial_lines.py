"""Files of trials: one line of JSON each, written as they come, read again after any end."""

from __future__ import annotations

from pathlib import Path
from typing import BinaryIO, Protocol, TypeVar

import msgspec

from scanai.errors import InputError


class _Numbered(Protocol):
    @property
    def index(self) -> int: ...


Line = TypeVar("Line", bound=_Numbered)
_ENCODER = msgspec.json.Encoder()


def read_lines(path: Path, record: type[Line]) -> dict[int, Line]:
    """Records by number. A line that breaks off, as when a run was killed, is cut away."""
    try:
        lines = path.read_bytes().split(b"\n") if path.exists() else []
    except OSError as error:
        raise InputError(path, "a readable file of trials", str(error.strerror)) from error
    decoder = msgspec.json.Decoder(record)
    found: dict[int, Line] = {}
    for line in lines:
        try:
            one = decoder.decode(line)
        except msgspec.DecodeError:
            continue
        found[one.index] = one
    if lines and lines[-1]:
        path.write_bytes(b"".join(_ENCODER.encode(one) + b"\n" for one in found.values()))
    return found


def write_line(file: BinaryIO, record: object) -> None:
    """Adds one record; it is on its way to the disk before the next one is made."""
    file.write(_ENCODER.encode(record) + b"\n")
    file.flush()
