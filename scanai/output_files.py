"""Files and folders to write to: what cannot be written is one InputError that names it.

The checks are for before long work; writing itself goes through `writing` all the same, for a disk
may fill up meanwhile.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryFile

from scanai.errors import InputError


@contextmanager
def writing(path: Path, what: str = "a file to write to") -> Iterator[None]:
    """Around the writing of `path`."""
    try:
        yield
    except OSError as error:
        raise InputError(path, what, error.strerror or str(error)) from error


def require_folder(path: Path) -> None:
    """Makes a folder to write to where there is none; InputError where it cannot be one."""
    with writing(path, "a folder to write to"):
        path.mkdir(parents=True, exist_ok=True)
        with TemporaryFile(dir=path):  # leaves nothing behind, and no other question is as sure
            pass


def require_writable(path: Path) -> None:
    """Makes the folder of a file to write; InputError where one of them cannot be written."""
    require_folder(path.parent)
    with writing(path), suppress(FileNotFoundError):
        path.open("r+b").close()
