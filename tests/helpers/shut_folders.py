"""Folders that nobody may list: the account that tests run under may list them all."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest


def shut(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Refuses the listing of every folder of that name."""

    def refuse(path, real=os.scandir):
        if Path(path).name == name:
            raise PermissionError(errno.EACCES, "Permission denied", str(path))
        return real(path)

    monkeypatch.setattr(os, "scandir", refuse)
    monkeypatch.setattr(os, "listdir", refuse)
