"""The files of one simulated scan: what each holds, and that none is ever there by half."""

from __future__ import annotations

import hashlib
import io
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from scanai.manifest import write_manifest
from scanai.scan import write_tiff
from scanai.scan.profile_toml import profile_toml
from scanai.synth.dataset import ScanPlan
from scanai.synth.record import FileRecord
from scanai.synth.simulate import SimulatedScan
from scanai.synth.truth import Truth

PART = ".part-"
"""How the name of an unfinished file begins."""


def write_scan(plan: ScanPlan, scan: SimulatedScan, shard: Path) -> list[FileRecord]:
    """Writes the scan, its manifest, its truth and, where no other file says what its scanner is,
    that scanner's profile into the folder `shard`; the scan file comes first in the answer."""
    name = f"{plan.index:07d}"
    files = [
        _file(shard, f"{name}.tiff", lambda path: write_tiff(scan.raw, path)),
        _file(shard, f"{name}.manifest.json", lambda path: write_manifest(scan.manifest, path)),
        _file(shard, f"{name}.truth.npz", lambda path: path.write_bytes(truth_bytes(scan.truth))),
    ]
    if plan.own_profile:
        text = profile_toml(plan.profile)
        files.append(
            _file(shard, f"{name}.profile.toml", lambda path: path.write_bytes(text.encode()))
        )
    return files


def truth_bytes(truth: Truth) -> bytes:
    """NPZ with every field of the truth: maps as they are, areal densities as float16 (0.1 % is
    enough for any use), numbers and text as such, all else as JSON text."""
    arrays: dict[str, Any] = {}
    for name, value in vars(truth).items():
        if isinstance(value, np.ndarray):
            arrays[name] = value.astype(np.float16) if value.dtype == np.float32 else value
        elif isinstance(value, float | str):
            arrays[name] = np.array(value)
        else:
            arrays[name] = np.array(msgspec.json.encode(value).decode())
    buffer = io.BytesIO()
    np.savez_compressed(buffer, **arrays)
    return buffer.getvalue()


def written(path: Path, content: bytes) -> FileRecord:
    """Writes a file that is complete whenever it is there."""
    return _file(path.parent, path.name, lambda part: part.write_bytes(content))


def _file(folder: Path, name: str, write: Callable[[Path], object]) -> FileRecord:
    part = folder / f"{PART}{os.getpid()}-{name}"
    write(part)
    content = part.read_bytes()
    part.replace(folder / name)
    return FileRecord(f"{folder.name}/{name}", len(content), hashlib.sha256(content).hexdigest())
