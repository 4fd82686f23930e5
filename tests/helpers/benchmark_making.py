"""A small benchmark for tests that run one, or are to refuse it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path


def write_benchmark(
    path: Path, seed: int, count: int, kinds: Sequence[str] = ("benign", "concealed")
) -> Path:
    """A data set recipe of narrow scans by one scanner, each kind as likely as the other."""
    shares = ", ".join(f"{kind} = 1.0" for kind in kinds)
    path.write_text(
        f"""
seed = {seed}
count = {count}
profiles = ["mobile-4"]
x_window_px = 160
kinds = {{ {shares} }}
""",
        "utf-8",
    )
    return path
