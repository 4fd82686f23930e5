"""Reads the CSV tables that ship with this subpackage; what they mean is said at the use."""

from __future__ import annotations

import csv
from pathlib import Path

_DATA = Path(__file__).resolve().parent / "data"


def read_table(name: str) -> list[dict[str, str]]:
    """Rows of one table by column name; lines that start with # are its sources."""
    with (_DATA / name).open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(line for line in stream if not line.startswith("#")))
