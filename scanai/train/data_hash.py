"""One hash for all windows of a run: it says later whether two runs learnt from the same data.

Over the files themselves, not over the recipe: windows may be moved in from another run, or come
from an engineer's own scans. Each file is read once; a ledger beside the windows remembers it for
as long as its size and time stay.
"""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path

import msgspec
from tqdm import tqdm

LEDGER_FILE = "sha256.json"


class _Entry(msgspec.Struct, frozen=True):
    size: int
    mtime_ns: int
    sha256: str


def data_sha256(windows: Sequence[Path]) -> str:
    """SHA-256 over the sorted names and hashes of these files, which lie in one folder."""
    if not windows:
        return sha256().hexdigest()
    ledger = windows[0].parent / LEDGER_FILE
    known = _read(ledger)
    found = {}
    for path in tqdm(sorted(set(windows)), desc=f"hash {ledger.parent.name}", unit="window"):
        about = path.stat()
        entry = known.get(path.name)
        if entry is None or (entry.size, entry.mtime_ns) != (about.st_size, about.st_mtime_ns):
            digest = sha256(path.read_bytes()).hexdigest()
            entry = _Entry(about.st_size, about.st_mtime_ns, digest)
        found[path.name] = entry
    partial = ledger.with_suffix(".partial")
    partial.write_bytes(msgspec.json.encode(known | found))
    partial.replace(ledger)
    lines = "".join(f"{name} {entry.sha256}\n" for name, entry in sorted(found.items()))
    return sha256(lines.encode()).hexdigest()


def _read(ledger: Path) -> dict[str, _Entry]:
    """Nothing where it is not there or not whole: then all files are read again."""
    try:
        return msgspec.json.decode(ledger.read_bytes(), type=dict[str, _Entry])
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError):
        return {}
