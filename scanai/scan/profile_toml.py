"""A ScannerProfile as TOML text, for profiles that no person wrote.

The standard library reads TOML and does not write it. Here is as much as a profile needs: numbers,
text, lists of them, tables, lists of tables.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import msgspec

from scanai.scan.profile import ScannerProfile


def profile_toml(profile: ScannerProfile) -> str:
    """Text that `load_profile` reads back to an equal profile."""
    return "\n".join(_table(msgspec.to_builtins(profile), "")).lstrip("\n") + "\n"


def _table(values: Mapping[str, Any], path: str) -> list[str]:
    """Plain keys first: in TOML what follows a table's head belongs to that table."""
    lines = []
    tables: list[tuple[str, Any]] = []
    for key, value in values.items():
        if isinstance(value, Mapping) or _is_list_of_tables(value):
            tables.append((key, value))
        elif value is not None:  # TOML has no null: what is not there takes its default
            lines.append(f"{key} = {_value(value)}")
    for key, value in tables:
        name = f"{path}.{key}" if path else key
        for entry in [value] if isinstance(value, Mapping) else value:
            head = f"[{name}]" if isinstance(value, Mapping) else f"[[{name}]]"
            lines += ["", head, *_table(entry, name)]
    return lines


def _is_list_of_tables(value: object) -> bool:
    return (
        isinstance(value, list | tuple)
        and len(value) > 0
        and all(isinstance(entry, Mapping) for entry in value)
    )


def _value(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        # A JSON string is a TOML basic string, but for DEL, which JSON leaves as it is.
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(_value, value)) + "]"
    if isinstance(value, int | float):
        return repr(value)  # also inf and nan, which TOML spells the same
    raise TypeError(f"no TOML for {type(value).__name__}")
